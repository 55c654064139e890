/** `plumeline exercise cube`: a seeded cube in a folder of its own, its truth sealed beside it. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makeExerciseCube } from '@plumeline/simulator';
import { inputError } from './explain.ts';

/** @throws InputError when something stands there */
export function exerciseCubeCommand({ seed, out, sources }: { seed: number; out: string; sources: number }): void {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw inputError('out-not-empty', `${out} exists and is not an empty folder.`, 'Choose another folder for --out.');
  }
  process.stderr.write(`making exercise cube ${seed} (some seconds)\n`);
  const { name, files, sealed } = makeExerciseCube({ seed, sources });
  mkdirSync(out, { recursive: true });
  for (const file of [...files, sealed]) writeFileSync(join(out, file.name), file.bytes);
  const place = relative('.', out) || '.';
  process.stdout.write(
    `EXERCISE  ${name}: ${files.length} files in ${place}, truth in ${sealed.name}\n` +
      `Next: plumeline process ${join(place, `${name}.hdr`)} --out result\n`,
  );
}
