/**
 * Background by segment: pixels that look alike share a mean and a covariance, so that a roof is not judged by the
 * statistics of a field. k-means on spectra scaled by their bands' spread, seeded by the farthest spectrum, so that the
 * same pixels give the same segments. Covariance as common factors and band noise, C = D (I + V (l - 1) V^T) D: few pixels
 * carry no more than the leading directions, and shrinking to the diagonal would drown weak gases in the ground's variation.
 */
import { symmetricEigen } from '../../linalg/symmetric-eigen.ts';
import { cholesky, dot, whiten } from './cholesky.ts';

export interface BackgroundSegment {
  /** [band]. */
  readonly mean: Float64Array;
  /** [band x band]. */
  readonly covariance: Float64Array;
  readonly pixels: number;
  /** Common directions kept; the rest is noise of each band by itself. */
  readonly factors: number;
}

export interface SegmentedBackground {
  readonly segments: readonly BackgroundSegment[];
  /** [pixel] segment of each given spectrum. */
  readonly labels: Int32Array;
  /** The segment a further spectrum belongs to. */
  segmentOf(spectrum: ArrayLike<number>): number;
}

const ROUNDS = 12;
const FACTOR_ROUNDS = 6;
/** Directions just above the edge are noise as often as not. */
const EDGE_MARGIN = 1.1;
/** Noise as a share of a band's spread, to begin with and at the least. */
const FIRST_NOISE_SHARE = 0.1;
const LEAST_NOISE_SHARE = 1e-6;
/** Pixels a band from which the sample's inverse is worth something. */
const INVERTIBLE_FROM = 1.5;
/** A segment needs some pixels more than bands/4 for a covariance. */
const LEAST_PIXELS_PER_BAND = 0.25;

/**
 * Segments of plume-free spectra.
 * @param spectra [pixel][band]
 * @param wanted largest number of segments; fewer when some would be too small
 * @throws RangeError when there are too few pixels for even one segment
 */
export function segmentBackground(spectra: readonly ArrayLike<number>[], wanted: number): SegmentedBackground {
  const bands = spectra[0]?.length ?? 0;
  const least = Math.max(8, Math.ceil(LEAST_PIXELS_PER_BAND * bands));
  if (spectra.length < least) throw new RangeError(`A background of ${bands} bands needs ${least} pixels.`);
  const scale = bandScale(spectra, bands);
  for (let count = Math.min(wanted, Math.floor(spectra.length / least)); ; count--) {
    const { centres, labels } = kMeans(spectra, scale, Math.max(1, count));
    const members = centres.map((_, segment) => spectra.filter((__, pixel) => labels[pixel] === segment));
    if (count > 1 && members.some(({ length }) => length < least)) continue;
    const segments = members.map((own) => segmentStatistics(own, bands));
    return { segments, labels, segmentOf: (spectrum) => nearest(centres, scale, spectrum) };
  }
}

/** Mean and covariance of spectra [pixel][band]. */
export function segmentStatistics(spectra: readonly ArrayLike<number>[], bands: number): BackgroundSegment {
  const count = spectra.length;
  const mean = new Float64Array(bands);
  for (const spectrum of spectra) for (let i = 0; i < bands; i++) mean[i]! += spectrum[i]! / count;
  const sample = new Float64Array(bands * bands);
  for (const spectrum of spectra) {
    for (let i = 0; i < bands; i++) {
      const a = (spectrum[i]! - mean[i]!) / (count - 1);
      for (let j = 0; j <= i; j++) sample[i * bands + j]! += a * (spectrum[j]! - mean[j]!);
    }
  }
  for (let i = 0; i < bands; i++) for (let j = 0; j < i; j++) sample[j * bands + i] = sample[i * bands + j]!;
  return { mean, pixels: count, ...factorCovariance(sample, bands, count) };
}

/**
 * Iterated principal factors: bands are scaled by their own noise, directions above the Marchenko-Pastur edge
 * (1 + sqrt(g))^2, g = bands / pixels, are kept with the spiked model's debiased size l (Baik & Silverstein 2006), and
 * the noise is what is left on the diagonal.
 */
