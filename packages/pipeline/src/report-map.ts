/**
 * Map of one recording as inline SVG in local metres: what was measured, where the source may be, the wind. Text stands
 * beside the SVG as HTML, so that it keeps its size when the map shrinks to a phone.
 */
import { type LocalFrame, localFrameAt, type MultiPolygon, type Position, regionExtent } from '@plumeline/core';
import type { ProcessedRecording } from './process.ts';
import { escapeHtml, formatDecimal, formatNumber, niceStep, ticksOf } from './report-format.ts';
import { type ColourScale, type Draw, instrumentMarks, scaleOf, shadeOf, trackMarks } from './report-marks.ts';
import type { Say } from './report-words.ts';
import { meanWindOf } from './result.ts';

export interface MapInput {
  readonly processed: ProcessedRecording;
  readonly say: Say;
  readonly truth?: Position;
  /** One sentence for readers who cannot see the map. */
  readonly finding: string;
  /** Name of each source on the map; its coordinates when left out. */
  readonly names?: readonly string[];
}

/** [west, south, east, north] in local metres. */
type Box = readonly [number, number, number, number];

/** Width of a map in SVG units; its height follows the shape of what it shows, within these shares. */
const WIDTH = 1000;
const FLATTEST = 0.55;
const TALLEST = 0.9;
/** Two maps side by side are alike. */
const PAIR_SHAPE = 0.85;
/** Regions smaller than this share of the overview get a map of their own. */
const DETAIL_SHARE = 0.25;
/** A known position is in the detail map when that is at most this many times as wide with it. */
const NEAR_TRUTH_SPANS = 4;
const SOURCE_COLOUR = '#9c1457';
const SEARCHED_COLOURS = ['#0b5c8a', '#3f8f6b', '#7a6a1f'];

export interface Maps {
  readonly html: string;
  /** One figure, or two when the source is small beside the track. */
  readonly count: 1 | 2;
}

/** Detail of the source first when the track is much larger; the legend once. */
export function renderMaps(input: MapInput): Maps {
  const { processed, say } = input;
  const frame = localFrameAt(middleOf(processed.recording.extent));
  const scale = scaleOf(processed);
  const sourceBox = detailBox(frame, regionsOf(processed), input.truth);
  const overview = overviewBox(frame, processed, sourceBox);
  const isSmall = sourceBox !== undefined && spanOf(sourceBox) < DETAIL_SHARE * spanOf(overview);
  const whole = processed.series.instrument === undefined ? say('mapOverview') : say('mapInstruments');
  const figures = isSmall
    ? [
        renderMap(input, { frame, scale, box: sourceBox, title: say('mapDetail'), level: 'detail' }),
        renderMap(input, { frame, scale, box: overview, title: whole, level: 'overview', outline: sourceBox }),
      ]
    : [renderMap(input, { frame, scale, box: overview, title: say('map'), level: 'whole' })];
  return {
    html: `<div class="maps">${figures.join('\n')}${renderLegend(input, scale)}</div>`,
    count: figures.length === 2 ? 2 : 1,
  };
}

interface MapView {
  readonly frame: LocalFrame;
  readonly scale: ColourScale;
  readonly box: Box;
  readonly title: string;
  readonly level: 'whole' | 'detail' | 'overview';
  /** Drawn as a rectangle: where the detail map lies. */
  readonly outline?: Box;
}

