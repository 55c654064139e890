/** A cube in a Zarr folder, version 2 or 3, chunked or sharded, through zarrita. */
import type { CubeFiles, CubeReader } from '@plumeline/core';
import { InputError } from '@plumeline/core';
import * as zarr from 'zarrita';
import { openArrayCube } from '../cube/array-cube.ts';
import type { ArrayBox, ArrayFile, Attributes, StoredArray } from '../cube/array-file.ts';
import { readExactly, readWhole } from '../cube/bytes.ts';
import { cubeError } from '../cube/cube-fault.ts';
import { CHUNK_LIMIT_BYTES, type CubeOptions } from '../cube/cube-options.ts';
import type { StoredNumbers } from '../cube/fill-block.ts';

const WORD_BYTES: Readonly<Record<string, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
};
const ARRAY_FILE = /^(?:(.*)\/)?(\.zarray|zarr\.json)$/;
/** Zarr itself sets no limit; xarray's axes are far fewer than NumPy's 32. */
const MAX_EXTENT = 2 ** 31 - 1;

/** Opens the folder `name` of the files ('' for all of them). @throws InputError. */
export async function openZarrCube(files: CubeFiles, name: string, options: CubeOptions = {}): Promise<CubeReader> {
  return openArrayCube(await zarrFile(files, name, options), options);
}

async function zarrFile(files: CubeFiles, name: string, options: CubeOptions): Promise<ArrayFile> {
  const prefix = name === '' ? '' : `${name.replace(/\/+$/, '')}/`;
  const inside = files.names.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const paths = inside.flatMap((path) => {
    const match = ARRAY_FILE.exec(path);
    return match === null ? [] : [match[1] ?? ''];
  });
  if (paths.length === 0) {
    throw cubeError(name, 'zarr-not-a-zarr', 'The folder holds no .zarray or zarr.json.', 'Choose the .zarr folder.');
  }
  const root = zarr.root(storeOf(files, prefix, options.chunkLimit_bytes ?? CHUNK_LIMIT_BYTES));
  const location = (path: string) => (path === '' ? root : root.resolve(path));
  const group = await zarr.open(root, { kind: 'group' }).catch(() => undefined);
  return {
    name,
    format: 'zarr',
    paths: [...new Set(paths)],
    attributes: (group?.attrs ?? {}) as Attributes,
    array: async (path) => {
      if (!paths.includes(path)) return undefined;
      const opened = await zarr.open(location(path)).catch((error: unknown) => refuse(name, path, error));
      return opened.kind === 'array' ? storedArray(name, path, opened) : undefined;
    },
    close: async () => {},
  };
}

type OpenArray = zarr.Array<zarr.DataType>;

function storedArray(file: string, path: string, array: OpenArray): StoredArray | undefined {
  const wordBytes = WORD_BYTES[array.dtype];
  if (wordBytes === undefined) return undefined;
  const { shape, chunks } = array;
  const isSound =
    Array.isArray(shape) &&
    Array.isArray(chunks) &&
    [...shape, ...chunks].every((n) => Number.isInteger(n) && n > 0 && n <= MAX_EXTENT);
  if (!isSound || shape.length !== chunks.length) {
    const message = `Array ${path} has the shape ${String(shape)} in chunks of ${String(chunks)}.`;
    throw cubeError(file, 'zarr-shape', message, 'Write the array again.');
  }
  const attributes = array.attrs as Attributes;
  const dimensions = namesOf(array.dimensionNames) ?? namesOf(attributes._ARRAY_DIMENSIONS);
  return {
    path,
    shape,
    word: array.dtype,
    wordBytes,
    chunk: chunks,
    ...(dimensions === undefined ? {} : { dimensions }),
    attributes: withFill(attributes, array.fillValue),
    read: (start, count) => readBox(file, path, array, start, count),
  };
}

function namesOf(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : undefined;
}

/**
 * NaN is no-data, and the fill value too, but not a fill value of 0: real counts may be 0. A chunk that is missing
 * altogether is read as NaN, whatever its fill value.
 */
function withFill(attributes: Attributes, fill: unknown): Attributes {
  const isFill = (typeof fill === 'number' || typeof fill === 'bigint') && Number(fill) !== 0;
  const stated = attributes._FillValue ?? (isFill ? Number(fill) : []);
  return { ...attributes, _FillValue: [stated, Number.NaN].flat() };
}

