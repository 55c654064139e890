/**
 * Concentration over time as inline SVG: measured, fitted background, model, detections shaded. Drawn stretched to the
 * width of the page with strokes that keep their width; its numbers are HTML beside it.
 */
import type { Detection } from '@plumeline/core';
import { trackRunsOf } from '@plumeline/formats';
import type { ProcessedRecording } from './process.ts';
import { escapeHtml, formatNumber, ticksOf } from './report-format.ts';
import { largestByInstrument } from './report-marks.ts';
import type { Say } from './report-words.ts';

const WIDTH = 1000;
const HEIGHT = 300;
/** Columns of pixels a curve is thinned to; each keeps its lowest and highest value, so no peak is lost. */
const COLUMNS = 1200;
/** Fixed instruments shown, those with the largest enhancement. */
const MOST_INSTRUMENTS = 6;
const HOUR_S = 3600;
const TIME_STEPS_S = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  3 * HOUR_S,
  6 * HOUR_S,
  12 * HOUR_S,
];
const DAY_S = 24 * HOUR_S;
const TIME_TICKS = 7;

/** Indices of the samples of one curve, in time order, and where it breaks. */
interface Curve {
  readonly name?: string;
  readonly runs: readonly (readonly number[])[];
  readonly detections: readonly Detection[];
}

export function renderSeries(processed: ProcessedRecording, say: Say, substanceName: string): string {
  const { series, detections, located } = processed;
  const legend = renderLegend(say, detections.length > 0);
  if (series.instrument === undefined) {
    const runs = trackRunsOf(series).map(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
    return `<figure>${renderChart({ runs, detections }, processed, say, substanceName)}${legend}</figure>`;
  }
  const ranked = largestByInstrument(series, located.series.background_ppm).toReversed();
  const shown = ranked.slice(0, MOST_INSTRUMENTS);
  const charts = shown.map(({ index, name }) => {
    const rows = indicesOf(series.instrument!, index);
    const own = detections.filter(({ instrument }) => instrument === name);
    return renderChart(
      { name, runs: runsWithoutGaps(rows, series.time_s), detections: own },
      processed,
      say,
      substanceName,
    );
  });
  const note = say('instrumentsShown', { shown: shown.length, total: ranked.length });
  return `<figure class="small"><figcaption>${escapeHtml(note)}</figcaption>${charts.join('\n')}${legend}</figure>`;
}

function renderChart(curve: Curve, processed: ProcessedRecording, say: Say, substanceName: string): string {
  const { series, located } = processed;
  const indices = curve.runs.flat();
  const start_s = Date.parse(processed.recording.startAt) / 1000;
  const end_s = Math.max(start_s + 1, Date.parse(processed.recording.endAt) / 1000);
  const columns = [series.moleFraction_ppm, located.series.fitted_ppm, located.series.background_ppm];
  const [low, high] = rangeOf(columns, indices);
  const margin = 0.06 * (high - low);
  const [floor, ceiling] = [low - margin, high + margin];
  const x = (time_s: number) => (WIDTH * (time_s - start_s)) / (end_s - start_s);
  const y = (value: number) => HEIGHT * (1 - (value - floor) / (ceiling - floor));
  const path = (values: Float64Array) =>
    curve.runs
      .map((run) =>
        thinnedPath(
          run,
          (i) => x(series.time_s[i]!),
          (i) => y(values[i]!),
        ),
      )
      .join('');
  const yTicks = ticksOf(floor, ceiling, curve.name === undefined ? 5 : 2);
  const tTicks = timeTicksOf(start_s, end_s);
  const alt = say('seriesAlt', {
    substance: curve.name === undefined ? substanceName : `${curve.name}: ${substanceName}`,
    low: formatNumber(low, 4),
    high: formatNumber(high, 4),
    count: curve.detections.length,
  });
  const bands = curve.detections.map((detection) => bandOf(detection, x));
  const line = (d: string, style: string) =>
    `<path d="${d}" fill="none" vector-effect="non-scaling-stroke" stroke-linejoin="round" stroke-linecap="round" ${style}/>`;
  const svg = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fbfcfd"/>`,
    ...bands,
    line(yTicks.map((tick) => `M0 ${y(tick).toFixed(1)}H${WIDTH}`).join(''), 'stroke="#dfe4e9"'),
    line(path(series.moleFraction_ppm), 'stroke="#3d4c5c" stroke-width="1.2"'),
    line(path(located.series.background_ppm), 'stroke="#0b5c8a" stroke-width="1.6" stroke-dasharray="5 4"'),
    line(path(located.series.fitted_ppm), 'stroke="#9c1457" stroke-width="1.4"'),
  ];
  const labels = [
    ...yTicks.map((tick) =>
      label(`right:calc(100% + .4rem);top:${pc(y(tick), HEIGHT)};transform:translate(0,-50%)`, tickText(tick, yTicks)),
    ),
    ...tTicks.map(({ time_s, text, isMinor }) =>
      label(
        `left:${pc(x(time_s), WIDTH)};top:calc(100% + .35rem);transform:translate(-50%,0)`,
        text,
        isMinor ? 'wide' : '',
      ),
    ),
    label('left:.4rem;top:.4rem', curve.name === undefined ? 'ppm' : `${curve.name}, ppm`, 'strong'),
  ];
  return `<div class="plot series"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(alt)}">${svg.join('\n')}</svg><div aria-hidden="true">${labels.join('')}</div></div>`;
}

