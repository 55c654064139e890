/** Checks across rows: order of time, rows written twice, distance flown, place; then the readings themselves. */
import type { SensorProfile } from '../profile/schema.ts';
import { checkReadings } from './check-readings.ts';
import type { FaultLog } from './fault-log.ts';
import type { Columns } from './read-columns.ts';

/** Faster than any aircraft that samples air [m s-1]; the ER-2 flies at 210. */
const FASTEST_MPS = 350;
/** Position noise that must not look like speed at high sampling rates [m]. */
const POSITION_SLACK_M = 30;

/** Marks and logs what is wrong between rows that were each fine. File-wide suspicions go to `fileLog`. */
export function checkColumns(columns: Columns, fileLog: FaultLog): void {
  const { profile } = columns;
  checkArea(columns, profile, fileLog);
  checkOrder(columns);
  if (columns.instrument === undefined) checkJumps(columns, profile);
  checkReadings(columns, fileLog);
}

function checkArea({ reader, lat_deg, lon_deg }: Columns, { position }: SensorProfile, fileLog: FaultLog): void {
  if (position.area === undefined) return;
  const [west, south, east, north] = position.area;
  const inside = (lat: number, lon: number) => lat >= south && lat <= north && lon >= west && lon <= east;
  let used = 0;
  let swapped = 0;
  for (let row = 0; row < lat_deg.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    used++;
    if (!inside(lat_deg[row], lon_deg[row]) && inside(lon_deg[row], lat_deg[row])) swapped++;
  }
  const columns = { lat: position.lat?.column ?? 'position', lon: position.lon?.column ?? 'position' };
  if (used > 0 && swapped === used) {
    const message = `All ${used} positions lie in the profile's area only with latitude and longitude swapped.`;
    const remedy = 'Exchange the two columns in the profile or the file.';
    fileLog.add('lat-lon-swapped', message, remedy, {
      file: reader.table.file,
      row: reader.table.line[0],
      column: columns.lat,
    });
    return;
  }
  for (let row = 0; row < lat_deg.length; row++) {
    if (!reader.marks.isUsed(row) || inside(lat_deg[row], lon_deg[row])) continue;
    if (inside(lon_deg[row], lat_deg[row])) {
      const message = `Latitude ${lat_deg[row]}, longitude ${lon_deg[row]} lies in the profile's area only when swapped.`;
      reader.fault(row, 'lat-lon-swapped', columns.lat, message, 'Exchange the two values.');
    } else {
      const message = `Latitude ${lat_deg[row]}, longitude ${lon_deg[row]} is outside the profile's area.`;
      reader.fault(
        row,
        'position-area',
        columns.lat,
        message,
        'Correct the position, or widen position.area in the profile.',
      );
    }
  }
}

function checkOrder({ reader, time_s, instrument }: Columns): void {
  const column = reader.timeColumn;
  const twins = twinFinder(time_s, reader);
  const next = nextUsed(time_s, reader, instrument?.index);
  const last = new Map<number, number>();
  for (let row = 0; row < time_s.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    const key = instrument?.index[row] ?? 0;
    const before = last.get(key);
    if (before !== undefined && time_s[row] <= time_s[before]) {
      const where = `row ${reader.table.line[before]}`;
      if (twins(row)) {
        reader.marks.exclude(row, 'row-repeated', 'the row is written twice; the first is used');
        continue;
      }
      if (time_s[row] === time_s[before]) {
        const message = `The time is the same as that of ${where}, and the rest of the row is not.`;
        reader.fault(
          row,
          'time-duplicate',
          column,
          message,
          'Keep one of the two rows, or give times with more digits.',
        );
      } else {
        const message = `The time is ${time_s[before] - time_s[row]} s before that of ${where}.`;
        reader.fault(row, 'time-backwards', column, message, 'Sort the rows by time, or correct the clock.');
      }
      continue;
    }
    const after = next[row];
    const floor = before === undefined ? Number.NEGATIVE_INFINITY : time_s[before];
    if (
      after >= 0 &&
      before !== undefined &&
      time_s[after] < time_s[row] &&
      time_s[after] > floor &&
      isSpike(time_s, next, after, row)
    ) {
      const message = `The time is ${time_s[row] - time_s[after]} s after that of the next row.`;
      reader.fault(row, 'time-backwards', column, message, 'Sort the rows by time, or correct the clock.');
      continue;
    }
    last.set(key, row);
  }
}

