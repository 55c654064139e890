/**
 * Unit absorption of a gas from a table of at-sensor radiances for several columns of it (Foote 2020, section II-C):
 * L_b(c) = sum_i w_i L_i(c) over the band's response, then tau_b = -d ln L_b / dc by least squares over the columns.
 * The radiance is averaged before the logarithm, as the sensor does, so saturated lines come out right for the band.
 */
import { bandAverages, type SensorBands } from './resample.ts';

/** Radiance for each column amount, over one wavelength axis. */
export interface RadianceTable {
  /** [point] rising [nm]. */
  readonly wavelength_nm: Float64Array;
  /** [column] rising, the first 0 [ppm m]. */
  readonly column_ppmm: Float64Array;
  /** [column][point], any radiance unit. */
  readonly radiance: readonly Float64Array[];
}

export interface UnitAbsorption {
  /** [band] base e [(ppm m)-1], positive where the gas takes light. */
  readonly absorption_pppmm: Float64Array;
  /** The largest column that entered the fit. */
  readonly validTo_ppmm: number;
  /** [band] largest departure of ln L from the line over the fitted columns: how linear the band is. */
  readonly nonlinearity: Float64Array;
}

/**
 * Unit absorption on bands given over wavelength.
 * @param upTo_ppmm largest column of the fit; all of the table by default
 * @throws RangeError when fewer than two columns are left
 */
export function unitAbsorption(
  table: RadianceTable,
  bands_nm: { readonly centre_nm: ArrayLike<number>; readonly fwhm_nm: ArrayLike<number> },
  upTo_ppmm = Number.POSITIVE_INFINITY,
): UnitAbsorption {
  const used = [...table.column_ppmm.keys()].filter((index) => table.column_ppmm[index]! <= upTo_ppmm);
  if (used.length < 2) throw new RangeError(`Fewer than two columns of the table lie below ${upTo_ppmm} ppm m.`);
  const bands: SensorBands = {
    centre_pcm: Float64Array.from(bands_nm.centre_nm),
    fwhm_pcm: Float64Array.from(bands_nm.fwhm_nm),
  };
  // bandAverages knows no unit: the axis and the widths are both in nm here.
  const logs = used.map((index) => bandAverages(table.wavelength_nm, table.radiance[index]!, bands).map(Math.log));
  const columns = used.map((index) => table.column_ppmm[index]!);
  const mean = columns.reduce((sum, value) => sum + value, 0) / columns.length;
  const spread = columns.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const absorption_pppmm = new Float64Array(bands.centre_pcm.length);
  const nonlinearity = new Float64Array(bands.centre_pcm.length);
  for (let band = 0; band < absorption_pppmm.length; band++) {
    const level = logs.reduce((sum, log) => sum + log[band]!, 0) / logs.length;
    const slope = logs.reduce((sum, log, index) => sum + (columns[index]! - mean) * (log[band]! - level), 0) / spread;
    absorption_pppmm[band] = -slope;
    logs.forEach((log, index) => {
      const departure = Math.abs(log[band]! - level - slope * (columns[index]! - mean));
      nonlinearity[band] = Math.max(nonlinearity[band]!, departure);
    });
  }
  return { absorption_pppmm, validTo_ppmm: columns.at(-1)!, nonlinearity };
}
