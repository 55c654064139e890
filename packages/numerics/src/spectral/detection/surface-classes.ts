/**
 * Classes of ground by k-means (Lloyd 1982, seeded as k-means++, Arthur & Vassilvitskii 2007) on features that gas and
 * brightness do not move: log spectra whitened by the noise, with the gas and the grey direction projected out.
 */
import { choleskyFactor, finishOuter, outerSum, solveLower, symmetricEigen } from './dense-matrix.ts';
import type { LogBlock } from './radiance-block.ts';
import { countedUniform } from './robust-statistics.ts';

/** Differences between neighbouring lines larger than those of this share are edges of the ground, not noise. */
const SMOOTH_SHARE = 0.85;
/** Loading of the noise covariance, of its mean variance. */
const LOADING = 1e-6;
/** Differences beyond these add nothing to a covariance of a few hundred bands. */
const MOST_DIFFERENCES = 8000;

/** Covariance of the noise of ln L from differences along each column (Green & al. 1988, MNF), [band x band]. */
export function noiseCovariance({ lines, samples, bands, y, usable }: LogBlock): Float64Array {
  const pairs: number[] = [];
  for (let p = 0; p < (lines - 1) * samples; p++) if (usable[p] === 1 && usable[p + samples] === 1) pairs.push(p);
  const stride = Math.max(1, Math.floor(pairs.length / MOST_DIFFERENCES));
  const kept = pairs.filter((_, i) => i % stride === 0);
  const size = kept.map((p) => {
    // Roughness of the difference along the spectrum, so that plain brightness does not count as an edge.
    let sum = 0;
    for (let b = 1; b < bands; b++) {
      const [i, j] = [p * bands + b, (p + samples) * bands + b];
      sum += (y[j] - y[i] - y[j - 1] + y[i - 1]) ** 2;
    }
    return sum;
  });
  const limit = [...size].sort((a, b) => a - b)[Math.floor(SMOOTH_SHARE * (size.length - 1))];
  const smooth = kept.filter((_, n) => size[n] <= limit);
  if (smooth.length < 2 * bands)
    throw new RangeError(
      `Only ${smooth.length} pairs of neighbouring lines for ${bands} bands: the block needs more lines.`,
    );
  const sum = outerSum(smooth, bands, (p, d) => {
    for (let b = 0; b < bands; b++) d[b] = (y[(p + samples) * bands + b] - y[p * bands + b]) * Math.SQRT1_2;
  });
  return loaded(finishOuter(sum, bands, smooth.length), bands, LOADING);
}

/** Adds a share of the mean variance to the diagonal. */
export function loaded(covariance: Float64Array, n: number, share: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += covariance[i * n + i];
  for (let i = 0; i < n; i++) covariance[i * n + i] += (share * trace) / n;
  return covariance;
}

/**
 * Rows that take a log spectrum to features [feature x band]: the leading directions, in noise units, of the part that
 * neither gas nor grey brightness explains.
 */
export function featureRows(
  noise: Float64Array,
  total: Float64Array,
  tau: Float64Array,
  most: number,
): { readonly rows: Float64Array; readonly count: number } {
  const n = tau.length;
  const factor = choleskyFactor(noise, n);
  const [u, g] = orthonormal(solveLower(factor, n, tau), solveLower(factor, n, new Float64Array(n).fill(1)));
  // M = (I - u u^T - g g^T) L^-1, [band x band]; column by column of L^-1.
  const m = new Float64Array(n * n);
  for (let b = 0; b < n; b++) {
    const unit = new Float64Array(n);
    unit[b] = 1;
    const column = solveLower(factor, n, unit);
    const [alongGas, alongGrey] = [dot(u, column), dot(g, column)];
    for (let i = 0; i < n; i++) m[i * n + b] = column[i] - alongGas * u[i] - alongGrey * g[i];
  }
  const { values, vectors } = symmetricEigen(sandwich(m, total, n), n);
  let count = 0;
  while (count < Math.min(most, n - 2) && (count < 2 || values[count] > LEAST_SIGNAL)) count++;
  const rows = new Float64Array(count * n);
  for (let f = 0; f < count; f++)
    for (let i = 0; i < n; i++) {
      const v = vectors[f * n + i];
      for (let b = 0; b < n; b++) rows[f * n + b] += v * m[i * n + b];
    }
  return { rows, count };
}

