/** A sample file's columns in Plumeline's units and conventions, each row checked. */
import { type Caveat, localFrameAt, substanceOf, toMoleFraction_ppm, unitOf, wrapDegrees } from '@plumeline/core';
import { heightMeasure } from '../profile/check-profile.ts';
import type { ResolvedProfile } from '../profile/resolve-gas.ts';
import type { SensorProfile } from '../profile/schema.ts';
import { boundReadings } from './censoring.ts';
import { ColumnReader, type JoinedTable } from './column-reader.ts';
import type { Table } from './csv-table.ts';
import type { FaultLog } from './fault-log.ts';
import { readWind, type WindColumns } from './read-wind.ts';
import { scatterOf } from './scatter.ts';
import { DAY_S, dateSeconds, parseTimeFormat, zoneOffset_s } from './time-format.ts';

/** Columns of one file; arrays are as long as its rows, `marks` says which rows are in use. */
export interface Columns {
  readonly profile: ResolvedProfile;
  readonly reader: ColumnReader;
  readonly time_s: Float64Array;
  readonly lat_deg: Float64Array;
  readonly lon_deg: Float64Array;
  readonly heightAgl_m: Float64Array;
  readonly pathEnd?: { readonly lat_deg: Float64Array; readonly lon_deg: Float64Array };
  readonly moleFraction_ppm: Float64Array;
  /** Per row 0, -1 for "at most", +1 for "at least"; the value is then the bound. */
  readonly bound: Int8Array;
  /** What the checks of this file found that is no fault. */
  readonly caveats: Caveat[];
  readonly wind?: WindColumns;
  readonly perRow: Partial<Record<PerRow, Float64Array>>;
  /** Columns that must be one value a recording; NaN where missing. */
  readonly perRecording: Partial<Record<PerRecording, Float64Array>>;
  readonly leg?: Int32Array;
  readonly instrument?: { readonly index: Int32Array; readonly list: { name: string; group: string }[] };
  /** Recording that each row belongs to, as an index into `parts`. */
  readonly part: Int32Array;
  readonly parts: readonly string[];
}

export type PerRow = 'sigmaU_mps' | 'obukhovLength_m' | 'airTemperature_K' | 'airPressure_Pa';
export type PerRecording = 'sigmaV_mps' | 'sigmaW_mps' | 'sigmaTheta_deg' | 'mixingHeight_m';

/** Rows to keep: those whose column has exactly this text. */
export interface RowFilter {
  readonly column: string;
  readonly value: string;
}

export interface ReadColumnsOptions {
  readonly joined: ReadonlyMap<string, JoinedTable>;
  readonly only: readonly RowFilter[];
  /** Date of times of day, YYYY-MM-DD. */
  readonly date?: string;
  readonly log: FaultLog;
}

/** Every column the profile names must be in the table (see `missingColumns`). Row faults go to the log. */
export function readColumns(table: Table, profile: ResolvedProfile, options: ReadColumnsOptions): Columns {
  const reader = new ColumnReader(table, profile, options.joined, options.log);
  selectRows(reader, options.only);
  excludeUnjoined(reader, profile, options.joined);
  const time_s = readTimes(reader, profile, options.date);
  const place = readPositions(reader, profile);
  const air = readAir(reader, profile);
  const heightAgl_m = readHeights(reader, profile, air.airTemperature_K);
  const gas = readConcentrations(reader, profile, air);
  const wind = readWind(reader, profile);
  const { turbulence } = profile;
  const optional = (measure: Parameters<ColumnReader['numbers']>[0] | undefined) =>
    measure === undefined ? undefined : reader.numbers(measure, 'optional');
  return {
    profile,
    reader,
    time_s,
    ...place,
    heightAgl_m,
    ...gas,
    caveats: [],
    ...(wind === undefined ? {} : { wind }),
    perRow: defined({
      sigmaU_mps: optional(turbulence?.sigmaU),
      obukhovLength_m: optional(turbulence?.obukhovLength),
      ...air,
    }),
    perRecording: defined({
      sigmaV_mps: optional(turbulence?.sigmaV),
      sigmaW_mps: optional(turbulence?.sigmaW),
      sigmaTheta_deg: optional(turbulence?.sigmaTheta),
      mixingHeight_m: optional(turbulence?.mixingHeight),
    }),
    ...readLegs(reader, profile),
    ...readInstruments(reader, profile),
    ...readParts(reader, profile),
  };
}

function defined<K extends string>(values: Record<K, Float64Array | undefined>): Partial<Record<K, Float64Array>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, Float64Array>
  >;
}

