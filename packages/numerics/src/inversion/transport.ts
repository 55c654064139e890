/**
 * Where and how a plume lies at each moment of a flight, from the wind measured along it.
 *
 * A sample at range r of a source sees air that left it T(r) earlier, so the centre line bends with the wind history:
 * its direction at range r is that of the displacement integral of u dt over the last T(r). Measured on the simulated
 * flights this halves the angular scatter left by a two-minute mean (0.13 -> 0.07 rad).
 *
 * In polar form about the source, theta off that centre line:
 *   a(r, theta, z) = C(r) V(r, z) exp(-(theta - delta)^2 / 2 alpha(r)^2)       [ppm per kg/h]
 *   C = k / (2 pi U sigma_y sigma_z),  V = exp(-(z - h)^2 / 2 sigma_z^2) + exp(-(z + h)^2 / 2 sigma_z^2),  alpha = sigma_y / r
 * U(r) is the wind at 0.56 sigma_z, k turns kg m-3 per kg s-1 into ppm per kg/h. Turning the wind shifts theta.
 *
 * Both are tabulated: the direction at knots along the track, the shape over the wind speed, each over ln r.
 */
import { plumeShape } from '../dispersion/spread.ts';
import { airFrom, profileFactor } from '../dispersion/wind-profile.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import type { Passes } from './passes.ts';
import { flightSpread, type InversionSettings } from './settings.ts';

/** Fields of a shape node, in this order. */
export const LN_ALPHA = 0;
export const LN_STRENGTH = 1;
export const LN_SIGMA_Z = 2;
export const LN_SIGMA_Z_SD = 3;
export const TRAVEL_S = 4;
export const FIELDS = 5;

export const RANGE_START_M = 2;
const RANGE_LN_STEP = 0.125;
const LN_RANGE_START = Math.log(RANGE_START_M);
const SPEED_LN_STEP = 0.1;
const REFERENCE_HEIGHT_M = 10;
const KNOT_S = 4;
const SECONDS_PER_HOUR = 3600;
const LEAST_SPEED_MPS = 0.3;

export interface Transport {
  /** Range nodes: r = 2 m exp(0.125 n). */
  readonly nodes: number;
  /** Knots of pass j: [first[j], first[j + 1]); each is a sample. */
  readonly first: Int32Array;
  readonly sample: Int32Array;
  /** Unit vector of the air's motion at each knot; `phi` is measured from it, counter-clockwise [rad, knot x node]. */
  readonly east: Float64Array;
  readonly north: Float64Array;
  readonly phi: Float64Array;
  /** Row of the shape table and the part of the way to the next, by the wind speed at the knot. */
  readonly speedRow: Int32Array;
  readonly speedPart: Float64Array;
  /** [speed x node x field]. */
  readonly shape: Float64Array;
  /** Mean speed of the flight, for scaling turbulence to angles. */
  readonly meanSpeed_mps: number;
}

export function transportOf(
  samples: FlightSamples,
  passes: Passes,
  conditions: FlightConditions,
  settings: InversionSettings,
  reach_m: number,
): Transport {
  const nodes = Math.ceil((Math.log(Math.max(4, reach_m)) - LN_RANGE_START) / RANGE_LN_STEP) + 2;
  const { first, sample } = knotsOf(samples, passes);
  const history = windHistory(samples, settings.windSmoothing_s);
  const count = sample.length;
  const east = new Float64Array(count);
  const north = new Float64Array(count);
  const lnSpeed = new Float64Array(count);
  let speeds = 0;
  for (let k = 0; k < count; k++) {
    const time = samples.time_s[sample[k]];
    const recent = history(time - settings.speedWindow_s, time);
    const distance = Math.hypot(recent.east_m, recent.north_m);
    const speed = Math.max(LEAST_SPEED_MPS, distance / settings.speedWindow_s);
    east[k] = distance > 0 ? recent.east_m / distance : 1;
    north[k] = distance > 0 ? recent.north_m / distance : 0;
    speeds += speed / count;
    lnSpeed[k] = Math.log(
      atReference(speed, conditions.windHeight_m ?? Math.max(1, samples.z_m[sample[k]]), conditions),
    );
  }
  const { shape, least, rows } = shapeTable(lnSpeed, nodes, conditions, settings);
  const position = lnSpeed.map((ln) => (ln - least) / SPEED_LN_STEP);
  const speedRow = Int32Array.from(position, (at) => Math.max(0, Math.min(rows - 2, Math.floor(at))));
  const speedPart = position.map((at, k) => at - speedRow[k]);
  const phi = new Float64Array(count * nodes);
  for (let k = 0; k < count; k++) {
    const time = samples.time_s[sample[k]];
    const row = speedRow[k] * nodes;
    for (let n = 0; n < nodes; n++) {
      const slow = shape[(row + n) * FIELDS + TRAVEL_S];
      const travel_s = slow + speedPart[k] * (shape[(row + nodes + n) * FIELDS + TRAVEL_S] - slow);
      const half = Math.max(travel_s, settings.leastWindow_s) / 2;
      const path = history(time - travel_s / 2 - half, time - travel_s / 2 + half);
      const along = path.east_m * east[k] + path.north_m * north[k];
      phi[k * nodes + n] = Math.atan2(path.north_m * east[k] - path.east_m * north[k], along);
    }
  }
  return { nodes, first, sample, east, north, phi, speedRow, speedPart, shape, meanSpeed_mps: speeds };
}

