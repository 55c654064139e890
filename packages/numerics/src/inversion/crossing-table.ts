/**
 * What one pass says about a plume crossing it, tabulated once and read by every place: the likelihood over clean air of
 * a crossing centred at time tau with width w and mean peak a, after integrating
 *   - the amplitude of this crossing, gamma about a (its mean is a whatever its spread, so the rate is not biased by a
 *     wrong spread; a normal one is, by c^2 - s^2),
 *   - its width, log-normal about w,
 *   - its shift along the track, normal with standard deviation kappa w,
 * and, inside the filter, background and fluctuation. A place at range r sees the pass as (tau, w, kappa, a).
 */
import type { CrossingKernels } from '../kernels/crossing-kernels.ts';
import type { PassFilter } from './crossing-filter.ts';
import { laidPass, passLength, sharedCrossingKernels } from './crossing-rows.ts';
import type { InversionSettings } from './settings.ts';

/** Grids that all passes of a flight share. */
export interface CrossingGrid {
  /** Peak nodes [ppm], geometric from `least_ppm`; a multiple of 4, from `usedPeaks` on all as the last used. */
  readonly least_ppm: number;
  readonly peaks: number;
  readonly usedPeaks: number;
  readonly widths_s: Float64Array;
  readonly kappa: Float64Array;
  /** Weights of the gamma amplitude on peak nodes, from offset `gammaFrom`. */
  readonly gamma: Float64Array;
  readonly gammaFrom: number;
}

export const PEAK_LN_STEP = 0.4;
export const WIDTH_LN_STEP = Math.log(1.45);
export const KAPPA_LN_STEP = Math.log(1.6);
const LEAST_KAPPA = 0.3;
/** Steps of tau in widths, and room beyond the pass's ends in widths. */
export const TAU_STEP_WIDTHS = 0.5;
export const ROOM_WIDTHS = 9;
const LEAST_WIDTH_STEPS = 0.7;
const LARGEST_WIDTH_S = 60;
/** Peaks from this many noise deviations to this many times the largest excess. */
const LEAST_PEAK_NOISES = 0.25;
const MOST_PEAK_EXCESSES = 12;
const SMOOTHING_SPAN = 2.6;
/** Rows smoothed by this many widths may lie two steps apart, by twice as many four, and so on. */
const STEP_KAPPA = 1.2;
/** Clean air less likely than this, beside the likeliest crossing, is nothing: float32 would leave the normal numbers. */
const LEAST_SINGLE = 1e-30;
/** The likeliest of thousands of crossings is so much likelier than clean air in clean air itself [nats]. */
const QUIET_LN = 3.5;

export interface CrossingTable {
  readonly start_s: number;
  readonly duration_s: number;
  /** First row and rows of each level (kappa x width), row = one tau, and how many steps of tau its rows are apart. */
  readonly levelOffset: Int32Array;
  readonly levelRows: Int32Array;
  readonly levelStep: Int32Array;
  /** Likelihood over clean air times `exp(-lnScale)` [row x peak]. */
  readonly likelihood: Float32Array;
  readonly lnScale: number;
  /** Of clean air itself and of a crossing of unknown time, width and peak, on the same scale. */
  readonly clean: number;
  readonly unknown: number;
  /** True when no crossing is much likelier than clean air. */
  readonly isQuiet: boolean;
}

export function crossingGrid(
  settings: InversionSettings,
  noise_ppm: number,
  largestExcess_ppm: number,
  sampleStep_s: number,
  longestPass_s: number,
  mostKappa: number,
): CrossingGrid {
  const least_ppm = LEAST_PEAK_NOISES * noise_ppm;
  const most = MOST_PEAK_EXCESSES * Math.max(largestExcess_ppm, 4 * noise_ppm);
  const narrowest = LEAST_WIDTH_STEPS * sampleStep_s;
  const widest = Math.max(2 * narrowest, Math.min(LARGEST_WIDTH_S, longestPass_s / 1.5));
  const steps = (ratio: number, step: number) => Math.ceil(Math.log(ratio) / step) + 1;
  const geometric = (count: number, first: number, step: number) =>
    Float64Array.from({ length: count }, (_, k) => first * Math.exp(k * step));
  const usedPeaks = steps(most / least_ppm, PEAK_LN_STEP);
  return {
    least_ppm,
    peaks: 4 * Math.ceil(usedPeaks / 4),
    usedPeaks,
    widths_s: geometric(steps(widest / narrowest, WIDTH_LN_STEP), narrowest, WIDTH_LN_STEP),
    kappa: geometric(steps(Math.max(LEAST_KAPPA, mostKappa) / LEAST_KAPPA, KAPPA_LN_STEP), LEAST_KAPPA, KAPPA_LN_STEP),
    ...gammaWeights(settings.amplitudeSpread),
  };
}

