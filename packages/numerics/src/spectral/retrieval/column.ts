/**
 * One detector column (or group) made ready: valid pixels centred on the background mean, its covariance and Cholesky
 * factor. Nothing outside the column enters, so a column's numbers do not depend on its block or thread.
 */
import { type MatrixKernels, paddedWidth } from '../../kernels/index.ts';
import type { ColumnFault } from './settings.ts';

/** A column's pixels inside larger arrays: pixel p's band b is `radiance[(firstPixel + p) * bandCount + b]`. */
export interface ColumnInput {
  readonly radiance: Float32Array | Float64Array;
  readonly firstPixel: number;
  readonly pixelCount: number;
  readonly bandCount: number;
  /** 1 where a pixel was measured, [pixel] from `firstPixel`. Absent: every finite pixel. */
  readonly valid?: Uint8Array;
  /** 1 where a pixel may enter mean and covariance, [pixel] from `firstPixel`. Absent: every valid pixel. */
  readonly background?: Uint8Array;
}

/** A column in kernel memory. Rows are valid pixels, those of the background first, each in pixel order. */
export interface Column {
  readonly kernels: MatrixKernels;
  readonly memory: Float64Array;
  readonly bandCount: number;
  /** Numbers a row: `bandCount` padded to a multiple of 4 with zeros. */
  readonly width: number;
  readonly rowCount: number;
  readonly backgroundCount: number;
  /** What the sum of squares was divided by to give the covariance. */
  readonly divisor: number;
  /** Pixel of each row, [row]. */
  readonly pixels: Int32Array;
  /** Background mean xbar, [band]. */
  readonly mean: Float64Array;
  /** x . xbar / xbar . xbar, [row]. */
  readonly albedo: Float64Array;
  readonly places: ColumnPlaces;
}

/** Where things lie in the memory. */
export interface ColumnPlaces {
  /** x - xbar, [row x width], rows padded to a multiple of 4. */
  readonly rows: number;
  /** S0 = (1/N) sum (x - xbar)(x - xbar)^T, [width x width], lower triangle by tiles. */
  readonly covariance: number;
  /** Cholesky factor of S0 (loaded, if asked), [width x width]. */
  readonly factor: number;
  /** Two numbers a row for the methods: [row] each. */
  readonly list: number;
  readonly values: number;
  readonly scores: number;
  /** VECTOR_COUNT scratch vectors, [width] each. */
  readonly vectors: number;
  /** First place after these. */
  readonly end: number;
}

export const VECTOR_COUNT = 24;
// A pivot this small beside its variance is round-off of a band that others determine: 72 bands lose about 1e-14.
const PIVOT_FLOOR = 1e-12;

/** Numbers of kernel memory a column of `pixelCount` pixels takes. */
export function columnMemory(pixelCount: number, bandCount: number): number {
  return layOut(pixelCount, paddedWidth(bandCount)).end;
}

function layOut(rowCount: number, width: number): ColumnPlaces {
  const rows4 = (rowCount + 3) & ~3;
  const covariance = rows4 * width;
  const factor = covariance + width * width;
  const list = factor + width * width;
  const values = list + rows4;
  const scores = values + rows4;
  const vectors = scores + rows4;
  return { rows: 0, covariance, factor, list, values, scores, vectors, end: vectors + VECTOR_COUNT * width };
}

/** Loads a column, or says why it cannot be used. `extra` numbers of memory are kept free after `places.end`. */
export function loadColumn(
  kernels: MatrixKernels,
  input: ColumnInput,
  divideBy: 'background' | 'valid',
  extra = 0,
): Column | ColumnFault {
  const { bandCount } = input;
  const width = paddedWidth(bandCount);
  const chosen = choosePixels(input);
  const places = layOut(chosen.pixels.length, width);
  const memory = kernels.reserve(places.end + extra);
  memory.fill(0, places.vectors, places.end);
  const { pixels, backgroundCount } = loadFinite(kernels, memory, places, input, chosen, width);
  const rowCount = pixels.length;
  if (rowCount === 0) return 'no-valid-pixels';
  if (backgroundCount < 2) return 'too-few-pixels';
  const divisor = divideBy === 'background' ? backgroundCount : rowCount;
  const mean = centreRows(kernels, memory, places, { rowCount, backgroundCount, width }).subarray(0, bandCount);
  const square = mean.reduce((sum, value) => sum + value * value, 0);
  if (!(square > 0)) return 'no-light';
  memory.fill(0, places.covariance, places.factor);
  kernels.gram(places.rows, backgroundCount, width, places.covariance);
  for (let k = places.covariance; k < places.factor; k++) memory[k] /= divisor;
  memory.set(mean, places.vectors);
  kernels.rowDots(places.rows, -1, rowCount, width, places.vectors, places.scores);
  // x = (x - xbar) + xbar, so x . xbar / xbar . xbar is 1 + (x - xbar) . xbar / xbar . xbar.
  const albedo = memory.slice(places.scores, places.scores + rowCount);
  for (let row = 0; row < rowCount; row++) albedo[row] = 1 + albedo[row] / square;
  return { kernels, memory, bandCount, width, rowCount, backgroundCount, divisor, pixels, mean, albedo, places };
}

