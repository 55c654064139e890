/** An ENVI cube: text header, flat data file. ENVI header reference (L3Harris), cross-read with GDAL's driver. */
import type { Acquisition, CubeFiles, CubeHeader, CubeReader, ReadRequest } from '@plumeline/core';
import { acquisitionInstant } from '../cube/acquisition-time.ts';
import { cubeError } from '../cube/cube-fault.ts';
import { type CubeOptions, quantityOf } from '../cube/cube-options.ts';
import { checkRequest, maskAndScale, type ValueRules, valueRules } from '../cube/fill-block.ts';
import { wavelengths_nm } from '../cube/wavelengths.ts';
import { enviGeoreference, type OpenRaster, openRaster } from './georeference.ts';
import {
  type EnviHeader,
  enviError,
  ignoreValue,
  listField,
  numberField,
  numberList,
  textField,
} from './parse-header.ts';
import { readRaster } from './read-raster.ts';

/** Opens `cube.hdr` or its data file. @throws InputError for what cannot be used, with row or byte and remedy. */
export async function openEnviCube(files: CubeFiles, name: string, options: CubeOptions = {}): Promise<CubeReader> {
  const raster = await openRaster(files, name);
  const { layout, source } = raster;
  if (/spectral library/i.test(textField(raster.header, 'file type') ?? '')) {
    throw cubeError(
      raster.header.file,
      'envi-is-library',
      'This is a spectral library, not a cube.',
      'Choose the cube.',
    );
  }
  if (layout.type.words === 2 && options.complexAs === undefined) {
    throw cubeError(
      raster.header.file,
      'envi-complex',
      'The cube holds complex numbers.',
      'Say in the options whether to use the real part, the imaginary part or the magnitude.',
    );
  }
  const { header, rules } = await enviCubeHeader(files, raster, options);
  return {
    header,
    read: async (request: ReadRequest) => {
      checkRequest(header, request);
      await readRaster(source, layout, request, options.complexAs);
      maskAndScale(request, rules);
    },
    close: async () => {},
  };
}

async function enviCubeHeader(
  files: CubeFiles,
  raster: OpenRaster,
  options: CubeOptions,
): Promise<{ header: CubeHeader; rules: ValueRules }> {
  const { header, layout } = raster;
  const { georeference, remarks } = await enviGeoreference(files, raster);
  const noData = [...numbersOf(ignoreValue(header)), ...(options.noData ?? [])];
  const description = textField(header, 'description')?.replace(/\s+/g, ' ').trim();
  const words = [description, textField(header, 'z plot titles'), textField(header, 'data units')].join(' ');
  return {
    header: {
      file: header.file,
      format: 'envi',
      lines: layout.lines,
      columns: layout.samples,
      bands: layout.bands,
      ...enviWavelengths(header, layout.bands, options),
      goodBand: goodBands(header, layout.bands),
      quantity: quantityOf(header.file, { name: words, unit: textField(header, 'data units') }, options),
      acquisition: acquisitionOf(header, description),
      georeference,
      noData,
      storedColumns: 1,
      remarks: [...raster.remarks, ...remarks],
    },
    rules: valueRules(layout.type.word, noData, options.saturatedFrom, scales(header, layout.bands)),
  };
}

function numbersOf(value: number | undefined): number[] {
  return value === undefined ? [] : [value];
}

function enviWavelengths(
  header: EnviHeader,
  bands: number,
  options: CubeOptions,
): { wavelength_nm: Float64Array; fwhm_nm?: Float64Array } {
  const centres = numberList(header, 'wavelength');
  const widths = numberList(header, 'fwhm');
  const unit = textField(header, 'wavelength units');
  const isIndex = /^index$/i.test(unit ?? '') && options.wavelength_nm !== undefined;
  const stated = centres === undefined || isIndex ? undefined : { centres, widths, unit };
  return wavelengths_nm(header.file, bands, stated, options);
}

/** `bbl`: 1 good, 0 bad, one value a band. */
function goodBands(header: EnviHeader, bands: number): Uint8Array {
  const list = numberList(header, 'bbl');
  if (list === undefined) return new Uint8Array(bands).fill(1);
  const { row } = header.fields.get('bbl')!;
  if (list.length !== bands || list.some((value) => value !== 0 && value !== 1)) {
    throw enviError(
      header.file,
      row,
      'envi-bad-bands',
      list.length === bands
        ? 'The bad-band list holds values other than 0 and 1.'
        : `The bad-band list has ${list.length} values for ${bands} bands.`,
      'Correct the list (1 good, 0 bad) or delete it.',
    );
  }
  if (list.includes(1)) return Uint8Array.from(list);
  throw enviError(header.file, row, 'envi-bad-bands', 'The bad-band list calls every band bad.', 'Correct the list.');
}

/** `data gain values`, `data offset values` [band] and `reflectance scale factor` (stored = reflectance x factor). */
function scales(header: EnviHeader, bands: number): { gain?: Float64Array; offset?: Float64Array } {
  const gain = perBand(header, 'data gain values', bands);
  const offset = perBand(header, 'data offset values', bands);
  const factor = numberField(header, 'reflectance scale factor');
  if (factor !== undefined && !(factor > 0)) {
    const { row } = header.fields.get('reflectance scale factor')!;
    throw enviError(
      header.file,
      row,
      'envi-scale',
      `The reflectance scale factor is ${factor}.`,
      'Correct the header.',
    );
  }
  const hasFactor = factor !== undefined && factor !== 1;
  const scaled = hasFactor ? (gain ?? new Float64Array(bands).fill(1)).map((value) => value / factor) : gain;
  return { ...(scaled === undefined ? {} : { gain: scaled }), ...(offset === undefined ? {} : { offset }) };
}

function perBand(header: EnviHeader, key: string, bands: number): Float64Array | undefined {
  const list = numberList(header, key);
  if (list === undefined) return undefined;
  if (list.length === bands) return Float64Array.from(list);
  const { row } = header.fields.get(key)!;
  throw enviError(
    header.file,
    row,
    'envi-scale',
    `"${key}" has ${list.length} values for ${bands} bands.`,
    'Correct the header.',
  );
}

function acquisitionOf(header: EnviHeader, description: string | undefined): Acquisition {
  const startAt = acquisitionInstant(textField(header, 'acquisition time'));
  const sensor = textField(header, 'sensor type');
  const sunElevation_deg = numberField(header, 'sun elevation');
  const sunAzimuth_deg = numberField(header, 'sun azimuth');
  return {
    ...(startAt === undefined ? {} : { startAt }),
    ...(sensor === undefined || /^unknown$/i.test(sensor) ? {} : { sensor }),
    ...(description === undefined || description === '' ? {} : { description }),
    ...(sunElevation_deg === undefined ? {} : { sunElevation_deg }),
    ...(sunAzimuth_deg === undefined ? {} : { sunAzimuth_deg }),
  };
}

/** Names of the bands, where the header lists them. */
export function bandNames(header: EnviHeader): string[] | undefined {
  return listField(header, 'band names');
}
