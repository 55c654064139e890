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
import { choleskyFactor, finishOuter, outerSum, solveFactored } from './dense-matrix.ts';
import { gaussianSmooth } from './gaussian-smooth.ts';
import { type LogBlock, logBlock, type RadianceBlock } from './radiance-block.ts';
import { lowerCentre, sortedQuantile } from './robust-statistics.ts';
import { filterResponse, type GasCurve, invertResponse } from './strong-plume.ts';
import { assignClasses, dot, featureRows, kMeans, loaded, noiseCovariance } from './surface-classes.ts';

export interface ClassFilterOptions {
  /** Rounds with ever better masks before the groupings vote. Default 2. */
  readonly rounds?: number;
  /** Classes and features of the groupings that vote. */
  readonly groupings?: readonly Grouping[];
  /** How ln radiance bends at high amounts: strong plumes are refitted with it (strong-plume.ts). */
  readonly curve?: GasCurve;
}

export interface Grouping {
  readonly classes: number;
  readonly features: number;
  /** Pixels along the ground that count as much as one noise unit in a feature: classes stay together in space. */
  readonly reach_pixels?: number;
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
  /** Class of ground of the last grouping, line x sample: what is like what, for comparing spectra. */
  readonly ground: Uint16Array;
}

const DEFAULT_GROUPINGS: readonly Grouping[] = [
  { classes: 64, features: 10, reach_pixels: 60 },
  { classes: 128, features: 12, reach_pixels: 30 },
  { classes: 192, features: 16, reach_pixels: 40 },
];
/** A class should have this many pixels on average. */
const PIXELS_A_CLASS = 150;
const FIRST_CLASSES = 24;
const FIRST_FEATURES = 10;
/** Pixels whose smoothed z exceeds the middle by this many scales are left out of the background. */
const MASK_SCALES = 2.5;
const MASK_SIGMA_PIXELS = 1.5;
/** A class's own covariance weighs as much as the pooled one with this many pixels a band. */
const SHRINK_PIXELS_A_BAND = 3;
/** Pixels that covariances are made of, thinned evenly to between this and twice as many. */
const MOST_FOR_COVARIANCE = 16_000;
const MOST_FOR_FEATURES = 6000;

/** @param tau unit absorption [per ppm m], negative, one a band. @throws RangeError on sizes that disagree. */
export function classFilter(block: RadianceBlock, tau: Float64Array, options: ClassFilterOptions = {}): GasMaps {
  if (tau.length !== block.bands)
    throw new RangeError(`The target has ${tau.length} bands and the cube ${block.bands}; resample it to the cube.`);
  if (
    options.curve !== undefined &&
    options.curve.lnTransmission.length !== tau.length * options.curve.column_ppmm.length
  )
    throw new RangeError(
      `The gas curve is not for ${tau.length} bands; make it from a table at the bands of the cube.`,
    );
  const state = init(logBlock(block), tau, options.curve);
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
  readonly curve: GasCurve | undefined;
  readonly noise: Float64Array;
  /** 1 where a pixel may serve as background. */
  readonly clear: Uint8Array;
  /** Column offsets [sample x band]. */
  readonly offset: Float64Array;
}

