/**
 * What one pass says about a plume crossing it, tabulated once and read by every place: the likelihood over clean air of
 * a crossing centred at time tau with width w and mean peak a, after integrating
 *   - the amplitude of this crossing, gamma about a (its mean is a whatever its spread, so the rate is not biased by a
 *     wrong spread; a normal one is, by c^2 - s^2),
 *   - its width, log-normal about w,
 *   - its shift along the track, normal with standard deviation kappa w,
 * and, inside the filter, background and fluctuation. A place at range r sees the pass as (tau, w, kappa, a).
 */
import { lnCrossing, type PassFilter, WINDOW_WIDTHS } from './crossing-filter.ts';
import type { InversionSettings } from './settings.ts';

/** Grids that all passes of a flight share. */
export interface CrossingGrid {
  /** Peak nodes [ppm], geometric from `least_ppm`. */
  readonly least_ppm: number;
  readonly peaks: number;
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
  return {
    least_ppm,
    peaks: steps(most / least_ppm, PEAK_LN_STEP),
    widths_s: geometric(steps(widest / narrowest, WIDTH_LN_STEP), narrowest, WIDTH_LN_STEP),
    kappa: geometric(steps(Math.max(LEAST_KAPPA, mostKappa) / LEAST_KAPPA, KAPPA_LN_STEP), LEAST_KAPPA, KAPPA_LN_STEP),
    ...gammaWeights(settings.amplitudeSpread),
  };
}

