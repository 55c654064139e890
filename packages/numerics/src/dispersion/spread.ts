/**
 * How wide a plume is: standard deviations across the wind (sigma_y) and in height (sigma_z) [m] at a travel
 * distance x [m] or time T = x / U [s].
 *
 * A scheme is two functions; `plumeTable` solves sigma_z together with the transport speed (the wind at 0.56 sigma_z
 * depends on sigma_z) and tabulates both over distance for the hot loops.
 */
import type { Air } from './forward-model.ts';
import { windSpeedAt } from './wind-profile.ts';

/** sigma_y and sigma_z [m] at distance x [m] in wind of `speed` [m s-1]. */
export interface SpreadScheme {
  readonly name: string;
  sigmaY(x: number, speed: number, air: Air): number;
  sigmaZ(x: number, speed: number, air: Air): number;
}

/** Irwin 1979 fit of Pasquill 1976: sigma_y = (sigma_v / U) x f(x), f = 1 / (1 + 0.0308 x^0.4548), x in m. */
export function irwinSigmaY(x: number, speed: number, sigmaV: number): number {
  const f = x <= 1e4 ? 1 / (1 + 0.0308 * x ** 0.4548) : 0.333 * Math.sqrt(1e4 / x);
  return (sigmaV / speed) * x * f;
}

/** Venkatram 1992: sigma_z = sqrt(2/pi) u* T S; S = (1 + 0.7 x/L)^(-1/3) stable, (1 + 0.006 (x/L)^2)^(1/2) unstable. */
export function venkatramSigmaZ(x: number, speed: number, frictionVelocity: number, obukhovLength: number): number {
  const r = x / obukhovLength;
  const stability = r >= 0 ? (1 + 0.7 * r) ** (-1 / 3) : Math.sqrt(1 + 0.006 * r * r);
  return Math.sqrt(2 / Math.PI) * frictionVelocity * (x / speed) * stability;
}

/** Venkatram et al. 2013 (R-LINE): sigma_z = a x S u* / U, a = 0.57, b_stable = 3, b_unstable = 1.5. */
export function rlineSigmaZ(x: number, speed: number, frictionVelocity: number, obukhovLength: number): number {
  const slope = frictionVelocity / speed;
  const r = x / obukhovLength;
  const stability = r >= 0 ? 1 / (1 + 3 * slope * r ** (2 / 3)) : 1 - 1.5 * slope * r;
  return 0.57 * slope * x * stability;
}

/** Ground-level releases in one formula each way. */
export const irwinVenkatram: SpreadScheme = {
  name: 'Irwin 1979 + Venkatram 1992',
  sigmaY: (x, speed, air) => irwinSigmaY(x, speed, air.sigmaV_mps),
  sigmaZ: (x, speed, air) => venkatramSigmaZ(x, speed, air.frictionVelocity_mps, air.obukhovLength_m),
};

/**
 * Cimorelli et al. 2005 (AERMOD): sigma_y = (sigma_v x / U) (1 + 78 X)^-0.3, X = sigma_v x / (U zi), fitted to Prairie
 * Grass. Where the depth zi of stable air is not known, zi = 2300 u*^1.5 (Venkatram 1980).
 */
export function cimorelliSigmaY(x: number, speed: number, air: Air): number {
  const depth = Number.isFinite(air.mixingHeight_m) ? air.mixingHeight_m : 2300 * air.frictionVelocity_mps ** 1.5;
  const across = (air.sigmaV_mps * x) / speed;
  return across * (1 + (78 * across) / depth) ** -0.3;
}

/**
 * The default near the ground: Irwin across the wind by day, Cimorelli in stable air (whose plumes Irwin makes a third
 * too wide: Prairie Grass, docs/science/plume-model.md), Venkatram in height.
 */
export const surfaceRelease: SpreadScheme = {
  name: 'Irwin / Cimorelli stable + Venkatram',
  sigmaY: (x, speed, air) =>
    air.obukhovLength_m > 0 && Number.isFinite(air.obukhovLength_m)
      ? cimorelliSigmaY(x, speed, air)
      : irwinSigmaY(x, speed, air.sigmaV_mps),
  sigmaZ: irwinVenkatram.sigmaZ,
};

