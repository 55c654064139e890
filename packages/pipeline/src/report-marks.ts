/** Marks on the report's map: the track or the instruments coloured by concentration, and the shade of a posterior. */
import type { Position, PosteriorGrid } from '@plumeline/core';
import { trackRunsOf } from '@plumeline/formats';
import type { ProcessedRecording } from './process.ts';
import { cividisOnLight } from './report-colour.ts';
import type { Say } from './report-words.ts';

/** Position to SVG units. */
export type Draw = (position: Position) => readonly [number, number];

export interface ColourScale {
  /** Values [ppm] at the ends. */
  readonly domain: readonly [number, number];
  readonly colourOf: (value: number) => string;
  readonly fractionOf: (value: number) => number;
  readonly title: (say: Say) => string;
}

const LEVELS = 16;
/** Segments shorter than this [SVG units] are drawn as one. */
const LEAST_SEGMENT = 2;
/** The scale starts at this quantile of the values, so that one low outlier does not flatten the rest. */
const LOW_QUANTILE = 0.01;

/** A recording of noise alone must not look like one of plumes: the scale spans at least so many deviations. */
const LEAST_RANGE_SIGMAS = 15;

/** Mole fraction along a track; largest enhancement over the background for fixed instruments. */
export function scaleOf({ series, located }: ProcessedRecording): ColourScale {
  const isFixed = series.instrument !== undefined;
  const values = isFixed
    ? series.moleFraction_ppm.map((value, i) => value - located.series.background_ppm[i]!)
    : series.moleFraction_ppm;
  const sorted = values.toSorted();
  const low = isFixed ? 0 : (sorted[Math.floor(LOW_QUANTILE * (sorted.length - 1))] ?? 0);
  const noise = robustSd(series.moleFraction_ppm.map((value, i) => value - located.series.background_ppm[i]!));
  const high = Math.max(sorted.at(-1) ?? 0, low + LEAST_RANGE_SIGMAS * noise, low + 1e-6);
  const fractionOf = (value: number) => Math.min(1, Math.max(0, (value - low) / (high - low)));
  return {
    domain: [low, high],
    fractionOf,
    colourOf: (value) => cividisOnLight(fractionOf(value)),
    title: (say) => say(isFixed ? 'legendEnhancement' : 'legendMeasured'),
  };
}

/** Median absolute deviation, scaled to the standard deviation of a normal distribution. */
function robustSd(residual: Float64Array): number {
  const middle = (values: Float64Array) => values.toSorted()[values.length >> 1] ?? 0;
  const median = middle(residual);
  return 1.4826 * middle(residual.map((value) => Math.abs(value - median)));
}

/** Lines in the colour and width of the larger value of their ends; higher values lie on top. */
export function trackMarks({ series }: ProcessedRecording, draw: Draw, scale: ColourScale): string {
  const paths: string[] = Array.from({ length: LEVELS }, () => '');
  let casing = '';
  for (const { start, end } of trackRunsOf(series)) {
    let from = draw({ lat: series.lat_deg[start]!, lon: series.lon_deg[start]! });
    let peak = scale.fractionOf(series.moleFraction_ppm[start]!);
    let line = `M${pair(from)}`;
    for (let i = start + 1; i < end; i++) {
      peak = Math.max(peak, scale.fractionOf(series.moleFraction_ppm[i]!));
      const to = draw({ lat: series.lat_deg[i]!, lon: series.lon_deg[i]! });
      if (i < end - 1 && Math.hypot(to[0] - from[0], to[1] - from[1]) < LEAST_SEGMENT) continue;
      const level = Math.min(LEVELS - 1, Math.floor(peak * LEVELS));
      paths[level] += `M${pair(from)}L${pair(to)}`;
      line += `L${pair(to)}`;
      from = to;
      peak = scale.fractionOf(series.moleFraction_ppm[i]!);
    }
    casing += line;
  }
  const strokes = paths.map((d, level) => {
    if (d === '') return '';
    const fraction = (level + 0.5) / LEVELS;
    return `<path d="${d}" stroke="${cividisOnLight(fraction)}" stroke-width="${(1.3 + 8 * fraction).toFixed(1)}"/>`;
  });
  return `<g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="${casing}" stroke="#b4bec8" stroke-width="3"/>${strokes.join('')}</g>`;
}

