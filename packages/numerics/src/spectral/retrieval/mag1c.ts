/**
 * R2. MAG1C (Foote 2020, arXiv 2003.02978, algorithm 1) in closed form: the same estimate as thirty rebuilds of mean and
 * covariance, from one covariance S0. Letters: x pixel, xbar mean, R albedo, tau unit absorption, t target, m estimate,
 * a = c R m with c the covariance update scale, N background pixels, w = C^-1 t.
 *   x' = x - a t;  mu = xbar - abar t;  next t = tau o mu;
 *   C = S0 + (1/N) [ q t t^T - t v^T - v t^T ],  v = sum a (x - xbar),  q = sum a^2 - N abar^2;
 *   m <- max(0, ((x - mu).w - 1 / (R (m + 1e-9))) / (R max(1, t.w))).
 * C differs from S0 by rank two (Woodbury), and t stays in the span of tau^j o xbar, so an iteration costs one solve.
 */
import { type Column, dotOf, factorCovariance, loadAndFactor, solveInto, vectorPlace } from './column.ts';
import type { ColumnResult } from './matched-filter.ts';
import type { ColumnFault } from './settings.ts';

export interface Mag1cOptions {
  readonly iterations: number;
  readonly isSparse: boolean;
  readonly isAlbedoCorrected: boolean;
  readonly covarianceUpdateScale: number;
  readonly diagonalLoading: number;
  /** Leave out no pixel, though its weight is beyond reach; for tests of the bound. */
  readonly isDense?: boolean;
}

/** mag1c's epsilon under the reweighting [1e5 ppm m]. */
const EPSILON = 1e-9;
/** Powers tau^1..tau^6 o xbar solved beforehand; the seventh bounds what is left out. */
const BASIS = 6;
/** Largest share of the score that may be left out before the target is solved for again. */
const REMAINDER = 1e-13;
// Scratch vectors 0 .. BASIS: powers; then their solutions; then these.
const [T, Y_T, NEXT, Y_NEXT, V, Y_V, W] = [0, 1, 2, 3, 4, 5, 6].map((k) => 2 * (BASIS + 1) + k);

/** MAG1C of a column. `tau` [band] is for one `AMOUNT_UNIT_PPMM`. */
export function mag1c(column: Column, tau: Float64Array, options: Mag1cOptions): ColumnResult | ColumnFault {
  if (!factorCovariance(column, options.diagonalLoading)) return 'singular-covariance';
  const start = startIteration(column, tau, options);
  if (typeof start === 'string') return start;
  const state = start;
  for (let k = 0; k < options.iterations; k++) {
    const fault = iterate(column, tau, options, state);
    if (fault === 'unbounded') return mag1c(column, tau, { ...options, isDense: true });
    if (fault !== undefined) return fault;
  }
  return finish(column, state);
}

interface State {
  /** Estimate [row], and albedo as used (ones without correction). */
  readonly m: Float64Array;
  readonly albedo: Float64Array;
  readonly maxAlbedo: number;
  readonly isDense: boolean;
  /** Rows that are still estimated, in row order, also as `list` of the column's places; the first `backgroundActive` in the background. */
  readonly rows: Int32Array;
  active: number;
  backgroundActive: number;
  /** Sums of a and of a^2 over the background. */
  sum: number;
  squares: number;
  /** Coefficients of t over the powers. */
  readonly coefficients: Float64Array;
  abar: number;
  information: number;
}

/** The plain matched filter, floored at zero, and the list of pixels that are above it. */
function startIteration(column: Column, tau: Float64Array, options: Mag1cOptions): State | ColumnFault {
  const { kernels, memory, rowCount, width, places, mean, bandCount } = column;
  const at = (k: number) => vectorPlace(column, k);
  memory.fill(0, places.vectors, places.end);
  for (let j = 0; j <= BASIS; j++) {
    for (let b = 0; b < bandCount; b++) memory[at(j) + b] = tau[b] * (j === 0 ? mean[b] : memory[at(j - 1) + b]);
    if (j === 0 || options.diagonalLoading === 0) solveInto(column, at(j), at(BASIS + 1 + j));
  }
  memory.copyWithin(at(T), at(0), at(1));
  memory.copyWithin(at(Y_T), at(BASIS + 1), at(BASIS + 2));
  memory.copyWithin(at(W), at(Y_T), at(Y_T) + width);
  const information = dotOf(column, at(T), at(W));
  if (!(information > 0)) return 'no-light';
  kernels.rowDots(places.rows, -1, rowCount, width, at(W), places.scores);
  const albedo = options.isAlbedoCorrected ? column.albedo : new Float64Array(rowCount).fill(1);
  const coefficients = new Float64Array(BASIS + 1);
  coefficients[0] = 1;
  const state: State = {
    m: new Float64Array(rowCount),
    albedo,
    maxAlbedo: albedo.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    isDense: options.isDense === true || !options.isSparse,
    rows: new Int32Array(rowCount),
    active: 0,
    backgroundActive: 0,
    sum: 0,
    squares: 0,
    coefficients,
    abar: 0,
    information,
  };
  for (let row = 0; row < rowCount; row++) {
    keep(column, state, options, row, Math.max(0, memory[places.scores + row] / (albedo[row] * information)));
  }
  return state;
}

