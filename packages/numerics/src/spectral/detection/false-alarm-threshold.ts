/**
 * Threshold of constant false-alarm rate for each column from its own tail (D1; Theiler & Foy 2006 for why the
 * Gaussian's is not used). What the score would be without gas is read from its mirror, the same score of -z: gas never
 * makes z negative, ground errs both ways. Beyond what was seen the tail is exponential, fitted to the largest values
 * (peaks over threshold, Pickands 1975, shape zero): P(mirror > t) = q exp(-(t - t_q) / beta).
 */
import { sortedQuantile } from './robust-statistics.ts';

/** The fitted tail starts where this share of the mirrored values lies beyond. */
const TAIL_SHARE = 0.02;
const LEAST_PIXELS = 200;

export interface NullTail {
  readonly tailStart: number;
  readonly tailScale: number;
  /** Mirrored scores, ascending. */
  readonly values: Float64Array;
}

/** Distribution of a score without gas from its mirror. */
export function nullTail(mirror: Float64Array): NullTail {
  const values = mirror.slice().sort();
  const tailStart = sortedQuantile(values, 1 - TAIL_SHARE);
  const beyond = values.filter((value) => value > tailStart);
  const tailScale = beyond.reduce((sum, value) => sum + value - tailStart, 0) / Math.max(1, beyond.length);
  return { tailStart, tailScale: Math.max(tailScale, 1e-9), values };
}

/** Probability that a pixel without gas scores higher. */
export function exceedance(tail: NullTail, score: number): number {
  if (score >= tail.tailStart) return TAIL_SHARE * Math.exp(-(score - tail.tailStart) / tail.tailScale);
  let [low, high] = [0, tail.values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tail.values[middle] <= score) low = middle + 1;
    else high = middle;
  }
  return (tail.values.length - low) / tail.values.length;
}

/** Score that a pixel without gas exceeds with the given probability. */
export function thresholdAt(tail: NullTail, falseAlarmRate: number): number {
  if (falseAlarmRate >= TAIL_SHARE) return sortedQuantile(tail.values, 1 - falseAlarmRate);
  return tail.tailStart + tail.tailScale * Math.log(TAIL_SHARE / falseAlarmRate);
}

/** Null tail of every column from its mirror and its neighbours'; the whole map's where these are too few. */
export function columnTails(mirror: Float64Array, lines: number, samples: number, neighbours = 8): NullTail[] {
  const gather = (from: number, to: number) => {
    const values: number[] = [];
    for (let l = 0; l < lines; l++)
      for (let s = from; s <= to; s++) {
        const value = mirror[l * samples + s];
        if (Number.isFinite(value)) values.push(value);
      }
    return Float64Array.from(values);
  };
  const all = gather(0, samples - 1);
  if (all.length < LEAST_PIXELS)
    throw new RangeError(`Only ${all.length} pixels have a score; a false-alarm threshold needs ${LEAST_PIXELS}.`);
  const whole = nullTail(all);
  return Array.from({ length: samples }, (_, s) => {
    const values = gather(Math.max(0, s - neighbours), Math.min(samples - 1, s + neighbours));
    return values.length >= LEAST_PIXELS ? nullTail(values) : whole;
  });
}