function renderMap(input: MapInput, view: MapView): string {
  const { processed, say } = input;
  const { draw, box, height } = fitted(view);
  const isFixed = processed.series.instrument !== undefined;
  const what = isFixed ? say('mapWhatInstruments') : say('mapWhatTrack');
  const alt = say('mapAlt', { what, finding: input.finding });
  const grid = graticule(view.frame, draw, box, height);
  const wind = windArrow(input);
  const layers = [
    `<rect width="${WIDTH}" height="${height}" fill="#fbfcfd"/>`,
    grid.svg,
    ...searchedOf(processed)
      .map(({ region }, index) => searchedPath(region, index, draw))
      .toReversed(),
    ...processed.located.sources.map((source) => shadeOf(source.posterior, draw, SOURCE_COLOUR)),
    isFixed ? instrumentMarks(processed, draw, view.scale) : trackMarks(processed, draw, view.scale),
    ...processed.located.sources.flatMap(({ region90, region50 }) => [
      regionPath(region90, draw, 'stroke-width="2.5" stroke-dasharray="9 5"'),
      regionPath(region50, draw, 'stroke-width="3"'),
    ]),
    view.outline === undefined ? '' : outlineRect(view.outline, view.frame, draw),
    ...processed.located.sources.map(({ position }) => crossAt(draw(position))),
    input.truth === undefined ? '' : diamondAt(draw(input.truth)),
    wind.svg,
    `<g transform="translate(${WIDTH - 34} 58)"><path d="M0 -30 L10 4 L0 -3 L-10 4 Z" fill="#16202b"/></g>`,
  ];
  const bar = scaleBar(box, height);
  const labels = [
    ...grid.labels,
    wind.label,
    at(WIDTH - 34, 78, height, say('north'), 'strong', 'middle'),
    bar.label,
    ...(view.level === 'overview' ? [] : markerLabels(input, draw, height)),
  ];
  return `<figure><figcaption><b>${escapeHtml(view.title)}</b></figcaption><div class="plot map">
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(alt)}">${layers.join('\n')}${bar.svg}</svg>
<div aria-hidden="true">${labels.join('')}</div></div></figure>`;
}

/** Grows the box to the map's shape and returns how to draw a position in it. */
function fitted({ frame, box, level }: MapView): { draw: Draw; box: Box; height: number } {
  const [west, south, east, north] = box;
  const own = Math.min(TALLEST, Math.max(FLATTEST, (north - south) / (east - west)));
  const shape = level === 'whole' ? own : PAIR_SHAPE;
  const height = Math.round(WIDTH * shape);
  const metres = Math.max(east - west, (north - south) / shape);
  const [x0, y0] = [(west + east) / 2 - metres / 2, (south + north) / 2 - (metres * shape) / 2];
  const units = WIDTH / metres;
  const draw: Draw = (position) => {
    const { x_m, y_m } = frame.toLocal(position);
    return [(x_m - x0) * units, height - (y_m - y0) * units];
  };
  return { draw, box: [x0, y0, x0 + metres, y0 + metres * shape], height };
}

function overviewBox(frame: LocalFrame, processed: ProcessedRecording, sourceBox: Box | undefined): Box {
  const [west, south, east, north] = processed.recording.extent;
  const corners = [frame.toLocal({ lat: south, lon: west }), frame.toLocal({ lat: north, lon: east })];
  const searched = searchedOf(processed).map(({ region }) => region);
  const boxes: Box[] = [[corners[0]!.x_m, corners[0]!.y_m, corners[1]!.x_m, corners[1]!.y_m]];
  const searchedBox = boxOf(frame, searched, []);
  if (sourceBox !== undefined) boxes.push(sourceBox);
  if (searchedBox !== undefined) boxes.push(searchedBox);
  return padded(unionOf(boxes), 0.08)!;
}

function boxOf(frame: LocalFrame, regions: readonly MultiPolygon[], positions: readonly Position[]): Box | undefined {
  const corners = regions.flatMap((region) => {
    const extent = regionExtent(region);
    if (extent === undefined) return [];
    return [
      { lon: extent[0], lat: extent[1] },
      { lon: extent[2], lat: extent[3] },
    ];
  });
  // A known position alone gives no shape to show.
  if (corners.length === 0) return undefined;
  const points = [...corners, ...positions].map((position) => frame.toLocal(position));
  return unionOf(points.map(({ x_m, y_m }) => [x_m, y_m, x_m, y_m] as const));
}

