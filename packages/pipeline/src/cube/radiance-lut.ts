/** mag1c's radiance table (`ch4.lut` with its ENVI header): MODTRAN radiance [wavelength x amount], float64. */
import { InputError, type SubstanceKey } from '@plumeline/core';
import type { GasTarget } from './gas-target.ts';

/** Amounts of the seven columns, in mag1c's own code (8b9ceae); the header does not state them. */
const MAG1C_COLUMNS_PPMM = [0, 500, 1000, 2000, 4000, 8000, 16_000];
/** mag1c's window for methane [nm]. */
const METHANE_WINDOW_NM = [2122, 2488] as const;

/** @throws InputError where header and data do not belong together. */
export function parseRadianceLut(
  header: string,
  data: Uint8Array,
  name: string,
  substance: SubstanceKey = 'methane',
): GasTarget {
  const wavelength_nm = Float64Array.from((/wavelength\s*=\s*\{([^}]*)\}/.exec(header)?.[1] ?? '').split(','), Number);
  const columns = MAG1C_COLUMNS_PPMM.length;
  const wanted = wavelength_nm.length * columns * 8;
  if (data.length !== wanted || wavelength_nm.length < 2 || wavelength_nm.some((value) => !Number.isFinite(value))) {
    throw new InputError([
      {
        code: 'target-table',
        message: `The table has ${data.length} bytes; ${wavelength_nm.length} wavelengths of ${columns} float64 numbers take ${wanted}.`,
        remedy: "Give mag1c's ch4.hdr with its ch4.lut beside it, or a target as CSV.",
        place: { file: name },
      },
    ]);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const radiance = MAG1C_COLUMNS_PPMM.map((_, column) =>
    Float64Array.from(wavelength_nm, (__, i) => view.getFloat64(8 * (i * columns + column), true)),
  );
  return {
    kind: 'radiance',
    name,
    substance,
    table: { wavelength_nm, column_ppmm: Float64Array.from(MAG1C_COLUMNS_PPMM), radiance },
    window_nm: METHANE_WINDOW_NM,
  };
}
