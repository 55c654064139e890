/**
 * Likelihood of one source at one place, given a flight; everything but the place is integrated.
 *
 * Per pass j: y = B_j b_j + A_j a_j(delta_j, s_y, s_z) + e, e ~ N(0, diag(v)), b_j Gaussian (level, slope, curvature),
 * A_j ~ N(q, (c q)^2) truncated at zero, delta_j ~ N(beta, s_d^2). With S as in noise.ts:
 *   P = a' S^-1 a,  R = a' S^-1 y   and the pass's Bayes factor as in crossing-evidence.ts,
 * summed over delta_j with its weights and, with probability `miss`, replaced by 1; the product over passes is summed
 * over the nodes of what the passes share: beta, s_d, s_y, s_z and the rate q.
 */
import { crossingConstant, crossingE } from './crossing-evidence.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import { BACKGROUND_TERMS, type NoiseTerms } from './noise.ts';
import type { Passes } from './passes.ts';
import { type InversionSettings, normalNodes } from './settings.ts';
import { type ShiftNodes, shiftNodesOf } from './shift-nodes.ts';
import {
  ALPHA,
  FIELDS,
  LN_SIGMA_Z_SD,
  PHI,
  RANGE_START_M,
  rangePosition,
  SIGMA_Z,
  STRENGTH,
  type Transport,
  verticalFactor,
} from './transport.ts';

/** Prior range of the rate, uniform in its logarithm. */
export interface RateRange {
  readonly least_kgph: number;
  readonly most_kgph: number;
}

/** A flight made ready for evaluating many places. */
export interface FlightProblem {
  readonly samples: FlightSamples;
  readonly passes: Passes;
  readonly conditions: FlightConditions;
  readonly settings: InversionSettings;
  readonly transport: Transport;
  readonly noise: NoiseTerms;
  /** Passes where nothing was seen: fewer nodes do, as their likelihood has no peak. */
  readonly quiet: Uint8Array;
  /** Per pass, ln likelihood of a place it cannot see, over that with the fluctuation's noise: clean air or another cause. */
  readonly lnUnseen: Float64Array;
  readonly fine: ShiftNodes;
  readonly coarse: ShiftNodes;
  /** Prior of each hyper node (beta, s_d). */
  readonly hyperPrior: Float64Array;
  /** Factors on sigma_y and their ln weights; exponents of sigma_z in its own deviations. */
  readonly lateral: Float64Array;
  readonly lateralWeight: readonly number[];
  readonly vertical: readonly number[];
  readonly verticalWeight: readonly number[];
  /** Factor of every crossing's Bayes factor, from c alone. */
  readonly crossing: number;
  /** Amplitude nodes [ppm per ppm of the template per kg/h]; the rates are `rates` of them from `rateOffset`. */
  readonly amplitude: Float64Array;
  readonly rateOffset: number;
  readonly rates: number;
  readonly rate_kgph: Float64Array;
  /** Prior probability of one rate node: uniform in ln rate over the whole prior range. */
  readonly ratePriorStep: number;
}

/** Room on the amplitude grid for what sigma_z does to the strength [ln]. */
const VERTICAL_ROOM = 2.8;
const LATERAL_SPAN = 1.5;
const VERTICAL_SPAN = 1.8;
/** Below this a double's exponential keeps room for the products to come. */
const LARGEST_EXPONENT = 600;
const LEAST_PRODUCT = 1e-300;
/** Crossings expected to be weaker than this part of the noise are none. */
const LEAST_KAPPA = 1e-2;
/** Part of the observed amplitude at which a plume is half believed to have caused it. */
const WEAK_PART_4 = 0.3 ** 4;
/** Half-width of the template in alpha. */
const CUT_ALPHAS = 3.7;
const CENTRAL = Float64Array.of(1);

