/**
 * Sensitivity and uncertainty of a linear filter, pixel by pixel (R4; Fahlen & al. 2024, Atmos. Meas. Tech. 17:5481):
 *
 *   m = w . (x - mu),     sensitivity_p = w . (tau o x_p),     noise_p^2 = sum_b w_b^2 sigma_b(x_p)^2
 *
 * w filter weights [ppm m per radiance], x_p the pixel's radiance, tau unit absorption, o elementwise, sigma_b the
 * instrument's noise at that radiance. A filter made for the mean pixel under-reads dark ones: m / sensitivity corrects it,
 * noise / sensitivity is the standard deviation that instrument noise alone gives the corrected amount.
 */

/** sigma_b = a_b sqrt(b_b + L) + c_b: the form of EMIT's and AVIRIS-NG's tables, [band]. */
export interface BandNoise {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
}

/** Noise standard deviation of every band at a pixel's radiance. */
export function noiseAt(noise: BandNoise, radiance: ArrayLike<number>): Float64Array {
  return noise.a.map((a, k) => a * Math.sqrt(Math.max(0, noise.b[k] + radiance[k])) + noise.c[k]);
}

export interface PixelSensitivity {
  /** d m / d true m: 1 for a pixel like the mean. */
  readonly sensitivity: number;
  /** Standard deviation of the filter's m by instrument noise [ppm m]. */
  readonly noise_ppmm: number;
  /** The same after division by the sensitivity; infinite where the pixel is too dark to see any gas. */
  readonly correctedNoise_ppmm: number;
}

/** For a filter on radiance. @param weights [ppm m per radiance], [band]. */
export function pixelSensitivity(
  weights: ArrayLike<number>,
  tau: ArrayLike<number>,
  radiance: ArrayLike<number>,
  noise: BandNoise,
): PixelSensitivity {
  const sigma = noiseAt(noise, radiance);
  let [sensitivity, variance] = [0, 0];
  for (let b = 0; b < sigma.length; b++) {
    sensitivity += weights[b] * tau[b] * radiance[b];
    variance += (weights[b] * sigma[b]) ** 2;
  }
  const noise_ppmm = Math.sqrt(variance);
  return {
    sensitivity,
    noise_ppmm,
    correctedNoise_ppmm: sensitivity > 0 ? noise_ppmm / sensitivity : Number.POSITIVE_INFINITY,
  };
}

/** Noise of an amount from a filter on ln radiance [ppm m]: d ln L = dL / L, and the sensitivity is 1 for any brightness. */
export function logFilterNoise(weights: ArrayLike<number>, radiance: ArrayLike<number>, noise: BandNoise): number {
  const sigma = noiseAt(noise, radiance);
  return Math.sqrt(sigma.reduce((sum, s, b) => sum + ((weights[b] * s) / radiance[b]) ** 2, 0));
}

/** Weights of the plain matched filter: w = C^-1 t / (t^T C^-1 t), from C^-1 t and t. */
export function filterWeights(inverseTimesTarget: ArrayLike<number>, target: ArrayLike<number>): Float64Array {
  let power = 0;
  for (let b = 0; b < target.length; b++) power += inverseTimesTarget[b] * target[b];
  return Float64Array.from(inverseTimesTarget, (value) => value / power);
}