/** Samples some seconds apart, with the first and last of every pass. */
function knotsOf({ time_s }: FlightSamples, passes: Passes) {
  const first = new Int32Array(passes.count + 1);
  const sample: number[] = [];
  for (let j = 0; j < passes.count; j++) {
    const last = passes.start[j + 1] - 1;
    for (let i = passes.start[j]; i < last; i++) {
      if (i === passes.start[j] || time_s[i] - time_s[sample.at(-1)!] >= KNOT_S) sample.push(i);
    }
    sample.push(last);
    first[j + 1] = sample.length;
  }
  return { first, sample: Int32Array.from(sample) };
}

function atReference(speed: number, height_m: number, { roughness_m }: FlightConditions): number {
  return (
    (speed * profileFactor(REFERENCE_HEIGHT_M, roughness_m, Number.POSITIVE_INFINITY)) /
    profileFactor(height_m, roughness_m, Number.POSITIVE_INFINITY)
  );
}

/** The plume over wind speed at 10 m and range. */
function shapeTable(lnSpeed: Float64Array, nodes: number, conditions: FlightConditions, settings: InversionSettings) {
  const least = lnSpeed.reduce((low, ln) => Math.min(low, ln), Number.POSITIVE_INFINITY);
  const most = lnSpeed.reduce((high, ln) => Math.max(high, ln), Number.NEGATIVE_INFINITY);
  const rows = Math.max(2, Math.ceil((most - least) / SPEED_LN_STEP) + 1);
  const shape = new Float64Array(rows * nodes * FIELDS);
  for (let s = 0; s < rows; s++) {
    const air = airFrom({
      from_rad: 0,
      speed_mps: Math.exp(least + s * SPEED_LN_STEP),
      speedHeight_m: REFERENCE_HEIGHT_M,
      roughness_m: conditions.roughness_m,
      sigmaV_mps: conditions.sigmaV_mps,
      sigmaW_mps: conditions.sigmaW_mps,
      mixingHeight_m: conditions.mixingHeight_m,
    });
    let travel_s = 0;
    let last_m = 0;
    for (let n = 0; n < nodes; n++) {
      const r = RANGE_START_M * Math.exp(n * RANGE_LN_STEP);
      const plume = plumeShape(flightSpread, air, r, conditions.sourceHeight_m);
      travel_s += (r - last_m) / plume.speed_mps;
      last_m = r;
      const sigmaY = plume.sigmaY_m * settings.relativeSpread;
      const sigmaZ = Math.min(plume.sigmaZ_m, 0.8 * conditions.mixingHeight_m);
      const at = (s * nodes + n) * FIELDS;
      shape[at + LN_ALPHA] = Math.log(sigmaY / r);
      shape[at + LN_STRENGTH] = Math.log(
        conditions.ppmPerKgM3 / SECONDS_PER_HOUR / (2 * Math.PI * plume.speed_mps * sigmaY * sigmaZ),
      );
      shape[at + LN_SIGMA_Z] = Math.log(sigmaZ);
      shape[at + LN_SIGMA_Z_SD] = settings.verticalSd + settings.verticalSdGrowth * Math.log1p(travel_s / 30);
      shape[at + TRAVEL_S] = travel_s;
    }
  }
  return { shape, least, rows };
}

/** Node and part of the way to the next of a squared range [m2], into `out`. */
export function rangeNode(r2: number, nodes: number, out: { node: number; part: number }): void {
  const position = Math.max(0, (0.5 * Math.log(r2) - LN_RANGE_START) / RANGE_LN_STEP);
  out.node = Math.min(nodes - 2, Math.floor(position));
  out.part = Math.min(1, position - out.node);
}

/** Vertical factor V with reflection at the ground. */
export function verticalFactor(z: number, h: number, sigmaZ: number): number {
  const down = (z - h) / sigmaZ;
  const up = (z + h) / sigmaZ;
  return Math.exp(-0.5 * down * down) + Math.exp(-0.5 * up * up);
}
/** Displacement of the air over an interval of time; before and after the record, by the mean of its first and last part. */
function windHistory(samples: FlightSamples, edge_s: number) {
  const { count, time_s: t, windEast_mps: u, windNorth_mps: v } = samples;
  const path = { east: new Float64Array(count), north: new Float64Array(count) };
  for (let i = 1; i < count; i++) {
    const dt = t[i] - t[i - 1];
    path.east[i] = path.east[i - 1] + 0.5 * dt * (u[i] + u[i - 1]);
    path.north[i] = path.north[i - 1] + 0.5 * dt * (v[i] + v[i - 1]);
  }
  const mean = (from: number, to: number, w: Float64Array) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += w[i];
    return sum / (to - from);
  };
  let early = 1;
  while (early < count && t[early] - t[0] < edge_s) early++;
  let late = count - 1;
  while (late > 0 && t[count - 1] - t[late - 1] < edge_s) late--;
  const before = { east: mean(0, early, u), north: mean(0, early, v) };
  const after = { east: mean(late, count, u), north: mean(late, count, v) };
  const at = (time: number, column: Float64Array, first: number, last: number) => {
    if (time <= t[0]) return (time - t[0]) * first;
    if (time >= t[count - 1]) return column[count - 1] + (time - t[count - 1]) * last;
    let low = 0;
    let high = count - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (t[middle] <= time) low = middle;
      else high = middle;
    }
    return column[low] + ((time - t[low]) / (t[high] - t[low])) * (column[high] - column[low]);
  };
  return (from: number, to: number) => ({
    east_m: at(to, path.east, before.east, after.east) - at(from, path.east, before.east, after.east),
    north_m: at(to, path.north, before.north, after.north) - at(from, path.north, before.north, after.north),
  });
}
