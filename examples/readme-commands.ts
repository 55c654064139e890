/**
 * Commands that a README of an example shows, and what they print. `node examples/readme-commands.ts <folder>` runs them
 * and writes what they print now into the README; the test of the example runs them and compares.
 *
 * A block is ```console, then `$ ` and one command (a line that ends with \ goes on), then its standard output.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface ShownCommand {
  readonly command: string;
  /** Standard output as the README shows it. */
  readonly output: string;
}

const BLOCK = /```console\n\$ ((?:.*\\\n)*.*)\n([\s\S]*?)```/g;
const ROOT = resolve(import.meta.dirname, '..');

export function commandsIn(readme: string): ShownCommand[] {
  return [...readme.matchAll(BLOCK)].map(([, command, output]) => ({ command: command!, output: output! }));
}

/** A copy of an example's folder, in which commands may write. */
export function copyOf(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'plumeline-example-'));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Standard output and exit code of a command, with `plumeline` and `node` being those of this checkout. */
export function runIn(folder: string, command: string): { readonly output: string; readonly exitCode: number } {
  const node = `"${process.execPath}" --disable-warning=ExperimentalWarning`;
  const functions = `plumeline() { ${node} "${join(ROOT, 'apps/cli/src/main.ts')}" "$@"; }; node() { ${node} "$@"; }`;
  const { stdout, status } = spawnSync('bash', ['-c', `set -o pipefail; ${functions}; ${command}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PLUMELINE_ROOT: ROOT },
  });
  return { output: stdout, exitCode: status ?? -1 };
}

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(process.argv[2] ?? '.');
  const path = join(folder, 'README.md');
  const copy = copyOf(folder);
  try {
    const readme = readFileSync(path, 'utf8').replace(BLOCK, (_, command: string) => {
      return `\`\`\`console\n$ ${command}\n${runIn(copy, command).output}\`\`\``;
    });
    writeFileSync(path, readme);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
