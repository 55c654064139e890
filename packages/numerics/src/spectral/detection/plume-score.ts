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

/** One smoothed map's own centre and scale. */
export interface ScoreScale {
  readonly sigma_pixels: number;
  readonly centre: number;
  readonly scale: number;
}

export interface PlumeScore {
  /** Line x sample: about standard normal per scale without gas; NaN where z is. */
  readonly score: Float64Array;
  /** The same score of -z: what ground without gas can do. */
  readonly mirror: Float64Array;
  readonly scales: readonly ScoreScale[];
}

export function plumeScore(
  z: Float64Array,
  lines: number,
  samples: number,
  sigmas: readonly number[] = SCORE_SCALES_PIXELS,
): PlumeScore {
  const cut = z.map((value) => Math.max(-SCORE_CUT, Math.min(SCORE_CUT, value)));
  const score = new Float64Array(z.length).fill(Number.NaN);
  const mirror = score.slice();
  const scales = sigmas.map((sigma_pixels) => {
    const smooth = gaussianSmooth(cut, lines, samples, sigma_pixels);
    const { centre, scale } = lowerCentre(smooth.filter((value, p) => Number.isFinite(value) && Number.isFinite(z[p])));
    for (let p = 0; p < z.length; p++) {
      if (!Number.isFinite(z[p])) continue;
      const value = (smooth[p] - centre) / scale;
      if (!(score[p] >= value)) score[p] = value;
      if (!(mirror[p] >= -value)) mirror[p] = -value;
    }
    return { sigma_pixels, centre, scale };
  });
  return { score, mirror, scales };
}