export function problemOf(
  samples: FlightSamples,
  passes: Passes,
  conditions: FlightConditions,
  settings: InversionSettings,
  transport: Transport,
  noise: NoiseTerms,
  range: RateRange,
  quiet: Uint8Array,
): FlightProblem {
  const step = settings.lnRateStep;
  const rateOffset = Math.ceil(VERTICAL_ROOM / step);
  const rates = Math.ceil(Math.log(range.most_kgph / range.least_kgph) / step) + 1;
  const start = Math.log(range.least_kgph) - rateOffset * step;
  const amplitude = Float64Array.from({ length: rates + 2 * rateOffset }, (_, m) => Math.exp(start + m * step));
  const lateral = normalNodes(settings.lateralNodes, LATERAL_SPAN);
  const vertical = normalNodes(settings.verticalNodes, VERTICAL_SPAN);
  return {
    samples,
    passes,
    conditions,
    settings,
    transport,
    noise,
    quiet,
    lnUnseen: noise.lnInflation.map((ln) => Math.log(Math.exp(-ln) * (1 - settings.otherCause) + settings.otherCause)),
    ...shiftNodesOf(settings, conditions, transport),
    lateral: Float64Array.from(lateral.node, (node) => Math.exp(node * settings.lateralSd)),
    lateralWeight: lateral.lnWeight.map(Math.exp),
    vertical: vertical.node,
    verticalWeight: vertical.lnWeight.map(Math.exp),
    crossing: crossingConstant(settings.amplitudeSpread),
    amplitude,
    rateOffset,
    rates,
    rate_kgph: amplitude.slice(rateOffset, rateOffset + rates),
    ratePriorStep: step / Math.log(settings.ratePriorFactor),
  };
}

/** Arrays that `placeLikelihood` writes over, made once a problem. */
export interface Workspace {
  readonly sums: Float64Array;
  readonly pass: Float64Array;
  readonly shift: Int32Array;
  readonly quiet: Uint8Array;
  readonly mix: Float64Array;
  readonly root: Float64Array;
  readonly rho: Float64Array;
  readonly total: Float64Array;
}

export function workspaceFor(p: FlightProblem): Workspace {
  const shared = p.lateral.length * p.hyperPrior.length;
  const nodes = p.fine.delta.length;
  return {
    sums: new Float64Array(p.lateral.length * nodes * (2 + p.noise.terms)),
    pass: new Float64Array(p.passes.count * shared * p.amplitude.length),
    shift: new Int32Array(p.passes.count * p.vertical.length),
    quiet: new Uint8Array(p.passes.count),
    mix: new Float64Array(nodes),
    root: new Float64Array(nodes),
    rho: new Float64Array(nodes),
    total: new Float64Array(p.rates),
  };
}

/**
 * ln likelihood ratio of a source at (x, y) against none at each rate, into `out` [rates]. Returns the ln of their
 * mean: the Bayes factor of the place under the uniform prior of ln rate.
 */
export function placeLikelihood(
  p: FlightProblem,
  space: Workspace,
  x: number,
  y: number,
  out: Float64Array,
  blur_m = 0,
): number {
  let active = 0;
  let lnScale = 0;
  for (let j = 0; j < p.passes.count; j++) {
    const crossing = couplePass(p, space, j, x, y, blur_m);
    lnScale += p.noise.lnInflation[j];
    if (crossing < 0) {
      lnScale += p.lnUnseen[j];
      continue;
    }
    verticalShifts(p, space, active, crossing, x, y);
    space.quiet[active] = p.quiet[j];
    lnScale += mixPass(p, space, active, j);
    active++;
  }
  return combinePasses(p, space, active, lnScale, out);
}

/**
 * `blur_m` widens the plume as if the source were spread over a place of that standard deviation: a coarse cell seen as
 * a whole. Fills `space.sums` with [a'Wa, a'S^-1 y, a'WB~] for every (s_y, delta). Returns the sample nearest the centre line,
 * -1 when the pass cannot see the place.
 */
