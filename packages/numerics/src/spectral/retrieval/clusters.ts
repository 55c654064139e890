/**
 * Surface clusters with a background each (cluster-tuned matched filter, Funk 2001): k-means over the three leading
 * principal components, started from quantiles of the first, so that no random number enters.
 */
import type { MatrixKernels } from '../../kernels/index.ts';
import { symmetricEigen } from '../../linalg/symmetric-eigen.ts';
import { type Column, type ColumnInput, loadColumn } from './column.ts';

const COMPONENTS = 3;
const MAX_PASSES = 30;
/** Background pixels a band that a cluster needs for a covariance of its own; a poorer one joins its neighbour. */
const PIXELS_A_BAND = 3;

/** The pixels of `input` by cluster; one entry, `input` itself, where they do not divide. */
export function clusterPixels(kernels: MatrixKernels, input: ColumnInput, clusterCount: number): ColumnInput[] {
  const column = loadColumn(kernels, input, 'background');
  if (typeof column === 'string') return [input];
  const features = principalComponents(column);
  const labels = kMeans(features, column.rowCount, clusterCount);
  const members = enoughOf(column, labels, features, clusterCount);
  if (members.length < 2) return [input];
  const { firstPixel, pixelCount, bandCount, radiance, background } = input;
  return members.map((rows) => {
    const valid = new Uint8Array(pixelCount);
    for (const row of rows) valid[column.pixels[row]] = 1;
    return {
      radiance: radiance.subarray(firstPixel * bandCount, (firstPixel + pixelCount) * bandCount),
      firstPixel: 0,
      pixelCount,
      bandCount,
      valid,
      ...(background === undefined ? {} : { background: background.subarray(firstPixel, firstPixel + pixelCount) }),
    };
  });
}

/** [row x COMPONENTS]. */
function principalComponents({ memory, bandCount: n, width, rowCount, places }: Column): Float64Array {
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) covariance[i * n + j] = memory[places.covariance + i * width + j];
  }
  const { vectors } = symmetricEigen(covariance, n);
  const features = new Float64Array(rowCount * COMPONENTS);
  for (let c = 0; c < Math.min(COMPONENTS, n); c++) {
    const component = Float64Array.from({ length: n }, (_, b) => vectors[b * n + n - 1 - c]);
    for (let row = 0; row < rowCount; row++) {
      let sum = 0;
      for (let b = 0; b < n; b++) sum += memory[places.rows + row * width + b] * component[b];
      features[row * COMPONENTS + c] = sum;
    }
  }
  return features;
}

function kMeans(features: Float64Array, rowCount: number, clusterCount: number): Int32Array {
  const order = Array.from({ length: rowCount }, (_, row) => row).sort(
    (a, b) => features[a * COMPONENTS] - features[b * COMPONENTS] || a - b,
  );
  const labels = new Int32Array(rowCount);
  for (const [rank, row] of order.entries()) labels[row] = Math.floor((rank * clusterCount) / rowCount);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const centres = centresOf(features, labels, clusterCount);
    let moved = 0;
    for (let row = 0; row < rowCount; row++) {
      const best = nearest(features, row, centres);
      if (best !== labels[row]) moved++;
      labels[row] = best;
    }
    if (moved === 0) break;
  }
  return labels;
}

/** [cluster x COMPONENTS]; infinite where a cluster is empty, so that nothing is near it. */
function centresOf(features: Float64Array, labels: Int32Array, clusterCount: number): Float64Array {
  const centres = new Float64Array(clusterCount * COMPONENTS);
  const counts = new Int32Array(clusterCount);
  for (let row = 0; row < labels.length; row++) {
    counts[labels[row]]++;
    for (let c = 0; c < COMPONENTS; c++) centres[labels[row] * COMPONENTS + c] += features[row * COMPONENTS + c];
  }
  return centres.map((sum, k) => {
    const count = counts[Math.floor(k / COMPONENTS)];
    return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
  });
}

function nearest(features: Float64Array, row: number, centres: Float64Array): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let k = 0; k * COMPONENTS < centres.length; k++) {
    let square = 0;
    for (let c = 0; c < COMPONENTS; c++) square += (features[row * COMPONENTS + c] - centres[k * COMPONENTS + c]) ** 2;
    if (square < least) [best, least] = [k, square];
  }
  return best;
}

/** Rows by cluster, poor clusters given pixel by pixel to the nearest rich one. */
function enoughOf(column: Column, labels: Int32Array, features: Float64Array, clusterCount: number): number[][] {
  const counts = new Int32Array(clusterCount);
  for (let row = 0; row < column.backgroundCount; row++) counts[labels[row]]++;
  const centres = centresOf(features, labels, clusterCount);
  for (let k = 0; k < clusterCount; k++) {
    if (counts[k] < PIXELS_A_BAND * column.bandCount)
      centres.fill(Number.POSITIVE_INFINITY, k * COMPONENTS, (k + 1) * COMPONENTS);
  }
  const members: number[][] = Array.from({ length: clusterCount }, () => []);
  for (let row = 0; row < column.rowCount; row++) members[nearest(features, row, centres)].push(row);
  return members.filter((rows) => rows.length > 0);
}
