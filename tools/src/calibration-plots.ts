/** Plots of the calibration page as SVG text: the same numbers give the same bytes. */

export interface Curve {
  readonly name: string;
  readonly colour: string;
  /** [x, y] in [0, 1]. */
  readonly points: readonly (readonly [number, number])[];
}

export const COLOURS = ['#0b62a4', '#b5480f', '#3d7a2c'] as const;
const SIDE = 260;
const MARGIN = { left: 48, top: 28, right: 12, bottom: 44 };
const HISTOGRAM_HEIGHT = 150;
const INK = '#222';
const FAINT = '#bbb';
/** 95 % of a count lie within this many deviations. */
const Z95 = 1.96;

/** Bars of equal bins of [0, 1] with the band in which 95 % of calibrated counts lie. */
export function histogramPlot(title: string, counts: readonly number[]): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  const half = Z95 * Math.sqrt(expected * (1 - 1 / counts.length));
  const top = 1.1 * Math.max(...counts, expected + half, 1);
  const y = (count: number) => HISTOGRAM_HEIGHT * (1 - count / top);
  const width = SIDE / counts.length;
  const bars = counts.map((count, i) =>
    box(i * width + 1, y(count), width - 2, HISTOGRAM_HEIGHT - y(count), `fill="${COLOURS[0]}"`),
  );
  const low = Math.max(0, expected - half);
  const band = box(0, y(expected + half), SIDE, y(low) - y(expected + half), 'fill="#f0c36d" opacity="0.45"');
  const line = `<path d="M0 ${n(y(expected))}H${SIDE}" stroke="${INK}" stroke-dasharray="4 3"/>`;
  const labels = [
    text(-6, y(expected) + 4, n(expected), 'end'),
    text(-6, HISTOGRAM_HEIGHT + 4, '0', 'end'),
    ...ticks(HISTOGRAM_HEIGHT),
  ];
  return svg(title, HISTOGRAM_HEIGHT, [...bars, band, line, frame(HISTOGRAM_HEIGHT), ...labels]);
}

/** Curves over the unit square; the diagonal is calibration where `isDiagonal`. */
export function curvePlot(
  title: string,
  axes: { readonly x: string; readonly y: string },
  curves: readonly Curve[],
  isDiagonal: boolean,
): string {
  const place = ([x, y]: readonly [number, number]) => `${n(SIDE * x)} ${n(SIDE * (1 - y))}`;
  const paths = curves.map(
    ({ points, colour }) =>
      `<path d="M${points.map(place).join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
  );
  const names = curves.map(({ name, colour }, i) =>
    text(SIDE - 8, SIDE - 10 - 16 * (curves.length - 1 - i), name, 'end', colour),
  );
  const diagonal = isDiagonal ? [`<path d="M0 ${SIDE}L${SIDE} 0" stroke="${FAINT}" stroke-dasharray="4 3"/>`] : [];
  const sides = [0, 0.5, 1].map((value) => text(-6, SIDE * (1 - value) + 4, n(value), 'end'));
  const label = `<text transform="translate(-34 ${SIDE / 2}) rotate(-90)" text-anchor="middle">${axes.y}</text>`;
  const below = text(SIDE / 2, SIDE + 34, axes.x, 'middle');
  return svg(title, SIDE, [...diagonal, frame(SIDE), ...paths, ...names, ...ticks(SIDE), ...sides, label, below]);
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const width = SIDE + MARGIN.left + MARGIN.right;
  const all = height + MARGIN.top + MARGIN.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${all}" width="${width}" height="${all}" role="img" aria-label="${title}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<rect width="${width}" height="${all}" fill="#fff"/>`,
    text(MARGIN.left, 18, title, 'start'),
    `<g transform="translate(${MARGIN.left} ${MARGIN.top})">`,
    ...parts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const frame = (height: number) => box(0, 0, SIDE, height, `fill="none" stroke="${FAINT}"`);
const ticks = (height: number) => [0, 0.5, 1].map((value) => text(SIDE * value, height + 16, n(value), 'middle'));

function box(x: number, y: number, width: number, height: number, style: string): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" ${style}/>`;
}

function text(x: number, y: number, words: string, anchor: string, colour?: string): string {
  const fill = colour === undefined ? '' : ` fill="${colour}"`;
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}"${fill}>${words}</text>`;
}

/** At most two decimals. */
function n(value: number): string {
  return String(Number(value.toFixed(2)));
}