function unionOf(boxes: readonly Box[]): Box {
  const pick = (index: 0 | 1 | 2 | 3, choose: (...values: number[]) => number) =>
    choose(...boxes.map((box) => box[index]));
  return [pick(0, Math.min), pick(1, Math.min), pick(2, Math.max), pick(3, Math.max)];
}

/** Regions with room around them; a known position far away would make them specks, so it must be near to count. */
function detailBox(frame: LocalFrame, regions: readonly MultiPolygon[], truth: Position | undefined): Box | undefined {
  const alone = boxOf(frame, regions, []);
  const both = truth === undefined ? alone : boxOf(frame, regions, [truth]);
  if (alone === undefined || both === undefined) return undefined;
  return padded(spanOf(both) < NEAR_TRUTH_SPANS * spanOf(alone) ? both : alone, 0.25);
}

/** Adds a share of the larger side on every side; a box of no size becomes ten metres wide. */
function padded(box: Box | undefined, share: number): Box | undefined {
  if (box === undefined) return undefined;
  const margin = Math.max(5, share * spanOf(box));
  return [box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin];
}

function spanOf([west, south, east, north]: Box): number {
  return Math.max(east - west, north - south);
}

function regionsOf({ located }: ProcessedRecording): MultiPolygon[] {
  return located.sources.map(({ region90 }) => region90);
}

/** The smallest rates for which an area was searched, and no more than can be told apart on a map. */
function searchedOf({ located }: ProcessedRecording) {
  const searched = located.nullResult?.searched ?? [];
  return [...searched].sort((a, b) => a.rate_kgph - b.rate_kgph).slice(0, SEARCHED_COLOURS.length);
}

function middleOf([west, south, east, north]: readonly [number, number, number, number]): Position {
  return { lat: (south + north) / 2, lon: (west + east) / 2 };
}

/** Faint lines of latitude and longitude with their degrees at the left and the foot. */
function graticule(frame: LocalFrame, draw: Draw, box: Box, height: number): { svg: string; labels: string[] } {
  const southWest = frame.toPosition(box[0], box[1]);
  const northEast = frame.toPosition(box[2], box[3]);
  const lats = ticksOf(southWest.lat, northEast.lat, 4);
  const lons = ticksOf(southWest.lon, northEast.lon, 4);
  const decimals = (ticks: readonly number[]) =>
    Math.max(1, ...ticks.map((tick) => String(Number(tick.toFixed(6))).split('.')[1]?.length ?? 0));
  const rows = lats.map((lat) => ({
    y: draw({ lat, lon: southWest.lon })[1],
    text: `${lat.toFixed(decimals(lats))}\u00b0`,
  }));
  const columns = lons.map((lon) => ({
    x: draw({ lat: southWest.lat, lon })[0],
    text: `${lon.toFixed(decimals(lons))}\u00b0`,
  }));
  const lines = [...rows.map(({ y }) => `M0 ${one(y)}H${WIDTH}`), ...columns.map(({ x }) => `M${one(x)} 0V${height}`)];
  return {
    svg: `<path d="${lines.join('')}" stroke="#dfe4e9" stroke-width="1" fill="none"/>`,
    labels: [
      ...rows
        .filter(({ y }) => y > 110 && y < height - 60)
        .map(({ y, text }) => at(6, y - 12, height, text, '', 'start')),
      ...columns
        .filter(({ x }) => x > 90 && x < WIDTH - 60)
        .map(({ x, text }, i) => at(x, height - 14, height, text, i % 2 === 1 ? 'wide' : '', 'middle')),
    ],
  };
}

function scaleBar(box: Box, height: number): { svg: string; label: string } {
  const metres = niceStep((box[2] - box[0]) / 9);
  const width = (metres / (box[2] - box[0])) * WIDTH;
  const [x, y] = [WIDTH - 24 - width, height - 58];
  return {
    svg: `<path d="M${one(x)} ${y - 8}V${y}H${one(x + width)}V${y - 8}" fill="none" stroke="#16202b" stroke-width="3"/>`,
    label: at(x + width / 2, y - 22, height, metres < 1000 ? `${metres} m` : `${metres / 1000} km`, 'strong', 'middle'),
  };
}

