/**
 * Likelihood of one pass's samples given one plume crossing, with the background and the fluctuation inside the plume
 * integrated out by a Kalman filter.
 *
 *   y_i = b_i + s_i (1 + f xi_i) + e_i,   s_i = A exp(-(t_i - tau)^2 / 2 w^2),   e_i ~ N(0, r_i)
 *   b_i = b_{i-1} + N(0, q dt), b_0 diffuse (local level),   xi_i = rho xi_{i-1} + N(0, 1 - rho^2), rho = exp(-dt / T)
 *
 * s_i is nothing outside 3.7 w, so only the window is filtered: before it the state is that of clean air (forward
 * filter), after it the rest's likelihood as a function of b is a parabola made beforehand (backward information
 * filter). Harvey 1989, ch. 3; Anderson & Moore 1979 for the information form.
 */
import { LEAST_LN } from '../kernels/crossing-kernels.ts';

export { LEAST_LN, WINDOW_WIDTHS } from '../kernels/crossing-kernels.ts';

/** One pass made ready. Times [s], values [ppm] less a constant near the pass's level, variances [ppm2]. */
export interface PassFilter {
  readonly count: number;
  readonly time_s: Float64Array;
  readonly value: Float64Array;
  /** Variance of each sample's own error; 0 marks a sample that is set aside. */
  readonly variance: Float64Array;
  /** Drift variance of the step before each sample, and correlation of the fluctuation over it. */
  readonly drift: Float64Array;
  readonly correlation: Float64Array;
  /** Clean air: mean and variance of b before sample i, and ln likelihood of the samples before it. */
  readonly mean: Float64Array;
  readonly spread: Float64Array;
  readonly lnBefore: Float64Array;
  /** ln likelihood of samples i and later given b_i: c + h b - J b^2 / 2. One entry more than samples. */
  readonly constant: Float64Array;
  readonly linear: Float64Array;
  readonly curvature: Float64Array;
  /** ln likelihood of the whole pass in clean air. */
  readonly lnClean: number;
}

/** Standard deviation of the level before the first sample, over the noise: diffuse. */
const DIFFUSE = 300;
/** A product of innovation variances is turned into a logarithm after so many factors. */
const LOG_EVERY = 8;

export function passFilter(
  time_s: Float64Array,
  value_ppm: Float64Array,
  variance: Float64Array,
  driftVariance_ps: number,
  fluctuationTime_s: number,
): PassFilter {
  const n = time_s.length;
  const level = levelOf(value_ppm, variance);
  const value = value_ppm.map((v) => v - level);
  const drift = new Float64Array(n + 1);
  const correlation = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const dt = Math.max(0, time_s[i] - time_s[i - 1]);
    drift[i] = driftVariance_ps * dt;
    correlation[i] = fluctuationTime_s > 0 ? Math.exp(-dt / fluctuationTime_s) : 0;
  }
  const pass = {
    count: n,
    time_s,
    value,
    variance,
    drift,
    correlation,
    mean: new Float64Array(n),
    spread: new Float64Array(n),
    lnBefore: new Float64Array(n),
    constant: new Float64Array(n + 1),
    linear: new Float64Array(n + 1),
    curvature: new Float64Array(n + 1),
  };
  return { ...pass, lnClean: filterClean(pass) };
}

/** Median of the values in use: only to keep numbers small. */
function levelOf(value: Float64Array, variance: Float64Array): number {
  const used = value.filter((_, i) => variance[i] > 0).sort();
  return used.length > 0 ? used[used.length >> 1] : 0;
}

function filterClean(pass: Omit<PassFilter, 'lnClean'>): number {
  const { count, value, variance, drift, mean, spread, lnBefore, constant, linear, curvature } = pass;
  const typical = variance.reduce((most, r) => Math.max(most, r), 0);
  let m = 0;
  let v = DIFFUSE * DIFFUSE * typical;
  let ln = 0;
  for (let i = 0; i < count; i++) {
    v += drift[i];
    mean[i] = m;
    spread[i] = v;
    lnBefore[i] = ln;
    if (variance[i] === 0) continue;
    const total = v + variance[i];
    const innovation = value[i] - m;
    ln -= 0.5 * ((innovation * innovation) / total + Math.log(total));
    m += (v / total) * innovation;
    v *= variance[i] / total;
  }
  for (let i = count - 1; i >= 0; i--) {
    const q = drift[i + 1];
    const damping = 1 + q * curvature[i + 1];
    let j = curvature[i + 1] / damping;
    let h = linear[i + 1] / damping;
    let c = constant[i + 1] - 0.5 * Math.log(damping) + (0.5 * q * linear[i + 1] * linear[i + 1]) / damping;
    if (variance[i] > 0) {
      j += 1 / variance[i];
      h += value[i] / variance[i];
      c -= 0.5 * ((value[i] * value[i]) / variance[i] + Math.log(variance[i]));
    }
    curvature[i] = j;
    linear[i] = h;
    constant[i] = c;
  }
  return ln;
}

/**
 * ln of how much likelier the pass is with this crossing than in clean air; `LEAST_LN` or less is given as -Infinity.
 * `shape` holds exp(-(t - tau)^2 / 2 w^2) of samples [from, to).
 * Tables take many at once from the kernels (kernels/assembly/crossing.ts).
 */
export function lnCrossing(
  pass: PassFilter,
  from: number,
  to: number,
  shape: Float64Array,
  amplitude: number,
  fluctuation: number,
): number {
  const { value, variance, drift, correlation } = pass;
  let m1 = pass.mean[from];
  let m2 = 0;
  let p11 = pass.spread[from];
  let p12 = 0;
  let p22 = 1;
  let squares = 0;
  let product = 1;
  let ln = pass.lnBefore[from] - pass.lnClean;
  for (let i = from; i < to; i++) {
    if (i > from) {
      const rho = correlation[i];
      p11 += drift[i];
      p12 *= rho;
      p22 = 1 + rho * rho * (p22 - 1);
      m2 *= rho;
    }
    if (variance[i] === 0) continue;
    const s = amplitude * shape[i - from];
    const h = fluctuation * s;
    const u1 = p11 + h * p12;
    const u2 = p12 + h * p22;
    const total = u1 + h * u2 + variance[i];
    const inverse = 1 / total;
    const innovation = value[i] - m1 - s - h * m2;
    squares += innovation * innovation * inverse;
    product *= total;
    if ((i - from) % LOG_EVERY === LOG_EVERY - 1) {
      ln -= 0.5 * Math.log(product);
      product = 1;
    }
    const k1 = u1 * inverse;
    const k2 = u2 * inverse;
    m1 += k1 * innovation;
    m2 += k2 * innovation;
    p11 -= k1 * u1;
    p12 -= k1 * u2;
    p22 -= k2 * u2;
  }
  ln -= 0.5 * (squares + Math.log(product));
  const v = p11 + drift[to];
  const j = pass.curvature[to];
  const h = pass.linear[to];
  const damping = 1 + v * j;
  ln += pass.constant[to] - 0.5 * Math.log(damping) + (0.5 * (h * h * v + 2 * h * m1 - j * m1 * m1)) / damping;
  return ln > LEAST_LN ? ln : Number.NEGATIVE_INFINITY;
}
