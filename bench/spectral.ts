/**
 * The figures of docs/science/matched-filters.md, on the simulated chips of hsi_scenes:
 * `node bench/spectral.ts [speed|memory|detection]`. Speed rows are ABAB in one run, median of seven, one thread, CPU of
 * this process (user and system) and wall, each with its agreement. The controls are the published algorithms written
 * out in TypeScript (`published-filters.ts`), and in NumPy where that is installed; mag1c itself needs PyTorch.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  type AbsorptionTarget,
  AMOUNT_UNIT_PPMM,
  type BlockRetrieval,
  type ColumnBlock,
  createTwinKernels,
  createWasmKernels,
  defaultSettings,
  planBlocks,
  type RetrievalMethod,
  retrieveBlock,
  SHRINKAGE_GRID,
} from '../packages/numerics/src/index.ts';
import { publishedMag1c, publishedShrinkage } from '../packages/numerics/test/support/published-filters.ts';
import { CHIP, CHIP_FOLDER, type Chip, hasChips, loadChip } from '../packages/numerics/test/support/spectral-chips.ts';

const REPETITIONS = 7;
const BUDGET_BYTE = 256 * 2 ** 20;
const { lineCount: LINES, bandCount: BANDS, columnCount: COLUMNS } = CHIP;
const kernels = createWasmKernels() ?? createTwinKernels();

const [which, lines] = process.argv.slice(2);
if (!hasChips) console.log('The data folder is not beside this checkout (../shared/data); nothing to measure.');
else if (which === 'memory-of') memoryOf(Number(lines));
else if (which === 'memory-of-control') memoryOfControl(Number(lines));
else {
  console.log(`SIMULATED chips (hsi_scenes). Kernels: ${kernels.kind}.`);
  if (which === undefined || which === 'speed') speed();
  if (which === undefined || which === 'memory') memory();
  if (which === undefined || which === 'detection') detection();
}

// ---- speed ----

function speed(): void {
  const desert = loadChip('desert');
  const town = loadChip('town');
  agreementWithMag1c(desert, town);
  for (const [label, columns] of [
    ['1,242 lines', 1],
    ['6,210 lines', 5],
  ] as const) {
    mag1cAgainstPublished(label, longLine(desert, columns), desert.target);
  }
  mag1cAgainstMatchedFilter(desert);
  shrinkageAgainstPublished(desert, town);
  againstNumpy(desert, 'cmf', 'parity');
  againstNumpy(desert, 'ace', 'parity');
  againstNumpy(desert, 'mag1c', 'none: for scale');
  againstNumpy(desert, 'loo', 'none: for scale');
  wasmAgainstTwin(desert);
}

/** One long column: chip columns one after the other. */
function longLine(chip: Chip, columns: number): ColumnBlock {
  const radiance = chip.radiance.slice(0, columns * LINES * BANDS);
  return { radiance, columnCount: 1, lineCount: columns * LINES, bandCount: BANDS };
}

function agreementWithMag1c(...chips: Chip[]): void {
  let [worst, excess, changes, pixels] = [0, Number.NEGATIVE_INFINITY, 0, 0];
  for (const { radiance, target, mag1c_ppmm } of chips) {
    const { amount_ppmm } = retrieveBlock({ ...CHIP, radiance }, target, defaultSettings('mag1c'), kernels);
    for (const [i, wanted] of mag1c_ppmm.entries()) {
      const gap = Math.abs(amount_ppmm[i] - wanted);
      worst = Math.max(worst, gap);
      excess = Math.max(excess, gap - 1e-3 - 2e-5 * wanted);
      if (amount_ppmm[i] > 0 !== wanted > 0) changes++;
      pixels++;
    }
  }
  console.log(
    `MAG1C against mag1c (float64), ${pixels} pixels: largest gap ${worst.toExponential(1)} ppm m, ` +
      `tolerance ${excess <= 0 ? 'held' : 'BROKEN'}, support changes ${changes}`,
  );
}

