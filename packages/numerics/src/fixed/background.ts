/**
 * What the instruments read without a source: scales of noise, offsets and common background, learned from the record
 * itself by order statistics that a plume seen part of the time does not move. The levels themselves are not fixed
 * here: they are states of the filter, with these scales as their prior.
 */
import type { FixedProblem } from './problem.ts';
import type { Wander } from './wander.ts';

export interface Background {
  /** Per instrument [ppm]: where its level tends to, how far it wanders from there, and white noise. */
  readonly level_ppm: Float64Array;
  readonly levelSd_ppm: Float64Array;
  readonly noise_ppm: Float64Array;
  /** Correlation time of an instrument's own level [s]. */
  readonly levelTime_s: number;
  /** Background common to all instruments. */
  readonly common: Wander;
  /** Per step: what stable, light air adds to each row's noise [ppm]: pools of air that differ over metres. */
  readonly pooling_ppm: Float64Array;
}

export interface BackgroundOptions {
  readonly levelTime_s: number;
  readonly commonTime_s: number;
  readonly leastLevelSd_ppm: number;
  readonly leastCommonSd_ppm: number;
  /** Quantile of an instrument's readings that stands for its level; plumes only add. */
  readonly levelQuantile: number;
  /** Pooling in stable air at 1 m s-1, as a part of the level; it grows as 1 / U. */
  readonly pooling: number;
}

/** Stability from which air pools: L below this [m] counts fully. */
const POOLING_LENGTH_M = 50;
const LEAST_POOLING_WIND_MPS = 0.2;

export function learnBackground(problem: FixedProblem, options: BackgroundOptions): Background {
  const count = problem.instruments.length;
  const readings = readingsByInstrument(problem);
  const floor = Math.max(problem.noise_ppm ?? 0, 1e-3);
  const pooled = quantile(
    readings.flatMap(({ value_ppm }) => value_ppm),
    options.levelQuantile,
  );
  const level_ppm = new Float64Array(count).fill(pooled);
  const levelSd_ppm = new Float64Array(count).fill(options.leastLevelSd_ppm);
  const noise_ppm = new Float64Array(count).fill(floor);
  readings.forEach(({ time_s, value_ppm, measured, unknownSd_ppm }, k) => {
    const spread =
      value_ppm.length < 8 ? options.leastLevelSd_ppm : dailySpread(time_s, value_ppm, options.levelQuantile);
    levelSd_ppm[k] = Math.hypot(Math.max(options.leastLevelSd_ppm, spread), unknownSd_ppm);
    if (value_ppm.length < 8) return;
    level_ppm[k] = quantile(value_ppm, options.levelQuantile);
    const pick = (column: readonly number[]) => measured.map((i) => column[i]);
    noise_ppm[k] = Math.max(floor, noiseOf(pick(time_s), pick(value_ppm)));
  });
  return {
    level_ppm,
    levelSd_ppm,
    noise_ppm,
    levelTime_s: options.levelTime_s,
    common: { sd: options.leastCommonSd_ppm, time_s: options.commonTime_s },
    pooling_ppm: Float64Array.from(problem.steps, ({ air }) => {
      if (air.obukhovLength_m < 0) return 0;
      const stable = 1 / (1 + air.obukhovLength_m / POOLING_LENGTH_M);
      return (options.pooling * Math.max(0, pooled) * stable) / Math.max(LEAST_POOLING_WIND_MPS, air.speed_mps);
    }),
  };
}

interface Readings {
  readonly time_s: number[];
  /** Half of the bound where the air held at most that. */
  readonly value_ppm: number[];
  /** Which of them are no bounds. */
  readonly measured: number[];
  /** What bounds leave open of the level: of the uniform distribution below them, by their share. */
  readonly unknownSd_ppm: number;
}

function readingsByInstrument({ instruments, steps, instrument, value_ppm, bound }: FixedProblem): Readings[] {
  const readings = instruments.map(() => ({
    time_s: [] as number[],
    value_ppm: [] as number[],
    measured: [] as number[],
    limit: 0,
    below: 0,
  }));
  for (const { time_s, from, to } of steps) {
    for (let row = from; row < to; row++) {
      const of = readings[instrument[row]];
      const side = bound === undefined ? 0 : bound[row];
      if (side === 0) of.measured.push(of.time_s.length);
      if (side < 0) {
        of.below++;
        of.limit = Math.max(of.limit, value_ppm[row]);
      }
      of.time_s.push(time_s);
      of.value_ppm.push(side < 0 ? value_ppm[row] / 2 : value_ppm[row]);
    }
  }
  return readings.map(({ limit, below, ...rest }) => ({
    ...rest,
    unknownSd_ppm: below === 0 ? 0 : (limit / Math.sqrt(12)) * (below / rest.time_s.length),
  }));
}

const DAY_S = 86_400;
/** Quartile deviation of a normal distribution. */
const NORMAL_QUARTILE = 0.6745;

/** Robust deviation of the daily low quantiles: diurnal change and recalibrations. */
function dailySpread(time_s: readonly number[], value_ppm: readonly number[], probability: number): number {
  const days = Map.groupBy(value_ppm.keys(), (i) => Math.floor(time_s[i] / DAY_S));
  const lows = [...days.values()]
    .filter((rows) => rows.length >= 6)
    .map((rows) =>
      quantile(
        rows.map((i) => value_ppm[i]),
        probability,
      ),
    );
  if (lows.length < 3) return 0;
  return (quantile(lows, 0.75) - quantile(lows, 0.25)) / 2 / NORMAL_QUARTILE;
}

/** From the quieter half of successive differences (a plume makes the louder half): lower quartile of |difference|. */
function noiseOf(time_s: readonly number[], value_ppm: readonly number[]): number {
  const differences: number[] = [];
  for (let i = 1; i < value_ppm.length; i++) {
    if (time_s[i] - time_s[i - 1] < 1800) differences.push(Math.abs(value_ppm[i] - value_ppm[i - 1]));
  }
  // Lower quartile of |N(0, 2 s^2)| is 0.3186 sqrt(2) s.
  return differences.length < 8 ? 0 : quantile(differences, 0.25) / (0.3186 * Math.SQRT2);
}

function quantile(values: readonly number[], probability: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * probability;
  const low = Math.floor(position);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