/** As above with the vertical spread of R-LINE. */
export const irwinRline: SpreadScheme = {
  name: 'Irwin 1979 + R-LINE 2013',
  sigmaY: irwinVenkatram.sigmaY,
  sigmaZ: (x, speed, air) => rlineSigmaZ(x, speed, air.frictionVelocity_mps, air.obukhovLength_m),
};

/** Draxler 1976 as Irwin 1983 recommends: sigma = sigma_v T / (1 + 0.9 sqrt(T / T_i)), T_i = 1000 s; 50 s stable z. */
export const draxler: SpreadScheme = {
  name: 'Draxler 1976',
  sigmaY: (x, speed, air) => (air.sigmaV_mps * x) / speed / (1 + 0.9 * Math.sqrt(x / speed / 1000)),
  sigmaZ: (x, speed, air) => {
    const damping = air.obukhovLength_m > 0 ? 1 + 0.9 * Math.sqrt(x / speed / 50) : 1;
    return (air.sigmaW_mps * x) / speed / damping;
  },
};

/** pyELQ's default: constant angles, sigma_y = x sigma_v / U, sigma_z = x sigma_w / U (no decay of correlation). */
export const angular: SpreadScheme = {
  name: 'constant angle',
  sigmaY: (x, speed, air) => (x * air.sigmaV_mps) / speed,
  sigmaZ: (x, speed, air) => (x * air.sigmaW_mps) / speed,
};

/** Taylor 1921 with exponential correlation, time scale T_L: sigma^2 = 2 s^2 T_L^2 (T/T_L - 1 + exp(-T/T_L)). */
export function taylorSigma(sigmaVelocity: number, travelTime: number, timeScale: number): number {
  const t = travelTime / timeScale;
  // Series below 1e-3: the bracket is t^2/2 - t^3/6 and cancels in floating point.
  const bracket = t < 1e-3 ? t * t * (0.5 - t / 6) : t - 1 + Math.exp(-t);
  return sigmaVelocity * timeScale * Math.sqrt(2 * bracket);
}

/** Aloft, from measured sigma_v and sigma_w, with Lagrangian time scales [s]. */
export function taylorAloft(scales: { readonly lateral_s: number; readonly vertical_s: number }): SpreadScheme {
  return {
    name: `Taylor 1921, ${scales.lateral_s} and ${scales.vertical_s} s`,
    sigmaY: (x, speed, air) => taylorSigma(air.sigmaV_mps, x / speed, scales.lateral_s),
    sigmaZ: (x, speed, air) => taylorSigma(air.sigmaW_mps, x / speed, scales.vertical_s),
  };
}

export type StabilityClass = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

/** Class centres 1/L = a + b log10 z0 [m-1]: Golder 1972 as tabulated by Seinfeld & Pandis 1998. */
const GOLDER: readonly (readonly [StabilityClass, number, number])[] = [
  ['A', -0.096, 0.029],
  ['B', -0.037, 0.029],
  ['C', -0.002, 0.018],
  ['D', 0, 0],
  ['E', 0.004, -0.018],
  ['F', 0.035, -0.036],
];

/** Pasquill class whose centre is nearest in 1/L. */
export function stabilityClass(obukhovLength: number, roughness: number): StabilityClass {
  let best: StabilityClass = 'D';
  let nearest = Number.POSITIVE_INFINITY;
  for (const [name, a, b] of GOLDER) {
    const gap = Math.abs(1 / obukhovLength - (a + b * Math.log10(roughness)));
    if (gap < nearest) [nearest, best] = [gap, name];
  }
  return best;
}

const BRIGGS_Y: Record<StabilityClass, number> = { A: 0.22, B: 0.16, C: 0.11, D: 0.08, E: 0.06, F: 0.04 };
const BRIGGS_Z: Record<StabilityClass, (x: number) => number> = {
  A: (x) => 0.2 * x,
  B: (x) => 0.12 * x,
  C: (x) => (0.08 * x) / Math.sqrt(1 + 0.0002 * x),
  D: (x) => (0.06 * x) / Math.sqrt(1 + 0.0015 * x),
  E: (x) => (0.03 * x) / (1 + 0.0003 * x),
  F: (x) => (0.016 * x) / (1 + 0.0003 * x),
};

/** Briggs 1973, open country, by Pasquill class from L. */
export const briggs: SpreadScheme = {
  name: 'Briggs 1973 by class',
  sigmaY: (x, _speed, air) =>
    (BRIGGS_Y[stabilityClass(air.obukhovLength_m, air.roughness_m)] * x) / Math.sqrt(1 + 0.0001 * x),
  sigmaZ: (x, _speed, air) => BRIGGS_Z[stabilityClass(air.obukhovLength_m, air.roughness_m)](x),
};

