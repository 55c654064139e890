/**
 * Ingest: files of a flight in, recordings with their samples out; all or nothing. Reads only what the profile names.
 */
import {
  digestOf,
  type Exclusion,
  type Fault,
  InputError,
  type Recording,
  recordIdOf,
  type SampleSeries,
} from '@plumeline/core';
import {
  type Columns,
  checkColumns,
  columnsOf,
  decodeText,
  decodeUtf8Loosely,
  delimiterOf,
  FaultLog,
  headerOf,
  matchStrength,
  nearestOf,
  type Piece,
  parseTable,
  type RowFilter,
  readColumns,
  type SensorProfile,
  shiftLag,
  type Table,
  toInstant,
  toSeries,
} from '@plumeline/formats';
import { type FlightFacts, joinTables, readFlightFacts } from './ingest-sidecars.ts';

/** `name` is the path relative to the folder that was given, with `/`. */
export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface IngestedRecording {
  readonly recording: Recording;
  readonly series: SampleSeries;
}

export interface IngestOptions {
  /** Plumeline's version, e.g. `plumeline 0.1.0`. */
  readonly software: string;
  /** True for training data; a profile may say so too, and then it holds whatever is asked here. */
  readonly exercise: boolean;
  /** Refuse a file with bad rows, or exclude and record them; the profile's limits.onBadRow when left out. */
  readonly onBadRow?: 'refuse' | 'exclude';
  /** Keep only rows whose column has exactly this text, e.g. `inst_group=EC`. */
  readonly only?: readonly RowFilter[];
  /** Date of a file whose times have none, YYYY-MM-DD. */
  readonly date?: string;
}

/** Rows of the files' first part that are read to see the header [bytes]. */
const HEADER_BYTES = 128 * 1024;

/**
 * The profile whose file names and columns fit best: first by name and columns, then by columns, then by name alone
 * (so that a damaged file is told what is wrong with it).
 * @throws InputError when none fits or several fit equally; both name the profiles.
 */
export function chooseProfile(files: readonly InputFile[], profiles: readonly SensorProfile[]): SensorProfile {
  if (files.length === 0) throw refusal('no-files', 'There are no files.', 'Give a folder or a file with samples.');
  const scores = profiles.map((profile) => ({ profile, ...fitOf(profile, files) }));
  const ranked = scores.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  const names = (list: readonly { profile: SensorProfile }[]) => list.map(({ profile }) => profile.name).join(', ');
  if (ranked.length === 0) {
    const near = scores.sort((a, b) => a.missing.length - b.missing.length)[0];
    const lacks =
      near === undefined ? '' : ` The nearest, ${near.profile.name}, also needs: ${near.missing.join(', ')}.`;
    throw refusal(
      'profile-none',
      `No sensor profile fits these files (known: ${names(scores)}).${lacks}`,
      'Name one with --profile, or write one: docs/recipes/adding-a-sensor-profile.md.',
      files[0].name,
    );
  }
  const best = ranked.filter(({ score }) => score === ranked[0].score);
  if (best.length > 1) {
    throw refusal(
      'profile-ambiguous',
      `Several profiles fit these files: ${names(best)}.`,
      'Name one with --profile.',
      files[0].name,
    );
  }
  return best[0].profile;
}

const NAME_AND_COLUMNS = 10_000;
const COLUMNS_ONLY = 1_000;

/** How well a profile fits: 0 for not at all; more literal characters of a name and more columns are better. */
function fitOf(profile: SensorProfile, files: readonly InputFile[]): { score: number; missing: string[] } {
  const needed = columnsOf(profile);
  let score = 0;
  let missing = needed;
  for (const file of files) {
    const header = headerOf(decodeUtf8Loosely(file.bytes.subarray(0, HEADER_BYTES)), delimiterOf(profile));
    const lacking = needed.filter((column) => !header.includes(column));
    if (lacking.length < missing.length) missing = lacking;
    const strength = matchStrength(file.name, profile.match.files);
    if (lacking.length === 0 && strength >= 0) score = Math.max(score, NAME_AND_COLUMNS + strength);
    else if (lacking.length === 0) score = Math.max(score, COLUMNS_ONLY + needed.length);
    else if (strength > '.csv'.length) score = Math.max(score, strength);
  }
  return { score, missing };
}

