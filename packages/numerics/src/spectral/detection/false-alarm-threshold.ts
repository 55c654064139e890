/**
 * Threshold of constant false-alarm rate for each column from its own tail (D1; Theiler & Foy 2006 for why the
 * Gaussian's is not used). Without gas the score's distribution is taken as that of its lower side mirrored about the
 * mode and, beyond what was seen, an exponential tail fitted to the largest mirrored values (peaks over threshold,
 * Pickands 1975, with shape zero): P(score > centre + t) = q exp(-(t - t_q) / beta).
 */
import { lowerCentre, sortedQuantile } from './robust-statistics.ts';

export interface TailOptions {
  /** Probability that a pixel without gas exceeds the threshold. */
  readonly falseAlarmRate: number;
  /** Columns to either side that lend their pixels. Default 4: a column alone has too short a tail. */
  readonly neighbours?: number;
}

/** The tail starts where this share of the mirrored values lies beyond. */
const TAIL_SHARE = 0.05;
const LEAST_PIXELS = 200;

export interface NullTail {
  readonly centre: number;
  readonly tailStart: number;
  readonly tailScale: number;
  /** Mirrored departures, ascending. */
  readonly departures: Float64Array;
}

/** Distribution of a score without gas from a sample that may hold some. */
export function nullTail(scores: Float64Array): NullTail {
  const { centre } = lowerCentre(scores);
  let below = 0;
  while (below < scores.length && scores[below] < centre) below++;
  const departures = Float64Array.from({ length: below }, (_, i) => centre - scores[below - 1 - i]);
  const tailStart = sortedQuantile(departures, 1 - TAIL_SHARE);
  const beyond = departures.filter((value) => value > tailStart);
  const tailScale = beyond.reduce((sum, value) => sum + value - tailStart, 0) / Math.max(1, beyond.length);
  return { centre, tailStart, tailScale: Math.max(tailScale, 1e-9), departures };
}

/** Probability that a pixel without gas scores higher. */
export function exceedance(tail: NullTail, score: number): number {
  const t = score - tail.centre;
  if (t >= tail.tailStart) return 0.5 * TAIL_SHARE * Math.exp(-(t - tail.tailStart) / tail.tailScale);
  if (t <= 0) return 0.5;
  let [low, high] = [0, tail.departures.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tail.departures[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return (0.5 * (tail.departures.length - low)) / tail.departures.length;
}

/** Score that a pixel without gas exceeds with the given probability (at most 0.025). */
export function thresholdAt(tail: NullTail, falseAlarmRate: number): number {
  return tail.centre + tail.tailStart + tail.tailScale * Math.log((0.5 * TAIL_SHARE) / falseAlarmRate);
}

/** Null tail of every column from it and its neighbours; the whole map's where these are too few. */
export function columnTails(score: Float64Array, lines: number, samples: number, neighbours = 4): NullTail[] {
  const gather = (from: number, to: number) => {
    const values: number[] = [];
    for (let l = 0; l < lines; l++)
      for (let s = from; s <= to; s++) {
        const value = score[l * samples + s];
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