/** A dot per point instrument and a line per open path, in the colour of its largest enhancement. */
export function instrumentMarks({ series, located }: ProcessedRecording, draw: Draw, scale: ColourScale): string {
  const marks = largestByInstrument(series, located.series.background_ppm).map(({ first, largest_ppm }) => {
    const colour = scale.colourOf(largest_ppm);
    const from = draw({ lat: series.lat_deg[first]!, lon: series.lon_deg[first]! });
    const end = series.pathEnd;
    const to = end === undefined ? from : draw({ lat: end.lat_deg[first]!, lon: end.lon_deg[first]! });
    const isPath = Math.hypot(to[0] - from[0], to[1] - from[1]) > 0.5;
    const path = `M${pair(from)}L${pair(to)}`;
    if (isPath)
      return `<path d="${path}" stroke="#8794a1" stroke-width="7"/><path d="${path}" stroke="${colour}" stroke-width="5"/>`;
    return `<circle cx="${from[0].toFixed(1)}" cy="${from[1].toFixed(1)}" r="9" fill="${colour}" stroke="#5d6a77" stroke-width="2"/>`;
  });
  return `<g stroke-linecap="round">${marks.join('')}</g>`;
}

/** First sample, sample count and largest enhancement [ppm] of every instrument that gave samples, largest last. */
export function largestByInstrument(
  series: ProcessedRecording['series'],
  background_ppm: Float64Array,
): { index: number; name: string; first: number; count: number; largest_ppm: number }[] {
  const found = (series.instruments ?? []).map(({ name }, index) => {
    return { index, name, first: -1, count: 0, largest_ppm: -Infinity };
  });
  for (let i = 0; i < series.count; i++) {
    const entry = found[series.instrument?.[i] ?? -1];
    if (entry === undefined) continue;
    if (entry.first < 0) entry.first = i;
    entry.count++;
    entry.largest_ppm = Math.max(entry.largest_ppm, series.moleFraction_ppm[i]! - background_ppm[i]!);
  }
  return found.filter(({ first }) => first >= 0).sort((a, b) => a.largest_ppm - b.largest_ppm);
}

/** Opacity steps of probability mass relative to the largest cell; fainter cells are left to the outlines. */
const SHADES = [0.02, 0.06, 0.14, 0.28, 0.48, 0.75];

/** Cells of equal shade as one path each, runs along a row merged. */
export function shadeOf(grid: PosteriorGrid, draw: Draw, colour: string): string {
  const most = grid.mass.reduce((a, b) => Math.max(a, b), 0);
  if (!(most > 0)) return '';
  const [left, bottom] = draw(grid.origin);
  const [right, top] = draw(grid.corner);
  const [width, height] = [(right - left) / grid.columns, (bottom - top) / grid.rows];
  const shadeAt = (row: number, column: number) => {
    const share = (grid.mass[row * grid.columns + column] ?? 0) / most;
    return SHADES.findLastIndex((least) => share >= least);
  };
  const paths: string[] = SHADES.map(() => '');
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; ) {
      const shade = shadeAt(row, column);
      const start = column;
      while (column < grid.columns && shadeAt(row, column) === shade) column++;
      if (shade < 0) continue;
      const x = left + start * width;
      const y = bottom - (row + 1) * height;
      paths[shade] +=
        `M${x.toFixed(1)} ${y.toFixed(1)}h${((column - start) * width).toFixed(1)}v${height.toFixed(1)}H${x.toFixed(1)}Z`;
    }
  }
  const layers = paths.map((d, i) =>
    d === '' ? '' : `<path d="${d}" fill-opacity="${(0.07 + 0.09 * i).toFixed(2)}"/>`,
  );
  return `<g fill="${colour}" shape-rendering="crispEdges">${layers.join('')}</g>`;
}

function pair([x, y]: readonly [number, number]): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
