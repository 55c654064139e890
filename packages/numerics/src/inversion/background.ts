/**
 * The slowly drifting background under the plumes, for detections, weights and plots. The likelihood does not
 * subtract it: there a level, slope and curvature of each pass are integrated out.
 *
 * Local level model: b(t + dt) = b(t) + N(0, w^2 dt), y = b + N(0, s^2), smoothed by Kalman filter and RTS pass;
 * samples far above the level carry no weight, found by iterating.
 */

export interface Background {
  readonly level_ppm: Float64Array;
  /** 1-sigma of the level. */
  readonly sd_ppm: Float64Array;
  /** Drift w of the local level [ppm s-1/2], the likeliest. */
  readonly drift_ppm: number;
}

/** Drift w over the noise [s^-1/2]: the level is followed over noise / w seconds, 200 s to 2 s. The likeliest is used. */
const DRIFTS = [1 / 200, 1 / 100, 1 / 60, 1 / 30, 1 / 18, 1 / 10, 1 / 6, 1 / 3.5, 1 / 2];
const FIRST_DRIFT = 1 / 60;
const ITERATIONS = 8;
/** Residuals above this many noise deviations are plume, below minus twice that spikes. */
const CLIP = 2.5;

/** Background of a time series with positive excursions, given the noise of one sample. */
export function fitBackground(time_s: Float64Array, value_ppm: Float64Array, noise_ppm: number): Background {
  const n = value_ppm.length;
  const used = new Uint8Array(n);
  startFromLowValues(value_ppm, used, noise_ppm);
  let drift = FIRST_DRIFT;
  let fit = smoothLevel(time_s, value_ppm, used, noise_ppm, drift);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    drift = likeliestDrift(time_s, value_ppm, awayFromPlumes(time_s, used), noise_ppm);
    fit = smoothLevel(time_s, value_ppm, used, noise_ppm, drift);
    let changed = 0;
    for (let i = 0; i < n; i++) {
      const r = (value_ppm[i] - fit.level_ppm[i]) / Math.hypot(noise_ppm, fit.sd_ppm[i]);
      const keep = r < CLIP && r > -2 * CLIP ? 1 : 0;
      if (keep !== used[i]) changed++;
      used[i] = keep;
    }
    if (changed === 0) break;
  }
  return fit;
}

/** Begins with values no higher than a few deviations above the median of their neighbourhood's lower half. */
function startFromLowValues(value: Float64Array, used: Uint8Array, noise: number): void {
  const n = value.length;
  const span = 150;
  for (let a = 0; a < n; a += span) {
    const part = Float64Array.from(value.subarray(a, Math.min(n, a + span))).sort();
    const low = part[Math.floor(part.length * 0.3)];
    for (let i = a; i < Math.min(n, a + span); i++) used[i] = value[i] < low + 3 * noise ? 1 : 0;
  }
}

/** Seconds beside a sample in a plume that do not count for the drift: its shoulders would pass for drift. */
const GUARD_S = 6;

function awayFromPlumes(t: Float64Array, used: Uint8Array): Uint8Array {
  const away = Uint8Array.from(used);
  for (let i = 0; i < used.length; i++) {
    if (used[i] === 1) continue;
    for (let k = i - 1; k >= 0 && t[i] - t[k] <= GUARD_S; k--) away[k] = 0;
    for (let k = i + 1; k < used.length && t[k] - t[i] <= GUARD_S; k++) away[k] = 0;
  }
  return away.some((one) => one === 1) ? away : used;
}

