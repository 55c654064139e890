/**
 * The nouns of a finding's life, as far as they exist yet: recording -> detection -> source estimate -> site.
 * Every derived record names what it came from (`Provenance`), so that any sentence can be walked back to bytes.
 */
import type { MultiPolygon, Position } from './geometry.ts';

/** UTC instant, ISO 8601 with milliseconds and `Z`. */
export type Instant = string;
/** `<prefix>-<hex>`; derived from content, so that the same input with the same software has the same id. */
export type RecordId = string;
/** Lower-case hex SHA-256 of bytes. */
export type Digest = string;
/** Key of the substance library, e.g. `methane`. */
export type SubstanceKey = string;

export type RecordKind = 'recording' | 'detection' | 'source-estimate' | 'null-result' | 'site';

/** What a record rests on. Together with the software version it reproduces the record's bytes. */
export interface Provenance {
  /** Digests of the original bytes, as ingested: the recording's files. */
  readonly objects: readonly Digest[];
  /** Records this one was derived from, nearest first. */
  readonly derivedFrom: readonly RecordId[];
  readonly profile: { readonly name: string; readonly digest: Digest };
  /** Plumeline's version that made it. */
  readonly software: string;
  /** Seed of any random step; absent when the step has none. */
  readonly seed?: number;
  /** Settings that differ from the defaults of that version, and facts such as a reader's exclusions. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

interface RecordBase {
  readonly id: RecordId;
  /** True for training data. Set at ingest, inherited by everything derived, never cleared. */
  readonly exercise: boolean;
  readonly provenance: Provenance;
}

/** One raw data product of a flight (or of fixed instruments over one period), as original files. */
export interface Recording extends RecordBase {
  readonly kind: 'recording';
  /** Name a person recognises: the file or folder name, and the period where a file holds several. */
  readonly name: string;
  readonly substance: SubstanceKey;
  readonly startAt: Instant;
  readonly endAt: Instant;
  readonly sampleCount: number;
  /** Samples set aside by the reader, each with the reason; never silently dropped. */
  readonly excluded: readonly Exclusion[];
  /** What the instrument did to the readings; absent when there is nothing to say. */
  readonly caveats?: readonly Caveat[];
  readonly files: readonly { readonly name: string; readonly digest: Digest; readonly bytes: number }[];
  /** [west, south, east, north] in degrees. */
  readonly extent: readonly [number, number, number, number];
  /** Set for an imaging spectrometer's cube; `sampleCount` then counts its usable pixels. */
  readonly imaging?: Imaging;
}

/** What a cube looked at and with which wind its plumes were turned into rates. */
export interface Imaging {
  readonly lines: number;
  readonly columns: number;
  /** Bands that the gas was looked for in, and where they begin and end. */
  readonly bands: number;
  readonly from_nm: number;
  readonly to_nm: number;
  readonly pixel_m: number;
  /** Outer corners as longitude, latitude: of the first line's first pixel, its last, the last line's last, its first. */
  readonly corners: readonly (readonly [number, number])[];
  /** Absent when nobody stated one: then there are no rates. */
  readonly wind?: StatedWind;
}

/** A wind as a person or a station stated it, with standard deviations. */
export interface StatedWind {
  readonly from_deg: number;
  readonly fromSd_deg: number;
  readonly speed_mps: number;
  readonly speedSd_mps: number;
  readonly height_m: number;
}

