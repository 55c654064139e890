/**
 * Is it gas, or ground that absorbs where gas does? (D1) The mean ln radiance of a component against the ground around
 * it is fitted by generalised least squares with a smooth baseline and either the gas or one surface:
 *
 *   r = a tau + B c + e,     r = d f_j + B c + e,     B = 1, u, u^2,     e ~ N(0, C / n_eff)
 *
 * f_j Gaussian features of carbonate, Mg-OH, hydrocarbon paints, plastics and panels (Clark 1999; Garaba & Dierssen
 * 2018). What fits better, and by how much, decides; both differences of chi-square are reported.
 */
import { choleskyFactor, solveLower } from './dense-matrix.ts';
import type { LogBlock } from './radiance-block.ts';
import { dot } from './surface-classes.ts';

type Feature = readonly [centre_nm: number, width_nm: number, depth: number];

/** Absorption features of ground that is taken for methane, relative depths. */
export const LOOK_ALIKES: readonly { readonly name: string; readonly features: readonly Feature[] }[] = [
  { name: 'calcite', features: [[2337, 32, 1]] },
  { name: 'dolomite', features: [[2319, 32, 1]] },
  {
    name: 'Mg-OH mineral',
    features: [
      [2316, 18, 1],
      [2385, 20, 0.4],
    ],
  },
  {
    name: 'hydrocarbon (roof, paint, asphalt)',
    features: [
      [2308, 11, 1],
      [2348, 13, 1],
    ],
  },
  {
    name: 'plastic sheet',
    features: [
      [2310, 11, 1],
      [2350, 12, 0.8],
      [2422, 22, 0.8],
    ],
  },
  {
    name: 'PVC',
    features: [
      [2308, 12, 1],
      [2430, 18, 1.3],
    ],
  },
  {
    name: 'solar panel',
    features: [
      [2308, 14, 1],
      [2350, 14, 1],
      [2205, 20, 0.5],
    ],
  },
  {
    name: 'dry vegetation',
    features: [
      [2100, 55, 1],
      [2272, 38, 0.4],
      [2340, 30, 0.6],
    ],
  },
];

/** Pixels of a class that a mean of it rests on, at least. */
const LEAST_ALIKE = 5;
/** Share of the pixels that must have their like near by for the comparison to be among like ground only. */
const LEAST_MATCHED = 0.3;

/**
 * Mean ln radiance of some pixels minus that of others near by, [band]. With `ground` classes each pixel is compared
 * with its own kind, so that a plume across a field's edge shows gas and not the field; without, or where too few have
 * their like near by, all with all.
 */
export function contrastSpectrum(
  log: LogBlock,
  pixels: Int32Array,
  around: Int32Array,
  ground: ArrayLike<number> = new Uint8Array(log.usable.length),
): Float64Array {
  const inside = meansByGround(log, pixels, ground);
  const outside = meansByGround(log, around, ground);
  const contrast = new Float64Array(log.bands);
  let matched = 0;
  for (const [kind, here] of inside) {
    const there = outside.get(kind);
    if (there === undefined || there.count < LEAST_ALIKE) continue;
    matched += here.count;
    for (let b = 0; b < log.bands; b++) contrast[b] += here.count * (here.mean[b] - there.mean[b]);
  }
  if (matched < LEAST_MATCHED * pixels.length && inside.size > 1) return contrastSpectrum(log, pixels, around);
  return contrast.map((value) => value / Math.max(1, matched));
}

function meansByGround(log: LogBlock, pixels: Int32Array, ground: ArrayLike<number>) {
  const kinds = new Map<number, { count: number; mean: Float64Array }>();
  for (const p of pixels) {
    const kind = kinds.get(ground[p]) ?? { count: 0, mean: new Float64Array(log.bands) };
    kinds.set(ground[p], kind);
    kind.count++;
    for (let b = 0; b < log.bands; b++) kind.mean[b] += (log.y[p * log.bands + b] - kind.mean[b]) / kind.count;
  }
  return kinds;
}

/** Usable pixels within `reach` pixels of a component but not in `taken`. */
export function ringAround(pixels: Int32Array, taken: Uint8Array, log: LogBlock, reach: number): Int32Array {
  const ring = new Set<number>();
  const { lines, samples } = log;
  for (const p of pixels) {
    const [line, sample] = [Math.floor(p / samples), p % samples];
    for (let l = Math.max(0, line - reach); l <= Math.min(lines - 1, line + reach); l++)
      for (let s = Math.max(0, sample - reach); s <= Math.min(samples - 1, sample + reach); s++) {
        const q = l * samples + s;
        if (taken[q] === 0 && log.usable[q] === 1) ring.add(q);
      }
  }
  return Int32Array.from(ring).sort();
}

export interface SpectralVerdict {
  /** Gas amount that the contrast fits [ppm m]. */
  readonly gas_ppmm: number;
  /** Share of the contrast beyond a smooth baseline that the gas explains, 0 to 1. */
  readonly gasShare: number;
  /** The look-alike that explains most, and the share it explains. */
  readonly rival: string;
  readonly rivalShare: number;
}

/**
 * @param contrast r [band]; @param covariance noise of one pixel [band x band]; @param wavelength_nm band centres.
 * Only absorption counts: a rival that would have to brighten the ground explains nothing.
 */
export function spectralVerdict(
  contrast: Float64Array,
  covariance: Float64Array,
  tau: Float64Array,
  wavelength_nm: ArrayLike<number>,
): SpectralVerdict {
  const n = tau.length;
  const factor = choleskyFactor(covariance, n);
  const white = (v: ArrayLike<number>) => solveLower(factor, n, v);
  const middle = (wavelength_nm[0] + wavelength_nm[n - 1]) / 2;
  const half = (wavelength_nm[n - 1] - wavelength_nm[0]) / 2;
  const base = [0, 1, 2].map((power) => white(tau.map((_, b) => ((wavelength_nm[b] - middle) / half) ** power)));
  const basis: Float64Array[] = [];
  for (const row of base) basis.push(unit(project(row, basis)));
  const r = project(white(contrast), basis);
  const total = dot(r, r) || 1;
  const explain = (signal: Float64Array) => {
    const s = project(white(signal), basis);
    const amount = dot(s, r) / dot(s, s);
    return { amount, share: amount > 0 ? (amount * dot(s, r)) / total : 0 };
  };
  const gas = explain(tau);
  const rivals = LOOK_ALIKES.map(({ name, features }) => ({ name, ...explain(rivalSignal(features, wavelength_nm)) }));
  const rival = rivals.reduce((best, next) => (next.share > best.share ? next : best));
  return { gas_ppmm: gas.amount, gasShare: gas.share, rival: rival.name, rivalShare: rival.share };
}

function rivalSignal(features: readonly Feature[], wavelength_nm: ArrayLike<number>): Float64Array {
  return Float64Array.from(wavelength_nm, (nm) =>
    features.reduce((sum, [centre, width, depth]) => sum - depth * Math.exp(-(((nm - centre) / width) ** 2)), 0),
  );
}

function project(v: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const out = v.slice();
  for (const row of basis) {
    const along = dot(row, out);
    for (let i = 0; i < out.length; i++) out[i] -= along * row[i];
  }
  return out;
}

function unit(v: Float64Array): Float64Array {
  const size = Math.sqrt(dot(v, v));
  return v.map((value) => value / size);
}