export function couplePass(p: FlightProblem, space: Workspace, j: number, x: number, y: number, blur_m = 0): number {
  const { transport, noise, samples } = p;
  const { delta } = p.quiet[j] === 1 ? p.coarse : p.fine;
  const lateral = p.quiet[j] === 1 ? CENTRAL : p.lateral;
  const { x_m, y_m, z_m } = samples;
  const { weight, basis, whitened, terms } = noise;
  const { table, bin, nodes } = transport;
  const { sums } = space;
  const stride = 2 + terms;
  const count = delta.length;
  const step = delta[1] - delta[0];
  const edge = delta[count - 1];
  const widest = lateral[lateral.length - 1] * CUT_ALPHAS;
  const h = p.conditions.sourceHeight_m;
  let crossing = -1;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = p.passes.start[j]; i < p.passes.start[j + 1]; i++) {
    const b = bin[i];
    const dx = x_m[i] - x;
    const dy = y_m[i] - y;
    const along = dx * transport.east[b] + dy * transport.north[b];
    const across = dy * transport.east[b] - dx * transport.north[b];
    if (along <= 0.3 * Math.abs(across)) continue;
    const r2 = dx * dx + dy * dy;
    if (r2 < RANGE_START_M * RANGE_START_M) continue;
    const position = rangePosition(r2);
    const node = Math.min(nodes - 2, position | 0);
    const u = position - node;
    const at = (b * nodes + node) * FIELDS;
    const theta = Math.atan2(across, along) - table[at + PHI] - u * (table[at + FIELDS + PHI] - table[at + PHI]);
    const sharp = table[at + ALPHA] + u * (table[at + FIELDS + ALPHA] - table[at + ALPHA]);
    const alpha0 = blur_m === 0 ? sharp : Math.sqrt(sharp * sharp + (blur_m * blur_m) / r2);
    const distance = Math.abs(theta);
    if (distance > edge + widest * alpha0) continue;
    const sigmaZ = table[at + SIGMA_Z] + u * (table[at + FIELDS + SIGMA_Z] - table[at + SIGMA_Z]);
    const strength = table[at + STRENGTH] + u * (table[at + FIELDS + STRENGTH] - table[at + STRENGTH]);
    const c0 = (strength * verticalFactor(z_m[i], h, sigmaZ) * sharp) / alpha0;
    // The background's four columns by name: they are in every pass, and this is the innermost loop.
    const b0 = basis[i * terms];
    const b1 = basis[i * terms + 1];
    const b2 = basis[i * terms + 2];
    const b3 = basis[i * terms + 3];
    if (crossing < 0) sums.fill(0);
    if (distance < nearest) {
      nearest = distance;
      crossing = i;
    }
    for (let s = 0; s < lateral.length; s++) {
      const alpha = alpha0 * lateral[s];
      const first = Math.max(0, Math.ceil((theta - CUT_ALPHAS * alpha + edge) / step));
      const last = Math.min(count - 1, Math.floor((theta + CUT_ALPHAS * alpha + edge) / step));
      if (last < first) continue;
      // Gaussian on equal steps by recurrence: g(k + 1) = g(k) f(k), f(k + 1) = f(k) d.
      const inverse = 1 / (alpha * alpha);
      const off = theta - delta[first];
      let a = (c0 / lateral[s]) * Math.exp(-0.5 * off * off * inverse);
      let factor = Math.exp((off * step - 0.5 * step * step) * inverse);
      const decay = Math.exp(-step * step * inverse);
      const w = weight[i];
      const v = whitened[i];
      let sum = (s * count + first) * stride;
      for (let k = first; k <= last; k++) {
        const wa = w * a;
        sums[sum] += wa * a;
        sums[sum + 1] += v * a;
        sums[sum + 2] += wa * b0;
        sums[sum + 3] += wa * b1;
        sums[sum + 4] += wa * b2;
        sums[sum + 5] += wa * b3;
        for (let n = BACKGROUND_TERMS; n < terms; n++) sums[sum + 2 + n] += wa * basis[i * terms + n];
        sum += stride;
        a *= factor;
        factor *= decay;
      }
    }
  }
  return crossing;
}