function factorCovariance(sample: Float64Array, bands: number, count: number) {
  const ratio = bands / count;
  const edge = EDGE_MARGIN * (1 + Math.sqrt(ratio)) ** 2;
  const noise = firstNoise(sample, bands, count);
  const covariance = new Float64Array(bands * bands);
  let factors = 0;
  for (let round = 0; round < FACTOR_ROUNDS; round++) {
    const scaled = sample.map((value, at) => value / (noise[Math.floor(at / bands)]! * noise[at % bands]!));
    const { values, vectors } = symmetricEigen(scaled, bands);
    const kept = Array.from(values.keys()).filter((k) => values[k]! > edge);
    factors = kept.length;
    const common = new Float64Array(bands * bands);
    for (const k of kept) {
      const excess = debiased(values[k]!, ratio) - 1;
      for (let i = 0; i < bands; i++) {
        const a = excess * vectors[i * bands + k]! * noise[i]!;
        for (let j = 0; j < bands; j++) common[i * bands + j]! += a * vectors[j * bands + k]! * noise[j]!;
      }
    }
    for (let i = 0; i < bands; i++) {
      const total = sample[i * bands + i]!;
      noise[i] = Math.sqrt(Math.max(total - common[i * bands + i]!, LEAST_NOISE_SHARE * total));
    }
    covariance.set(common);
  }
  for (let i = 0; i < bands; i++) covariance[i * bands + i]! += noise[i]! ** 2;
  return { covariance, factors };
}

/**
 * Each band's noise to begin with: what the other bands do not foretell, 1 / (S^-1)_ii, freed of the bias that few pixels
 * give it; a share of the spread where there are too few pixels for an inverse.
 */
function firstNoise(sample: Float64Array, bands: number, count: number): Float64Array {
  if (count < INVERTIBLE_FROM * bands) {
    return Float64Array.from({ length: bands }, (_, i) => Math.sqrt(sample[i * bands + i]!) * FIRST_NOISE_SHARE);
  }
  const ridged = sample.slice();
  for (let i = 0; i < bands; i++) ridged[i * bands + i]! *= 1 + LEAST_NOISE_SHARE ** 2;
  const factor = cholesky(ridged, bands);
  return Float64Array.from({ length: bands }, (_, i) => {
    const unit = new Float64Array(bands);
    unit[i] = 1;
    const white = whiten(factor, bands, unit);
    return Math.sqrt(count / (count - bands) / dot(white, white));
  });
}

/** The population's size of a direction whose sample has eigenvalue `sample`, noise 1. */
function debiased(sample: number, ratio: number): number {
  const half = (sample + 1 - ratio) / 2;
  return half + Math.sqrt(Math.max(0, half * half - sample));
}

function bandScale(spectra: readonly ArrayLike<number>[], bands: number): Float64Array {
  return Float64Array.from({ length: bands }, (_, band) => {
    const mean = spectra.reduce((sum, spectrum) => sum + spectrum[band]!, 0) / spectra.length;
    const variance = spectra.reduce((sum, spectrum) => sum + (spectrum[band]! - mean) ** 2, 0) / spectra.length;
    return 1 / Math.sqrt(variance + 1e-300);
  });
}

function kMeans(spectra: readonly ArrayLike<number>[], scale: Float64Array, count: number) {
  const bands = scale.length;
  const average = (own: readonly ArrayLike<number>[]) =>
    Float64Array.from({ length: bands }, (_, band) => own.reduce((sum, s) => sum + s[band]!, 0) / own.length);
  let centres = [average(spectra)];
  while (centres.length < count) {
    const distances = spectra.map((spectrum) => distance(centres[nearest(centres, scale, spectrum)]!, scale, spectrum));
    const farthest = distances.indexOf(distances.reduce((top, value) => Math.max(top, value), 0));
    centres = [...centres, Float64Array.from(spectra[farthest]!)];
  }
  const labels = new Int32Array(spectra.length);
  for (let round = 0; round < ROUNDS; round++) {
    for (let pixel = 0; pixel < spectra.length; pixel++) labels[pixel] = nearest(centres, scale, spectra[pixel]!);
    centres = centres.map((centre, segment) => {
      const own = spectra.filter((_, pixel) => labels[pixel] === segment);
      return own.length === 0 ? centre : average(own);
    });
  }
  return { centres, labels };
}

function nearest(centres: readonly Float64Array[], scale: Float64Array, spectrum: ArrayLike<number>): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, centre] of centres.entries()) {
    const value = distance(centre, scale, spectrum);
    if (value < least) [best, least] = [index, value];
  }
  return best;
}

function distance(centre: Float64Array, scale: Float64Array, spectrum: ArrayLike<number>): number {
  let sum = 0;
  for (let band = 0; band < centre.length; band++) sum += ((spectrum[band]! - centre[band]!) * scale[band]!) ** 2;
  return sum;
}
