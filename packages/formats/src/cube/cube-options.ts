import { type CubeQuantity, InputError, type QuantityKind } from '@plumeline/core';

/** What the operator or a sensor profile says where a file is silent. What the file says wins only where noted. */
export interface CubeOptions {
  /** Unit of the file's wavelengths when it states none. */
  readonly wavelengthUnit?: string;
  /** Band centres and widths when the file has none [band]. */
  readonly wavelength_nm?: readonly number[];
  readonly fwhm_nm?: readonly number[];
  /** What the numbers are, when the file does not say. */
  readonly quantity?: { readonly kind: QuantityKind; readonly unit: string };
  /** Further stored values that mean "no value". */
  readonly noData?: readonly number[];
  /** Stored value from which the detector is saturated. Integer types saturate at their ceiling without it. */
  readonly saturatedFrom?: number;
  /** Which part of complex numbers to use; complex files are refused without it. */
  readonly complexAs?: 'real' | 'imaginary' | 'magnitude';
  /** HDF5 and Zarr: path of the cube's array, where there are several. */
  readonly dataset?: string;
  /** HDF5 and Zarr: which axis is which, where the file names none, e.g. ['line', 'column', 'band']. */
  readonly axes?: readonly CubeAxis[];
  /** Most bytes one stored chunk or tile may decode to. Default CHUNK_LIMIT_BYTES. */
  readonly chunkLimit_bytes?: number;
  /** HDF5 from a source that cannot be read at once: largest file taken into memory. */
  readonly wholeFileLimit_bytes?: number;
}

export type CubeAxis = 'line' | 'column' | 'band';

/** A chunk is held whole while it is unpacked; EMIT's are below 8 MB, tiles of 512 x 512 x 285 floats 300 MB. */
export const CHUNK_LIMIT_BYTES = 384 << 20;

/** The default memory budget of a job (architecture: 256 MB). */
export const WHOLE_FILE_LIMIT_BYTES = 256 << 20;

/** Words that files use for a quantity; a text with two of them says none. */
const QUANTITY_WORDS: readonly [RegExp, QuantityKind][] = [
  [/reflectance/i, 'reflectance'],
  [/emissivity/i, 'emissivity'],
  [/brightness.?temperature/i, 'brightness-temperature'],
  [/radiance/i, 'radiance'],
  [/digital.?number|raw counts/i, 'digital-number'],
];

/** Radiance units by the symbols they are made of, in any order and notation; the numbers are never converted. */
const RADIANCE_UNITS: Readonly<Record<string, string>> = {
  'cm nm sr uw': 'uW nm-1 cm-2 sr-1',
  'm sr um w': 'W m-2 sr-1 um-1',
  'm nm sr w': 'W m-2 sr-1 nm-1',
  'm mw nm sr': 'mW m-2 sr-1 nm-1',
  'cm cm sr uw': 'uW cm-2 sr-1 (cm-1)-1',
  'cm cm sr w': 'W cm-2 sr-1 (cm-1)-1',
  'cm m mw sr': 'mW m-2 sr-1 (cm-1)-1',
};
const SYMBOLS = /(?<![a-zµμ])(uw|µw|μw|mw|w|nm|um|µm|μm|cm|m|sr)(?![a-zµμ])/gi;
/** How much of a description is looked at. */
const WORDS_LIMIT = 2000;

const KINDS_WITHOUT_UNIT: readonly QuantityKind[] = ['reflectance', 'emissivity', 'digital-number'];

/**
 * The quantity from words of the file and the operator. Radiance needs a unit that the file states too; nothing is
 * taken from the size of the numbers. Where both speak, the file's word stands and a contradiction is thrown.
 */
export function quantityOf(
  file: string,
  words: { readonly name?: string | undefined; readonly unit?: string | undefined },
  options: CubeOptions,
): CubeQuantity {
  const name = (words.name ?? '').slice(0, WORDS_LIMIT);
  const kinds = QUANTITY_WORDS.filter(([pattern]) => pattern.test(name));
  const kind = kinds.length === 1 ? kinds[0]![1] : undefined;
  const unit = kind && unitOf(kind, (words.unit ?? name).slice(0, WORDS_LIMIT));
  if (options.quantity !== undefined) {
    if (kind !== undefined && kind !== options.quantity.kind) {
      throw new InputError([
        {
          code: 'cube-quantity-contradicts',
          message: `The file says its numbers are ${kind}; the operator says ${options.quantity.kind}.`,
          remedy: 'Correct whichever is wrong.',
          place: { file },
        },
      ]);
    }
    return { stated: true, ...options.quantity, by: 'operator' };
  }
  if (kind !== undefined && unit !== undefined) return { stated: true, kind, unit, by: 'file' };
  const missing = kind === undefined ? 'what its numbers are (radiance, reflectance ...)' : `the unit of its ${kind}`;
  return {
    stated: false,
    refusal: {
      code: 'cube-quantity-unstated',
      message: `The file does not say ${missing}.`,
      remedy: "State quantity and unit in the sensor's profile or beside the file.",
      place: { file },
    },
  };
}

function unitOf(kind: QuantityKind, text: string): string | undefined {
  if (KINDS_WITHOUT_UNIT.includes(kind)) return '1';
  if (kind === 'brightness-temperature') return /^(K|kelvin)$/i.test(text.trim()) ? 'K' : undefined;
  const symbols = [...text.matchAll(SYMBOLS)].map(([symbol]) => symbol.toLowerCase().replace(/[µμ]/, 'u'));
  return RADIANCE_UNITS[symbols.sort().join(' ')];
}
