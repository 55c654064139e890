/**
 * The null result: the probability that a plume of rate q from a place would have been seen (and was not).
 *
 *   P(q) = sum_a w_a Phi(max_{d, s} [G_s min(5, a m_q / sigma)](d) / d_s - c_s / d_s - T)
 *
 * m_q column of the expected plume down the wind from the place [ppm m], sigma the map's own standard deviation there
 * (dark ground sees less), G_s, c_s, d_s detection's scale space, T its start threshold, a the factor by which one
 * moment's plume departs from the expected one (lognormal; unsteady air, wind error), a Gauss-Hermite sum of five.
 */
import { type Air, irwinSigmaY, plumeShape, RELATIVE_SPREAD_FACTOR, surfaceRelease } from '../../dispersion/index.ts';
import { normalCdf } from '../../planning/pass-probability.ts';
import { SCORE_CUT, type ScoreScale } from '../detection/plume-score.ts';
import { massPerPpmM } from './plume-mass.ts';

export interface SearchedMap {
  readonly lines: number;
  readonly samples: number;
  readonly pixel_m: number;
  /** Standard deviation of the amount [ppm m]; NaN where nothing could be seen. */
  readonly sigma_ppmm: Float64Array;
  readonly scales: readonly ScoreScale[];
  /** [sample] */
  readonly startThreshold: Float64Array;
}

export interface SeenOptions {
  readonly air: Air;
  /** Where the air goes to, anticlockwise from growing samples with lines pointing down [rad]. */
  readonly towards_rad: number;
  readonly molarMass_kgpmol: number;
  /** Standard deviation of ln a. Default 0.6, from simulated cubes. */
  readonly amplitudeLnSd?: number;
}

const DEFAULT_AMPLITUDE_LN_SD = 0.6;
/** Nodes and weights for a standard normal (Gauss-Hermite, five points; Abramowitz & Stegun 25.4.46). */
const NODES = [-2.856970013872806, -1.355626179974266, 0, 1.355626179974266, 2.856970013872806];
const WEIGHTS = [0.011257411327721, 0.222075922005613, 0.533333333333333, 0.222075922005613, 0.011257411327721];
/** The plume is looked at this far down the wind [pixels], at every second pixel. */
const REACH_PIXELS = 36;
const KERNEL_REACH = 2.5;
/** A source is never a point: least spread of its plume [pixels]. */
const LEAST_SPREAD_PIXELS = 0.6;

/** Probability that a steady source of `rate_kgph` at a pixel would have been reported; 0 where nothing was seen. */
export function seenProbability(
  map: SearchedMap,
  place: { readonly line: number; readonly sample: number },
  rate_kgph: number,
  options: SeenOptions,
): number {
  const sigmaHere = map.sigma_ppmm[Math.round(place.line) * map.samples + Math.round(place.sample)];
  if (!(sigmaHere > 0)) return 0;
  const plume = expectedPlume(map, rate_kgph, options);
  const lnSd = options.amplitudeLnSd ?? DEFAULT_AMPLITUDE_LN_SD;
  return NODES.reduce((sum, node, i) => {
    const amplitude = Math.exp(lnSd * node - (lnSd * lnSd) / 2);
    return sum + WEIGHTS[i] * normalCdf(bestMargin(map, place, plume, amplitude, options.towards_rad));
  }, 0);
}

/** The same on a lattice of places, `step` pixels apart: [line node x sample node], row by row. */
export function seenProbabilityMap(
  map: SearchedMap,
  rate_kgph: number,
  step_pixels: number,
  options: SeenOptions,
): { readonly rows: number; readonly columns: number; readonly probability: Float64Array } {
  const rows = Math.max(1, Math.floor(map.lines / step_pixels));
  const columns = Math.max(1, Math.floor(map.samples / step_pixels));
  const probability = Float64Array.from({ length: rows * columns }, (_, i) => {
    const place = {
      line: (Math.floor(i / columns) + 0.5) * step_pixels,
      sample: ((i % columns) + 0.5) * step_pixels,
    };
    return seenProbability(map, place, rate_kgph, options);
  });
  return { rows, columns, probability };
}

