/**
 * Mean response of fixed instruments to a unit source at one place, with its derivatives, for every row of a problem.
 *
 * The plume in polar coordinates about the source (r distance, phi angle off the wind): in light air the direction
 * error is no longer small, and gas reaches instruments "beside" and "behind" the source.
 *
 *   c / q = exp(-phi^2 / 2 s^2) / (sqrt(2 pi) r s erf(pi / sqrt 2 s)) . V(z, h; sz(r)) / U(r)      fixed-instruments.md (2)
 *   s^2   = (sy(r) / r)^2 + s_d^2 + w^2 / 12 r^2
 *
 * s_d direction error of one step [rad], w width of the grid cell [m]: the response is the mean over both. A beam is
 * integrated over the angle it subtends at the source (r = p / cos psi with p its distance), where the plume is smooth
 * however near it passes. Angles and radii depend on the place alone, so each step costs table reads and exponentials.
 */
import { errorFunction, gaussLegendre } from '../dispersion/special-functions.ts';
import { plumeShape, type SpreadScheme, surfaceRelease } from '../dispersion/spread.ts';
import type { FixedInstrument, FixedProblem } from './problem.ts';

/** Errors shared by the whole record, as departures from the model: exact nodes of an outer sum. */
export interface PlumeDeparture {
  /** Turn of every wind [rad]. */
  readonly turn_rad: number;
  /** ln factors on sigma_y and sigma_z. */
  readonly lnSigmaY: number;
  readonly lnSigmaZ: number;
  /** Height of the source [m], where it is not the problem's. */
  readonly sourceHeight_m?: number;
}

export const NO_DEPARTURE: PlumeDeparture = { turn_rad: 0, lnSigmaY: 0, lnSigmaZ: 0 };

/** Columns per row, all [ppm per kg h-1]: mean, derivative by direction [per rad], by ln sigma_z, and the wide plume. */
export interface Response {
  readonly mean: Float64Array;
  readonly byDirection: Float64Array;
  readonly byHeight: Float64Array;
  /** Response of a plume twice as wide: where a small error of the model would put gas. */
  readonly edge: Float64Array;
}

export function emptyResponse(rows: number): Response {
  return {
    mean: new Float64Array(rows),
    byDirection: new Float64Array(rows),
    byHeight: new Float64Array(rows),
    edge: new Float64Array(rows),
  };
}

/** Radii of the tables: 0.5 m to 9 km in steps of 18 %. */
const FIRST_RADIUS_M = 0.5;
const LN_RADIUS_STEP = Math.log(1.18);
const RADII = 60;
/** Points on a beam, by angle. */
const BEAM_RULE = gaussLegendre(20);
/** A beam passing nearer than this [m] is as good as through the source. */
const NEAREST_BEAM_M = 0.3;
/** Direction error from turbulence is no more than this [rad]. */
const MOST_TURBULENT_RAD = 0.14;
const KGPH_TO_KGPS = 1 / 3600;
/** Square of the angle, in deviations, beyond which nothing is left: exp(-16) of the mean, exp(-4) of the edge. */
const FARTHEST_SQUARED = 32;
const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Spread and speed of every step over radius; computed once for a problem. */
export interface StepTables {
  /** [step x radius] sigma_y / r, sigma_z [m], 1 / U [s m-1]. */
  readonly angle: Float64Array;
  readonly sigmaZ: Float64Array;
  readonly slowness: Float64Array;
  /** Per step: where the air goes to [rad from east, counter-clockwise], direction error [rad]. */
  readonly towards_rad: Float64Array;
  readonly directionError_rad: Float64Array;
  /** Radii per step. */
  readonly radii: number;
}

export interface ResponseOptions {
  readonly spread?: SpreadScheme;
  /** Direction error of one step: hypot(base, light / U, turbulent sigma_v / U) [rad, rad m s-1, 1]. */
  readonly directionError: { readonly base_rad: number; readonly light_radmps: number; readonly turbulent?: number };
  /** True where the measured wind is a vector mean of meandering air: gas dilutes with its whole horizontal motion. */
  readonly hasMeander?: boolean;
}

