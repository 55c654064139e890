/** Taking an instrument's lag off along a track. */
import type { Columns } from './read-columns.ts';

/** Rows to use, and those that no reading belongs to. */
export interface Shifted {
  readonly kept: Int32Array;
  /** Their reading lies before the file's first or after its last row. */
  readonly outside: Int32Array;
  /** Their reading lies in a hole between rows. */
  readonly inGap: Int32Array;
}

/** Rows further apart than this many usual intervals have a hole between them, which nothing is interpolated over. */
const GAP_INTERVALS = 2.5;

/**
 * The reading of the air at time t comes at t + lag, between two rows; `lag_s` below 0 is a clock of the gas that is
 * ahead. Rows must ascend in time. Bounds go with their readings: between a bound and a value, "at least" stays "at least".
 */
export function shiftLag(columns: Columns, rows: Int32Array, lag_s: number): Shifted {
  const none = rows.subarray(rows.length);
  if (lag_s === 0) return { kept: rows, outside: none, inGap: none };
  const { time_s, moleFraction_ppm, bound } = columns;
  const value = Float64Array.from(rows, (row) => moleFraction_ppm[row]);
  const limit = Int8Array.from(rows, (row) => bound[row]);
  const widest_s = GAP_INTERVALS * usualInterval_s(time_s, rows);
  const lists = { kept: [] as number[], outside: [] as number[], inGap: [] as number[] };
  let next = 0;
  for (const row of rows) {
    const target = time_s[row] + lag_s;
    while (next < rows.length && time_s[rows[next]] < target) next++;
    if (next === rows.length || (next === 0 && time_s[rows[0]] > target)) {
      lists.outside.push(row);
      continue;
    }
    const t1 = time_s[rows[next]];
    const before = t1 === target ? next : next - 1;
    const t0 = time_s[rows[before]];
    const isTorn = limit[before] * limit[next] < 0;
    if (t1 - t0 > widest_s || isTorn) {
      lists.inGap.push(row);
      continue;
    }
    const share = before === next ? 1 : (target - t0) / (t1 - t0);
    moleFraction_ppm[row] = value[before] + share * (value[next] - value[before]);
    bound[row] = limit[before] === 0 ? limit[next] : limit[before];
    lists.kept.push(row);
  }
  return {
    kept: Int32Array.from(lists.kept),
    outside: Int32Array.from(lists.outside),
    inGap: Int32Array.from(lists.inGap),
  };
}

/** Median time between rows [s]. */
export function usualInterval_s(time_s: Float64Array, rows: Int32Array): number {
  if (rows.length < 2) return 0;
  const steps = Float64Array.from(rows.subarray(1), (row, i) => time_s[row] - time_s[rows[i]]).sort();
  return steps[steps.length >> 1];
}
