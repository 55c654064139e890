/** What a source at one place predicts along the track: for weights, plots and residuals. */
import type { FlightProblem } from './likelihood.ts';
import { ALPHA, FIELDS, PHI, RANGE_START_M, rangePosition, SIGMA_Z, STRENGTH, verticalFactor } from './transport.ts';

/** Best-fitting signal of one source. */
export interface FittedSource {
  readonly signal_ppm: Float64Array;
  /** Derivative of the signal by the angular shift [ppm per rad]. */
  readonly slope_ppm: Float64Array;
  /** Derivative of the signal by ln sigma_y at a constant total [ppm]. */
  readonly widening_ppm: Float64Array;
}

/** Per pass its own shift and amplitude, within their priors, about a rate [kg/h]; `widening` is a factor on sigma_y. */
export function fittedSource(
  p: FlightProblem,
  x: number,
  y: number,
  rate_kgph: number,
  widening = 1,
  amplitudeSpread = p.settings.amplitudeSpread,
): FittedSource {
  const count = p.samples.count;
  const signal_ppm = new Float64Array(count);
  const slope_ppm = new Float64Array(count);
  const widening_ppm = new Float64Array(count);
  const trial = new Float64Array(count);
  const trialSlope = new Float64Array(count);
  const trialWidening = new Float64Array(count);
  const { delta } = p.fine;
  const lnWeight = marginalShiftLnWeight(p);
  const prior = 1 / (amplitudeSpread * rate_kgph) ** 2;
  for (let j = 0; j < p.passes.count; j++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < delta.length; k++) {
      const { precision, response } = template(
        p,
        j,
        { x, y, delta: delta[k], widening },
        trial,
        trialSlope,
        trialWidening,
      );
      const amplitude = Math.max(0, (response + prior * rate_kgph) / (precision + prior));
      const score =
        amplitude * response -
        0.5 * amplitude * amplitude * precision -
        0.5 * prior * (amplitude - rate_kgph) ** 2 +
        lnWeight[k];
      if (score <= best) continue;
      best = score;
      for (let i = p.passes.start[j]; i < p.passes.start[j + 1]; i++) {
        signal_ppm[i] = amplitude * trial[i];
        slope_ppm[i] = amplitude * trialSlope[i];
        widening_ppm[i] = amplitude * trialWidening[i];
      }
    }
  }
  return { signal_ppm, slope_ppm, widening_ppm };
}

/** ln of the prior weight of each delta node, hyper nodes summed. */
function marginalShiftLnWeight(p: FlightProblem): Float64Array {
  const count = p.fine.delta.length;
  const weight = new Float64Array(count);
  p.hyperPrior.forEach((prior, h) => {
    for (let k = 0; k < count; k++) weight[k] += prior * p.fine.weight[h * count + k];
  });
  return weight.map((w) => Math.log(w + 1e-30));
}

/** a_j at a shift and its derivative, into the arrays; P = a' S^-1 a and R = a' S^-1 y. */
function template(
  p: FlightProblem,
  j: number,
  at: { x: number; y: number; delta: number; widening: number },
  out: Float64Array,
  slope: Float64Array,
  wider: Float64Array,
) {
  const { x_m, y_m, z_m } = p.samples;
  const { table, bin, nodes, east, north } = p.transport;
  const { weight, basis, whitened, terms } = p.noise;
  const dot = new Float64Array(terms);
  let precision = 0;
  let response = 0;
  for (let i = p.passes.start[j]; i < p.passes.start[j + 1]; i++) {
    out[i] = 0;
    slope[i] = 0;
    wider[i] = 0;
    const b = bin[i];
    const dx = x_m[i] - at.x;
    const dy = y_m[i] - at.y;
    const along = dx * east[b] + dy * north[b];
    const across = dy * east[b] - dx * north[b];
    const r2 = dx * dx + dy * dy;
    if (along <= 0.3 * Math.abs(across) || r2 < RANGE_START_M * RANGE_START_M) continue;
    const position = rangePosition(r2);
    const node = Math.min(nodes - 2, Math.floor(position));
    const u = position - node;
    const start = (b * nodes + node) * FIELDS;
    const read = (field: number) => table[start + field] + u * (table[start + FIELDS + field] - table[start + field]);
    const theta = Math.atan2(across, along) - read(PHI) - at.delta;
    const alpha = read(ALPHA) * at.widening;
    const a =
      read(STRENGTH) *
      verticalFactor(z_m[i], p.conditions.sourceHeight_m, read(SIGMA_Z)) *
      Math.exp(-0.5 * (theta / alpha) ** 2);
    out[i] = a;
    slope[i] = (a * theta) / (alpha * alpha);
    wider[i] = a * ((theta / alpha) ** 2 - 1);
    precision += weight[i] * a * a;
    response += whitened[i] * a;
    for (let n = 0; n < terms; n++) dot[n] += weight[i] * a * basis[i * terms + n];
  }
  for (let n = 0; n < terms; n++) precision -= dot[n] * dot[n];
  return { precision: Math.max(0, precision), response };
}
