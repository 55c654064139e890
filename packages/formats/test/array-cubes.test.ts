import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnBlocks, InputError, PIXEL_MASK, readBlock, requireQuantity } from '@plumeline/core';
import * as h5wasm from 'h5wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource, memoryFiles } from '../src/cube/bytes.ts';
import { openCube } from '../src/cube/open-cube.ts';
import { openEmitCube } from '../src/emit/decode.ts';
import { openHdf5Cube } from '../src/hdf5/decode.ts';
import { openZarrCube } from '../src/zarr/decode.ts';
import { valueAt } from './support/cube-fixtures.ts';
import { diskFiles } from './support/disk-files.ts';
import { gdal, hasGdal } from './support/gdal.ts';
import { GRANULE, granuleVrt } from './support/granule.ts';

const temporary = mkdtempSync(join(tmpdir(), 'plumeline-arrays-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const WINDOW = { firstLine: 1, lines: 3, firstColumn: 1, columns: 3 };
const BANDS = [8, 0, 3];
const EXPECTED = [1, 2, 3].flatMap((c) => [1, 2, 3].flatMap((l) => BANDS.map((b) => valueAt(l, c, b))));
const BLOCKS = ['-co', 'ARRAY:IF(DIM=3):BLOCKSIZE=2,3,4'];

/** Lets GDAL write the granule; returns the path's name in the temporary folder. */
function written(name: string, vrt: string, args: readonly string[] = []): string {
  const path = join(temporary, name);
  rmSync(path, { recursive: true, force: true });
  writeFileSync(join(temporary, 'granule.vrt'), vrt);
  const format = name.endsWith('.zarr') ? 'Zarr' : 'netCDF';
  gdal('gdalmdimtranslate', ['-q', '-of', format, ...args, join(temporary, 'granule.vrt'), path]);
  return name;
}

const sourceOf = (name: string) => bytesSource(name, readFileSync(join(temporary, name)));

describe.skipIf(!hasGdal)('EMIT granules (NetCDF-4 written by GDAL)', () => {
  it.each([
    ['in one piece', []],
    ['in chunks', BLOCKS],
    ['in deflated chunks', [...BLOCKS, '-co', 'ARRAY:IF(DIM=3):COMPRESS=DEFLATE', '-co', 'ARRAY:IF(DIM=3):ZLEVEL=9']],
  ])('%s', async (_how, args) => {
    const reader = await openEmitCube(sourceOf(written('e.nc', granuleVrt(), args)));
    expect((await readBlock(reader, WINDOW, BANDS)).values).toEqual(Float64Array.from(EXPECTED));
    const { header } = reader;
    expect(header).toMatchObject({ format: 'emit', lines: 5, columns: 4, bands: 9, noData: [-9999], remarks: [] });
    expect(header.acquisition).toEqual({ startAt: '2022-08-15T04:28:38.000Z', sensor: 'EMIT' });
    expect(requireQuantity(header)).toMatchObject({ kind: 'radiance', unit: 'uW nm-1 cm-2 sr-1' });
    expect([...header.fwhm_nm!]).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16]);
    await reader.close();
  });

  it('lon, lat and height of raw pixels, and the lookup table from 1 with sign', async () => {
    const reader = await openEmitCube(sourceOf(written('e.nc', granuleVrt())));
    const { locations, lookup } = reader.header.georeference;
    const where = await locations!.read({ firstLine: 1, lines: 1, firstColumn: 0, columns: 3 });
    expect([...where.x]).toEqual([-104, -103, -102]);
    expect([...where.y]).toEqual([31, 31, 31]);
    expect([...where.height_m!]).toEqual([1001, Number.NaN, 1001]);
    expect(lookup!.grid).toMatchObject({ affine: [-104.5, 0.0005, 0, 32.5, 0, -0.0004], crs: { epsg: 4326 } });
    const cells = await lookup!.read({ firstLine: 0, lines: 2, firstColumn: 0, columns: 3 });
    expect([...cells.column]).toEqual([-1, 0, 1, 2, 3, -1]);
    expect([...cells.line]).toEqual([-1, 4, 0, 1, 2, -1]);
    expect([...cells.filled]).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it('fill is masked, missing groups are refused', async () => {
    const value = (l: number, c: number, b: number): number => (c === 2 ? -9999 : valueAt(l, c, b));
    const filled = await openEmitCube(sourceOf(written('f.nc', granuleVrt({ value }))));
    for await (const block of columnBlocks(filled, { number: 'float32', budget_bytes: 1 << 20 })) {
      const masks = [0, 1, 2, 3].map((c) => [...new Set(block.mask.subarray(c * 5, c * 5 + 5))]);
      expect(masks).toEqual([[0], [0], [PIXEL_MASK.noData], [0]]);
    }
    const bare = sourceOf(written('bare.nc', granuleVrt({ without: 'groups' })));
    await expect(openEmitCube(bare)).rejects.toThrow(/sensor_band_parameters/);
    await expect(openHdf5Cube(bare)).rejects.toThrow(/no wavelengths/);
    const wavelength_nm = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect((await openHdf5Cube(bare, { wavelength_nm })).header.remarks[0]).toMatch(/cannot be placed/);
  });

  it('axes that cannot be told apart are refused, and taken when stated', async () => {
    const odd = sourceOf(written('odd.nc', granuleVrt({ dimensions: ['u', 'v', 'w'] })));
    await expect(openEmitCube(odd)).rejects.toThrow(/u, v, w.*which is line, column and band/);
    const reader = await openEmitCube(odd, { axes: ['line', 'column', 'band'] });
    expect((await readBlock(reader, WINDOW, BANDS)).values).toEqual(Float64Array.from(EXPECTED));
  });

  it('a truncated file is an error, in the header or at the block', async () => {
    const whole = readFileSync(join(temporary, written('e.nc', granuleVrt(), BLOCKS)));
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const cut = bytesSource('cut.nc', whole.subarray(0, Math.floor(whole.length * share)));
      const reading = openEmitCube(cut).then((reader) => readBlock(reader, WINDOW, BANDS));
      await expect(reading).rejects.toBeInstanceOf(InputError);
    }
  });

  it('a source that cannot be read at once is taken into memory, up to a limit', async () => {
    const { name, size, read } = sourceOf(written('e.nc', granuleVrt()));
    const remote = { name, size, read };
    expect((await openEmitCube(remote)).header.lines).toBe(5);
    await expect(openEmitCube(remote, { wholeFileLimit_bytes: 100 })).rejects.toThrow(/local disk/);
  });
});

describe('HDF5 in other orders and types', () => {
  beforeAll(() => h5wasm.ready);
  const { lines, columns, bands } = GRANULE;

  /** Axes band, line, column of one word type, written by h5wasm. */
  function hdf5(dtype: string, chunks: number[] | null): Uint8Array {
    const file = new h5wasm.File('made.h5', 'w');
    const data = Array.from({ length: lines * columns * bands }, (_, index) => {
      const within = index % (lines * columns);
      return valueAt(Math.floor(within / columns), within % columns, Math.floor(index / (lines * columns)));
    });
    const compression = chunks === null ? {} : { compression: 4 };
    file.create_dataset({ name: 'cube', data, shape: [bands, lines, columns], dtype, chunks, ...compression });
    file.create_dataset({ name: 'wavelength', data: new Float64Array(bands).map((_, b) => 2.1 + 0.005 * b) });
    (file.get('wavelength') as h5wasm.Dataset).create_attribute('units', 'um');
    ['band', 'line', 'sample'].forEach((name, axis) => {
      (file.get('cube') as h5wasm.Dataset).set_dimension_label(axis, name);
    });
    file.close();
    const bytes = h5wasm.FS!.readFile('made.h5') as unknown as Uint8Array;
    return new Uint8Array(bytes);
  }

  it.each(['<B', '<b', '<h', '<H', '<i', '<I', '<f', '<d', '<q', '<Q'])('%s', async (dtype) => {
    for (const chunks of [null, [4, 2, 3]]) {
      const reader = await openHdf5Cube(bytesSource('x.h5', hdf5(dtype, chunks)));
      expect((await readBlock(reader, WINDOW, BANDS)).values).toEqual(Float64Array.from(EXPECTED));
      expect(reader.header.wavelength_nm[8]).toBeCloseTo(2140, 9);
      expect(() => requireQuantity(reader.header)).toThrow(/does not say what its numbers are/);
      await reader.close();
    }
  });

  it('a chunk larger than the limit is refused before it is unpacked', async () => {
    const open = openHdf5Cube(bytesSource('x.h5', hdf5('<f', [4, 2, 3])), { chunkLimit_bytes: 90 });
    await expect(open).rejects.toThrow(/unpacks to 96 bytes; the limit is 90/);
  });

  it('what is not HDF5 is refused, and the library serves the next file', async () => {
    await expect(openHdf5Cube(bytesSource('x.h5', new Uint8Array(5000)))).rejects.toBeInstanceOf(InputError);
    expect((await openHdf5Cube(bytesSource('x.h5', hdf5('<f', null)))).header.bands).toBe(bands);
  });

  it('a library that fails is thrown away: the error is clear, the file opens again', async () => {
    const bytes = hdf5('<f', null);
    let isBroken = false;
    const readNow = (offset: number, length: number): Uint8Array => {
      if (isBroken) throw new RangeError('Maximum call stack size exceeded');
      return bytes.subarray(offset, offset + length);
    };
    const source = { name: 'x.h5', size: bytes.length, readNow, read: async (o: number, l: number) => readNow(o, l) };
    const reader = await openHdf5Cube(source);
    isBroken = true;
    await expect(readBlock(reader, WINDOW, BANDS)).rejects.toThrow(/library was started anew/);
    isBroken = false;
    expect((await readBlock(reader, WINDOW, BANDS)).values).toEqual(Float64Array.from(EXPECTED));
  });
});

describe('Zarr', () => {
  it.skipIf(!hasGdal).each([
    ['plain', BLOCKS],
    ['gzip', [...BLOCKS, '-co', 'COMPRESS=GZIP']],
    ['zstd', [...BLOCKS, '-co', 'COMPRESS=ZSTD']],
    ['blosc', [...BLOCKS, '-co', 'COMPRESS=BLOSC']],
  ])('version 2 written by GDAL, %s', async (_name, args) => {
    written('e.zarr', granuleVrt(), args);
    const reader = await openCube(diskFiles(temporary), 'e.zarr', { axes: ['line', 'column', 'band'] });
    expect(reader.header).toMatchObject({
      format: 'zarr',
      lines: 5,
      columns: 4,
      noData: [-9999, Number.NaN],
      storedColumns: 3,
    });
    expect((await readBlock(reader, WINDOW, BANDS)).values).toEqual(Float64Array.from(EXPECTED));
    expect(reader.header.georeference.locations).toBeDefined();
    rmSync(join(temporary, 'e.zarr', 'radiance', '1.0.0'));
    const gap = await readBlock(
      await openCube(diskFiles(temporary), 'e.zarr', { axes: ['line', 'column', 'band'] }),
      WINDOW,
      BANDS,
    );
    expect([...gap.mask]).toEqual([0, 1, 1, 0, 1, 1, 0, 0, 0]);
  });

  /** Version 3 by hand: axes band, y, x; chunks of 2 x 1 x 1 numbers; big-endian uint16. */
  function version3(more: object = {}): Record<string, string | Uint8Array> {
    const json = (value: object): string => JSON.stringify({ zarr_format: 3, ...value });
    const array = { node_type: 'array', chunk_key_encoding: { name: 'default' }, fill_value: 0 };
    const grid = (chunk_shape: number[]) => ({ name: 'regular', configuration: { chunk_shape } });
    const codecs = [{ name: 'bytes', configuration: { endian: 'big' } }];
    const files: Record<string, string | Uint8Array> = {
      'zarr.json': json({ node_type: 'group', attributes: { title: 'made by hand' } }),
      'cube/zarr.json': json({
        ...array,
        shape: [2, 1, 2],
        data_type: 'uint16',
        chunk_grid: grid([2, 1, 1]),
        codecs,
        dimension_names: ['band', 'y', 'x'],
        attributes: { units: '1', long_name: 'surface reflectance', scale_factor: 0.5 },
        ...more,
      }),
      'wavelength/zarr.json': json({
        ...array,
        shape: [2],
        data_type: 'uint16',
        chunk_grid: grid([2]),
        codecs,
        attributes: { units: 'nm' },
      }),
      'wavelength/c/0': Uint8Array.of(8, 0, 8, 10),
      'cube/c/0/0/0': Uint8Array.of(0, 1, 0, 2),
      'cube/c/0/0/1': Uint8Array.of(1, 0, 255, 255),
    };
    return files;
  }

  it('version 3 from hand-made bytes: values, scale, saturation', async () => {
    const reader = await openZarrCube(memoryFiles(version3()), '');
    const block = await readBlock(reader, { firstLine: 0, lines: 1, firstColumn: 0, columns: 2 });
    expect([...block.values]).toEqual([0.5, 1, 128, 32767.5]);
    expect([...block.mask]).toEqual([0, PIXEL_MASK.saturated]);
    expect([...reader.header.wavelength_nm]).toEqual([2048, 2058]);
    expect(requireQuantity(reader.header)).toMatchObject({ kind: 'reflectance', unit: '1' });
  });

  it('damage is named: no metadata, odd axes, short chunks, unknown codecs, impossible shapes', async () => {
    const open = (more: object, change: Record<string, string | Uint8Array> = {}) =>
      openZarrCube(memoryFiles({ ...version3(more), ...change }), '').then((reader) =>
        readBlock(reader, { firstLine: 0, lines: 1, firstColumn: 0, columns: 2 }),
      );
    await expect(openZarrCube(memoryFiles({ 'a.txt': '' }), '')).rejects.toThrow(/no .zarray/);
    await expect(open({ dimension_names: ['a', 'b', 'c'] })).rejects.toThrow(/which is line/);
    await expect(open({ codecs: [{ name: 'secret' }] })).rejects.toBeInstanceOf(InputError);
    await expect(open({ shape: [2, 1, -2] })).rejects.toBeInstanceOf(InputError);
    await expect(open({}, { 'cube/c/0/0/0': Uint8Array.of(0, 1) })).rejects.toBeInstanceOf(InputError);
    await expect(open({}, { 'cube/zarr.json': '{' })).rejects.toBeInstanceOf(InputError);
  });
});
