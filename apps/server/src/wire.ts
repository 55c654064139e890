/** What crosses the API besides the records themselves. */
import type {
  Detection,
  NullResult,
  Position,
  RecordId,
  Recording,
  Site,
  SourceEstimate,
  SubstanceKey,
} from '@plumeline/core';

export interface Health {
  readonly status: 'ok';
  /** Name and version, e.g. `plumeline 0.1.0`. */
  readonly software: string;
}

export interface ProfileSummary {
  readonly name: string;
  readonly title: string;
  readonly substance: SubstanceKey;
  readonly digest: string;
  /** True when files of this profile are always training data. */
  readonly exercise: boolean;
}

/** Whether any training data is stored, and what its recordings are called. */
export interface ExerciseState {
  readonly exercise: boolean;
  readonly names: readonly string[];
}

export interface JobStarted {
  readonly jobId: string;
}

/** A site with everything that speaks for it. */
export interface SiteEvidence {
  readonly site: Site;
  readonly estimates: readonly SourceEstimate[];
  readonly detections: readonly Detection[];
  readonly recordings: readonly Recording[];
}

/** JSON has no NaN: a missing value is null. */
export type WireColumn = readonly (number | null)[];

/** Samples of a recording as columns of equal length `returned`, thinned from `total`. */
export interface WireSamples {
  readonly recordingId: RecordId;
  readonly substance: SubstanceKey;
  readonly total: number;
  readonly returned: number;
  readonly time_s: WireColumn;
  readonly lat: WireColumn;
  readonly lon: WireColumn;
  readonly heightAgl_m: WireColumn;
  readonly moleFraction_ppm: WireColumn;
  readonly background_ppm?: WireColumn;
  readonly fitted_ppm?: WireColumn;
  readonly windEast_mps?: WireColumn;
  readonly windNorth_mps?: WireColumn;
  readonly pathEnd?: { readonly lat: WireColumn; readonly lon: WireColumn };
  readonly instrument?: WireColumn;
  readonly instruments?: readonly { readonly name: string; readonly group: string }[];
}

/** Legs to leave out, or other air, for a flight that was located before. */
export interface RelocationWish {
  readonly setAside?: readonly { readonly index: number; readonly reason?: string }[];
  readonly whatIf?: {
    readonly windTurn_deg?: number;
    readonly windFactor?: number;
    readonly turbulenceFactor?: number;
  };
  /** Keeps the answer as new records; the original stays as it is. */
  readonly store?: boolean;
}

/** What the flight says then. */
export interface Relocated {
  readonly estimateId: RecordId;
  /** Strongest evidence first; empty where nothing is claimed any more. */
  readonly sources: readonly SourceEstimate[];
  /** The one of `sources` that lies nearest to the original. */
  readonly nearestId?: RecordId;
  readonly nullResult?: NullResult;
  /** Background and fit, thinned as the samples of the recording are. */
  readonly fit: { readonly background_ppm: WireColumn; readonly fitted_ppm: WireColumn };
  readonly took_ms: number;
  readonly stored: boolean;
}

export interface WireProposedLeg {
  readonly kind: 'across' | 'gap' | 'upwind-null' | 'run-out';
  readonly from: Position;
  readonly to: Position;
  readonly heightAgl_m: number;
  readonly length_m: number;
  readonly duration_s: number;
  readonly gain_nats: number;
  readonly seen: number;
  readonly crossingDistance_m?: { readonly p10: number; readonly p90: number };
}

/** Legs that would tell most, best first: proposals that a person judges. */
export interface WireNextLegs {
  readonly legs: readonly WireProposedLeg[];
  readonly assumed: {
    readonly groundSpeed_mps: number;
    readonly heightsAgl_m: readonly number[];
    readonly turnRadius_m: number;
    readonly windFrom_deg: number;
    readonly windSpeed_mps: number;
    readonly area: readonly [number, number, number, number];
  };
}

/** A map of a cube as numbers, row by row from the cube's first line; null where there is none. */
export interface MapPicture {
  readonly recordingId: RecordId;
  readonly map: 'amount' | 'z' | 'uncertainty';
  readonly unit: string;
  readonly rows: number;
  readonly columns: number;
  /** Longitude, latitude: first row's first cell's outer corner, its last, the last row's last, its first. */
  readonly corners: readonly (readonly [number, number])[];
  /** Ends of the scale: nearly all values lie between. */
  readonly low: number;
  readonly high: number;
  readonly values: WireColumn;
}
