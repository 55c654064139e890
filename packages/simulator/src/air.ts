/**
 * The moving air: a large-scale wind that drifts as an Ornstein-Uhlenbeck process, a logarithmic profile with height,
 * and a meander field of random Fourier modes carried by the large-scale wind (Kraichnan 1970; Fung et al. 1992):
 *
 *   u'(x, t) = sum_n A_n e_n cos(k_n . (x - X(t)) + w_n t + p_n),   e_n perpendicular to k_n, A_n^2 ~ wavelength^(2/3)
 *
 * so that it is free of divergence, coherent between plumes, and seen alike by gas and by the aircraft's wind sensor.
 */
import { ornsteinUhlenbeck, type Random } from './random.ts';

/** The air of one flight. Wind components say where the air goes to. Turbulence is the total at plume height. */
export interface Weather {
  /** Mean wind at 10 m [m s-1]. */
  readonly windEast_mps: number;
  readonly windNorth_mps: number;
  readonly roughness_m: number;
  /** Standard deviation of the crosswind and vertical velocity [m s-1], eddies of all sizes together. */
  readonly sigmaV_mps: number;
  readonly sigmaW_mps: number;
  /** Lagrangian time scales of the small eddies, horizontal and vertical [s]. */
  readonly lagrangianTime_s: number;
  readonly verticalTime_s: number;
  /** Shares of the crosswind variance: eddies that widen puffs, and meander that carries them whole; the rest is drift. */
  readonly relativeShare: number;
  readonly meanderShare: number;
  /** Shortest and longest wavelength of the meander [m]. */
  readonly meanderLength_m: readonly [number, number];
  /** Large-scale wind: time scale [s] of its drift, whose variance is what the shares leave, and steady turning [rad s-1]. */
  readonly driftTime_s: number;
  readonly turning_radps: number;
  readonly mixingHeight_m: number;
}

export const WIND_HEIGHT_M = 10;
const MODE_COUNT = 12;
/** Height whose mean wind carries the meander's eddies [m]. */
const EDDY_HEIGHT_M = 30;
/** Share of the eddy turnover rate at which a mode's phase runs (Fung et al. 1992: of order one half). */
const UNSTEADINESS = 0.4;

export interface Air {
  readonly weather: Weather;
  readonly start_s: number;
  /** Large-scale wind at 10 m, one value a second from `start_s` [m s-1]. */
  readonly east_mps: Float64Array;
  readonly north_mps: Float64Array;
  /** How far that wind has gone since `start_s` [m]. */
  readonly runEast_m: Float64Array;
  readonly runNorth_m: Float64Array;
  /** Largest large-scale wind at 10 m [m s-1]. */
  readonly fastest_mps: number;
  /** Speed of the eddies over the wind at 10 m. */
  readonly eddyRatio: number;
  readonly modes: Modes;
}

/** One entry a mode: wave vector [rad m-1], its square, amplitude over wave number, frequency [rad s-1], phase. */
export interface Modes {
  readonly kx: Float64Array;
  readonly ky: Float64Array;
  readonly k2: Float64Array;
  readonly scale: Float64Array;
  readonly frequency: Float64Array;
  readonly phase: Float64Array;
}

export function makeAir(weather: Weather, random: Random, period: { start_s: number; seconds: number }): Air {
  const count = period.seconds + 1;
  const decay = 1 / weather.driftTime_s;
  const driftSd = weather.sigmaV_mps * Math.sqrt(1 - weather.relativeShare - weather.meanderShare);
  const driftEast = ornsteinUhlenbeck(random.stream('drift-east'), count, decay);
  const driftNorth = ornsteinUhlenbeck(random.stream('drift-north'), count, decay);
  const series = () => new Float64Array(count);
  const [east_mps, north_mps, runEast_m, runNorth_m] = [series(), series(), series(), series()];
  let fastest_mps = 0;
  for (let i = 0; i < count; i++) {
    const turn = weather.turning_radps * (i - count / 2);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    east_mps[i] = weather.windEast_mps * cos + weather.windNorth_mps * sin + driftSd * driftEast[i];
    north_mps[i] = weather.windNorth_mps * cos - weather.windEast_mps * sin + driftSd * driftNorth[i];
    if (i > 0) {
      runEast_m[i] = runEast_m[i - 1] + east_mps[i - 1];
      runNorth_m[i] = runNorth_m[i - 1] + north_mps[i - 1];
    }
    fastest_mps = Math.max(fastest_mps, Math.hypot(east_mps[i], north_mps[i]));
  }
  const modes = makeModes(weather, random.stream('meander'));
  const eddyRatio = logProfile(EDDY_HEIGHT_M, weather.roughness_m);
  return {
    weather,
    start_s: period.start_s,
    east_mps,
    north_mps,
    runEast_m,
    runNorth_m,
    fastest_mps,
    eddyRatio,
    modes,
  };
}