interface Chosen {
  readonly pixels: Int32Array;
  readonly backgroundCount: number;
}

/** Pixels marked valid; those of the background first. */
function choosePixels({ firstPixel, pixelCount, valid, background }: ColumnInput): Chosen {
  const pixels = new Int32Array(pixelCount);
  let backgroundCount = 0;
  const take = (inBackground: boolean, from: number): number => {
    let count = from;
    for (let p = 0; p < pixelCount; p++) {
      if (valid !== undefined && valid[firstPixel + p] === 0) continue;
      if ((background === undefined || background[firstPixel + p] !== 0) === inBackground) pixels[count++] = p;
    }
    return count;
  };
  backgroundCount = take(true, 0);
  return { pixels: pixels.subarray(0, take(false, backgroundCount)), backgroundCount };
}

/** Writes the chosen spectra as rows, and again without those that are not finite, if there are such. */
function loadFinite(
  kernels: MatrixKernels,
  memory: Float64Array,
  places: ColumnPlaces,
  input: ColumnInput,
  { pixels, backgroundCount }: Chosen,
  width: number,
): Chosen {
  const count = pixels.length;
  loadRows(memory, input, pixels, width);
  // A zero vector gives 0 for a finite spectrum and NaN for any other.
  kernels.rowDots(places.rows, -1, count, width, places.vectors, places.scores);
  const isSound = (row: number) => memory[places.scores + row] === 0;
  let soundCount = 0;
  for (let row = 0; row < count; row++) if (isSound(row)) soundCount++;
  if (soundCount === count) return { pixels, backgroundCount };
  const finite = pixels.filter((_, row) => isSound(row));
  const inBackground = pixels.filter((_, row) => row < backgroundCount && isSound(row)).length;
  loadRows(memory, input, finite, width);
  return { pixels: finite, backgroundCount: inBackground };
}

function loadRows(memory: Float64Array, input: ColumnInput, pixels: Int32Array, width: number): void {
  const { radiance, firstPixel, pixelCount, bandCount } = input;
  const count = pixels.length;
  if (bandCount === width && count === pixelCount && pixels.every((pixel, row) => pixel === row)) {
    memory.set(radiance.subarray(firstPixel * bandCount, (firstPixel + pixelCount) * bandCount));
  } else {
    for (let row = 0; row < count; row++) {
      const from = (firstPixel + pixels[row]) * bandCount;
      const to = row * width;
      for (let b = 0; b < bandCount; b++) memory[to + b] = radiance[from + b];
      memory.fill(0, to + bandCount, to + width);
    }
  }
  memory.fill(0, count * width, ((count + 3) & ~3) * width);
}

/**
 * Turns rows x into x - xbar and returns xbar [width]. First about the middle background pixel, whose choice depends on
 * nothing but the column, so that the mean is summed from small numbers; then about that mean.
 */
function centreRows(
  kernels: MatrixKernels,
  memory: Float64Array,
  { rows, values, vectors }: ColumnPlaces,
  { rowCount, backgroundCount, width }: Pick<Column, 'rowCount' | 'backgroundCount' | 'width'>,
): Float64Array {
  const middle = (backgroundCount >> 1) * width;
  memory.copyWithin(vectors, middle, middle + width);
  const shift = memory.slice(vectors, vectors + width);
  kernels.shiftRows(rows, rowCount, width, vectors);
  memory.fill(1, values, values + backgroundCount);
  kernels.weightedRowSum(rows, -1, backgroundCount, width, values, vectors);
  for (let b = 0; b < width; b++) memory[vectors + b] /= backgroundCount;
  kernels.shiftRows(rows, rowCount, width, vectors);
  return shift.map((value, b) => value + memory[vectors + b]);
}

/** Copies the covariance, loads its diagonal and factors it; false where it is singular. */
export function factorCovariance(column: Column, loading: number): boolean {
  const { memory, places } = column;
  memory.copyWithin(places.factor, places.covariance, places.factor);
  return loadAndFactor(column, loading);
}

/** C = (1 - loading) C + loading diag C, factored in place at `places.factor`. */
export function loadAndFactor({ kernels, memory, bandCount, width, places }: Column, loading: number): boolean {
  const diagonal = Float64Array.from({ length: bandCount }, (_, b) => memory[places.factor + b * (width + 1)]);
  if (loading > 0) {
    for (let i = 0; i < bandCount; i++) {
      for (let j = 0; j < i; j++) memory[places.factor + i * width + j] *= 1 - loading;
    }
  }
  if (!kernels.cholesky(places.factor, bandCount, width)) return false;
  return diagonal.every((variance, b) => memory[places.factor + b * (width + 1)] ** 2 > PIVOT_FLOOR * variance);
}

/** Place of the k-th scratch vector. */
export function vectorPlace({ places, width }: Column, k: number): number {
  return places.vectors + k * width;
}

/** Dot product of two vectors of the memory over the bands. */
export function dotOf({ memory, bandCount }: Column, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < bandCount; k++) sum += memory[a + k] * memory[b + k];
  return sum;
}

/** Writes S^-1 of the vector at `from` to `to`. */
export function solveInto({ kernels, memory, width, places }: Column, from: number, to: number): void {
  memory.copyWithin(to, from, from + width);
  kernels.solve(places.factor, width, to);
}
