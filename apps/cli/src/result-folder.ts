/**
 * A result folder is whole or not there: files go into a hidden folder beside it, which is renamed into place at the
 * end. A former result is replaced; other things that stand in it are carried over, never deleted.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { inputError } from './explain.ts';

/** Top-level names that a result consists of; anything else in the folder belongs to the person. */
const RESULT_NAMES = new Set([
  'result.json',
  'records.json',
  'report.html',
  'result.kml',
  'detections.geojson',
  'sources.geojson',
  'sites.geojson',
  'track.geojson',
  'flights',
  'plumes.geojson',
  'amount_ppmm.tif',
  'z.tif',
  'uncertainty_ppmm.tif',
]);

/** @throws InputError when writing there would hide or mix with something that is not a former result. */
export function checkOut(out: string, { input, force }: { input: string; force: boolean }): void {
  const target = resolve(out);
  const source = resolve(input);
  if (source === target || source.startsWith(`${target}${sep}`)) {
    throw inputError(
      'out-holds-input',
      `The output folder ${out} holds the input.`,
      'Choose another folder for --out.',
    );
  }
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    throw inputError('out-is-file', `${out} is a file.`, 'Choose a folder for --out.');
  }
  if (force || isResult(target) || readdirSync(target).length === 0) return;
  throw inputError(
    'out-not-a-result',
    `The folder ${out} exists and is not a former result of Plumeline.`,
    'Choose another folder for --out, or add --force to write into this one; its other files are kept.',
  );
}

/** Writes all files or none. */
export function writeFolder(out: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const given = resolve(out);
  mkdirSync(dirname(given), { recursive: true });
  // Through a symbolic link: replace what it points to, not the link.
  const target = existsSync(given) ? realpathSync(given) : given;
  removeAbandoned(target);
  const fresh = partialPath(target, 'new');
  try {
    for (const [name, text] of files) {
      const path = join(fresh, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    swapIn(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function swapIn(fresh: string, target: string): void {
  if (!existsSync(target)) {
    renameSync(fresh, target);
    return;
  }
  const former = partialPath(target, 'old');
  renameSync(target, former);
  try {
    renameSync(fresh, target);
  } catch (error) {
    renameSync(former, target);
    throw error;
  }
  carryOver(former, target);
}

function isResult(folder: string): boolean {
  try {
    const { software } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as { software?: unknown };
    return typeof software === 'string' && software.startsWith('plumeline ');
  } catch {
    return false;
  }
}

/** Moves a person's own files into the new folder, then removes the former result. */
function carryOver(former: string, target: string): void {
  for (const name of readdirSync(former)) {
    if (!RESULT_NAMES.has(name)) renameSync(join(former, name), join(target, name));
  }
  rmSync(former, { recursive: true });
}

function partialPath(target: string, role: 'new' | 'old'): string {
  return join(dirname(target), `.${basename(target)}.${role}-${process.pid}`);
}

/** Clears up after processes that were killed while writing; a former result that was in the way comes back. */
function removeAbandoned(target: string): void {
  const pattern = new RegExp(`^\\.${basename(target).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.(new|old)-(\\d+)$`);
  for (const name of readdirSync(dirname(target))) {
    const found = pattern.exec(name);
    if (found === null || isAlive(Number(found[2]))) continue;
    const path = join(dirname(target), name);
    if (found[1] === 'new') rmSync(path, { recursive: true, force: true });
    else if (existsSync(target)) carryOver(path, target);
    else renameSync(path, target);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
