/** Small sound cube files of every format, and seeded damage to them: for the unit test and for bench/cube-readers. */
import { gzipSync } from 'node:zlib';
import { InputError, PIXEL_MASK, readBlock } from '@plumeline/core';
import * as h5wasm from 'h5wasm';
import { memoryFiles } from '../../src/cube/bytes.ts';
import { openCube } from '../../src/cube/open-cube.ts';
import { ENVI_WRITERS, enviData, enviHeader, float32Cube, valueAt } from './cube-fixtures.ts';
import { type TiffKind, tinyTiff } from './tiny-tiff.ts';

type Files = Readonly<Record<string, Uint8Array>>;

interface Specimen {
  readonly family: string;
  /** What is opened. */
  readonly name: string;
  readonly files: Files;
  /** Files that get damaged. */
  readonly targets: readonly string[];
}

const SIZE = { lines: 4, columns: 3, bands: 9 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function specimens(): Promise<Specimen[]> {
  const glt = { lines: 2, columns: 2, bands: 2 };
  const map = '{UTM, 1, 1, 500000, 4000000, 3, 3, 13, North, WGS-84, units=Meters, rotation=10}';
  const header = enviHeader(SIZE, {
    bbl: '{1,1,0,1,1,1,1,1,1}',
    fwhm: '{5,5,5,5,5,5,5,5,5}',
    'map info': map,
    'data ignore value': '-9999',
    'data gain values': '{1,1,1,1,1,1,1,1,2}',
    'acquisition time': '2022-08-15T04:28:38Z',
  });
  const envi: Files = {
    'f_img.hdr': utf8(header),
    f_img: float32Cube(SIZE),
    'f_glt.hdr': utf8(enviHeader(glt, { 'data type': '3', 'map info': map })),
    f_glt: enviData(glt, ENVI_WRITERS[2]!, { interleave: 'bil', little: true }, () => 1),
    'f_igm.hdr': utf8(enviHeader({ ...SIZE, bands: 3 }, { 'data type': '5' })),
    f_igm: enviData({ ...SIZE, bands: 3 }, ENVI_WRITERS[4]!, { interleave: 'bil', little: true }),
  };
  const kinds: TiffKind[] = [
    { big: false, little: true, deflate: false },
    { big: true, little: false, deflate: true },
    { big: false, little: false, deflate: true },
  ];
  const hdf5: Files = { 'c.h5': await hdf5Bytes() };
  const zarr = zarrFiles();
  return [
    { family: 'envi', name: 'f_img.hdr', files: envi, targets: Object.keys(envi) },
    { family: 'envi', name: 'f_img.hdr', files: envi, targets: ['f_img.hdr'] },
    ...kinds.map((kind) => ({
      family: 'geotiff',
      name: 'c.tif',
      files: { 'c.tif': tinyTiff(kind) },
      targets: ['c.tif'],
    })),
    { family: 'hdf5', name: 'c.h5', files: hdf5, targets: ['c.h5'] },
    { family: 'zarr', name: 'z', files: zarr, targets: Object.keys(zarr) },
  ];
}

async function hdf5Bytes(): Promise<Uint8Array> {
  await h5wasm.ready;
  const file = new h5wasm.File('specimen.h5', 'w');
  const data = Array.from({ length: 4 * 3 * 9 }, (_, at) =>
    valueAt(Math.floor(at / 27), Math.floor(at / 9) % 3, at % 9),
  );
  const shape = [4, 3, 9];
  file.create_dataset({ name: 'radiance', data, shape, dtype: '<f', chunks: [2, 3, 4], compression: 4 });
  const cube = file.get('radiance') as h5wasm.Dataset;
  ['downtrack', 'crosstrack', 'bands'].forEach((name, axis) => void cube.set_dimension_label(axis, name));
  cube.create_attribute('units', 'uW/cm^2/SR/nm');
  cube.create_attribute('_FillValue', new Float32Array([-9999]));
  file.create_group('sensor_band_parameters');
  const centres = Float32Array.from({ length: 9 }, (_, band) => 2100 + 5 * band);
  const bands = file.get('sensor_band_parameters') as h5wasm.Group;
  bands.create_dataset({ name: 'wavelengths', data: centres }).create_attribute('units', 'nm');
  file.create_attribute('time_coverage_start', '2022-08-15T04:28:38+0000');
  file.close();
  return new Uint8Array(h5wasm.FS!.readFile('specimen.h5') as unknown as Uint8Array);
}

/** Version 2, gzip, two chunks of lines. */
function zarrFiles(): Files {
  const floats = (count: number, of: (index: number) => number): Uint8Array =>
    new Uint8Array(Float32Array.from({ length: count }, (_, index) => of(index)).buffer);
  const array = (shape: number[], chunks: number[]): Uint8Array =>
    utf8(
      JSON.stringify({
        ...{ zarr_format: 2, shape, chunks, dtype: '<f4', order: 'C', fill_value: -9999, filters: null },
        compressor: { id: 'gzip', level: 1 },
      }),
    );
  const chunk = (from: number): Uint8Array =>
    gzipSync(floats(54, (at) => valueAt(from + Math.floor(at / 27), Math.floor(at / 9) % 3, at % 9)));
  return {
    'z/.zgroup': utf8('{"zarr_format":2}'),
    'z/radiance/.zarray': array([4, 3, 9], [2, 3, 9]),
    'z/radiance/.zattrs': utf8('{"_ARRAY_DIMENSIONS":["y","x","band"],"units":"uW nm-1 cm-2 sr-1"}'),
    'z/radiance/0.0.0': chunk(0),
    'z/radiance/1.0.0': chunk(2),
    'z/wavelength/.zarray': array([9], [9]),
    'z/wavelength/.zattrs': utf8('{"units":"nm"}'),
    'z/wavelength/0': gzipSync(floats(9, (band) => 2100 + 5 * band)),
  };
}

/** Seeded numbers in [0, 1): mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = ['-1', '0', '1e309', '4294967296', '2147483647', 'nan', '{', '}', '=', ',', '\n', '"', '[', ']', '0.5'];
const WORD_BYTES = WORDS.map(utf8);

/** One to four damages: bytes changed, cut out, doubled, put in, numbers replaced, the end cut off. */
export function damage(bytes: Uint8Array, random: () => number): Uint8Array {
  let now = bytes;
  const pick = (below: number): number => Math.floor(random() * below);
  for (let times = 1 + pick(4); times > 0; times--) {
    const at = pick(now.length + 1);
    const length = 1 + pick(random() < 0.8 ? 8 : now.length + 1);
    const kind = pick(7);
    if (kind <= 1) now = splice(now, at, 1, Uint8Array.of(pick(256)));
    else if (kind === 2)
      now = splice(now, at, length, new Uint8Array(Math.min(length, 64)).fill(random() < 0.5 ? 0 : 255));
    else if (kind === 3) now = splice(now, at, length, new Uint8Array());
    else if (kind === 4) now = splice(now, at, 0, now.subarray(at, at + length));
    else if (kind === 5) now = splice(now, at, random() < 0.5 ? 0 : length, WORD_BYTES[pick(WORDS.length)]!);
    else if (random() < 0.3) now = now.subarray(0, at);
    else now = splice(now, at, 1, Uint8Array.of((now[at] ?? 0) ^ (1 << pick(8))));
  }
  return now;
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const tail = bytes.subarray(Math.min(bytes.length, at + remove));
  const joined = new Uint8Array(Math.min(at, bytes.length) + insert.length + tail.length);
  joined.set(bytes.subarray(0, at));
  joined.set(insert, Math.min(at, bytes.length));
  joined.set(tail, joined.length - tail.length);
  return joined;
}

export type Outcome = 'read' | 'refused';

/** Opens and reads a damaged copy. Throws for anything but a sound block or an InputError that says what to do. */
export async function tryDamaged(specimen: Specimen, seed: number): Promise<Outcome> {
  const random = randomOf(seed);
  const target = specimen.targets[Math.floor(random() * specimen.targets.length)]!;
  const files = memoryFiles({ ...specimen.files, [target]: damage(specimen.files[target]!, random) });
  try {
    const reader = await openCube(files, specimen.name);
    try {
      await readSome(reader);
    } finally {
      await reader.close();
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (error.faults.some(({ code, message, remedy }) => code === '' || message === '' || remedy === '')) throw error;
    return 'refused';
  }
}

async function readSome(reader: Awaited<ReturnType<typeof openCube>>): Promise<void> {
  const { header } = reader;
  const window = {
    firstLine: 0,
    lines: Math.min(header.lines, 5),
    firstColumn: Math.max(0, header.columns - 4),
    columns: Math.min(header.columns, 4),
  };
  const bands = [...new Set([0, 1, 2, 3, 4, 5, 6, 7, header.bands - 1])].filter(
    (band) => band >= 0 && band < header.bands,
  );
  const block = await readBlock(reader, window, bands);
  for (let pixel = 0; pixel < block.mask.length; pixel++) {
    const spectrum = block.values.subarray(pixel * bands.length, (pixel + 1) * bands.length);
    const isMarked = (block.mask[pixel]! & (PIXEL_MASK.noData | PIXEL_MASK.nonFinite)) !== 0;
    if (spectrum.some(Number.isNaN) && !isMarked) throw new Error('a number is missing without its mask');
  }
  await header.georeference.locations?.read({ ...window, lines: 1 });
  const lookup = header.georeference.lookup;
  await lookup?.read({
    firstLine: 0,
    lines: Math.min(2, lookup.rows),
    firstColumn: 0,
    columns: Math.min(2, lookup.columns),
  });
}
