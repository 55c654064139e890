/**
 * What the aircraft's sensors make of the air: background under the plume, response and lag of the gas analyser, noise,
 * censoring, dropouts; and a wind measurement with noise, bias and an error that turns with the heading.
 */
import { ornsteinUhlenbeck, type Random } from './random.ts';

export interface GasInstrument {
  /** White noise of one sample, one standard deviation [ppm]. */
  readonly noise_ppm: number;
  /** Time from inlet to reading [s], whole seconds; the file's times are not corrected for it. */
  readonly lag_s: number;
  /** First-order response time (1/e) [s]; 0 for none. */
  readonly response_s: number;
  /** Readings below this are reported as this [ppm]; 0 for none. */
  readonly detectionLimit_ppm: number;
  /** Mean number of dropouts an hour, and their mean length [s]; samples inside are missing rows. */
  readonly dropoutsPerHour: number;
  readonly dropoutLength_s: number;
}

export interface Background {
  readonly level_ppm: number;
  /** Random drift: standard deviation [ppm] and time scale [s]. */
  readonly driftSd_ppm: number;
  readonly driftTime_s: number;
  /** Linear trend [ppm s-1]. */
  readonly trend_ppmps: number;
  /** Mean number of steps an hour and standard deviation of one [ppm]. */
  readonly stepsPerHour: number;
  readonly stepSd_ppm: number;
}

export interface WindInstrument {
  readonly noise_mps: number;
  /** Standard deviation of each component of a bias that lasts the flight [m s-1]. */
  readonly biasSd_mps: number;
  /** Slow error: standard deviation [m s-1] of an Ornstein-Uhlenbeck process of time scale [s]. */
  readonly slowSd_mps: number;
  readonly slowTime_s: number;
  /** Relative error of airspeed: a wind error along the heading that turns over with it, standard deviation [m s-1]. */
  readonly headingErrorSd_mps: number;
}

/** Background mole fraction, one value a second [ppm]. Steps are smoothed over some ten seconds, as air masses are. */
export function backgroundSeries(background: Background, random: Random, count: number): Float64Array {
  const drift = ornsteinUhlenbeck(random.stream('drift'), count, 1 / background.driftTime_s);
  const steps = random.stream('steps');
  const STEP_WIDTH_S = 5;
  const shift = new Float64Array(count);
  if (background.stepsPerHour > 0) {
    const gap = 3600 / background.stepsPerHour;
    for (let at = gap * steps.exponential(); at < count; at += gap * steps.exponential()) {
      const height = background.stepSd_ppm * steps.normal();
      for (let i = 0; i < count; i++) shift[i] += height / (1 + Math.exp(-(i - at) / STEP_WIDTH_S));
    }
  }
  return drift.map(
    (value, i) => background.level_ppm + background.driftSd_ppm * value + background.trend_ppmps * i + shift[i],
  );
}

/** First-order response then lag: what the analyser would show without noise. */
export function respond(values: Float64Array, instrument: GasInstrument): Float64Array {
  const keep = instrument.response_s > 0 ? Math.exp(-1 / instrument.response_s) : 0;
  const shown = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) shown[i] = i === 0 ? values[0] : keep * shown[i - 1] + (1 - keep) * values[i];
  const lag = instrument.lag_s;
  return shown.map((_, i) => shown[Math.max(0, i - lag)]);
}

/** Noise and censoring on what the analyser shows [ppm]. */
export function readGas(shown_ppm: Float64Array, instrument: GasInstrument, random: Random): Float64Array {
  return shown_ppm.map((value) =>
    Math.max(instrument.detectionLimit_ppm, value + instrument.noise_ppm * random.normal()),
  );
}

/** True where the sample was recorded. */
export function recordedMask(instrument: GasInstrument, random: Random, count: number): Uint8Array {
  const mask = new Uint8Array(count).fill(1);
  if (instrument.dropoutsPerHour <= 0) return mask;
  const gap = 3600 / instrument.dropoutsPerHour;
  for (let at = gap * random.exponential(); at < count; at += gap * random.exponential()) {
    const length = 1 + instrument.dropoutLength_s * random.exponential();
    mask.fill(0, Math.floor(at), Math.min(count, Math.ceil(at + length)));
  }
  return mask;
}

/** The aircraft's wind from the true wind at it [m s-1]; heading [rad clockwise from north]. */
export function readWind(
  truth: { east: Float64Array; north: Float64Array; heading: Float64Array },
  instrument: WindInstrument,
  random: Random,
): { east: Float64Array; north: Float64Array } {
  const count = truth.east.length;
  const slowEast = ornsteinUhlenbeck(random.stream('slow-east'), count, 1 / instrument.slowTime_s);
  const slowNorth = ornsteinUhlenbeck(random.stream('slow-north'), count, 1 / instrument.slowTime_s);
  const bias = random.stream('bias');
  const biasEast = instrument.biasSd_mps * bias.normal();
  const biasNorth = instrument.biasSd_mps * bias.normal();
  const alongHeading = instrument.headingErrorSd_mps * bias.normal();
  const noise = random.stream('noise');
  const east = truth.east.map(
    (value, i) =>
      value +
      biasEast +
      instrument.slowSd_mps * slowEast[i] +
      alongHeading * Math.sin(truth.heading[i]) +
      instrument.noise_mps * noise.normal(),
  );
  const north = truth.north.map(
    (value, i) =>
      value +
      biasNorth +
      instrument.slowSd_mps * slowNorth[i] +
      alongHeading * Math.cos(truth.heading[i]) +
      instrument.noise_mps * noise.normal(),
  );
  return { east, north };
}