const MOST_AMPLITUDE_STEPS = 41;

/** Gamma density of mean 1 and standard deviation c on equal steps of ln amplitude, where it matters. */
function gammaWeights(c: number): { gamma: Float64Array; gammaFrom: number } {
  const shape = 1 / (c * c);
  const all = Array.from({ length: MOST_AMPLITUDE_STEPS }, (_, n) => {
    const ln = (n - 30) * PEAK_LN_STEP;
    return Math.exp(shape * (ln - Math.exp(ln) + 1));
  });
  const first = all.findIndex((weight) => weight > 1e-4);
  const last = all.findLastIndex((weight) => weight > 1e-4);
  const kept = all.slice(first, last + 1);
  const sum = kept.reduce((total, weight) => total + weight, 0);
  return { gamma: Float64Array.from(kept, (weight) => weight / sum), gammaFrom: first - 30 };
}

/** What a pass says, given the ways of looking at it (pass-plumes.ts). */
export function crossingTable(
  views: readonly PassView[],
  grid: CrossingGrid,
  settings: InversionSettings,
  kernels: CrossingKernels = sharedCrossingKernels(),
): CrossingTable {
  const layout = layoutOf(views[0].pass, grid);
  const room = roomFor(views, grid, layout);
  const memory = kernels.reserve(room.length);
  const singles = new Float32Array(memory.buffer);
  const lnScale = overViews(kernels, memory, views, grid, layout, room, settings);
  const clean = Math.exp(-lnScale);
  const single = clean < LEAST_SINGLE ? 0 : clean;
  mixAmplitudes(kernels, singles, grid, layout, room, single);
  mixWidths(kernels, singles, grid, layout, room, settings.widthJitter);
  smoothShifts(kernels, singles, grid, layout, room, single);
  const { start_s, duration_s, levelOffset, levelRows, levelStep } = layout;
  const table = singles.subarray(2 * room.table, 2 * room.table + layout.total * grid.peaks);
  const mixed = singles.subarray(2 * room.mixed, 2 * room.mixed + layout.rowCount * grid.peaks);
  return {
    start_s,
    duration_s,
    levelOffset,
    levelRows,
    levelStep,
    likelihood: table.slice(),
    lnScale,
    clean,
    unknown: unknownCrossing(mixed, grid, layout, clean),
    isQuiet: lnScale < QUIET_LN,
  };
}

/** One way of looking at a pass: as it is, or with another plume taken out. */
export interface PassView {
  readonly pass: PassFilter;
  /** ln of its prior and of how likely what was taken out is, over clean air. */
  readonly lnWeight: number;
}

interface Layout {
  readonly start_s: number;
  readonly duration_s: number;
  /** First row and rows of each width before smoothing. */
  readonly offset: Int32Array;
  readonly rows: Int32Array;
  readonly levelOffset: Int32Array;
  readonly levelRows: Int32Array;
  readonly levelStep: Int32Array;
  /** Rows before smoothing, and of all levels. */
  readonly rowCount: number;
  readonly total: number;
}

