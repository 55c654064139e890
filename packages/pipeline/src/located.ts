/** What the locate stage is asked and answers, for both of its engines. */
import type { Cancellation, NullResult, ReportProgress, SourceEstimate } from '@plumeline/core';

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
