/** What a source at one place predicts along the track: for weights, plots and residuals. */
import { RANGE_LN_STEP, RANGE_START_M, verticalFactor } from './coupling.ts';
import type { FlightProblem } from './likelihood.ts';

/** Best-fitting signal [ppm] of a source of about `rate_kgph`: per pass its own shift and amplitude. */
export function fittedSignal(p: FlightProblem, x: number, y: number, rate_kgph: number): Float64Array {
  const signal = new Float64Array(p.samples.count);
  const trial = new Float64Array(p.samples.count);
  const hypers = p.hyperLnPrior.length;
  const wide = (hypers >> 1) * p.delta.length;
  for (let j = 0; j < p.passes.count; j++) {
    const from = p.passes.start[j];
    const to = p.passes.start[j + 1];
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < p.delta.length; k++) {
      const { precision, response } = template(p, j, x, y, p.delta[k], trial);
      const prior = 1 / (p.settings.amplitudeSpread * rate_kgph) ** 2;
      const amplitude = Math.max(0, (response + prior * rate_kgph) / (precision + prior));
      const score =
        amplitude * response -
        0.5 * amplitude * amplitude * precision -
        0.5 * prior * (amplitude - rate_kgph) ** 2 +
        Math.log(p.hyperWeight[wide + k] + 1e-30);
      if (score <= best) continue;
      best = score;
      for (let i = from; i < to; i++) signal[i] = amplitude * trial[i];
    }
  }
  return signal;
}

/** a_j at a shift, into `out`; P = a'S^-1 a and R = a'S^-1 y. */
function template(p: FlightProblem, j: number, x: number, y: number, delta: number, out: Float64Array) {
  const { x_m, y_m, z_m } = p.samples;
  const table = p.tables[j];
  const dot = [0, 0, 0];
  let precision = 0;
  let response = 0;
  for (let i = p.passes.start[j]; i < p.passes.start[j + 1]; i++) {
    const dx = x_m[i] - x;
    const dy = y_m[i] - y;
    const r = Math.hypot(dx, dy);
    const along = dx * p.towardEast[j] + dy * p.towardNorth[j];
    out[i] = 0;
    if (along <= 0 || r < RANGE_START_M) continue;
    const theta = Math.atan2(dy * p.towardEast[j] - dx * p.towardNorth[j], along) - delta;
    const position = Math.log(r / RANGE_START_M) / RANGE_LN_STEP;
    const node = Math.min(table.alpha.length - 2, Math.floor(position));
    const u = position - node;
    const read = (column: Float64Array) => column[node] + u * (column[node + 1] - column[node]);
    const a =
      read(table.strength) *
      verticalFactor(z_m[i], p.conditions.sourceHeight_m, read(table.sigmaZ_m)) *
      Math.exp(-0.5 * (theta / read(table.alpha)) ** 2);
    out[i] = a;
    precision += p.weight[i] * a * a;
    response += p.whitened[i] * a;
    for (let k = 0; k < 3; k++) dot[k] += p.weight[i] * a * p.basis[i * 3 + k];
  }
  return { precision: Math.max(0, precision - dot[0] ** 2 - dot[1] ** 2 - dot[2] ** 2), response };
}