export function stepTables(problem: FixedProblem, options: ResponseOptions): StepTables {
  const spread = options.spread ?? surfaceRelease;
  const count = problem.steps.length;
  const tables = {
    angle: new Float64Array(count * RADII),
    sigmaZ: new Float64Array(count * RADII),
    slowness: new Float64Array(count * RADII),
    towards_rad: new Float64Array(count),
    directionError_rad: new Float64Array(count),
    radii: RADII,
  };
  problem.steps.forEach(({ air }, step) => {
    for (let i = 0; i < RADII; i++) {
      const r = FIRST_RADIUS_M * Math.exp(i * LN_RADIUS_STEP);
      const shape = plumeShape(spread, air, r, problem.sourceHeight_m);
      tables.angle[step * RADII + i] = shape.sigmaY_m / r;
      tables.sigmaZ[step * RADII + i] = shape.sigmaZ_m;
      // Whole horizontal motion: U^2 + 2 sigma_v^2 (Cimorelli et al. 2005, meander).
      const meander = options.hasMeander === true ? Math.SQRT2 * air.sigmaV_mps : 0;
      tables.slowness[step * RADII + i] = 1 / Math.hypot(shape.speed_mps, meander);
    }
    tables.towards_rad[step] = Math.atan2(air.towardNorth, air.towardEast);
    const { base_rad, light_radmps, turbulent = 0 } = options.directionError;
    const byTurbulence = Math.min(MOST_TURBULENT_RAD, (turbulent * air.sigmaV_mps) / air.speed_mps);
    tables.directionError_rad[step] = Math.hypot(base_rad, light_radmps / Math.max(0.1, air.speed_mps), byTurbulence);
  });
  return tables;
}

/** Centre and width of the square that a response is averaged over [m]. */
export interface ResponsePlace {
  readonly x_m: number;
  readonly y_m: number;
  readonly width_m: number;
}

/** All instruments as seen from a place; the same for every departure and step. */
export function viewsFrom(problem: FixedProblem, place: ResponsePlace): View[] {
  return problem.instruments.map((instrument) => viewFrom(instrument, place));
}

/** Points that stand for one instrument as seen from a place: bearing, table position and weight; weights sum to 1. */
export interface View {
  readonly bearing_rad: Float64Array;
  readonly radius_m: Float64Array;
  readonly tableIndex: Int32Array;
  readonly tableFraction: Float64Array;
  readonly weight: Float64Array;
  readonly height_m: Float64Array;
}

/** Responses at every row to 1 kg h-1 at (x, y) [m], averaged over a cell of `width` [m]. */
export function fillResponse(
  problem: FixedProblem,
  tables: StepTables,
  place: ResponsePlace,
  departure: PlumeDeparture,
  out: Response,
  stride = 1,
  views: readonly View[] = viewsFrom(problem, place),
): void {
  for (let step = 0; step < problem.steps.length; step += stride) {
    const { from, to } = problem.steps[step];
    for (let row = from; row < to; row++) {
      addRow(problem, tables, step, row, views[problem.instrument[row]], place.width_m, departure, out);
    }
  }
}

function addRow(
  problem: FixedProblem,
  tables: StepTables,
  step: number,
  row: number,
  view: View,
  width: number,
  departure: PlumeDeparture,
  out: Response,
): void {
  const base = step * RADII;
  const towards = tables.towards_rad[step] + departure.turn_rad;
  const error = tables.directionError_rad[step] ** 2;
  const widerY = Math.exp(2 * departure.lnSigmaY);
  const wider = Math.exp(departure.lnSigmaZ);
  const h = departure.sourceHeight_m ?? problem.sourceHeight_m;
  let [mean, byDirection, byHeight, edge] = [0, 0, 0, 0];
  for (let i = 0; i < view.weight.length; i++) {
    const phi = wrap(view.bearing_rad[i] - towards);
    const index = base + view.tableIndex[i];
    const t = view.tableFraction[i];
    const r = view.radius_m[i];
    const angle = tables.angle[index] + t * (tables.angle[index + 1] - tables.angle[index]);
    const variance = angle * angle * widerY + error + (width * width) / (12 * r * r);
    const squared = (phi * phi) / variance;
    if (squared > FARTHEST_SQUARED) continue;
    const sigmaZ = wider * (tables.sigmaZ[index] + t * (tables.sigmaZ[index + 1] - tables.sigmaZ[index]));
    const slowness = tables.slowness[index] + t * (tables.slowness[index + 1] - tables.slowness[index]);
    const below = ((view.height_m[i] - h) / sigmaZ) ** 2;
    const above = ((view.height_m[i] + h) / sigmaZ) ** 2;
    const [expBelow, expAbove] = [Math.exp(-0.5 * below), Math.exp(-0.5 * above)];
    const s = Math.sqrt(variance);
    const crosswind = (view.weight[i] * slowness) / (SQRT_2PI * SQRT_2PI * sigmaZ * r * s * circleFraction(s));
    const profile = Math.exp(-0.5 * squared);
    const value = crosswind * profile * (expBelow + expAbove);
    mean += value;
    byDirection += (value * phi) / variance;
    byHeight += crosswind * profile * (expBelow * (below - 1) + expAbove * (above - 1));
    // Twice as wide: exp(-x / 8) / 2, the fourth root of the profile.
    edge += crosswind * (expBelow + expAbove) * 0.5 * Math.sqrt(Math.sqrt(profile));
  }
  const scale = problem.steps[step].ppmPerDensity * KGPH_TO_KGPS;
  out.mean[row] = scale * mean;
  out.byDirection[row] = scale * byDirection;
  out.byHeight[row] = scale * byHeight;
  out.edge[row] = scale * edge;
}

