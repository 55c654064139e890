/** ENVI spectral library (.sli): one spectrum a line, `samples` channels, names in the header. */
import type { CubeFiles } from '@plumeline/core';
import { readExactly } from '../cube/bytes.ts';
import { cubeError } from '../cube/cube-fault.ts';
import type { CubeOptions } from '../cube/cube-options.ts';
import type { StoredNumbers } from '../cube/fill-block.ts';
import { wavelengths_nm } from '../cube/wavelengths.ts';
import { toNumbers } from '../cube/words.ts';
import { openRaster } from './georeference.ts';
import { layoutBytes } from './layout.ts';
import { enviError, ignoreValue, listField, numberField, numberList, textField } from './parse-header.ts';

/** A whole library is held in memory: USGS splib07 has 3,139 spectra of 224 channels, 2.8 MB. */
const LIBRARY_LIMIT_BYTES = 512 << 20;

export interface SpectralLibrary {
  readonly file: string;
  readonly names: readonly string[];
  /** Undefined where the header states none: some libraries keep them as their first spectrum. */
  readonly wavelength_nm?: Float64Array;
  readonly fwhm_nm?: Float64Array;
  readonly channels: number;
  /** values[spectrum * channels + channel], NaN where the library has none. */
  readonly values: Float64Array;
  readonly remarks: readonly string[];
}

/** A no-data value of this size bleeds into its neighbours when a library is resampled (USGS splib07: -1.6e25). */
const BLEEDING_NO_DATA = 1e20;
/** Beyond any reflectance, emissivity or radiance in use. */
const LARGEST_REAL = 1e6;

/** @throws InputError. */
export async function openSpectralLibrary(
  files: CubeFiles,
  name: string,
  options: CubeOptions = {},
): Promise<SpectralLibrary> {
  const { header, layout, source } = await openRaster(files, name);
  const { file } = header;
  if (layout.bands !== 1 || layout.type.words !== 1) {
    throw cubeError(
      file,
      'envi-not-a-library',
      'A spectral library has one band of real numbers.',
      'Open it as a cube.',
    );
  }
  if (layoutBytes(layout) > LIBRARY_LIMIT_BYTES) {
    throw cubeError(file, 'envi-library-too-large', 'The library exceeds 512 MB.', 'Open it as a cube.');
  }
  const names = listField(header, 'spectra names') ?? [];
  if (names.length !== layout.lines) {
    const { row } = header.fields.get('spectra names') ?? { row: 1 };
    const message = `The library has ${layout.lines} spectra but ${names.length} names.`;
    throw enviError(
      file,
      row,
      'envi-library-names',
      message,
      'Correct the header: one name a spectrum, no commas in them.',
    );
  }
  const bytes = await readExactly(source, layout.headerOffset_bytes, layoutBytes(layout));
  const stored = toNumbers(bytes, layout.type, layout.littleEndian);
  const noData = ignoreValue(header);
  const factor = numberField(header, 'reflectance scale factor') ?? 1;
  const { values, mixtures } = toSpectra(stored, noData, factor);
  const centres = numberList(header, 'wavelength');
  const stated = centres && {
    centres,
    widths: numberList(header, 'fwhm'),
    unit: textField(header, 'wavelength units'),
  };
  const hasWavelengths = stated !== undefined || options.wavelength_nm !== undefined;
  const spectral = hasWavelengths ? wavelengths_nm(file, layout.samples, stated, options) : {};
  const remarks =
    mixtures === 0
      ? []
      : [`${mixtures} numbers are mixtures of real numbers and the no-data value ${noData}; they were left out.`];
  return { file, names, ...spectral, channels: layout.samples, values, remarks };
}

/** Stored words to numbers, NaN for what is missing, and how many were mixtures with the no-data value. */
function toSpectra(
  stored: StoredNumbers,
  noData: number | undefined,
  factor: number,
): { values: Float64Array; mixtures: number } {
  const largest = Math.abs(noData ?? 0) > BLEEDING_NO_DATA ? LARGEST_REAL : Number.POSITIVE_INFINITY;
  const values = new Float64Array(stored.length);
  let mixtures = 0;
  for (let index = 0; index < stored.length; index++) {
    const value = Number(stored[index]);
    const isDeclared = value === noData || (noData !== undefined && value === Math.fround(noData));
    const isMixture = !isDeclared && Math.abs(value) > largest;
    if (isMixture) mixtures++;
    values[index] = isDeclared || isMixture || !Number.isFinite(value) ? Number.NaN : value / factor;
  }
  return { values, mixtures };
}