/** The drift of `DRIFTS` under which the used samples are likeliest, by the innovations of the filter. */
function likeliestDrift(t: Float64Array, y: Float64Array, used: Uint8Array, noise: number): number {
  let best = FIRST_DRIFT;
  let most = Number.NEGATIVE_INFINITY;
  for (const drift of DRIFTS) {
    const driftVariance = (noise * drift) ** 2;
    let m = firstUsed(y, used);
    let v = (100 * noise) ** 2;
    let ln = 0;
    for (let i = 0; i < y.length; i++) {
      if (i > 0) v += driftVariance * Math.max(0, t[i] - t[i - 1]);
      if (used[i] === 0) continue;
      const total = v + noise * noise;
      const innovation = y[i] - m;
      ln -= 0.5 * ((innovation * innovation) / total + Math.log(total));
      m += (v / total) * innovation;
      v *= 1 - v / total;
    }
    if (ln <= most) continue;
    most = ln;
    best = drift;
  }
  return best;
}

function smoothLevel(t: Float64Array, y: Float64Array, used: Uint8Array, noise: number, drift: number): Background {
  const n = y.length;
  const driftVariance = (noise * drift) ** 2;
  const mean = new Float64Array(n);
  const variance = new Float64Array(n);
  let m = firstUsed(y, used);
  let v = (100 * noise) ** 2;
  for (let i = 0; i < n; i++) {
    if (i > 0) v += driftVariance * Math.max(0, t[i] - t[i - 1]);
    if (used[i] === 1) {
      const gain = v / (v + noise * noise);
      m += gain * (y[i] - m);
      v *= 1 - gain;
    }
    mean[i] = m;
    variance[i] = v;
  }
  for (let i = n - 2; i >= 0; i--) {
    const predicted = variance[i] + driftVariance * Math.max(0, t[i + 1] - t[i]);
    const gain = variance[i] / predicted;
    mean[i] += gain * (mean[i + 1] - mean[i]);
    variance[i] += gain * gain * (variance[i + 1] - predicted);
  }
  return { level_ppm: mean, sd_ppm: variance.map(Math.sqrt), drift_ppm: noise * drift };
}

function firstUsed(y: Float64Array, used: Uint8Array): number {
  for (let i = 0; i < y.length; i++) if (used[i] === 1) return y[i];
  return y.length > 0 ? y[0] : 0;
}

/** Noise of one sample from successive differences, robust to plumes and drift (median absolute difference). */
export function noiseFromDifferences(value_ppm: Float64Array): number {
  const n = value_ppm.length - 1;
  if (n < 1) return Number.NaN;
  const d = new Float64Array(n);
  for (let i = 0; i < n; i++) d[i] = Math.abs(value_ppm[i + 1] - value_ppm[i]);
  d.sort();
  // Median of |N(0, 2 s^2)| = 0.6745 sqrt(2) s.
  return d[n >> 1] / (0.6745 * Math.SQRT2);
}

const BLOCK = 8;
/** Blocks below the level that the scatter is taken from, at least. */
const LEAST_BLOCKS = 4;
/** Air without plumes does not scatter more than this many times the instrument's own noise; beyond it the plumes do. */
const MOST_INFLATION = 4;

/**
 * Noise that stands for what the background does on the scale of a plume crossing as well: from the scatter of
 * eight-sample means below the fitted level, which plumes only leave (a median, and at most `MOST_INFLATION` times the
 * instrument's noise: a short flight may be in a plume for most of its blocks), never below `noise`.
 */
export function plumeScaleNoise(time_s: Float64Array, value_ppm: Float64Array, noise: number): number {
  const { level_ppm } = fitBackground(time_s, value_ppm, noise);
  const below: number[] = [];
  for (let from = 0; from + BLOCK <= value_ppm.length; from += BLOCK) {
    let sum = 0;
    for (let i = from; i < from + BLOCK; i++) sum += value_ppm[i] - level_ppm[i];
    if (sum < 0) below.push(-sum / BLOCK);
  }
  if (below.length < LEAST_BLOCKS) return noise;
  below.sort((a, b) => a - b);
  const scatter = (below[below.length >> 1] / 0.6745) * Math.sqrt(BLOCK);
  return Math.max(noise, Math.min(scatter, MOST_INFLATION * noise));
}