/** Arrow where the air goes, in the upper left corner. */
function windArrow({ processed, say }: MapInput): { svg: string; label: string } {
  const wind = meanWindOf(processed.series, processed.detections);
  if (wind === undefined) return { svg: '', label: '' };
  const towards_deg = (Math.atan2(wind.east_mps, wind.north_mps) * 180) / Math.PI;
  const from = String(Math.round((towards_deg + 540) % 360)).padStart(3, '0');
  return {
    svg: `<g transform="translate(48 48) rotate(${towards_deg.toFixed(1)})"><circle r="34" fill="#fff" stroke="#d5dbe1" stroke-width="2"/><path d="M0 26V-24M-10 -12L0 -26L10 -12" fill="none" stroke="#0b5c8a" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></g>`,
    label: `<span class="at strong" style="left:${pc(94, WIDTH)};top:1.1rem;transform:translate(0,-50%)">${escapeHtml(say('wind'))} ${escapeHtml(say('windFrom', { from, speed: formatNumber(wind.speed_mps, 2) }))}</span>`,
  };
}

function markerLabels({ processed, truth, say, names }: MapInput, draw: Draw, height: number): string[] {
  const { sources } = processed.located;
  const known = truth === undefined ? undefined : draw(truth);
  const labels = sources.map(({ position }, index) => {
    const name = sources.length === 1 ? '' : `${index + 1}: `;
    const at = draw(position);
    return atMarker(at, height, names?.[index] ?? `${name}${formatDecimal(position)}`, sideOf(at, known, 'above'));
  });
  if (known === undefined || !isInside(known, height)) return labels;
  const nearest = sources.map(({ position }) => draw(position)).sort((a, b) => gap(a, known) - gap(b, known))[0];
  return [...labels, atMarker(known, height, say('knownPosition'), sideOf(known, nearest, 'below'))];
}

type Side = 'above' | 'below';

/** Away from the other marker; `otherwise` when there is none. */
function sideOf(at: readonly [number, number], other: readonly [number, number] | undefined, otherwise: Side): Side {
  if (other === undefined || at[1] === other[1]) return otherwise;
  return at[1] < other[1] ? 'above' : 'below';
}

