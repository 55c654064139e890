/**
 * `plumeline process` from start to result folder, as a person runs it: `node bench/process.ts [runs]`.
 * Wall clock, CPU time and peak memory of the whole process (its own resource usage). Goal: FAAM's 7,200 samples in 10 s.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DATA = join(ROOT, '..', 'shared', 'data');
const RUNS = Number(process.argv[2] ?? 3);
/** Written to file descriptor 3 when the process ends; CPU in microseconds, memory in kilobytes. */
const REPORT_USAGE = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeSync(3,JSON.stringify([u.userCPUTime+u.systemCPUTime,u.maxRSS]))})`;

const CASES = [
  { name: 'faam_elgin_b689', path: 'faam_elgin_b689' },
  { name: 'sim_flights, one flight', path: 'sim_flights/f1_2000.csv' },
  { name: 'ginninderra2015, on and off', path: 'ginninderra2015' },
];

interface Run {
  readonly wall_s: number;
  readonly cpu_s: number;
  readonly peak_MB: number;
  readonly samples: number;
}

console.log(`${'case'.padEnd(30)}samples   wall s    cpu s  peak MB   (median of ${RUNS})`);
for (const { name, path } of CASES) {
  const input = join(DATA, path);
  if (!existsSync(input)) {
    console.log(`${name.padEnd(30)}not beside this checkout (../shared/data/${path})`);
    continue;
  }
  const runs = Array.from({ length: RUNS }, () => processOnce(input)).sort((a, b) => a.wall_s - b.wall_s);
  const { wall_s, cpu_s, peak_MB, samples } = runs[runs.length >> 1]!;
  const column = (value: number, digits: number) => value.toFixed(digits).padStart(9);
  console.log(
    `${name.padEnd(30)}${String(samples).padStart(7)}${column(wall_s, 2)}${column(cpu_s, 2)}${column(peak_MB, 0)}`,
  );
}

function processOnce(input: string): Run {
  const folder = mkdtempSync(join(tmpdir(), 'plumeline-bench-'));
  try {
    const out = join(folder, 'out');
    const main = join(ROOT, 'apps', 'cli', 'src', 'main.ts');
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--import',
      REPORT_USAGE,
      main,
      'process',
      input,
      '--out',
      out,
    ];
    const start = performance.now();
    const run = spawnSync(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, PLUMELINE_ROOT: ROOT },
    });
    const wall_s = (performance.now() - start) / 1000;
    if (run.status !== 0) throw new Error(`plumeline process ${input} failed:\n${run.stderr}`);
    const [cpu_us, peak_kB] = JSON.parse(run.output[3] ?? '') as [number, number];
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { recordings: { samples: number }[] };
    const samples = result.recordings.reduce((sum, recording) => sum + recording.samples, 0);
    return { wall_s, cpu_s: cpu_us / 1e6, peak_MB: peak_kB / 1024, samples };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