/**
 * Recordings of the files, one a file, flight or period as the profile says.
 * @throws InputError with all faults (of each kind the first rows by name and the count of the rest). Nothing is
 * returned then; rows are only ever left out with an `Exclusion` that says why.
 */
export function ingest(
  files: readonly InputFile[],
  profile: SensorProfile,
  options: IngestOptions,
): IngestedRecording[] {
  const fileLog = new FaultLog();
  const rowLog = new FaultLog();
  requireDate(profile, options.date, fileLog);
  const samples = sampleFiles(files, profile);
  const tables = samples.flatMap((file) => attempt(fileLog, () => openTable(file, profile, options, rowLog)) ?? []);
  const joins = attempt(fileLog, () => joinTables(files, profile, rowLog));
  const flightFacts = samples.map((file) => attempt(fileLog, () => readFlightFacts(file, files, profile)) ?? NO_FACTS);
  throwIfAny(fileLog, rowLog, options, profile);
  const columns = tables.map((table) =>
    readColumns(table, profile, {
      joined: joins!.link(table),
      only: options.only ?? [],
      ...(options.date === undefined ? {} : { date: options.date }),
      log: rowLog,
    }),
  );
  for (const one of columns) checkColumns(one, profile, fileLog);
  throwIfAny(fileLog, rowLog, options, profile);
  const flights = groupFlights(columns, flightFacts, profile, fileLog);
  const context: Context = { files, profile, options, log: fileLog, tables: joins!.files };
  const ingested = flights.flatMap((flight) => toRecordings(flight, context));
  throwIfAny(fileLog, rowLog, options, profile);
  return ingested;
}

/** Stands in for sidecars that could not be read, until their faults are thrown. */
const NO_FACTS: FlightFacts = { known: { airTemperature_K: 0, airPressure_Pa: 0 }, files: [], settings: {} };

/** Files that a folder's samples are in: by name; failing that, those that have the columns. */
function sampleFiles(files: readonly InputFile[], profile: SensorProfile): InputFile[] {
  if (files.length === 0) throw refusal('no-files', 'There are no files.', 'Give a folder or a file with samples.');
  const named = files.filter((file) => matchStrength(file.name, profile.match.files) >= 0);
  if (named.length > 0) return named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const needed = columnsOf(profile);
  const fitting = files.filter((file) => {
    const header = headerOf(decodeUtf8Loosely(file.bytes.subarray(0, HEADER_BYTES)), delimiterOf(profile));
    return needed.every((column) => header.includes(column));
  });
  // A single file was chosen by a person: read it, so that they learn what is wrong with it.
  if (fitting.length > 0 || files.length === 1) return fitting.length > 0 ? fitting : [...files];
  throw refusal(
    'no-sample-file',
    `None of the ${files.length} files fits profile ${profile.name} (${profile.match.files.join(', ')}).`,
    'Give the file with the samples, or choose another profile.',
  );
}

function openTable(file: InputFile, profile: SensorProfile, options: IngestOptions, rowLog: FaultLog): Table {
  const table = parseTable(decodeText(file.bytes, file.name), file.name, delimiterOf(profile), rowLog);
  const wanted = [...columnsOf(profile), ...(options.only ?? []).map(({ column }) => column)];
  const missing = wanted.filter((column) => !table.header.includes(column));
  if (missing.length === 0) return table;
  const unused = table.header.filter((column) => !wanted.includes(column));
  throw new InputError(
    missing.map((column) => {
      const nearest = nearestOf(column, unused);
      return {
        code: 'column-missing',
        message: `There is no column "${column}"; the file has: ${table.header.join(', ').slice(0, 300)}.`,
        remedy:
          nearest === undefined
            ? 'Add the column, or choose another profile.'
            : `Did you mean "${nearest}"? Change the profile or the file.`,
        place: { file: file.name, row: 1, column },
      };
    }),
  );
}

/** Files that were flown as one, with the facts of that flight. */
interface Flight {
  readonly columns: readonly Columns[];
  readonly facts: FlightFacts;
}