interface ExpectedPlume {
  /** By distance [pixels], from 1: column on the axis [ppm m] and spread [pixels]. */
  readonly axis_ppmm: Float64Array;
  readonly spread_pixels: Float64Array;
}

/** q / (sqrt(2 pi) sigma_y U) on the axis, with the spread of one moment about its own centre line. */
function expectedPlume(map: SearchedMap, rate_kgph: number, { air, molarMass_kgpmol }: SeenOptions): ExpectedPlume {
  const perPpmM = massPerPpmM(molarMass_kgpmol);
  const axis_ppmm = new Float64Array(REACH_PIXELS);
  const spread_pixels = new Float64Array(REACH_PIXELS);
  for (let i = 0; i < REACH_PIXELS; i++) {
    const x = (i + 1) * map.pixel_m;
    const { speed_mps } = plumeShape(surfaceRelease, air, x, 0);
    const spread = RELATIVE_SPREAD_FACTOR * irwinSigmaY(x, speed_mps, air.sigmaV_mps);
    const seen = Math.hypot(spread / map.pixel_m, LEAST_SPREAD_PIXELS);
    spread_pixels[i] = seen;
    axis_ppmm[i] = rate_kgph / 3600 / (Math.sqrt(2 * Math.PI) * seen * map.pixel_m * speed_mps) / perPpmM;
  }
  return { axis_ppmm, spread_pixels };
}

/** Largest of expected score minus threshold over places on the plume's axis and over scales. */
function bestMargin(
  map: SearchedMap,
  place: { readonly line: number; readonly sample: number },
  plume: ExpectedPlume,
  amplitude: number,
  towards_rad: number,
): number {
  const [ux, uy] = [Math.cos(towards_rad), -Math.sin(towards_rad)];
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < REACH_PIXELS; i += 2) {
    const sample = Math.round(place.sample + (i + 1) * ux);
    const line = Math.round(place.line + (i + 1) * uy);
    if (sample < 0 || sample >= map.samples || line < 0 || line >= map.lines) break;
    const threshold = map.startThreshold[sample];
    for (const { sigma_pixels, centre, scale } of map.scales) {
      const value = smoothedAt(map, place, plume, amplitude, { ux, uy, line, sample, sigma: sigma_pixels });
      best = Math.max(best, (value - centre) / scale - threshold);
    }
  }
  return best;
}

/** Gaussian mean, about a pixel, of the expected z cut as detection cuts it. */
function smoothedAt(
  map: SearchedMap,
  place: { readonly line: number; readonly sample: number },
  plume: ExpectedPlume,
  amplitude: number,
  at: {
    readonly ux: number;
    readonly uy: number;
    readonly line: number;
    readonly sample: number;
    readonly sigma: number;
  },
): number {
  const reach = Math.ceil(KERNEL_REACH * at.sigma);
  let [sum, total] = [0, 0];
  for (let l = Math.max(0, at.line - reach); l <= Math.min(map.lines - 1, at.line + reach); l++)
    for (let s = Math.max(0, at.sample - reach); s <= Math.min(map.samples - 1, at.sample + reach); s++) {
      const sigma = map.sigma_ppmm[l * map.samples + s];
      if (!(sigma > 0)) continue;
      const weight = Math.exp(-((l - at.line) ** 2 + (s - at.sample) ** 2) / (2 * at.sigma ** 2));
      total += weight;
      const [dx, dy] = [s - place.sample, l - place.line];
      const node = Math.round(dx * at.ux + dy * at.uy) - 1;
      if (node < 0 || node >= REACH_PIXELS) continue;
      const across = (dx * at.uy - dy * at.ux) / plume.spread_pixels[node];
      const amount = amplitude * plume.axis_ppmm[node] * Math.exp(-0.5 * across * across);
      sum += weight * Math.min(SCORE_CUT, amount / sigma);
    }
  return total > 0 ? sum / total : 0;
}
