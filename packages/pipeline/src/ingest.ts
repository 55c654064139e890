/**
 * Ingest: files of a flight in, recordings with their samples out; all or nothing. Reads only what the profile names.
 */
import { digestOf, type Exclusion, InputError, type Recording, recordIdOf, type SampleSeries } from '@plumeline/core';
import {
  type Columns,
  checkColumns,
  FaultLog,
  factsFromSettings,
  isDate,
  type OperatorFacts,
  type Piece,
  type RowFilter,
  readColumns,
  type SensorProfile,
  toInstant,
  toSeries,
} from '@plumeline/formats';
import { type InputFile, openTable, sampleFiles, type TableChoice } from './ingest-files.ts';
import { undoInstrument } from './ingest-instrument.ts';
import { type FlightFacts, joinTables, readFlightFacts } from './ingest-sidecars.ts';

export { chooseProfile, type InputFile } from './ingest-files.ts';

export interface IngestedRecording {
  readonly recording: Recording;
  readonly series: SampleSeries;
}

export interface IngestOptions extends TableChoice {
  /** Plumeline's version, e.g. `plumeline 0.1.0`. */
  readonly software: string;
  /** True for training data; a profile may say so too, and then it holds whatever is asked here. */
  readonly exercise: boolean;
  /** Refuse a file with bad rows, or exclude and record them; the profile's limits.onBadRow when left out. */
  readonly onBadRow?: 'refuse' | 'exclude';
  /** Date of a file whose times have none, YYYY-MM-DD. */
  readonly date?: string;
  /** One wind of the whole recording, as somebody who knows it says; for files that carry none. */
  readonly wind?: StatedWind;
  /** What the operator knows, in place of the file that says it; for reading a stored recording again. */
  readonly facts?: OperatorFacts;
}

/** Where the wind comes from [deg], how fast [m/s], and the height that holds for [m above ground]. */
export type StatedWind = NonNullable<SampleSeries['context']['wind']>;

/** Options under which a stored recording's files give the same recording again, with the same id. */
export function optionsOf({ provenance, exercise }: Recording): IngestOptions {
  const { only, gas, date, onBadRow, wind } = provenance.settings ?? {};
  const facts = factsFromSettings(provenance.settings ?? {});
  return {
    software: provenance.software,
    exercise,
    ...(typeof only === 'string' && { only: JSON.parse(only) as RowFilter[] }),
    ...(typeof gas === 'string' && { gas }),
    ...(typeof date === 'string' && { date }),
    ...((onBadRow === 'refuse' || onBadRow === 'exclude') && { onBadRow }),
    ...(facts !== undefined && { facts }),
    ...(typeof wind === 'string' && { wind: JSON.parse(wind) as StatedWind }),
  };
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
  const dateIsMissing = !hasDate(profile, options.date, fileLog);
  const samples = sampleFiles(files, profile);
  const joins = attempt(fileLog, () => joinTables(files, profile, rowLog));
  const opened = samples.flatMap((file) => {
    const table = attempt(fileLog, () => openTable(file, profile, options, rowLog));
    const facts = attempt(fileLog, () => readFlightFacts(file, files, profile, options));
    return table === undefined || facts === undefined ? [] : [{ ...table, facts }];
  });
  // Without joins or a date no row can be read; otherwise faults of rows are told together with those of files.
  if (joins === undefined || dateIsMissing) throw new InputError(fileLog.toFaults());
  const read = opened.map(({ table, profile: resolved, facts }) => {
    const own = { ...resolved, concentration: { ...resolved.concentration, ...facts.instrument } };
    if (options.wind !== undefined && own.wind.convention !== undefined) refuseSecondWind(table.file, fileLog);
    const columns = readColumns(table, own, {
      joined: joins.link(table),
      only: options.only ?? [],
      ...(options.date === undefined ? {} : { date: options.date }),
      log: rowLog,
    });
    checkColumns(columns, fileLog);
    return { columns, facts };
  });
  throwIfAny(fileLog, rowLog, options, profile);
  const digests = new Map(files.map(({ name, bytes }) => [name, once(() => digestOf(bytes))]));
  const context: Context = { files, digests, profile, options, log: fileLog, tables: joins.files };
  const ingested = groupFlights(read, profile, fileLog).flatMap((flight) => toRecordings(flight, context));
  throwIfAny(fileLog, rowLog, options, profile);
  return ingested;
}

function refuseSecondWind(file: string, log: FaultLog): void {
  const message = 'A wind was stated, and the samples carry their own.';
  log.add('wind-stated-twice', message, 'Leave the stated wind out, or use a profile that does not read the columns.', {
    file,
  });
}

/** Computes at the first call and remembers. */
function once<T>(compute: () => T): () => T {
  let value: { readonly it: T } | undefined;
  return () => {
    value ??= { it: compute() };
    return value.it;
  };
}

/** Files that were flown as one, with the facts of that flight. */
interface Flight {
  readonly columns: readonly Columns[];
  readonly facts: FlightFacts;
}

