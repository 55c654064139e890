/**
 * What a plume's mask holds: gas mass over a background, and the two sums that rates are made of.
 *
 *   IME = k A sum_mask (m - b),     L = sqrt(A n)                                     Varon & al. 2018 eq. 2
 *   q(d) = k A / w sum_transect (m - b),  a transect of width w at distance d across the plume   Kuhlmann & al. 2024
 *
 * m amount [ppm m], b background about the mask [ppm m], A area of a pixel [m2], k mass of one ppm m [kg m-2].
 */
import { gaussianSmooth } from '../detection/gaussian-smooth.ts';

const MOLAR_GAS_CONSTANT = 8.314462618;

/** Mass of a column of 1 ppm m [kg m-2] at the pressure and temperature that the amount's volume refers to. */
export function massPerPpmM(molarMass_kgpmol: number, pressure_Pa = 101_325, temperature_K = 288.15): number {
  return (1e-6 * pressure_Pa * molarMass_kgpmol) / (MOLAR_GAS_CONSTANT * temperature_K);
}

export interface AmountMap {
  readonly lines: number;
  readonly samples: number;
  readonly pixel_m: number;
  /** Amount and its standard deviation [ppm m], line x sample; NaN where unknown. Not denoised, not cut at zero. */
  readonly amount_ppmm: Float64Array;
  readonly sigma_ppmm: Float64Array;
}

/** Mask grown by whole pixels (8 neighbours a step) or, with a negative number, shrunk. 1 inside. */
export function grownMask(pixels: ArrayLike<number>, lines: number, samples: number, steps: number): Uint8Array {
  let mask = new Uint8Array(lines * samples);
  for (let i = 0; i < pixels.length; i++) mask[pixels[i]] = 1;
  const wanted = steps > 0 ? 1 : 0;
  for (let n = 0; n < Math.abs(steps); n++) {
    const next = mask.slice();
    for (let p = 0; p < mask.length; p++)
      if (mask[p] !== wanted && touches(mask, p, lines, samples, wanted)) next[p] = wanted;
    mask = next;
  }
  return mask;
}

function touches(mask: Uint8Array, p: number, lines: number, samples: number, wanted: number): boolean {
  const [line, sample] = [Math.floor(p / samples), p % samples];
  for (let l = Math.max(0, line - 1); l <= Math.min(lines - 1, line + 1); l++)
    for (let s = Math.max(0, sample - 1); s <= Math.min(samples - 1, sample + 1); s++)
      if (mask[l * samples + s] === wanted) return true;
  return false;
}

export interface Background {
  readonly mean_ppmm: number;
  /** How far the mean may be off: from the scatter of smoothed values about the plume. */
  readonly sd_ppmm: number;
  readonly pixels: number;
}

const RING_FROM = 3;
const RING_TO = 10;
const PATCH_SIGMA = 3;

/** Background in a ring 3 to 10 pixels outside the mask; other plumes given in `taken` are left out. */
export function ringBackground(map: AmountMap, pixels: ArrayLike<number>, taken?: Uint8Array): Background {
  const { lines, samples } = map;
  const inner = grownMask(pixels, lines, samples, RING_FROM);
  const outer = grownMask(pixels, lines, samples, RING_TO);
  const weight = map.amount_ppmm.map((m, p) =>
    outer[p] === 1 && inner[p] === 0 && taken?.[p] !== 1 && Number.isFinite(m) && map.sigma_ppmm[p] > 0
      ? 1 / map.sigma_ppmm[p] ** 2
      : 0,
  );
  let [total, sum, pixelsUsed] = [0, 0, 0];
  for (let p = 0; p < weight.length; p++) {
    if (weight[p] === 0) continue;
    total += weight[p];
    sum += weight[p] * map.amount_ppmm[p];
    pixelsUsed++;
  }
  if (pixelsUsed === 0) return { mean_ppmm: 0, sd_ppmm: Number.POSITIVE_INFINITY, pixels: 0 };
  const mean = sum / total;
  // Ground errors are as wide as patches of ground, so that the mean is far less sure than white noise would have it.
  const smooth = gaussianSmooth(map.amount_ppmm, lines, samples, PATCH_SIGMA, weight);
  let scatter = 0;
  for (let p = 0; p < weight.length; p++) if (weight[p] > 0) scatter += weight[p] * (smooth[p] - mean) ** 2;
  const patches = Math.max(2, pixelsUsed / (4 * Math.PI * PATCH_SIGMA ** 2));
  return { mean_ppmm: mean, sd_ppmm: Math.sqrt(scatter / total / patches), pixels: pixelsUsed };
}

export interface MaskSums {
  /** Sum of amounts [ppm m], number of pixels, sum of their variances. */
  readonly sum_ppmm: number;
  readonly count: number;
  readonly variance_ppmm2: number;
}

export function maskSums(map: AmountMap, mask: Uint8Array): MaskSums {
  let [sum, count, variance] = [0, 0, 0];
  for (let p = 0; p < mask.length; p++) {
    if (mask[p] === 0 || !Number.isFinite(map.amount_ppmm[p])) continue;
    sum += map.amount_ppmm[p];
    variance += map.sigma_ppmm[p] ** 2;
    count++;
  }
  return { sum_ppmm: sum, count, variance_ppmm2: variance };
}

export interface Transect {
  readonly distance_m: number;
  /** Sum of amounts over the transect [ppm m], its pixels and variance. */
  readonly sums: MaskSums;
}

export interface PlumeFrame {
  /** Place of the source, fractional pixels. */
  readonly line: number;
  readonly sample: number;
  /** Where the gas goes to: growing samples and growing lines. */
  readonly alongSample: number;
  readonly alongLine: number;
  /** Half the width of the transects and the length of the plume [pixels]. */
  readonly halfWidth_pixels: number;
  readonly length_pixels: number;
}

/** Sums over transects one pixel wide, from the source to the plume's end; those cut by the scene's edge are left out. */
export function transects(map: AmountMap, frame: PlumeFrame, taken?: Uint8Array): Transect[] {
  const bins = Math.max(1, Math.floor(frame.length_pixels));
  const found = Array.from({ length: bins }, () => ({ sum: 0, count: 0, variance: 0 }));
  for (let l = 0, p = 0; l < map.lines; l++)
    for (let s = 0; s < map.samples; s++, p++) {
      const [dx, dy] = [s - frame.sample, l - frame.line];
      const along = dx * frame.alongSample + dy * frame.alongLine;
      const across = dx * frame.alongLine - dy * frame.alongSample;
      const bin = Math.floor(along);
      if (bin < 0 || bin >= bins || Math.abs(across) > frame.halfWidth_pixels) continue;
      if (taken?.[p] === 1 || !Number.isFinite(map.amount_ppmm[p])) continue;
      found[bin].sum += map.amount_ppmm[p];
      found[bin].variance += map.sigma_ppmm[p] ** 2;
      found[bin].count++;
    }
  // A whole transect has 2 h + 1 pixels on average; what is much shorter lost some to the edge or to other plumes.
  const whole = 2 * frame.halfWidth_pixels;
  return found.flatMap(({ sum, count, variance }, bin) =>
    count < 0.85 * whole
      ? []
      : [{ distance_m: (bin + 0.5) * map.pixel_m, sums: { sum_ppmm: sum, count, variance_ppmm2: variance } }],
  );
}
