/** The crossing kernels of this thread, and what is laid out in their memory. */
import { createCrossingKernels } from '../kernels/create-crossing-kernels.ts';
import { type CrossingKernels, heightStride, PASS_ARRAYS, passStride } from '../kernels/crossing-kernels.ts';
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

/** Places in the memory of `heights` of a row of a table, of the peaks at each height, and of what the kernel makes of them. */
export interface HeightRoom {
  readonly row: number;
  readonly peak: number;
  readonly height: number;
  readonly mixed: number;
  /** Numbers from one height to the next in `mixed`. */
  readonly stride: number;
}

/** A second instance, whose memory is small and stays where it is; nothing in it outlives the reading of a pass. */
export const heights: { kernels: CrossingKernels | undefined; memory: Float64Array } = {
  kernels: undefined,
  memory: new Float64Array(0),
};

export function heightRoom(peaks: number, rates: number, count: number): HeightRoom {
  const row = rates + 2;
  const peak = row + peaks + rates + 4;
  const height = peak + count;
  const mixed = height + count * heightStride(rates);
  heights.kernels ??= createCrossingKernels();
  heights.memory = heights.kernels.reserve(mixed + count * rates);
  return { row, peak, height, mixed, stride: rates };
}
