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
  const { pixels, backgroundCount } = usablePixels(input);
  if (pixels.length === 0) return 'no-valid-pixels';
  if (backgroundCount < 2) return 'too-few-pixels';
  const places = layOut(pixels.length, width);
  const memory = kernels.reserve(places.end + extra);
  const mean = centreRows(memory, input, pixels, backgroundCount, width);
  const divisor = divideBy === 'background' ? backgroundCount : pixels.length;
  const square = mean.reduce((sum, value) => sum + value * value, 0);
  if (!(square > 0)) return 'no-light';
  memory.fill(0, places.covariance, places.factor);
  kernels.gram(places.rows, backgroundCount, width, places.covariance);
  for (let k = places.covariance; k < places.factor; k++) memory[k] /= divisor;
  memory.fill(0, places.vectors, places.end);
  memory.set(mean, places.vectors);
  kernels.rowDots(places.rows, -1, pixels.length, width, places.vectors, places.scores);
  // x = (x - xbar) + xbar, so x . xbar / xbar . xbar is 1 + (x - xbar) . xbar / xbar . xbar.
  const albedo = memory.slice(places.scores, places.scores + pixels.length).map((dot) => 1 + dot / square);
  return {
    kernels,
    memory,
    bandCount,
    width,
    rowCount: pixels.length,
    backgroundCount,
    divisor,
    pixels,
    mean,
    albedo,
    places,
  };
}

/** Pixels that are finite in every band and marked valid; those of the background first. */
function usablePixels(input: ColumnInput): { pixels: Int32Array; backgroundCount: number } {
  const { radiance, firstPixel, pixelCount, bandCount, valid, background } = input;
  const inside: number[] = [];
  const outside: number[] = [];
  for (let p = 0; p < pixelCount; p++) {
    if (valid !== undefined && valid[firstPixel + p] === 0) continue;
    const start = (firstPixel + p) * bandCount;
    // A sum is not finite as soon as one term is not; radiances are far from overflow.
    let sum = 0;
    for (let b = 0; b < bandCount; b++) sum += radiance[start + b];
    if (!Number.isFinite(sum)) continue;
    (background === undefined || background[firstPixel + p] !== 0 ? inside : outside).push(p);
  }
  return { pixels: Int32Array.from([...inside, ...outside]), backgroundCount: inside.length };
}

/**
 * Writes x - xbar and returns xbar. First about the middle background pixel, whose choice depends on nothing but the
 * column, so that the mean is summed from small numbers; then about that mean.
 */
function centreRows(
  memory: Float64Array,
  { radiance, firstPixel, bandCount }: ColumnInput,
  pixels: Int32Array,
  backgroundCount: number,
  width: number,
): Float64Array {
  const middle = (firstPixel + pixels[backgroundCount >> 1]) * bandCount;
  const shift = Float64Array.from(radiance.subarray(middle, middle + bandCount));
  const offset = new Float64Array(bandCount);
  for (let row = 0; row < pixels.length; row++) {
    const from = (firstPixel + pixels[row]) * bandCount;
    const to = row * width;
    for (let b = 0; b < bandCount; b++) memory[to + b] = radiance[from + b] - shift[b];
    for (let b = bandCount; b < width; b++) memory[to + b] = 0;
    if (row < backgroundCount) for (let b = 0; b < bandCount; b++) offset[b] += memory[to + b];
  }
  memory.fill(0, pixels.length * width, ((pixels.length + 3) & ~3) * width);
  for (let b = 0; b < bandCount; b++) offset[b] /= backgroundCount;
  for (let row = 0; row < pixels.length; row++) {
    const to = row * width;
    for (let b = 0; b < bandCount; b++) memory[to + b] -= offset[b];
  }
  return shift.map((value, b) => value + offset[b]);
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
export function solveInto({ kernels, memory, bandCount, width, places }: Column, from: number, to: number): void {
  memory.copyWithin(to, from, from + width);
  kernels.solve(places.factor, bandCount, width, to);
}
