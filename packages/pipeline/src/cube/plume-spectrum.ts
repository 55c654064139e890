/** The spectrum of a plume or of one pixel against like ground about it, with the gas and its rivals laid over it. */
import type { CubeReader, PixelWindow, PlumeSpectrum } from '@plumeline/core';
import {
  contrastSpectrum,
  LOOK_ALIKES,
  logBlock,
  noiseCovariance,
  ringAround,
  type SpectralVerdict,
  spectralVerdict,
} from '@plumeline/numerics';
import { readTile } from './filter-tile.ts';
import type { BandTarget } from './gas-target.ts';

export interface SpectralLook {
  readonly verdict: SpectralVerdict;
  readonly spectrum: PlumeSpectrum;
}

/** Lines and columns about a plume that its ground is compared within. */
const MARGIN_PIXELS = 24;
/** A window has at least this many pixels a side where the cube has: medians of a column need lines. */
const LEAST_LINES = 256;
const LEAST_COLUMNS = 32;
/** Larger windows are cut to this many pixels about the plume's middle. */
const MOST_PIXELS = 100_000;
const RING_PIXELS = 12;
const RIVALS_SHOWN = 3;

export interface Looked {
  /** Pixels of the plume, and of all plumes, as indices into the cube [line x column]. */
  readonly pixels: Int32Array;
  readonly taken: Uint8Array;
  readonly ground?: Uint32Array;
}

/** Undefined where the window has too little ground to compare with. @throws InputError of the reader */
export async function lookAtSpectrum(
  reader: CubeReader,
  { pixels, taken, ground }: Looked,
  target: BandTarget,
): Promise<SpectralLook | undefined> {
  const { lines, columns } = reader.header;
  const window = windowAround(pixels, lines, columns);
  const { radiance, usable } = await readTile(reader, window, target.bands);
  const inWindow = (p: number) => {
    const [l, c] = [Math.floor(p / columns) - window.firstLine, (p % columns) - window.firstColumn];
    return l >= 0 && l < window.lines && c >= 0 && c < window.columns ? l * window.columns + c : -1;
  };
  const own = Int32Array.from([...pixels].map(inWindow).filter((q) => q >= 0 && usable[q] === 1));
  if (own.length === 0) return undefined;
  const cut = <A extends Uint8Array | Uint32Array>(whole: A, into: A): A => {
    for (let l = 0; l < window.lines; l++) {
      const from = (window.firstLine + l) * columns + window.firstColumn;
      into.set(whole.subarray(from, from + window.columns), l * window.columns);
    }
    return into;
  };
  const size = window.lines * window.columns;
  try {
    const log = logBlock({
      lines: window.lines,
      samples: window.columns,
      bands: target.bands.length,
      radiance,
      usable,
    });
    const noise = noiseCovariance(log);
    const around = ringAround(own, cut(taken, new Uint8Array(size)), log, RING_PIXELS);
    const kinds = ground === undefined ? undefined : cut(ground, new Uint32Array(size));
    const contrast = contrastSpectrum(log, own, around, kinds);
    const verdict = spectralVerdict(contrast, noise, target.tau_pppmm, target.wavelength_nm);
    return { verdict, spectrum: laidOver(contrast, noise, verdict, target) };
  } catch (error) {
    // Too few lines or usable pixels for noise or medians: the test is left out, and the plume says so.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function windowAround(pixels: Int32Array, lines: number, columns: number): PixelWindow {
  let [top, bottom, left, right] = [lines, 0, columns, 0];
  for (const p of pixels) {
    const [l, c] = [Math.floor(p / columns), p % columns];
    [top, bottom, left, right] = [Math.min(top, l), Math.max(bottom, l), Math.min(left, c), Math.max(right, c)];
  }
  const span = (from: number, to: number, least: number, most: number): [number, number] => {
    const size = Math.min(most, Math.max(least, to - from + 1 + 2 * MARGIN_PIXELS));
    const first = Math.max(0, Math.min(most - size, Math.round((from + to) / 2 - size / 2)));
    return [first, size];
  };
  const [firstColumn, width] = span(left, right, LEAST_COLUMNS, columns);
  const [firstLine, height] = span(top, bottom, LEAST_LINES, lines);
  const kept = Math.min(height, Math.max(1, Math.floor(MOST_PIXELS / width)));
  return { firstLine: firstLine + Math.floor((height - kept) / 2), lines: kept, firstColumn, columns: width };
}

/** Fits for showing: a smooth baseline and one signal, each band weighed by its own noise. */
function laidOver(
  contrast: Float64Array,
  covariance: Float64Array,
  verdict: SpectralVerdict,
  target: BandTarget,
): PlumeSpectrum {
  const n = contrast.length;
  const nm = target.wavelength_nm;
  const weight = Float64Array.from({ length: n }, (_, b) => 1 / Math.max(covariance[b * n + b]!, 1e-30));
  const [middle, half] = [(nm[0]! + nm[n - 1]!) / 2, (nm[n - 1]! - nm[0]!) / 2];
  const base = [0, 1, 2].map((power) => nm.map((at) => ((at - middle) / half) ** power));
  const plain = solveFor(contrast, base, weight);
  const fit = (name: string, signal: Float64Array, share?: number) => {
    const fitted = solveFor(contrast, [...base, signal], weight);
    const explained = fitted.last > 0 ? 1 - fitted.misfit / plain.misfit : 0;
    return { name, share: round(Math.max(0, Math.min(1, share ?? explained)), 3), fitted: rounded(fitted.curve) };
  };
  const rivals = LOOK_ALIKES.map(({ name, features }) =>
    fit(
      name,
      nm.map((at) =>
        features.reduce((sum, [centre, width, depth]) => sum - depth * Math.exp(-(((at - centre) / width) ** 2)), 0),
      ),
      name === verdict.rival ? verdict.rivalShare : undefined,
    ),
  ).sort((a, b) => b.share - a.share);
  return {
    wavelength_nm: Array.from(nm, (value) => round(value, 2)),
    contrast: rounded(contrast),
    fits: [fit(target.substance, target.tau_pppmm, verdict.gasShare), ...rivals.slice(0, RIVALS_SHOWN)],
    gas_ppmm: round(verdict.gas_ppmm, 1),
  };
}

/** Weighted least squares of rows against y, by elimination; `last` is the last row's factor. */
function solveFor(y: Float64Array, rows: readonly Float64Array[], weight: Float64Array) {
  const k = rows.length;
  // Scaled, so that a target of 1e-5 and a baseline of 1 weigh alike in the elimination.
  const scale = rows.map((row) => Math.sqrt(row.reduce((sum, value, b) => sum + weight[b]! * value * value, 0)) || 1);
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, b) => sum + weight[b]! * value * v[b]!, 0);
  const a = rows.map((u, i) => [...rows.map((v, j) => dot(u, v) / scale[i]! / scale[j]!), dot(u, y) / scale[i]!]);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (j === i) continue;
      const factor = a[j]![i]! / a[i]![i]!;
      for (let c = i; c <= k; c++) a[j]![c]! -= factor * a[i]![c]!;
    }
  }
  const factors = rows.map((_, i) => a[i]![k]! / a[i]![i]! / scale[i]!);
  const curve = y.map((_, b) => rows.reduce((sum, row, i) => sum + factors[i]! * row[b]!, 0));
  const misfit = y.reduce((sum, value, b) => sum + weight[b]! * (value - curve[b]!) ** 2, 0);
  return { curve, misfit: Math.max(misfit, 1e-300), last: factors[k - 1]! };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
const rounded = (values: Float64Array): number[] => Array.from(values, (value) => round(value, 6));