/**
 * Takes over a row's estimate: the row goes to the end of the list, unless it reached zero, where it stays because
 * 1e9 / R is beyond its score (see `isBounded`). Outside the background nothing bounds the score: those rows are kept.
 */
function keep(
  { memory, places, backgroundCount }: Column,
  state: State,
  options: Mag1cOptions,
  row: number,
  m: number,
) {
  state.m[row] = m;
  const isBackground = row < backgroundCount;
  if (m === 0 && isBackground && !state.isDense) return;
  const a = options.covarianceUpdateScale * state.albedo[row] * m;
  state.rows[state.active] = row;
  memory[places.list + state.active] = row;
  memory[places.values + state.active] = a;
  state.active++;
  if (!isBackground) return;
  state.backgroundActive = state.active;
  state.sum += a;
  state.squares += a * a;
}

/** One pass of the published loop. 'unbounded': a dropped pixel might have come back, so none may be dropped. */
function iterate(
  column: Column,
  tau: Float64Array,
  options: Mag1cOptions,
  state: State,
): ColumnFault | 'unbounded' | undefined {
  const { kernels, memory, width, places, backgroundCount, bandCount, mean } = column;
  const at = (k: number) => vectorPlace(column, k);
  const { list, values, rows, scores } = places;
  const abar = state.sum / backgroundCount;
  const q = state.squares - state.sum * abar;
  kernels.weightedRowSum(rows, list, state.backgroundActive, width, values, at(V));
  for (let b = 0; b < bandCount; b++) memory[at(NEXT) + b] = tau[b] * (mean[b] - abar * memory[at(T) + b]);
  const isSolved = options.diagonalLoading > 0 ? solveLoaded(column, q, options) : solveClosed(column, state, q, abar);
  if (!isSolved) return 'singular-covariance';
  state.information = dotOf(column, at(NEXT), at(W));
  state.abar = abar;
  if (!Number.isFinite(state.information)) return 'singular-covariance';
  if (!state.isDense && !isBounded(column, state, options)) return 'unbounded';
  kernels.rowDots(rows, list, state.active, width, at(W), scores);
  const offset = abar * dotOf(column, at(T), at(W));
  const norm = Math.max(1, state.information);
  const before = state.active;
  state.active = state.backgroundActive = state.sum = state.squares = 0;
  for (let k = 0; k < before; k++) {
    const row = state.rows[k];
    const r = state.albedo[row];
    const weight = options.isSparse ? 1 / (r * (state.m[row] + EPSILON)) : 0;
    // Rows kept so far are never ahead of k, so the list is read before it is written over.
    keep(column, state, options, row, Math.max(0, (memory[scores + k] + offset - weight) / (r * norm)));
  }
  // What `finish` needs: the mean of this pass is xbar - abar t with the t before.
  memory.copyWithin(at(V), at(T), at(T) + width);
  memory.copyWithin(at(T), at(NEXT), at(NEXT) + width);
  memory.copyWithin(at(Y_T), at(Y_NEXT), at(Y_NEXT) + width);
  return undefined;
}

/**
 * For a background pixel at m = 0, x' = x, and N C >= (x - mu)(x - mu)^T, so (x - mu)^T C^-1 (x - mu) <= N and
 * |(x - mu).w| <= sqrt(N t.w) (Cauchy-Schwarz). It stays at zero while that is below 1 / (|R| 1e-9).
 */
function isBounded({ divisor }: Column, state: State, { diagonalLoading }: Mag1cOptions): boolean {
  const largest = Math.sqrt((divisor * state.information) / (1 - diagonalLoading));
  return largest * state.maxAlbedo * EPSILON < 1;
}

