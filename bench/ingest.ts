/**
 * CPU time of the reader, warm, and of csv-parse that only splits the same text: `node bench/ingest.ts [--json]`.
 * Goals: 100 ms for 7,200 rows, 300 ms for 16,000 rows of 21 fields.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parseProfile } from '../packages/formats/src/index.ts';
import { ingest } from '../packages/pipeline/src/ingest.ts';

const root = join(import.meta.dirname, '..');
const data = join(root, '../shared/data');
const RUNS = 9;
/** The folder's samples where they are one file, for the yardstick. */
const FOLDERS = { faam_elgin_b689: 'fgga_core_b689.csv', ginninderra2015: 'GA-inversion-data-1.csv' };

interface Row {
  readonly name: string;
  readonly samples: number;
  readonly best_ms: number;
  readonly yardstick_ms: number;
}

/** Least CPU time of several runs of each, one after the other: waiting for other processes does not count [ms]. */
function fastest(...runs: readonly (() => unknown)[]): number[] {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let i = 0; i < RUNS; i++) {
    for (const [at, run] of runs.entries()) {
      const start = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(start);
      best[at] = Math.min(best[at], (user + system) / 1000);
    }
  }
  return best;
}

function measure(name: string, sampleFile: string): Row {
  const folder = join(data, name);
  const profile = parseProfile(readFileSync(join(root, 'profiles', `${name}.yaml`), 'utf8'), name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => ({ name: path, bytes: new Uint8Array(readFileSync(join(folder, path))) }));
  const text = readFileSync(join(folder, sampleFile), 'utf8');
  const read = () => ingest(files, profile, { software: 'bench', exercise: false });
  const samples = read().reduce((sum, { series }) => sum + series.count, 0);
  const [best_ms, yardstick_ms] = fastest(read, () => parse(text));
  return { name, samples, best_ms, yardstick_ms };
}

const rows = Object.entries(FOLDERS)
  .filter(([name]) => existsSync(join(data, name)))
  .map(([name, file]) => measure(name, file));
if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else {
  for (const { name, samples, best_ms, yardstick_ms } of rows) {
    console.log(
      `${name.padEnd(18)} ${samples} samples: ${best_ms.toFixed(0)} ms; csv-parse alone ${yardstick_ms.toFixed(0)} ms`,
    );
  }
}