/** Part of a normal of deviation s [rad] that lies within the circle; the density is divided by it. */
function circleFraction(s: number): number {
  return s < 0.9 ? 1 : errorFunction(Math.PI / (Math.SQRT2 * s));
}

function wrap(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI;
  if (angle < -Math.PI) return angle + 2 * Math.PI;
  return angle;
}

function viewFrom(instrument: FixedInstrument, place: ResponsePlace): View {
  const x0 = instrument.x0_m - place.x_m;
  const y0 = instrument.y0_m - place.y_m;
  const dx = instrument.x1_m - instrument.x0_m;
  const dy = instrument.y1_m - instrument.y0_m;
  const length = Math.hypot(dx, dy);
  // No finer than the cell that the response is averaged over.
  const nearest = Math.max(NEAREST_BEAM_M, 0.25 * place.width_m);
  if (length < 1e-3) {
    const r = Math.max(nearest, Math.hypot(x0, y0));
    return viewOf([{ bearing: Math.atan2(y0, x0), r, weight: 1, height: instrument.z0_m }]);
  }
  const [ux, uy] = [dx / length, dy / length];
  const footAt = -(x0 * ux + y0 * uy);
  const across = x0 * uy - y0 * ux;
  const p = Math.max(nearest, Math.abs(across));
  // Normal from the place to the beam; psi runs from it along the beam.
  const side = across >= 0 ? 1 : -1;
  const normal = Math.atan2(-ux * side, uy * side);
  const along = Math.sign(Math.cos(normal) * uy - Math.sin(normal) * ux);
  const psi0 = Math.atan2(-footAt, p);
  const psi1 = Math.atan2(length - footAt, p);
  const half = (psi1 - psi0) / 2;
  return viewOf(
    Array.from(BEAM_RULE.nodes, (node, i) => {
      const psi = psi0 + half * (1 + node);
      const r = p / Math.cos(psi);
      const s = Math.min(1, Math.max(0, (footAt + p * Math.tan(psi)) / length));
      const height = instrument.z0_m + s * (instrument.z1_m - instrument.z0_m);
      // ds = p dpsi / cos^2 psi, over the length of the beam.
      const weight = (BEAM_RULE.weights[i] * half * p) / Math.cos(psi) ** 2 / length;
      return { bearing: normal + along * psi, r, weight, height };
    }),
  );
}

function viewOf(
  points: readonly { readonly bearing: number; readonly r: number; readonly weight: number; readonly height: number }[],
): View {
  const position = points.map(({ r }) => Math.log(r / FIRST_RADIUS_M) / LN_RADIUS_STEP);
  const index = position.map((value) => Math.max(0, Math.min(RADII - 2, Math.floor(value))));
  return {
    bearing_rad: Float64Array.from(points, ({ bearing }) => Math.atan2(Math.sin(bearing), Math.cos(bearing))),
    radius_m: Float64Array.from(points, ({ r }) => r),
    tableIndex: Int32Array.from(index),
    tableFraction: Float64Array.from(position, (value, i) => Math.min(1, Math.max(0, value - index[i]))),
    weight: Float64Array.from(points, ({ weight }) => weight),
    height_m: Float64Array.from(points, ({ height }) => height),
  };
}
