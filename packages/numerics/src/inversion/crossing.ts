/**
 * How a plume from a place crosses a pass: where along the pass its centre line passes (tau), how wide it is there (w),
 * how strong, for each error beta of the wind's direction. To first order a crossing is a bell in time,
 *   a(t) = peak exp(-(t - tau)^2 / 2 w^2),  w = alpha / |d theta / dt|,
 * with theta the angle of the aircraft about the place off the plume's centre line (transport.ts).
 */
import type { FlightSamples } from './flight.ts';
import {
  FIELDS,
  LN_ALPHA,
  LN_SIGMA_Z,
  LN_SIGMA_Z_SD,
  LN_STRENGTH,
  RANGE_START_M,
  rangeNode,
  type Transport,
} from './transport.ts';

/** Crossings of one pass, one entry for each beta. `width_s` 0: the plume does not reach the pass. */
export interface Crossings {
  readonly tau_s: Float64Array;
  readonly width_s: Float64Array;
  readonly alpha_rad: Float64Array;
  readonly range_m: Float64Array;
  readonly height_m: Float64Array;
  /** ln of peak over vertical factor [ppm per kg/h], of sigma_z [m], standard deviation of that. */
  readonly lnStrength: Float64Array;
  readonly lnSigmaZ: Float64Array;
  readonly lnSigmaZSd: Float64Array;
  /** Angle by which the pass stays clear of the centre line where it runs along the plume instead of across it [rad]. */
  readonly clear_rad: Float64Array;
}

export function crossingsFor(betas: number): Crossings {
  const array = () => new Float64Array(betas);
  return {
    tau_s: array(),
    width_s: array(),
    alpha_rad: array(),
    range_m: array(),
    height_m: array(),
    lnStrength: array(),
    lnSigmaZ: array(),
    lnSigmaZSd: array(),
    clear_rad: array(),
  };
}

const MOST_KNOTS = 256;
const theta = new Float64Array(MOST_KNOTS);
const at = { node: 0, part: 0 };
/** A plume is not followed further than this off its axis [rad]. */
const FARTHEST_RAD = 1.3;
/** A sample is a mean over about a step: its variance in steps squared. */
const STEP_VARIANCE = 1 / 12;

/** Fills `out`; false when no beta brings the plume to pass j. `widest_s`: pass longer than that run along the plume. */
export function crossPass(
  samples: FlightSamples,
  transport: Transport,
  j: number,
  x: number,
  y: number,
  betas: Float64Array,
  widest_s: number,
  out: Crossings,
): boolean {
  const first = transport.first[j];
  const count = Math.min(MOST_KNOTS, transport.first[j + 1] - first);
  let isNear = false;
  for (let k = 0; k < count; k++) {
    theta[k] = angleAt(samples, transport, first + k, x, y);
    if (Math.abs(theta[k]) < FARTHEST_RAD) isNear = true;
  }
  out.width_s.fill(0);
  if (!isNear) return false;
  let reached = false;
  for (let b = 0; b < betas.length; b++) {
    let nearest = -1;
    let least = FARTHEST_RAD;
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < count; k++) {
      const off = theta[k] - betas[b];
      if (Math.abs(off) < least) {
        least = Math.abs(off);
        nearest = k;
      }
      if (k + 1 >= count) continue;
      const next = theta[k + 1] - betas[b];
      if (off * next > 0 || off === next || Math.abs(next - off) > Math.PI) continue;
      best = cross(samples, transport, first + k, off / (off - next), x, y, b, best, out);
    }
    if (best < Number.POSITIVE_INFINITY) reached = true;
    else if (nearest >= 0 && graze(samples, transport, { first, count, k: nearest }, x, y, betas[b], b, widest_s, out))
      reached = true;
  }
  return reached;
}

/** Angle of the aircraft at a knot off the centre line [rad]. */
function angleAt(samples: FlightSamples, transport: Transport, knot: number, x: number, y: number): number {
  const i = transport.sample[knot];
  const dx = samples.x_m[i] - x;
  const dy = samples.y_m[i] - y;
  const east = transport.east[knot];
  const north = transport.north[knot];
  rangeNode(dx * dx + dy * dy, transport.nodes, at);
  const n = knot * transport.nodes + at.node;
  const bend = transport.phi[n] + at.part * (transport.phi[n + 1] - transport.phi[n]);
  const angle = Math.atan2(dy * east - dx * north, dx * east + dy * north) - bend;
  return angle > Math.PI ? angle - 2 * Math.PI : angle < -Math.PI ? angle + 2 * Math.PI : angle;
}

