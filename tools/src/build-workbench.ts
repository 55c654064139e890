/** Builds the web client when its sources are not those of the last build. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'sources.sha256';

export async function buildWorkbench(root: string): Promise<void> {
  const workbench = join(root, 'apps', 'workbench');
  const stamp = join(workbench, 'build', STAMP);
  const wanted = digestOfSources(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Plumeline: building the workbench (once, and after changes) ...\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: workbench,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error('Plumeline: the workbench did not build (see above).');
  writeFileSync(stamp, wanted);
}

/** One digest over everything the bundle is made from: its own sources, core's, and the lock file. */
function digestOfSources(root: string): string {
  const files = globSync(
    [
      'apps/workbench/{src,public}/**/*',
      'apps/workbench/*.{html,ts,json}',
      'packages/core/src/**/*.ts',
      'package-lock.json',
    ],
    { cwd: root, withFileTypes: true },
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const digest = createHash('sha256');
  for (const file of files) digest.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return digest.digest('hex');
}
