/**
 * ln likelihood of a record of fixed instruments for one place and rate: a forward (Kalman) filter in which background,
 * calibration offsets and the errors that instruments share are states, and so are integrated out.
 *
 *   r = y - mu_k - q m (1 + gamma_k) - H g,   H = [1, q m, q m', q m', q m''],   g = (B, alpha, delta, eta, zeta)
 *   S = D + H P H',   D = diag(sigma_k^2 + h P_k h' + q^2 (f m)^2 + q^2 (f_e m_e)^2),   h = [1, q m]
 *   ln p(y) = -1/2 [ln det D + ln det(I + P G) + r' D^-1 r - b' (P^-1 + G)^-1 b],  G = H' D^-1 H,  b = H' D^-1 r
 *
 * fixed-instruments.md (3). g keeps its full covariance; each instrument keeps a 2 x 2 one (level, gain) and none with
 * the rest after a step (assumed-density filter), which can only make it less sure. Rows farther out than
 * `OUTLIER_SIGMAS` are down-weighted, not removed: their variance is raised until they stand at that distance.
 */
import type { Background } from './background.ts';
import { boundedSite } from './censored.ts';
import type { FixedProblem } from './problem.ts';
import type { Response } from './response.ts';
import type { Wander } from './wander.ts';

/** How wrong the transport model is; fitted on the tuning days of Ginninderra (fixed-instruments.md, table 2). */
export interface ModelError {
  /** Shared by the instruments of a step: relative amplitude, direction [rad] (passing and lasting), ln sigma_z. */
  readonly amplitude: Wander;
  readonly direction: Wander;
  readonly vane: Wander;
  readonly height: Wander;
  /** Relative error of one instrument's response: where it stands in the plume, for as long as the wind holds. */
  readonly gain: Wander;
  /** Relative error of each row on its own, of the mean and of the twice as wide plume's response. */
  readonly own: number;
  readonly edge: number;
}

/** Smoothed-over-the-past background and signal per row [ppm], filled when asked for. */
export interface FilterTrace {
  readonly background_ppm: Float64Array;
  readonly signal_ppm: Float64Array;
  /** (y - prediction) / sd per row, before the row was used. */
  readonly innovation: Float64Array;
}

const OUTLIER_SIGMAS = 3;
const SHARED = 5;
const LN_2PI = Math.log(2 * Math.PI);
/** Signals below this part of the noise leave a row a pure background reading. */
const NEGLIGIBLE = 0.01;

/** Scratch of the filter for one problem; make once, use for every place and rate. */
export interface FilterState {
  readonly level: Float64Array;
  readonly levelVariance: Float64Array;
  readonly gain: Float64Array;
  readonly gainVariance: Float64Array;
  readonly levelGain: Float64Array;
  readonly seen_s: Float64Array;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly rowVariance: Float64Array;
  readonly rowResidual: Float64Array;
}

export function filterState(problem: FixedProblem): FilterState {
  const instruments = problem.instruments.length;
  const most = Math.max(...problem.steps.map(({ from, to }) => to - from));
  return {
    level: new Float64Array(instruments),
    levelVariance: new Float64Array(instruments),
    gain: new Float64Array(instruments),
    gainVariance: new Float64Array(instruments),
    levelGain: new Float64Array(instruments),
    seen_s: new Float64Array(instruments),
    mean: new Float64Array(SHARED),
    covariance: new Float64Array(SHARED * SHARED),
    rowVariance: new Float64Array(most),
    rowResidual: new Float64Array(most),
  };
}

export interface FilterInput {
  readonly problem: FixedProblem;
  readonly background: Background;
  readonly error: ModelError;
  readonly state: FilterState;
}