/** The crossing a part `u` of the way from a knot to the next, unless one nearer the place is known. Returns its range. */
function cross(
  samples: FlightSamples,
  transport: Transport,
  knot: number,
  u: number,
  x: number,
  y: number,
  b: number,
  best: number,
  out: Crossings,
): number {
  const i = transport.sample[knot];
  const k = transport.sample[knot + 1];
  const stepX = samples.x_m[k] - samples.x_m[i];
  const stepY = samples.y_m[k] - samples.y_m[i];
  const dx = samples.x_m[i] + u * stepX - x;
  const dy = samples.y_m[i] + u * stepY - y;
  const r2 = Math.max(RANGE_START_M * RANGE_START_M, dx * dx + dy * dy);
  const range = Math.sqrt(r2);
  if (range >= best) return best;
  const dt = samples.time_s[k] - samples.time_s[i];
  if (!(dt > 0)) return best;
  readShape(transport, knot, r2, b, out);
  const n = knot * transport.nodes + at.node;
  const turning = transport.phi[n + transport.nodes] - transport.phi[n];
  const rate = Math.abs(((dx * stepY - dy * stepX) / r2 - turning) / dt);
  out.tau_s[b] = samples.time_s[i] + u * dt;
  out.range_m[b] = range;
  out.height_m[b] = samples.z_m[i] + u * (samples.z_m[k] - samples.z_m[i]);
  out.clear_rad[b] = 0;
  const step = dt / Math.max(1, k - i);
  const w = out.alpha_rad[b] / Math.max(1e-9, rate);
  out.width_s[b] = Math.sqrt(w * w + STEP_VARIANCE * step * step);
  return range;
}

/** The pass ends short of the centre line, or runs along the plume. */
function graze(
  samples: FlightSamples,
  transport: Transport,
  { first, count, k }: { first: number; count: number; k: number },
  x: number,
  y: number,
  beta: number,
  b: number,
  widest_s: number,
  out: Crossings,
): boolean {
  if (count < 2) return false;
  const knot = first + k;
  const other = k + 1 < count ? knot + 1 : knot - 1;
  const i = transport.sample[knot];
  const n = transport.sample[other];
  const dx = samples.x_m[i] - x;
  const dy = samples.y_m[i] - y;
  const r2 = Math.max(RANGE_START_M * RANGE_START_M, dx * dx + dy * dy);
  readShape(transport, knot, r2, b, out);
  const off = theta[k] - beta;
  const rate = (theta[other - first] - theta[k]) / (samples.time_s[n] - samples.time_s[i]);
  const alpha = out.alpha_rad[b];
  out.range_m[b] = Math.sqrt(r2);
  out.height_m[b] = samples.z_m[i];
  if (Math.abs(rate) * widest_s > alpha) {
    out.width_s[b] = alpha / Math.abs(rate);
    out.tau_s[b] = samples.time_s[i] - off / rate;
    out.clear_rad[b] = 0;
  } else {
    out.width_s[b] = widest_s;
    out.tau_s[b] = samples.time_s[i];
    out.clear_rad[b] = Math.abs(off);
  }
  return true;
}

/** Shape of the plume at a squared range with the wind of a knot, into entry b. */
function readShape(transport: Transport, knot: number, r2: number, b: number, out: Crossings): void {
  const { nodes, shape, speedRow, speedPart } = transport;
  rangeNode(r2, nodes, at);
  const slow = (speedRow[knot] * nodes + at.node) * FIELDS;
  const fast = slow + nodes * FIELDS;
  const v = speedPart[knot];
  const u = at.part;
  const c00 = (1 - u) * (1 - v);
  const c01 = u * (1 - v);
  const c10 = (1 - u) * v;
  const c11 = u * v;
  const read = (field: number) =>
    c00 * shape[slow + field] +
    c01 * shape[slow + FIELDS + field] +
    c10 * shape[fast + field] +
    c11 * shape[fast + FIELDS + field];
  out.alpha_rad[b] = Math.exp(read(LN_ALPHA));
  out.lnStrength[b] = read(LN_STRENGTH);
  out.lnSigmaZ[b] = read(LN_SIGMA_Z);
  out.lnSigmaZSd[b] = read(LN_SIGMA_Z_SD);
}