/** Fraction of the ten-minute spread that a single crossing sees; the rest is meander of the centre line. */
export const RELATIVE_SPREAD_FACTOR = 0.7;

/** The same scheme with sigma_y scaled: `relative(irwinVenkatram)` is the plume of one crossing about its own centre. */
export function relative(scheme: SpreadScheme, factor = RELATIVE_SPREAD_FACTOR): SpreadScheme {
  return {
    name: `${scheme.name}, ${factor} of sigma_y`,
    sigmaY: (x, speed, air) => factor * scheme.sigmaY(x, speed, air),
    sigmaZ: scheme.sigmaZ,
  };
}

/** Height, in sigma_z, of the wind that carries a ground-level plume (0.7 of its mean height). */
const TRANSPORT_HEIGHT_SIGMAS = 0.56;
const FIXED_POINT_STEPS = 30;

/** The plume at one distance [m]. */
export interface PlumeShape {
  readonly sigmaY_m: number;
  readonly sigmaZ_m: number;
  readonly speed_mps: number;
}

/** Solves sigma_z = scheme(x, U(max(0.56 sigma_z, h))) by fixed point; converges as U grows slower than z. */
export function plumeShape(scheme: SpreadScheme, air: Air, x: number, releaseHeight: number): PlumeShape {
  let speed = air.speed_mps;
  for (let step = 0; step < FIXED_POINT_STEPS; step++) {
    const height = Math.max(releaseHeight, TRANSPORT_HEIGHT_SIGMAS * scheme.sigmaZ(x, speed, air));
    const next = windSpeedAt(air, height);
    const change = Math.abs(next - speed);
    speed = next;
    if (change < 1e-4 * speed) break;
  }
  return { sigmaY_m: scheme.sigmaY(x, speed, air), sigmaZ_m: scheme.sigmaZ(x, speed, air), speed_mps: speed };
}

/** Nodes of a plume table: distances in geometric steps, and the plume there as natural logarithms. */
export interface PlumeTable {
  readonly lnSigmaY: Float64Array;
  readonly lnSigmaZ: Float64Array;
  readonly lnSpeed: Float64Array;
}
/** First node [m], log step, count: 0.5 m to about 48 km, relative error of interpolation below 1e-2, 3e-2 at the kinks. */
export const TABLE_START_M = 0.5;
export const TABLE_LN_STEP = Math.log(1.2);
const TABLE_NODES = 64;

/** Tabulates the plume over distance for one state of the air; linear between nodes in ln-ln, i.e. local power laws. */
export function plumeTable(scheme: SpreadScheme, air: Air, releaseHeight: number): PlumeTable {
  const table = {
    lnSigmaY: new Float64Array(TABLE_NODES),
    lnSigmaZ: new Float64Array(TABLE_NODES),
    lnSpeed: new Float64Array(TABLE_NODES),
  };
  for (let node = 0; node < TABLE_NODES; node++) {
    const x = TABLE_START_M * Math.exp(node * TABLE_LN_STEP);
    const shape = plumeShape(scheme, air, x, releaseHeight);
    table.lnSigmaY[node] = Math.log(shape.sigmaY_m);
    table.lnSigmaZ[node] = Math.log(shape.sigmaZ_m);
    table.lnSpeed[node] = Math.log(shape.speed_mps);
  }
  return table;
}

/** Plume at distance x [m] from a table, into `out` = [sigma_y, sigma_z, speed]; extrapolates as power laws. */
export function readPlumeTable(table: PlumeTable, x: number, out: Float64Array): void {
  const position = Math.log(x / TABLE_START_M) / TABLE_LN_STEP;
  const node = Math.max(0, Math.min(TABLE_NODES - 2, Math.floor(position)));
  const t = position - node;
  out[0] = Math.exp(table.lnSigmaY[node] + t * (table.lnSigmaY[node + 1] - table.lnSigmaY[node]));
  out[1] = Math.exp(table.lnSigmaZ[node] + t * (table.lnSigmaZ[node + 1] - table.lnSigmaZ[node]));
  out[2] = Math.exp(table.lnSpeed[node] + t * (table.lnSpeed[node + 1] - table.lnSpeed[node]));
}
