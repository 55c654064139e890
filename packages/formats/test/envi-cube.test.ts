import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  columnBlocks,
  columnMask,
  columnSpectra,
  deadColumn,
  goodBands,
  InputError,
  PIXEL_MASK,
  planWindows,
  readBlock,
  requireQuantity,
} from '@plumeline/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFiles } from '../src/cube/bytes.ts';
import { openEnviCube } from '../src/envi/decode.ts';
import { encodeEnviMap } from '../src/envi/encode.ts';
import { openSpectralLibrary } from '../src/envi/spectral-library.ts';
import { ENVI_WRITERS, enviData, enviHeader, float32Cube, type Interleave, valueAt } from './support/cube-fixtures.ts';
import { diskFiles } from './support/disk-files.ts';
import { gdal, gdalInfo, hasGdal } from './support/gdal.ts';

const SHARED = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data');
const CROPS = join(SHARED, 'hsi_swir', 'avirisng_crops');
const hasData = existsSync(CROPS);
const temporary = mkdtempSync(join(tmpdir(), 'plumeline-envi-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const SIZE = { lines: 4, columns: 3, bands: 9 };
const ALL = { firstLine: 0, lines: 4, firstColumn: 0, columns: 3 };
const INTERLEAVES: readonly Interleave[] = ['bil', 'bip', 'bsq'];

const open = (more: Record<string, string> = {}, data = float32Cube(SIZE), options = {}) =>
  openEnviCube(memoryFiles({ 'cube.hdr': enviHeader(SIZE, more), 'cube.img': data }), 'cube.hdr', options);

const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).faults[0]!;
};

