/** An HDF5 or NetCDF-4 file as named arrays. */
import type { ByteSource } from '@plumeline/core';
import type { Dataset } from 'h5wasm';
import type { ArrayBox, ArrayFile, Attributes, StoredArray } from '../cube/array-file.ts';
import { cubeError } from '../cube/cube-fault.ts';
import type { CubeOptions } from '../cube/cube-options.ts';
import type { StoredNumbers } from '../cube/fill-block.ts';
import { type Hdf5File, Hdf5Session } from './session.ts';

/** Attributes that are read; a hostile file's others stay where they are. */
const ARRAY_ATTRIBUTES = [
  'units',
  'unit',
  'long_name',
  'standard_name',
  '_FillValue',
  'missing_value',
  'scale_factor',
  'add_offset',
];
const FILE_ATTRIBUTES = [
  'time_coverage_start',
  'time_coverage_end',
  'instrument',
  'sensor',
  'title',
  'summary',
  'geotransform',
  'spatial_ref',
];
/** Longest attribute read [bytes]; a WKT is below 10 kB. */
const ATTRIBUTE_LIMIT_BYTES = 1 << 20;
/** A granule has a few dozen arrays. */
const MAX_ARRAYS = 10_000;
const H5T_INTEGER = 0;
const H5T_FLOAT = 1;

/** @throws InputError. */
export async function hdf5ArrayFile(source: ByteSource, options: CubeOptions): Promise<ArrayFile> {
  const session = await Hdf5Session.open(source, options);
  try {
    const paths = await session.use((file) => file.paths().map((path) => path.replace(/^\/+/, '')));
    if (paths.length > MAX_ARRAYS) {
      throw cubeError(source.name, 'hdf5-too-many', `The file claims ${paths.length} objects.`, 'Check the file.');
    }
    const attributes = await session.use((file) => attributesOf(file, FILE_ATTRIBUTES));
    const isEmit = paths.includes('sensor_band_parameters/wavelengths');
    return {
      name: source.name,
      format: isEmit ? 'emit' : 'hdf5',
      paths,
      attributes,
      array: (path) => openArray(session, path),
      close: async () => session.close(),
    };
  } catch (error) {
    session.close();
    throw error;
  }
}

async function openArray(session: Hdf5Session, path: string): Promise<StoredArray | undefined> {
  return session.use((file) => {
    const dataset = datasetAt(file, path);
    const { shape, type, size, signed, chunks } = dataset?.metadata ?? {};
    const word = wordOf(type, size, signed);
    if (dataset === undefined || !shape || word === undefined || shape.length === 0 || shape.some((n) => !(n > 0))) {
      return undefined;
    }
    const dimensions = dimensionNames(dataset, shape.length);
    return {
      path,
      shape,
      word,
      wordBytes: size!,
      ...(chunks && chunks.length === shape.length && chunks.every((n) => n > 0) ? { chunk: chunks } : {}),
      ...(dimensions === undefined ? {} : { dimensions }),
      attributes: attributesOf(dataset, ARRAY_ATTRIBUTES),
      read: (start, count) => session.use((again) => readBox(again, path, start, count)),
    };
  });
}

function datasetAt(file: Hdf5File, path: string): Dataset | undefined {
  const entity = file.get(path);
  return (entity as { type?: unknown } | null)?.type === 'Dataset' ? (entity as Dataset) : undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  '0,1,true': 'int8',
  '0,1,false': 'uint8',
  '0,2,true': 'int16',
  '0,2,false': 'uint16',
  '0,4,true': 'int32',
  '0,4,false': 'uint32',
  '0,8,true': 'int64',
  '0,8,false': 'uint64',
  '1,4': 'float32',
  '1,8': 'float64',
};

function wordOf(type: number | undefined, size: number | undefined, signed: boolean | undefined): string | undefined {
  if (type === H5T_INTEGER) return WORDS[`0,${size},${signed === true}`];
  return type === H5T_FLOAT ? WORDS[`1,${size}`] : undefined;
}

function readBox(file: Hdf5File, path: string, start: readonly number[], count: readonly number[]): ArrayBox {
  const ranges = start.map((from, axis): [number, number] => [from, from + count[axis]!]);
  const data = datasetAt(file, path)?.slice(ranges);
  const expected = count.reduce((product, length) => product * length, 1);
  if (!ArrayBuffer.isView(data) || (data as StoredNumbers).length !== expected) {
    throw new Error(`${path} did not give ${expected} numbers`);
  }
  const stride = count.map((_, axis) => count.slice(axis + 1).reduce((product, length) => product * length, 1));
  return { data: data as StoredNumbers, origin: 0, stride };
}

/** Names of the dimension scales (NetCDF-4's dimensions), else HDF5's labels; undefined unless every axis has one. */
function dimensionNames(dataset: Dataset, rank: number): string[] | undefined {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const scales = axes.map((axis) => dataset.get_attached_scales(axis)[0]?.split('/').at(-1));
  if (scales.every((name) => name !== undefined && name !== '')) return scales as string[];
  const labels = dataset.get_dimension_labels();
  return labels.length === rank && labels.every((name) => !!name) ? (labels as string[]) : undefined;
}

function attributesOf(object: Hdf5File | Dataset, names: readonly string[]): Attributes {
  const { attrs } = object;
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const attribute = Object.hasOwn(attrs, name) ? attrs[name] : undefined;
    if (attribute === undefined) continue;
    const { total_size, size } = attribute.metadata;
    if (total_size * size > ATTRIBUTE_LIMIT_BYTES) continue;
    const value = attribute.json_value;
    values[name] = Array.isArray(value) && value.length === 1 ? value[0] : value;
  }
  return values;
}