/** Samples of a recording that are not used, and why. Rows are file lines counted from 1. */
export interface Exclusion {
  readonly code: string;
  readonly reason: string;
  readonly file: string;
  readonly count: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** An exceedance over the fitted background along a track or at a fixed instrument. */
export interface Detection extends RecordBase {
  readonly kind: 'detection';
  readonly recordingId: RecordId;
  readonly substance: SubstanceKey;
  readonly startAt: Instant;
  readonly endAt: Instant;
  /** Where the largest enhancement was measured (not where the gas comes from). */
  readonly peakPosition: Position;
  readonly peakHeightAgl_m?: number;
  readonly peakEnhancement_ppm: number;
  /** One standard deviation of the peak enhancement, background and instrument together. */
  readonly peakEnhancementSd_ppm: number;
  /** Peak over the robust noise of the residual. */
  readonly signalToNoise: number;
  /** True where the instrument was at its ceiling: the peak is at least what is given. */
  readonly peakIsAtLeast?: true;
  readonly sampleCount: number;
  /** Instrument, for fixed instruments. */
  readonly instrument?: string;
  /**
   * Set for a plume in a cube. `peakEnhancement_ppm` is then its largest column mixed over 8 km of air, the custom of
   * satellite maps; the column itself is in here.
   */
  readonly plume?: PlumeEvidence;
}

/** A plume in a cube: where, how much, and why it is taken for gas. */
export interface PlumeEvidence {
  /** Outer edge of its pixels; holes are filled. */
  readonly outline: MultiPolygon;
  readonly pixelCount: number;
  readonly area_m2: number;
  readonly peakColumn_ppmm: number;
  readonly peakColumnSd_ppmm: number;
  /** Largest detection score, and the thresholds at that place: to start a plume, and to belong to one. */
  readonly peakScore: number;
  readonly startThreshold: number;
  readonly growThreshold: number;
  /** Chance that ground without gas scores as high in one resolution cell. */
  readonly falseAlarm: number;
  readonly mass_kg?: number;
  /** Absent without a wind. */
  readonly rate_kgph?: Quantiles;
  readonly spectrum?: PlumeSpectrum;
  readonly caveats: readonly Caveat[];
}

/** Mean ln radiance of a plume against like ground about it, and what was laid over it; equal lengths, [band]. */
export interface PlumeSpectrum {
  readonly wavelength_nm: readonly number[];
  readonly contrast: readonly number[];
  /** The gas first, then its rivals, the best first: what each makes of the contrast, and the share it explains. */
  readonly fits: readonly { readonly name: string; readonly share: number; readonly fitted: readonly number[] }[];
  /** Amount that the contrast fits [ppm m]. */
  readonly gas_ppmm: number;
}

/** Quantiles of a posterior. */
export interface Quantiles {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** A fact the reader must know to use an estimate; `code` is translated, `params` fill the sentence. */
export interface Caveat {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Posterior probability of position on a regular local grid, for shading; rows south to north, columns west to east. */
export interface PosteriorGrid {
  /** South-west corner of the first cell. */
  readonly origin: Position;
  /** North-east corner of the last cell. */
  readonly corner: Position;
  readonly columns: number;
  readonly rows: number;
  /** Probability mass per cell, row-major, sums to 1 within rounding. */
  readonly mass: readonly number[];
}

/** What one pass (a leg of a flight, or at most 90 s of one) says about a source. */
export interface PassWord {
  readonly recordingId: RecordId;
  /** Number of the pass in its recording, from 0. */
  readonly index: number;
  readonly startAt: Instant;
  readonly endAt: Instant;
  /** ln evidence with the pass less that without it: positive speaks for the source, negative against it. */
  readonly lnFor: number;
  /** Where the source's plume should cross the pass; absent where it does not reach it. */
  readonly expected?: {
    readonly at: Instant;
    readonly width_s: number;
    readonly peakEnhancement_ppm: number;
    readonly range_m: number;
  };
  /** Why a person set it aside; then it was not used. */
  readonly setAside?: string;
}

/** Posterior of an emission rate on nodes in geometric steps. */
export interface RateDistribution {
  readonly rates_kgph: readonly number[];
  /** Probability of each node, sums to 1 within rounding. */
  readonly mass: readonly number[];
}

/** A posterior over location and emission rate of one ground source. */
export interface SourceEstimate extends RecordBase {
  readonly kind: 'source-estimate';
  readonly recordingIds: readonly RecordId[];
  readonly detectionIds: readonly RecordId[];
  readonly substance: SubstanceKey;
  /** Posterior mean of position, or the mode where the mean falls outside the 50 % region. */
  readonly position: Position;
  readonly rate_kgph: Quantiles;
  /** Smallest region holding half the posterior probability. */
  readonly region50: MultiPolygon;
  readonly region90: MultiPolygon;
  /** Natural log of the Bayes factor of this source against none. */
  readonly lnBayesFactor: number;
  readonly firstObservedAt: Instant;
  readonly lastObservedAt: Instant;
  readonly posterior: PosteriorGrid;
  /** In order of time; absent for fixed instruments. */
  readonly passes?: readonly PassWord[];
  readonly rateDistribution?: RateDistribution;
  readonly caveats: readonly Caveat[];
}

/** "Searched, nothing found, would have seen x with probability p": a product, not a failure. */
export interface NullResult extends RecordBase {
  readonly kind: 'null-result';
  readonly recordingIds: readonly RecordId[];
  readonly substance: SubstanceKey;
  readonly startAt: Instant;
  readonly endAt: Instant;
  /** Largest ln Bayes factor found anywhere; below the decision threshold. */
  readonly lnBayesFactor: number;
  /** Area in which a source of `rate_kgph` would have been seen with at least 90 % probability. */
  readonly searched: readonly { readonly rate_kgph: number; readonly region: MultiPolygon }[];
  /** Rate that would have been seen with 90 % probability at the median place of the searched area. */
  readonly upperLimit_kgph?: number;
  readonly caveats: readonly Caveat[];
}

/** What a place might be. A lawful hypothesis is always present. */
export interface Hypothesis {
  readonly key: 'clandestine' | 'lawful-facility' | 'natural' | 'sensor-fault';
  readonly state: 'open' | 'considered' | 'rejected';
}

/** A place with evidence. */
export interface Site extends RecordBase {
  readonly kind: 'site';
  /** Short label a person can say over a radio, e.g. `S-7F3A`. */
  readonly label: string;
  readonly substance: SubstanceKey;
  readonly position: Position;
  readonly region50: MultiPolygon;
  readonly region90: MultiPolygon;
  readonly rate_kgph: Quantiles;
  readonly lnBayesFactor: number;
  readonly sourceEstimateIds: readonly RecordId[];
  readonly detectionIds: readonly RecordId[];
  readonly recordingIds: readonly RecordId[];
  readonly lastEmissionSeenAt: Instant;
  readonly hypotheses: readonly Hypothesis[];
}

export type PlumelineRecord = Recording | Detection | SourceEstimate | NullResult | Site;