/** sqrt(P) and R / sqrt(P) of every one of `count` deltas at s_y node s. */
export function crossingTerms(p: FlightProblem, space: Workspace, s: number, count: number): void {
  const { sums, root, rho } = space;
  const { terms } = p.noise;
  for (let k = 0; k < count; k++) {
    const at = (s * count + k) * (2 + terms);
    let precision = sums[at];
    for (let n = 0; n < terms; n++) precision -= sums[at + 2 + n] * sums[at + 2 + n];
    root[k] = precision > 1e-6 * sums[at] ? Math.sqrt(precision) : 0;
    rho[k] = root[k] > 0 ? sums[at + 1] / root[k] : 0;
  }
}

/** The pass's Bayes factor for every (s_y, hyper, amplitude), deltas summed, over its largest; returns ln of that. */
function mixPass(p: FlightProblem, space: Workspace, slot: number, j: number): number {
  const isQuiet = p.quiet[j] === 1;
  const unexplained = Math.exp(p.lnUnseen[j]) - (1 - p.settings.miss) * Math.exp(-p.noise.lnInflation[j]);
  const { hyperPrior, amplitude } = p;
  const nodes = isQuiet ? p.coarse : p.fine;
  const laterals = isQuiet ? 1 : p.lateral.length;
  const count = nodes.delta.length;
  const lateralStride = hyperPrior.length * amplitude.length;
  const verticals = p.vertical.length;
  let low = amplitude.length;
  let high = 0;
  for (let v = 0; v < verticals; v++) {
    low = Math.min(low, space.shift[slot * verticals + v] + p.rateOffset);
    high = Math.max(high, space.shift[slot * verticals + v] + p.rateOffset + p.rates);
  }
  const start = slot * p.lateral.length * lateralStride;
  const { pass, rho } = space;
  let largestRho = 0;
  for (let s = 0; s < laterals; s++) {
    crossingTerms(p, space, s, count);
    for (let k = 0; k < count; k++) if (rho[k] > largestRho) largestRho = rho[k];
  }
  // z^2 <= rho^2 + 1 / c^2; doubles hold exp(700).
  const lowered = Math.max(0, 0.5 * (largestRho * largestRho + 1 / p.settings.amplitudeSpread ** 2) - LARGEST_EXPONENT);
  const lnInflation = p.noise.lnInflation[j];
  const relative = 1 / (p.settings.amplitudeSpread * Math.max(1, largestRho));
  for (let s = 0; s < laterals; s++) {
    if (laterals > 1) crossingTerms(p, space, s, count);
    mixDeltas(p, space, nodes, start + s * lateralStride, { low, high, lowered, unexplained, lnInflation, relative });
  }
  const end = start + laterals * lateralStride;
  let most = 0;
  for (let row = start; row < end; row += amplitude.length) {
    for (let at = row + low; at < row + high; at++) if (pass[at] > most) most = pass[at];
  }
  const scale = 1 / most;
  for (let row = start; row < end; row += amplitude.length) {
    for (let at = row + low; at < row + high; at++) pass[at] *= scale;
  }
  return Math.log(most) + lowered;
}

interface MixTerms {
  /** Amplitudes [low, high) are wanted. */
  readonly low: number;
  readonly high: number;
  /** ln taken off every value against overflow. */
  readonly lowered: number;
  /** Likelihood of what the pass saw when the source did not reach it. */
  readonly unexplained: number;
  readonly lnInflation: number;
  /** kappa times this is the expected amplitude over the observed one. */
  readonly relative: number;
}

/**
 * Only a plume about as strong as what was seen brings the fluctuation's noise with it: with x the expected over the
 * observed amplitude, a share 1 / (1 + (x / 0.3)^4) of the likelihood is that of clean air.
 */
