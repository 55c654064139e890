/**
 * What a record without a source would have shown: the rate that would have been seen with 90 % probability, by place.
 *
 * A source is added to the background that the filter found, without chance errors; its ln likelihood ratio L then
 * scatters with variance 2 L about that value, and a source is seen where it passes the decision with the cost of
 * looking everywhere.
 */
import { type RateRange, RUNG, rungRange } from './evidence.ts';
import type { PlaceModel, SearchArea } from './place.ts';

export interface FixedSearchMap {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  /** Per cell, the rate [kg h-1] seen with 90 % probability; Infinity where even the largest is not. */
  readonly limit_kgph: Float64Array;
}

const MAP_CELLS = 16;
/** ln of the number of independent places and rates that compete: the price of looking everywhere. */
const LOOKING = 5;
/** One-sided 90 % point of a normal. */
const Z90 = 1.2816;

export function nullMap(
  model: PlaceModel,
  area: SearchArea,
  range: RateRange,
  background_ppm: Float64Array,
  decision: number,
): FixedSearchMap {
  const cell_m = Math.max(area.east_m - area.west_m, area.north_m - area.south_m) / MAP_CELLS;
  const columns = Math.max(1, Math.round((area.east_m - area.west_m) / cell_m));
  const rows = Math.max(1, Math.round((area.north_m - area.south_m) / cell_m));
  const limit_kgph = new Float64Array(columns * rows);
  const [lowest, highest] = rungRange(range);
  for (let cell = 0; cell < limit_kgph.length; cell++) {
    const x_m = area.west_m + ((cell % columns) + 0.5) * cell_m;
    const y_m = area.south_m + (Math.floor(cell / columns) + 0.5) * cell_m;
    const ratioOf = model.ratioIfThere({ x_m, y_m, width_m: cell_m }, background_ppm);
    const isSeen = (rung: number) => {
      const ratio = ratioOf(Math.exp(rung * RUNG));
      return ratio - Z90 * Math.sqrt(2 * Math.max(0, ratio)) > decision + LOOKING;
    };
    limit_kgph[cell] = leastSeen(isSeen, lowest, highest);
  }
  return { west_m: area.west_m, south_m: area.south_m, cell_m, columns, rows, limit_kgph };
}

/** Bisection over rungs: being seen grows with the rate. */
function leastSeen(isSeen: (rung: number) => boolean, lowest: number, highest: number): number {
  if (!isSeen(highest)) return Number.POSITIVE_INFINITY;
  let [low, high] = [lowest - 1, highest];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isSeen(middle)) high = middle;
    else low = middle;
  }
  return Math.exp(high * RUNG);
}
