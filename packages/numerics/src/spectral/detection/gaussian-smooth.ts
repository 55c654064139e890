/** Gaussian smoothing of maps [line x sample], with weights, so that masked pixels are simply not there. */

const REACH_SIGMAS = 3.5;

/**
 * sum w K v / sum w K over a Gaussian of `sigma` pixels. Where no weight is in reach the result is NaN.
 * @param weights line x sample, 0 for "not there"; default all 1.
 */
export function gaussianSmooth(
  map: Float64Array,
  lines: number,
  samples: number,
  sigma: number,
  weights?: ArrayLike<number>,
): Float64Array {
  const value = new Float64Array(map.length);
  const weight = new Float64Array(map.length);
  for (let p = 0; p < map.length; p++) {
    const w = weights === undefined ? 1 : weights[p];
    if (!(w > 0) || !Number.isFinite(map[p])) continue;
    value[p] = w * map[p];
    weight[p] = w;
  }
  const top = blur(value, lines, samples, sigma);
  const bottom = blur(weight, lines, samples, sigma);
  return top.map((v, p) => v / bottom[p]);
}

/** Plain separable convolution, zero outside. */
function blur(map: Float64Array, lines: number, samples: number, sigma: number): Float64Array {
  const reach = Math.ceil(REACH_SIGMAS * sigma);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const across = new Float64Array(map.length);
  for (let l = 0; l < lines; l++)
    for (let s = 0; s < samples; s++) {
      let sum = 0;
      const from = Math.max(0, s - reach);
      const to = Math.min(samples - 1, s + reach);
      for (let i = from; i <= to; i++) sum += kernel[i - s + reach] * map[l * samples + i];
      across[l * samples + s] = sum;
    }
  const out = new Float64Array(map.length);
  for (let l = 0; l < lines; l++) {
    const from = Math.max(0, l - reach);
    const to = Math.min(lines - 1, l + reach);
    for (let i = from; i <= to; i++) {
      const k = kernel[i - l + reach];
      for (let s = 0; s < samples; s++) out[l * samples + s] += k * across[i * samples + s];
    }
  }
  return out;
}

/** Standard deviation of white noise of variance one after this smoothing, away from borders: 1 / (2 sqrt(pi) sigma). */
export function whiteNoiseAfter(sigma: number): number {
  return 1 / (2 * Math.sqrt(Math.PI) * sigma);
}
