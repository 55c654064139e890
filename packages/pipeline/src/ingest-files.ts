/** Which profile reads which files, and the files opened. */
import { type Fault, InputError, type SubstanceKey } from '@plumeline/core';
import {
  columnsOf,
  decodeText,
  decodeUtf8Loosely,
  delimiterOf,
  type FaultLog,
  type GasFault,
  headerOf,
  matchStrength,
  nearestOf,
  parseTable,
  type ResolvedProfile,
  type RowFilter,
  resolveGas,
  type SensorProfile,
  type Table,
} from '@plumeline/formats';

/** `name` is the path relative to the folder that was given, with `/`. */
export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is read of a file, where that is a choice. */
export interface TableChoice {
  /** Keep only rows whose column has exactly this text, e.g. `inst_group=EC`. */
  readonly only?: readonly RowFilter[];
  /** Which gas to read where a file has several. */
  readonly gas?: SubstanceKey;
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
      near === undefined
        ? ''
        : ` The nearest, ${near.profile.name}, also needs: ${near.missing.map((column) => `"${column}"`).join(', ')}.`;
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

/** Files that a folder's samples are in: by name; failing that, those that have the columns. */
export function sampleFiles(files: readonly InputFile[], profile: SensorProfile): InputFile[] {
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

/**
 * The table of a sample file and the profile with its gas settled.
 * @throws InputError when it is not text, has no table, or lacks columns.
 */
export function openTable(
  file: InputFile,
  profile: SensorProfile,
  options: TableChoice,
  rowLog: FaultLog,
): { readonly table: Table; readonly profile: ResolvedProfile } {
  const table = parseTable(decodeText(file.bytes, file.name), file.name, delimiterOf(profile), rowLog);
  const wanted = [...columnsOf(profile), ...(options.only ?? []).map(({ column }) => column)];
  const missing = wanted.filter((column) => !table.header.includes(column));
  const gas = resolveGas(profile, table.header, options.gas);
  if ('kind' in gas) throw gasRefusal(gas, file.name);
  if (missing.length === 0) return { table, profile: gas };
  const unused = table.header.filter((column) => !wanted.includes(column));
  throw new InputError(
    missing.map((column) => {
      const isSelection = !columnsOf(profile).includes(column);
      const nearest = nearestOf(column, isSelection ? table.header : unused);
      return {
        code: 'column-missing',
        message: `There is no column "${column}"; the file has: ${table.header.join(', ').slice(0, 300)}.`,
        remedy:
          nearest === undefined
            ? 'Add the column, or choose another profile.'
            : `Did you mean "${nearest}"? ${isSelection ? 'Correct the selection.' : 'Change the profile or the file.'}`,
        place: { file: file.name, row: 1, column },
      };
    }),
  );
}

function gasRefusal({ kind, columns }: GasFault, file: string): InputError {
  const list = columns.join(', ');
  const fault =
    kind === 'none'
      ? {
          code: 'gas-missing',
          message: `The file has none of the gas columns ${list}.`,
          remedy: 'Add the gas to the profile.',
        }
      : {
          code: 'gas-ambiguous',
          message: `The file has several gases: ${list}.`,
          remedy: 'Say which, e.g. --gas methane.',
        };
  return new InputError([{ ...fault, place: { file, row: 1 } }]);
}

function refusal(code: string, message: string, remedy: string, file?: string): InputError {
  const fault: Fault = { code, message, remedy, place: file === undefined ? {} : { file } };
  return new InputError([fault]);
}