/** A direction with less variance than this many times the noise's holds no ground. */
const LEAST_SIGNAL = 1.5;

function orthonormal(a: Float64Array, b: Float64Array): readonly [Float64Array, Float64Array] {
  const u = a.map((value) => value / Math.sqrt(dot(a, a)));
  const along = dot(u, b);
  const rest = b.map((value, i) => value - along * u[i]);
  const size = Math.sqrt(dot(rest, rest));
  return [u, rest.map((value) => value / size)];
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** M C M^T. */
function sandwich(m: Float64Array, c: Float64Array, n: number): Float64Array {
  const product = (a: Float64Array, at: (k: number, j: number) => number) => {
    const out = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k] * at(k, j);
        out[i * n + j] = sum;
      }
    return out;
  };
  const left = product(m, (k, j) => c[k * n + j]);
  return product(left, (k, j) => m[j * n + k]);
}

const LLOYD_STEPS = 15;
const MOST_TRAINED = 6000;

/** Centres [class x feature] of the features of a sample of pixels. */
export function kMeans(features: Float32Array, width: number, classes: number, seed: number): Float64Array {
  const all = features.length / width;
  const stride = Math.max(1, Math.floor(all / MOST_TRAINED));
  const count = Math.floor((all - 1) / stride) + 1;
  const trained = new Float64Array(count * width);
  for (let i = 0; i < count; i++)
    for (let f = 0; f < width; f++) trained[i * width + f] = features[i * stride * width + f];
  const centres = seedCentres(trained, width, Math.min(classes, count), countedUniform(seed));
  const label = new Uint16Array(count);
  for (let step = 0; step < LLOYD_STEPS; step++) {
    assignClasses(trained, width, centres, label);
    const sizes = new Float64Array(centres.length / width);
    const sums = new Float64Array(centres.length);
    for (let i = 0; i < count; i++) {
      sizes[label[i]]++;
      for (let f = 0; f < width; f++) sums[label[i] * width + f] += trained[i * width + f];
    }
    for (let k = 0; k < sizes.length; k++)
      if (sizes[k] > 0) for (let f = 0; f < width; f++) centres[k * width + f] = sums[k * width + f] / sizes[k];
  }
  return centres;
}

function seedCentres(x: Float64Array, width: number, classes: number, uniform: () => number): Float64Array {
  const count = x.length / width;
  const centres = new Float64Array(classes * width);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = Math.floor(uniform() * count);
  for (let k = 0; k < classes; k++) {
    centres.set(x.subarray(chosen * width, (chosen + 1) * width), k * width);
    let total = 0;
    for (let i = 0; i < count; i++) {
      let d = 0;
      for (let f = 0; f < width; f++) d += (x[i * width + f] - centres[k * width + f]) ** 2;
      nearest[i] = Math.min(nearest[i], d);
      total += nearest[i];
    }
    let left = uniform() * total;
    chosen = 0;
    while (chosen < count - 1 && left > nearest[chosen]) left -= nearest[chosen++];
  }
  return centres;
}

/** Nearest centre of every pixel, into `label`. */
export function assignClasses(
  features: ArrayLike<number>,
  width: number,
  centres: Float64Array,
  label: Uint16Array,
): void {
  const classes = centres.length / width;
  for (let i = 0; i < label.length; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      let d = 0;
      for (let f = 0; f < width && d < nearest; f++) d += (features[i * width + f] - centres[k * width + f]) ** 2;
      if (d < nearest) {
        nearest = d;
        label[i] = k;
      }
    }
  }
}
