/**
 * R6. Second opinions, on x - xbar with the background's C and target t, r = (x - xbar)^T C^-1 (x - xbar), s the matched
 * filter's score, each with the sign of s (a plume absorbs, an artefact may not):
 *   ACE (Kraut & Scharf 1999): s^2 / (t^T C^-1 t . r), the squared cosine of the whitened angle, 0 to 1;
 *   Kelly's GLRT (Kelly 1986; Theiler 2021): s^2 / (t^T C^-1 t . (N + r)), N background pixels, 0 to 1;
 *   AMSD (Manolakis & Shaw 2002, eq. 26): F-like ratio of the energy that t explains beyond p background dimensions to
 *   the energy nothing explains, (B - p - 1) e_t / e_rest. Bands are divided by their noise, the residual of each band
 *   on all others, 1 / sqrt((C^-1)_bb) (Roger 1996), so that the rest is close to white.
 */
import { paddedWidth } from '../../kernels/index.ts';
import { symmetricEigen } from '../../linalg/symmetric-eigen.ts';
import { type Column, factorCovariance } from './column.ts';
import { type ColumnResult, filterWithFactor } from './matched-filter.ts';
import type { ColumnFault } from './settings.ts';

export interface DetectorOptions {
  readonly detector: 'ace' | 'kelly' | 'amsd';
  readonly diagonalLoading: number;
  readonly isAlbedoCorrected: boolean;
  /** p of AMSD. */
  readonly subspaceDimensions: number;
}

const ROW_BLOCK = 256; // Rows whitened at once: memory does not grow with the flight line.

/** Numbers of memory taken beside the column. */
export function detectorMemory(_pixelCount: number, bandCount: number): number {
  const width = paddedWidth(bandCount);
  return width * width + ROW_BLOCK * width;
}

/** The matched filter's amount and score, with a detector's statistic. */
export function detectorFilter(
  column: Column,
  tau: Float64Array,
  options: DetectorOptions,
): ColumnResult | ColumnFault {
  if (!factorCovariance(column, options.diagonalLoading)) return 'singular-covariance';
  const result = filterWithFactor(column, tau, options.isAlbedoCorrected);
  if (typeof result === 'string') return result;
  const { score, information } = result;
  if (options.detector === 'amsd')
    return { ...result, statistic: amsd(column, result.target, options.subspaceDimensions) };
  const distance = mahalanobis(column);
  const counted = options.detector === 'kelly' ? column.backgroundCount : 0;
  const statistic = score.map((s, row) => (s * Math.abs(s)) / (information * (counted + distance[row])));
  return { ...result, statistic };
}

/** (x - xbar)^T C^-1 (x - xbar) of every row, with C as factored. */
export function mahalanobis(column: Column): Float64Array {
  const { memory, bandCount, width, places } = column;
  const inverse = inverseFactor(column);
  const whitener = places.end;
  memory.fill(0, whitener, whitener + width * width);
  for (let i = 0; i < bandCount; i++) {
    for (let j = 0; j <= i; j++) memory[whitener + j * width + i] = inverse[i * bandCount + j];
  }
  const out = new Float64Array(column.rowCount);
  eachProjected(column, whitener, width, true, (row, projected) => {
    let sum = 0;
    for (let j = 0; j < bandCount; j++) sum += memory[projected + j] * memory[projected + j];
    out[row] = sum;
  });
  return out;
}

/** L^-1 [band x band], lower. */
function inverseFactor({ memory, bandCount: n, width, places }: Column): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = places.factor + i * width;
    for (let k = 0; k < i; k++) {
      const value = memory[row + k];
      for (let j = 0; j <= k; j++) inverse[i * n + j] -= value * inverse[k * n + j];
    }
    for (let j = 0; j < i; j++) inverse[i * n + j] /= memory[row + i];
    inverse[i * n + i] = 1 / memory[row + i];
  }
  return inverse;
}

/** Calls back with the place of each row's product with `matrix` [band x columns]. */
function eachProjected(
  { kernels, bandCount, width, rowCount, places }: Column,
  matrix: number,
  columns: number,
  isUpper: boolean,
  use: (row: number, projected: number) => void,
): void {
  const out = places.end + width * width;
  for (let first = 0; first < rowCount; first += ROW_BLOCK) {
    const count = Math.min(ROW_BLOCK, rowCount - first);
    kernels.product(places.rows + first * width, (count + 3) & ~3, bandCount, width, matrix, columns, out, isUpper);
    for (let k = 0; k < count; k++) use(first + k, out + k * columns);
  }
}

function amsd(column: Column, target: Float64Array, dimensions: number): Float64Array {
  const { memory, bandCount: n, width, places, rowCount } = column;
  const inverse = inverseFactor(column);
  const perNoise = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) perNoise[j] += inverse[i * n + j] ** 2;
  for (let b = 0; b < n; b++) perNoise[b] = Math.sqrt(perNoise[b]);
  const scaled = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++)
      scaled[i * n + j] = memory[places.covariance + i * width + j] * perNoise[i] * perNoise[j];
  }
  const { vectors } = symmetricEigen(scaled, n);
  const kept = Math.min(dimensions, n - 2);
  const gas = target.map((value, b) => value * perNoise[b]);
  for (let k = 0; k < kept; k++) {
    let along = 0;
    for (let b = 0; b < n; b++) along += gas[b] * vectors[b * n + n - 1 - k];
    for (let b = 0; b < n; b++) gas[b] -= along * vectors[b * n + n - 1 - k];
  }
  const gasSquare = gas.reduce((sum, value) => sum + value * value, 0);
  // Columns: the background's dimensions, then the gas outside them; the bands' noise is taken into the matrix.
  const columns = paddedWidth(kept + 1);
  memory.fill(0, places.end, places.end + width * columns);
  for (let b = 0; b < n; b++) {
    for (let k = 0; k < kept; k++) memory[places.end + b * columns + k] = vectors[b * n + n - 1 - k] * perNoise[b];
    memory[places.end + b * columns + kept] = gas[b] * perNoise[b];
  }
  const out = new Float64Array(rowCount);
  eachProjected(column, places.end, columns, false, (row, projected) => {
    let rest = 0;
    for (let b = 0; b < n; b++) rest += (memory[places.rows + row * width + b] * perNoise[b]) ** 2;
    for (let k = 0; k < kept; k++) rest -= memory[projected + k] ** 2;
    const along = memory[projected + kept];
    const explained = (along * Math.abs(along)) / gasSquare;
    out[row] = ((n - kept - 1) * explained) / (rest - Math.abs(explained));
  });
  return out;
}
