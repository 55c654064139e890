/** The crossing kernels of this thread, and a pass laid out in their memory. */
import { createCrossingKernels } from '../kernels/create-crossing-kernels.ts';
import { type CrossingKernels, PASS_ARRAYS, passStride } from '../kernels/crossing-kernels.ts';
import type { PassFilter } from './crossing-filter.ts';

let shared: CrossingKernels | undefined;

/** One instance a thread: compiled when first used; nothing in its memory outlives a call. */
export function sharedCrossingKernels(): CrossingKernels {
  shared ??= createCrossingKernels();
  return shared;
}

/** Rows of crossings of one width, `step_s` apart. */
export interface CrossingRows {
  readonly first_s: number;
  readonly step_s: number;
  readonly width_s: number;
  readonly rows: number;
}

/** Numbers of the memory that `laidPass` takes for a pass of so many samples. */
export function passLength(count: number): number {
  return (PASS_ARRAYS.length + 1) * passStride(count);
}

/** Copies a pass to `place`; what it returns fills rows with ln likelihoods and returns the largest, at least 0. */
export function laidPass(
  kernels: CrossingKernels,
  memory: Float64Array,
  place: number,
  pass: PassFilter,
  peak: number,
  peaks: number,
  fluctuation: number,
): (rows: CrossingRows, out: number) => number {
  const { count, lnClean } = pass;
  const stride = passStride(count);
  PASS_ARRAYS.forEach((name, n) => {
    memory.set(pass[name], place + n * stride);
  });
  const shape = place + PASS_ARRAYS.length * stride;
  return ({ first_s, step_s, width_s, rows }, out) =>
    kernels.crossWidth(place, count, first_s, step_s, width_s, rows, peak, peaks, fluctuation, lnClean, shape, out);
}
