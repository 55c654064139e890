/** What a source at one place predicts along the track: for plots, residuals and the search for further sources. */
import { type Crossings, crossingsFor, crossPass } from './crossing.ts';
import { lnCrossing, WINDOW_WIDTHS } from './crossing-filter.ts';
import { type PassView, PEAK_LN_STEP } from './crossing-table.ts';
import type { FlightProblem } from './likelihood.ts';
import type { SharedNodes } from './shared-nodes.ts';
import { verticalFactor } from './transport.ts';

/** Posterior mean of a source's signal at each sample and its standard deviation, the plume's own fluctuation included. */
export interface FittedSource {
  readonly signal_ppm: Float64Array;
  readonly sd_ppm: Float64Array;
}

const SHIFTS = 21;
const SHIFT_SPAN = 2.6;
const WIDTH_FACTORS = [0.55, 0.75, 1, 1.35, 1.8];
const WIDTH_LN = WIDTH_FACTORS.map(Math.log);
/** ln of amplitudes about the expectation. */
const AMPLITUDES = Array.from({ length: 9 }, (_, n) => (n - 5) * PEAK_LN_STEP);

/** How far the crossings of a fit may stray: shift [rad] about `bias_rad`, and what a pass must beat to count as seen. */
export interface FitRoom {
  readonly bias_rad: number;
  readonly shiftSd_rad: number;
  readonly shiftSpan: number;
  /** Prior probability that a pass shows something else. */
  readonly otherCause: number;
}

/** Everything that the model allows. */
export function wideRoom(p: FlightProblem, nodes: SharedNodes): FitRoom {
  const common = Math.hypot(...nodes.beta.map((beta, b) => beta * Math.sqrt(nodes.betaWeight[b])));
  const shiftSd_rad = Math.hypot(common, Math.max(...nodes.meander));
  return { bias_rad: 0, shiftSd_rad, shiftSpan: SHIFT_SPAN, otherCause: p.settings.otherCause };
}

/** Each pass takes its own shift, width and amplitude within their priors about a place and a rate [kg/h]. */
export function fittedSource(p: FlightProblem, room: FitRoom, x: number, y: number, rate_kgph: number): FittedSource {
  const signal_ppm = new Float64Array(p.samples.count);
  const square = new Float64Array(p.samples.count);
  const reach = room.shiftSd_rad * room.shiftSpan;
  const deltas = Float64Array.from({ length: SHIFTS }, (_, k) => room.bias_rad + reach * ((2 * k) / (SHIFTS - 1) - 1));
  const crossings = crossingsFor(SHIFTS);
  const widest = p.grid.widths_s[p.grid.widths_s.length - 1];
  for (let j = 0; j < p.passes.count; j++) {
    if (!crossPass(p.samples, p.transport, j, x, y, deltas, widest, crossings)) continue;
    fitPass(p, j, { deltas, room, crossings, rate_kgph }, signal_ppm, square);
  }
  const f2 = p.settings.fluctuation ** 2;
  return {
    signal_ppm,
    sd_ppm: square.map((s2, i) => Math.sqrt(Math.max(0, s2 - signal_ppm[i] ** 2) + f2 * s2)),
  };
}

interface PassFit {
  readonly deltas: Float64Array;
  readonly room: FitRoom;
  readonly crossings: Crossings;
  readonly rate_kgph: number;
}

interface Candidate {
  readonly ln: number;
  readonly from: number;
  readonly amplitude: number;
  readonly shape: Float64Array;
}

/** Weighted mean and mean square over the crossings that pass j allows, a miss and another cause among them. */
function fitPass(p: FlightProblem, j: number, fit: PassFit, signal: Float64Array, square: Float64Array): void {
  const table = p.tables[j];
  const { miss } = p.settings;
  const { otherCause } = fit.room;
  const lnElse = table.lnScale + Math.log(miss * table.clean + otherCause * table.unknown);
  const candidates = candidatesOf(p, j, fit);
  const most = candidates.reduce((best, { ln }) => Math.max(best, ln), lnElse);
  const weights = candidates.map(({ ln }) => Math.exp(ln - most));
  const sum = weights.reduce((total, weight) => total + weight, 0) + Math.exp(lnElse - most);
  const start = p.passes.start[j];
  candidates.forEach((candidate, n) => {
    const weight = weights[n] / sum;
    if (weight < LEAST_WEIGHT) return;
    candidate.shape.forEach((part, i) => {
      const s = candidate.amplitude * part;
      signal[start + candidate.from + i] += weight * s;
      square[start + candidate.from + i] += weight * s * s;
    });
  });
}

