/**
 * Matched filter in log radiance against a background of ground classes (cluster-tuned after Funk & al. 2001, on the
 * logarithm after Schaum 2021):
 *
 *   y_p = mu_k(p) + g_s + m_p tau + e_p,      e ~ N(0, C_k)
 *   score = tau^T C_k^-1 (y - mu_k - g_s),    z = score / sqrt(tau^T C_k^-1 tau),    m = score / (tau^T C_k^-1 tau)
 *
 * y ln radiance [band] of pixel p in column s, mu class mean, g column offset, tau unit absorption d ln L per ppm m, C_k
 * the class covariance shrunk to the pooled one. What a class's z has in common is a property of its ground, not gas: its
 * mode is taken off (gas only adds, and seldom fills a class). Means and covariances are made without pixels that seem
 * to hold gas, which is what the rounds are for; several groupings vote, as one may lump two grounds.
 */
import { addOuter, choleskyFactor, finishOuter, solveFactored } from './dense-matrix.ts';
import { gaussianSmooth } from './gaussian-smooth.ts';
import { type LogBlock, logBlock, type RadianceBlock } from './radiance-block.ts';
import { type Centre, lowerCentre, sortedQuantile } from './robust-statistics.ts';
import { assignClasses, dot, featureRows, kMeans, loaded, noiseCovariance } from './surface-classes.ts';

export interface ClassFilterOptions {
  /** Rounds with ever better masks before the groupings vote. Default 2. */
  readonly rounds?: number;
  /** Classes and features of the groupings that vote. */
  readonly groupings?: readonly Grouping[];
}

export interface Grouping {
  readonly classes: number;
  readonly features: number;
}

export interface GasMaps {
  readonly lines: number;
  readonly samples: number;
  /** Noise-normalised score, standard normal where there is no gas; NaN where a pixel cannot be used. */
  readonly z: Float64Array;
  /** Column enhancement [ppm m] and its standard deviation from noise and ground [ppm m]. */
  readonly column_ppmm: Float64Array;
  readonly sigma_ppmm: Float64Array;
  /** How far the rest of the spectrum lies from its class, in noise units a feature; gas alone leaves it near 1. */
  readonly strangeness: Float64Array;
}

const DEFAULT_GROUPINGS: readonly Grouping[] = [
  { classes: 48, features: 10 },
  { classes: 72, features: 16 },
  { classes: 96, features: 12 },
  { classes: 112, features: 20 },
  { classes: 96, features: 8 },
];
/** A class should have this many pixels on average. */
const PIXELS_A_CLASS = 250;
const FIRST_CLASSES = 24;
const FIRST_FEATURES = 10;
/** Pixels whose smoothed z exceeds the middle by this many scales are left out of the background. */
const MASK_SCALES = 2.5;
const MASK_SIGMA_PIXELS = 1.5;
/** A class's own covariance weighs as much as the pooled one with this many pixels a band. */
const SHRINK_PIXELS_A_BAND = 3;
const MOST_FOR_COVARIANCE = 16_000;

/** @param tau unit absorption [per ppm m], negative, one a band. @throws RangeError on sizes that disagree. */
export function classFilter(block: RadianceBlock, tau: Float64Array, options: ClassFilterOptions = {}): GasMaps {
  if (tau.length !== block.bands)
    throw new RangeError(`The target has ${tau.length} bands and the cube ${block.bands}; resample it to the cube.`);
  const state = init(logBlock(block), tau);
  const first: Grouping = { classes: FIRST_CLASSES, features: FIRST_FEATURES };
  for (let round = 0; round < (options.rounds ?? 2); round++) remask(state, filterOnce(state, first, round));
  const groupings = options.groupings ?? DEFAULT_GROUPINGS;
  return vote(
    state,
    groupings.map((grouping, n) => {
      const maps = filterOnce(state, grouping, 100 + n);
      remask(state, maps);
      return maps;
    }),
  );
}

interface FilterState {
  readonly log: LogBlock;
  readonly tau: Float64Array;
  readonly noise: Float64Array;
  /** 1 where a pixel may serve as background. */
  readonly clear: Uint8Array;
  /** Column offsets [sample x band]. */
  readonly offset: Float64Array;
}

function init(log: LogBlock, tau: Float64Array): FilterState {
  return {
    log,
    tau,
    noise: noiseCovariance(log),
    clear: log.usable.slice(),
    offset: new Float64Array(log.samples * log.bands),
  };
}

interface RoundMaps {
  readonly z: Float64Array;
  readonly column: Float64Array;
  readonly sigma: Float64Array;
  readonly strangeness: Float64Array;
}

