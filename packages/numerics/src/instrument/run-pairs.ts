/** Signals of runs along one axis, and how well those of opposite headings agree when shifted. */
import type { ComparisonAxis, StraightRun, TrackReadings } from './straight-runs.ts';

/** What one run shows along the axis, on a grid common to all runs. */
export interface RunSignal {
  /** Square root of the excess, of unit sum of squares: the root keeps one gust's spike from deciding. */
  readonly profile: Float64Array;
  readonly step_m: number;
  /** Largest excess [ppm]. */
  readonly peak: number;
  /** Velocity over ground along the axis [m s-1], signed. */
  readonly ground_mps: number;
  /** Mean place along the wind [m]. */
  readonly along_m: number;
  /** Standard deviation of the signal about its largest part [m]. */
  readonly width_m: number;
}

export interface LagRange {
  readonly least_s: number;
  readonly most_s: number;
}

/** Two runs of opposite heading: agreement[i] is the correlation at a shift of b of (i - half) steps. */
export interface RunPair {
  readonly a: number;
  readonly b: number;
  readonly agreement: Float64Array;
  readonly half: number;
}

/** A pair's own shift [m]: how much further along the axis b shows the plume than a. */
export interface PairShift {
  readonly a: number;
  readonly b: number;
  readonly shift_m: number;
}

export function toSignals(
  track: TrackReadings,
  runs: readonly StraightRun[],
  axis: ComparisonAxis,
  excess_ppm: Float64Array,
): RunSignal[] {
  const across = (i: number) => track.x_m[i] * axis.east + track.y_m[i] * axis.north;
  const along = (i: number) => track.y_m[i] * axis.east - track.x_m[i] * axis.north;
  const ground = runs.map(({ east_mps, north_mps }) => east_mps * axis.east + north_mps * axis.north);
  const spacing = runs.map(
    ({ from, to }, k) => (Math.abs(ground[k]) * (track.time_s[to - 1] - track.time_s[from])) / (to - from - 1),
  );
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { from, to } of runs) {
    for (let i = from; i < to; i++) {
      least = Math.min(least, across(i));
      most = Math.max(most, across(i));
    }
  }
  const step_m = Math.max(Math.min(...spacing), (most - least) / MOST_CELLS);
  const cells = Math.ceil((most - least) / step_m) + 1;
  return runs.map(({ from, to }, k) => {
    const profile = new Float64Array(cells);
    let [peak, place] = [0, 0];
    for (let i = from; i < to; i++) {
      peak = Math.max(peak, excess_ppm[i]);
      place += along(i) / (to - from);
      if (i + 1 < to)
        fill(profile, (across(i) - least) / step_m, (across(i + 1) - least) / step_m, excess_ppm[i], excess_ppm[i + 1]);
    }
    normalise(profile);
    return { profile, step_m, peak, ground_mps: ground[k], along_m: place, width_m: widthOf(profile) * step_m };
  });
}

/** Finer grids cost more than they tell. */
const MOST_CELLS = 4000;

/** Excess between two neighbouring samples, linear, on the cells between them. */
function fill(profile: Float64Array, at: number, next: number, excess: number, then: number): void {
  const [low, high] = at < next ? [at, next] : [next, at];
  for (let cell = Math.ceil(low); cell <= high && cell < profile.length; cell++) {
    const share = next === at ? 0 : (cell - at) / (next - at);
    profile[cell] = Math.sqrt(Math.max(0, excess + share * (then - excess)));
  }
}

function normalise(profile: Float64Array): void {
  const size = Math.sqrt(profile.reduce((sum, value) => sum + value * value, 0));
  if (size > 0) for (let i = 0; i < profile.length; i++) profile[i] /= size;
}