function mag1cAgainstPublished(label: string, block: ColumnBlock, target: AbsorptionTarget): void {
  const settings = defaultSettings('mag1c');
  const wide = Float64Array.from(block.radiance);
  const ours = () => retrieveBlock(block, target, settings, kernels).amount_ppmm;
  const theirs = () => publishedMag1c(wide, target.unitAbsorption, settings);
  const wanted = theirs();
  let worst = 0;
  for (const [i, value] of ours().entries()) worst = Math.max(worst, Math.abs(value - wanted[i] * AMOUNT_UNIT_PPMM));
  const agreement = `largest gap ${worst.toExponential(1)} ppm m`;
  row(`MAG1C, 30 iterations, ${label}: published iteration / closed form`, '>= 25', theirs, ours, agreement);
}

function mag1cAgainstMatchedFilter(chip: Chip): void {
  const run = (method: RetrievalMethod) => () =>
    retrieveBlock({ ...CHIP, radiance: chip.radiance }, chip.target, defaultSettings(method), kernels);
  row('MAG1C closed form / our matched filter, 32 columns', '<= 2.0', run('mag1c'), run('cmf'), 'as above');
}

function shrinkageAgainstPublished(...chips: Chip[]): void {
  const column = (chip: Chip, k: number) => chip.radiance.slice(k * LINES * BANDS, (k + 1) * LINES * BANDS);
  const ours = (chip: Chip, k: number) =>
    retrieveBlock({ ...CHIP, columnCount: 1, radiance: column(chip, k) }, chip.target, defaultSettings('loo'), kernels)
      .backgrounds[0].shrinkage;
  const theirs = (chip: Chip, k: number) => {
    const nll = publishedShrinkage(Float64Array.from(column(chip, k)), BANDS, SHRINKAGE_GRID);
    return SHRINKAGE_GRID[nll.indexOf(Math.min(...nll))];
  };
  let same = 0;
  for (const chip of chips) for (const k of [3, 17]) if (ours(chip, k) === theirs(chip, k)) same++;
  const agreement = `same alpha on ${same} of ${2 * chips.length} columns`;
  const [first] = chips;
  const label = 'leave-one-out shrinkage, 201 alphas: published loop / one eigendecomposition';
  row(
    label,
    '>= 45',
    () => theirs(first, 0),
    () => ours(first, 0),
    agreement,
  );
}

interface NumpyRun {
  readonly cpu_ms: number[];
  readonly peak_MB: number;
  readonly result: number[];
}

/** NumPy with its BLAS on one thread, where it is installed: processes A and B in turn, medians of all repetitions. */
function againstNumpy(chip: Chip, method: 'cmf' | 'ace' | 'mag1c' | 'loo', goal: string): void {
  const columnCount = method === 'loo' ? 1 : COLUMNS;
  const radiance = chip.radiance.subarray(0, columnCount * LINES * BANDS);
  const run = () => retrieveBlock({ ...CHIP, columnCount, radiance }, chip.target, defaultSettings(method), kernels);
  const ours = run();
  const [theirTimes, ourTimes]: number[][] = [[], []];
  let last: NumpyRun | undefined;
  for (let k = 0; k < 2; k++) {
    last = numpy(method, 4 - k);
    if (last === undefined) {
      console.log(`${method} against NumPy: NumPy is not installed, not measured`);
      return;
    }
    theirTimes.push(...last.cpu_ms);
    for (let n = 0; n < 4 - k; n++) ourTimes.push(timeOf(run).cpu);
  }
  const from = (columnCount - 1) * LINES;
  const map = method === 'ace' ? ours.statistic : ours.amount_ppmm;
  const found = method === 'loo' ? [ours.backgrounds[0].shrinkage!] : [...map.subarray(from, from + LINES)];
  const wanted = last!.result;
  const scale = Math.max(...wanted.map(Math.abs));
  const gap = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]))) / scale;
  const [a, b] = [median(theirTimes), median(ourTimes)];
  console.log(
    `${method}, ${columnCount} column(s): NumPy / ours: ${(a / b).toFixed(2)} x cpu (goal ${goal}); ` +
      `CPU ${a.toFixed(1)} / ${b.toFixed(1)} ms; gap ${gap.toExponential(1)} of the largest; NumPy's peak ${last!.peak_MB.toFixed(0)} MB`,
  );
}

