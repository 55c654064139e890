/** A small made-up cube for the tests of detection: two grounds, column gains, noise, and one plume. */
import { normalFrom, seededGenerator } from '../src/planning/generator.ts';
import type { RadianceBlock } from '../src/spectral/detection/index.ts';

export interface SmallScene {
  readonly block: RadianceBlock;
  readonly tau: Float64Array;
  readonly wavelength_nm: Float64Array;
  readonly truth_ppmm: Float64Array;
}

export const BANDS = 36;

/** Absorption with three humps where methane's are, -1e-5 per ppm m at most. */
export function smallTarget(): { readonly tau: Float64Array; readonly wavelength_nm: Float64Array } {
  const wavelength_nm = Float64Array.from({ length: BANDS }, (_, b) => 2150 + 9.5 * b);
  const hump = (nm: number, centre: number, width: number) => Math.exp(-(((nm - centre) / width) ** 2));
  const tau = wavelength_nm.map(
    (nm) => -1e-5 * (hump(nm, 2370, 8) + 0.8 * hump(nm, 2318, 9) + 0.7 * hump(nm, 2345, 14) + 0.4 * hump(nm, 2260, 30)),
  );
  return { tau, wavelength_nm };
}

export interface SceneChoices {
  readonly seed: number;
  readonly lines?: number;
  readonly samples?: number;
  /** Peak of the plume [ppm m]; 0 for none. */
  readonly peak_ppmm: number;
  /** Puts a square of ground with this feature depth at 2337 nm. */
  readonly carbonate?: number;
}

export function smallScene({ seed, lines = 260, samples = 24, peak_ppmm, carbonate = 0 }: SceneChoices): SmallScene {
  const random = seededGenerator(seed);
  const { tau, wavelength_nm } = smallTarget();
  const gain = Float64Array.from({ length: samples * BANDS }, () => 1 + 0.003 * normalFrom(random));
  const radiance = new Float32Array(lines * samples * BANDS);
  const truth_ppmm = new Float64Array(lines * samples);
  for (let l = 0; l < lines; l++)
    for (let s = 0; s < samples; s++) {
      const p = l * samples + s;
      const along = l - lines / 2;
      const width = 1.5 + 0.06 * Math.max(0, along);
      const across = s - samples / 2 - 0.05 * along;
      truth_ppmm[p] = along < 0 || along > 45 ? 0 : (peak_ppmm * 1.5 * Math.exp(-0.5 * (across / width) ** 2)) / width;
      const rock = Math.sin(l / 17) + Math.sin(s / 6 + l / 40) > 0.2;
      const bright = 0.4 * Math.exp(0.15 * Math.sin(l / 5 + s / 3) + 0.05 * normalFrom(random));
      const white = carbonate > 0 && l >= 30 && l < 42 && s >= 6 && s < 16;
      for (let b = 0; b < BANDS; b++) {
        const u = (wavelength_nm[b] - 2320) / 170;
        const shape = rock ? 1 - 0.25 * u - 0.1 * Math.exp(-(((wavelength_nm[b] - 2206) / 20) ** 2)) : 1 + 0.1 * u;
        const dip = white ? 1 - carbonate * Math.exp(-(((wavelength_nm[b] - 2337) / 32) ** 2)) : 1;
        const clean = bright * shape * dip * Math.exp(tau[b] * truth_ppmm[p]) * gain[s * BANDS + b];
        radiance[p * BANDS + b] = clean + 0.0026 * Math.sqrt(0.27 + clean) * normalFrom(random);
      }
    }
  return { block: { lines, samples, bands: BANDS, radiance }, tau, wavelength_nm, truth_ppmm };
}
