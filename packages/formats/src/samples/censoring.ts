/** Readings outside what an instrument can measure: which rows they are, and the bound they set. */
import type { Measure } from '../profile/schema.ts';
import type { CensoringRules } from './censored-text.ts';
import type { ColumnReader } from './column-reader.ts';

/** Readings equal to a limit but for rounding in the file. */
const ROUNDING = 1e-9;

export interface Limits {
  readonly detectionLimit_ppm?: number;
  readonly ceiling_ppm?: number;
  readonly censored?: CensoringRules;
}

/**
 * Bounds of every row, and the bounded values set to their bound [ppm].
 * `texts` holds what texts said; their values are already in `values_ppm`, NaN where the limit itself is meant.
 */
export function boundReadings(
  values_ppm: Float64Array,
  texts: Int8Array,
  limits: Limits,
  reader: ColumnReader,
  column: Measure['column'],
): Int8Array {
  const { detectionLimit_ppm: limit, ceiling_ppm: ceiling, censored } = limits;
  const bound = Int8Array.from(texts);
  const zeroMeansBelow = censored?.zeros ?? (limit !== undefined && nothingBetween(values_ppm, limit));
  for (let row = 0; row < bound.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    const value = values_ppm[row];
    if (bound[row] === 0) {
      if (ceiling !== undefined && value >= ceiling * (1 - ROUNDING)) bound[row] = 1;
      else if (limit !== undefined && Math.abs(value - limit) <= ROUNDING * limit) bound[row] = -1;
      else if (value === 0 && zeroMeansBelow) bound[row] = -1;
      else continue;
      values_ppm[row] = Number.NaN;
    }
    if (!Number.isNaN(values_ppm[row])) continue;
    const stated = bound[row] === 1 ? ceiling : limit;
    if (stated !== undefined) values_ppm[row] = stated;
    else {
      const message = 'The reading is below the detection limit, and nobody says what that limit is.';
      const remedy =
        'State concentration.detectionLimit_ppm in the profile, or declare the text missing with its reason.';
      reader.fault(row, 'detection-limit-missing', column, message, remedy);
    }
  }
  return bound;
}

/** Whether zeros stand for everything below the limit: no reading lies between the two. */
function nothingBetween(values: Float64Array, limit: number): boolean {
  return values.every((value) => Number.isNaN(value) || value === 0 || value >= limit * (1 - ROUNDING));
}