function groupFlights(
  columns: readonly Columns[],
  facts: readonly FlightFacts[],
  profile: SensorProfile,
  log: FaultLog,
): Flight[] {
  if (profile.recordings?.per !== 'folder')
    return columns.map((one, index) => ({ columns: [one], facts: facts[index] }));
  const span = ({ reader, time_s }: Columns) => {
    const used = time_s.filter((_, row) => reader.marks.isUsed(row));
    return { start_s: used[0] ?? Number.NaN, end_s: used.at(-1) ?? Number.NaN };
  };
  const ordered = columns.map((one) => ({ one, ...span(one) })).sort((a, b) => a.start_s - b.start_s);
  ordered.forEach(({ one, start_s }, index) => {
    const before = ordered[index - 1];
    if (before === undefined || start_s > before.end_s || one.instrument !== undefined) return;
    const message = `The file begins before ${before.one.reader.table.file} ends, and both are one flight.`;
    const place = { file: one.reader.table.file, row: one.reader.table.line[0] };
    log.add('files-overlap', message, 'Give each flight its own folder.', place);
  });
  return [{ columns: ordered.map(({ one }) => one), facts: facts[0] }];
}

interface Context {
  readonly files: readonly InputFile[];
  readonly profile: SensorProfile;
  readonly options: IngestOptions;
  readonly log: FaultLog;
  /** Joined tables that were read. */
  readonly tables: readonly string[];
}

function toRecordings(flight: Flight, context: Context): IngestedRecording[] {
  const { profile, log } = context;
  const parts = [...new Set(flight.columns.flatMap(({ parts }) => parts))];
  const built = parts.map((part) => buildPart(flight, part, profile));
  const filled = built.filter(({ pieces }) => pieces.length > 0);
  if (filled.length === 0) {
    const why = built.flatMap(({ excluded }) => excluded).map(({ count, reason }) => `${count} rows: ${reason}`);
    const message = `No sample is left (${why.join('; ').slice(0, 300)}).`;
    log.add('no-samples', message, 'Correct the file, the selection or the profile.', {
      file: flight.columns[0].reader.table.file,
    });
    return [];
  }
  // What belongs to no recording (ragged lines, a part without samples) is told with the first one.
  const homeless = [
    ...raggedExclusions(flight),
    ...built.filter(({ pieces }) => pieces.length === 0).flatMap(({ excluded }) => excluded),
  ];
  return filled.map(({ part, pieces, excluded }, index) => {
    const all = index === 0 ? [...excluded, ...homeless] : excluded;
    const series = toSeries(pieces, profile, flight.facts.known, all, log);
    return { recording: toRecording(series, part, flight, context), series };
  });
}

function buildPart(flight: Flight, part: string, profile: SensorProfile) {
  const pieces: Piece[] = [];
  const excluded: Exclusion[] = [];
  for (const columns of flight.columns) {
    const { reader } = columns;
    const index = columns.parts.indexOf(part);
    const rows = Int32Array.from(columns.part.keys()).filter((row) => columns.part[row] === index);
    const used = rows.filter((row) => reader.marks.isUsed(row));
    const { kept, tail } = shiftLag(columns, used, profile.concentration.lag_s);
    for (const row of tail) reader.marks.exclude(row, 'lag-tail', 'the file ends before the reading of this air came');
    if (kept.length > 0) pieces.push({ columns, rows: kept });
    excluded.push(...reader.marks.toExclusions(rows, reader.table.line, reader.table.file));
  }
  return { part, pieces, excluded };
}

function raggedExclusions(flight: Flight): Exclusion[] {
  return flight.columns.flatMap(({ reader: { table } }) => {
    const { raggedLines: lines, file } = table;
    if (lines.length === 0) return [];
    const reason = 'the row has more or fewer fields than the header';
    return [{ code: 'row-ragged', reason, file, count: lines.length, firstRow: lines[0], lastRow: lines.at(-1)! }];
  });
}

