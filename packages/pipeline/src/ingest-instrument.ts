/**
 * What an instrument did to a flight's readings, undone: response, then lag. Whatever was done, found or could not be
 * told is a caveat of the recording; rows that lose their reading are excluded with the reason.
 */
import { type Caveat, InputError } from '@plumeline/core';
import { type Columns, type Piece, type ReadingsAsGiven, shiftLag, usualInterval_s } from '@plumeline/formats';
import {
  estimateLag,
  fitBackground,
  type LagFound,
  type LagRefused,
  noiseFromDifferences,
  type TrackReadings,
  undoResponse,
} from '@plumeline/numerics';

/** Rows in use of one recording with what is true of their readings; the columns' readings are changed in place. */
export interface UndoneInstrument {
  readonly pieces: readonly Piece[];
  readonly readings: ReadingsAsGiven;
}

/** One wind of the flight: where it comes from. */
type Wind = { readonly from_deg: number; readonly speed_mps: number };

/** @throws InputError when the profile wants the lag found, states none, and the flight does not tell it. */
export function undoInstrument(
  pieces: readonly Piece[],
  stated: { readonly noise_ppm?: number; readonly wind?: Wind },
): UndoneInstrument {
  const first = pieces[0]!.columns;
  const { averaging_s, lag_s = 0 } = first.profile.concentration;
  const noise_ppm = stated.noise_ppm ?? first.profile.concentration.noise_ppm;
  const caveats: Caveat[] = [...new Set(pieces.flatMap(({ columns }) => columns.caveats))];
  const given = { averaging_s, ...(noise_ppm !== undefined && { noise_ppm }) };
  if (first.instrument !== undefined) return { pieces, readings: { ...given, lag_s, caveats } };
  caveats.push(...dropoutCaveat(pieces));
  const response = undoFlightResponse(pieces, noise_ppm, caveats);
  const delay_s = decideDelay(
    response.pieces,
    { noise_ppm: response.noise_ppm, wind: stated.wind },
    caveats,
    response.delay_s,
  );
  const shifted = response.pieces.map((piece) => ({ ...piece, rows: takeOff(piece, delay_s) }));
  return {
    pieces: shifted.filter(({ rows }) => rows.length > 0),
    readings: {
      ...given,
      averaging_s: Math.max(averaging_s, response.averaged_s),
      ...(response.noise_ppm !== undefined && { noise_ppm: response.noise_ppm }),
      ...(response.kept_s > 0 && { response_s: response.kept_s }),
      lag_s: delay_s,
      caveats,
    },
  };
}

function takeOff({ columns, rows }: Piece, delay_s: number): Int32Array {
  const { marks } = columns.reader;
  const { kept, outside, inGap } = shiftLag(columns, rows, delay_s);
  const end = delay_s > 0 ? 'ends before the reading of this air came' : 'begins after the reading of this air came';
  for (const row of outside) marks.exclude(row, 'lag-tail', `the file ${end}`);
  for (const row of inGap) marks.exclude(row, 'lag-gap', 'the reading of this air fell into a hole of the record');
  return kept;
}

/** Rows further apart than this many usual intervals have lost some between them. */
const DROPOUT_INTERVALS = 3;

function dropoutCaveat(pieces: readonly Piece[]): Caveat[] {
  let [count, lost_s, whole_s] = [0, 0, 0];
  for (const { columns, rows } of pieces) {
    const usual_s = usualInterval_s(columns.time_s, rows);
    for (let i = 1; i < rows.length; i++) {
      const step_s = columns.time_s[rows[i]!]! - columns.time_s[rows[i - 1]!]!;
      whole_s += step_s;
      if (step_s <= DROPOUT_INTERVALS * usual_s) continue;
      count++;
      lost_s += step_s - usual_s;
    }
  }
  if (count === 0) return [];
  return [{ code: 'dropouts', params: { count, lost_s: three(lost_s), percent: three((100 * lost_s) / whole_s) } }];
}

/** Peak over noise below which there is no plume to sharpen. */
const PLUME_SIGMAS = 6;