/** Standard deviation of the part around the largest value, down to where the signal is gone [cells]. */
function widthOf(profile: Float64Array): number {
  let top = 0;
  for (let i = 0; i < profile.length; i++) if (profile[i] > profile[top]) top = i;
  let [from, to] = [top, top];
  while (from > 0 && profile[from - 1] > 0) from--;
  while (to + 1 < profile.length && profile[to + 1] > 0) to++;
  let [weight, first, second] = [0, 0, 0];
  for (let i = from; i <= to; i++) {
    const w = profile[i] * profile[i];
    weight += w;
    first += w * i;
    second += w * i * i;
  }
  if (weight === 0) return 1;
  return Math.max(1, Math.sqrt(Math.max(0, second / weight - (first / weight) ** 2)));
}

/** How many neighbours of opposite heading, nearest along the wind, each run is compared with. */
const NEIGHBOURS = 3;

export function pairOpposite(signals: readonly RunSignal[], range: LagRange): RunPair[] {
  const pairs = new Map<string, RunPair>();
  signals.forEach((one, k) => {
    const opposite = signals
      .map((other, index) => ({ other, index }))
      .filter(({ other }) => other.ground_mps * one.ground_mps < 0)
      .sort((p, q) => Math.abs(p.other.along_m - one.along_m) - Math.abs(q.other.along_m - one.along_m));
    for (const { index } of opposite.slice(0, NEIGHBOURS)) {
      const [a, b] = [Math.min(k, index), Math.max(k, index)];
      const key = `${a} ${b}`;
      if (!pairs.has(key)) pairs.set(key, comparePair(signals, a, b, range));
    }
  });
  return [...pairs.values()];
}

function comparePair(signals: readonly RunSignal[], a: number, b: number, { least_s, most_s }: LagRange): RunPair {
  const [p, q] = [signals[a].profile, signals[b].profile];
  const speed = Math.abs(signals[a].ground_mps - signals[b].ground_mps);
  const furthest =
    speed * Math.max(Math.abs(least_s), Math.abs(most_s)) +
    SLOPE_LIMIT * Math.abs(signals[a].along_m - signals[b].along_m);
  const half = Math.min(p.length, Math.ceil(furthest / signals[a].step_m) + 2);
  const agreement = new Float64Array(2 * half + 1);
  for (let shift = -half; shift <= half; shift++) {
    let sum = 0;
    const end = Math.min(p.length, q.length - shift);
    for (let i = Math.max(0, -shift); i < end; i++) sum += p[i] * q[i + shift];
    agreement[shift + half] = sum;
  }
  return { a, b, agreement, half };
}

/** Slopes of the plume's axis against the wind that are looked at, and their prior deviation [rad]. */
const SLOPE_LIMIT = 0.4;
const SLOPE_STEPS = 16;
export const SLOPE_SD_RAD = 0.15;
/** Where no wind was measured, the plume may lie anyhow across the runs. */
const SLOPE_LIMIT_WITHOUT_WIND = 1;
export const SLOPE_SD_WITHOUT_WIND = 1;
/** Lags as they are met with [s]: a weak preference that decides between plumes of several sources. */
const USUAL_LAG_S = 2.5;
const USUAL_LAG_SD_S = 8;
/** Lags are looked at in steps of this share of a grid step. */
const FINENESS = 4;

export interface PooledBest {
  readonly lag_s: number;
  readonly slope: number;
  /** Agreement of the next best lag further off than a plume's width, over that of the best. */
  readonly rivalShare: number;
  readonly isAtLimit: boolean;
}

