/** Checks across rows: order of time, distance flown, place, stuck sensor, unit against clean air. */
import { substanceOf } from '@plumeline/core';
import type { ResolvedProfile } from '../profile/resolve-gas.ts';
import type { SensorProfile } from '../profile/schema.ts';
import type { FaultLog } from './fault-log.ts';
import type { Columns } from './read-columns.ts';

/** Faster than any aircraft that samples air [m s-1]; the ER-2 flies at 210. */
const FASTEST_MPS = 350;
/** Position noise that must not look like speed at high sampling rates [m]. */
const POSITION_SLACK_M = 30;
/** A digital reading of open air that repeats this often is not measuring. */
const STUCK_SAMPLES = 60;

/** Marks and logs what is wrong between rows that were each fine. File-wide suspicions go to `fileLog`. */
export function checkColumns(columns: Columns, fileLog: FaultLog): void {
  const { profile } = columns;
  checkArea(columns, profile, fileLog);
  checkOrder(columns);
  if (columns.instrument === undefined) checkJumps(columns, profile);
  checkStuck(columns, profile);
  checkAmbient(columns, profile, fileLog);
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
  const next = nextUsed(time_s, reader, instrument?.index);
  const last = new Map<number, number>();
  for (let row = 0; row < time_s.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    const key = instrument?.index[row] ?? 0;
    const before = last.get(key);
    if (before !== undefined && time_s[row] <= time_s[before]) {
      const where = `row ${reader.table.line[before]}`;
      if (time_s[row] === time_s[before]) {
        const message = `The time is the same as that of ${where}.`;
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

function checkStuck(
  { reader, moleFraction_ppm, instrument }: Columns,
  { limits, concentration }: ResolvedProfile,
): void {
  const most = limits?.stuckAfter_samples ?? STUCK_SAMPLES;
  const runs = new Map<number, number[]>();
  const close = (run: number[]) => {
    if (run.length < most) return;
    const first = reader.table.line[run[0]];
    for (const row of run) {
      const message = `The sensor gave the same value ${run.length} times from row ${first} on: it is stuck.`;
      reader.fault(
        row,
        'sensor-stuck',
        concentration.column,
        message,
        'Declare the span missing, exclude bad rows, or raise limits.stuckAfter_samples.',
      );
    }
  };
  for (let row = 0; row < moleFraction_ppm.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    const key = instrument?.index[row] ?? 0;
    const run = runs.get(key);
    if (run !== undefined && moleFraction_ppm[run[0]] === moleFraction_ppm[row]) run.push(row);
    else {
      if (run !== undefined) close(run);
      runs.set(key, [row]);
    }
  }
  for (const run of runs.values()) close(run);
}

/** Factors of a median over clean air that mean "wrong unit" rather than "dirty air". */
const AMBIENT_LOWEST = 0.3;
const AMBIENT_HIGHEST = 300;

function checkAmbient({ reader, moleFraction_ppm }: Columns, profile: ResolvedProfile, fileLog: FaultLog): void {
  const ambient = substanceOf(profile.substance)?.ambient_ppm;
  if (ambient === undefined || profile.limits?.ambientCheck === false) return;
  const used = moleFraction_ppm.filter((_, row) => reader.marks.isUsed(row)).sort();
  if (used.length === 0) return;
  const median = used[used.length >> 1];
  if (median >= ambient * AMBIENT_LOWEST && median <= ambient * AMBIENT_HIGHEST) return;
  fileLog.add(
    'concentration-unit-suspect',
    `The median reading is ${round(median)} ppm; clean air has ${ambient} ppm of ${profile.substance}.`,
    `Check concentration.unit in the profile (now ${profile.concentration.unit}), or set limits.ambientCheck to false.`,
    { file: reader.table.file, column: profile.concentration.column },
  );
}

const round = (value: number) => Number(value.toPrecision(6));