function numpy(method: string, repetitions: number): NumpyRun | undefined {
  const script = join(import.meta.dirname, 'spectral-numpy.py');
  const args = [
    script,
    join(CHIP_FOLDER, 'desert.bil'),
    join(CHIP_FOLDER, 'target_ppmm.csv'),
    method,
    String(repetitions),
  ];
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const { status, stdout } = spawnSync('python3', args, { env });
  return status === 0 ? (JSON.parse(stdout.toString()) as NumpyRun) : undefined;
}

function wasmAgainstTwin(chip: Chip): void {
  const twin = createTwinKernels();
  const block = { ...CHIP, columnCount: 4, radiance: chip.radiance.subarray(0, 4 * LINES * BANDS) };
  const run = (k: typeof kernels) => retrieveBlock(block, chip.target, defaultSettings('mag1c'), k);
  const [a, b] = [run(kernels).denseAmount_ppmm, run(twin).denseAmount_ppmm];
  const same = a.every((value, i) => Object.is(value, b[i]));
  row(
    'MAG1C: plain kernels / compiled kernels',
    '> 1',
    () => run(twin),
    () => run(kernels),
    same ? 'same bits' : 'BITS DIFFER',
  );
}

/** A / B in CPU and wall time, alternating. */
function row(label: string, goal: string, a: () => unknown, b: () => unknown, agreement: string): void {
  const times: { cpu: number; wall: number }[][] = [[], []];
  for (const run of [a, b]) run();
  for (let k = 0; k < REPETITIONS; k++) for (const [i, run] of [a, b].entries()) times[i].push(timeOf(run));
  const of = (i: number, key: 'cpu' | 'wall') => median(times[i].map((time) => time[key]));
  const ratios = (['cpu', 'wall'] as const).map((key) => `${(of(0, key) / of(1, key)).toFixed(2)} x ${key}`).join(', ');
  console.log(
    `${label}: ${ratios} (goal ${goal}); CPU ${of(0, 'cpu').toFixed(1)} / ${of(1, 'cpu').toFixed(1)} ms; ${agreement}`,
  );
}

/** Short work is repeated until it lasts about 40 ms, so that the clock's grain does not count. */
function timeOf(run: () => unknown): { cpu: number; wall: number } {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let rounds = 0;
  do {
    run();
    rounds++;
  } while (performance.now() - startedAt < 40);
  const wall = (performance.now() - startedAt) / rounds;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1000 / rounds, wall };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

// ---- memory ----

/** Each figure is the peak of a process of its own. */
function memory(): void {
  console.log(
    'Peak resident memory of a process, MAG1C, 598 samples, budget 256 MB (goal: at most 64 MB + budget, flat):',
  );
  for (const count of [1242, 6210, 24840]) {
    const ours = childPeak('memory-of', count);
    console.log(`  ${count} lines: ${ours.peak_MB.toFixed(0)} MB, ${ours.note}`);
  }
  const control = childPeak('memory-of-control', 6210);
  console.log(`  published iteration on one column of 6210 lines: ${control.peak_MB.toFixed(0)} MB`);
}

function childPeak(what: string, count: number): { peak_MB: number; note: string } {
  const { stdout, status, stderr } = spawnSync(process.execPath, [
    '--expose-gc',
    import.meta.filename,
    what,
    String(count),
  ]);
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString()) as { peak_MB: number; note: string };
}

/** Blocks as the plan gives them, as many as show the peak; every block is filled as a reader would fill it. */
function memoryOf(lineCount: number): void {
  const { tile, target } = oneTile();
  const settings = defaultSettings('mag1c');
  globalThis.gc?.();
  const shape = { lineCount, sampleCount: 598, bandCount: BANDS, bytesPerValue: 4 } as const;
  const plan = planBlocks(shape, settings, { budget_byte: BUDGET_BYTE, threadCount: 1 });
  const shown = plan.blocks.slice(0, Math.max(1, Math.min(plan.blocks.length, 2)));
  const radiance = new Float32Array(plan.columnsPerBlock * lineCount * BANDS);
  let maps: BlockRetrieval | undefined;
  for (const { columnCount } of shown) {
    const size = columnCount * lineCount * BANDS;
    for (let at = 0; at < size; at += tile.length) radiance.set(tile.subarray(0, Math.min(tile.length, size - at)), at);
    const block = { radiance: radiance.subarray(0, size), columnCount, lineCount, bandCount: BANDS };
    maps = retrieveBlock(block, target, settings, kernels, maps);
  }
  report(`${plan.columnsPerBlock} columns a block, ${shown.length} of ${plan.blocks.length} blocks run`);
}

