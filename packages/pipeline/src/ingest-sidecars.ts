/** Files beside the samples: joined tables, meteorology, and what the operator knows. */
import { InputError, type SampleContext } from '@plumeline/core';
import {
  decodeAdmsMet,
  decodeOperatorFacts,
  decodeText,
  delimiterOf,
  FaultLog,
  factsToSettings,
  type JoinedTable,
  matchStrength,
  measuresOf,
  nearestRows,
  type OperatorFacts,
  parseTable,
  type SensorProfile,
  type Table,
} from '@plumeline/formats';
import type { InputFile } from './ingest-files.ts';

/** What is known of one flight beside its samples. */
export interface FlightFacts {
  readonly known: Omit<SampleContext, 'lag_s' | 'averaging_s'>;
  /** How this flight's instrument differs from the profile. */
  readonly instrument: Partial<
    Pick<
      SensorProfile['concentration'],
      'lag_s' | 'averaging_s' | 'response_s' | 'detectionLimit_ppm' | 'ceiling_ppm' | 'noise_ppm'
    >
  >;
  /** Names of the sidecars whose bytes belong to the recording. */
  readonly files: readonly string[];
  /** Facts from sidecars whose bytes do not (they may hold an exercise's answer). */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/**
 * @param given `facts` stand in for the operator's file, when a stored recording is read again; `wind` is stated by whoever ingests.
 * @throws InputError when a required sidecar is missing or one is faulty.
 */
export function readFlightFacts(
  sample: InputFile,
  files: readonly InputFile[],
  profile: SensorProfile,
  { facts: given, wind: stated }: { readonly facts?: OperatorFacts; readonly wind?: SampleContext['wind'] & {} },
): FlightFacts {
  const met = readMet(sample, files, profile);
  const operator = given ?? readOperator(sample, files, profile);
  const { lag_s, averaging_s, response_s, detectionLimit_ppm, ceiling_ppm, wind: told, ...known } = operator;
  const instrument = { lag_s, averaging_s, response_s, detectionLimit_ppm, ceiling_ppm, noise_ppm: known.noise_ppm };
  // The nearest to the flight is believed: who asks now, then who flew it, then the weather service.
  const wind = stated ?? (told && { from_deg: told[0], speed_mps: told[1], heightAgl_m: told[2] });
  return {
    known: { ...profile.defaults, ...met.known, ...known, ...(wind !== undefined && { wind }) },
    instrument: Object.fromEntries(Object.entries(instrument).filter(([, value]) => value !== undefined)),
    files: met.files,
    settings: factsToSettings(operator),
  };
}

type Partly = Partial<FlightFacts['known']>;

function readMet(
  sample: InputFile,
  files: readonly InputFile[],
  { sidecars }: SensorProfile,
): { known: Partly; files: string[] } {
  const rule = sidecars?.admsMet;
  if (rule === undefined) return { known: {}, files: [] };
  const found = files.filter((file) => matchStrength(file.name, rule.files) >= 0);
  if (found.length > 1) {
    const names = found.map((file) => file.name).join(', ');
    throw refusal(
      'sidecar-ambiguous',
      `Several files could be the meteorology: ${names}.`,
      'Keep the one of this flight.',
      sample.name,
    );
  }
  if (found.length === 0) {
    if (rule.required !== true) return { known: {}, files: [] };
    const message = `The meteorology (${rule.files.join(', ')}) is not beside the samples.`;
    throw refusal('sidecar-missing', message, 'Put it in the same folder.', sample.name);
  }
  const met = decodeAdmsMet(decodeText(found[0].bytes, found[0].name), found[0].name);
  const turn_deg = rule.windConvention === 'compass to' ? 180 : 0;
  const known: Partly = {
    wind: {
      from_deg: (met.windDirection_deg + turn_deg) % 360,
      speed_mps: met.windSpeed_mps,
      heightAgl_m: rule.windHeightAgl_m,
    },
    ...(met.sigmaTheta_deg !== undefined && { sigmaTheta_deg: met.sigmaTheta_deg }),
    ...(met.airTemperature_K !== undefined && { airTemperature_K: met.airTemperature_K }),
    ...(met.mixingHeight_m !== undefined && { mixingHeight_m: met.mixingHeight_m }),
  };
  return { known, files: [found[0].name] };
}

function readOperator(sample: InputFile, files: readonly InputFile[], { sidecars }: SensorProfile): OperatorFacts {
  const rule = sidecars?.operatorFacts;
  if (rule === undefined) return {};
  const stem = sample.name.slice(sample.name.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const wanted = rule.file.replace('{stem}', stem);
  const found = foldersOf(sample.name)
    .map((folder) => files.find((file) => file.name === folder + wanted))
    .find((file) => file !== undefined);
  if (found !== undefined) return decodeOperatorFacts(decodeText(found.bytes, found.name), found.name);
  if (rule.required !== true) return {};
  throw refusal('sidecar-missing', `${wanted} is not beside the samples.`, 'Put it in the same folder.', sample.name);
}

/** The file's own folder and those above it, nearest first, each with its closing slash. */
function foldersOf(name: string): string[] {
  const steps = name.split('/').slice(0, -1);
  return Array.from({ length: steps.length + 1 }, (_, up) =>
    steps
      .slice(0, steps.length - up)
      .map((step) => `${step}/`)
      .join(''),
  );
}

export interface Joins {
  /** Names of the files that were read. */
  readonly files: readonly string[];
  /** Each table joined to a sample file by its key. */
  link(samples: Table): Map<string, JoinedTable>;
}

/** @throws InputError when a table is missing, lacks a column, or repeats a key. */
export function joinTables(files: readonly InputFile[], profile: SensorProfile, rowLog: FaultLog): Joins {
  const opened = (profile.tables ?? []).map((rule) => {
    const found = files.filter((file) => matchStrength(file.name, rule.files) >= 0);
    if (found.length !== 1) {
      const message = `${found.length} files match table ${rule.name} (${rule.files.join(', ')}); one is needed.`;
      throw refusal('table-file', message, 'Put exactly one such file beside the samples.', found[0]?.name);
    }
    const [{ name, bytes }] = found;
    const table = parseTable(decodeText(bytes, name), name, delimiterOf(profile), rowLog);
    const needed = measuresOf(profile).flatMap(({ measure }) => (measure.table === rule.name ? [measure.column] : []));
    const missing = [rule.key, ...needed].find((column) => !table.header.includes(column));
    if (missing !== undefined) {
      throw refusal(
        'column-missing',
        `There is no column "${missing}".`,
        'Add it, or correct the profile.',
        name,
        missing,
      );
    }
    // By nearest time a repeated key does no harm.
    return {
      rule,
      table,
      rowByKey: rule.nearest_s === undefined ? indexKeys(table, rule.key) : new Map<string, number>(),
    };
  });
  return {
    files: opened.map(({ table }) => table.file),
    link: (samples) =>
      new Map(
        opened.map(({ rule, table, rowByKey }) => {
          if (rule.nearest_s !== undefined) {
            return [rule.name, { table, rowOf: nearestRows(samples, table, rule, profile.time, rowLog) }];
          }
          const column = samples.header.indexOf(rule.key);
          return [
            rule.name,
            { table, rowOf: Int32Array.from(samples.rows, (row) => rowByKey.get(row[column].trim()) ?? -1) },
          ];
        }),
      ),
  };
}

function indexKeys(table: Table, key: string): Map<string, number> {
  const column = table.header.indexOf(key);
  const rowByKey = new Map<string, number>();
  const log = new FaultLog();
  table.rows.forEach((row, index) => {
    const value = row[column].trim();
    if (rowByKey.has(value)) {
      const place = { file: table.file, row: table.line[index], column: key };
      log.add('key-repeated', `${key} ${value} stands in two rows.`, 'Keep one of them.', place);
    }
    rowByKey.set(value, index);
  });
  if (log.count > 0) throw new InputError(log.toFaults());
  return rowByKey;
}

function refusal(code: string, message: string, remedy: string, file?: string, column?: string): InputError {
  const place = { ...(file !== undefined && { file }), ...(column !== undefined && { column }) };
  return new InputError([{ code, message, remedy, place }]);
}
