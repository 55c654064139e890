import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, PIXEL_MASK, readBlock } from '@plumeline/core';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../src/cube/bytes.ts';
import { openGeoTiffCube } from '../src/geotiff/decode.ts';
import { type CogMap, cogParts, encodeCog } from '../src/geotiff/encode.ts';
import { mapStatistics } from '../src/geotiff/map-statistics.ts';
import { ENVI_WRITERS, enviData, enviHeader, valueAt } from './support/cube-fixtures.ts';
import { gdal, gdalInfo, hasGdal } from './support/gdal.ts';

const temporary = mkdtempSync(join(tmpdir(), 'plumeline-tiff-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const path = (name: string): string => join(temporary, name);

const SIZE = { lines: 37, columns: 21, bands: 9 };
const WINDOW = { firstLine: 3, lines: 30, firstColumn: 2, columns: 17 };
const BANDS = [8, 0, 3];
const small = (line: number, column: number, band: number): number => (valueAt(line, column, band) % 251) + 1;
const EXPECTED = Array.from({ length: 17 }, (_, c) => c + 2).flatMap((c) =>
  Array.from({ length: 30 }, (_, l) => l + 3).flatMap((l) => BANDS.map((b) => small(l, c, b))),
);

/** A TIFF made by GDAL from an ENVI file that this test wrote. */
function translated(type: number, args: readonly string[]): ReturnType<typeof bytesSource> {
  const writer = ENVI_WRITERS.find(([number]) => number === type)!;
  const more = { 'data type': `${type}`, 'map info': '{UTM, 1, 1, 500000, 4000000, 3, 2, 13, North, WGS-84}' };
  writeFileSync(path('c.img'), enviData(SIZE, writer, { interleave: 'bil', little: true }, small));
  writeFileSync(path('c.hdr'), enviHeader(SIZE, more));
  rmSync(path('c.tif'), { force: true });
  gdal('gdal_translate', ['-q', '-of', 'GTiff', ...args, path('c.img'), path('c.tif')]);
  return bytesSource('c.tif', readFileSync(path('c.tif')));
}

describe.skipIf(!hasGdal)('GeoTIFF cubes written by GDAL', () => {
  const co = (...options: string[]): string[] => options.flatMap((option) => ['-co', option]);
  const tiled = co('TILED=YES', 'BLOCKXSIZE=16', 'BLOCKYSIZE=16');
  const cases: readonly [type: number, args: string[]][] = [
    [1, []],
    [2, []],
    [3, tiled],
    [4, []],
    [4, co('INTERLEAVE=BAND')],
    [4, [...tiled, ...co('INTERLEAVE=BAND')]],
    [4, co('BIGTIFF=YES')],
    [4, co('ENDIANNESS=BIG')],
    [5, [...tiled, ...co('BIGTIFF=YES', 'ENDIANNESS=BIG')]],
    [12, co('COMPRESS=LZW')],
    [12, co('COMPRESS=LZW', 'PREDICTOR=2')],
    [12, [...tiled, ...co('COMPRESS=DEFLATE', 'PREDICTOR=2', 'ENDIANNESS=BIG')]],
    [13, [...tiled, ...co('COMPRESS=DEFLATE', 'PREDICTOR=2')]],
    [4, [...tiled, ...co('COMPRESS=DEFLATE', 'PREDICTOR=3')]],
    [5, [...tiled, ...co('COMPRESS=DEFLATE', 'PREDICTOR=3', 'INTERLEAVE=BAND')]],
    [4, [...tiled, ...co('COMPRESS=ZSTD')]],
    [4, co('COMPRESS=PACKBITS')],
    [4, [...tiled, ...co('COMPRESS=LERC', 'INTERLEAVE=BAND')]],
  ];
  it.each(cases)('type %i, %j', async (type, args) => {
    const reader = await openGeoTiffCube(translated(type, args));
    expect((await readBlock(reader, WINDOW, BANDS)).values).toEqual(Float64Array.from(EXPECTED));
    expect([...reader.header.wavelength_nm]).toEqual(Array.from({ length: 9 }, (_, band) => 2100 + 5 * band));
    expect(reader.header.georeference.map).toMatchObject({
      affine: [500000, 3, 0, 4000000, 0, -2],
      crs: { epsg: 32613 },
    });
    expect(reader.header.acquisition.description).toBeUndefined();
  });

  it('no-data, saturation and sparse tiles are masked', async () => {
    const reader = await openGeoTiffCube(translated(12, ['-a_nodata', '1', ...co('TILED=YES')]));
    const block = await readBlock(reader, { firstLine: 0, lines: 37, firstColumn: 0, columns: 21 }, [0]);
    const expected = Array.from({ length: 21 }, (_, c) =>
      Array.from({ length: 37 }, (_l, l) => small(l, c, 0) === 1),
    ).flat();
    expect([...block.mask].map((bits) => bits === PIXEL_MASK.noData)).toEqual(expected);
    expect(expected).toContain(true);
    gdal('gdal_create', [
      ...['-of', 'GTiff', '-outsize', '64', '64', '-bands', '1', '-ot', 'Float32', '-a_nodata', '-5'],
      ...co('SPARSE_OK=TRUE', 'TILED=YES', 'BLOCKXSIZE=16', 'BLOCKYSIZE=16'),
      path('sparse.tif'),
    ]);
    const sparse = await openGeoTiffCube(bytesSource('s', readFileSync(path('sparse.tif'))), { wavelength_nm: [2300] });
    const all = await readBlock(sparse, { firstLine: 0, lines: 64, firstColumn: 0, columns: 64 });
    expect(all.mask.every((bits) => bits === PIXEL_MASK.noData)).toBe(true);
    expect(all.values.every(Number.isNaN)).toBe(true);
  });

  it('a cut file fails with the byte, missing wavelengths with what to do', async () => {
    translated(4, []);
    const whole = readFileSync(path('c.tif'));
    rmSync(path('bare.tif'), { force: true });
    gdal('gdal_create', ['-of', 'GTiff', '-outsize', '8', '8', '-bands', '2', path('bare.tif')]);
    const open = openGeoTiffCube(bytesSource('bare', readFileSync(path('bare.tif'))));
    await expect(open).rejects.toThrow(/no wavelengths/);
    const cut = bytesSource('cut', whole.subarray(0, whole.length >> 1));
    const failing = openGeoTiffCube(cut).then((reader) => readBlock(reader, { ...WINDOW, lines: 34 }));
    await expect(failing).rejects.toBeInstanceOf(InputError);
  });
});

describe('cloud-optimised GeoTIFF', () => {
  const lines = 700;
  const columns = 300;
  const values = Float32Array.from({ length: lines * columns }, (_, index) =>
    index % 7 === 0 ? Number.NaN : index % 1000,
  );
  const rotated = {
    affine: [500000, 3, 4, 4000000, 4, -3],
    crs: { text: 'WGS 84 / UTM zone 13 north', epsg: 32613 },
  } as const;
  const northUp = { affine: [-104.5, 0.0005, 0, 32.5, 0, -0.0004], crs: { text: 'WGS 84', epsg: 4326 } } as const;
  const map: CogMap = {
    lines,
    columns,
    bands: [
      { name: 'methane & "more"', unit: 'ppm m', values },
      { name: 'plume', unit: '', values: values.map((value) => (value > 500 ? 1 : 0)), overview: 'nearest' },
    ],
    map: northUp,
    facts: { method: 'mag1c', exercise: 'true' },
  };

  it.skipIf(!hasGdal)('opens in GDAL with grid, names, units, statistics, overviews and the same numbers', () => {
    writeFileSync(path('cog.tif'), encodeCog(map));
    const info = gdalInfo(path('cog.tif'));
    expect(info.size).toEqual([columns, lines]);
    expect(info.geoTransform).toEqual(northUp.affine);
    expect(info.coordinateSystem!.wkt).toContain('ID["EPSG",4326]');
    expect(info.bands.map(({ block, type, description, unit }) => ({ block, type, description, unit }))).toEqual([
      { block: [256, 256], type: 'Float32', description: 'methane & "more"', unit: 'ppm m' },
      { block: [256, 256], type: 'Float32', description: 'plume', unit: undefined },
    ]);
    expect(info.bands[0]!.overviews!.map(({ size }) => size)).toEqual([
      [150, 350],
      [75, 175],
    ]);
    expect(info.metadata!['']).toMatchObject({ method: 'mag1c', exercise: 'true' });
    rmSync(path('copy.img'), { force: true });
    gdal('gdal_translate', ['-q', '-of', 'ENVI', '-b', '1', path('cog.tif'), path('copy.img')]);
    const copied = readFileSync(path('copy.img'));
    expect(new Float32Array(copied.buffer, copied.byteOffset, lines * columns)).toEqual(values);
  });

  it.skipIf(!hasGdal)('our statistics are GDAL’s, and a rotated grid is kept', () => {
    writeFileSync(path('turned.tif'), encodeCog({ ...map, map: rotated }));
    expect(gdalInfo(path('turned.tif')).geoTransform).toEqual(rotated.affine);
    gdal('gdal_translate', [
      '-q',
      '-of',
      'GTiff',
      '-b',
      '1',
      '-co',
      'COMPRESS=DEFLATE',
      path('turned.tif'),
      path('plain.tif'),
    ]);
    const text = gdal('gdalinfo', ['-stats', '--config', 'GDAL_PAM_ENABLED', 'NO', path('plain.tif')]);
    const own = mapStatistics(values);
    expect(Number(/STATISTICS_MEAN=(\S+)/.exec(text)![1])).toBeCloseTo(own.mean, 6);
    expect(Number(/STATISTICS_STDDEV=(\S+)/.exec(text)![1])).toBeCloseTo(own.deviation, 6);
    expect(existsSync(path('plain.tif.aux.xml'))).toBe(false);
  });

  it('is laid out for partial reads: directories first, then overviews from the smallest, the full map last', () => {
    const view = new DataView(encodeCog(map).buffer);
    const firstTiles: number[] = [];
    let directory = view.getUint32(4, true);
    let previous = 0;
    while (directory !== 0) {
      expect(directory).toBeGreaterThan(previous);
      previous = directory;
      const count = view.getUint16(directory, true);
      for (let entry = directory + 2; entry < directory + 2 + 12 * count; entry += 12) {
        if (view.getUint16(entry, true) === 324) firstTiles.push(view.getUint32(view.getUint32(entry + 8, true), true));
      }
      directory = view.getUint32(directory + 2 + 12 * count, true);
    }
    expect(firstTiles).toHaveLength(3);
    expect(firstTiles.toSorted((a, b) => b - a)).toEqual(firstTiles);
    expect(firstTiles[2]!).toBeGreaterThan(previous);
  });

  it('comes back through our own reader, in pieces as in one', async () => {
    const bytes = encodeCog({ ...map, map: rotated });
    expect([...cogParts(map)].reduce((sum, part) => sum + part.length, 0)).toBe(encodeCog(map).length);
    const reader = await openGeoTiffCube(bytesSource('map', bytes), { wavelength_nm: [1, 2] });
    expect(reader.header.georeference.map).toEqual({
      affine: rotated.affine,
      crs: { text: rotated.crs.text, epsg: 32613 },
    });
    const block = await readBlock(reader, { firstLine: 250, lines: 20, firstColumn: 250, columns: 20 }, [0]);
    const at = (l: number, c: number): number => values[(250 + l) * columns + 250 + c]!;
    const expected = Array.from({ length: 400 }, (_, index) => at(index % 20, Math.floor(index / 20)));
    expect([...block.values]).toEqual(expected);
    expect(block.mask[expected.findIndex(Number.isNaN)]).toBe(PIXEL_MASK.noData);
  });

  it('halves by the mean of what has a value', () => {
    const level = { lines: 1, columns: 257, bands: [{ name: 'a', unit: '', values: new Float32Array(257).fill(2) }] };
    level.bands[0]!.values.set([1, Number.NaN, Number.NaN, Number.NaN, 5, 7]);
    const bytes = encodeCog(level);
    const view = new DataView(bytes.buffer);
    const smallTile = bytes.length - 3 * 256 * 256 * 4;
    const got = [0, 1, 2, 3, 128].map((cell) => view.getFloat32(smallTile + 4 * cell, true));
    expect(got).toEqual([1, Number.NaN, 6, 2, 2]);
  });

  it('refuses a band of the wrong size', () => {
    const bands = [{ name: 'a', unit: '', values: new Float32Array(3) }];
    expect(() => encodeCog({ lines: 2, columns: 2, bands })).toThrow(/3 numbers, not 4/);
  });
});
