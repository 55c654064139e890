/** `plumeline exercise new|score`: seeded training data in a folder with its truth sealed beside it, and how well a result answers it. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { BRIEFING_FILE_NAME, formatScore, makeExercise, SEALED_FILE_NAME, scoreExercise } from '@plumeline/simulator';
import { inputError } from './explain.ts';
import { readRecords } from './read-records.ts';

/** Writes the folder whole or not at all. @throws InputError when something stands there. */
export function exerciseNewCommand({ seed, out }: { seed: number; out: string }): void {
  const target = resolve(out);
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat !== undefined && (!stat.isDirectory() || readdirSync(target).length > 0)) {
    throw inputError('out-not-empty', `${out} exists and is not an empty folder.`, 'Choose another folder for --out.');
  }
  process.stderr.write(`making exercise ${seed} (some seconds)\n`);
  const exercise = makeExercise({ seed });
  const fresh = join(dirname(target), `.${exercise.name.replace(/\W+/g, '-')}-${process.pid}`);
  try {
    mkdirSync(fresh, { recursive: true });
    for (const { name, bytes } of [...exercise.files, exercise.sealed]) writeFileSync(join(fresh, name), bytes);
    if (stat !== undefined) rmSync(target, { recursive: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  const place = relative('.', out) || '.';
  process.stdout.write(
    `EXERCISE  ${exercise.name}: ${exercise.files.length} files in ${place}, truth in ${exercise.sealed.name}\n` +
      `Next: plumeline process ${place} --out result\n`,
  );
}

/** The one command that opens the sealed truth. Scores the sites of the result. @throws InputError */
export function exerciseScoreCommand(folder: string, { result, json }: { result: string; json?: true }): void {
  const sealed = readPart(folder, SEALED_FILE_NAME);
  const briefing = readPart(folder, BRIEFING_FILE_NAME);
  const sites = readRecords(result).filter((record) => record.kind === 'site');
  const score = scoreExercise({ sealed, briefing }, sites);
  process.stdout.write(json ? `${JSON.stringify(score, null, 1)}\n` : formatScore(score));
}

function readPart(folder: string, name: string): Uint8Array {
  try {
    return readFileSync(join(folder, name));
  } catch {
    throw inputError(
      'exercise-incomplete',
      `There is no ${name} in ${folder}.`,
      'Give the folder that `plumeline exercise new` wrote.',
    );
  }
}
