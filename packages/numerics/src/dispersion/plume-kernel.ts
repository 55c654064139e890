/**
 * Gaussian plume of a continuous source.
 *
 *   c / Q = exp(-e^2 / 2 sy^2) / (sqrt(2 pi) sy) . V(z, h) . exp(-T / tau) / U          plume-model.md (5)
 *
 * d, e along- and crosswind distance [m] from the source, sy, sz spreads at d [m], U transport speed at 0.56 sz [m s-1],
 * T = d / U travel time [s], tau lifetime of first-order loss [s], V vertical distribution with reflection at the
 * ground and at the lid [m-1]. Nothing travels upwind.
 */
import type { Air } from './forward-model.ts';
import { type PlumeTable, plumeTable, readPlumeTable, type SpreadScheme, surfaceRelease } from './spread.ts';

export interface GaussianPlumeOptions {
  readonly spread?: SpreadScheme;
  /** Lifetime of first-order loss [s]; Infinity for an inert gas. */
  readonly lifetime_s?: number;
}

/** Everything the kernel needs of one state of the air, tabulated over distance. */
export interface PlumeKernel {
  readonly table: PlumeTable;
  readonly towardEast: number;
  readonly towardNorth: number;
  readonly mixingHeight_m: number;
  readonly lifetime_s: number;
}

export function plumeKernel(air: Air, releaseHeight_m: number, options: GaussianPlumeOptions = {}): PlumeKernel {
  return {
    table: plumeTable(options.spread ?? surfaceRelease, air, releaseHeight_m),
    towardEast: air.towardEast,
    towardNorth: air.towardNorth,
    mixingHeight_m: air.mixingHeight_m,
    lifetime_s: options.lifetime_s ?? Number.POSITIVE_INFINITY,
  };
}

/** Nearer than this [m] the plume is a jet from an opening, not diffusion; the kernel holds its value here. */
const NEAREST_M = 0.5;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
const shape = new Float64Array(3);

/** Coupling [s m-3] of a point at (d, e, z) for release height h [m]. */
export function pointCoupling(kernel: PlumeKernel, d: number, e: number, z: number, h: number): number {
  if (d <= 0) return 0;
  const distance = Math.max(d, NEAREST_M);
  readPlumeTable(kernel.table, distance, shape);
  const [sigmaY, sigmaZ, speed] = shape;
  const across = e / sigmaY;
  if (across * across > 80) return 0;
  const lateral = (INV_SQRT_2PI / sigmaY) * Math.exp(-0.5 * across * across);
  const loss = kernel.lifetime_s === Number.POSITIVE_INFINITY ? 1 : Math.exp(-distance / speed / kernel.lifetime_s);
  return (lateral * verticalDistribution(z, h, sigmaZ, kernel.mixingHeight_m) * loss) / speed;
}

/** Beyond this ratio of sigma_z to the lid, the images have filled the layer to better than 0.1 % (Turner 1994). */
const WELL_MIXED_RATIO = 1.2;
const IMAGE_PAIRS = 3;

/** V [m-1]: Gaussian in height with image sources in ground and lid; 1/lid when well mixed. plume-model.md (6). */
export function verticalDistribution(z: number, h: number, sigmaZ: number, lid: number): number {
  if (z > lid || h > lid) return h > lid && z > lid ? groundReflection(z, h, sigmaZ) : 0;
  if (sigmaZ > WELL_MIXED_RATIO * lid) return 1 / lid;
  let sum = groundReflection(z, h, sigmaZ);
  if (sigmaZ > 0.2 * (lid - Math.max(z, h))) {
    for (let image = 1; image <= IMAGE_PAIRS; image++) {
      sum += groundReflection(z, h + 2 * image * lid, sigmaZ) + groundReflection(z, h - 2 * image * lid, sigmaZ);
    }
  }
  return sum;
}

function groundReflection(z: number, h: number, sigmaZ: number): number {
  const below = (z - h) / sigmaZ;
  const above = (z + h) / sigmaZ;
  return (INV_SQRT_2PI / sigmaZ) * (Math.exp(-0.5 * below * below) + Math.exp(-0.5 * above * above));
}
