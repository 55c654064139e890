/**
 * Lag of an instrument from opposite headings. A reading that comes `lag` seconds after its air is drawn that much too
 * far along the flight, so a plume seen on the way there and on the way back appears at two places:
 *
 *   o_k = a + b d_k + g_k lag + e_k,   e_k ~ N(0, (f w_k)^2)
 *
 * o_k  where run k shows the plume, along the axis across the wind [m]; only differences are measured, by
 *      cross-correlation of the signals of run k and its neighbours of opposite heading
 * d_k  place of run k along the wind [m]; b its slope: error of the wind's direction [rad]
 * g_k  velocity over ground along the axis [m s-1], of both signs
 * w_k  width of the plume in run k [m]; f the meander over it, unknown: a scaled inverse chi-square prior
 *
 * The posterior of lag is a Student t. A clock of the gas file that is off against the position file's shifts readings
 * in the same way: what is found is lag plus clock offset, so it may be negative.
 */
import { fitBackground, noiseFromDifferences, plumeScaleNoise } from '../inversion/background.ts';
import { offsetRegression } from './offset-regression.ts';
import { bestPooled, type LagRange, pairOpposite, refineShift, toSignals } from './run-pairs.ts';
import { comparisonAxis, straightRuns, type TrackReadings } from './straight-runs.ts';

export interface LagFound {
  readonly kind: 'found';
  /** How long after its air a reading comes [s]. */
  readonly lag_s: number;
  /** Scale of its Student t posterior [s]. */
  readonly scale_s: number;
  readonly degreesOfFreedom: number;
  /** Half width of the central 90 % interval [s]. */
  readonly half90_s: number;
  /** Half width of the central 99.8 % interval [s]: a stated lag outside it disagrees. */
  readonly half998_s: number;
  /** Runs it rests on. */
  readonly runs: number;
}

export type LagRefusal = 'no-opposite-runs' | 'too-few-crossings' | 'rival-lags' | 'at-the-limit' | 'too-uncertain';

export interface LagRefused {
  readonly kind: 'refused';
  readonly reason: LagRefusal;
  /** Runs that show a plume. */
  readonly runs: number;
}

export interface LagOptions {
  /** 1-sigma noise of a reading [ppm]; estimated where left out. */
  readonly noise_ppm?: number;
  /** Lags that are looked at [s]. */
  readonly least_s?: number;
  readonly most_s?: number;
}

/** Tubing and analysers delay by seconds; a clock may be off either way. */
const LEAST_LAG_S = -15;
const MOST_LAG_S = 20;
/** Runs are compared where they cross the axis at no less than 45 degrees. */
const LEAST_ACROSS = Math.SQRT1_2;
/** A run shows a plume when its largest excess passes this many deviations. */
const PEAK_SIGMAS = 6;
const FEWEST_RUNS = 3;
/** Excess below this many deviations is left out. */
const SIGNAL_SIGMAS = 2;
/** A second lag that agrees nearly as well, further off than the plumes are wide, is a rival. */
const RIVAL_SHARE = 0.75;
/** Where the interval is wider than this, or than the plumes last, the legs do not tell [s]. */
const WIDEST_S = 3;

/**
 * Lag of the readings against the positions, or why the flight does not tell. Works for several sources, and without a
 * wind (less surely). The mean of an averaging time or a response is part of what is found.
 */
export function estimateLag(given: TrackReadings, options: LagOptions = {}): LagFound | LagRefused {
  const track = thinned(given);
  const range: LagRange = { least_s: options.least_s ?? LEAST_LAG_S, most_s: options.most_s ?? MOST_LAG_S };
  const all = straightRuns(track);
  const axis = comparisonAxis(track, all);
  const across = all.filter(({ east_mps, north_mps }) => {
    const along = Math.abs(east_mps * axis.east + north_mps * axis.north);
    return along > LEAST_ACROSS * Math.hypot(east_mps, north_mps);
  });
  const refused = (reason: LagRefusal, runs: number): LagRefused => ({ kind: 'refused', reason, runs });
  const goes = across.map(({ east_mps, north_mps }) => Math.sign(east_mps * axis.east + north_mps * axis.north));
  if (!goes.includes(1) || !goes.includes(-1)) return refused('no-opposite-runs', 0);
  // Averaged samples have less noise than stated.
  const { excess, noise_ppm } = excessOf(track, track === given ? options.noise_ppm : undefined);
  const signals = toSignals(track, across, axis, excess).filter(({ peak }) => peak > PEAK_SIGMAS * noise_ppm);
  const pairs = pairOpposite(signals, range);
  const used = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  if (used.size < FEWEST_RUNS) return refused('too-few-crossings', used.size);
  const best = bestPooled(signals, pairs, range, axis.isAcrossWind);
  if (best.rivalShare > RIVAL_SHARE) return refused('rival-lags', used.size);
  if (best.isAtLimit) return refused('at-the-limit', used.size);
  const refined = pairs.flatMap((pair) => refineShift(signals, pair, best) ?? []);
  const fit = offsetRegression(signals, refined, axis.isAcrossWind);
  if (fit === undefined) return refused('too-few-crossings', used.size);
  const lasts_s = median([...used].map((k) => signals[k].width_m / Math.abs(signals[k].ground_mps)));
  if (fit.half90_s > Math.max(WIDEST_S, 2 * lasts_s)) return refused('too-uncertain', fit.runs);
  return { kind: 'found', ...fit };
}

/** Neighbouring samples are averaged down to about this interval [s] and number: a lag is found to tenths of a second. */
const FINEST_S = 0.4;
const MOST_SAMPLES = 20_000;

function thinned(track: TrackReadings): TrackReadings {
  const { time_s, leg } = track;
  const mean_s = (time_s[time_s.length - 1] - time_s[0]) / Math.max(1, time_s.length - 1);
  const block = Math.max(Math.floor(FINEST_S / mean_s) || 1, Math.ceil(time_s.length / MOST_SAMPLES));
  if (block <= 1) return track;
  const mean = (values: Float64Array) =>
    Float64Array.from({ length: Math.floor(values.length / block) }, (_, i) => {
      let sum = 0;
      for (let j = i * block; j < (i + 1) * block; j++) sum += values[j];
      return sum / block;
    });
  const { windEast_mps, windNorth_mps } = track;
  return {
    time_s: mean(time_s),
    x_m: mean(track.x_m),
    y_m: mean(track.y_m),
    value_ppm: mean(track.value_ppm),
    ...(leg && { leg: Int32Array.from({ length: Math.floor(leg.length / block) }, (_, i) => leg[i * block]) }),
    ...(windEast_mps && { windEast_mps: mean(windEast_mps) }),
    ...(windNorth_mps && { windNorth_mps: mean(windNorth_mps) }),
  };
}

/** Excess over the background, with what noise alone reaches left out: two runs would correlate by their backgrounds. */
function excessOf({ time_s, value_ppm }: TrackReadings, stated_ppm: number | undefined) {
  const measured = noiseFromDifferences(value_ppm);
  // A constant series has no differences: a millionth of its level keeps everything finite.
  const floor = 1e-6 * Math.max(1e-3, Math.abs(value_ppm[0] ?? 0));
  const least = Math.max(Number.isFinite(measured) ? measured : 0, floor);
  const noise_ppm = stated_ppm ?? plumeScaleNoise(time_s, value_ppm, least);
  const { level_ppm } = fitBackground(time_s, value_ppm, noise_ppm);
  const excess = value_ppm.map((value, i) => {
    const over = value - level_ppm[i];
    return over > SIGNAL_SIGMAS * noise_ppm ? over : 0;
  });
  return { excess, noise_ppm };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
