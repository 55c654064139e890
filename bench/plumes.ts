/**
 * Finding plumes, their amount and their rate: `node bench/plumes.ts [chips|regimes [all]|rate [curve]]`.
 *
 * chips    ../shared/data/hsi_scenes against mag1c's own output; `desert` was tuned on, `town` was not.
 * regimes  a simulated cube of each regime against our MAG1C; seeds 300-305 were not looked at while tuning, 100-105 were.
 * rate     simulated cubes with one known source each; training seeds 1000-1071, held out 1102-1148.
 */
import { existsSync, readFileSync } from 'node:fs';
import {
  classFilter,
  defaultSettings,
  denoiseAmount,
  emissionRate,
  findPlumes,
  type GasMaps,
  gasCurve,
  plumeScore,
  type RadianceBlock,
  retrieveBlock,
} from '../packages/numerics/src/index.ts';
import { REGIMES, simulateCube } from '../packages/simulator/src/index.ts';
import { randomFrom } from '../packages/simulator/src/random.ts';

const DATA = new URL('../../shared/data/hsi_scenes/', import.meta.url);
/** Pixels with more than this count as plume [ppm m]: what mag1c's noise cannot make on average. */
const PLUME_PPMM = 10;
const which = process.argv[2];
if (which === undefined || which === 'chips') chips();
if (which === undefined || which === 'regimes') regimes(process.argv[3] === 'all' ? [100, 200, 300] : [300]);
if (which === undefined || which === 'rate')
  for (const [label, from, to] of [
    ['training', 1000, 1072],
    ['held out', 1102, 1149],
  ] as const)
    rates(label, from, which === undefined ? from + 6 : to);

function chips(): void {
  if (!existsSync(DATA)) {
    console.log('The data folder is not beside this checkout (../shared/data); chips skipped.');
    return;
  }
  console.log('chip                      AP          x   TPR at 1e-3   x   in-plume RMSE   x   CPU s');
  for (const name of ['desert', 'town']) {
    const { block, tau, truth, mag1c } = chip(name);
    compare(name, block, tau, truth, mag1c);
  }
}

function chip(name: string) {
  const [lines, samples, bands] = [1242, 32, 72];
  const bil = new Float32Array(bytes(`${name}.bil`));
  const radiance = new Float32Array(bil.length);
  for (let l = 0; l < lines; l++)
    for (let b = 0; b < bands; b++)
      for (let s = 0; s < samples; s++) radiance[(l * samples + s) * bands + b] = bil[(l * bands + b) * samples + s];
  const rows = readFileSync(new URL('target_ppmm.csv', DATA), 'utf8').trim().split('\n').slice(1);
  return {
    block: { lines, samples, bands, radiance },
    // The file is scaled as mag1c scales: per 1e5 ppm m.
    tau: Float64Array.from(rows, (row) => Number(row.split(',')[2]) * 1e-5),
    truth: new Float32Array(bytes(`${name}_truth_ppmm.f32`)),
    mag1c: new Float64Array(bytes(`${name}_mag1c_ppmm.f64`)),
  };
}

function bytes(name: string): ArrayBuffer {
  const file = readFileSync(new URL(name, DATA));
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
}

function regimes(bases: readonly number[]): void {
  console.log('\nsimulated regime          AP          x   TPR at 1e-3   x   in-plume RMSE   x   CPU s');
  for (const base of bases)
    REGIMES.forEach((regime, i) => {
      const { cube, truth } = simulateCube({ seed: base + i, regime });
      const block = { lines: cube.lines, samples: cube.samples, bands: 72, radiance: cube.radiance };
      const tau = cube.unitAbsorption_perPpmM;
      compare(`${regime} ${base + i}`, block, tau, truth.enhancement_ppmm, ownMag1c(block, tau));
    });
}

function ownMag1c(block: RadianceBlock, tau: Float64Array): Float64Array {
  const { lines, samples, bands } = block;
  const radiance = new Float32Array(block.radiance.length);
  for (let l = 0; l < lines; l++)
    for (let s = 0; s < samples; s++)
      radiance.set(
        block.radiance.subarray((l * samples + s) * bands, (l * samples + s + 1) * bands),
        (s * lines + l) * bands,
      );
  const { amount_ppmm } = retrieveBlock(
    { radiance, columnCount: samples, lineCount: lines, bandCount: bands },
    { unitAbsorption: tau, per_ppmm: 1 },
    defaultSettings('mag1c'),
  );
  return Float64Array.from(
    { length: lines * samples },
    (_, p) => amount_ppmm[(p % samples) * lines + Math.floor(p / samples)],
  );
}

function compare(
  name: string,
  block: RadianceBlock,
  tau: Float64Array,
  truth: Float32Array,
  mag1c: Float64Array,
): void {
  const cpu = process.cpuUsage();
  const maps = classFilter(block, tau);
  const { score } = plumeScore(maps.z, maps.lines, maps.samples);
  const amount = denoiseAmount(maps.column_ppmm, maps.sigma_ppmm, maps.lines, maps.samples);
  const used = process.cpuUsage(cpu);
  const figures = [averagePrecision, truePositiveRate].map((f) => [f(score, truth), f(mag1c, truth)] as const);
  figures.push([rootMeanSquare(amount, truth), rootMeanSquare(mag1c, truth)]);
  const cells = figures.map(([ours, theirs], i) => {
    const digits = i === 2 ? 0 : 3;
    return `${ours.toFixed(digits).padStart(6)} ${`(${theirs.toFixed(digits)})`.padEnd(8)} ${(ours / theirs).toFixed(2)}`;
  });
  console.log(`${name.padEnd(22)} ${cells.join('   ')}   ${((used.user + used.system) / 1e6).toFixed(1)}`);
}

