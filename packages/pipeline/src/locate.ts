/** Where the gas comes from: the stage that turns one recording into source estimates or a null result. */
import type { Cancellation, Detection, NullResult, ReportProgress, SourceEstimate } from '@plumeline/core';
import type { IngestedRecording } from './ingest.ts';
import { locateFixed } from './locate-fixed.ts';
import { locateFlight } from './locate-flight.ts';

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
}

/** Fixed instruments over a period, or a flight: by what the series is. */
export function locate(
  ingested: IngestedRecording,
  detections: readonly Detection[],
  options: LocateOptions,
): Located | Promise<Located> {
  const { series } = ingested;
  return series.instrument === undefined
    ? locateFlight(ingested, detections, options)
    : locateFixed(ingested, detections, options);
}