/** A few columns of a chip; the rest of it is let go before anything is measured. */
function oneTile(): { tile: Float32Array; target: AbsorptionTarget } {
  const { radiance, target } = loadChip('desert');
  const tile = radiance.slice(0, 4 * LINES * BANDS);
  return { tile, target };
}

function memoryOfControl(lineCount: number): void {
  const chip = loadChip('desert');
  const x = Float64Array.from(longLine(chip, lineCount / LINES).radiance);
  publishedMag1c(x, chip.target.unitAbsorption, { ...defaultSettings('mag1c'), iterations: 2 });
  report('');
}

function report(note: string): void {
  console.log(JSON.stringify({ peak_MB: process.resourceUsage().maxRSS / 1024, note }));
}

// ---- detection ----

/** How well each map ranks plume pixels; z also after a Gaussian of 1.25 pixels. No threshold was tuned on the chips. */
function detection(): void {
  console.log('Ranking of plume pixels (truth > 500 ppm m), average precision and true-positive rate at 1e-3 false:');
  for (const name of ['desert', 'town'] as const) {
    const chip = loadChip(name);
    const run = (method: RetrievalMethod) =>
      retrieveBlock({ ...CHIP, radiance: chip.radiance }, chip.target, defaultSettings(method), kernels);
    const mag1c = run('mag1c');
    const truth = chip.truth_ppmm.map((value) => (value > 500 ? 1 : 0));
    const maps: [string, Float64Array][] = [
      ['MAG1C ppm m', mag1c.amount_ppmm],
      ['MAG1C z', mag1c.z],
      ['MAG1C z, smoothed', smooth(mag1c.z)],
      ['matched filter z', run('cmf').z],
      ['shrinkage z', run('loo').z],
      ['ACE', run('ace').statistic],
      ['Kelly', run('kelly').statistic],
      ['AMSD', run('amsd').statistic],
    ];
    for (const [label, map] of maps) {
      const { averagePrecision, truePositives } = ranking(map, truth);
      console.log(`  ${name}, ${label}: AP ${averagePrecision.toFixed(3)}, TPR ${truePositives.toFixed(3)}`);
    }
  }
}

function ranking(map: Float64Array, truth: Float64Array): { averagePrecision: number; truePositives: number } {
  const order = Array.from(map.keys()).sort((a, b) => map[b] - map[a]);
  const positives = truth.reduce((sum, value) => sum + value, 0);
  let [found, precision, rate] = [0, 0, 0];
  for (const [rank, i] of order.entries()) {
    if (truth[i] === 1) {
      found++;
      precision += found / (rank + 1);
    }
    if (rank + 1 - found <= 1e-3 * (truth.length - positives)) rate = found / positives;
  }
  return { averagePrecision: precision / positives, truePositives: rate };
}

/** Gaussian of 1.25 pixels both ways over [column x line], edges repeated. */
function smooth(map: Float64Array): Float64Array {
  const kernel = Array.from({ length: 9 }, (_, k) => Math.exp(-((k - 4) ** 2) / (2 * 1.25 ** 2)));
  const along = (from: Float64Array, step: (c: number, l: number, k: number) => number) =>
    from.map((_, i) => {
      const [column, line] = [Math.floor(i / LINES), i % LINES];
      let [sum, weight] = [0, 0];
      for (let k = 0; k < 9; k++) {
        sum += kernel[k] * from[step(column, line, k - 4)];
        weight += kernel[k];
      }
      return sum / weight;
    });
  const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
  const lengthways = along(map, (column, line, k) => column * LINES + clamp(line + k, LINES));
  return along(lengthways, (column, line, k) => clamp(column + k, COLUMNS) * LINES + line);
}
