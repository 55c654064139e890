/**
 * What one crossing sees of a plume, in polar form about the source: range r and angle theta off the pass's wind.
 *
 *   a(r, theta, z) = C(r) V(r, z) exp(-(theta - delta)^2 / 2 alpha(r)^2)       [ppm per kg/h]
 *   C = k / (2 pi U sigma_y sigma_z),  V = exp(-(z - h)^2 / 2 sigma_z^2) + exp(-(z + h)^2 / 2 sigma_z^2),  alpha = sigma_y / r
 *
 * U is the wind at 0.56 sigma_z, k turns kg m-3 per kg s-1 into ppm per kg/h. Equal to the Cartesian plume for the small
 * alpha of a single crossing, and it turns with the wind by shifting theta. Tables are per pass, over ln r.
 */
import type { Air } from '../dispersion/forward-model.ts';
import { plumeShape, type SpreadScheme } from '../dispersion/spread.ts';

/** Plume tables of one pass over ln r, uniform steps from `RANGE_START_M`. */
export interface CrossingTable {
  readonly alpha: Float64Array;
  /** ppm per kg/h on the axis at z = h = 0, without the reflection's factor 2. */
  readonly strength: Float64Array;
  readonly sigmaZ_m: Float64Array;
}

export const RANGE_START_M = 2;
export const RANGE_LN_STEP = 0.1;
const SECONDS_PER_HOUR = 3600;

/** Tables up to `reach_m`. `relativeFraction` is the part of sigma_y that one crossing sees. */
export function crossingTable(
  scheme: SpreadScheme,
  air: Air,
  plume: { reach_m: number; sourceHeight_m: number; relativeFraction: number; ppmPerKgM3: number },
): CrossingTable {
  const nodes = Math.ceil(Math.log(plume.reach_m / RANGE_START_M) / RANGE_LN_STEP) + 2;
  const table = {
    alpha: new Float64Array(nodes),
    strength: new Float64Array(nodes),
    sigmaZ_m: new Float64Array(nodes),
  };
  for (let n = 0; n < nodes; n++) {
    const r = RANGE_START_M * Math.exp(n * RANGE_LN_STEP);
    const shape = plumeShape(scheme, air, r, plume.sourceHeight_m);
    const sigmaY = shape.sigmaY_m * plume.relativeFraction;
    const sigmaZ = Math.min(shape.sigmaZ_m, 0.8 * air.mixingHeight_m);
    table.alpha[n] = sigmaY / r;
    table.sigmaZ_m[n] = sigmaZ;
    table.strength[n] = plume.ppmPerKgM3 / SECONDS_PER_HOUR / (2 * Math.PI * shape.speed_mps * sigmaY * sigmaZ);
  }
  return table;
}

/** Vertical factor V with reflection at the ground. */
export function verticalFactor(z: number, h: number, sigmaZ: number): number {
  const down = (z - h) / sigmaZ;
  const up = (z + h) / sigmaZ;
  return Math.exp(-0.5 * down * down) + Math.exp(-0.5 * up * up);
}
