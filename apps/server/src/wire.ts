/** What crosses the API besides the records themselves. */
import type { Detection, RecordId, Recording, Site, SourceEstimate, SubstanceKey } from '@plumeline/core';

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