function mixDeltas(
  p: FlightProblem,
  space: Workspace,
  shifts: ShiftNodes,
  start: number,
  { low, high, lowered, unexplained, lnInflation, relative }: MixTerms,
): void {
  const { settings, amplitude, crossing } = p;
  const hyperWeight = shifts.weight;
  const nodes = shifts.delta.length;
  const hypers = p.hyperPrior.length;
  const amplitudes = amplitude.length;
  const c = settings.amplitudeSpread;
  const inverse = 1 / c;
  const unit = lowered === 0 ? 1 : Math.exp(-lowered);
  const clean = unit * Math.exp(-lnInflation);
  const seen = 1 - settings.miss - settings.otherCause;
  const { mix, pass, root, rho } = space;
  for (let m = low; m < high; m++) {
    const scale = c * amplitude[m];
    for (let k = 0; k < nodes; k++) {
      const kappa = scale * root[k];
      if (kappa > LEAST_KAPPA) {
        const shrink = 1 / Math.sqrt(1 + kappa * kappa);
        const factor = crossing * shrink * crossingE((rho[k] * kappa + inverse) * shrink, lowered);
        const square = (kappa * relative) ** 2;
        const share = lnInflation === 0 ? 1 : (square * square) / (square * square + WEAK_PART_4);
        mix[k] = share * factor + (1 - share) * clean;
      } else {
        mix[k] = clean;
      }
    }
    for (let h = 0; h < hypers; h++) {
      let sum = 0;
      const row = h * nodes;
      const last = shifts.last[h];
      for (let k = shifts.first[h]; k <= last; k++) sum += hyperWeight[row + k] * mix[k];
      pass[start + h * amplitudes + m] = seen * sum + unexplained * unit;
    }
  }
}

/** What each s_z does to the strength of the crossing at sample i, in whole steps of the rate grid. */
function verticalShifts(p: FlightProblem, space: Workspace, slot: number, i: number, x: number, y: number): void {
  const { transport, samples } = p;
  const r2 = (samples.x_m[i] - x) ** 2 + (samples.y_m[i] - y) ** 2;
  const node = Math.max(0, Math.min(transport.nodes - 2, Math.round(rangePosition(r2))));
  const at = (transport.bin[i] * transport.nodes + node) * FIELDS;
  const sigmaZ = transport.table[at + SIGMA_Z];
  const h = p.conditions.sourceHeight_m;
  const base = verticalFactor(samples.z_m[i], h, sigmaZ);
  for (let v = 0; v < p.vertical.length; v++) {
    const scale = Math.exp(p.vertical[v] * transport.table[at + LN_SIGMA_Z_SD]);
    const ratio = verticalFactor(samples.z_m[i], h, sigmaZ * scale) / scale / Math.max(1e-300, base);
    const steps = Math.round(Math.log(Math.max(1e-30, ratio)) / p.settings.lnRateStep);
    space.shift[slot * p.vertical.length + v] = Math.max(-p.rateOffset, Math.min(p.rateOffset, steps));
  }
}

/** Product over passes and sum over the shared nodes, for each rate, into `out` as ln. */
function combinePasses(p: FlightProblem, space: Workspace, active: number, lnScale: number, out: Float64Array): number {
  const { rates, rateOffset, hyperPrior } = p;
  const laterals = p.lateral.length;
  const verticals = p.vertical.length;
  const hypers = hyperPrior.length;
  const amplitudes = p.amplitude.length;
  const { pass, shift, total, quiet } = space;
  out.fill(0);
  for (let s = 0; s < laterals; s++) {
    for (let h = 0; h < hypers; h++) {
      for (let v = 0; v < verticals; v++) {
        total.fill(p.lateralWeight[s] * hyperPrior[h] * p.verticalWeight[v]);
        for (let slot = 0; slot < active; slot++) {
          const lateral = quiet[slot] === 1 ? 0 : s;
          const start =
            ((slot * laterals + lateral) * hypers + h) * amplitudes + rateOffset + shift[slot * verticals + v];
          for (let q = 0; q < rates; q++) total[q] *= pass[start + q];
        }
        for (let q = 0; q < rates; q++) out[q] += total[q];
      }
    }
  }
  let sum = 0;
  for (let q = 0; q < rates; q++) {
    sum += out[q];
    out[q] = lnScale + Math.log(Math.max(LEAST_PRODUCT, out[q]));
  }
  return lnScale + Math.log(Math.max(LEAST_PRODUCT, sum * p.ratePriorStep));
}