interface FlightResponse {
  readonly pieces: readonly Piece[];
  readonly noise_ppm: number | undefined;
  /** Response still in the readings, and the part of it that counts as lag [s]. */
  readonly kept_s: number;
  readonly delay_s: number;
  readonly averaged_s: number;
}

/** The stated response undone in every file, or kept in all with the reason. */
function undoFlightResponse(
  pieces: readonly Piece[],
  noise_ppm: number | undefined,
  caveats: Caveat[],
): FlightResponse {
  const { response_s } = pieces[0]!.columns.profile.concentration;
  const untouched = { pieces, noise_ppm, kept_s: response_s ?? 0, delay_s: response_s ?? 0, averaged_s: 0 };
  if (response_s === undefined) return untouched;
  // Within one reading there is nothing to undo, and less delay than a reading's own time is known to.
  const usual_s = usualInterval_s(pieces[0]!.columns.time_s, pieces[0]!.rows);
  if (response_s < usual_s) return { ...untouched, delay_s: 0 };
  const keep = (reason: string) => {
    caveats.push({ code: 'response-kept', params: { response_s, reason } });
    return untouched;
  };
  if (pieces.some(({ columns, rows }) => rows.some((row) => columns.bound[row] !== 0))) return keep('bounded-readings');
  const track = trackOf(pieces);
  const noise = noise_ppm ?? noiseFromDifferences(track.value_ppm);
  const { level_ppm } = fitBackground(track.time_s, track.value_ppm, Math.max(noise, Number.MIN_VALUE));
  const peak_ppm = track.value_ppm.reduce((most, value, i) => Math.max(most, value - level_ppm[i]!), 0);
  if (!(peak_ppm > PLUME_SIGMAS * noise)) return keep('no-plume');
  const undone = pieces.map(({ columns, rows }) => {
    const [time_s, value_ppm] = [pick(columns.time_s, rows), pick(columns.moleFraction_ppm, rows)];
    return undoResponse({ time_s, value_ppm, noise_ppm: noise, peak_ppm, response_s });
  });
  const known = undone.flatMap((one) => one ?? []);
  if (known.length < pieces.length) return keep('noise');
  const kept = pieces.map(({ columns, rows }, index) => {
    const { value_ppm, isUnknown } = known[index]!;
    rows.forEach((row, i) => {
      columns.moleFraction_ppm[row] = value_ppm[i]!;
      if (isUnknown[i] === 1)
        columns.reader.marks.exclude(
          row,
          'response-start',
          'nothing before it tells what a slow instrument still showed',
        );
    });
    return { columns, rows: rows.filter((_, i) => isUnknown[i] === 0) };
  });
  const noiseFactor = Math.max(...known.map((one) => one.noiseFactor));
  const averaged = Math.max(...known.map((one) => one.averaged));
  caveats.push({ code: 'response-undone', params: { response_s, noiseFactor: three(noiseFactor) } });
  return {
    pieces: kept,
    noise_ppm: noise * noiseFactor,
    kept_s: 0,
    delay_s: 0,
    averaged_s: averaged > 1 ? averaged * usual_s : 0,
  };
}

/** A disagreement smaller than this is not worth a caveat [s]. */
const LEAST_DISAGREEMENT_S = 0.5;

/** How much later than its air a reading comes [s]: found where the profile wants that, else as stated, compared with what is found. */
function decideDelay(
  pieces: readonly Piece[],
  stated: { readonly noise_ppm: number | undefined; readonly wind: Wind | undefined },
  caveats: Caveat[],
  kept_s: number,
): number {
  const { columns } = pieces[0]!;
  const { lag, lag_s, averaging_s } = columns.profile.concentration;
  const found = estimateLag(
    trackOf(pieces, stated.wind),
    stated.noise_ppm === undefined ? {} : { noise_ppm: stated.noise_ppm },
  );
  if (lag === undefined) {
    const delay_s = (lag_s ?? 0) + kept_s;
    if (found.kind === 'found') caveats.push(...disagreement(found, delay_s, averaging_s));
    return delay_s;
  }
  if (found.kind === 'refused') return fallBack(found, columns, kept_s, caveats);
  const params = { lag_s: three(found.lag_s), half90_s: three(found.half90_s), runs: found.runs };
  caveats.push({ code: found.lag_s < -found.half90_s ? 'clock-offset-found' : 'lag-found', params });
  return found.lag_s;
}

