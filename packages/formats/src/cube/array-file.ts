/** A file of named arrays, as HDF5 and Zarr supply it. */
import type { CubeHeader } from '@plumeline/core';
import type { StoredNumbers } from './fill-block.ts';

export type Attributes = Readonly<Record<string, unknown>>;

/** A box of an array: data[origin + sum of index x stride]. */
export interface ArrayBox {
  readonly data: StoredNumbers;
  readonly origin: number;
  readonly stride: readonly number[];
}

/** One numeric array. */
export interface StoredArray {
  readonly path: string;
  readonly shape: readonly number[];
  /** e.g. `uint16`, `float32`. */
  readonly word: string;
  readonly wordBytes: number;
  /** Shape of a stored chunk; absent when stored in one piece. */
  readonly chunk?: readonly number[];
  readonly dimensions?: readonly string[];
  readonly attributes: Attributes;
  read(start: readonly number[], count: readonly number[]): Promise<ArrayBox>;
}

export interface ArrayFile {
  readonly name: string;
  readonly format: CubeHeader['format'];
  /** Paths of its arrays, groups parted by `/`, without a leading one. */
  readonly paths: readonly string[];
  /** Of the whole file. */
  readonly attributes: Attributes;
  /** Undefined when there is none, or it does not hold numbers. */
  array(path: string): Promise<StoredArray | undefined>;
  close(): Promise<void>;
}

/** Attribute text; a list of one text counts, anything else is none. */
export function text(value: unknown): string | undefined {
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof one === 'string' && one.trim() !== '' ? one.trim() : undefined;
}
