/** What the locate stage is asked and answers, for both of its engines. */
import type { Cancellation, NullResult, Position, RecordId, ReportProgress, SourceEstimate } from '@plumeline/core';

/** Per sample of the series: what the model says, for plots and residuals. */
export interface ModelSeries {
  readonly background_ppm: Float64Array;
  /** Background and sources together. */
  readonly fitted_ppm: Float64Array;
}

export interface Located {
  /** Strongest evidence first. Empty exactly when there is a null result. */
  readonly sources: readonly SourceEstimate[];
  readonly nullResult?: NullResult;
  readonly series: ModelSeries;
}

export interface LocateOptions {
  /** Version string, e.g. `plumeline 0.1.0`. */
  readonly software: string;
  readonly report?: ReportProgress;
  /** Asked between blocks of work. @throws CancelledError from `locate` when it says aborted. */
  readonly cancellation?: Cancellation;
  /** Passes of a flight that a person set aside, by number, with the reason. */
  readonly setAside?: readonly PassAside[];
  /** The source may be at any height up to some tens of metres: integrated over `UNKNOWN_HEIGHTS`. */
  readonly isHeightUnknown?: boolean;
  /** The same flight in other air, to see what the answer rests on. */
  readonly whatIf?: WhatIf;
}

/** Prior of a height that nobody states [m above ground]: mostly near the ground, sometimes a roof or a stack. */
export const UNKNOWN_HEIGHTS = [
  { height_m: 1.5, weight: 0.65 },
  { height_m: 8, weight: 0.2 },
  { height_m: 25, weight: 0.15 },
] as const;

export interface PassAside {
  readonly index: number;
  readonly reason: string;
  /** Of which recording, where several are judged together; of every one when absent. */
  readonly recordingId?: RecordId;
}

/** How the wind and its turbulence are changed before locating; absent means unchanged. */
export interface WhatIf {
  /** Turned clockwise [deg]. */
  readonly windTurn_deg?: number;
  readonly windFactor?: number;
  /** Of sigma_v and sigma_w. */
  readonly turbulenceFactor?: number;
}

/** What was changed, as facts for a record's provenance; undefined where nothing was. */
export function changesOf({
  setAside,
  whatIf,
  isHeightUnknown,
  known = [],
}: LocateOptions & { readonly known?: readonly (Position & { readonly rate_kgph: number })[] }):
  | Record<string, string | number>
  | undefined {
  const changes: Record<string, string | number> = {};
  if (setAside !== undefined && setAside.length > 0) {
    changes['passesSetAside'] = setAside
      .map(
        ({ index, reason, recordingId }) => `${recordingId === undefined ? '' : `${recordingId}/`}${index}: ${reason}`,
      )
      .join('; ');
  }
  if (known.length > 0) {
    changes['knownSources'] = known.map(({ lat, lon, rate_kgph }) => `${lat},${lon},${rate_kgph}`).join('; ');
  }
  if (isHeightUnknown === true) changes['sourceHeight'] = 'unknown';
  if (whatIf?.windTurn_deg !== undefined) changes['windTurn_deg'] = whatIf.windTurn_deg;
  if (whatIf?.windFactor !== undefined) changes['windFactor'] = whatIf.windFactor;
  if (whatIf?.turbulenceFactor !== undefined) changes['turbulenceFactor'] = whatIf.turbulenceFactor;
  return Object.keys(changes).length > 0 ? changes : undefined;
}
