/**
 * R3. Matched filter with a covariance shrunk by leave-one-out likelihood (Theiler 2012, "The incredible shrinking
 * covariance estimator", eq. 29), as EMIT GHG runs it. S sample covariance (n - 1), T = diag S, b = (1 - alpha)/(n - 1):
 *   G = n b S + alpha T;  r_k = x_k^T G^-1 x_k (x not centred, as in EMIT's program);
 *   -ln L(alpha) = (1/2)(B ln 2 pi + ln det G) + (1/2n) sum_k [ ln(1 - b r_k) + r_k / (1 - b r_k) ];
 *   C = (1 - alpha) S + alpha T at the best alpha of 10^-10, 10^-9.95 .. 1.
 * One eigendecomposition T^-1/2 S T^-1/2 = V L V^T serves all 201: with z = V^T T^-1/2 x,
 *   ln det G = ln det T + sum_j ln g_j,  r_k = sum_j z_kj^2 / g_j,  g_j = n b l_j + alpha.
 */
import { paddedWidth } from '../../kernels/index.ts';
import { symmetricEigen } from '../../linalg/symmetric-eigen.ts';
import { type Column, factorCovariance } from './column.ts';
import { type ColumnResult, filterWithFactor } from './matched-filter.ts';
import type { ColumnFault } from './settings.ts';

/** The 201 values of alpha that EMIT tries. */
export const SHRINKAGE_GRID: Float64Array = Float64Array.from({ length: 201 }, (_, k) => 10 ** (-10 + 0.05 * k));
/** EMIT multiplies radiances by this; it moves ln L by a constant and is kept so that both can be compared. */
const STABILITY_SCALE = 100;
// Rows taken at once, so that squares and their sums need no matrix as long as the flight line.
const ROW_BLOCK = 64;
// Far from float64's 2e-308, whatever the next factor.
const SMALL_FACTOR = 1e-100;

/** Numbers of memory that the filter takes beside the column: vectors, inverse weights, squares, sums. */
export function shrinkageMemory(_pixelCount: number, bandCount: number): number {
  const [width, grid] = [paddedWidth(bandCount), paddedWidth(SHRINKAGE_GRID.length)];
  return width * width + width * grid + ROW_BLOCK * (2 * width + grid);
}

/** The matched filter with leave-one-out shrinkage. */
export function shrinkageFilter(
  column: Column,
  tau: Float64Array,
  { isAlbedoCorrected }: { readonly isAlbedoCorrected: boolean },
): ColumnResult | ColumnFault {
  const likelihood = shrinkageLikelihood(column);
  if (typeof likelihood === 'string') return likelihood;
  let best = -1;
  for (let k = 0; k < likelihood.length; k++) {
    if (likelihood[k] < (best < 0 ? Number.POSITIVE_INFINITY : likelihood[best])) best = k;
  }
  if (best < 0) return 'singular-covariance';
  const shrinkage = SHRINKAGE_GRID[best];
  unbias(column);
  if (!factorCovariance(column, shrinkage)) return 'singular-covariance';
  const result = filterWithFactor(column, tau, isAlbedoCorrected);
  return typeof result === 'string' ? result : { ...result, shrinkage };
}

/** Negative mean log likelihood at each alpha of the grid, [201]; infinite where an alpha is impossible. */
export function shrinkageLikelihood(column: Column): Float64Array | ColumnFault {
  const { memory, bandCount, width, places, backgroundCount: n, divisor } = column;
  const unbiased = divisor / (n - 1);
  const scale = Float64Array.from({ length: bandCount }, (_, b) =>
    Math.sqrt(memory[places.covariance + b * (width + 1)] * unbiased),
  );
  if (!scale.every((value) => value > 0)) return 'singular-covariance';
  const correlation = new Float64Array(bandCount * bandCount);
  for (let i = 0; i < bandCount; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (memory[places.covariance + i * width + j] * unbiased) / (scale[i] * scale[j]);
      correlation[i * bandCount + j] = value;
      correlation[j * bandCount + i] = value;
    }
  }
  const { values, vectors } = symmetricEigen(correlation, bandCount);
  const lnDetT = 2 * scale.reduce((sum, value) => sum + Math.log(value * STABILITY_SCALE), 0);
  const at = layShrinkage(column, vectors, values, scale);
  const tails = sumTails(column, at);
  return SHRINKAGE_GRID.map((alpha, k) => {
    let lnDet = lnDetT;
    for (const value of values) lnDet += Math.log(eigenvalueOf(value, alpha, n));
    const nll = 0.5 * (bandCount * Math.log(2 * Math.PI) + lnDet) + tails[k] / (2 * n);
    return Number.isNaN(nll) ? Number.POSITIVE_INFINITY : nll;
  });
}