function selectRows(reader: ColumnReader, only: readonly RowFilter[]): void {
  for (const { column, value } of only) {
    reader.texts(column).forEach((text, row) => {
      if (text !== value) reader.marks.exclude(row, 'row-not-selected', `${column} is not ${value}, as asked`);
    });
  }
}

function excludeUnjoined(reader: ColumnReader, profile: SensorProfile, joined: ReadonlyMap<string, JoinedTable>): void {
  for (const { name, key, absent } of profile.tables ?? []) {
    const link = joined.get(name)!;
    const keys = reader.texts(key);
    for (let row = 0; row < link.rowOf.length; row++) {
      if (link.rowOf[row] >= 0) continue;
      if (absent !== undefined) reader.marks.exclude(row, 'join-absent', absent);
      else {
        const message = `${link.table.file} has no row with ${key} ${keys[row]}.`;
        reader.fault(
          row,
          'join-missing',
          key,
          message,
          'Add the row, or state a reason under tables.absent in the profile.',
        );
      }
    }
  }
}

function readTimes(reader: ColumnReader, { time }: SensorProfile, date: string | undefined): Float64Array {
  const format = parseTimeFormat(time.format)!;
  const offset_s = zoneOffset_s(time.zone)!;
  const day_s = format.hasDate ? 0 : dateSeconds(date ?? time.date!);
  const cells = time.columns.map((column) => reader.texts(column));
  const column = time.columns.join(' ');
  const times = new Float64Array(reader.table.rows.length);
  let days = 0;
  let lastText = '';
  let parsed = { time_s: Number.NaN, zoned: false } as { readonly time_s: number; readonly zoned: boolean };
  let previous = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < times.length; row++) {
    const text = cells.length === 1 ? cells[0][row] : cells.map((list) => list[row]).join(' ');
    // Rows of several instruments share their time.
    if (row === 0 || text !== lastText) parsed = format.parse(text, time.century ?? 0);
    lastText = text;
    const { time_s, zoned } = parsed;
    if (Number.isNaN(time_s)) {
      const message = `"${text.slice(0, 40)}" is not a time of the format ${time.format}.`;
      reader.fault(row, 'time-invalid', column, message, 'Correct it, or correct time.format in the profile.');
    } else if (!format.hasDate) {
      // A time of day that falls by more than half a day has passed midnight.
      if (time_s < previous - DAY_S / 2) days++;
      previous = time_s;
    }
    times[row] = time_s + day_s + days * DAY_S - (zoned ? 0 : offset_s);
  }
  return times;
}

type Place = Pick<Columns, 'lat_deg' | 'lon_deg' | 'pathEnd'>;

function readPositions(reader: ColumnReader, profile: SensorProfile): Place {
  const { lat, lon, x, y, x2, y2, distance, azimuth, anchor } = profile.position;
  if (lat && lon) return readGeographic(reader, lat, lon);
  if (x && y) {
    const first = [reader.numbers(x, 'needed'), reader.numbers(y, 'needed')] as const;
    if (x2 === undefined || y2 === undefined) return toGeographic(first[0], first[1], anchor!);
    // A point instrument in a file with open paths has no second end: both ends are the point.
    const second = [reader.numbers(x2, 'optional'), reader.numbers(y2, 'optional')] as const;
    const ends = second.map((values, axis) =>
      values.map((value, row) => (Number.isNaN(value) ? first[axis][row] : value)),
    );
    return { ...toGeographic(first[0], first[1], anchor!), pathEnd: toGeographic(ends[0], ends[1], anchor!) };
  }
  const range = reader.numbers(distance!, 'needed');
  const bearing = reader.numbers(azimuth!, 'needed');
  const radian = Math.PI / 180;
  const east = range.map((metres, row) => metres * Math.sin(bearing[row] * radian));
  const north = range.map((metres, row) => metres * Math.cos(bearing[row] * radian));
  return toGeographic(east, north, anchor!);
}

function toGeographic(x_m: Float64Array, y_m: Float64Array, anchor: { lat: number; lon: number }) {
  const frame = localFrameAt({ lat: anchor.lat, lon: anchor.lon });
  const lat_deg = new Float64Array(x_m.length);
  const lon_deg = new Float64Array(x_m.length);
  for (let row = 0; row < x_m.length; row++) {
    const position = frame.toPosition(x_m[row], y_m[row]);
    lat_deg[row] = position.lat;
    lon_deg[row] = position.lon;
  }
  return { lat_deg, lon_deg };
}

type Measured = Parameters<ColumnReader['numbers']>[0];

