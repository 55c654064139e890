/**
 * Fixed instruments against known sources: `node bench/dispersion-fixed.ts [ginninderra|prairie]`. Ginninderra: release
 * on and off, all instruments and each group alone. Prairie Grass: every odd run. CPU seconds are this process's own.
 */
import { readFileSync } from 'node:fs';
import { localFrameAt, type Position, regionContains } from '../packages/core/src/index.ts';
import { parseProfile } from '../packages/formats/src/index.ts';
import { hasPrairieGrass, loadPrairieGrass } from '../packages/numerics/test/prairie-grass.ts';
import { type IngestedRecording, ingest } from '../packages/pipeline/src/ingest.ts';
import { locateFixed } from '../packages/pipeline/src/locate-fixed.ts';

const data = new URL('../../shared/data/', import.meta.url);
const OPTIONS = { software: 'bench', exercise: false };
const which = process.argv[2];
if (!hasPrairieGrass) console.log('The data folder is not beside this checkout (../shared/data); nothing to measure.');
else {
  if (which !== 'prairie') ginninderra();
  if (which !== 'ginninderra') prairieGrass();
}

function ginninderra(): void {
  const anchor = localFrameAt({ lat: -35.195, lon: 149.1 });
  const truth = anchor.toPosition(-21.78, 21.09);
  console.log(
    'Ginninderra 2015: source at (-21.78, 21.09) m, 0.348 kg/h (at times up to 1.2). Goal: median rate within 36 %.',
  );
  for (const group of [undefined, 'Boreal', 'EC', 'FTIR', 'Picarro']) {
    const only = group === undefined ? {} : { only: [{ column: 'inst_group', value: group }] };
    for (const recording of read('ginninderra2015', ['GA-inversion-data-1.csv'], only)) {
      console.log(`${(group ?? 'all').padEnd(8)} ${row(recording, truth, 0.348).text}`);
    }
  }
}

function prairieGrass(): void {
  console.log(
    'Prairie Grass, odd runs: source at the centre. Goal: median <= 15 m, 90 % region 85-95 %, rate x2 >= 95 %.',
  );
  const rates = new Map(loadPrairieGrass().map(({ run, rate_gps }) => [run, rate_gps * 3.6]));
  const scores: ReturnType<typeof row>[] = [];
  for (const recording of read('prairie_grass', ['prairie_grass_arcs.csv', 'prairie_grass_met.csv'], {})) {
    const rate = rates.get(Number(/\d+$/.exec(recording.recording.name)?.[0]));
    if (rate === undefined) continue;
    const score = row(recording, { lat: 42.4933, lon: -98.5717 }, rate);
    console.log(score.text);
    scores.push(score);
  }
  const part = (test: (score: (typeof scores)[number]) => boolean) =>
    `${((100 * scores.filter(test).length) / scores.length).toFixed(0)} %`;
  const errors = scores.map(({ error_m }) => error_m).sort((a, b) => a - b);
  console.log(
    `${scores.length} runs: median ${errors[errors.length >> 1].toFixed(1)} m, p90 ${errors[Math.floor(0.9 * errors.length)].toFixed(1)} m; ` +
      `in 50 % ${part((s) => s.isIn50)}, in 90 % ${part((s) => s.isIn90)}; rate x2 ${part((s) => s.ratio > 0.5 && s.ratio < 2)}, ` +
      `in its interval ${part((s) => s.isInInterval)}`,
  );
}

function read(name: string, files: readonly string[], choice: object): IngestedRecording[] {
  const profile = parseProfile(readFileSync(new URL(`../profiles/${name}.yaml`, import.meta.url), 'utf8'), name);
  const inputs = files.map((file) => ({
    name: file,
    bytes: new Uint8Array(readFileSync(new URL(`${name}/${file}`, data))),
  }));
  return ingest(inputs, profile, { ...OPTIONS, ...choice });
}

function row(ingested: IngestedRecording, truth: Position, rate_kgph: number) {
  const started = process.cpuUsage().user;
  const { sources, nullResult } = locateFixed(ingested, [], OPTIONS);
  const seconds = `${((process.cpuUsage().user - started) / 1e6).toFixed(1)} s`;
  const head = `${ingested.recording.name.slice(-16).padEnd(16)} n ${String(ingested.series.count).padStart(5)}`;
  const source = sources[0];
  if (source === undefined) {
    const limit = nullResult?.upperLimit_kgph?.toFixed(3) ?? 'none';
    const text = `${head}  nothing, ln BF ${nullResult?.lnBayesFactor.toFixed(1)}, upper limit ${limit} kg/h  ${seconds}`;
    return { text, error_m: Number.POSITIVE_INFINITY, isIn50: false, isIn90: false, ratio: 0, isInInterval: false };
  }
  const offset = localFrameAt(truth).toLocal(source.position);
  const error_m = Math.hypot(offset.x_m, offset.y_m);
  const { p05, p50, p95 } = source.rate_kgph;
  const [isIn50, isIn90] = [source.region50, source.region90].map((region) => regionContains(region, truth));
  const text =
    `${head}  off by ${error_m.toFixed(1)} m, in 50/90 % ${isIn50}/${isIn90}, rate ${p50.toPrecision(3)} [${p05.toPrecision(3)}, ` +
    `${p95.toPrecision(3)}] = ${(p50 / rate_kgph).toFixed(2)} of truth, ln BF ${source.lnBayesFactor.toFixed(0)}  ${seconds}`;
  return { text, error_m, isIn50, isIn90, ratio: p50 / rate_kgph, isInInterval: p05 < rate_kgph && p95 > rate_kgph };
}