/** w = C^-1 t_next by Woodbury: C^-1 b = S0^-1 b - Y (K^-1 + U^T Y)^-1 U^T S0^-1 b, U = [t v], Y = S0^-1 U. */
function solveClosed(column: Column, state: State, q: number, abar: number): boolean {
  const { memory, bandCount, divisor } = column;
  const at = (k: number) => vectorPlace(column, k);
  solveInto(column, at(V), at(Y_V));
  solveNext(column, state, abar);
  // K^-1 = N [[0, -1], [-1, -q]], with N the divisor of S0.
  const tt = dotOf(column, at(T), at(Y_T));
  const tv = dotOf(column, at(T), at(Y_V)) - divisor;
  const vv = dotOf(column, at(V), at(Y_V)) - divisor * q;
  const det = tt * vv - tv * tv;
  const bt = dotOf(column, at(T), at(Y_NEXT));
  const bv = dotOf(column, at(V), at(Y_NEXT));
  const [ct, cv] = [(vv * bt - tv * bv) / det, (tt * bv - tv * bt) / det];
  for (let b = 0; b < bandCount; b++) {
    memory[at(W) + b] = memory[at(Y_NEXT) + b] - ct * memory[at(Y_T) + b] - cv * memory[at(Y_V) + b];
  }
  return det !== 0;
}

/** S0^-1 t_next from the powers solved beforehand, or solved for where they do not reach. */
function solveNext(column: Column, state: State, abar: number): void {
  const { memory, bandCount } = column;
  const at = (k: number) => vectorPlace(column, k);
  const shifted = state.coefficients;
  for (let j = BASIS; j > 0; j--) shifted[j] = -abar * shifted[j - 1];
  shifted[0] = 1;
  memory.fill(0, at(Y_NEXT), at(Y_NEXT) + bandCount);
  for (let j = 0; j < BASIS; j++) {
    const solved = at(BASIS + 1 + j);
    for (let b = 0; b < bandCount; b++) memory[at(Y_NEXT) + b] += shifted[j] * memory[solved + b];
  }
  // Left out: c tau^7 o xbar and smaller. Its share of any score, in the metric of S0 (Cauchy-Schwarz).
  const left = shifted[BASIS] ** 2 * dotOf(column, at(BASIS), at(2 * BASIS + 1));
  if (left > REMAINDER ** 2 * dotOf(column, at(NEXT), at(Y_NEXT))) solveInto(column, at(NEXT), at(Y_NEXT));
}

/** w from C itself: a loaded diagonal is no low-rank change, so each pass factors again. */
function solveLoaded(column: Column, q: number, { diagonalLoading }: Mag1cOptions): boolean {
  const { memory, bandCount, width, divisor, places } = column;
  const [t, v] = [vectorPlace(column, T), vectorPlace(column, V)];
  for (let i = 0; i < bandCount; i++) {
    for (let j = 0; j <= i; j++) {
      const change = q * memory[t + i] * memory[t + j] - memory[t + i] * memory[v + j] - memory[v + i] * memory[t + j];
      memory[places.factor + i * width + j] = memory[places.covariance + i * width + j] + change / divisor;
    }
  }
  if (!loadAndFactor(column, diagonalLoading)) return false;
  solveInto(column, vectorPlace(column, NEXT), vectorPlace(column, W));
  return true;
}

/** Scores and amounts of every pixel with the last background. */
function finish(column: Column, state: State): ColumnResult {
  const { kernels, memory, width, rowCount, places, bandCount, mean } = column;
  const at = (k: number) => vectorPlace(column, k);
  kernels.rowDots(places.rows, -1, rowCount, width, at(W), places.scores);
  const before = memory.slice(at(V), at(V) + bandCount);
  const offset = state.abar * dotOf(column, at(V), at(W));
  const score = memory.slice(places.scores, places.scores + rowCount);
  for (let row = 0; row < rowCount; row++) score[row] += offset;
  const norm = Math.max(1, state.information);
  return {
    amount: state.m,
    denseAmount: score.map((value, row) => value / (state.albedo[row] * norm)),
    score,
    information: state.information,
    weights: memory.slice(at(W), at(W) + bandCount),
    mean: mean.map((value, b) => value - state.abar * before[b]),
    target: memory.slice(at(T), at(T) + bandCount),
  };
}