function filterOnce(state: FilterState, grouping: Grouping, seed: number): RoundMaps {
  const classes = Math.max(4, Math.min(grouping.classes, Math.floor(state.log.usableCount / PIXELS_A_CLASS)));
  const { label, features, centres, width } = classify(state, classes, grouping.features, seed);
  const mean = classMeans(state, label, centres.length / width);
  const spreads = classCovariances(state, label, mean);
  const maps = scorePixels(state, label, mean, spreads);
  takeOffModes(maps, label, state.log.usable, mean.length / state.log.bands);
  for (let p = 0; p < label.length; p++) {
    let d = 0;
    for (let f = 0; f < width; f++) d += (features[p * width + f] - centres[label[p] * width + f]) ** 2;
    maps.strangeness[p] = Math.sqrt(d / width);
  }
  return maps;
}

function classify(state: FilterState, classes: number, most: number, seed: number) {
  const { log, offset } = state;
  const { bands, samples } = log;
  const pixels = log.lines * samples;
  const total = covarianceOf(state, (p, x) => {
    for (let b = 0; b < bands; b++) x[b] = log.y[p * bands + b] - offset[(p % samples) * bands + b];
  });
  const { rows, count: width } = featureRows(state.noise, total, state.tau, most);
  const features = new Float32Array(pixels * width);
  const trained = new Float32Array(log.usableCount * width);
  const x = new Float64Array(bands);
  let used = 0;
  for (let p = 0; p < pixels; p++) {
    if (log.usable[p] === 0) continue;
    for (let b = 0; b < bands; b++) x[b] = log.y[p * bands + b] - offset[(p % samples) * bands + b];
    for (let f = 0; f < width; f++) {
      let sum = 0;
      for (let b = 0; b < bands; b++) sum += rows[f * bands + b] * x[b];
      features[p * width + f] = sum;
    }
    trained.set(features.subarray(p * width, (p + 1) * width), used++ * width);
  }
  const centres = kMeans(trained, width, classes, seed);
  const label = new Uint16Array(pixels);
  assignClasses(features, width, centres, label);
  return { label, features, centres, width };
}

/** Covariance [band x band] of clear pixels, thinned; `read` fills a pixel's departure. */
function covarianceOf(state: FilterState, read: (p: number, x: Float64Array) => void): Float64Array {
  const { bands } = state.log;
  const x = new Float64Array(bands);
  const sum = new Float64Array(bands * bands);
  const stride = Math.max(1, Math.floor(state.log.usableCount / MOST_FOR_COVARIANCE));
  let [seen, count] = [0, 0];
  for (let p = 0; p < state.clear.length; p++) {
    if (state.clear[p] === 0 || seen++ % stride !== 0) continue;
    read(p, x);
    addOuter(sum, x, bands);
    count++;
  }
  return finishOuter(sum, bands, Math.max(1, count));
}

const ALTERNATIONS = 3;
const LEAST_CLEAR = 15;

/** Class means [class x band] and, in turn, column offsets: y = mu_k + g_s + grey. Offsets go into the state. */
function classMeans(state: FilterState, label: Uint16Array, classes: number): Float64Array {
  const { log, offset, clear } = state;
  const { bands, samples } = log;
  const mean = new Float64Array(classes * bands);
  for (let turn = 0; turn < ALTERNATIONS; turn++) {
    const count = new Float64Array(classes);
    for (let p = 0; p < label.length; p++) if (clear[p] === 1) count[label[p]]++;
    const inClass = new Float64Array(classes);
    mean.fill(0);
    for (let p = 0; p < label.length; p++) {
      const k = label[p];
      // A class that seems all gas is more likely a ground of its own: its mode decides later.
      if (clear[p] === 0 && (log.usable[p] === 0 || count[k] >= LEAST_CLEAR)) continue;
      inClass[k]++;
      const s = (p % samples) * bands;
      for (let b = 0; b < bands; b++) mean[k * bands + b] += log.y[p * bands + b] - offset[s + b];
    }
    for (let k = 0; k < classes; k++)
      if (inClass[k] > 0) for (let b = 0; b < bands; b++) mean[k * bands + b] /= inClass[k];
    updateOffsets(state, label, mean);
  }
  return mean;
}

function updateOffsets({ log, offset, clear }: FilterState, label: Uint16Array, mean: Float64Array): void {
  const { bands, samples } = log;
  const sum = new Float64Array(samples * bands);
  const count = new Float64Array(samples);
  for (let p = 0; p < label.length; p++) {
    if (clear[p] === 0) continue;
    const s = p % samples;
    count[s]++;
    let grey = 0;
    for (let b = 0; b < bands; b++) grey += log.y[p * bands + b] - mean[label[p] * bands + b];
    grey /= bands;
    for (let b = 0; b < bands; b++) sum[s * bands + b] += log.y[p * bands + b] - mean[label[p] * bands + b] - grey;
  }
  for (let s = 0; s < samples; s++)
    if (count[s] >= LEAST_CLEAR) for (let b = 0; b < bands; b++) offset[s * bands + b] = sum[s * bands + b] / count[s];
}

