/** Pieces of a track that were flown without a break, for drawing lines that do not jump. */
import type { SampleSeries } from '@plumeline/core';

/** Half-open range of sample indices. */
export interface TrackRun {
  readonly start: number;
  readonly end: number;
}

/** A pause this many times longer than the usual time step starts a new run. */
const BREAK_STEPS = 10;

/** Runs of a moving sensor: split where the leg number changes, the time stands open or steps back. Empty for fixed instruments. */
export function trackRunsOf(series: SampleSeries): TrackRun[] {
  if (series.instrument !== undefined || series.count === 0) return [];
  const longest_s = BREAK_STEPS * medianStep_s(series.time_s);
  const runs: TrackRun[] = [];
  let start = 0;
  for (let i = 1; i <= series.count; i++) {
    const isEnd = i === series.count;
    const isBreak =
      isEnd ||
      series.time_s[i]! - series.time_s[i - 1]! > longest_s ||
      series.time_s[i]! < series.time_s[i - 1]! ||
      (series.leg !== undefined && series.leg[i] !== series.leg[i - 1]);
    if (isBreak) {
      runs.push({ start, end: i });
      start = i;
    }
  }
  return runs;
}

function medianStep_s(time_s: Float64Array): number {
  const steps = Float64Array.from({ length: Math.max(0, time_s.length - 1) }, (_, i) => time_s[i + 1]! - time_s[i]!);
  steps.sort();
  return steps[steps.length >> 1] ?? 1;
}
