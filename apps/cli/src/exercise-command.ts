/** `plumeline exercise new`: seeded training data in a folder, its truth sealed beside it. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { makeExercise } from '@plumeline/simulator';
import { inputError } from './explain.ts';

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