/** Times may stand for the start, the middle or the end of an average, so half of it either way is no disagreement. */
function disagreement(found: LagFound, stated_s: number, averaging_s: number): Caveat[] {
  const apart_s = Math.max(0, Math.abs(found.lag_s - stated_s) - averaging_s / 2);
  if (apart_s < LEAST_DISAGREEMENT_S || apart_s < found.half998_s) return [];
  const params = { stated_s: three(stated_s), found_s: three(found.lag_s), half90_s: three(found.half90_s) };
  return [{ code: 'lag-disagrees', params }];
}

const REFUSALS: Readonly<Record<LagRefused['reason'], string>> = {
  'no-opposite-runs': 'no two straight runs cross the wind in opposite directions',
  'too-few-crossings': 'fewer than three runs, there and back, show the gas',
  'rival-lags': 'several lags make the runs agree about as well',
  'at-the-limit': 'the runs agree best at a lag beyond what an instrument has',
  'too-uncertain': 'the plume moved more between the runs than a lag would move it',
};

/** Without a plume the lag changes nothing; with one, somebody must know it. */
function fallBack({ reason, runs }: LagRefused, columns: Columns, kept_s: number, caveats: Caveat[]): number {
  const { lag_s } = columns.profile.concentration;
  if (lag_s === undefined && runs > 0) {
    throw new InputError([
      {
        code: 'lag-unknown',
        message: `The profile wants the lag found, and this flight does not tell it: ${REFUSALS[reason]}.`,
        remedy: 'State concentration.lag_s in the profile, or instrument.lag_s in the flight\u2019s facts.',
        place: { file: columns.reader.table.file, column: columns.profile.concentration.column },
      },
    ]);
  }
  const delay_s = (lag_s ?? 0) + kept_s;
  caveats.push({ code: 'lag-not-found', params: { reason, used_s: three(delay_s) } });
  return delay_s;
}

const RADIAN = Math.PI / 180;
/** Metres of a degree of latitude; half a per cent is enough to compare runs. */
const METRES_PER_DEGREE = 111_195;

/** Readings along the flight in local metres; one wind is repeated where the samples carry none. */
function trackOf(pieces: readonly Piece[], wind?: Wind): TrackReadings {
  const join = (get: (columns: Columns) => Float64Array) => {
    const parts = pieces.map(({ columns, rows }) => pick(get(columns), rows));
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const first = pieces[0]!.columns;
  const [lat, lon] = [join((columns) => columns.lat_deg), join((columns) => columns.lon_deg)];
  const perLon = METRES_PER_DEGREE * Math.cos((lat[0] ?? 0) * RADIAN);
  const constant = (part: (angle: number) => number) =>
    new Float64Array(lat.length).fill(-part(wind!.from_deg * RADIAN) * wind!.speed_mps);
  const winds =
    first.wind !== undefined
      ? {
          windEast_mps: join((columns) => columns.wind!.east_mps),
          windNorth_mps: join((columns) => columns.wind!.north_mps),
        }
      : wind !== undefined
        ? { windEast_mps: constant(Math.sin), windNorth_mps: constant(Math.cos) }
        : {};
  return {
    time_s: join((columns) => columns.time_s),
    x_m: lon.map((value) => (value - lon[0]!) * perLon),
    y_m: lat.map((value) => (value - lat[0]!) * METRES_PER_DEGREE),
    value_ppm: join((columns) => columns.moleFraction_ppm),
    ...(first.leg && { leg: Int32Array.from(join((columns) => Float64Array.from(columns.leg!))) }),
    ...winds,
  };
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

const three = (value: number) => Number(value.toPrecision(3));