function groupFlights(
  read: readonly { readonly columns: Columns; readonly facts: FlightFacts }[],
  profile: SensorProfile,
  log: FaultLog,
): Flight[] {
  if (profile.recordings?.per !== 'folder') return read.map(({ columns, facts }) => ({ columns: [columns], facts }));
  const span = ({ reader, time_s }: Columns) => {
    const used = time_s.filter((_, row) => reader.marks.isUsed(row));
    return { start_s: used[0] ?? Number.NaN, end_s: used.at(-1) ?? Number.NaN };
  };
  const ordered = read.map(({ columns }) => ({ columns, ...span(columns) })).sort((a, b) => a.start_s - b.start_s);
  ordered.slice(1).forEach(({ columns, start_s }, index) => {
    const before = ordered[index];
    const { file, line } = columns.reader.table;
    const previous = before.columns.reader.table.file;
    if (columns.profile.substance !== before.columns.profile.substance) {
      log.add('gas-mixed', `${previous} holds another gas, and both are one flight.`, 'Ingest one gas at a time.', {
        file,
      });
    }
    if (start_s > before.end_s || columns.instrument !== undefined) return;
    const message = `The file begins before ${previous} ends, and both are one flight.`;
    log.add('files-overlap', message, 'Give each flight its own folder.', { file, row: line[0] });
  });
  return [{ columns: ordered.map(({ columns }) => columns), facts: read[0].facts }];
}

interface Context {
  readonly files: readonly InputFile[];
  /** Digest of each file, computed when first asked for. */
  readonly digests: ReadonlyMap<string, () => string>;
  readonly profile: SensorProfile;
  readonly options: IngestOptions;
  readonly log: FaultLog;
  /** Joined tables that were read. */
  readonly tables: readonly string[];
}

function toRecordings(flight: Flight, context: Context): IngestedRecording[] {
  const { log } = context;
  const parts = [...new Set(flight.columns.flatMap(({ parts }) => parts))];
  const built = parts.map((part) => buildPart(flight, part, log));
  const filled = built.filter(({ pieces }) => pieces.length > 0);
  if (built.some(({ isRefused }) => isRefused)) return [];
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
    ...merged(built.filter(({ pieces }) => pieces.length === 0).flatMap(({ excluded }) => excluded)),
  ];
  return filled.map(({ part, pieces, readings, excluded }, index) => {
    const all = index === 0 ? [...excluded, ...homeless] : excluded;
    const series = toSeries(pieces, flight.facts.known, readings!, all, log);
    return { recording: toRecording(series, part, flight, context), series };
  });
}

function buildPart(flight: Flight, part: string, log: FaultLog) {
  const pieces: Piece[] = [];
  for (const columns of flight.columns) {
    const { reader } = columns;
    const index = columns.parts.indexOf(part);
    const rows = rowsOf(columns.part, index);
    const used = rows.filter((row) => reader.marks.isUsed(row));
    if (used.length > 0) pieces.push({ columns, rows: used });
  }
  const undone = pieces.length === 0 ? undefined : attempt(log, () => undoInstrument(pieces, flight.facts.known));
  const excluded = flight.columns.flatMap(({ reader, part: parts, parts: names }) =>
    reader.marks.toExclusions(rowsOf(parts, names.indexOf(part)), reader.table.line, reader.table.file),
  );
  const isRefused = pieces.length > 0 && undone === undefined;
  return { part, pieces: undone?.pieces ?? [], readings: undone?.readings, excluded, isRefused };
}

/** Rows whose part is the given one, ascending. */
function rowsOf(part: Int32Array, index: number): Int32Array {
  const rows = new Int32Array(part.length);
  let count = 0;
  for (let row = 0; row < part.length; row++) if (part[row] === index) rows[count++] = row;
  return rows.slice(0, count);
}

/** Exclusions of the same file and reason as one. */
function merged(list: readonly Exclusion[]): Exclusion[] {
  const found = new Map<string, Exclusion>();
  for (const one of list) {
    const key = `${one.file}\u0000${one.code}\u0000${one.reason}`;
    const before = found.get(key) ?? { ...one, count: 0 };
    found.set(key, {
      ...before,
      count: before.count + one.count,
      firstRow: Math.min(before.firstRow, one.firstRow),
      lastRow: Math.max(before.lastRow, one.lastRow),
    });
  }
  return [...found.values()];
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
    return { name, digest: context.digests.get(name)!(), bytes: bytes.length };
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
    ...(series.caveats !== undefined && { caveats: series.caveats }),
    files,
    extent: extentOf(series),
  };
}

/** What a reader of the record cannot get from files and profile: choices made at ingest and facts from sidecars whose bytes are not kept. */
function settingsOf(facts: FlightFacts, options: IngestOptions): Record<string, string | number | boolean> {
  return {
    ...facts.settings,
    ...(options.onBadRow !== undefined && { onBadRow: options.onBadRow }),
    ...(options.only !== undefined && options.only.length > 0 && { only: JSON.stringify(options.only) }),
    ...(options.gas !== undefined && { gas: options.gas }),
    ...(options.date !== undefined && { date: options.date }),
    ...(options.wind !== undefined && { wind: JSON.stringify(options.wind) }),
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

/** Whether times can be dated; logs the fault when not. */
function hasDate(profile: SensorProfile, date: string | undefined, log: FaultLog): boolean {
  const column = profile.time.columns.join(' ');
  if (date !== undefined && !isDate(date)) {
    log.add('date-invalid', `"${date.slice(0, 40)}" is not a date.`, 'Give it as YYYY-MM-DD.', { column });
    return false;
  }
  if (profile.time.date !== 'option' || date !== undefined) return true;
  const remedy = 'Say on which day it was flown, e.g. --date 2022-09-10.';
  log.add('date-not-given', `Times of ${profile.name} have no date.`, remedy, { column });
  return false;
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