function layoutOf(pass: PassFilter, { widths_s, kappa }: CrossingGrid): Layout {
  const start_s = pass.time_s[0];
  const duration_s = pass.time_s[pass.count - 1] - start_s;
  const rows = Int32Array.from(
    widths_s,
    (w) => Math.ceil((duration_s + 2 * ROOM_WIDTHS * w) / (TAU_STEP_WIDTHS * w)) + 1,
  );
  const levelStep = Int32Array.from(kappa, (k) => 2 ** Math.max(0, Math.floor(Math.log2(k / STEP_KAPPA))));
  const levelRows = Int32Array.from({ length: kappa.length * rows.length }, (_, level) =>
    Math.ceil(rows[level % rows.length] / levelStep[Math.floor(level / rows.length)]),
  );
  const levelOffset = sumBefore(levelRows);
  const last = levelRows.length - 1;
  const total = levelOffset[last] + levelRows[last];
  const offset = sumBefore(rows);
  const rowCount = offset[rows.length - 1] + rows[rows.length - 1];
  return { start_s, duration_s, offset, rows, levelOffset, levelRows, levelStep, rowCount, total };
}

function sumBefore(values: Int32Array): Int32Array {
  const sums = new Int32Array(values.length);
  for (let n = 1; n < values.length; n++) sums[n] = sums[n - 1] + values[n - 1];
  return sums;
}

/** Places in the kernels' memory, in numbers; float32 arrays take half as many as they have entries. */
interface Room {
  readonly peak: number;
  readonly ln: number;
  readonly gamma: number;
  readonly scratch: number;
  readonly smoothing: number;
  readonly raw: number;
  readonly amplitudes: number;
  readonly mixed: number;
  readonly table: number;
  readonly length: number;
}

/** Most weights of one level. */
const MOST_WEIGHTS = 64;

function roomFor(views: readonly PassView[], { peaks, gamma }: CrossingGrid, { rowCount, total }: Layout): Room {
  const entries = rowCount * peaks;
  const peak = passLength(views[0].pass.count);
  const ln = peak + peaks;
  const gammaAt = ln + views.length * entries;
  const scratch = gammaAt + gamma.length;
  const smoothing = scratch + peaks + 2 * gamma.length + MOST_AMPLITUDE_STEPS;
  const raw = smoothing + MOST_WEIGHTS;
  const amplitudes = raw + entries / 2;
  const mixed = amplitudes + entries / 2;
  const table = mixed + entries / 2;
  const length = table + (total * peaks) / 2;
  return { peak, ln, gamma: gammaAt, scratch, smoothing, raw, amplitudes, mixed, table, length };
}

/** Likelihood over clean air of every (tau, w, A) [row x peak], summed over the views, scaled by the largest; its ln. */
function overViews(
  kernels: CrossingKernels,
  memory: Float64Array,
  views: readonly PassView[],
  grid: CrossingGrid,
  layout: Layout,
  room: Room,
  { fluctuation }: InversionSettings,
): number {
  const { peaks, widths_s, least_ppm } = grid;
  const entries = layout.rowCount * peaks;
  for (let m = 0; m < peaks; m++) memory[room.peak + m] = least_ppm * Math.exp(m * PEAK_LN_STEP);
  let lnScale = 0;
  views.forEach(({ pass, lnWeight }, view) => {
    const cross = laidPass(kernels, memory, 0, pass, room.peak, peaks, fluctuation);
    for (let k = 0; k < widths_s.length; k++) {
      const width_s = widths_s[k];
      const first_s = layout.start_s - ROOM_WIDTHS * width_s;
      const out = room.ln + view * entries + layout.offset[k] * peaks;
      const most = cross({ first_s, step_s: TAU_STEP_WIDTHS * width_s, width_s, rows: layout.rows[k] }, out);
      lnScale = Math.max(lnScale, lnWeight + most);
    }
  });
  memory.fill(0, room.raw, room.raw + entries / 2);
  views.forEach(({ lnWeight }, view) => {
    kernels.addLikelihood(room.ln + view * entries, entries, lnWeight - lnScale, room.raw);
  });
  return lnScale;
}

/** Mean over the gamma amplitude; below the least peak a crossing is as clean air, above the last used as that. */
function mixAmplitudes(
  kernels: CrossingKernels,
  singles: Float32Array,
  { peaks, usedPeaks, gamma, gammaFrom }: CrossingGrid,
  { rowCount }: Layout,
  room: Room,
  clean: number,
): void {
  singles.set(gamma, 2 * room.gamma);
  const { raw, scratch, amplitudes } = room;
  kernels.mixPeaks(raw, rowCount, peaks, usedPeaks, room.gamma, gamma.length, gammaFrom, clean, scratch, amplitudes);
}

