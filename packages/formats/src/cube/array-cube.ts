/**
 * A cube in a file of named arrays (HDF5, NetCDF-4, Zarr): which array it is, which axis is which, what its bands are,
 * and its blocks read chunk by chunk. The format's folder supplies `ArrayFile`; names follow CF, EMIT and ENVI usage.
 */
import {
  type Acquisition,
  type CubeHeader,
  type CubeReader,
  type ReadRequest,
  requireWindow,
  STAGING_BYTES,
} from '@plumeline/core';
import { acquisitionInstant } from './acquisition-time.ts';
import { type ArrayFile, type Attributes, type StoredArray, text } from './array-file.ts';
import { arrayGeoreference } from './array-georeference.ts';
import { cubeAxes, type NamedAxes } from './axes.ts';
import { cubeError } from './cube-fault.ts';
import { CHUNK_LIMIT_BYTES, type CubeOptions, quantityOf } from './cube-options.ts';
import { checkRequest, maskAndScale, scatter, type ValueRules, valueRules } from './fill-block.ts';
import { wavelengths_nm } from './wavelengths.ts';

/** @throws InputError; the file is closed then. */
export async function openArrayCube(file: ArrayFile, options: CubeOptions): Promise<CubeReader> {
  try {
    return await openCube(file, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openCube(file: ArrayFile, options: CubeOptions): Promise<CubeReader> {
  const array = await findCube(file, options);
  const axes = cubeAxes(file.name, array, options);
  const [lines, columns, bands] = axes.map((axis) => array.shape[axis]!) as [number, number, number];
  requirePlausible(file, array, bands);
  const noData = [...declaredNoData(array.attributes), ...(options.noData ?? [])];
  const spectral = await spectralArrays(file, array, axes[2], bands);
  const { georeference, remarks } = await arrayGeoreference(file, { lines, columns });
  const header: CubeHeader = {
    file: file.name,
    format: file.format,
    lines,
    columns,
    bands,
    ...wavelengths_nm(file.name, bands, spectral.stated, options),
    goodBand: spectral.goodBand,
    quantity: quantityOf(file.name, quantityWords(array), options),
    acquisition: acquisitionOf(file.attributes),
    georeference,
    noData,
    storedColumns: Math.min(columns, array.chunk?.[axes[1]] ?? 1),
    remarks,
  };
  requireReadableChunk(file, array, options);
  const rules = valueRules(array.word, noData, options.saturatedFrom, scalesOf(array.attributes, bands));
  return { header, read: (request) => readChunks(header, array, axes, request, rules), close: () => file.close() };
}

async function findCube(file: ArrayFile, options: CubeOptions): Promise<StoredArray> {
  const wanted = options.dataset?.replace(/^\/+/, '');
  const found: StoredArray[] = [];
  for (const path of wanted === undefined ? file.paths : [wanted]) {
    const array = await file.array(path);
    if (array !== undefined && array.shape.length === 3) found.push(array);
  }
  if (found.length === 1) return found[0]!;
  const names = found.map(({ path }) => path).join(', ');
  throw cubeError(
    file.name,
    found.length === 0 ? 'cube-array-missing' : 'cube-array-ambiguous',
    found.length === 0
      ? `The file has no array of three axes${wanted === undefined ? '' : ` named ${wanted}`}.`
      : `The file has several arrays of three axes: ${names}.`,
    found.length === 0 ? 'Choose the file that holds the cube.' : "Name the cube's array in the options (dataset).",
  );
}

/** No spectrometer has more channels; a damaged file may claim 2^60. */
const MAX_BANDS = 1 << 20;
/** Lines and columns stay within 32-bit counts. */
const MAX_EXTENT = 2 ** 31 - 1;

function requirePlausible(file: ArrayFile, array: StoredArray, bands: number): void {
  if (bands <= MAX_BANDS && array.shape.every((length) => length <= MAX_EXTENT)) return;
  const message = `${array.path} claims ${array.shape.join(' x ')} numbers with ${bands} bands.`;
  throw cubeError(file.name, 'cube-shape', message, 'Copy the file again; state the axes if their order is other.');
}

function requireReadableChunk(file: ArrayFile, array: StoredArray, options: CubeOptions): void {
  const limit = options.chunkLimit_bytes ?? CHUNK_LIMIT_BYTES;
  const bytes = (array.chunk ?? []).reduce((product, length) => product * length, array.wordBytes);
  if (bytes <= limit) return;
  throw cubeError(
    file.name,
    'cube-chunk-too-large',
    `One stored chunk of ${array.path} unpacks to ${bytes} bytes; the limit is ${limit}.`,
    'Store it again in smaller chunks, or raise the limit on a machine with the memory.',
  );
}

/** Names of the arrays that hold centres, widths and the good-band list, in the cube's group or EMIT's. */
const CENTRE_NAMES = ['wavelengths', 'wavelength', 'wavelength_nm', 'Wavelength'];
const WIDTH_NAMES = ['fwhm', 'FWHM', 'fwhm_nm'];
const GOOD_NAMES = ['good_wavelengths', 'bbl'];

async function spectralArrays(file: ArrayFile, cube: StoredArray, bandAxis: number, bands: number) {
  const group = cube.path.includes('/') ? cube.path.slice(0, cube.path.lastIndexOf('/') + 1) : '';
  const groups = [group, 'sensor_band_parameters/', ''];
  const bandAxisName = cube.dimensions?.[bandAxis] ?? '';
  const first = async (names: readonly string[]): Promise<StoredArray | undefined> => {
    for (const prefix of groups) {
      for (const name of names) {
        const array = file.paths.includes(prefix + name) ? await file.array(prefix + name) : undefined;
        if (array !== undefined && array.shape.length === 1) return array;
      }
    }
    return undefined;
  };
  const centres = await first([...CENTRE_NAMES, ...(/wave/i.test(bandAxisName) ? [bandAxisName] : [])]);
  const widths = await first(WIDTH_NAMES);
  const good = await first(GOOD_NAMES);
  const unit = text(centres?.attributes.units);
  const stated = centres && { centres: await vector(centres), widths: widths && (await vector(widths)), unit };
  return { stated, goodBand: await goodBands(file, good, bands) };
}

async function goodBands(file: ArrayFile, array: StoredArray | undefined, bands: number): Promise<Uint8Array> {
  if (array === undefined) return new Uint8Array(bands).fill(1);
  const list = await vector(array);
  if (list.length === bands && list.every((value) => value === 0 || value === 1) && list.includes(1)) {
    return Uint8Array.from(list);
  }
  const message = `The list of good bands, ${array.path}, is not ${bands} times 0 or 1 with one good band at least.`;
  throw cubeError(file.name, 'cube-bad-bands', message, 'Correct the list or delete it.');
}

/** Longest list of bands read; the most that any instrument has is a few thousand. */
const MAX_VECTOR = 1_000_000;

async function vector(array: StoredArray): Promise<number[]> {
  const length = Math.min(array.shape[0]!, MAX_VECTOR);
  const { data, origin, stride } = await array.read([0], [length]);
  return Array.from({ length }, (_, index) => Number(data[origin + index * stride[0]!]));
}

function quantityWords(array: StoredArray): { name: string; unit?: string | undefined } {
  const { long_name, standard_name, units, unit } = array.attributes;
  const words = [array.path.split('/').at(-1), text(long_name), text(standard_name)];
  return { name: words.join(' '), unit: text(units) ?? text(unit) };
}

/** `_FillValue` and `missing_value` (CF), and Zarr's fill value where its reader passes it on. */
function declaredNoData(attributes: Attributes): number[] {
  const declared = [attributes._FillValue, attributes.missing_value].flat();
  return [...new Set(declared.filter((value) => typeof value === 'number' || typeof value === 'bigint').map(Number))];
}

function scalesOf(attributes: Attributes, bands: number): { gain?: Float64Array; offset?: Float64Array } {
  const of = (name: string): Float64Array | undefined => {
    const value = Number([attributes[name]].flat()[0] ?? Number.NaN);
    return Number.isFinite(value) ? new Float64Array(bands).fill(value) : undefined;
  };
  const gain = of('scale_factor');
  const offset = of('add_offset');
  return { ...(gain === undefined ? {} : { gain }), ...(offset === undefined ? {} : { offset }) };
}

function acquisitionOf(attributes: Attributes): Acquisition {
  const startAt = acquisitionInstant(text(attributes.time_coverage_start));
  const endAt = acquisitionInstant(text(attributes.time_coverage_end));
  const sensor = text(attributes.instrument) ?? text(attributes.sensor);
  const description = text(attributes.title) ?? text(attributes.summary);
  return {
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
    ...(sensor === undefined ? {} : { sensor }),
    ...(description === undefined ? {} : { description }),
  };
}

async function readChunks(
  header: CubeHeader,
  array: StoredArray,
  axes: NamedAxes,
  request: ReadRequest,
  rules: ValueRules,
): Promise<void> {
  checkRequest(header, request);
  requireWindow(header, request);
  const [lineAxis, columnAxis, bandAxis] = axes;
  for (const { start, count } of boxes(array, axes, request)) {
    const { data, origin, stride } = await array.read(start, count);
    scatter(request, {
      data,
      origin,
      firstLine: start[lineAxis]!,
      lines: count[lineAxis]!,
      firstColumn: start[columnAxis]!,
      columns: count[columnAxis]!,
      firstBand: start[bandAxis]!,
      bands: count[bandAxis]!,
      lineStride: stride[lineAxis]!,
      columnStride: stride[columnAxis]!,
      bandStride: stride[bandAxis]!,
    });
  }
  maskAndScale(request, rules);
}

interface Box {
  readonly start: number[];
  readonly count: number[];
}

/** Boxes that cover the request, none across a chunk's border, chunks without a chosen band left out. */
function* boxes(array: StoredArray, [lineAxis, columnAxis, bandAxis]: NamedAxes, request: ReadRequest): Generator<Box> {
  const first = [0, 0, 0];
  const end = [0, 0, 0];
  const set = (axis: number, from: number, length: number): void => {
    first[axis] = from;
    end[axis] = from + length;
  };
  const low = request.bands.reduce((least, band) => Math.min(least, band), Number.POSITIVE_INFINITY);
  const high = request.bands.reduce((most, band) => Math.max(most, band), 0);
  set(lineAxis, request.firstLine, request.lines);
  set(columnAxis, request.firstColumn, request.columns);
  set(bandAxis, low, high - low + 1);
  const chunk = array.chunk ?? stagingBox(array.wordBytes, first, end);
  const origin = array.chunk === undefined ? first : [0, 0, 0];
  for (const a of cuts(first[0]!, end[0]!, origin[0]!, chunk[0]!)) {
    for (const b of cuts(first[1]!, end[1]!, origin[1]!, chunk[1]!)) {
      for (const c of cuts(first[2]!, end[2]!, origin[2]!, chunk[2]!)) {
        const box = { start: [a[0], b[0], c[0]], count: [a[1] - a[0], b[1] - b[0], c[1] - c[0]] };
        const firstBand = box.start[bandAxis]!;
        const lastBand = firstBand + box.count[bandAxis]!;
        if (request.bands.some((band) => band >= firstBand && band < lastBand)) yield box;
      }
    }
  }
}

/** Parts [from, to) of a range at the borders origin + k x step. */
function* cuts(first: number, end: number, origin: number, step: number): Generator<readonly [number, number]> {
  for (let from = first; from < end; ) {
    const to = Math.min(end, origin + (Math.floor((from - origin) / step) + 1) * step);
    yield [from, to];
    from = to;
  }
}

/** A box shape of at most STAGING_BYTES for arrays stored in one piece: outer axes are cut first. */
function stagingBox(wordBytes: number, first: readonly number[], end: readonly number[]): number[] {
  const shape = first.map((from, axis) => end[axis]! - from);
  for (let axis = 0; axis < 3; axis++) {
    const inner = shape.slice(axis + 1).reduce((product, length) => product * length, wordBytes);
    shape[axis] = Math.max(1, Math.min(shape[axis]!, Math.floor(STAGING_BYTES / inner)));
  }
  return shape;
}
