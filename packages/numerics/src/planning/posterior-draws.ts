/** Draws for planning from what an inversion reports: a raster of place, and quantiles of rate. */
import type { SourceDraws } from './expected-gain.ts';
import { type Generator, normalFrom } from './generator.ts';

/** Probability mass on a regular raster, rows south to north, columns west to east. */
export interface PlaceRaster {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly mass: ArrayLike<number>;
}

export interface PosteriorSummary {
  readonly place: PlaceRaster;
  readonly rate_kgph: { readonly p05: number; readonly p50: number; readonly p95: number };
  /** Probability that there is no source; that share of the draws has rate 0. */
  readonly noSource?: number;
}

const NORMAL_95 = 1.6448536269514722;

/**
 * `count` draws: place by systematic resampling of the raster and evenly within its cell, rate log-normal on either side of
 * the median and independent of place (what quantiles alone can say; give draws of the inversion itself where it has them).
 */
export function drawsFromSummary(posterior: PosteriorSummary, count: number, next: Generator): SourceDraws {
  const { place, rate_kgph, noSource = 0 } = posterior;
  const [x_m, y_m, rates] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  let total = 0;
  for (let cell = 0; cell < place.mass.length; cell++) total += place.mass[cell];
  if (!(total > 0)) throw new RangeError('The raster holds no probability: there is nothing to draw from.');
  const silent = Math.round(noSource * count);
  const offset = next();
  let [held, cell] = [place.mass[0], 0];
  for (let m = 0; m < count; m++) {
    while (held < ((m + offset) / count) * total && cell < place.mass.length - 1) held += place.mass[++cell];
    x_m[m] = place.west_m + ((cell % place.columns) + next()) * place.cell_m;
    y_m[m] = place.south_m + (Math.floor(cell / place.columns) + next()) * place.cell_m;
    rates[m] = rateAt(rate_kgph, normalFrom(next));
  }
  // Spread over the places, so that "no source" is of no place in particular.
  for (let n = 0; n < silent; n++) rates[Math.floor(((n + 0.5) * count) / silent)] = 0;
  return { count, x_m, y_m, rate_kgph: rates };
}

function rateAt({ p05, p50, p95 }: PosteriorSummary['rate_kgph'], z: number): number {
  return p50 * (z < 0 ? p50 / p05 : p95 / p50) ** (z / NORMAL_95);
}