describe('ENVI data', () => {
  const cases = ENVI_WRITERS.flatMap((writer) =>
    [true, false].flatMap((little) => INTERLEAVES.map((interleave) => ({ writer, little, interleave }))),
  );
  it.each(cases)('type $writer.0, little endian $little, $interleave', async ({ writer, little, interleave }) => {
    const data = enviData(SIZE, writer, { interleave, little, pad: 5 });
    const more = { 'data type': `${writer[0]}`, 'byte order': little ? '0' : '1', 'header offset': '5', interleave };
    const reader = await open(more, data, { complexAs: 'imaginary' });
    const window = { firstLine: 1, lines: 2, firstColumn: 1, columns: 2 };
    const block = await readBlock(reader, window, [8, 0, 3]);
    const sign = writer[0] === 6 || writer[0] === 9 ? -2 : 1;
    const expected = [1, 2].flatMap((c) => [1, 2].flatMap((l) => [8, 0, 3].map((b) => sign * valueAt(l, c, b))));
    expect([...block.values]).toEqual(expected);
    expect([...block.mask]).toEqual([0, 0, 0, 0]);
  });

  it('gives the same numbers whatever the blocks (property)', async () => {
    const reader = await open();
    const whole = await readBlock(reader, ALL);
    const budget = fc.record({ budget_bytes: fc.integer({ min: 600, max: 2000 }), wholeColumns: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(budget, async (plan) => {
        const pieces = new Map<string, number[]>();
        for await (const block of columnBlocks(reader, { number: 'float64', ...plan })) {
          expect(block.values.byteLength + block.mask.byteLength).toBeLessThanOrEqual(plan.budget_bytes);
          for (let c = 0; c < block.columns; c++) {
            const spectra = columnSpectra(block, c);
            for (let l = 0; l < block.lines; l++) {
              pieces.set(`${block.firstColumn + c},${block.firstLine + l}`, [...spectra.subarray(l * 9, l * 9 + 9)]);
            }
          }
        }
        const joined = [0, 1, 2].flatMap((c) => [0, 1, 2, 3].flatMap((l) => pieces.get(`${c},${l}`)!));
        expect(joined).toEqual([...whole.values]);
      }),
    );
  });

  it('refuses a budget in which one column has no room', async () => {
    const { header } = await open();
    expect(() => planWindows(header, { number: 'float64', budget_bytes: 100 })).toThrow(/memory budget is 100/);
  });
});

describe('ENVI masks', () => {
  const special = (line: number, column: number, band: number): number => {
    if (column === 0) return -9999;
    if (column === 1 && line === 2) return band === 4 ? Number.NaN : valueAt(line, column, band);
    if (column === 2) return 0;
    return valueAt(line, column, band);
  };

  it('say why, and no masked no-data value ever comes out as a number', async () => {
    const reader = await open({ 'data ignore value': '-9999' }, float32Cube(SIZE, special));
    const block = await readBlock(reader, ALL);
    expect(deadColumn(columnMask(block, 0))).toEqual({ noData: 4, nonFinite: 0, saturated: 0, flat: 0 });
    expect([...columnMask(block, 1)]).toEqual([0, 0, PIXEL_MASK.nonFinite, 0]);
    expect(deadColumn(columnMask(block, 2))).toEqual({ noData: 0, nonFinite: 0, saturated: 0, flat: 4 });
    expect(columnSpectra(block, 0).every(Number.isNaN)).toBe(true);
  });

  it('saturation: the ceiling of an integer type, or the stated level', async () => {
    const put = ENVI_WRITERS.find(([type]) => type === 12)!;
    const cell = (line: number, column: number, band: number): number =>
      column === 1 || (line === 0 && band === 3) ? 65535 : valueAt(line, column, band);
    const data = enviData(SIZE, put, { interleave: 'bil', little: true }, cell);
    const block = await readBlock(await open({ 'data type': '12' }, data), ALL);
    expect(deadColumn(columnMask(block, 1))).toEqual({ noData: 0, nonFinite: 0, saturated: 4, flat: 0 });
    expect(columnMask(block, 0)[0]).toBe(PIXEL_MASK.saturated);
    const ignored = await readBlock(await open({ 'data type': '12', 'data ignore value': '65535' }, data), ALL);
    expect(deadColumn(columnMask(ignored, 1))).toEqual({ noData: 4, nonFinite: 0, saturated: 0, flat: 0 });
    const stated = await readBlock(await open({}, float32Cube(SIZE), { saturatedFrom: 100 }), ALL);
    expect([...columnMask(stated, 1)].map((bits) => bits & 4)).toEqual([0, 0, 0, 4]);
  });

  it('a no-data value in decimal text meets its float32 word', async () => {
    const reader = await open(
      { 'data ignore value': '-1.23000002e+034' },
      float32Cube(SIZE, (l, c, b) => (c === 0 ? -1.23e34 : valueAt(l, c, b))),
    );
    expect(deadColumn(columnMask(await readBlock(reader, ALL), 0))?.noData).toBe(4);
  });
});

describe('ENVI header', () => {
  it.each([
    ['nm', '{1000, 2000, 2500}', [1000, 2000, 2500]],
    ['Micrometers', '{1, 2, 2.5}', [1000, 2000, 2500]],
    ['um', '{1, 2, 2.5}', [1000, 2000, 2500]],
    ['Wavenumber', '{10000, 5000, 4000}', [1000, 2000, 2500]],
    ['cm-1', '{10000, 5000, 4000}', [1000, 2000, 2500]],
    ['GHz', '{299792.458, 149896.229, 119916.9832}', [1000, 2000, 2500]],
  ])('wavelengths in %s', async (unit, list, expected) => {
    const size = { lines: 1, columns: 1, bands: 3 };
    const header = enviHeader(size, { 'wavelength units': unit, wavelength: list });
    const reader = await openEnviCube(memoryFiles({ 'a.hdr': header, a: float32Cube(size) }), 'a.hdr');
    reader.header.wavelength_nm.forEach((value, band) => void expect(value).toBeCloseTo(expected[band]!, 9));
  });

  it('band widths in wavenumbers become lengths exactly: 10 cm-1 about 1000 cm-1 is 1e7/995 - 1e7/1005 nm', async () => {
    const size = { lines: 1, columns: 1, bands: 1 };
    const header = enviHeader(size, { 'wavelength units': 'cm-1', wavelength: '{1000}', fwhm: '{10}' });
    const reader = await openEnviCube(memoryFiles({ 'a.hdr': header, a: float32Cube(size) }), 'a');
    expect(reader.header.fwhm_nm![0]).toBeCloseTo(100.002500062, 8);
  });

  const faults: readonly [what: string, more: Record<string, string>, code: string][] = [
    ['no wavelengths', { wavelength: '' }, 'cube-wavelengths-missing'],
    ['wavelengths without unit', { 'wavelength units': '' }, 'cube-wavelength-unit'],
    ['unit Unknown', { 'wavelength units': 'Unknown' }, 'cube-wavelength-unit'],
    ['unit Index', { 'wavelength units': 'Index' }, 'cube-wavelengths-are-indices'],
    ['too few wavelengths', { wavelength: '{1, 2}' }, 'cube-band-count'],
    ['a word for a wavelength', { wavelength: '{1, 2, three}' }, 'envi-number'],
    ['a negative wavelength', { wavelength: '{1,2,3,4,5,6,7,8,-9}' }, 'cube-wavelength-value'],
    ['too few widths', { fwhm: '{1}' }, 'cube-band-count'],
    ['a short bad-band list', { bbl: '{1, 0}' }, 'envi-bad-bands'],
    ['only bad bands', { bbl: '{0,0,0,0,0,0,0,0,0}' }, 'envi-bad-bands'],
    ['an unknown data type', { 'data type': '7' }, 'envi-data-type'],
    ['no data type', { 'data type': '' }, 'envi-field-missing'],
    ['complex numbers', { 'data type': '6', lines: '2' }, 'envi-complex'],
    ['no byte order', { 'byte order': '' }, 'envi-byte-order'],
    ['byte order 2', { 'byte order': '2' }, 'envi-byte-order'],
    ['no interleave', { interleave: '' }, 'envi-interleave'],
    ['an unknown interleave', { interleave: 'bli' }, 'envi-interleave'],
    ['zero lines', { lines: '0' }, 'envi-field-value'],
    ['fractional samples', { samples: '2.5' }, 'envi-field-value'],
    ['more lines than the file', { lines: '5' }, 'cube-file-truncated'],
    ['sizes past every file', { lines: '2147483647', samples: '2147483647' }, 'cube-file-truncated'],
    ['a negative offset', { 'header offset': '-4' }, 'envi-field-value'],
    ['an open list', { fwhm: '{1, 2' }, 'envi-brace-open'],
    ['a packed file', { 'file compression': '1' }, 'envi-compressed'],
    ['map info of words', { 'map info': '{UTM, 1, 1, here}' }, 'envi-map-info'],
    ['a zero scale factor', { 'reflectance scale factor': '0' }, 'envi-scale'],
  ];
  it.each(faults)('%s is refused', async (_what, more, code) => {
    const fault = await faultOf(open(more));
    expect(fault.code).toBe(code);
    expect(fault.remedy.length).toBeGreaterThan(10);
  });

  it('a key twice with two values names both rows', async () => {
    const header = `${enviHeader(SIZE)}lines = 3\n`;
    const files = memoryFiles({ 'a.hdr': header, a: float32Cube(SIZE) });
    expect(await faultOf(openEnviCube(files, 'a'))).toMatchObject({ code: 'envi-key-twice', place: { row: 12 } });
  });

  it('bands called bad stay out of the default choice; facts and quantity are kept', async () => {
    const { header } = await open({
      bbl: '{1,1,0,1,1,1,1,1,0}',
      'acquisition time': '2022-08-15T04:28:38Z',
      'sun elevation': '61.5',
      'sensor type': 'Unknown',
    });
    expect(goodBands(header)).toEqual([0, 1, 3, 4, 5, 6, 7]);
    expect(requireQuantity(header)).toEqual({ stated: true, kind: 'radiance', unit: 'uW nm-1 cm-2 sr-1', by: 'file' });
    expect(header.acquisition).toMatchObject({ startAt: '2022-08-15T04:28:38.000Z', sunElevation_deg: 61.5 });
    expect(header.acquisition.sensor).toBeUndefined();
    expect((await open({ 'acquisition time': '2022-08-15T04:28:38' })).header.acquisition.startAt).toBeUndefined();
  });

  it('a quantity that nobody states is refused when it is needed, and a contradiction at once', async () => {
    const { header } = await open({ description: '{flight 7}' });
    expect(() => requireQuantity(header)).toThrow(/does not say what its numbers are/);
    const both = await open({ description: '{radiance to reflectance}' });
    expect(both.header.quantity.stated).toBe(false);
    const unitless = await open({ description: '{radiance}' });
    expect(() => requireQuantity(unitless.header)).toThrow(/the unit of its radiance/);
    const quantity = { kind: 'reflectance', unit: '1' } as const;
    expect((await open({ description: '{x}' }, undefined, { quantity })).header.quantity).toMatchObject(quantity);
    expect((await faultOf(open({}, undefined, { quantity }))).code).toBe('cube-quantity-contradicts');
  });

  it('scales by gain, offset and reflectance factor after the no-data test', async () => {
    const nine = (value: number) => `{${new Array(9).fill(value).join(',')}}`;
    const reader = await open({
      'data gain values': nine(2),
      'data offset values': nine(1),
      'reflectance scale factor': '4',
      'data ignore value': '1',
    });
    const block = await readBlock(reader, ALL);
    expect(block.values[0]).toBeNaN();
    expect(block.values[1]).toBe(0.5 * valueAt(0, 0, 1) + 1);
  });
});

describe('ENVI names', () => {
  const data = float32Cube(SIZE);
  const header = enviHeader(SIZE);
  const variants: readonly [string, string][] = [
    ['cube.hdr', 'cube'],
    ['cube.hdr', 'cube.img'],
    ['cube.HDR', 'cube.IMG'],
    ['cube.hdr', 'cube.bil'],
    ['cube.img.hdr', 'cube.img'],
    ['cube_img.hdr', 'cube_img'],
    ['ang_rdn_v1.hdr', 'ang_rdn_v1.dat'],
  ];
  it.each(variants)('%s with %s, from either', async (headerName, dataName) => {
    const files = memoryFiles({ [headerName]: header, [dataName]: data });
    expect((await openEnviCube(files, headerName)).header.lines).toBe(4);
    expect((await openEnviCube(files, dataName)).header.lines).toBe(4);
  });

  it('refuses what is missing or ambiguous', async () => {
    expect((await faultOf(openEnviCube(memoryFiles({ 'a.hdr': header }), 'a.hdr'))).code).toBe('envi-data-missing');
    expect((await faultOf(openEnviCube(memoryFiles({ 'a.img': data }), 'a.img'))).code).toBe('envi-header-missing');
    const two = memoryFiles({ 'a.hdr': header, 'a.img': data, 'a.dat': data });
    expect((await faultOf(openEnviCube(two, 'a.hdr'))).code).toBe('envi-data-ambiguous');
  });
});

describe('ENVI georeference', () => {
  const igmValue = (line: number, column: number, band: number): number =>
    band === 0 ? -104 + column : band === 1 ? 32 - line : 1000 + line;
  const igm = { lines: 4, columns: 3, bands: 3 };
  const glt = { lines: 2, columns: 2, bands: 2 };
  const gltEntries: Record<string, number> = { '0,0,0': 3, '0,0,1': 4, '0,1,0': -1, '0,1,1': -2 };
  const gltData = (entries: Record<string, number>) =>
    enviData(glt, ENVI_WRITERS[2]!, { interleave: 'bip', little: true }, (l, c, b) => entries[`${l},${c},${b}`] ?? 0);
  const gltHeader = enviHeader(glt, {
    'data type': '3',
    interleave: 'bip',
    'map info': '{Geographic Lat/Lon, 1, 1, -104.5, 32.5, 0.5, 0.25, WGS-84, units=Degrees}',
  });
  const files = (entries = gltEntries) =>
    memoryFiles({
      'f_rdn_img.hdr': enviHeader(SIZE),
      f_rdn_img: float32Cube(SIZE),
      'f_rdn_glt.hdr': gltHeader,
      f_rdn_glt: gltData(entries),
      'f_rdn_igm.hdr': enviHeader(igm, { 'data type': '5', 'data ignore value': '1002' }),
      f_rdn_igm: enviData(igm, ENVI_WRITERS[4]!, { interleave: 'bil', little: true }, igmValue),
    });

  it('finds GLT and IGM beside the cube: entries from 1 become pixels from 0, negative ones are a neighbour', async () => {
    const { georeference } = (await openEnviCube(files(), 'f_rdn_img')).header;
    expect(georeference.lookup!.grid).toEqual({
      affine: [-104.5, 0.5, 0, 32.5, 0, -0.25].map((value) => (value === 0 ? expect.closeTo(0) : value)),
      crs: expect.objectContaining({ epsg: 4326 }),
    });
    const cells = await georeference.lookup!.read({ firstLine: 0, lines: 2, firstColumn: 0, columns: 2 });
    expect([...cells.column]).toEqual([2, 0, -1, -1]);
    expect([...cells.line]).toEqual([3, 1, -1, -1]);
    expect([...cells.filled]).toEqual([0, 1, 0, 0]);
    const where = await georeference.locations!.read({ firstLine: 1, lines: 2, firstColumn: 1, columns: 2 });
    expect([...where.x]).toEqual([-103, -102, -103, -102]);
    expect([...where.y]).toEqual([31, 31, 30, 30]);
    expect([...where.height_m!]).toEqual([1001, 1001, Number.NaN, Number.NaN]);
  });

  it('a lookup entry outside the cube is an error, not a pixel', async () => {
    const { georeference } = (await openEnviCube(files({ '0,0,0': 4, '0,0,1': 4 }), 'f_rdn_img')).header;
    const read = georeference.lookup!.read({ firstLine: 0, lines: 1, firstColumn: 0, columns: 1 });
    expect((await faultOf(read)).code).toBe('glt-entry-outside');
  });

  it('the IGM of another line is refused', async () => {
    const other = memoryFiles({
      'f.hdr': enviHeader(SIZE),
      f: float32Cube(SIZE),
      'f_igm.hdr': enviHeader({ ...igm, lines: 3 }),
      f_igm: float32Cube({ ...igm, lines: 3 }),
    });
    expect((await faultOf(openEnviCube(other, 'f'))).code).toBe('envi-igm-shape');
  });
});

describe('ENVI maps written', () => {
  const values = Float64Array.from([1.5, -2, Number.NaN, 4, 5, 6]);
  const crs = { text: 'WGS 84 / UTM zone 13 north', epsg: 32613 };
  const affine = [500000, 3, 4, 4000000, 4, -3] as const;

  it.skipIf(!hasGdal)('open in GDAL with the same numbers and the same grid', async () => {
    const { writeFileSync } = await import('node:fs');
    const map = encodeEnviMap({
      description: 'methane {ppm m}',
      lines: 2,
      columns: 3,
      bands: [{ name: 'ch4', values }],
      map: { affine, crs },
    });
    writeFileSync(join(temporary, 'm.hdr'), map.header);
    writeFileSync(join(temporary, 'm'), map.data);
    const info = gdalInfo(join(temporary, 'm'));
    info.geoTransform!.forEach((value, index) => void expect(value).toBeCloseTo(affine[index]!, 6));
    expect(info.coordinateSystem!.wkt).toContain('UTM zone 13N');
    expect(info.bands[0]).toMatchObject({ type: 'Float64', description: 'ch4' });
    expect(gdal('gdallocationinfo', ['-valonly', join(temporary, 'm'), '0', '1']).trim()).toBe('4');
  });
});

describe.skipIf(!hasData)('real files of ../shared/data', () => {
  const names = hasData ? diskFiles(CROPS).names.filter((name) => name.endsWith('.hdr')) : [];

  it.skipIf(!hasGdal).each(names)('%s: numbers and grid as GDAL reads them, in every interleave', async (name) => {
    const original = join(CROPS, name.replace('.hdr', '.img'));
    const reader = await openEnviCube(diskFiles(CROPS), name);
    expect(reader.header).toMatchObject({ lines: 10, columns: 10, bands: 432 });
    expect(reader.header.quantity.stated).toBe(false);
    expect(goodBands(reader.header).length).toBeLessThan(432);
    const window = { firstLine: 2, lines: 7, firstColumn: 3, columns: 5 };
    const every = Array.from({ length: 432 }, (_, band) => band);
    const block = await readBlock(reader, window, every);
    const info = gdalInfo(original);
    info.geoTransform!.forEach((value, index) => {
      expect(reader.header.georeference.map!.affine[index]!).toBeCloseTo(value, 6);
    });
    for (const interleave of ['BIL', 'BSQ']) {
      const copy = join(temporary, `${interleave}.img`);
      gdal('gdal_translate', ['-q', '-of', 'ENVI', '-co', `INTERLEAVE=${interleave}`, original, copy]);
      const header = readFileSync(join(temporary, `${interleave}.hdr`), 'latin1');
      const centres = [...reader.header.wavelength_nm];
      const files = memoryFiles({ 'c.hdr': header, c: readFileSync(copy) });
      const again = await openEnviCube(files, 'c', { wavelength_nm: centres }).catch(() =>
        openEnviCube(memoryFiles({ 'c.hdr': header, c: readFileSync(copy) }), 'c', { wavelengthUnit: 'nm' }),
      );
      expect((await readBlock(again, window, every)).values).toEqual(block.values);
    }
  });

  it('a crop of fill that its header does not declare is masked as flat, pixel by pixel', async () => {
    const masks: number[] = [];
    for (const name of names) {
      const reader = await openEnviCube(diskFiles(CROPS), name);
      const block = await readBlock(reader, { firstLine: 0, lines: 10, firstColumn: 0, columns: 10 });
      masks.push(block.mask.filter((bits) => bits === PIXEL_MASK.flat).length);
    }
    // Counted with NumPy: pixels whose 432 numbers are all equal are 0, 100, 0 and 60 of 100.
    expect(masks.toSorted((a, b) => a - b)).toEqual([0, 0, 60, 100]);
  });

  it('a simulated chip: one number checked against its bytes, the unit read from the description', async () => {
    const folder = join(SHARED, 'hsi_scenes');
    const reader = await openEnviCube(diskFiles(folder), 'desert.hdr');
    const { values } = await readBlock(reader, { firstLine: 700, lines: 1, firstColumn: 17, columns: 1 }, [50]);
    const bytes = readFileSync(join(folder, 'desert.bil'));
    expect(values[0]).toBe(bytes.readFloatLE(4 * ((700 * 72 + 50) * 32 + 17)));
    expect(requireQuantity(reader.header).unit).toBe('uW nm-1 cm-2 sr-1');
    expect(reader.header.fwhm_nm!.length).toBe(72);
  });

  it('the USGS library: names, values and no-data', async () => {
    const folder = join(SHARED, 'surface_spectra');
    const library = await openSpectralLibrary(diskFiles(folder), 's07_AV95_envi.hdr');
    expect(library.names).toHaveLength(3139);
    expect(library.names[2]).toMatch(/^Acmite NMNH133746/);
    expect(library.channels).toBe(224);
    const bytes = readFileSync(join(folder, 's07_AV95_envi.sli'));
    expect(library.values[2 * 224 + 100]).toBe(bytes.readFloatLE(4 * (2 * 224 + 100)));
    expect(library.values.some(Number.isNaN)).toBe(true);
    expect(library.values.every((value) => !(Math.abs(value) > 1e6))).toBe(true);
    expect(library.remarks[0]).toMatch(/mixtures of real numbers and the no-data value/);
    expect(library.wavelength_nm![0]).toBeCloseTo(383.15, 9);
  });
});