function toRecording(series: SampleSeries, part: string, flight: Flight, context: Context): Recording {
  const { profile, options } = context;
  const used = [...flight.columns.map(({ reader }) => reader.table.file), ...context.tables, ...flight.facts.files];
  const files = used.map((name) => {
    const { bytes } = context.files.find((file) => file.name === name)!;
    return { name, digest: digestOfFile(bytes), bytes: bytes.length };
  });
  const exercise = options.exercise || profile.exercise === true;
  const settings = settingsOf(flight.facts, options);
  const provenance: Recording['provenance'] = {
    objects: [...new Set(files.map(({ digest }) => digest))],
    derivedFrom: [],
    profile: { name: profile.name, digest: profile.digest },
    software: options.software,
    ...(Object.keys(settings).length > 0 && { settings }),
  };
  const stem = used[0].slice(used[0].lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const { earliest, latest } = timeSpan(series.time_s);
  return {
    kind: 'recording',
    id: recordIdOf('recording', { provenance, part, exercise }),
    exercise,
    provenance,
    name: part === '' ? stem : `${stem}, ${part}`,
    substance: series.substance,
    startAt: toInstant(earliest),
    endAt: toInstant(latest),
    sampleCount: series.count,
    excluded: series.excluded,
    files,
    extent: extentOf(series),
  };
}

const digests = new WeakMap<Uint8Array, string>();

/** Digest of a file's bytes, once for all recordings of the file. */
function digestOfFile(bytes: Uint8Array): string {
  const known = digests.get(bytes) ?? digestOf(bytes);
  digests.set(bytes, known);
  return known;
}

/** What a reader of the record cannot get from files and profile: choices made at ingest and facts from sidecars whose bytes are not kept. */
function settingsOf(facts: FlightFacts, options: IngestOptions): Record<string, string | number | boolean> {
  return {
    ...facts.settings,
    ...(options.onBadRow !== undefined && { onBadRow: options.onBadRow }),
    ...(options.only !== undefined &&
      options.only.length > 0 && { only: options.only.map(({ column, value }) => `${column}=${value}`).join(' ') }),
    ...(options.date !== undefined && { date: options.date }),
  };
}

function timeSpan(time_s: Float64Array): { earliest: number; latest: number } {
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const time of time_s) {
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
  }
  return { earliest, latest };
}

function extentOf({ lat_deg, lon_deg, pathEnd }: SampleSeries): [number, number, number, number] {
  const bounds: [number, number, number, number] = [180, 90, -180, -90];
  const include = (lats: Float64Array, lons: Float64Array) => {
    for (let i = 0; i < lats.length; i++) {
      bounds[0] = Math.min(bounds[0], lons[i]);
      bounds[1] = Math.min(bounds[1], lats[i]);
      bounds[2] = Math.max(bounds[2], lons[i]);
      bounds[3] = Math.max(bounds[3], lats[i]);
    }
  };
  include(lat_deg, lon_deg);
  if (pathEnd !== undefined) include(pathEnd.lat_deg, pathEnd.lon_deg);
  return bounds;
}

function requireDate(profile: SensorProfile, date: string | undefined, log: FaultLog): void {
  if (date !== undefined && Number.isNaN(Date.parse(`${date}T00:00:00Z`) || Number.NaN)) {
    log.add('date-invalid', `"${date}" is not a date.`, 'Give it as YYYY-MM-DD.', {});
  } else if (profile.time.date === 'option' && date === undefined) {
    const message = `Times of ${profile.name} have no date.`;
    log.add('date-not-given', message, 'Say on which day it was flown, e.g. --date 2022-09-10.', {
      column: profile.time.columns.join(' '),
    });
  }
}

/** Runs a step; its InputError goes to the log, so that other files' faults are found too. */
function attempt<T>(log: FaultLog, step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { code, message, remedy, place } of error.faults) log.add(code, message, remedy, place);
    return undefined;
  }
}

function throwIfAny(fileLog: FaultLog, rowLog: FaultLog, options: IngestOptions, profile: SensorProfile): void {
  const refuse = (options.onBadRow ?? profile.limits?.onBadRow ?? 'refuse') === 'refuse';
  const faults = [...fileLog.toFaults(), ...(refuse ? rowLog.toFaults() : [])];
  if (faults.length > 0) throw new InputError(faults);
}

function refusal(code: string, message: string, remedy: string, file?: string): InputError {
  const fault: Fault = { code, message, remedy, place: file === undefined ? {} : { file } };
  return new InputError([fault]);
}
