/**
 * Denoised amount map (D2): the map u that minimises
 *
 *   sum_p w_p (u_p - m_p)^2 / 2 + lambda sum_p |grad u|_p,      w_p = (s_0 / s_p)^2, amounts in units of s_0
 *
 * by the primal-dual method of Chambolle & Pock 2011 (algorithm 1). m the amount, s its standard deviation pixel by
 * pixel, s_0 their median: noisy (dark) pixels take their value from their neighbours, edges of strong plumes stay.
 */
import { sortedQuantile } from './robust-statistics.ts';

export interface TotalVariationOptions {
  /** Weight of the variation in noise units. */
  readonly lambda?: number;
  readonly iterations?: number;
}

/** Tuned on simulated cubes and the `desert` chip (docs/science/plume-detection.md). */
export const DEFAULT_LAMBDA = 1.2;
const DEFAULT_ITERATIONS = 80;
/** Step sizes: tau sigma |grad|^2 <= 1 with |grad|^2 <= 8. */
const STEP = 1 / Math.sqrt(8);

/** @returns denoised amounts [same unit], line x sample; pixels without a value (NaN) stay NaN. */
export function denoiseAmount(
  amount: Float64Array,
  sigma: Float64Array,
  lines: number,
  samples: number,
  options: TotalVariationOptions = {},
): Float64Array {
  const { lambda = DEFAULT_LAMBDA, iterations = DEFAULT_ITERATIONS } = options;
  const known = sigma.filter((s, p) => s > 0 && Number.isFinite(amount[p])).sort();
  if (known.length === 0) return amount.slice();
  const unit = sortedQuantile(known, 0.5);
  const weight = sigma.map((s, p) => (s > 0 && Number.isFinite(amount[p]) ? (unit / s) ** 2 : 0));
  const data = amount.map((m, p) => (weight[p] > 0 ? m / unit : 0));
  const u = data.slice();
  const bar = data.slice();
  const down = new Float64Array(u.length);
  const right = new Float64Array(u.length);
  for (let i = 0; i < iterations; i++) {
    ascend(bar, down, right, lines, samples, lambda);
    for (let p = 0; p < u.length; p++) {
      const s = p % samples;
      const divergence = down[p] - (p >= samples ? down[p - samples] : 0) + right[p] - (s > 0 ? right[p - 1] : 0);
      const next = (u[p] + STEP * divergence + STEP * weight[p] * data[p]) / (1 + STEP * weight[p]);
      bar[p] = 2 * next - u[p];
      u[p] = next;
    }
  }
  return u.map((value, p) => (weight[p] > 0 ? value * unit : Number.NaN));
}

/** Dual step: q <- projection onto |q| <= lambda of q + step grad u. */
function ascend(
  u: Float64Array,
  down: Float64Array,
  right: Float64Array,
  lines: number,
  samples: number,
  lambda: number,
): void {
  for (let l = 0, p = 0; l < lines; l++)
    for (let s = 0; s < samples; s++, p++) {
      const qd = l < lines - 1 ? down[p] + STEP * (u[p + samples] - u[p]) : 0;
      const qr = s < samples - 1 ? right[p] + STEP * (u[p + 1] - u[p]) : 0;
      const size = Math.sqrt(qd * qd + qr * qr);
      const shrink = size > lambda ? lambda / size : 1;
      down[p] = qd * shrink;
      right[p] = qr * shrink;
    }
}
