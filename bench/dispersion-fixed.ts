/**
 * Fixed instruments against known sources: `node bench/dispersion-fixed.ts [ginninderra|prairie|sbc] [records]`.
 * Ginninderra: release on and off, all instruments and each group alone, odd dates (tuning) and even dates (held out).
 * Prairie Grass: every second of the odd runs is for tuning (5, 9, 15 ... 59), the rest is held out (7, 11, 17 ... 61).
 * sbc: ranks of the truth in posteriors of records drawn from the short-record model, right and with a planted bug: the
 * rate at the known place in ten times as many records, then place and rate searched for.
 * CPU seconds are this process's own.
 */
import { readFileSync } from 'node:fs';
import { localFrameAt, type Position, regionContains } from '../packages/core/src/index.ts';
import { parseProfile } from '../packages/formats/src/index.ts';
import { DEFAULT_FIXED_SETTINGS } from '../packages/numerics/src/index.ts';
import { rankRateAtPlace, rankShort, tenBins, tooSure } from '../packages/numerics/test/fixed-calibration.ts';
import { hasPrairieGrass, loadPrairieGrass } from '../packages/numerics/test/prairie-grass.ts';
import { type IngestedRecording, ingest } from '../packages/pipeline/src/ingest.ts';
import { locateFixed } from '../packages/pipeline/src/locate-fixed.ts';

const data = new URL('../../shared/data/', import.meta.url);
const OPTIONS = { software: 'bench', exercise: false };
const DATES: Record<string, (date: number) => boolean> = {
  tuning: (date) => date % 2 === 1,
  'held out': (date) => date % 2 === 0,
  all: () => true,
};
/** Canberra's standard time. */
const ZONE_S = 36_000;

const which = process.argv[2];
if (!hasPrairieGrass) console.log('The data folder is not beside this checkout (../shared/data); nothing to measure.');
else {
  if (which === undefined || which === 'ginninderra') ginninderra();
  if (which === undefined || which === 'prairie') prairieGrass();
}
if (which === undefined || which === 'sbc') calibration(Number(process.argv[3] ?? 200));

function calibration(records: number): void {
  console.log('Simulation-based calibration, short records. Goal: chi2(9) < 16.9; the planted bug must fail.');
  const engines = { right: DEFAULT_FIXED_SETTINGS, 'errors a fifth (planted bug)': tooSure(DEFAULT_FIXED_SETTINGS) };
  for (const [name, engine] of Object.entries(engines)) {
    const seeds = Array.from({ length: records }, (_, i) => 1000 + i);
    const many = Array.from({ length: 10 * records }, (_, i) => 100_000 + i);
    const known = tenBins(many.map((seed) => rankRateAtPlace(seed, DEFAULT_FIXED_SETTINGS, engine)));
    console.log(
      `${name}: rate at the known place, ${many.length} records: chi2 ${known.chi2.toFixed(1)} (${known.counts.join(' ')})`,
    );
    const ranks = seeds
      .map((seed) => rankShort(seed, DEFAULT_FIXED_SETTINGS, engine))
      .filter((rank) => rank !== undefined);
    const [place, rate] = [tenBins(ranks.map((r) => r.place)), tenBins(ranks.map((r) => r.rate))];
    console.log(
      `${name}: ${ranks.length} of ${records} found; place chi2 ${place.chi2.toFixed(1)} (${place.counts.join(' ')}), ` +
        `rate chi2 ${rate.chi2.toFixed(1)} (${rate.counts.join(' ')})`,
    );
  }
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
      for (const [dates, isKept] of Object.entries(DATES)) {
        console.log(
          `${(group ?? 'all').padEnd(8)} ${dates.padEnd(8)} ${row(onDates(recording, isKept), truth, 0.348).text}`,
        );
      }
    }
  }
}

/** The rows of some dates alone. */
function onDates(ingested: IngestedRecording, isKept: (date: number) => boolean): IngestedRecording {
  const { series } = ingested;
  const kept = Array.from(series.time_s.keys()).filter((i) =>
    isKept(new Date((series.time_s[i]! + ZONE_S) * 1000).getUTCDate()),
  );
  const cut = (value: unknown): unknown => {
    if (value instanceof Float64Array) return Float64Array.from(kept, (i) => value[i]!);
    if (value instanceof Int32Array) return Int32Array.from(kept, (i) => value[i]!);
    if (value instanceof Int8Array) return Int8Array.from(kept, (i) => value[i]!);
    return value;
  };
  const columns = Object.fromEntries(Object.entries(series).map(([name, value]) => [name, cut(value)]));
  const { pathEnd, source } = series;
  const ends = pathEnd && Object.fromEntries(Object.entries(pathEnd).map(([name, value]) => [name, cut(value)]));
  const from = Object.fromEntries(Object.entries(source).map(([name, value]) => [name, cut(value)]));
  const own = { ...columns, count: kept.length, source: from, ...(ends === undefined ? {} : { pathEnd: ends }) };
  return { ...ingested, series: own as unknown as IngestedRecording['series'] };
}

function prairieGrass(): void {
  console.log(
    'Prairie Grass, odd runs: source at the centre. Goal: median <= 15 m, 90 % region 85-95 %, rate x2 >= 95 %.',
  );
  const rates = new Map(loadPrairieGrass().map(({ run, rate_gps }) => [run, rate_gps * 3.6]));
  const scores: (ReturnType<typeof row> & { readonly isTuning: boolean })[] = [];
  let count = 0;
  for (const recording of read('prairie_grass', ['prairie_grass_arcs.csv', 'prairie_grass_met.csv'], {})) {
    const rate = rates.get(Number(/\d+$/.exec(recording.recording.name)?.[0]));
    if (rate === undefined) continue;
    const score = row(recording, { lat: 42.4933, lon: -98.5717 }, rate);
    const isTuning = count++ % 2 === 0;
    console.log(`${isTuning ? 'tuning  ' : 'held out'} ${score.text}`);
    scores.push({ ...score, isTuning });
  }
  summary(
    'tuning',
    scores.filter(({ isTuning }) => isTuning),
  );
  summary(
    'held out',
    scores.filter(({ isTuning }) => !isTuning),
  );
}

function summary(name: string, scores: readonly ReturnType<typeof row>[]): void {
  const part = (test: (score: (typeof scores)[number]) => boolean) =>
    `${((100 * scores.filter(test).length) / scores.length).toFixed(0)} %`;
  const errors = scores.map(({ error_m }) => error_m).sort((a, b) => a - b);
  console.log(
    `${name}, ${scores.length} runs: median ${errors[errors.length >> 1].toFixed(1)} m, p90 ${errors[Math.floor(0.9 * errors.length)].toFixed(1)} m; ` +
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