/** ln likelihood of `rate` [kg h-1] given the responses of one place; `stride` takes every n-th step. */
export function logLikelihood(
  input: FilterInput,
  response: Response,
  rate: number,
  stride = 1,
  trace?: FilterTrace,
): number {
  const { problem, background, error, state } = input;
  const shared = [background.common, error.amplitude, error.direction, error.vane, error.height];
  begin(input, shared);
  let last_s = Number.NaN;
  let sum = 0;
  for (let index = 0; index < problem.steps.length; index += stride) {
    const { time_s, from, to } = problem.steps[index];
    if (index > 0) wander(state, shared, time_s - last_s);
    last_s = time_s;
    sum += gather(input, response, rate, index, trace);
    sum -= 0.5 * ((to - from) * LN_2PI + settleShared(state, rate > 0));
    settleInstruments(input, response, rate, index, trace);
  }
  return sum;
}

const info = new Float64Array(SHARED * SHARED);
const vector = new Float64Array(SHARED);
const change = new Float64Array(SHARED);
const work = new Float64Array(SHARED * SHARED);
const right = new Float64Array(SHARED * SHARED);
const keep = new Float64Array(SHARED);

function begin({ background, error, state }: FilterInput, shared: readonly Wander[]): void {
  state.level.set(background.level_ppm);
  for (let k = 0; k < state.level.length; k++) state.levelVariance[k] = background.levelSd_ppm[k] ** 2;
  state.gain.fill(0);
  state.gainVariance.fill(error.gain.sd ** 2);
  state.levelGain.fill(0);
  state.seen_s.fill(Number.NaN);
  state.mean.fill(0);
  state.covariance.fill(0);
  for (let i = 0; i < SHARED; i++) state.covariance[i * SHARED + i] = shared[i].sd ** 2;
}

/** Ornstein-Uhlenbeck prediction of the shared states over `elapsed` seconds. */
function wander({ mean, covariance }: FilterState, shared: readonly Wander[], elapsed: number): void {
  for (let i = 0; i < SHARED; i++) keep[i] = Math.exp(-elapsed / shared[i].time_s);
  for (let i = 0; i < SHARED; i++) {
    mean[i] *= keep[i];
    for (let j = 0; j < SHARED; j++) covariance[i * SHARED + j] *= keep[i] * keep[j];
    covariance[i * SHARED + i] += (1 - keep[i] * keep[i]) * shared[i].sd ** 2;
  }
}

