/**
 * What the model does not explain, as a covariance. Lines of the air that the library knows only smoothed, ripples of
 * optics and errors of shape repeat in every spectrum, so averaging does not remove them: they limit what a broad band
 * can prove. Their size and correlation are taken from the residual itself, window by window:
 *   C(i, j) = s_i s_j sum_l w_l exp(-|v_i - v_j| / l)  within a window, 0 between windows.
 */

/** Lengths of correlation [cm-1]: lines, unresolved contours, ripples. */
const LENGTHS_PCM = [1, 4, 10, 25] as const;
/** Reach of the local size of the residual [cm-1]. */
const SIZE_REACH_PCM = 60;
/** No residual is trusted to be smaller than this in optical depth. */
const LEAST_SIZE = 0.002;
const ROUNDS = 300;

/**
 * Covariance of the residual's structure.
 * @param residuals [spectrum][band] what is left of each spectrum
 * @returns [band x band]
 */
export function structureCovariance(
  residuals: readonly Float64Array[],
  position_pcm: Float64Array,
  windowOf: Int32Array,
): Float64Array {
  const n = position_pcm.length;
  const size = localSize(residuals, position_pcm, windowOf);
  const weights = correlationWeights(residuals, size, position_pcm, windowOf);
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      if (windowOf[i] !== windowOf[j]) continue;
      const lag = Math.abs(position_pcm[i]! - position_pcm[j]!);
      const correlation = LENGTHS_PCM.reduce((sum, length, k) => sum + weights[k]! * Math.exp(-lag / length), 0);
      covariance[i * n + j] = covariance[j * n + i] = size[i]! * size[j]! * correlation;
    }
  }
  return covariance;
}

/** Root mean square of all residuals about each band, Gaussian weights. */
function localSize(residuals: readonly Float64Array[], position_pcm: Float64Array, windowOf: Int32Array): Float64Array {
  const power = position_pcm.map((_, band) => residuals.reduce((sum, r) => sum + r[band]! ** 2, 0) / residuals.length);
  return position_pcm.map((centre, band) => {
    let sum = 0;
    let weights = 0;
    for (let other = 0; other < power.length; other++) {
      if (windowOf[other] !== windowOf[band]) continue;
      const weight = Math.exp(-0.5 * ((position_pcm[other]! - centre) / SIZE_REACH_PCM) ** 2);
      sum += weight * power[other]!;
      weights += weight;
    }
    return Math.max(LEAST_SIZE, Math.sqrt(sum / weights));
  });
}

/** Shares of the lengths that follow the residual's correlation best, by multiplicative updates. */
function correlationWeights(
  residuals: readonly Float64Array[],
  size: Float64Array,
  position_pcm: Float64Array,
  windowOf: Int32Array,
): number[] {
  const lags = [0, 2, 4, 6, 10, 16, 24, 36];
  const observed = lags.map((lag) => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < size.length; i++) {
      for (let j = i; j < size.length && position_pcm[j]! - position_pcm[i]! < lag + 0.5; j++) {
        if (windowOf[i] !== windowOf[j] || Math.abs(position_pcm[j]! - position_pcm[i]! - lag) > 0.5) continue;
        for (const r of residuals) sum += (r[i]! * r[j]!) / (size[i]! * size[j]!);
        count += residuals.length;
      }
    }
    return count === 0 ? 0 : Math.max(0, sum / count);
  });
  const basis = LENGTHS_PCM.map((length) => lags.map((lag) => Math.exp(-lag / length)));
  let weights = LENGTHS_PCM.map(() => 1 / LENGTHS_PCM.length);
  for (let round = 0; round < ROUNDS; round++) {
    const fitted = lags.map((_, k) => basis.reduce((sum, row, j) => sum + weights[j]! * row[k]!, 0));
    weights = weights.map((weight, j) => {
      const up = basis[j]!.reduce((sum, value, k) => sum + value * observed[k]!, 1e-9);
      const down = basis[j]!.reduce((sum, value, k) => sum + value * fitted[k]!, 1e-9);
      return (weight * up) / down;
    });
  }
  // The shares keep the variance: what the fit misses at lag 0 is independent structure.
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
