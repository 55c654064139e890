/**
 * In-situ samples after the reader: SI or named units, angles and wind normalised, gaps as NaN-free masks.
 * Column arrays of equal length `count`, ordered by time (within an instrument for fixed ones).
 */
import type { Position } from './geometry.ts';
import type { Caveat, Exclusion, SubstanceKey } from './model.ts';

/** Everything a `locate` step may know about the air and the instrument that is not a column. */
export interface SampleContext {
  /** 1-sigma instrument noise [ppm], where stated. */
  readonly noise_ppm?: number;
  readonly detectionLimit_ppm?: number;
  /** How long after the air the instrument's reading comes [s], stated or found; already taken off by the reader. */
  readonly lag_s: number;
  /** First-order response time (1/e) that is still in the readings [s]; absent where there is none or it was undone. */
  readonly response_s?: number;
  /** Averaging time of one sample [s]; 0 for an instantaneous one. */
  readonly averaging_s: number;
  readonly roughness_m?: number;
  readonly mixingHeight_m?: number;
  /** Standard deviation of crosswind and vertical velocity [m s-1]. */
  readonly sigmaV_mps?: number;
  readonly sigmaW_mps?: number;
  /** Standard deviation of wind direction [deg]. */
  readonly sigmaTheta_deg?: number;
  /** One wind for the whole recording, where the samples carry none. */
  readonly wind?: { readonly from_deg: number; readonly speed_mps: number; readonly heightAgl_m: number };
  /** Why neither the samples nor anything beside them says how the wind blew. */
  readonly windAbsentReason?: string;
  /** Height at which column winds were measured, when it is not the sample's own height [m above ground]. */
  readonly windHeightAgl_m?: number;
  readonly airTemperature_K: number;
  readonly airPressure_Pa: number;
  /** Where a source may be: [west, south, east, north] in degrees, when the requirement says so. */
  readonly searchArea?: readonly [number, number, number, number];
  /** Known or assumed height of the source above ground [m]. */
  readonly sourceHeightAgl_m?: number;
  /** Other people's emissions of the substance whose place and rate are on record. */
  readonly registeredSources?: readonly RegisteredSource[];
}

/** An emission on record: its rate is the stated one within a factor e^lnRateSd, one standard deviation. */
export interface RegisteredSource {
  readonly position: Position;
  readonly rate_kgph: number;
  readonly lnRateSd: number;
}

/** Samples of one recording. Optional columns are absent as a whole, never padded. */
export interface SampleSeries {
  readonly substance: SubstanceKey;
  readonly count: number;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly time_s: Float64Array;
  /** Sample position, or the first end of an open path [deg, WGS84]. */
  readonly lat_deg: Float64Array;
  readonly lon_deg: Float64Array;
  readonly heightAgl_m: Float64Array;
  /** Second end of an open path; equal to the first end for a point instrument. Absent when all are points. */
  readonly pathEnd?: {
    readonly lat_deg: Float64Array;
    readonly lon_deg: Float64Array;
    readonly heightAgl_m: Float64Array;
  };
  /** Mole fraction [ppm] (path mean for an open path). */
  readonly moleFraction_ppm: Float64Array;
  /**
   * What a value says: 0 what was measured, -1 the air held at most this (below a detection limit), +1 at least this (the
   * instrument was at its ceiling). A bounded sample's mole fraction is the bound itself. Absent when all were measured.
   */
  readonly bound?: Int8Array;
  /** Wind at the sample: where the air goes to, east and north components [m s-1]. */
  readonly windEast_mps?: Float64Array;
  readonly windNorth_mps?: Float64Array;
  /** Per-row turbulence and stability, where a file has them; NaN where a row has none. */
  readonly sigmaU_mps?: Float64Array;
  readonly obukhovLength_m?: Float64Array;
  readonly airTemperature_K?: Float64Array;
  readonly airPressure_Pa?: Float64Array;
  /** Straight run of a flight, numbered; absent when the file does not say. */
  readonly leg?: Int32Array;
  /** Fixed instruments: index into `instruments`, and the group they are judged in. */
  readonly instrument?: Int32Array;
  readonly instruments?: readonly { readonly name: string; readonly group: string }[];
  /** File and line of each sample, for saying where. */
  readonly source: { readonly files: readonly string[]; readonly file: Int32Array; readonly row: Int32Array };
  readonly context: SampleContext;
  readonly excluded: readonly Exclusion[];
  /** What the instrument did to the readings that whoever uses them must know; absent when there is nothing. */
  readonly caveats?: readonly Caveat[];
}