/** Predicts every row of a step; leaves residuals, D, G and b; returns -1/2 (ln det D + r' D^-1 r), with the scales of bounds. */
function gather(input: FilterInput, response: Response, rate: number, index: number, trace?: FilterTrace): number {
  const { problem, background, error, state } = input;
  const { mean, covariance } = state;
  const { time_s, from, to } = problem.steps[index];
  info.fill(0);
  vector.fill(0);
  const pooling = background.pooling_ppm[index] ** 2;
  let [determinant, lnDet, quadratic, lnFactors] = [1, 0, 0, 0];
  for (let row = from; row < to; row++) {
    const k = problem.instrument[row];
    predictInstrument(input, k, time_s);
    const noise = background.noise_ppm[k];
    const m = rate * response.mean[row];
    const edge = error.edge * rate * response.edge[row];
    let d = noise * noise + pooling + state.levelVariance[k];
    let residual = problem.value_ppm[row] - state.level[k] - mean[0];
    let spread: number;
    const isPure = edge + m < NEGLIGIBLE * noise;
    const turn = rate * response.byDirection[row];
    const lift = rate * response.byHeight[row];
    if (isPure) {
      spread = d + covariance[0];
    } else {
      d += m * (2 * state.levelGain[k] + m * (state.gainVariance[k] + error.own * error.own)) + edge * edge;
      residual -= m * (1 + state.gain[k] + mean[1]) + turn * (mean[2] + mean[3]) + lift * mean[4];
      spread = d + sharedVariance(covariance, m, turn, lift);
    }
    if (trace !== undefined) trace.innovation[row] = residual / Math.sqrt(spread);
    const side = problem.bound === undefined ? 0 : problem.bound[row];
    if (side === 0) {
      const outlying = (residual * residual) / (spread * OUTLIER_SIGMAS * OUTLIER_SIGMAS);
      if (outlying > 1) d += spread * (outlying - 1);
    } else {
      const site = boundedSite(side, residual, spread);
      residual = site.residual;
      d += site.extra;
      lnFactors += site.lnFactor;
    }
    determinant *= d;
    if (determinant < 1e-200 || determinant > 1e200) {
      lnDet += Math.log(determinant);
      determinant = 1;
    }
    const precision = 1 / d;
    const scaled = residual * precision;
    quadratic += residual * scaled;
    vector[0] += scaled;
    info[0] += precision;
    if (!isPure) {
      vector[1] += m * scaled;
      vector[2] += turn * scaled;
      vector[4] += lift * scaled;
      const mp = m * precision;
      const tp = turn * precision;
      info[1] += mp;
      info[2] += tp;
      info[4] += lift * precision;
      info[6] += m * mp;
      info[7] += turn * mp;
      info[9] += lift * mp;
      info[12] += turn * tp;
      info[14] += lift * tp;
      info[24] += lift * lift * precision;
    }
    state.rowVariance[row - from] = d;
    state.rowResidual[row - from] = residual;
  }
  // Both direction errors load alike: rows and columns 2 and 3 of G are the same.
  vector[3] = vector[2];
  info[3] = info[2];
  info[8] = info[7];
  info[13] = info[12];
  info[18] = info[12];
  info[19] = info[14];
  for (let i = 1; i < SHARED; i++) for (let j = 0; j < i; j++) info[i * SHARED + j] = info[j * SHARED + i];
  return lnFactors - 0.5 * (lnDet + Math.log(determinant) + quadratic);
}

/** Decay over the last interval asked for: nearly all are one averaging period. */
let decay: {
  readonly elapsed: number;
  readonly background: Background | undefined;
  readonly error: ModelError | undefined;
  readonly level: number;
  readonly gain: number;
} = { elapsed: Number.NaN, background: undefined, error: undefined, level: 1, gain: 1 };

/** An instrument's level tends back to its own mean, its gain to one, since it was last read. */
function predictInstrument({ background, error, state }: FilterInput, k: number, time_s: number): void {
  const elapsed = time_s - state.seen_s[k];
  state.seen_s[k] = time_s;
  if (!(elapsed > 0)) return;
  if (elapsed !== decay.elapsed || background !== decay.background || error !== decay.error) {
    const level = Math.exp(-elapsed / background.levelTime_s);
    decay = { elapsed, background, error, level, gain: Math.exp(-elapsed / error.gain.time_s) };
  }
  const { level: rho, gain: gainRho } = decay;
  const variance = background.levelSd_ppm[k] ** 2;
  state.level[k] = background.level_ppm[k] + rho * (state.level[k] - background.level_ppm[k]);
  state.levelVariance[k] = variance + rho * rho * (state.levelVariance[k] - variance);
  const gainVariance = error.gain.sd ** 2;
  state.gain[k] *= gainRho;
  state.gainVariance[k] = gainVariance + gainRho * gainRho * (state.gainVariance[k] - gainVariance);
  state.levelGain[k] *= rho * gainRho;
}

/** h P h' for h = [1, m, turn, turn, lift]. */
function sharedVariance(p: Float64Array, m: number, turn: number, lift: number): number {
  const direction = p[12] + 2 * p[13] + p[18];
  const cross =
    m * (p[1] + turn * (p[7] + p[8]) + lift * p[9]) + turn * (p[2] + p[3] + lift * (p[14] + p[19])) + lift * p[4];
  return p[0] + m * m * p[6] + turn * turn * direction + lift * lift * p[24] + 2 * cross;
}