function readGeographic(reader: ColumnReader, lat: Measured, lon: Measured): Place {
  const lat_deg = reader.numbers(lat, 'needed');
  const lon_deg = reader.numbers(lon, 'needed');
  const swapped = 'Exchange the two columns in the profile or the file.';
  for (let row = 0; row < lat_deg.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    const badLat = Math.abs(lat_deg[row]) > 90;
    if (badLat && Math.abs(lon_deg[row]) <= 90) {
      const message = `Latitude ${lat_deg[row]} with longitude ${lon_deg[row]} only makes sense swapped.`;
      reader.fault(row, 'lat-lon-swapped', lat.column, message, swapped);
    } else if (badLat) {
      reader.fault(
        row,
        'latitude-range',
        lat.column,
        `${lat_deg[row]} is not a latitude (-90 to 90).`,
        'Correct the value, or its unit in the profile.',
      );
    } else if (lon_deg[row] < -180 || lon_deg[row] > 360) {
      reader.fault(
        row,
        'longitude-range',
        lon.column,
        `${lon_deg[row]} is not a longitude (-180 to 360).`,
        'Correct the value, or its unit in the profile.',
      );
    } else if (lon_deg[row] > 180) lon_deg[row] = wrapDegrees(lon_deg[row]);
  }
  return { lat_deg, lon_deg };
}

function readAir(reader: ColumnReader, { air }: SensorProfile) {
  const airTemperature_K = air?.temperature === undefined ? undefined : reader.numbers(air.temperature, 'needed');
  const airPressure_Pa = air?.pressure === undefined ? undefined : reader.numbers(air.pressure, 'needed');
  const remedy = 'Correct the value or its unit, or declare it missing with its reason in the profile.';
  if (airTemperature_K) {
    const range = { low: 180, high: 340, unit: 'K', what: 'an air temperature' };
    reader.requireRange(airTemperature_K, {
      ...range,
      code: 'temperature-range',
      column: air!.temperature!.column,
      remedy,
    });
  }
  if (airPressure_Pa) {
    const range = { low: 5_000, high: 110_000, unit: 'Pa', what: 'an air pressure' };
    reader.requireRange(airPressure_Pa, { ...range, code: 'pressure-range', column: air!.pressure!.column, remedy });
  }
  return { airTemperature_K, airPressure_Pa };
}

/** Highest believable sample [m above ground]: above a U-2. */
const HIGHEST_M = 30_000;
/** Lowest believable height when the profile does not say [m]: altimeters scatter about the ground. */
const LOWEST_HEIGHT_M = -10;

function readHeights(
  reader: ColumnReader,
  profile: SensorProfile,
  temperature_K: Float64Array | undefined,
): Float64Array {
  const { height, limits, defaults } = profile;
  const rows = reader.table.rows.length;
  if (height.constant_m !== undefined) return new Float64Array(rows).fill(height.constant_m);
  const measure = heightMeasure(height) ?? height.pressure!;
  let heights = reader.numbers(measure, 'needed');
  if (height.pressure !== undefined) {
    const lowest = lowestPlace(heights, reader);
    heights = toHydrostaticHeights(heights, heights[lowest], temperature_K?.[lowest] ?? defaults.airTemperature_K);
  }
  reader.requireRange(heights, {
    code: 'height-range',
    column: measure.column,
    what: 'a height above ground',
    unit: 'm',
    low: limits?.lowestHeightAgl_m ?? LOWEST_HEIGHT_M,
    high: HIGHEST_M,
    remedy: 'Correct the value or its unit, declare it missing in the profile, or set limits.lowestHeightAgl_m.',
  });
  return heights;
}

/** Row in use of the highest pressure: the lowest point of the flight, mostly its landing. */
function lowestPlace(pressure_Pa: Float64Array, reader: ColumnReader): number {
  let lowest = -1;
  for (let row = 0; row < pressure_Pa.length; row++) {
    if (!reader.marks.isUsed(row) || Number.isNaN(pressure_Pa[row])) continue;
    if (lowest < 0 || pressure_Pa[row] > pressure_Pa[lowest]) lowest = row;
  }
  return lowest;
}

/** Height over the place of `start_Pa` [m]: (R_dry T / g) ln(p0 / p), isothermal; 1 % within 300 m. */
function toHydrostaticHeights(pressure_Pa: Float64Array, start_Pa: number, temperature_K: number): Float64Array {
  const scaleHeight_m = (287.05 * temperature_K) / 9.80665;
  return pressure_Pa.map((pressure) => scaleHeight_m * Math.log(start_Pa / pressure));
}

const PURE_GAS_PPM = 1e6;
/** How many noise standard deviations a reading near zero may lie below it. */
const NOISE_BELOW_ZERO = 6;

