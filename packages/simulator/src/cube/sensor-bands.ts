/**
 * Bands of an imaging spectrometer and how fine spectra are seen through them: Gaussian response of the stated width,
 *
 *   L_b = sum_k r_bk L(lambda_k),   r_bk ~ exp(-4 ln 2 ((lambda_k - centre_b) / fwhm_b)^2),   sum_k r_bk = 1.
 */
export interface SensorBands {
  readonly centre_nm: Float64Array;
  readonly fwhm_nm: Float64Array;
}

/** The methane window of an AVIRIS-NG-like sensor: 72 bands of 5.009 nm steps from 2124.89 nm. */
export function methaneWindowBands(): SensorBands {
  const centre_nm = Float64Array.from({ length: 72 }, (_, i) => 2124.89 + 5.0089 * i);
  return { centre_nm, fwhm_nm: centre_nm.map((centre) => 5.89 + (0.08 * (centre - 2124.89)) / 360) };
}

/** Response of every band on a wavelength grid: a run of weights from `first[b]` on, which sum to one. */
export interface BandResponse {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/** Beyond this many widths a Gaussian response is under 2e-7 of its peak. */
const REACH_FWHM = 2.4;

/** @param grid_nm ascending wavelengths that cover every band by 2.4 widths. @throws RangeError where they do not. */
export function bandResponse(bands: SensorBands, grid_nm: Float64Array): BandResponse {
  const first = new Int32Array(bands.centre_nm.length);
  const weights = Array.from(bands.centre_nm, (centre, b) => {
    const reach = REACH_FWHM * bands.fwhm_nm[b];
    if (grid_nm[0] > centre - reach || grid_nm[grid_nm.length - 1] < centre + reach)
      throw new RangeError(`Band ${b} at ${centre} nm reaches beyond the modelled spectrum; leave the band out.`);
    first[b] = lowerBound(grid_nm, centre - reach);
    const end = lowerBound(grid_nm, centre + reach);
    const row = new Float64Array(end - first[b]);
    let sum = 0;
    for (let k = 0; k < row.length; k++) {
      const at = first[b] + k;
      const u = (grid_nm[at] - centre) / bands.fwhm_nm[b];
      // The grid is even in wavenumber, not wavelength: each point stands for its own stretch.
      row[k] = Math.exp(-4 * Math.LN2 * u * u) * (grid_nm[at + 1] - grid_nm[at - 1]);
      sum += row[k];
    }
    return row.map((weight) => weight / sum);
  });
  return { first, weights };
}

/** Band values of a fine spectrum. */
export function throughBands(response: BandResponse, spectrum: Float64Array): Float64Array {
  return Float64Array.from(response.weights, (row, b) => {
    let sum = 0;
    for (let k = 0; k < row.length; k++) sum += row[k] * spectrum[response.first[b] + k];
    return sum;
  });
}

function lowerBound(grid: Float64Array, value: number): number {
  let low = 0;
  let high = grid.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (grid[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