function eigenvalueOf(value: number, alpha: number, n: number): number {
  return ((n * (1 - alpha)) / (n - 1)) * value + alpha;
}

interface Places {
  readonly projection: number;
  readonly inverse: number;
  readonly projected: number;
  readonly sums: number;
}

/** Writes the matrices of the two products: x -> z, [band x width], and z^2 -> r over the grid, [width x grid]. */
function layShrinkage(column: Column, vectors: Float64Array, values: Float64Array, scale: Float64Array): Places {
  const { memory, bandCount, width, places, backgroundCount: n } = column;
  const grid = paddedWidth(SHRINKAGE_GRID.length);
  const projection = places.end;
  const inverse = projection + width * width;
  const projected = inverse + width * grid;
  memory.fill(0, projection, projected);
  for (let i = 0; i < bandCount; i++) {
    for (let j = 0; j < bandCount; j++) memory[projection + i * width + j] = vectors[i * bandCount + j] / scale[i];
  }
  for (let j = 0; j < bandCount; j++) {
    for (let k = 0; k < SHRINKAGE_GRID.length; k++) {
      memory[inverse + j * grid + k] = 1 / eigenvalueOf(values[j], SHRINKAGE_GRID[k], n);
    }
  }
  return { projection, inverse, projected, sums: projected + ROW_BLOCK * 2 * width };
}

/** sum_k ln(1 - b r_k) + r_k / (1 - b r_k) over the background, [201]. */
function sumTails(column: Column, at: Places): Float64Array {
  const { kernels, memory, bandCount, width, places, backgroundCount: n, mean } = column;
  const grid = paddedWidth(SHRINKAGE_GRID.length);
  // Rows are centred; the mean is put back through its own projection.
  const offset = new Float64Array(width);
  for (let i = 0; i < bandCount; i++) {
    for (let j = 0; j < width; j++) offset[j] += mean[i] * memory[at.projection + i * width + j];
  }
  const tails = new Float64Array(SHRINKAGE_GRID.length);
  for (let first = 0; first < n; first += ROW_BLOCK) {
    const count = Math.min(ROW_BLOCK, n - first);
    const count4 = (count + 3) & ~3;
    kernels.product(places.rows + first * width, count4, bandCount, width, at.projection, width, at.projected, false);
    for (let k = 0; k < count4; k++) {
      for (let j = 0; j < width; j++) {
        const z = memory[at.projected + k * width + j] + offset[j];
        memory[at.projected + k * width + j] = z * z;
      }
    }
    kernels.product(at.projected, count4, bandCount, width, at.inverse, grid, at.sums, false);
    addTails(tails, memory.subarray(at.sums, at.sums + count * grid), count, n);
  }
  return tails;
}

/** Adds the terms of `count` rows of r, [count x grid]. Factors share a logarithm until their product gets small. */
function addTails(tails: Float64Array, sums: Float64Array, count: number, n: number): void {
  const grid = paddedWidth(SHRINKAGE_GRID.length);
  const betas = SHRINKAGE_GRID.map((alpha) => (1 - alpha) / (n - 1));
  const factors = new Float64Array(betas.length).fill(1);
  for (let k = 0; k < count; k++) {
    const row = k * grid;
    for (let a = 0; a < betas.length; a++) {
      const r = sums[row + a];
      // Not above zero: the likelihood of a left-out pixel is not defined, and this alpha is impossible.
      const rest = 1 - betas[a] * r;
      const factor = factors[a] * (rest > 0 ? rest : Number.NaN);
      tails[a] += r / rest;
      if (factor > SMALL_FACTOR) factors[a] = factor;
      else {
        tails[a] += Math.log(factor);
        factors[a] = 1;
      }
    }
  }
  for (let a = 0; a < betas.length; a++) tails[a] += Math.log(factors[a]);
}

/** Turns the covariance's divisor into n - 1, as EMIT has it. */
function unbias(column: Column): void {
  const { memory, places, divisor, backgroundCount } = column;
  const factor = divisor / (backgroundCount - 1);
  for (let k = places.covariance; k < places.factor; k++) memory[k] *= factor;
}
