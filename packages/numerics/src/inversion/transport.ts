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
 */
import { plumeShape } from '../dispersion/spread.ts';
import { airFrom } from '../dispersion/wind-profile.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import { flightSpread, type InversionSettings } from './settings.ts';

/** Fields of a table node, in this order. */
export const PHI = 0;
export const ALPHA = 1;
export const STRENGTH = 2;
export const SIGMA_Z = 3;
export const LN_SIGMA_Z_SD = 4;
export const FIELDS = 5;

export const RANGE_START_M = 2;
export const RANGE_LN_STEP = 0.125;
const LN_RANGE_START = Math.log(RANGE_START_M);
const BIN_S = 8;
const SECONDS_PER_HOUR = 3600;
const LEAST_SPEED_MPS = 0.3;

/** Tables [bin x node x field]; a sample reads the row of its time bin. */
export interface Transport {
  readonly nodes: number;
  readonly bin: Int32Array;
  /** Unit vector of the air's motion in each bin; `PHI` is measured from it. */
  readonly east: Float64Array;
  readonly north: Float64Array;
  readonly table: Float64Array;
  /** Mean speed of the flight, for scaling turbulence to angles. */
  readonly meanSpeed_mps: number;
}

export function transportOf(
  samples: FlightSamples,
  conditions: FlightConditions,
  settings: InversionSettings,
  reach_m: number,
): Transport {
  const { count, time_s: t } = samples;
  const nodes = Math.ceil((Math.log(Math.max(4, reach_m)) - LN_RANGE_START) / RANGE_LN_STEP) + 2;
  const bins = Math.floor((t[count - 1] - t[0]) / BIN_S) + 1;
  const history = windHistory(samples, settings.windSmoothing_s);
  const east = new Float64Array(bins);
  const north = new Float64Array(bins);
  const table = new Float64Array(bins * nodes * FIELDS);
  const bin = Int32Array.from(t, (time) => Math.floor((time - t[0]) / BIN_S));
  const heights = meanPerBin(samples.z_m, bin, bins);
  let speeds = 0;
  for (let b = 0; b < bins; b++) {
    const time = t[0] + (b + 0.5) * BIN_S;
    const recent = history(time - settings.speedWindow_s, time);
    const distance = Math.hypot(recent.east_m, recent.north_m);
    const speed = Math.max(LEAST_SPEED_MPS, distance / settings.speedWindow_s);
    east[b] = distance > 0 ? recent.east_m / distance : 1;
    north[b] = distance > 0 ? recent.north_m / distance : 0;
    speeds += speed / bins;
    const air = airFrom({
      from_rad: 0,
      speed_mps: speed,
      speedHeight_m: conditions.windHeight_m ?? Math.max(1, heights[b]),
      roughness_m: conditions.roughness_m,
      sigmaV_mps: conditions.sigmaV_mps,
      sigmaW_mps: conditions.sigmaW_mps,
      mixingHeight_m: conditions.mixingHeight_m,
    });
    let travel_s = 0;
    let last_m = 0;
    for (let n = 0; n < nodes; n++) {
      const r = RANGE_START_M * Math.exp(n * RANGE_LN_STEP);
      const shape = plumeShape(flightSpread, air, r, conditions.sourceHeight_m);
      travel_s += (r - last_m) / shape.speed_mps;
      last_m = r;
      const sigmaY = shape.sigmaY_m * settings.relativeSpread;
      const sigmaZ = Math.min(shape.sigmaZ_m, 0.8 * conditions.mixingHeight_m);
      const half = Math.max(travel_s, settings.leastWindow_s) / 2;
      const path = history(time - travel_s / 2 - half, time - travel_s / 2 + half);
      const along = path.east_m * east[b] + path.north_m * north[b];
      const at = (b * nodes + n) * FIELDS;
      table[at + PHI] = Math.atan2(path.north_m * east[b] - path.east_m * north[b], along);
      table[at + ALPHA] = sigmaY / r;
      table[at + STRENGTH] =
        conditions.ppmPerKgM3 / SECONDS_PER_HOUR / (2 * Math.PI * shape.speed_mps * sigmaY * sigmaZ);
      table[at + SIGMA_Z] = sigmaZ;
      table[at + LN_SIGMA_Z_SD] = settings.verticalSd + settings.verticalSdGrowth * Math.log1p(travel_s / 30);
    }
  }
  return { nodes, bin, east, north, table, meanSpeed_mps: speeds };
}

/** Position of r [m^2 squared range] in the table: whole node plus fraction. */
export function rangePosition(r2: number): number {
  return (0.5 * Math.log(r2) - LN_RANGE_START) / RANGE_LN_STEP;
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

function meanPerBin(values: Float64Array, bin: Int32Array, bins: number): Float64Array {
  const sum = new Float64Array(bins);
  const used = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    sum[bin[i]] += values[i];
    used[bin[i]]++;
  }
  let last = values[0];
  for (let b = 0; b < bins; b++) {
    if (used[b] > 0) last = sum[b] / used[b];
    sum[b] = last;
  }
  return sum;
}