/** An instrument that was away for this many of its usual time steps is not drawn across the gap. */
const BREAK_STEPS = 6;

function runsWithoutGaps(rows: readonly number[], time_s: Float64Array): number[][] {
  const steps = Float64Array.from(rows.slice(1), (row, i) => time_s[row]! - time_s[rows[i]!]!).sort();
  const longest_s = BREAK_STEPS * (steps[steps.length >> 1] ?? 1);
  const runs: number[][] = [];
  rows.forEach((row, i) => {
    const isBreak = i === 0 || time_s[row]! - time_s[rows[i - 1]!]! > longest_s;
    if (isBreak) runs.push([row]);
    else runs.at(-1)!.push(row);
  });
  return runs;
}

/** Keeps first, lowest, highest and last of every pixel column, in their order. */
function thinnedPath(run: readonly number[], xAt: (i: number) => number, yAt: (i: number) => number): string {
  const kept: number[] = [];
  for (let k = 0; k < run.length; ) {
    const column = Math.floor((xAt(run[k]!) / WIDTH) * COLUMNS);
    let [least, most] = [k, k];
    let last = k;
    while (last + 1 < run.length && Math.floor((xAt(run[last + 1]!) / WIDTH) * COLUMNS) === column) {
      last++;
      if (yAt(run[last]!) < yAt(run[least]!)) least = last;
      if (yAt(run[last]!) > yAt(run[most]!)) most = last;
    }
    kept.push(...[...new Set([k, least, most, last])].sort((a, b) => a - b).map((at) => run[at]!));
    k = last + 1;
  }
  const points = kept.map((i, k) => `${k === 0 ? 'M' : 'L'}${xAt(i).toFixed(1)} ${yAt(i).toFixed(1)}`).join('');
  // A run of one sample is a dot.
  return kept.length === 1 ? `${points}h0` : points;
}

/** A detection as a band at least two units wide. */
function bandOf({ startAt, endAt }: Detection, x: (time_s: number) => number): string {
  const from = x(Date.parse(startAt) / 1000);
  const width = Math.max(2, x(Date.parse(endAt) / 1000) - from);
  return `<rect x="${from.toFixed(1)}" width="${width.toFixed(1)}" height="${HEIGHT}" fill="#ffdf80" fill-opacity="0.5"/>`;
}

function rangeOf(columns: readonly Float64Array[], indices: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of columns) {
    for (const i of indices) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

function timeTicksOf(start_s: number, end_s: number): { time_s: number; text: string; isMinor: boolean }[] {
  const wanted = (end_s - start_s) / TIME_TICKS;
  const step = TIME_STEPS_S.find((candidate) => candidate >= wanted) ?? DAY_S * Math.ceil(wanted / DAY_S);
  const first = Math.ceil(start_s / step);
  const count = Math.max(0, Math.floor(end_s / step) - first + 1);
  return Array.from({ length: count }, (_, i) => {
    const time_s = (first + i) * step;
    const instant = new Date(time_s * 1000).toISOString();
    const text = step >= DAY_S ? instant.slice(5, 10) : instant.slice(11, step < 60 ? 19 : 16);
    return { time_s, text, isMinor: i % 2 === 1 };
  });
}

function tickText(tick: number, ticks: readonly number[]): string {
  const decimals = Math.max(...ticks.map((value) => String(value).split('.')[1]?.length ?? 0));
  return tick.toFixed(decimals);
}

function indicesOf(instrument: Int32Array, wanted: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < instrument.length; i++) if (instrument[i] === wanted) rows.push(i);
  return rows;
}

function renderLegend(say: Say, hasDetections: boolean): string {
  const stroke = (style: string) =>
    `<svg width="26" height="10" aria-hidden="true"><path d="M1 5H25" fill="none" ${style}/></svg>`;
  const items = [
    `${stroke('stroke="#3d4c5c" stroke-width="1.6"')}${escapeHtml(say('measured'))}`,
    `${stroke('stroke="#0b5c8a" stroke-width="2" stroke-dasharray="5 3"')}${escapeHtml(say('background'))}`,
    `${stroke('stroke="#9c1457" stroke-width="2"')}${escapeHtml(say('model'))}`,
    ...(hasDetections
      ? [
          `<svg width="18" height="12" aria-hidden="true"><rect width="18" height="12" fill="#ffdf80" fill-opacity="0.5"/></svg>${escapeHtml(say('detection'))}`,
        ]
      : []),
  ];
  return `<ul class="legend">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function label(style: string, text: string, kind = ''): string {
  return `<span class="at ${kind}" style="${style}">${escapeHtml(text)}</span>`;
}

function pc(value: number, whole: number): string {
  return `${((100 * value) / whole).toFixed(2)}%`;
}
