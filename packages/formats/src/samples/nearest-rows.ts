/** Joining two files by time where their rows do not fall together: position from one logger, gas from another. */
import type { SensorProfileContent } from '../profile/schema.ts';
import type { Table } from './csv-table.ts';
import type { FaultLog } from './fault-log.ts';
import { parseTimeFormat } from './time-format.ts';

export type TableRule = NonNullable<SensorProfileContent['tables']>[number];

/**
 * For each row of the samples the row of the table nearest in time, -1 where none is within `nearest_s`. The table's
 * clock may be ahead of the samples' by `clockOffset_s`. Times of the table that cannot be read are faults of its rows.
 */
export function nearestRows(
  samples: Table,
  table: Table,
  rule: TableRule,
  time: SensorProfileContent['time'],
  log: FaultLog,
): Int32Array {
  const format = parseTimeFormat(time.format)!;
  const timesOf = ({ header, rows }: Table) => {
    const column = header.indexOf(rule.key);
    return Float64Array.from(rows, (row) => format.parse(row[column].trim(), time.century ?? 0).time_s);
  };
  const times = timesOf(table);
  times.forEach((value, row) => {
    if (!Number.isNaN(value)) return;
    const place = { file: table.file, row: table.line[row], column: rule.key };
    const remedy = 'Correct it; both files must write the time as time.format says.';
    log.add('time-invalid', `This is not a time of the format ${time.format}.`, remedy, place);
  });
  const order = Int32Array.from(times.keys())
    .filter((row) => !Number.isNaN(times[row]))
    .sort((a, b) => times[a] - times[b] || a - b);
  const offset_s = rule.clockOffset_s ?? 0;
  return Int32Array.from(timesOf(samples), (value) => {
    const at = Number.isNaN(value) ? -1 : nearestIn(order, times, value + offset_s);
    return at >= 0 && Math.abs(times[at] - value - offset_s) <= rule.nearest_s! ? at : -1;
  });
}

/** Row whose time is nearest, of `order` ascending in time; -1 where there is none. */
function nearestIn(order: Int32Array, times: Float64Array, target: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[order[middle]] < target) low = middle + 1;
    else high = middle;
  }
  const after = order[low] ?? -1;
  const before = order[low - 1] ?? -1;
  if (after < 0 || before < 0) return Math.max(after, before);
  return target - times[before] <= times[after] - target ? before : after;
}
