/**
 * A gas on a sensor's bands: k_b = sum_i w_i k_i / sum_i w_i with w the band's response times the point's own width.
 * Averages absorption, not transmittance, so it holds for columns whose fine lines are not black; `validTo_ppmm` of the
 * gas and the retrieval's refit look after larger ones.
 */
import type { BandAbsorption, GasAbsorption } from '@plumeline/core';

/** Bands of a sensor over wavenumber: centre and full width at half maximum [cm-1], Gaussian response. */
export interface SensorBands {
  readonly centre_pcm: Float64Array;
  readonly fwhm_pcm: Float64Array;
}

const SIGMA_PER_FWHM = 1 / (2 * Math.sqrt(2 * Math.LN2));
/** A Gaussian beyond this many sigma holds 6e-5 of its area. */
const REACH_SIGMA = 4;
/** A band counts as covered when this much of its response lies inside the table. */
const COVERED_SHARE = 0.98;

/** Bands given over wavelength [nm], as imaging spectrometers state them, on the wavenumber axis: dv = 1e7 dl / l^2. */
export function bandsFromWavelengths(centre_nm: ArrayLike<number>, fwhm_nm: ArrayLike<number>): SensorBands {
  return {
    centre_pcm: Float64Array.from(centre_nm, (centre) => 1e7 / centre),
    fwhm_pcm: Float64Array.from(centre_nm, (centre, band) => (1e7 * fwhm_nm[band]!) / centre ** 2),
  };
}

/** The gas on the bands, NaN where its table does not reach or has a gap. */
export function resampleToBands(gas: GasAbsorption, bands: SensorBands): BandAbsorption {
  return { gas, absorption_pppmm: bandAverages(gas.wavenumber_pcm, gas.absorption_pppmm, bands) };
}

/**
 * Response-weighted averages of a tabulated function.
 * @param x [point] rising; y [point]
 * @returns [band], NaN where less than 98 % of the response lies between the table's ends
 */
export function bandAverages(x: Float64Array, y: Float64Array, bands: SensorBands): Float64Array {
  return Float64Array.from(bands.centre_pcm, (centre, band) => {
    const sigma = bands.fwhm_pcm[band]! * SIGMA_PER_FWHM;
    const from = lowerBound(x, centre - REACH_SIGMA * sigma);
    const to = lowerBound(x, centre + REACH_SIGMA * sigma);
    let weights = 0;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const width = (x[Math.min(i + 1, x.length - 1)]! - x[Math.max(i - 1, 0)]!) / 2;
      const weight = width * Math.exp(-0.5 * ((x[i]! - centre) / sigma) ** 2);
      weights += weight;
      sum += weight * y[i]!;
    }
    const whole = sigma * Math.sqrt(2 * Math.PI);
    // A table with less than a point a sigma is read by interpolation: the sum would miss the response's shape.
    if (to - from < 2 * REACH_SIGMA) return interpolate(x, y, centre);
    return weights >= COVERED_SHARE * whole ? sum / weights : Number.NaN;
  });
}

/** Linear between points; NaN outside. */
export function interpolate(x: Float64Array, y: Float64Array, at: number): number {
  const right = lowerBound(x, at);
  if (right < x.length && x[right] === at) return y[right]!;
  if (right === 0 || right === x.length) return Number.NaN;
  const share = (at - x[right - 1]!) / (x[right]! - x[right - 1]!);
  return y[right - 1]! * (1 - share) + y[right]! * share;
}

/** First index whose value is not below `value`. */
function lowerBound(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