interface ClassSpread {
  /** C^-1 tau and tau^T C^-1 tau. */
  readonly weights: Float64Array;
  readonly power: number;
}

function classCovariances(state: FilterState, label: Uint16Array, mean: Float64Array): ClassSpread[] {
  const { log, clear, tau } = state;
  const { bands, samples } = log;
  const classes = mean.length / bands;
  const sums = Array.from({ length: classes }, () => new Float64Array(bands * bands));
  const count = new Float64Array(classes);
  const x = new Float64Array(bands);
  const stride = Math.max(1, Math.floor(log.usableCount / (2 * MOST_FOR_COVARIANCE)));
  let seen = 0;
  for (let p = 0; p < label.length; p++) {
    if (clear[p] === 0 || seen++ % stride !== 0) continue;
    const k = label[p];
    for (let b = 0; b < bands; b++)
      x[b] = log.y[p * bands + b] - state.offset[(p % samples) * bands + b] - mean[k * bands + b];
    addOuter(sums[k], x, bands);
    count[k]++;
  }
  const pooled = new Float64Array(bands * bands);
  const whole = count.reduce((sum, value) => sum + value, 0);
  for (const sum of sums) for (let i = 0; i < pooled.length; i++) pooled[i] += sum[i];
  finishOuter(pooled, bands, whole);
  return sums.map((sum, k) => {
    const share = count[k] / (count[k] + SHRINK_PIXELS_A_BAND * bands);
    if (count[k] > 0) finishOuter(sum, bands, count[k]);
    const covariance = loaded(pooled.map((value, i) => (1 - share) * value + share * sum[i]), bands, 1e-6);
    const weights = solveFactored(choleskyFactor(covariance, bands), bands, tau);
    return { weights, power: dot(weights, tau) };
  });
}

function scorePixels(state: FilterState, label: Uint16Array, mean: Float64Array, spreads: ClassSpread[]): RoundMaps {
  const { log, offset } = state;
  const { bands, samples } = log;
  const map = () => new Float64Array(label.length).fill(Number.NaN);
  const maps = { z: map(), column: map(), sigma: map(), strangeness: map() };
  for (let p = 0; p < label.length; p++) {
    if (log.usable[p] === 0) continue;
    const k = label[p];
    const { weights, power } = spreads[k];
    let score = 0;
    for (let b = 0; b < bands; b++)
      score += weights[b] * (log.y[p * bands + b] - offset[(p % samples) * bands + b] - mean[k * bands + b]);
    maps.z[p] = score / Math.sqrt(power);
    maps.column[p] = score / power;
    maps.sigma[p] = 1 / Math.sqrt(power);
  }
  return maps;
}

/** Takes the mode of each class off and divides by its lower scale, so that z is standard normal class by class. */
function takeOffModes(maps: RoundMaps, label: Uint16Array, usable: Uint8Array, classes: number): void {
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let p = 0; p < label.length; p++) if (usable[p] === 1) members[label[p]].push(p);
  for (const pixels of members) {
    if (pixels.length < LEAST_CLEAR) continue;
    const { centre, scale }: Centre = lowerCentre(Float64Array.from(pixels, (p) => maps.z[p]));
    for (const p of pixels) {
      const sigma = maps.sigma[p];
      maps.column[p] -= centre * sigma;
      maps.sigma[p] = sigma * scale;
      maps.z[p] = (maps.z[p] - centre) / scale;
    }
  }
}

/** Marks as clear what does not seem to hold gas. */
function remask({ log, clear }: FilterState, { z }: RoundMaps): void {
  const clipped = z.map((value) => Math.max(-6, Math.min(30, value)));
  const smooth = gaussianSmooth(clipped, log.lines, log.samples, MASK_SIGMA_PIXELS, log.usable);
  const values = smooth.filter((_, p) => log.usable[p] === 1).sort();
  const middle = sortedQuantile(values, 0.5);
  const scale = middle - sortedQuantile(values, 0.1587);
  for (let p = 0; p < clear.length; p++)
    clear[p] = log.usable[p] === 1 && smooth[p] - middle < MASK_SCALES * scale ? 1 : 0;
}

/** Median of the groupings, pixel by pixel. */
function vote(state: FilterState, rounds: readonly RoundMaps[]): GasMaps {
  const median = (key: keyof RoundMaps) => {
    const values = new Float64Array(rounds.length);
    return rounds[0][key].map((_, p) => {
      for (let r = 0; r < rounds.length; r++) values[r] = rounds[r][key][p];
      return sortedQuantile(values.sort(), 0.5);
    });
  };
  return {
    lines: state.log.lines,
    samples: state.log.samples,
    z: median('z'),
    column_ppmm: median('column'),
    sigma_ppmm: median('sigma'),
    strangeness: median('strangeness'),
  };
}
