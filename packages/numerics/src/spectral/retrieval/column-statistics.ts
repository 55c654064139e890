/**
 * R0. Mean and covariance of spectra that arrive in pieces of any length: sums about a fixed shift, in float64.
 * Fed in line order, the result is the same to the bit however the lines are cut; statistics of separate stretches
 * merge to round-off (Chan, Golub & LeVeque 1983). The shift should be a pixel of the column, by habit its middle one.
 */
import { type MatrixKernels, paddedWidth } from '../../kernels/index.ts';

export interface ColumnStatistics {
  readonly bandCount: number;
  /** What was taken off each spectrum before summing, [band]. */
  readonly shift: Float64Array;
  readonly count: number;
  /** Sum of x - shift, [band]. */
  readonly sum: Float64Array;
  /** Sum of (x - shift)(x - shift)^T, [band x band], symmetric. */
  readonly products: Float64Array;
}

/** Statistics of nothing yet. */
export function emptyStatistics(shift: Float64Array): ColumnStatistics {
  const bandCount = shift.length;
  return {
    bandCount,
    shift: Float64Array.from(shift),
    count: 0,
    sum: new Float64Array(bandCount),
    products: new Float64Array(bandCount * bandCount),
  };
}

const ROW_BLOCK = 256; // Spectra laid out at once for the kernel.

/** Adds spectra [pixel x band]; those masked 0 or not finite in every band are passed over. */
export function addSpectra(
  kernels: MatrixKernels,
  statistics: ColumnStatistics,
  spectra: Float32Array | Float64Array,
  mask?: Uint8Array,
): ColumnStatistics {
  const { bandCount, shift } = statistics;
  const width = paddedWidth(bandCount);
  const products = width * ROW_BLOCK;
  const memory = kernels.reserve(products + width * width);
  memory.fill(0, 0, products + width * width);
  for (let i = 0; i < bandCount; i++) {
    for (let j = 0; j < bandCount; j++) memory[products + i * width + j] = statistics.products[i * bandCount + j];
  }
  const sum = Float64Array.from(statistics.sum);
  let [count, rows] = [statistics.count, 0];
  for (let p = 0; p * bandCount < spectra.length; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    const spectrum = spectra.subarray(p * bandCount, (p + 1) * bandCount);
    if (!spectrum.every(Number.isFinite)) continue;
    for (let b = 0; b < bandCount; b++) {
      const d = spectrum[b] - shift[b];
      memory[rows * width + b] = d;
      sum[b] += d;
    }
    count++;
    if (++rows === ROW_BLOCK) {
      kernels.gram(0, rows, width, products);
      rows = 0;
    }
  }
  kernels.gram(0, rows, width, products);
  return { bandCount, shift, count, sum, products: symmetric(memory, products, bandCount, width) };
}

function symmetric(memory: Float64Array, from: number, n: number, width: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = memory[from + i * width + j];
  }
  return out;
}

/** Statistics of both together, about the first one's shift. */
export function mergeStatistics(a: ColumnStatistics, b: ColumnStatistics): ColumnStatistics {
  const n = a.bandCount;
  if (b.bandCount !== n) throw new RangeError(`Statistics of ${n} and of ${b.bandCount} bands do not merge.`);
  // x - shift_a = (x - shift_b) + delta.
  const delta = b.shift.map((value, k) => value - a.shift[k]);
  const products = a.products.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return value + b.products[k] + delta[i] * b.sum[j] + b.sum[i] * delta[j] + b.count * delta[i] * delta[j];
  });
  const sum = a.sum.map((value, k) => value + b.sum[k] + b.count * delta[k]);
  return { bandCount: n, shift: a.shift, count: a.count + b.count, sum, products };
}

/** Mean spectrum [band]; NaN of nothing. */
export function meanOf({ shift, sum, count }: ColumnStatistics): Float64Array {
  return shift.map((value, b) => value + sum[b] / count);
}

/** Covariance [band x band], divided by the count (as mag1c) or, `isUnbiased`, by the count less one. */
export function covarianceOf(statistics: ColumnStatistics, { isUnbiased = false } = {}): Float64Array {
  const { bandCount: n, count, sum, products } = statistics;
  const divisor = isUnbiased ? count - 1 : count;
  return products.map((value, k) => (value - (sum[Math.floor(k / n)] * sum[k % n]) / count) / divisor);
}