/** Gamma density of mean 1 and standard deviation c on equal steps of ln amplitude, where it matters. */
function gammaWeights(c: number): { gamma: Float64Array; gammaFrom: number } {
  const shape = 1 / (c * c);
  const all = Array.from({ length: 41 }, (_, n) => {
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
): CrossingTable {
  const layout = layoutOf(views[0].pass, grid);
  const { raw, lnScale } = overViews(views, grid, layout, settings);
  const clean = Math.exp(-lnScale);
  const mixed = mixWidths(mixAmplitudes(raw, grid, clean), grid, layout, settings.widthJitter);
  const { start_s, duration_s, levelOffset, levelRows, levelStep } = layout;
  return {
    start_s,
    duration_s,
    levelOffset,
    levelRows,
    levelStep,
    likelihood: smoothShifts(mixed, grid, layout, clean),
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

/** Likelihood over clean air of every (tau, w, A) [row x peak], summed over the views, scaled by the largest. */
function overViews(views: readonly PassView[], grid: CrossingGrid, layout: Layout, settings: InversionSettings) {
  const tables = views.map(({ pass }) => rawLikelihood(pass, grid, layout, settings));
  const lnScale = views.reduce((most, { lnWeight }, n) => Math.max(most, lnWeight + tables[n].most), 0);
  const sum = new Float64Array(tables[0].raw.length);
  views.forEach(({ lnWeight }, view) => {
    const { raw } = tables[view];
    for (let n = 0; n < raw.length; n++) sum[n] += Math.exp(raw[n] + lnWeight - lnScale);
  });
  return { raw: sum, lnScale };
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
  /** Rows of all levels. */
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
  return { start_s, duration_s, offset: sumBefore(rows), rows, levelOffset, levelRows, levelStep, total };
}

function sumBefore(values: Int32Array): Int32Array {
  const sums = new Int32Array(values.length);
  for (let n = 1; n < values.length; n++) sums[n] = sums[n - 1] + values[n - 1];
  return sums;
}

/** ln likelihood over clean air of every (tau, w, A) [row x peak], and the largest (at least that of clean air). */
function rawLikelihood(pass: PassFilter, grid: CrossingGrid, layout: Layout, settings: InversionSettings) {
  const { fluctuation } = settings;
  const { peaks, widths_s, least_ppm } = grid;
  const last = widths_s.length - 1;
  const raw = new Float64Array((layout.offset[last] + layout.rows[last]) * peaks);
  const shape = new Float64Array(pass.count);
  const { time_s, count } = pass;
  let most = 0;
  for (let k = 0; k <= last; k++) {
    const w = widths_s[k];
    let from = 0;
    let to = 0;
    for (let i = 0; i < layout.rows[k]; i++) {
      const tau = layout.start_s + (i * TAU_STEP_WIDTHS - ROOM_WIDTHS) * w;
      while (from < count && time_s[from] < tau - WINDOW_WIDTHS * w) from++;
      while (to < count && time_s[to] <= tau + WINDOW_WIDTHS * w) to++;
      if (from >= to) continue;
      for (let n = from; n < to; n++) shape[n - from] = Math.exp(-0.5 * ((time_s[n] - tau) / w) ** 2);
      const row = (layout.offset[k] + i) * peaks;
      for (let m = 0; m < peaks; m++) {
        const ln = lnCrossing(pass, from, to, shape, least_ppm * Math.exp(m * PEAK_LN_STEP), fluctuation);
        raw[row + m] = ln;
        if (ln > most) most = ln;
        if (ln === Number.NEGATIVE_INFINITY) {
          raw.fill(ln, row + m + 1, row + peaks);
          break;
        }
      }
    }
  }
  return { raw, most };
}

/** Mean over the gamma amplitude; below the least peak a crossing is as clean air, above the largest impossible. */
function mixAmplitudes(raw: Float64Array, { peaks, gamma, gammaFrom }: CrossingGrid, clean: number): Float64Array {
  const mixed = new Float64Array(raw.length);
  for (let row = 0; row < raw.length; row += peaks) {
    for (let m = 0; m < peaks; m++) {
      let sum = 0;
      for (let g = 0; g < gamma.length; g++) {
        const node = m + gammaFrom + g;
        if (node < 0) sum += gamma[g] * clean;
        else if (node < peaks) sum += gamma[g] * raw[row + node];
        else sum += gamma[g] * raw[row + peaks - 1];
      }
      mixed[row + m] = sum;
    }
  }
  return mixed;
}

/** A quarter or so of the neighbouring widths at the same centre. */
function mixWidths(raw: Float64Array, grid: CrossingGrid, layout: Layout, jitter: number): Float32Array {
  if (jitter <= 0) return Float32Array.from(raw);
  const side = Math.exp(-0.5 * (WIDTH_LN_STEP / jitter) ** 2);
  const { peaks, widths_s } = grid;
  const mixed = new Float32Array(raw.length);
  for (let k = 0; k < widths_s.length; k++) {
    const near = [k - 1, k, k + 1].filter((n) => n >= 0 && n < widths_s.length);
    const sum = near.reduce((total, n) => total + (n === k ? 1 : side), 0);
    for (const n of near) {
      const weight = (n === k ? 1 : side) / sum;
      const ratio = widths_s[k] / widths_s[n];
      for (let i = 0; i < layout.rows[k]; i++) {
        const position = ((i * TAU_STEP_WIDTHS - ROOM_WIDTHS) * ratio + ROOM_WIDTHS) / TAU_STEP_WIDTHS;
        const low = Math.max(0, Math.min(layout.rows[n] - 2, Math.floor(position)));
        const u = Math.max(0, Math.min(1, position - low));
        const a = (layout.offset[n] + low) * peaks;
        const out = (layout.offset[k] + i) * peaks;
        for (let m = 0; m < peaks; m++) mixed[out + m] += weight * ((1 - u) * raw[a + m] + u * raw[a + peaks + m]);
      }
    }
  }
  return mixed;
}

/**
 * Rows averaged over a normal shift of kappa widths, level by level: each from the one before by what its variance lacks,
 * on rows further apart the smoother they are. Outside the rows the air is clean.
 */
function smoothShifts(raw: Float32Array, grid: CrossingGrid, layout: Layout, clean: number): Float32Array {
  const { peaks, widths_s, kappa } = grid;
  const out = new Float32Array(layout.total * peaks);
  for (let k = 0; k < widths_s.length; k++) {
    let from = raw;
    let first = layout.offset[k] * peaks;
    let rows = layout.rows[k];
    let step = 1;
    let variance = 0;
    for (let c = 0; c < kappa.length; c++) {
      const sd = Math.sqrt(kappa[c] ** 2 - variance) / (TAU_STEP_WIDTHS * step);
      const level = c * widths_s.length + k;
      const to = layout.levelOffset[level] * peaks;
      const next = layout.levelStep[c];
      smoothLevel(from, first, rows, next / step, sd, peaks, clean, out, to, layout.levelRows[level]);
      variance = kappa[c] ** 2;
      from = out;
      first = to;
      rows = layout.levelRows[level];
      step = next;
    }
  }
  return out;
}

/** One level: every `stride`-th row of [first, first + rows * peaks) averaged with standard deviation `sd` rows. */
function smoothLevel(
  from: Float32Array,
  first: number,
  rows: number,
  stride: number,
  sd: number,
  peaks: number,
  clean: number,
  out: Float32Array,
  to: number,
  outRows: number,
): void {
  const reach = Math.max(1, Math.ceil(SMOOTHING_SPAN * sd));
  const weight = Float64Array.from({ length: 2 * reach + 1 }, (_, n) => Math.exp(-0.5 * ((n - reach) / sd) ** 2));
  const total = weight.reduce((sum, value) => sum + value, 0);
  for (let n = 0; n < weight.length; n++) weight[n] /= total;
  const sums = new Float64Array(peaks);
  for (let i = 0; i < outRows; i++) {
    sums.fill(0);
    const centre = i * stride;
    const low = Math.max(0, centre - reach);
    const high = Math.min(rows - 1, centre + reach);
    let outside = 1;
    for (let n = low; n <= high; n++) {
      const w = weight[n - centre + reach];
      outside -= w;
      const row = first + n * peaks;
      for (let m = 0; m < peaks; m++) sums[m] += w * from[row + m];
    }
    const at = to + i * peaks;
    for (let m = 0; m < peaks; m++) out[at + m] = sums[m] + outside * clean;
  }
}

/** A crossing anywhere in the pass, of any width and any peak of the grid. */
function unknownCrossing(mixed: Float32Array, grid: CrossingGrid, layout: Layout, clean: number): number {
  const { peaks, widths_s } = grid;
  let sum = 0;
  for (let k = 0; k < widths_s.length; k++) {
    const first = Math.round(ROOM_WIDTHS / TAU_STEP_WIDTHS);
    const rows = Math.max(1, layout.rows[k] - 2 * first);
    let inside = 0;
    for (let i = first; i < first + rows; i++) {
      for (let m = 0; m < peaks; m++) inside += mixed[(layout.offset[k] + i) * peaks + m];
    }
    sum += inside / (rows * peaks * widths_s.length);
  }
  return Math.max(sum, 1e-3 * clean);
}