function readConcentrations(
  reader: ColumnReader,
  profile: ResolvedProfile,
  air: { airTemperature_K: Float64Array | undefined; airPressure_Pa: Float64Array | undefined },
): Pick<Columns, 'moleFraction_ppm' | 'bound'> {
  const { concentration, defaults, limits } = profile;
  const texts = new Int8Array(reader.table.rows.length);
  const values = reader.numbers(concentration, 'needed', texts);
  if (unitOf(concentration.unit)!.dimension === 'mass-concentration') {
    const { molarMass_gpmol } = substanceOf(profile.substance)!;
    for (let row = 0; row < values.length; row++) {
      values[row] = toMoleFraction_ppm(values[row], molarMass_gpmol, {
        temperature_K: air.airTemperature_K?.[row] ?? defaults.airTemperature_K,
        pressure_Pa: air.airPressure_Pa?.[row] ?? defaults.airPressure_Pa,
      });
    }
  }
  const bound = boundReadings(values, texts, concentration, reader, concentration.column);
  const noise_ppm = concentration.noise_ppm ?? scatterOf(values, (row) => reader.marks.isUsed(row));
  reader.requireRange(values, {
    code: 'concentration-range',
    column: concentration.column,
    what: `a reading of ${profile.substance}`,
    unit: 'ppm',
    low: limits?.lowest_ppm ?? -NOISE_BELOW_ZERO * noise_ppm,
    high: PURE_GAS_PPM,
    remedy: 'Correct the value or its unit, declare it missing in the profile, or set limits.lowest_ppm.',
  });
  return { moleFraction_ppm: values, bound };
}

function readLegs(reader: ColumnReader, { leg }: SensorProfile): Pick<Columns, 'leg'> {
  if (leg === undefined) return {};
  const values = reader.numbers({ column: leg.column, unit: '1' }, 'needed');
  values.forEach((value, row) => {
    if (Number.isNaN(value) || (Number.isInteger(value) && Math.abs(value) < 2 ** 31)) return;
    reader.fault(
      row,
      'leg-not-integer',
      leg.column,
      `${value} is not a leg number.`,
      'Number legs with whole numbers.',
    );
  });
  return { leg: Int32Array.from(values) };
}

function readInstruments(reader: ColumnReader, { instrument }: SensorProfile): Pick<Columns, 'instrument'> {
  if (instrument === undefined) return {};
  const cells = instrument.name.map((column) => reader.texts(column));
  const groups = instrument.group === undefined ? undefined : reader.texts(instrument.group);
  const list: { name: string; group: string }[] = [];
  const known = new Map<string, number>();
  const index = new Int32Array(reader.table.rows.length);
  for (let row = 0; row < index.length; row++) {
    const name = cells.length === 1 ? cells[0][row] : cells.map((texts) => texts[row]).join(' ');
    const group = groups?.[row] ?? '';
    if (name.trim() === '') {
      reader.fault(row, 'instrument-missing', instrument.name.join(' '), 'The instrument has no name.', 'Name it.');
    }
    const key = `${group}\u0000${name}`;
    const at = known.get(key) ?? list.push({ name, group }) - 1;
    known.set(key, at);
    index[row] = at;
  }
  return { instrument: { index, list } };
}

function readParts(reader: ColumnReader, { recordings }: SensorProfile): Pick<Columns, 'part' | 'parts'> {
  const rows = reader.table.rows.length;
  const split = recordings?.splitBy === undefined ? undefined : reader.texts(recordings.splitBy);
  const states = recordings?.period === undefined ? undefined : readStates(reader, recordings.period);
  const parts: string[] = [];
  const known = new Map<string, number>();
  const part = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const name = [split === undefined ? '' : `${recordings!.splitBy} ${split[row]}`, states?.[row] ?? '']
      .filter(Boolean)
      .join(', ');
    const at = known.get(name) ?? parts.push(name) - 1;
    known.set(name, at);
    part[row] = at;
  }
  return { part, parts };
}

type Period = NonNullable<NonNullable<SensorProfile['recordings']>['period']>;

function readStates(reader: ColumnReader, { column, states }: Period): string[] {
  const values = reader.numbers({ column, unit: '1' }, 'needed');
  return Array.from(values, (value, row) => {
    const state = states.find(({ above, equals }) => (above !== undefined ? value > above : value === equals));
    if (state === undefined && reader.marks.isUsed(row)) {
      const names = states.map((one) => one.name).join(', ');
      reader.fault(
        row,
        'period-unknown',
        column,
        `${value} belongs to none of the states ${names}.`,
        'Add a state to the profile.',
      );
    }
    return state?.name ?? '';
  });
}
