/**
 * One number a pixel to rank by (D1): the largest of the normalised scale-space values of z,
 *
 *   score = max_s (G_s z - c_s) / d_s,    s = 1, 2, 3 pixels,
 *
 * with z cut at +-5 first: a strong plume's centre is not more certain for being stronger, and its skirts, after
 * smoothing, would outrank faint plumes. c_s and d_s are the mode and lower scale of each smoothed map.
 */
import { gaussianSmooth } from './gaussian-smooth.ts';
import { lowerCentre } from './robust-statistics.ts';

export const SCORE_SCALES_PIXELS: readonly number[] = [1, 2, 3];
export const SCORE_CUT = 5;

/** Score map, line x sample: about standard normal per scale without gas; NaN where z is. */
export function plumeScore(
  z: Float64Array,
  lines: number,
  samples: number,
  scales: readonly number[] = SCORE_SCALES_PIXELS,
): Float64Array {
  const cut = z.map((value) => Math.max(-SCORE_CUT, Math.min(SCORE_CUT, value)));
  const score = new Float64Array(z.length).fill(Number.NaN);
  for (const sigma of scales) {
    const smooth = gaussianSmooth(cut, lines, samples, sigma);
    const { centre, scale } = lowerCentre(smooth.filter((value, p) => Number.isFinite(value) && Number.isFinite(z[p])));
    for (let p = 0; p < z.length; p++) {
      if (!Number.isFinite(z[p])) continue;
      const value = (smooth[p] - centre) / scale;
      if (!(score[p] >= value)) score[p] = value;
    }
  }
  return score;
}
