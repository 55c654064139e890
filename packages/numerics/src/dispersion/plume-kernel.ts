/**
 * Gaussian plume of a continuous source.
 *
 *   c / Q = exp(-e^2 / 2 sy^2) / (sqrt(2 pi) sy) . V(z, h) . K(d) / U          plume-model.md (5)
 *
 * d, e along- and crosswind distance [m] from the source, sy, sz spreads at d [m], U transport speed at 0.56 sz [m s-1],
 * V vertical distribution with reflection at the ground and at the lid [m-1], K the share of the gas that is left,
 *
 *   K = exp(-T / tau) exp(-vd integral_0^d V(0, h) / U dx)                       plume-model.md (5a)
 *
 * T = d / U travel time [s], tau lifetime of first-order loss [s], vd deposition velocity [m s-1] (source depletion,
 * Chamberlain 1953). Nothing travels upwind.
 */
import type { Air } from './forward-model.ts';
import {
  type PlumeTable,
  plumeTable,
  readPlumeTable,
  type SpreadScheme,
  surfaceRelease,
  TABLE_LN_STEP,
  TABLE_START_M,
} from './spread.ts';

export interface GaussianPlumeOptions {
  readonly spread?: SpreadScheme;
  /** Lifetime of first-order loss [s]; Infinity for an inert gas. */
  readonly lifetime_s?: number;
  /** Velocity at which the ground takes up gas [m s-1]: flux over concentration near the ground; 0 for none. */
  readonly depositionVelocity_mps?: number;
}

/** Everything the kernel needs of one state of the air, tabulated over distance. */
export interface PlumeKernel {
  readonly table: PlumeTable;
  readonly towardEast: number;
  readonly towardNorth: number;
  readonly mixingHeight_m: number;
  readonly lifetime_s: number;
  /** Integral of vd V(0, h) / U from the source to each node of the table; absent without deposition. */
  readonly deposition?: Float64Array;
}

export function plumeKernel(air: Air, releaseHeight_m: number, options: GaussianPlumeOptions = {}): PlumeKernel {
  const table = plumeTable(options.spread ?? surfaceRelease, air, releaseHeight_m);
  const velocity = options.depositionVelocity_mps ?? 0;
  return {
    table,
    towardEast: air.towardEast,
    towardNorth: air.towardNorth,
    mixingHeight_m: air.mixingHeight_m,
    lifetime_s: options.lifetime_s ?? Number.POSITIVE_INFINITY,
    ...(velocity > 0 && { deposition: depositionOver(table, velocity, releaseHeight_m, air.mixingHeight_m) }),
  };
}

/** Parts of one table step in the integral over distance (midpoint rule in ln x). */
const DEPOSITION_PARTS = 4;

function depositionOver(table: PlumeTable, velocity: number, h: number, lid: number): Float64Array {
  const sum = new Float64Array(table.lnSpeed.length);
  const step = TABLE_LN_STEP / DEPOSITION_PARTS;
  for (let node = 1; node < sum.length; node++) {
    sum[node] = sum[node - 1];
    for (let part = 0; part < DEPOSITION_PARTS; part++) {
      const x = TABLE_START_M * Math.exp((node - 1) * TABLE_LN_STEP + (part + 0.5) * step);
      readPlumeTable(table, x, shape);
      sum[node] += (velocity * verticalDistribution(0, h, shape[1], lid) * x * step) / shape[2];
    }
  }
  return sum;
}

/** K: share of the gas left at a distance [m], for the transport speed there. */
export function remainingShare({ lifetime_s, deposition }: PlumeKernel, distance: number, speed: number): number {
  const lost = lifetime_s === Number.POSITIVE_INFINITY ? 0 : distance / speed / lifetime_s;
  if (deposition === undefined) return lost === 0 ? 1 : Math.exp(-lost);
  const position = Math.max(0, Math.log(distance / TABLE_START_M) / TABLE_LN_STEP);
  const node = Math.min(deposition.length - 2, Math.floor(position));
  return Math.exp(-lost - deposition[node] - (position - node) * (deposition[node + 1] - deposition[node]));
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
  const kept = remainingShare(kernel, distance, speed);
  return (lateral * verticalDistribution(z, h, sigmaZ, kernel.mixingHeight_m) * kept) / speed;
}

/** Coupling per metre of crosswind [s m-2]: the plume of an endless crosswind line at distance d, without its lateral part. */
export function crosswindIntegrated(kernel: PlumeKernel, d: number, z: number, h: number): number {
  const distance = Math.max(d, NEAREST_M);
  readPlumeTable(kernel.table, distance, shape);
  const [, sigmaZ, speed] = shape;
  const kept = remainingShare(kernel, distance, speed);
  return (verticalDistribution(z, h, sigmaZ, kernel.mixingHeight_m) * kept) / speed;
}

/** sigma_y [m] at distance d. */
export function lateralSpread(kernel: PlumeKernel, d: number): number {
  readPlumeTable(kernel.table, Math.max(d, NEAREST_M), shape);
  return shape[0];
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
