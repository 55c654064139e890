/** Random columns of spectra: bright and dark surfaces, correlated clutter, noise, and some gas. */
import { type AbsorptionTarget, AMOUNT_UNIT_PPMM } from '../../src/spectral/retrieval/index.ts';

export interface ColumnCase {
  readonly seed: number;
  readonly pixels: number;
  readonly bands: number;
  /** Share of pixels with gas, and their amount [1e5 ppm m]. */
  readonly gasShare: number;
  readonly gasAmount: number;
}

/** [pixel x band] radiance, the target, and the amount put in [ppm m]. */
export function randomColumn({ seed, pixels, bands, gasShare, gasAmount }: ColumnCase): {
  radiance: Float64Array;
  target: AbsorptionTarget;
  truth_ppmm: Float64Array;
} {
  const random = mulberry32(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const tau = Float64Array.from({ length: bands }, (_, b) => -0.1 - 0.9 * random() * (1 + Math.sin(0.7 * b)));
  const base = Float64Array.from({ length: bands }, (_, b) => 0.6 + 0.2 * Math.cos(b / 9));
  const shapes = [0, 1, 2].map((k) =>
    Float64Array.from({ length: bands }, (_, b) => Math.sin((k + 1) * (b / bands) * 3 + k)),
  );
  const radiance = new Float64Array(pixels * bands);
  const truth_ppmm = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const bright = Math.exp(0.4 * normal());
    const mix = shapes.map(() => 0.05 * normal());
    const amount = random() < gasShare ? gasAmount * random() : 0;
    truth_ppmm[i] = amount * AMOUNT_UNIT_PPMM;
    for (let b = 0; b < bands; b++) {
      const surface = base[b] * bright * (1 + mix.reduce((sum, value, k) => sum + value * shapes[k][b], 0));
      radiance[i * bands + b] = surface * Math.exp(tau[b] * amount) + 0.002 * normal();
    }
  }
  return { radiance, target: { unitAbsorption: tau, per_ppmm: AMOUNT_UNIT_PPMM }, truth_ppmm };
}

/** Seeded uniform numbers in [0, 1) (Tommy Ettinger's mulberry32, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
