/** Files of a folder (or one file with what belongs beside it) as bytes, named relative to the folder with `/`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { matchStrength, type SensorProfile } from '@plumeline/formats';
import type { InputFile } from '@plumeline/pipeline';
import { SEALED_FILE_NAME } from '@plumeline/simulator';
import { inputError } from './explain.ts';

/** Larger than any in-situ flight file by far; protects from a disk image left in a folder. */
const LARGEST_FILE_BYTES = 1_000_000_000;

export interface Input {
  /** Name of the folder or file, for titles. */
  readonly name: string;
  readonly files: readonly InputFile[];
  /** Set when one file was given: the folder it stands in. */
  readonly beside?: string;
}

/** Hidden files are left out, and `exclude` (the output folder, should it stand inside). @throws InputError */
export function readInput(path: string, exclude?: string): Input {
  const full = resolve(path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw inputError(
      'input-missing',
      `There is no file or folder ${path}.`,
      'Check the path; it is relative to where you are.',
    );
  }
  const name = basename(full);
  if (!stat.isDirectory()) {
    return { name, files: [{ name, bytes: readBytes(full) }], beside: dirname(full) };
  }
  const files = filesBelow(full, exclude === undefined ? undefined : resolve(exclude))
    .map((file) => ({ name: relative(full, file).split(sep).join('/'), bytes: readBytes(file) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0)
    throw inputError('input-empty', `The folder ${path} has no files.`, 'Give the folder that holds the flight files.');
  return { name, files };
}

/** Adds the sidecars and tables that the profile names and that stand beside a single file. */
export function withCompanions({ files, beside }: Input, profile: SensorProfile): readonly InputFile[] {
  const [only] = files;
  if (beside === undefined || only === undefined) return files;
  const stem = only.name.replace(/\.[^.]*$/, '');
  const patterns = [
    ...(profile.sidecars?.admsMet?.files ?? []),
    ...(profile.sidecars?.operatorFacts === undefined
      ? []
      : [profile.sidecars.operatorFacts.file.replace('{stem}', stem)]),
    ...(profile.tables ?? []).flatMap((table) => table.files),
  ];
  const names = readdirSync(beside, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== only.name && matchStrength(entry.name, patterns) >= 0)
    .map((entry) => entry.name)
    .sort();
  return [...files, ...names.map((name) => ({ name, bytes: readBytes(join(beside, name)) }))];
}

function filesBelow(folder: string, exclude: string | undefined): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // The sealed truth of an exercise is not so much as opened: only scoring reads it.
    if (entry.name.startsWith('.') || entry.name === SEALED_FILE_NAME || path === exclude) return [];
    if (entry.isDirectory()) return filesBelow(path, exclude);
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? [path] : [];
  });
}

export function readBytes(path: string): Uint8Array {
  const { size } = statSync(path);
  if (size > LARGEST_FILE_BYTES) {
    throw inputError(
      'file-too-large',
      `The file has ${size} bytes.`,
      'Move it out of the folder, or give the sample file alone.',
      path,
    );
  }
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError('file-unreadable', `The file cannot be read: ${reason}.`, 'Check its permissions.', path);
  }
}