function init(log: LogBlock, tau: Float64Array, curve: GasCurve | undefined): FilterState {
  return {
    log,
    tau,
    curve,
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
  readonly ground: Uint16Array;
}

function filterOnce(state: FilterState, grouping: Grouping, seed: number): RoundMaps {
  const classes = Math.max(4, Math.min(grouping.classes, Math.floor(state.log.usableCount / PIXELS_A_CLASS)));
  const { label, features, centres, width, count } = classify(state, { ...grouping, classes }, seed);
  const mean = classMeans(state, label, centres.length / width);
  const spreads = classCovariances(state, label, mean);
  const maps = scorePixels(state, label, mean, spreads);
  takeOffBackground(state, maps, label, mean.length / state.log.bands);
  if (state.curve !== undefined) refitStrong(maps, label, spreads, state.curve);
  for (let p = 0; p < label.length; p++) {
    let d = 0;
    for (let f = 0; f < count; f++) d += (features[p * width + f] - centres[label[p] * width + f]) ** 2;
    maps.strangeness[p] = Math.sqrt(d / count);
  }
  return maps;
}

function classify(state: FilterState, grouping: Grouping, seed: number) {
  const { log, offset } = state;
  const { bands, samples } = log;
  const pixels = log.lines * samples;
  const total = covarianceOf(state, (p, x) => {
    for (let b = 0; b < bands; b++) x[b] = log.y[p * bands + b] - offset[(p % samples) * bands + b];
  });
  const { rows, count } = featureRows(state.noise, total, state.tau, grouping.features);
  const reach = grouping.reach_pixels ?? Number.POSITIVE_INFINITY;
  const width = count + 2;
  const features = new Float32Array(pixels * width);
  const trained = new Float32Array(log.usableCount * width);
  const x = new Float64Array(bands);
  let used = 0;
  for (let p = 0; p < pixels; p++) {
    if (log.usable[p] === 0) continue;
    for (let b = 0; b < bands; b++) x[b] = log.y[p * bands + b] - offset[(p % samples) * bands + b];
    for (let f = 0; f < count; f++) {
      let sum = 0;
      for (let b = 0; b < bands; b++) sum += rows[f * bands + b] * x[b];
      features[p * width + f] = sum;
    }
    features[p * width + count] = Math.floor(p / samples) / reach;
    features[p * width + count + 1] = (p % samples) / reach;
    trained.set(features.subarray(p * width, (p + 1) * width), used++ * width);
  }
  const centres = kMeans(trained, width, grouping.classes, seed);
  const label = new Uint16Array(pixels);
  assignClasses(features, width, centres, label);
  return { label, features, centres, width, count };
}

/** Covariance [band x band] of clear pixels, thinned; `read` fills a pixel's departure. */
function covarianceOf(state: FilterState, read: (p: number, x: Float64Array) => void): Float64Array {
  const pixels = clearPixels(state, MOST_FOR_FEATURES);
  return finishOuter(outerSum(pixels, state.log.bands, read), state.log.bands, Math.max(1, pixels.length));
}

/** Pixels that may serve as background, thinned evenly to at most twice `most`. */
function clearPixels({ clear }: FilterState, most: number): number[] {
  const pixels: number[] = [];
  for (let p = 0; p < clear.length; p++) if (clear[p] === 1) pixels.push(p);
  const stride = Math.max(1, Math.floor(pixels.length / most));
  return stride === 1 ? pixels : pixels.filter((_, i) => i % stride === 0);
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
  const { log, tau } = state;
  const { bands, samples } = log;
  const members: number[][] = Array.from({ length: mean.length / bands }, () => []);
  for (const p of clearPixels(state, MOST_FOR_COVARIANCE)) members[label[p]].push(p);
  const sums = members.map((pixels) =>
    outerSum(pixels, bands, (p, x) => {
      const [s, k] = [(p % samples) * bands, label[p] * bands];
      for (let b = 0; b < bands; b++) x[b] = log.y[p * bands + b] - state.offset[s + b] - mean[k + b];
    }),
  );
  const count = members.map((pixels) => pixels.length);
  const pooled = new Float64Array(bands * bands);
  for (const sum of sums) for (let i = 0; i < pooled.length; i++) pooled[i] += sum[i];
  finishOuter(
    pooled,
    bands,
    count.reduce((sum, value) => sum + value, 0),
  );
  return sums.map((sum, k) => {
    const share = count[k] / (count[k] + SHRINK_PIXELS_A_BAND * bands);
    if (count[k] > 0) finishOuter(sum, bands, count[k]);
    const covariance = loaded(
      pooled.map((value, i) => (1 - share) * value + share * sum[i]),
      bands,
      1e-6,
    );
    const weights = solveFactored(choleskyFactor(covariance, bands), bands, tau);
    return { weights, power: dot(weights, tau) };
  });
}

function scorePixels(state: FilterState, label: Uint16Array, mean: Float64Array, spreads: ClassSpread[]): RoundMaps {
  const { log, offset } = state;
  const { bands, samples } = log;
  const map = () => new Float64Array(label.length).fill(Number.NaN);
  const maps = { z: map(), column: map(), sigma: map(), strangeness: map(), ground: label };
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

/** Turns in which class modes and the smooth background take from each other. */
const BACKFIT_TURNS = 3;
/** The background that is no class's (air above high and low ground, haze): modes of windows far wider than a plume. */
const WINDOW_PIXELS = 80;
const WINDOW_STEP_PIXELS = 20;

/**
 * Takes off what is no plume: a mode for each class and a wide smooth background, each in turn from what the other
 * leaves [ppm m]; then divides by each class's lower scale, so that z is standard normal class by class.
 */
function takeOffBackground(state: FilterState, maps: RoundMaps, label: Uint16Array, classes: number): void {
  const { lines, samples, usable } = state.log;
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let p = 0; p < label.length; p++) if (usable[p] === 1) members[label[p]].push(p);
  const mode = new Float64Array(classes);
  let wide: Float64Array = new Float64Array(label.length);
  for (let turn = 0; turn < BACKFIT_TURNS; turn++) {
    members.forEach((pixels, k) => {
      if (pixels.length >= LEAST_CLEAR)
        mode[k] = lowerCentre(Float64Array.from(pixels, (p) => maps.column[p] - wide[p])).centre;
    });
    const left = maps.column.map((value, p) => value - mode[label[p]]);
    wide = wideMode(left, lines, samples, usable);
  }
  members.forEach((pixels, k) => {
    for (const p of pixels) {
      maps.column[p] -= mode[k] + wide[p];
      maps.z[p] = maps.column[p] / maps.sigma[p];
    }
    if (pixels.length < LEAST_CLEAR) return;
    const { scale } = lowerCentre(Float64Array.from(pixels, (p) => maps.z[p]));
    for (const p of pixels) {
      maps.sigma[p] *= scale;
      maps.z[p] /= scale;
    }
  });
}

/** Mode of a window about every pixel, from a lattice of windows, smoothed between. NaN nowhere. */
function wideMode(map: Float64Array, lines: number, samples: number, usable: Uint8Array): Float64Array {
  const nodes = new Float64Array(map.length);
  const weight = new Float64Array(map.length);
  const half = WINDOW_PIXELS / 2;
  const starts = (length: number) => {
    const count = Math.max(1, Math.round(length / WINDOW_STEP_PIXELS));
    return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
  };
  for (const line of starts(lines))
    for (const sample of starts(samples)) {
      const values: number[] = [];
      for (let l = Math.max(0, line - half); l < Math.min(lines, line + half); l++)
        for (let s = Math.max(0, sample - half); s < Math.min(samples, sample + half); s++)
          if (usable[l * samples + s] === 1) values.push(map[l * samples + s]);
      if (values.length < WINDOW_PIXELS) continue;
      nodes[line * samples + sample] = lowerCentre(Float64Array.from(values)).centre;
      weight[line * samples + sample] = 1;
    }
  return gaussianSmooth(nodes, lines, samples, WINDOW_STEP_PIXELS, weight).map((v) => (Number.isFinite(v) ? v : 0));
}

/** Amounts on the curve instead of its tangent; z stays, as a rank does not ask how lines saturate. */
function refitStrong(maps: RoundMaps, label: Uint16Array, spreads: readonly ClassSpread[], curve: GasCurve): void {
  const responses = spreads.map(({ weights, power }) =>
    filterResponse(
      curve,
      weights.map((weight) => weight / power),
    ),
  );
  for (let p = 0; p < label.length; p++) {
    if (!Number.isFinite(maps.column[p])) continue;
    const { amount_ppmm, stretch } = invertResponse(curve, responses[label[p]], maps.column[p]);
    maps.column[p] = amount_ppmm;
    maps.sigma[p] *= stretch;
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
  const median = (key: Exclude<keyof RoundMaps, 'ground'>) => {
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
    ground: rounds[rounds.length - 1].ground,
  };
}