/** Rows of one time that are compared; a file of one time only must not take for ever. */
const MOST_TWINS = 8;

/** Says whether an earlier row in use has exactly the same cells, as loggers write when they dump a buffer twice. */
function twinFinder(time_s: Float64Array, reader: Columns['reader']): (row: number) => boolean {
  let byTime: Map<number, number[]> | undefined;
  const { rows } = reader.table;
  return (row) => {
    byTime ??= Map.groupBy(time_s.keys(), (index) => time_s[index]);
    const same = byTime.get(time_s[row]) ?? [];
    return same
      .slice(0, MOST_TWINS)
      .some(
        (other) => other < row && reader.marks.isUsed(other) && rows[other].every((cell, k) => cell === rows[row][k]),
      );
  };
}

/** A row is the odd one out when the row after the next is still before it. */
function isSpike(time_s: Float64Array, next: Int32Array, after: number, row: number): boolean {
  const second = next[after];
  return second < 0 || time_s[second] < time_s[row];
}

/** For each row the next row in use of the same instrument, -1 at the end. */
function nextUsed(time_s: Float64Array, reader: Columns['reader'], key: Int32Array | undefined): Int32Array {
  const next = new Int32Array(time_s.length).fill(-1);
  const seen = new Map<number, number>();
  for (let row = time_s.length - 1; row >= 0; row--) {
    if (!reader.marks.isUsed(row)) continue;
    next[row] = seen.get(key?.[row] ?? 0) ?? -1;
    seen.set(key?.[row] ?? 0, row);
  }
  return next;
}

function checkJumps({ reader, time_s, lat_deg, lon_deg }: Columns, { limits, position }: SensorProfile): void {
  const fastest = limits?.maxSpeed_mps ?? FASTEST_MPS;
  const column = position.lat?.column ?? position.x?.column;
  let last = -1;
  for (let row = 0; row < time_s.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    if (last >= 0) {
      const reach_m = (time_s[row] - time_s[last]) * fastest + POSITION_SLACK_M;
      const distance_m = chord_m(lat_deg[last], lon_deg[last], lat_deg[row], lon_deg[row]);
      if (distance_m > reach_m) {
        const swapped = chord_m(lat_deg[last], lon_deg[last], lon_deg[row], lat_deg[row]) <= reach_m;
        const far = `${Math.round(distance_m)} m in ${round(time_s[row] - time_s[last])} s from row ${reader.table.line[last]}`;
        if (swapped) {
          const message = `The position is ${far}, but near it with latitude and longitude swapped.`;
          reader.fault(row, 'lat-lon-swapped', column, message, 'Exchange the two values.');
        } else {
          const message = `The position is ${far}: faster than ${fastest} m/s.`;
          reader.fault(
            row,
            'position-jump',
            column,
            message,
            'Correct the position or time, or raise limits.maxSpeed_mps in the profile.',
          );
        }
        continue;
      }
    }
    last = row;
  }
}

/** Great-circle distance on a sphere [m] (haversine); 0.5 % is enough to tell a jump. */
function chord_m(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const radian = Math.PI / 180;
  const a = Math.sin(((lat2 - lat1) * radian) / 2);
  const b = Math.sin(((lon2 - lon1) * radian) / 2);
  const h = a * a + Math.cos(lat1 * radian) * Math.cos(lat2 * radian) * b * b;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(Math.min(1, h)));
}

const round = (value: number) => Number(value.toPrecision(6));