/** Updates the shared states with the step's G and b; returns ln det(I + P G) - b' (P^-1 + G)^-1 b. */
function settleShared({ mean, covariance }: FilterState, hasSignal: boolean): number {
  const n = hasSignal ? SHARED : 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) sum += covariance[i * SHARED + k] * info[k * SHARED + j];
      work[i * SHARED + j] = sum;
      right[i * SHARED + j] = covariance[i * SHARED + j];
    }
  }
  const lnDet = eliminate(n);
  let explained = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (right[i * SHARED + j] / work[i * SHARED + i] + right[j * SHARED + i] / work[j * SHARED + j]) / 2;
      covariance[i * SHARED + j] = value;
      covariance[j * SHARED + i] = value;
    }
  }
  change.fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) change[i] += covariance[i * SHARED + j] * vector[j];
    explained += change[i] * vector[i];
    mean[i] += change[i];
  }
  return lnDet - explained;
}

/** Gauss-Jordan with row pivoting on [work | right] = [I + P G | P], [n x n | n x n]; returns ln |det work|. */
function eliminate(n: number): number {
  let determinant = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(work[i * SHARED + column]) > Math.abs(work[pivot * SHARED + column])) pivot = i;
    }
    if (pivot !== column) swapRows(pivot, column, n);
    const head = work[column * SHARED + column];
    determinant *= head;
    for (let i = 0; i < n; i++) {
      const factor = i === column ? 0 : work[i * SHARED + column] / head;
      if (factor === 0) continue;
      for (let j = column; j < n; j++) work[i * SHARED + j] -= factor * work[column * SHARED + j];
      for (let j = 0; j < n; j++) right[i * SHARED + j] -= factor * right[column * SHARED + j];
    }
  }
  return Math.log(Math.abs(determinant));
}

function swapRows(a: number, b: number, n: number): void {
  for (let j = 0; j < n; j++) {
    [work[a * SHARED + j], work[b * SHARED + j]] = [work[b * SHARED + j], work[a * SHARED + j]];
    [right[a * SHARED + j], right[b * SHARED + j]] = [right[b * SHARED + j], right[a * SHARED + j]];
  }
}

/** Updates level and gain of the step's instruments given the settled shared states. */
function settleInstruments(
  { problem, state }: FilterInput,
  response: Response,
  rate: number,
  index: number,
  trace?: FilterTrace,
): void {
  const { mean, covariance } = state;
  const { from, to } = problem.steps[index];
  for (let row = from; row < to; row++) {
    const k = problem.instrument[row];
    const m = rate * response.mean[row];
    const turn = rate * response.byDirection[row];
    const lift = rate * response.byHeight[row];
    const d = state.rowVariance[row - from];
    // D^-1 (r - H change) is the row of S^-1 r; (d - h P+ h') / d^2 the diagonal of S^-1.
    const left =
      state.rowResidual[row - from] - change[0] - m * change[1] - turn * (change[2] + change[3]) - lift * change[4];
    const inverse = Math.max(0, d - sharedVariance(covariance, m, turn, lift)) / (d * d);
    const toLevel = state.levelVariance[k] + m * state.levelGain[k];
    const toGain = state.levelGain[k] + m * state.gainVariance[k];
    state.level[k] += (toLevel * left) / d;
    state.gain[k] += (toGain * left) / d;
    state.levelVariance[k] = Math.max(1e-12, state.levelVariance[k] - toLevel * toLevel * inverse);
    state.gainVariance[k] = Math.max(1e-12, state.gainVariance[k] - toGain * toGain * inverse);
    state.levelGain[k] -= toLevel * toGain * inverse;
    if (trace !== undefined) {
      trace.background_ppm[row] = state.level[k] + mean[0];
      trace.signal_ppm[row] = Math.max(
        0,
        m * (1 + state.gain[k] + mean[1]) + turn * (mean[2] + mean[3]) + lift * mean[4],
      );
    }
  }
}