function makeModes(weather: Weather, random: Random): Modes {
  const sigma = weather.sigmaV_mps * Math.sqrt(weather.meanderShare);
  const [shortest, longest] = weather.meanderLength_m;
  const lengths = Float64Array.from(
    { length: MODE_COUNT },
    (_, i) => shortest * (longest / shortest) ** ((i + 0.5) / MODE_COUNT),
  );
  // Isotropic directions leave half of a mode's mean square A^2/2 in each component.
  const total = lengths.reduce((sum, length) => sum + length ** (2 / 3) / 4, 0);
  // Golden-ratio steps spread the directions evenly, so that every flight's meander is isotropic over scales.
  const offset = random.uniform();
  const angle = lengths.map((_, i) => 2 * Math.PI * ((offset + i * 0.618033988749895) % 1));
  const k = lengths.map((length) => (2 * Math.PI) / length);
  const amplitude = lengths.map((length) => sigma * Math.sqrt(length ** (2 / 3) / total));
  return {
    kx: k.map((value, i) => value * Math.cos(angle[i])),
    ky: k.map((value, i) => value * Math.sin(angle[i])),
    k2: k.map((value) => value * value),
    scale: k.map((value, i) => amplitude[i] / value),
    frequency: k.map((value, i) => UNSTEADINESS * value * amplitude[i] * random.normal()),
    phase: k.map(() => 2 * Math.PI * random.uniform()),
  };
}

/**
 * Meander velocity [m s-1] at a place [m] and second of the period, averaged over a Gaussian blob of variance
 * `spread2` [m2] (an eddy smaller than a puff cannot carry it); written to `out`.
 */
export function meanderAt(air: Air, x: number, y: number, second: number, spread2: number, out: Float64Array): void {
  const dx = x - air.eddyRatio * air.runEast_m[second];
  const dy = y - air.eddyRatio * air.runNorth_m[second];
  let east = 0;
  let north = 0;
  const { kx, ky, k2, scale, frequency, phase } = air.modes;
  for (let n = 0; n < MODE_COUNT; n++) {
    // 1 / half^2 lies within 0.12 of exp(-k2 spread2 / 2), and needs no exponential.
    const half = 1 + 0.25 * k2[n] * spread2;
    const speed = (scale[n] * cosine(kx[n] * dx + ky[n] * dy + frequency[n] * second + phase[n])) / (half * half);
    east -= speed * ky[n];
    north += speed * kx[n];
  }
  out[0] = east;
  out[1] = north;
}

/** Cosine to 4e-6, four times as fast as Math.cos: the phase in turns folded to a quarter, then sin's series to x^9. */
function cosine(angle: number): number {
  const turns = angle * (0.5 / Math.PI);
  const y = 0.25 - Math.abs(turns - Math.floor(turns + 0.5));
  const y2 = y * y;
  return y * (6.283185307 + y2 * (-41.34170224 + y2 * (81.60524928 + y2 * (-76.70585975 + y2 * 42.05869394))));
}

/** Wind speed at a height over that at 10 m, over rough ground in neutral air: ln(1 + z / z0) / ln(1 + 10 / z0). */
export function logProfile(height_m: number, roughness_m: number): number {
  return Math.log1p(Math.max(height_m, 0) / roughness_m) / Math.log1p(WIND_HEIGHT_M / roughness_m);
}
