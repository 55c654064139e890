/**
 * Mean coupling along an open path (a laser or infrared beam), i.e. (1 / length) times the integral of the plume.
 *
 * A beam of length l is linear in wind coordinates: d = d0 + s (d1 - d0), e = e0 + s (e1 - e0), s in [0, 1].
 * Where the plume hardly changes over the part of the beam inside it, the crosswind Gaussian integrates in closed form:
 *
 *   mean = G(d*) / |e1 - e0| . [Phi(e_b / sy) - Phi(e_a / sy)]                            plume-model.md (7)
 *
 * with G the crosswind-integrated coupling at the crossing d*. Otherwise Gauss-Legendre over that part alone.
 */
import { type PlumeKernel, pointCoupling, remainingShare, verticalDistribution } from './plume-kernel.ts';
import { errorFunction, gaussLegendre } from './special-functions.ts';
import { readPlumeTable } from './spread.ts';

/** Both ends of a beam in wind coordinates about the source: along, across, height [m]. */
export interface WindPath {
  readonly d0: number;
  readonly e0: number;
  readonly z0: number;
  readonly d1: number;
  readonly e1: number;
  readonly z1: number;
}

/** Half-width of the plume that counts, in sigma_y: beyond it lies 6e-5 of the gas. */
const CLIP_SIGMAS = 4;
/** Closed form is used where distance changes by less than this fraction over the clipped part (error below 1e-3). */
const CLOSED_FORM_CHANGE = 0.06;
/** A beam whose ends differ by less [m] is level, or square to the wind. */
const LEVEL_M = 1e-6;
/** Widest panel (ratio of distances) and the distance [m] below which nothing is left to resolve. */
const PANEL_RATIO = 3;
const LEAST_PANEL_M = 1.5;
const RULE = gaussLegendre(16);
const shape = new Float64Array(3);
const clip = new Float64Array(2);

/** Mean coupling [s m-3] of a beam for release height h [m]. */
export function pathMeanCoupling(kernel: PlumeKernel, path: WindPath, h: number): number {
  if (!clipToPlume(kernel, path)) return 0;
  const [start, stop] = clip;
  const slopeD = path.d1 - path.d0;
  const slopeE = path.e1 - path.e0;
  const slopeZ = path.z1 - path.z0;
  const dStart = path.d0 + start * slopeD;
  const dStop = path.d0 + stop * slopeD;
  const level = Math.abs(slopeZ) < LEVEL_M;
  if (level && Math.abs(dStop - dStart) < CLOSED_FORM_CHANGE * Math.min(dStart, dStop) && slopeE !== 0) {
    return crossingInClosedForm(kernel, path, h);
  }
  // Near the source everything varies with ln d: panels in which d changes at most threefold.
  let sum = 0;
  if (Math.abs(slopeD) < LEVEL_M) return panel(kernel, path, h, start, stop);
  const nearest = Math.min(dStart, dStop);
  let far = Math.max(dStart, dStop);
  const at = (d: number) => (d - path.d0) / slopeD;
  while (far > PANEL_RATIO * nearest && far > LEAST_PANEL_M) {
    sum += panel(kernel, path, h, at(far / PANEL_RATIO), at(far));
    far /= PANEL_RATIO;
  }
  return sum + panel(kernel, path, h, at(nearest), at(far));
}

/** Gauss-Legendre between two places on the beam; the order of the ends does not matter. */
function panel(kernel: PlumeKernel, path: WindPath, h: number, from: number, to: number): number {
  const half = Math.abs(to - from) / 2;
  const middle = (to + from) / 2;
  let sum = 0;
  for (let i = 0; i < RULE.nodes.length; i++) {
    const s = middle + half * RULE.nodes[i];
    const d = path.d0 + s * (path.d1 - path.d0);
    const e = path.e0 + s * (path.e1 - path.e0);
    sum += RULE.weights[i] * pointCoupling(kernel, d, e, path.z0 + s * (path.z1 - path.z0), h);
  }
  return half * sum;
}

/** Level beam nearly square to the wind: error functions across, everything else at the crossing of the axis. */
function crossingInClosedForm(kernel: PlumeKernel, path: WindPath, h: number): number {
  const slopeE = path.e1 - path.e0;
  const s = Math.min(clip[1], Math.max(clip[0], -path.e0 / slopeE));
  const d = path.d0 + s * (path.d1 - path.d0);
  readPlumeTable(kernel.table, d, shape);
  const [sigmaY, sigmaZ, speed] = shape;
  const kept = remainingShare(kernel, d, speed);
  const near = errorFunction(path.e0 / (Math.SQRT2 * sigmaY));
  const far = errorFunction(path.e1 / (Math.SQRT2 * sigmaY));
  const inside = (0.5 * (far - near)) / slopeE;
  return (inside * verticalDistribution(path.z0, h, sigmaZ, kernel.mixingHeight_m) * kept) / speed;
}

/** Puts into `clip` the part of [0, 1] that is downwind and within 4 sigma_y; false when the plume misses the beam. */
function clipToPlume(kernel: PlumeKernel, path: WindPath): boolean {
  const slopeD = path.d1 - path.d0;
  let start = 0;
  let stop = 1;
  if (path.d0 < LEVEL_M && path.d1 < LEVEL_M) return false;
  if (path.d0 < 0) start = -path.d0 / slopeD;
  if (path.d1 < 0) stop = -path.d0 / slopeD;
  // sigma_y grows monotonically with d, so its value at the far end bounds the plume; the second round tightens it.
  for (let round = 0; round < 2; round++) {
    const farthest = Math.max(path.d0 + start * slopeD, path.d0 + stop * slopeD, 0.5);
    readPlumeTable(kernel.table, farthest, shape);
    const width = CLIP_SIGMAS * shape[0];
    const slopeE = path.e1 - path.e0;
    if (slopeE === 0) {
      if (Math.abs(path.e0) > width) return false;
    } else {
      const a = (-width - path.e0) / slopeE;
      const b = (width - path.e0) / slopeE;
      start = Math.max(start, Math.min(a, b));
      stop = Math.min(stop, Math.max(a, b));
      if (start >= stop) return false;
    }
  }
  clip[0] = start;
  clip[1] = stop;
  return true;
}