function gap(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function isInside([x, y]: readonly [number, number], height: number): boolean {
  return x >= 0 && x <= WIDTH && y >= 0 && y <= height;
}

/** Label above or below a marker, towards the side that has room. */
function atMarker([x, y]: readonly [number, number], height: number, text: string, side: Side): string {
  const anchor = x < WIDTH * 0.25 ? 'start' : x > WIDTH * 0.75 ? 'end' : 'middle';
  return at(x, side === 'above' ? y - 34 : y + 34, height, text, 'strong', anchor);
}

const SHIFT = { start: '0', middle: '-50%', end: '-100%' } as const;

/** HTML label at SVG coordinates. */
function at(x: number, y: number, height: number, text: string, kind: string, anchor: keyof typeof SHIFT): string {
  return `<span class="at ${kind}" style="left:${pc(x, WIDTH)};top:${pc(y, height)};transform:translate(${SHIFT[anchor]},-50%)">${escapeHtml(text)}</span>`;
}

function regionPath(region: MultiPolygon, draw: Draw, stroke: string): string {
  return `<path d="${pathOf(region, draw)}" fill="${SOURCE_COLOUR}" fill-opacity="0.05" fill-rule="evenodd" stroke="${SOURCE_COLOUR}" stroke-linejoin="round" ${stroke}/>`;
}

function searchedPath(region: MultiPolygon, index: number, draw: Draw): string {
  const colour = SEARCHED_COLOURS[index % SEARCHED_COLOURS.length]!;
  return `<path d="${pathOf(region, draw)}" fill="${colour}" fill-opacity="0.08" fill-rule="evenodd" stroke="${colour}" stroke-width="2"/>`;
}

function pathOf(region: MultiPolygon, draw: Draw): string {
  return region.coordinates
    .flat()
    .map((ring) => `M${ring.map(([lon, lat]) => draw({ lat, lon }).map(one).join(' ')).join('L')}Z`)
    .join('');
}

function outlineRect(box: Box, frame: LocalFrame, draw: Draw): string {
  const [left, bottom] = draw(frame.toPosition(box[0], box[1]));
  const [right, top] = draw(frame.toPosition(box[2], box[3]));
  return `<rect x="${one(left)}" y="${one(top)}" width="${one(right - left)}" height="${one(bottom - top)}" fill="none" stroke="#16202b" stroke-width="2"/>`;
}

function crossAt([x, y]: readonly [number, number]): string {
  return `<g transform="translate(${one(x)} ${one(y)})"><circle r="9" fill="#fff" stroke="${SOURCE_COLOUR}" stroke-width="4"/><circle r="2.5" fill="${SOURCE_COLOUR}"/></g>`;
}

function diamondAt([x, y]: readonly [number, number]): string {
  return `<path transform="translate(${one(x)} ${one(y)})" d="M0 -12L12 0L0 12L-12 0Z" fill="#fff" stroke="#16202b" stroke-width="4"/>`;
}

function renderLegend({ processed, say, truth }: MapInput, scale: ColourScale): string {
  const { located } = processed;
  const [low, high] = scale.domain;
  const steps = Array.from({ length: 24 }, (_, i) => {
    const colour = scale.colourOf(low + ((high - low) * (i + 0.5)) / 24);
    return `<rect x="${i * 5}" width="5.5" height="12" fill="${colour}"/>`;
  });
  const swatch = (marks: string) =>
    `<svg width="26" height="18" viewBox="-13 -9 26 18" aria-hidden="true">${marks}</svg>`;
  const items = [
    `<span>${escapeHtml(scale.title(say))}</span><span class="bar"><span>${formatNumber(low)}</span><svg width="120" height="12" aria-hidden="true">${steps.join('')}</svg><span>${formatNumber(high)} ppm</span></span>`,
  ];
  if (located.sources.length > 0) {
    const region = (size: number, dash: string) =>
      `<ellipse rx="${size}" ry="${size * 0.6}" fill="${SOURCE_COLOUR}" fill-opacity="0.18" stroke="${SOURCE_COLOUR}" stroke-width="1.6" ${dash}/>`;
    items.push(`${swatch(region(12, 'stroke-dasharray="4 2"') + region(6, ''))}${escapeHtml(say('legendRegions'))}`);
    items.push(
      `${swatch(`<circle r="4.5" fill="#fff" stroke="${SOURCE_COLOUR}" stroke-width="2"/>`)}${escapeHtml(say('bestPosition'))}`,
    );
  }
  if (truth !== undefined) {
    items.push(
      `${swatch('<path d="M0 -6L6 0L0 6L-6 0Z" fill="#fff" stroke="#16202b" stroke-width="2"/>')}${escapeHtml(say('knownPosition'))}`,
    );
  }
  for (const [index, { rate_kgph }] of searchedOf(processed).entries()) {
    const colour = SEARCHED_COLOURS[index % SEARCHED_COLOURS.length]!;
    items.push(
      `${swatch(`<rect x="-11" y="-7" width="22" height="14" fill="${colour}" fill-opacity="0.15" stroke="${colour}" stroke-width="1.6"/>`)}${escapeHtml(say('legendSearched', { rate: formatNumber(rate_kgph) }))}`,
    );
  }
  return `<ul class="legend">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function pc(value: number, whole: number): string {
  return `${((100 * value) / whole).toFixed(2)}%`;
}

function one(value: number): string {
  return String(Math.round(value * 10) / 10);
}
