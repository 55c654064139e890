/**
 * Controls: the published algorithms as they are written, plainly, with none of the algebra of `src/spectral/retrieval`.
 * MAG1C after Foote 2020, algorithm 1 (every iteration rebuilds spectra, mean and covariance); leave-one-out shrinkage
 * after Theiler 2012, eq. 29 (a determinant and an inverse for each of 201 alphas). Spectra are [pixel x band] float64.
 */
export interface PublishedMag1c {
  readonly iterations: number;
  readonly isSparse: boolean;
  readonly isAlbedoCorrected: boolean;
  readonly covarianceUpdateScale: number;
  readonly diagonalLoading: number;
  /** 1 where a pixel enters mean and covariance. */
  readonly background?: Uint8Array;
  readonly covarianceDivisor: 'background' | 'valid';
}

/** MAG1C's estimate [pixel] in units of 1e5 ppm m. */
export function publishedMag1c(x: Float64Array, tau: Float64Array, options: PublishedMag1c): Float64Array {
  const bands = tau.length;
  const pixels = x.length / bands;
  const used = Array.from({ length: pixels }, (_, i) => i).filter((i) => options.background?.[i] !== 0);
  const divisor = options.covarianceDivisor === 'valid' ? pixels : used.length;
  const m = new Float64Array(pixels);
  const modified = Float64Array.from(x);
  let mean = meanOfRows(modified, used, bands);
  const square = dot(mean, mean);
  const albedo = Float64Array.from({ length: pixels }, (_, i) =>
    options.isAlbedoCorrected ? dot(x.subarray(i * bands, (i + 1) * bands), mean) / square : 1,
  );
  for (let k = 0; k <= options.iterations; k++) {
    const target = tau.map((value, b) => value * mean[b]);
    const covariance = covarianceOfRows(modified, used, mean, divisor);
    load(covariance, bands, options.diagonalLoading);
    const w = solveCholesky(covariance, target);
    const raw = dot(target, w);
    const normaliser = k === 0 ? raw : Math.max(1, raw);
    for (let i = 0; i < pixels; i++) {
      let score = 0;
      for (let b = 0; b < bands; b++) score += (x[i * bands + b] - mean[b]) * w[b];
      const weight = k > 0 && options.isSparse ? 1 / (albedo[i] * (m[i] + 1e-9)) : 0;
      m[i] = Math.max(0, (score - weight) / (albedo[i] * normaliser));
    }
    if (k === options.iterations) break;
    for (let i = 0; i < pixels; i++) {
      const a = options.covarianceUpdateScale * albedo[i] * m[i];
      for (let b = 0; b < bands; b++) modified[i * bands + b] = x[i * bands + b] - a * target[b];
    }
    mean = meanOfRows(modified, used, bands);
  }
  return m;
}

/** Negative mean log likelihood of each alpha, as EMIT's program has it (radiances times 100, not centred in r). */
export function publishedShrinkage(x: Float64Array, bands: number, alphas: Float64Array): Float64Array {
  const n = x.length / bands;
  const scaled = x.map((value) => value * 100);
  const all = Array.from({ length: n }, (_, i) => i);
  const covariance = covarianceOfRows(scaled, all, meanOfRows(scaled, all, bands), n - 1);
  return alphas.map((alpha) => {
    const beta = (1 - alpha) / (n - 1);
    const g = covariance.map((value, k) => n * beta * value + (k % (bands + 1) === 0 ? alpha * value : 0));
    const { inverse, lnDeterminant } = invert(g, bands);
    let tail = 0;
    const projected = new Float64Array(bands);
    for (let i = 0; i < n; i++) {
      projected.fill(0);
      for (let j = 0; j < bands; j++) {
        const value = scaled[i * bands + j];
        for (let b = 0; b < bands; b++) projected[b] += value * inverse[j * bands + b];
      }
      let r = 0;
      for (let b = 0; b < bands; b++) r += projected[b] * scaled[i * bands + b];
      const q = 1 - beta * r;
      tail += Math.log(q) + r / q;
    }
    return 0.5 * (bands * Math.log(2 * Math.PI) + lnDeterminant) + tail / (2 * n);
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

export function meanOfRows(x: Float64Array, rows: readonly number[], bands: number): Float64Array {
  const mean = new Float64Array(bands);
  for (const i of rows) for (let b = 0; b < bands; b++) mean[b] += x[i * bands + b];
  return mean.map((sum) => sum / rows.length);
}

/** (1 / divisor) sum (x - mean)(x - mean)^T over the rows, [band x band]. */
export function covarianceOfRows(
  x: Float64Array,
  rows: readonly number[],
  mean: Float64Array,
  divisor: number,
): Float64Array {
  const bands = mean.length;
  const out = new Float64Array(bands * bands);
  const centred = new Float64Array(bands);
  for (const i of rows) {
    for (let b = 0; b < bands; b++) centred[b] = x[i * bands + b] - mean[b];
    for (let a = 0; a < bands; a++) {
      const value = centred[a];
      for (let b = 0; b < bands; b++) out[a * bands + b] += value * centred[b];
    }
  }
  return out.map((sum) => sum / divisor);
}

function load(covariance: Float64Array, bands: number, alpha: number): void {
  for (let k = 0; k < covariance.length; k++) if (k % (bands + 1) !== 0) covariance[k] *= 1 - alpha;
}

/** C^-1 b by a textbook Cholesky. */
export function solveCholesky(matrix: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j];
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
}

/** Gauss-Jordan with partial pivoting. */
export function invert(matrix: Float64Array, n: number): { inverse: Float64Array; lnDeterminant: number } {
  const a = Float64Array.from(matrix);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
  let lnDeterminant = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
    for (let j = 0; j < n; j++) {
      [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j], a[k * n + j]];
      [inverse[k * n + j], inverse[pivot * n + j]] = [inverse[pivot * n + j], inverse[k * n + j]];
    }
    const scale = a[k * n + k];
    lnDeterminant += Math.log(Math.abs(scale));
    for (let j = 0; j < n; j++) {
      a[k * n + j] /= scale;
      inverse[k * n + j] /= scale;
    }
    for (let i = 0; i < n; i++) {
      const factor = a[i * n + k];
      if (i === k || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        a[i * n + j] -= factor * a[k * n + j];
        inverse[i * n + j] -= factor * inverse[k * n + j];
      }
    }
  }
  return { inverse, lnDeterminant };
}