/** The lag and slope at which all pairs agree best together. */
export function bestPooled(
  signals: readonly RunSignal[],
  pairs: readonly RunPair[],
  { least_s, most_s }: LagRange,
  isAcrossWind: boolean,
): PooledBest {
  const fastest = Math.max(...signals.map(({ ground_mps }) => Math.abs(ground_mps)));
  const step_s = signals[0].step_m / fastest / FINENESS;
  const lags = Math.floor((most_s - least_s) / step_s) + 1;
  const byLag = new Float64Array(lags);
  const limit = isAcrossWind ? SLOPE_LIMIT : SLOPE_LIMIT_WITHOUT_WIND;
  const sd = isAcrossWind ? SLOPE_SD_RAD : SLOPE_SD_WITHOUT_WIND;
  let [best, slope] = [0, 0];
  for (let l = 0; l < lags; l++) {
    for (let k = -SLOPE_STEPS; k <= SLOPE_STEPS; k++) {
      const b = (limit * k) / SLOPE_STEPS;
      const lag_s = least_s + l * step_s;
      const worth = Math.exp(-0.25 * (b / sd) ** 2 - 0.25 * ((lag_s - USUAL_LAG_S) / USUAL_LAG_SD_S) ** 2);
      let sum = 0;
      for (const pair of pairs) sum += agreementAt(signals, pair, shiftOf(signals, pair, lag_s, b));
      if (worth * sum <= byLag[l]) continue;
      byLag[l] = worth * sum;
      if (byLag[l] > byLag[best] || l === best) [best, slope] = [l, b];
    }
  }
  const lasts_s = Math.max(
    ...pairs.flatMap(({ a, b }) => [a, b]).map((k) => signals[k].width_m / Math.abs(signals[k].ground_mps)),
  );
  const near = (RIVAL_WIDTHS * lasts_s) / step_s;
  let rival = 0;
  byLag.forEach((value, l) => {
    const isPeak = value >= (byLag[l - 1] ?? 0) && value >= (byLag[l + 1] ?? 0);
    if (isPeak && Math.abs(l - best) > near) rival = Math.max(rival, value);
  });
  const edge = Math.ceil(lasts_s / step_s / 2);
  return {
    lag_s: least_s + best * step_s,
    slope,
    rivalShare: byLag[best] > 0 ? rival / byLag[best] : 1,
    isAtLimit: best < edge || best >= lags - edge,
  };
}

/** Peaks nearer than this many widths of a plume [standard deviations] are the same peak. */
const RIVAL_WIDTHS = 2;

/** How much further along the axis run b should show the plume than run a [m]. */
function shiftOf(signals: readonly RunSignal[], { a, b }: RunPair, lag_s: number, slope: number): number {
  const [one, other] = [signals[a], signals[b]];
  return slope * (other.along_m - one.along_m) + lag_s * (other.ground_mps - one.ground_mps);
}

function agreementAt(signals: readonly RunSignal[], { a, agreement, half }: RunPair, shift_m: number): number {
  const at = shift_m / signals[a].step_m + half;
  const cell = Math.floor(at);
  if (cell < 0 || cell + 1 >= agreement.length) return 0;
  return agreement[cell] + (at - cell) * (agreement[cell + 1] - agreement[cell]);
}

/** How far from the pooled shift a pair's own may lie, in widths of the plume. */
const REFINE_WIDTHS = 3;
/** Pairs that agree less than this at their best show different plumes. */
const LEAST_AGREEMENT = 0.3;

/** The pair's own best shift near the pooled one: the middle of the top of its correlation. */
export function refineShift(signals: readonly RunSignal[], pair: RunPair, best: PooledBest): PairShift | undefined {
  const { a, b, agreement, half } = pair;
  const { step_m } = signals[a];
  const expected = shiftOf(signals, pair, best.lag_s, best.slope) / step_m + half;
  const reach = (REFINE_WIDTHS * Math.max(signals[a].width_m, signals[b].width_m)) / step_m;
  const from = Math.max(1, Math.ceil(expected - reach));
  const to = Math.min(agreement.length - 2, Math.floor(expected + reach));
  if (from > to) return undefined;
  let top = from;
  for (let i = from; i <= to; i++) if (agreement[i] > agreement[top]) top = i;
  if (agreement[top] < LEAST_AGREEMENT) return undefined;
  return { a, b, shift_m: (middleOfTop(agreement, top) - half) * step_m };
}

/** Centroid of what stands over nine tenths of the peak, around it. */
function middleOfTop(agreement: Float64Array, top: number): number {
  const floor = 0.8 * agreement[top];
  let [weight, first] = [0, 0];
  const add = (i: number) => {
    weight += agreement[i] - floor;
    first += (agreement[i] - floor) * i;
  };
  for (let i = top; i >= 0 && agreement[i] > floor; i--) add(i);
  for (let i = top + 1; i < agreement.length && agreement[i] > floor; i++) add(i);
  return weight > 0 ? first / weight : top;
}
