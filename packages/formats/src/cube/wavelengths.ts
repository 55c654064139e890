/** Band centres and widths in any stated unit to nm. A unit that is not stated is never guessed from the numbers. */
import { cubeError } from './cube-fault.ts';
import type { CubeOptions } from './cube-options.ts';

/** Nanometres of one unit; `wavenumber` and `frequency` are reciprocal and stand apart. */
const LENGTH_NM: readonly [RegExp, number][] = [
  [/^(nm|nanomet(er|re)s?)$/i, 1],
  [/^(um|µm|μm|micron(s)?|micromet(er|re)s?)$/i, 1e3],
  [/^(mm|millimet(er|re)s?)$/i, 1e6],
  [/^(cm|centimet(er|re)s?)$/i, 1e7],
  [/^(m|met(er|re)s?)$/i, 1e9],
  [/^(a|å|angstroms?)$/i, 0.1],
];
const WAVENUMBER = /^(cm-1|cm\^-1|1\/cm|wavenumbers?)$/i;
const FREQUENCY_HZ: readonly [RegExp, number][] = [
  [/^ghz$/i, 1e9],
  [/^mhz$/i, 1e6],
];
/** Speed of light [nm s-1], exact by definition of the metre. */
const LIGHT_NMPS = 299792458e9;

export interface StatedWavelengths {
  readonly centres: readonly number[];
  readonly widths?: readonly number[] | undefined;
  readonly unit?: string | undefined;
}

/**
 * Centres and widths [nm] of `bands` bands, from the file or, where it has none, from the options.
 * A width dn about wavenumber n becomes 1e7 / (n - dn/2) - 1e7 / (n + dn/2), exactly.
 * @throws InputError when none are stated, their number or unit is wrong, or one is not a positive number.
 */
export function wavelengths_nm(
  file: string,
  bands: number,
  stated: StatedWavelengths | undefined,
  options: CubeOptions,
): { wavelength_nm: Float64Array; fwhm_nm?: Float64Array } {
  const given: StatedWavelengths | undefined =
    stated ??
    (options.wavelength_nm && { centres: options.wavelength_nm, widths: options.fwhm_nm ?? undefined, unit: 'nm' });
  if (given === undefined) {
    throw cubeError(
      file,
      'cube-wavelengths-missing',
      'The file states no wavelengths for its bands.',
      "Add them to the header, or give the band centres in the sensor's profile.",
    );
  }
  requireCount(file, 'wavelengths', given.centres, bands);
  if (given.widths !== undefined) requireCount(file, 'band widths (fwhm)', given.widths, bands);
  const convert = converterOf(file, given.unit, options);
  const wavelength_nm = Float64Array.from(given.centres, (centre) => convert.centre(centre));
  requirePositive(file, 'wavelength', wavelength_nm);
  const widths = given.widths ?? (stated === undefined ? undefined : options.fwhm_nm);
  if (widths === undefined) return { wavelength_nm };
  requireCount(file, 'band widths (fwhm)', widths, bands);
  const fwhm_nm = Float64Array.from(widths, (width, band) =>
    given.widths === undefined ? width : convert.width(width, given.centres[band]!),
  );
  requirePositive(file, 'band width (fwhm)', fwhm_nm);
  return { wavelength_nm, fwhm_nm };
}

interface Converter {
  centre(value: number): number;
  width(value: number, centre: number): number;
}

function converterOf(file: string, statedUnit: string | undefined, options: CubeOptions): Converter {
  const unit = (isUnknown(statedUnit) ? options.wavelengthUnit : statedUnit)?.trim();
  const length = LENGTH_NM.find(([pattern]) => pattern.test(unit ?? ''))?.[1];
  if (length !== undefined) return { centre: (value) => value * length, width: (value) => value * length };
  if (WAVENUMBER.test(unit ?? '')) return reciprocal(1e7);
  const frequency = FREQUENCY_HZ.find(([pattern]) => pattern.test(unit ?? ''))?.[1];
  if (frequency !== undefined) return reciprocal(LIGHT_NMPS / frequency);
  const isIndex = /^index$/i.test(unit ?? '');
  throw cubeError(
    file,
    isIndex ? 'cube-wavelengths-are-indices' : 'cube-wavelength-unit',
    unit === undefined
      ? 'The file gives wavelengths without their unit.'
      : isIndex
        ? "The file's wavelengths are band numbers (unit Index), not wavelengths."
        : `The unit of the wavelengths, "${unit}", is not known.`,
    isIndex
      ? "Give the band centres in the sensor's profile."
      : "State it: nm, um, cm-1 or GHz, in the header or the sensor's profile.",
  );
}

function isUnknown(unit: string | undefined): boolean {
  return unit === undefined || /^(unknown|)$/i.test(unit.trim());
}

function reciprocal(numerator: number): Converter {
  return {
    centre: (value) => numerator / value,
    width: (value, centre) => numerator / (centre - value / 2) - numerator / (centre + value / 2),
  };
}

function requireCount(file: string, what: string, values: readonly number[], bands: number): void {
  if (values.length === bands) return;
  throw cubeError(
    file,
    'cube-band-count',
    `The file has ${bands} bands but ${values.length} ${what}.`,
    'Correct the header: one value for each band.',
  );
}

function requirePositive(file: string, what: string, values: Float64Array): void {
  const band = values.findIndex((value) => !(value > 0 && Number.isFinite(value)));
  if (band === -1) return;
  throw cubeError(
    file,
    'cube-wavelength-value',
    `The ${what} of band ${band + 1} is not a positive number.`,
    'Correct the header.',
  );
}