/** A quarter or so of the neighbouring widths at the same centre. */
function mixWidths(
  kernels: CrossingKernels,
  singles: Float32Array,
  { peaks, widths_s }: CrossingGrid,
  layout: Layout,
  { amplitudes, mixed }: Room,
  jitter: number,
): void {
  singles.fill(0, 2 * mixed, 2 * mixed + layout.rowCount * peaks);
  const side = jitter > 0 ? Math.exp(-0.5 * (WIDTH_LN_STEP / jitter) ** 2) : 0;
  for (let k = 0; k < widths_s.length; k++) {
    const near = [k - 1, k, k + 1].filter((n) => n === k || (side > 0 && n >= 0 && n < widths_s.length));
    const sum = 1 + (near.length - 1) * side;
    for (const n of near) {
      const from = amplitudes + (layout.offset[n] * peaks) / 2;
      const to = mixed + (layout.offset[k] * peaks) / 2;
      const weight = (n === k ? 1 : side) / sum;
      const ratio = widths_s[k] / widths_s[n];
      const room = ROOM_WIDTHS / TAU_STEP_WIDTHS;
      kernels.addWidth(from, layout.rows[n], to, layout.rows[k], peaks, ratio, room, weight);
    }
  }
}

/**
 * Rows averaged over a normal shift of kappa widths, level by level: each from the one before by what its variance lacks,
 * on rows further apart the smoother they are. Outside the rows the air is clean.
 */
function smoothShifts(
  kernels: CrossingKernels,
  singles: Float32Array,
  { peaks, widths_s, kappa }: CrossingGrid,
  layout: Layout,
  { mixed, smoothing, table }: Room,
  clean: number,
): void {
  const placeOf = (base: number, row: number) => base + (row * peaks) / 2;
  let before = 0;
  let step = 1;
  for (let c = 0; c < kappa.length; c++) {
    const sd = Math.sqrt(kappa[c] ** 2 - before ** 2) / (TAU_STEP_WIDTHS * step);
    const reach = normalWeights(sd, singles, 2 * smoothing);
    const next = layout.levelStep[c];
    for (let k = 0; k < widths_s.length; k++) {
      const level = c * widths_s.length + k;
      const last = level - widths_s.length;
      const from = c === 0 ? placeOf(mixed, layout.offset[k]) : placeOf(table, layout.levelOffset[last]);
      const rows = c === 0 ? layout.rows[k] : layout.levelRows[last];
      const to = placeOf(table, layout.levelOffset[level]);
      kernels.smoothRows(from, rows, next / step, smoothing, reach, peaks, clean, to, layout.levelRows[level]);
    }
    before = kappa[c];
    step = next;
  }
}

/** Normal weights of standard deviation `sd` rows to `place`; returns how many rows they reach to either side. */
function normalWeights(sd: number, singles: Float32Array, place: number): number {
  const reach = Math.max(1, Math.ceil(SMOOTHING_SPAN * sd));
  const weight = Float64Array.from({ length: 2 * reach + 1 }, (_, n) => Math.exp(-0.5 * ((n - reach) / sd) ** 2));
  const total = weight.reduce((sum, value) => sum + value, 0);
  for (let n = 0; n < weight.length; n++) singles[place + n] = weight[n] / total;
  return reach;
}

/** A crossing anywhere in the pass, of any width and any used peak. */
function unknownCrossing(mixed: Float32Array, grid: CrossingGrid, layout: Layout, clean: number): number {
  const { peaks, usedPeaks, widths_s } = grid;
  let sum = 0;
  for (let k = 0; k < widths_s.length; k++) {
    const first = Math.round(ROOM_WIDTHS / TAU_STEP_WIDTHS);
    const rows = Math.max(1, layout.rows[k] - 2 * first);
    let inside = 0;
    for (let i = first; i < first + rows; i++) {
      for (let m = 0; m < usedPeaks; m++) inside += mixed[(layout.offset[k] + i) * peaks + m];
    }
    sum += inside / (rows * usedPeaks * widths_s.length);
  }
  return Math.max(sum, 1e-3 * clean);
}
