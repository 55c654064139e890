/**
 * The flight inversion with compiled and with plain kernels, turn about: `node bench/locate-kernels.ts [flights]`.
 * Each run is a process of its own that locates the same simulated flights twice and counts the second time, so that
 * compilation is left out. CPU is this machine's and depends on what else it does; ratios of neighbours less so.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { hasFlightData, locateSimFlight, quantile, simFlightNames } from '../packages/pipeline/test/flight-score.ts';

const ROUNDS = 7;
const FLIGHTS = 4;

interface Run {
  readonly cpu_s: number;
  readonly memory_MB: number;
  readonly agreement: string;
}

/** An engine that refuses the crossing kernels only: HDF5 compiles modules of its own as it loads. */
function refuseKernels(): void {
  const { Module } = WebAssembly;
  const refusing = new Proxy(Module, {
    construct(target, [bytes]: [Uint8Array<ArrayBuffer>]) {
      if (new TextDecoder('latin1').decode(bytes).includes('crossWidth'))
        throw new Error('compiled kernels are off in this run');
      return new target(bytes);
    },
  });
  Reflect.set(WebAssembly, 'Module', refusing);
}

async function run(kind: 'compiled' | 'plain', count: number): Promise<Run> {
  if (kind === 'plain') refuseKernels();
  const names = simFlightNames('f1').slice(0, count);
  const hash = createHash('sha256');
  let cpu_s = 0;
  for (const round of [0, 1]) {
    for (const name of names) {
      const result = await locateSimFlight(name);
      if (round === 0)
        hash.update(JSON.stringify(result.located.sources.map(({ position, rate_kgph }) => ({ position, rate_kgph }))));
      else cpu_s += result.cpu_s;
    }
  }
  return { cpu_s, memory_MB: process.memoryUsage().rss / 1e6, agreement: hash.digest('hex').slice(0, 16) };
}

function compare(count: number): void {
  const runs: Record<'compiled' | 'plain', Run[]> = { compiled: [], plain: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['plain', 'compiled'] as const) {
      const text = execFileSync(process.execPath, [import.meta.filename, kind, String(count)], { encoding: 'utf8' });
      runs[kind].push(JSON.parse(text) as Run);
    }
  }
  const ratios = runs.plain.map(({ cpu_s }, round) => cpu_s / runs.compiled[round]!.cpu_s);
  const median = (values: readonly number[]) => quantile(values, 0.5);
  for (const kind of ['plain', 'compiled'] as const) {
    const cpu = median(runs[kind].map(({ cpu_s }) => cpu_s / count));
    const memory = median(runs[kind].map(({ memory_MB }) => memory_MB));
    console.log(`${kind.padEnd(9)} CPU ${cpu.toFixed(3)} s a flight, memory ${memory.toFixed(0)} MB`);
  }
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  console.log(
    `plain over compiled: median ${median(ratios).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}) of ${ROUNDS}`,
  );
  const answers = new Set([...runs.plain, ...runs.compiled].map(({ agreement }) => agreement));
  console.log(
    `agreement: ${answers.size === 1 ? 'same places and rates to the last bit' : `${answers.size} different answers`}`,
  );
}

const [mode, flights] = [process.argv[2], Number(process.argv[3] ?? process.argv[2] ?? FLIGHTS)];
if (!hasFlightData) console.log('The data folder is not beside this checkout (../shared/data); nothing to measure.');
else if (mode === 'compiled' || mode === 'plain') console.log(JSON.stringify(await run(mode, flights)));
else compare(Number.isFinite(flights) ? flights : FLIGHTS);
