/** The concentration series as a uPlot chart: measured, fitted background, model; detections shaded. */
import type { Detection } from '@plumeline/core';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Span } from '../data/view.ts';
import { formatValue } from '../format/numbers.ts';
import { formatClock, formatDay } from '../format/times.ts';
import type { LegWord } from '../parts/words.ts';

export interface SeriesInk {
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly finding: string;
  readonly shade: string;
  readonly legFor: string;
  readonly legAgainst: string;
  readonly legQuiet: string;
}

export interface SeriesColumns {
  readonly time_s: readonly number[];
  readonly measured: readonly (number | null)[];
  readonly background: readonly (number | null)[];
  readonly model: readonly (number | null)[];
}

/** Where a source's plume should cross a leg of the flight. */
export interface ExpectedCrossing {
  readonly at_s: number;
  readonly width_s: number;
  readonly says: LegWord | 'aside';
  readonly from_s: number;
  readonly to_s: number;
  readonly isExpected: boolean;
}

export interface SeriesOptions {
  readonly columns: SeriesColumns;
  readonly crossings: readonly ExpectedCrossing[];
  readonly detections: readonly Detection[];
  readonly ink: SeriesInk;
  readonly language: string;
  readonly span: Span | undefined;
  readonly size: { width: number; height: number };
  onCursor(index: number | undefined): void;
  onSpan(span: Span): void;
}

const DAY_S = 86_400;
/** A pause longer than this many usual steps breaks the lines. */
const GAP_STEPS = 20;
/** A drag shorter than this is a click [px]. */
const LEAST_DRAG_PX = 6;

export function createSeriesPlot(holder: HTMLElement, options: SeriesOptions): uPlot {
  const { columns, detections, ink, language, size } = options;
  const axis: uPlot.Axis = {
    stroke: ink.muted,
    font: '11px "Segoe UI", Roboto, "Noto Sans", "Open Sans", sans-serif',
    grid: { stroke: ink.grid, width: 1 },
    ticks: { show: false },
  };
  const clockOf = (time_s: number, step_s: number) => {
    const text = formatClock(time_s, language);
    if (step_s >= DAY_S) return formatDay(new Date(time_s * 1000).toISOString(), language).replace(/ \d{4}$/, '');
    return step_s >= 60 ? text.slice(0, 5) : text;
  };
  const pauses = pausesIn(columns.time_s);
  const gaps: uPlot.Series.GapsRefiner = (chart, _series, _from, _to, nulls) => [
    ...nulls,
    ...pauses.map(([from, to]): [number, number] => [chart.valToPos(from, 'x', true), chart.valToPos(to, 'x', true)]),
  ];
  const plot = new uPlot(
    {
      ...size,
      padding: [8, 12, 0, 0],
      tzDate: (time_s) => uPlot.tzDate(new Date(time_s * 1000), 'Etc/UTC'),
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG_PX },
        points: { size: 7, fill: ink.finding, stroke: ink.finding },
      },
      scales: { x: { time: true }, y: { range: (_, low, high) => padded(low, high) } },
      axes: [
        { ...axis, size: 22, gap: 4, values: (_, splits, __, ___, step) => splits.map((at) => clockOf(at, step)) },
        { ...axis, size: 52, gap: 6, values: (_, splits) => splits.map((value) => formatValue(value, language, 4)) },
      ],
      series: [
        {},
        { stroke: ink.ink, width: 1, points: { show: false }, gaps },
        { stroke: ink.muted, width: 1.5, dash: [5, 4], points: { show: false }, gaps },
        { stroke: ink.finding, width: 1.75, points: { show: false }, gaps },
      ],
      hooks: {
        drawClear: [(chart) => shadeDetections(chart, detections, ink.shade)],
        draw: [(chart) => markCrossings(chart, options.crossings, ink)],
        setCursor: [(chart) => options.onCursor(chart.cursor.left! < 0 ? undefined : (chart.cursor.idx ?? undefined))],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < LEAST_DRAG_PX) return;
            options.onSpan({ from_s: chart.posToVal(left, 'x'), to_s: chart.posToVal(left + width, 'x') });
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    [columns.time_s, columns.measured, columns.background, columns.model] as unknown as uPlot.AlignedData,
    holder,
  );
  showSpan(plot, options.span);
  return plot;
}

/** Ends of the times without samples. */
function pausesIn(time_s: readonly number[]): [number, number][] {
  const steps = time_s.slice(1).map((time, i) => time - time_s[i]!);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return steps.flatMap((step, i) =>
    step > GAP_STEPS * usual ? [[time_s[i]!, time_s[i + 1]!] as [number, number]] : [],
  );
}

/** Zooms to a span, or to everything. */
export function showSpan(plot: uPlot, span: Span | undefined): void {
  const times = plot.data[0];
  if (times.length === 0) return;
  const all = { min: times[0]!, max: times.at(-1)! };
  plot.setScale('x', span === undefined ? all : { min: span.from_s, max: span.to_s });
}

/** Puts the chart's cursor on a sample without a mouse; `undefined` takes it away. */
export function showCursor(plot: uPlot, index: number | undefined): void {
  if (index === undefined) {
    plot.setCursor({ left: -10, top: -10 }, false);
    return;
  }
  plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, 'x'), top: 10 }, false);
}

function shadeDetections(chart: uPlot, detections: readonly Detection[], shade: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.fillStyle = shade;
  for (const { startAt, endAt } of detections) {
    const from = Math.max(bbox.left, chart.valToPos(Date.parse(startAt) / 1000, 'x', true));
    const to = Math.min(bbox.left + bbox.width, chart.valToPos(Date.parse(endAt) / 1000, 'x', true));
    if (to >= from) ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height);
  }
  ctx.restore();
}

const LEG_BAND_PX = 4;

/** A band a leg along the bottom, in the colour of what it says, and a dashed line where the plume should cross it. */
function markCrossings(chart: uPlot, crossings: readonly ExpectedCrossing[], ink: SeriesInk): void {
  const { ctx, bbox } = chart;
  const colours = { for: ink.legFor, against: ink.legAgainst, little: ink.legQuiet, aside: ink.legQuiet };
  const at = (time_s: number) =>
    Math.max(bbox.left, Math.min(bbox.left + bbox.width, chart.valToPos(time_s, 'x', true)));
  ctx.save();
  for (const { at_s, width_s, says, from_s, to_s, isExpected } of crossings) {
    ctx.globalAlpha = says === 'aside' ? 0.4 : 1;
    ctx.fillStyle = colours[says];
    const band = LEG_BAND_PX * devicePixelRatio;
    ctx.fillRect(at(from_s), bbox.top + bbox.height - band, Math.max(1, at(to_s) - at(from_s) - 1), band);
    const { min = 0, max = 0 } = chart.scales.x!;
    if (!isExpected || at_s < min || at_s > max) continue;
    ctx.strokeStyle = colours[says];
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.strokeRect(
      at(at_s - width_s / 2),
      bbox.top,
      Math.max(1, at(at_s + width_s / 2) - at(at_s - width_s / 2)),
      bbox.height,
    );
    ctx.setLineDash([]);
  }
  ctx.restore();
}

function padded(low: number, high: number): [number, number] {
  const margin = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - margin, high + margin];
}