const LEAST_WEIGHT = 1e-6;

/** Crossings of a pass on the grid of shifts, widths and amplitudes: ln of likelihood over clean air and prior. */
function candidatesOf(p: FlightProblem, j: number, fit: PassFit): Candidate[] {
  return p.views[j].flatMap((view) => candidatesIn(p, view, fit));
}

function candidatesIn(
  p: FlightProblem,
  { pass: filter, lnWeight }: PassView,
  { deltas, room, crossings, rate_kgph }: PassFit,
): Candidate[] {
  const { amplitudeSpread, lateralSd, widthJitter, fluctuation, miss } = p.settings;
  const gamma = 1 / (amplitudeSpread * amplitudeSpread);
  const lnWidthSd = Math.hypot(lateralSd, widthJitter);
  const lnShift = priorLn(deltas, (delta) => -0.5 * ((delta - room.bias_rad) / room.shiftSd_rad) ** 2);
  const lnWidth = priorLn(WIDTH_LN, (ln) => -0.5 * (ln / lnWidthSd) ** 2);
  const lnAmplitude = priorLn(AMPLITUDES, (ln) => gamma * (ln - Math.exp(ln)));
  const shape = new Float64Array(filter.count);
  const candidates: Candidate[] = [];
  let most = Number.NEGATIVE_INFINITY;
  for (let b = 0; b < deltas.length; b++) {
    if (crossings.width_s[b] === 0) continue;
    const tau = crossings.tau_s[b];
    const sigmaZ = Math.exp(crossings.lnSigmaZ[b]);
    const factor = verticalFactor(crossings.height_m[b], p.conditions.sourceHeight_m, sigmaZ);
    for (let s = 0; s < WIDTH_FACTORS.length; s++) {
      const w = crossings.width_s[b] * WIDTH_FACTORS[s];
      const [from, to] = windowOf(filter.time_s, tau, WINDOW_WIDTHS * w);
      if (from >= to) continue;
      for (let n = from; n < to; n++) shape[n - from] = Math.exp(-0.5 * ((filter.time_s[n] - tau) / w) ** 2);
      const peak = (rate_kgph * Math.exp(crossings.lnStrength[b]) * factor) / WIDTH_FACTORS[s];
      for (let a = 0; a < AMPLITUDES.length; a++) {
        const amplitude = peak * Math.exp(AMPLITUDES[a]);
        const lnPrior = lnWeight + Math.log(1 - miss) + lnShift[b] + lnWidth[s] + lnAmplitude[a];
        const ln = lnCrossing(filter, from, to, shape, amplitude, fluctuation) + lnPrior;
        if (ln < most - NEGLIGIBLE_LN) continue;
        most = Math.max(most, ln);
        candidates.push({ ln, from, amplitude, shape: shape.slice(0, to - from) });
      }
    }
  }
  return candidates;
}

const NEGLIGIBLE_LN = 12;

/** ln of a prior on nodes that sum to one. */
function priorLn(nodes: ArrayLike<number>, ln: (node: number) => number): number[] {
  const values = Array.from(nodes, ln);
  const sum = values.reduce((total, value) => total + Math.exp(value), 0);
  return values.map((value) => value - Math.log(sum));
}

/** Samples [from, to) within `reach` of tau. */
function windowOf(time_s: Float64Array, tau: number, reach: number): [number, number] {
  let from = 0;
  while (from < time_s.length && time_s[from] < tau - reach) from++;
  let to = from;
  while (to < time_s.length && time_s[to] <= tau + reach) to++;
  return [from, to];
}