/** A box, as a view of its chunk where it lies in one, else put together as float64. */
async function readBox(
  file: string,
  path: string,
  array: OpenArray,
  start: readonly number[],
  count: readonly number[],
): Promise<ArrayBox> {
  const first = start.map((from, axis) => Math.floor(from / array.chunks[axis]!));
  const last = start.map((from, axis) => Math.floor((from + count[axis]! - 1) / array.chunks[axis]!));
  if (first.every((chunk, axis) => chunk === last[axis])) {
    const { data, stride } = await readChunk(file, path, array, first);
    const origin = start.reduce(
      (sum, from, axis) => sum + (from - first[axis]! * array.chunks[axis]!) * stride[axis]!,
      0,
    );
    return { data, origin, stride };
  }
  const stride = count.map((_, axis) => count.slice(axis + 1).reduce((product, length) => product * length, 1));
  const joined = new Float64Array(count.reduce((product, length) => product * length, 1));
  for (const chunk of gridBetween(first, last)) {
    const box = await readChunk(file, path, array, chunk);
    const from = chunk.map((index, axis) => Math.max(start[axis]!, index * array.chunks[axis]!));
    const to = chunk.map((index, axis) => Math.min(start[axis]! + count[axis]!, (index + 1) * array.chunks[axis]!) - 1);
    for (const place of gridBetween(from, to)) {
      const at = place.reduce((sum, index, axis) => sum + (index - start[axis]!) * stride[axis]!, 0);
      const inside = place.map((index, axis) => index - chunk[axis]! * array.chunks[axis]!);
      joined[at] = Number(box.data[inside.reduce((sum, index, axis) => sum + index * box.stride[axis]!, 0)]);
    }
  }
  return { data: joined, origin: 0, stride };
}

/** Every index from `first` to `last`, both included, the last axis fastest. */
function* gridBetween(first: readonly number[], last: readonly number[]): Generator<number[]> {
  const place = [...first];
  for (;;) {
    yield [...place];
    let axis = place.length - 1;
    while (axis >= 0 && place[axis] === last[axis]) {
      place[axis] = first[axis]!;
      axis--;
    }
    if (axis < 0) return;
    place[axis]!++;
  }
}

/** A chunk that the folder lacks; zarrita would fill it in silence. */
class MissingChunk extends Error {}

/** One whole chunk, NaN with no stride where it is missing. @throws InputError when it is damaged or short. */
async function readChunk(
  file: string,
  path: string,
  array: OpenArray,
  chunk: readonly number[],
): Promise<{ data: StoredNumbers; stride: readonly number[] }> {
  try {
    const { data, stride } = await array.getChunk([...chunk]);
    const expected = array.chunks.reduce((product, length) => product * length, 1);
    const numbers = data as unknown as StoredNumbers;
    if (numbers.length === expected) return { data: numbers, stride };
    throw new Error(`chunk ${chunk.join('.')} has ${numbers.length} numbers, not ${expected}`);
  } catch (error) {
    if (error instanceof MissingChunk) return { data: Float64Array.of(Number.NaN), stride: chunk.map(() => 0) };
    return refuse(file, path, error);
  }
}

const METADATA_FILE = /(^|\/)(\.z(array|attrs|group|metadata)|zarr\.json)$/;

/** zarrita's store over files; a file past the limit is refused before it is read. */
function storeOf(files: CubeFiles, prefix: string, limit_bytes: number): zarr.AsyncReadable {
  const open = (key: string) => files.open(prefix + key.slice(1));
  return {
    get: async (key) => {
      const source = await open(key);
      if (source === undefined && !METADATA_FILE.test(key)) throw new MissingChunk(key);
      return source && readWhole(source, limit_bytes);
    },
    getRange: async (key, range) => {
      const source = await open(key);
      if (source === undefined) throw new MissingChunk(key);
      const length = 'suffixLength' in range ? Math.min(range.suffixLength, source.size) : range.length;
      if (length > limit_bytes) throw new RangeError(`a range of ${length} bytes exceeds the limit of ${limit_bytes}`);
      return readExactly(source, 'suffixLength' in range ? source.size - length : range.offset, length);
    },
  };
}

function refuse(file: string, path: string, error: unknown): never {
  if (error instanceof InputError) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `Array ${path === '' ? '/' : path} cannot be read (${reason.slice(0, 200)}).`;
  throw cubeError(file, 'zarr-damaged', message, 'Copy the folder again from its origin, every file of it.');
}
