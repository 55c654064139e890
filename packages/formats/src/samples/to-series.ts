/** Rows of one recording, from one file or several, as a sample series. */
import type { Caveat, Exclusion, SampleContext, SampleSeries } from '@plumeline/core';
import type { ResolvedProfile } from '../profile/resolve-gas.ts';
import type { FaultLog } from './fault-log.ts';
import type { Columns, PerRecording, PerRow } from './read-columns.ts';

/** A recording's rows in one file: `rows` in use, in file order. */
export interface Piece {
  readonly columns: Columns;
  readonly rows: Int32Array;
}

type Known = Omit<SampleContext, 'lag_s' | 'averaging_s'>;

/** What is true of the readings after the reader has undone what it could. */
export interface ReadingsAsGiven extends Pick<SampleContext, 'lag_s' | 'averaging_s' | 'noise_ppm' | 'response_s'> {
  readonly caveats: readonly Caveat[];
}

/** Series of the pieces in the given order. `known` is the context from sidecars and defaults. */
export function toSeries(
  pieces: readonly Piece[],
  known: Known,
  readings: ReadingsAsGiven,
  excluded: readonly Exclusion[],
  log: FaultLog,
): SampleSeries {
  const pick = (get: (columns: Columns) => Float64Array) => gather(pieces, get);
  const first = pieces[0].columns;
  const { profile } = first;
  const time_s = pick((columns) => columns.time_s);
  const lat_deg = pick((columns) => columns.lat_deg);
  const lon_deg = pick((columns) => columns.lon_deg);
  const heightAgl_m = pick((columns) => columns.heightAgl_m);
  const { detectionLimit_ppm } = profile.concentration;
  const { caveats, ...asGiven } = readings;
  const bound = Int8Array.from(pick((columns) => Float64Array.from(columns.bound)));
  const windIsKnown = first.wind !== undefined || known.wind !== undefined;
  const perRow: { [K in PerRow]?: Float64Array } = {};
  for (const key of Object.keys(first.perRow) as PerRow[]) perRow[key] = pick((columns) => columns.perRow[key]!);
  return {
    substance: profile.substance,
    count: time_s.length,
    time_s,
    lat_deg,
    lon_deg,
    heightAgl_m,
    ...(first.pathEnd && {
      pathEnd: {
        lat_deg: pick((columns) => columns.pathEnd!.lat_deg),
        lon_deg: pick((columns) => columns.pathEnd!.lon_deg),
        heightAgl_m,
      },
    }),
    moleFraction_ppm: pick((columns) => columns.moleFraction_ppm),
    ...(bound.some((each) => each !== 0) && { bound }),
    ...(first.wind && {
      windEast_mps: pick((columns) => columns.wind!.east_mps),
      windNorth_mps: pick((columns) => columns.wind!.north_mps),
    }),
    ...perRow,
    ...(first.leg && { leg: Int32Array.from(pick((columns) => Float64Array.from(columns.leg!))) }),
    ...gatherInstruments(pieces),
    source: {
      files: pieces.map(({ columns }) => columns.reader.table.file),
      file: Int32Array.from(pieces.flatMap(({ rows }, index) => new Array<number>(rows.length).fill(index))),
      row: Int32Array.from(
        pieces.flatMap(({ columns, rows }) => Array.from(rows, (row) => columns.reader.table.line[row])),
      ),
    },
    context: {
      ...(detectionLimit_ppm !== undefined && { detectionLimit_ppm }),
      ...(profile.wind.heightAgl_m !== undefined && { windHeightAgl_m: profile.wind.heightAgl_m }),
      ...known,
      ...(!windIsKnown && profile.wind.absent !== undefined && { windAbsentReason: profile.wind.absent }),
      ...constants(pieces, profile, log),
      ...asGiven,
    },
    excluded,
    ...(caveats.length > 0 && { caveats }),
  };
}

function gather(pieces: readonly Piece[], get: (columns: Columns) => Float64Array): Float64Array {
  const out = new Float64Array(pieces.reduce((count, { rows }) => count + rows.length, 0));
  let at = 0;
  for (const { columns, rows } of pieces) {
    const values = get(columns);
    for (const row of rows) out[at++] = values[row];
  }
  return out;
}

/** Instruments that the recording's rows use, numbered in order of first appearance. */
function gatherInstruments(pieces: readonly Piece[]): Pick<SampleSeries, 'instrument' | 'instruments'> {
  if (pieces[0].columns.instrument === undefined) return {};
  const instruments: { name: string; group: string }[] = [];
  const known = new Map<string, number>();
  const indices: number[] = [];
  for (const { columns, rows } of pieces) {
    const { index, list } = columns.instrument!;
    for (const row of rows) {
      const entry = list[index[row]];
      const key = `${entry.group}\u0000${entry.name}`;
      const at = known.get(key) ?? instruments.push(entry) - 1;
      known.set(key, at);
      indices.push(at);
    }
  }
  return { instrument: Int32Array.from(indices), instruments };
}

/** Values that hold for the whole recording, from columns; a fault where a column disagrees with itself. */
function constants(
  pieces: readonly Piece[],
  profile: ResolvedProfile,
  log: FaultLog,
): { [K in PerRecording]?: number } {
  const found: { [K in PerRecording]?: number } = {};
  for (const key of Object.keys(pieces[0].columns.perRecording) as PerRecording[]) {
    for (const { columns, rows } of pieces) {
      const values = columns.perRecording[key]!;
      for (const row of rows) {
        if (Number.isNaN(values[row])) continue;
        found[key] ??= values[row];
        if (found[key] === values[row]) continue;
        const place = { file: columns.reader.table.file, row: columns.reader.table.line[row] };
        const message = `${key} is ${values[row]} here and ${found[key]} before in the same recording of ${profile.name}.`;
        log.add(
          'context-varies',
          message,
          'Split the recording where it changes, or leave the column out of the profile.',
          place,
        );
        break;
      }
    }
  }
  return found;
}