function averagePrecision(score: ArrayLike<number>, truth: Float32Array): number {
  const order = Array.from(truth.keys()).sort((i, j) => score[j] - score[i]);
  const positives = truth.reduce((sum, m) => sum + (m > PLUME_PPMM ? 1 : 0), 0);
  let [found, sum, recall] = [0, 0, 0];
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && score[order[j]] === score[order[i]]) if (truth[order[j++]] > PLUME_PPMM) found++;
    sum += (found / positives - recall) * (found / j);
    recall = found / positives;
    i = j;
  }
  return sum;
}

function truePositiveRate(score: ArrayLike<number>, truth: Float32Array): number {
  const values = (positive: boolean) =>
    Array.from(truth.keys(), (p) => (truth[p] > PLUME_PPMM === positive ? score[p] : Number.NaN)).filter(
      (v) => !Number.isNaN(v),
    );
  const negatives = values(false).sort((a, b) => b - a);
  const threshold = negatives[Math.floor(1e-3 * negatives.length)];
  const positives = values(true);
  return positives.filter((value) => value > threshold).length / positives.length;
}

function rootMeanSquare(amount: ArrayLike<number>, truth: Float32Array): number {
  let [sum, count] = [0, 0];
  truth.forEach((m, p) => {
    if (m <= PLUME_PPMM) return;
    sum += (amount[p] - m) ** 2;
    count++;
  });
  return Math.sqrt(sum / count);
}

const RATE_CUBE = { lines: 240, samples: 64 };

function rates(label: string, from: number, to: number): void {
  const ln: number[] = [];
  let [within90, within50, vetoed, unseen, spurious, cubes] = [0, 0, 0, 0, 0, 0];
  for (let seed = from; seed < to; seed++) {
    cubes++;
    const draw = randomFrom(seed).stream('rate-bench');
    const rate_kgph = draw.logBetween(100, 2500);
    const place = { line: draw.between(60, 180), sample: draw.between(16, 48) };
    const source = { ...place, rate_kgph, extent_m: draw.logBetween(2, 8) };
    const regime = REGIMES[seed % REGIMES.length];
    const { cube, truth } = simulateCube({ seed, regime, ...RATE_CUBE, sources: [source] });
    const block = { ...RATE_CUBE, bands: 72, radiance: cube.radiance };
    const curve = gasCurve(cube.table.enhancement_ppmm, cube.table.radiance);
    const maps = classFilter(block, cube.unitAbsorption_perPpmM, { ...(process.argv[3] === 'curve' && { curve }) });
    const found = search(maps, block, cube.unitAbsorption_perPpmM, cube.bands.centre_nm);
    const gasPixels = (pixels: Int32Array) => pixels.filter((p) => truth.enhancement_ppmm[p] > PLUME_PPMM).length;
    const own = found.plumes.find(({ pixels }) => gasPixels(pixels) > pixels.length / 2);
    spurious += found.plumes.filter(({ pixels }) => gasPixels(pixels) === 0).length;
    if (own === undefined) {
      if (found.lookAlikes.some(({ pixels }) => gasPixels(pixels) > pixels.length / 2)) vetoed++;
      else unseen++;
      continue;
    }
    const towards_rad = ((270 - cube.windFrom_deg) * Math.PI) / 180;
    const wind = { speed_mps: cube.windSpeed_mps, speedSd_mps: cube.windSpeedSd_mps, towards_rad, towardsSd_rad: 0.17 };
    const map = { ...RATE_CUBE, pixel_m: cube.pixel_m, amount_ppmm: maps.column_ppmm, sigma_ppmm: maps.sigma_ppmm };
    const { rate_kgph: q } = emissionRate(map, own.pixels, { molarMass_kgpmol: 0.016043, wind, seed });
    ln.push(Math.log(q.median / rate_kgph));
    if (q.low90 < rate_kgph && rate_kgph < q.high90) within90++;
    if (q.low50 < rate_kgph && rate_kgph < q.high50) within50++;
  }
  const mean = ln.reduce((sum, value) => sum + value, 0) / ln.length;
  const sd = Math.sqrt(ln.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ln.length);
  const percent = (count: number) => `${((100 * count) / ln.length).toFixed(0)} %`;
  console.log(
    `rate, ${label}: ${cubes} cubes, found ${ln.length}, taken for ground ${vetoed}, unseen ${unseen}, spurious ${spurious}; ` +
      `ln error mean ${mean.toFixed(2)} sd ${sd.toFixed(2)}; in the 90 % interval ${percent(within90)}, 50 % ${percent(within50)}`,
  );
}

function search(maps: GasMaps, block: RadianceBlock, tau: Float64Array, wavelength_nm: Float64Array) {
  return findPlumes(maps, { spectra: { block, tau, wavelength_nm } });
}
