/**
 * How long a working sensor may repeat one value. A reading of noise s and resolution q repeats with probability of at
 * most erf(q / (2 sqrt 2 s)), when the air stands in the middle of a step; what the file itself shows outside its longest
 * run counts too, since slow sensors repeat more often than noise says.
 */

/** Fewer pairs than this outside the longest run say nothing. */
const FEWEST_PAIRS = 10;
/** A run that long is called stuck where the file is too short to tell what it usually repeats. */
const WHEN_UNKNOWN = 60;
/** Chance that a file of a working sensor shows a longer run. */
const FALSE_ALARM = 1e-9;

/** Where neighbours repeat more often than this, the resolution is coarser than the noise. */
const FINE = 0.1;

export interface RunByChance {
  /** Longest run of one value that chance explains [samples]; infinite where the resolution hides all noise. */
  readonly plausible: number;
  /** Whether the resolution shows the noise, so that repeats are rare. */
  readonly isFine: boolean;
}

/** @param lengths of all runs; @param sorted readings, ascending; @param noise_ppm one-sigma, 0 where they do not differ */
export function longestByChance(lengths: readonly number[], sorted: Float64Array, noise_ppm: number): RunByChance {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const pairs = sorted.length - longest;
  if (pairs < FEWEST_PAIRS) return { plausible: WHEN_UNKNOWN - 1, isFine: false };
  const repeats = sorted.length - lengths.length - (longest - 1);
  const seen = (repeats + 1) / (pairs + 2);
  const byNoise = noise_ppm > 0 ? erf(resolutionOf(sorted) / (2 * Math.SQRT2 * noise_ppm)) : 1;
  const chance = Math.max(seen, byNoise);
  const plausible =
    chance >= 1 ? Number.POSITIVE_INFINITY : Math.ceil(1 + Math.log(FALSE_ALARM / sorted.length) / Math.log(chance));
  return { plausible, isFine: chance < FINE };
}

/** Smallest step between two different readings. */
function resolutionOf(sorted: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i] - sorted[i - 1];
    // Below a billionth of the level it is rounding of the conversion.
    if (step > 1e-9 * Math.abs(sorted[i]) && step < least) least = step;
  }
  return Number.isFinite(least) ? least : 0;
}

/** Error function within 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26), for x of at least 0. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - series * Math.exp(-x * x);
}
