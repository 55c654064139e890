/**
 * Likelihood of one source at one place, given a flight; everything but the place is integrated.
 *
 * Per pass j: y = B_j b_j + A_j a_j(delta_j, s_y, s_z) + e, e ~ N(0, diag(v)), b_j Gaussian (level, slope, curvature),
 * A_j ~ N(q, (c q)^2) truncated at zero, delta_j ~ N(beta, s_d^2). With S = diag(v) + B b-cov B':
 *   P = a' S^-1 a,  R = a' S^-1 y,  V = 1 / (P + 1 / (c q)^2),  mu = V (R + 1 / (c^2 q))
 *   Bayes factor of the pass = sqrt(V) / (c q) exp(mu^2 / 2V - 1 / 2c^2) Phi(mu / sqrt V) / Phi(1 / c)
 * summed over delta_j with its weights and, with probability `miss`, replaced by 1; the product over passes is summed
 * over the nodes of what the passes share: beta, s_d, s_y, s_z and the rate q.
 */
import { airFrom } from '../dispersion/wind-profile.ts';
import { type CrossingTable, crossingTable, RANGE_LN_STEP, RANGE_START_M, verticalFactor } from './coupling.ts';
import { crossingConstant, crossingG } from './crossing-evidence.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import type { Passes } from './passes.ts';
import type { InversionSettings } from './settings.ts';
import { flightSpread } from './settings.ts';

const BASIS = 3;

/** A flight made ready for evaluating many places. */
export interface FlightProblem {
  readonly samples: FlightSamples;
  readonly passes: Passes;
  readonly conditions: FlightConditions;
  readonly settings: InversionSettings;
  /** Unit wind vector and crossing table of each pass. */
  readonly towardEast: Float64Array;
  readonly towardNorth: Float64Array;
  readonly tables: readonly CrossingTable[];
  /** Weights 1 / variance, weighted orthonormal background basis [count x 3], and S^-1 y. */
  readonly weight: Float64Array;
  readonly basis: Float64Array;
  readonly whitened: Float64Array;
  /** delta nodes; mixture weights [hyper x delta] and their ln prior. */
  readonly delta: Float64Array;
  readonly hyperWeight: Float64Array;
  readonly hyperLnPrior: Float64Array;
  /** ln A grid start, step, count; ln q covers its middle. */
  readonly lnAmplitudeStart: number;
  readonly amplitude: Float64Array;
  readonly amplitudes: number;
  readonly rateOffset: number;
  readonly rates: number;
}

/** Prepares a flight. `envelope_ppm` is the expected plume signal at each sample, for the noise of its fluctuation. */
export function prepareFlight(
  samples: FlightSamples,
  passes: Passes,
  conditions: FlightConditions,
  settings: InversionSettings,
  rateRange: { least_kgph: number; most_kgph: number },
  envelope_ppm: Float64Array,
  reach_m: number,
): FlightProblem {
  const wind = passWinds(samples, passes, settings.windSmoothing_s);
  const turbulence = conditions.sigmaV_mps / meanOf(wind.speed);
  const tables = Array.from({ length: passes.count }, (_, j) => {
    const air = airFrom({
      from_rad: 0,
      speed_mps: Math.max(0.3, wind.speed[j]),
      speedHeight_m: conditions.windHeight_m ?? Math.max(1, wind.height[j]),
      roughness_m: conditions.roughness_m,
      sigmaV_mps: conditions.sigmaV_mps,
      sigmaW_mps: conditions.sigmaW_mps,
      mixingHeight_m: conditions.mixingHeight_m,
    });
    return crossingTable(flightSpread, air, {
      reach_m,
      sourceHeight_m: conditions.sourceHeight_m,
      relativeFraction: settings.relativeSpread,
      ppmPerKgM3: conditions.ppmPerKgM3,
    });
  });
  const noise = noiseTerms(samples, passes, conditions, settings, envelope_ppm);
  const angles = angleNodes(turbulence, conditions.singleWind, settings, tables);
  const step = settings.lnRateStep;
  const margin = Math.ceil(settings.lnVerticalSpan / step);
  const rates = Math.ceil(Math.log(rateRange.most_kgph / rateRange.least_kgph) / step) + 1;
  const amplitudes = rates + 2 * margin;
  const lnAmplitudeStart = Math.log(rateRange.least_kgph) - margin * step;
  return {
    samples,
    passes,
    conditions,
    settings,
    towardEast: wind.east,
    towardNorth: wind.north,
    tables,
    ...noise,
    ...angles,
    lnAmplitudeStart,
    amplitudes,
    amplitude: Float64Array.from({ length: amplitudes }, (_, m) => Math.exp(lnAmplitudeStart + m * step)),
    rateOffset: margin,
    rates,
  };
}

/** Mean over each pass of the wind smoothed over about two minutes: unit vectors, speed, and height of the pass. */
export function passWinds(samples: FlightSamples, passes: Passes, smoothing_s: number) {
  const { count, time_s: t } = samples;
  const n = passes.count;
  const wind = {
    east: new Float64Array(n),
    north: new Float64Array(n),
    speed: new Float64Array(n),
    height: new Float64Array(n),
  };
  for (let j = 0; j < n; j++) {
    const a = passes.start[j];
    const b = passes.start[j + 1];
    const extra = Math.max(0, smoothing_s - (t[b - 1] - t[a])) / 2;
    let from = a;
    let to = b;
    while (from > 0 && t[a] - t[from - 1] <= extra) from--;
    while (to < count && t[to] - t[b - 1] <= extra) to++;
    const east = meanOf(samples.windEast_mps.subarray(from, to));
    const north = meanOf(samples.windNorth_mps.subarray(from, to));
    wind.speed[j] = Math.hypot(east, north);
    wind.east[j] = wind.speed[j] > 0 ? east / wind.speed[j] : 1;
    wind.north[j] = wind.speed[j] > 0 ? north / wind.speed[j] : 0;
    wind.height[j] = meanOf(samples.z_m.subarray(a, b));
  }
  return wind;
}

export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Weights, background basis orthonormal under them, and S^-1 y, per pass. */
function noiseTerms(
  samples: FlightSamples,
  passes: Passes,
  conditions: FlightConditions,
  settings: InversionSettings,
  envelope: Float64Array,
) {
  const n = samples.count;
  const weight = new Float64Array(n);
  const basis = new Float64Array(n * BASIS);
  const whitened = new Float64Array(n);
  const f = settings.fluctuation;
  for (let i = 0; i < n; i++) weight[i] = 1 / (conditions.noise_ppm ** 2 + (f * envelope[i]) ** 2);
  for (let j = 0; j < passes.count; j++) {
    orthonormalBasis(samples.time_s, passes.start[j], passes.start[j + 1], weight, basis);
    projectOut(samples.value_ppm, passes.start[j], passes.start[j + 1], weight, basis, whitened);
  }
  return { weight, basis, whitened };
}

/** Gram-Schmidt of 1, t, t^2 under the weights; a vector that vanishes (short pass) stays zero. */
function orthonormalBasis(t: Float64Array, from: number, to: number, w: Float64Array, basis: Float64Array): void {
  const middle = (t[from] + t[to - 1]) / 2;
  const half = Math.max(1e-9, (t[to - 1] - t[from]) / 2);
  for (let k = 0; k < BASIS; k++) {
    for (let i = from; i < to; i++) basis[i * BASIS + k] = ((t[i] - middle) / half) ** k;
    for (let repeat = 0; repeat < 2; repeat++) {
      for (let l = 0; l < k; l++) {
        let dot = 0;
        for (let i = from; i < to; i++) dot += w[i] * basis[i * BASIS + k] * basis[i * BASIS + l];
        for (let i = from; i < to; i++) basis[i * BASIS + k] -= dot * basis[i * BASIS + l];
      }
    }
    let norm = 0;
    for (let i = from; i < to; i++) norm += w[i] * basis[i * BASIS + k] ** 2;
    const scale = to - from > k && norm > 1e-12 ? 1 / Math.sqrt(norm) : 0;
    for (let i = from; i < to; i++) basis[i * BASIS + k] *= scale;
  }
}

/** whitened = W (y - B B' W y): S^-1 y for a background of unbounded prior variance. */
function projectOut(
  y: Float64Array,
  from: number,
  to: number,
  w: Float64Array,
  basis: Float64Array,
  out: Float64Array,
): void {
  const mean = meanOf(y.subarray(from, to));
  const dot = [0, 0, 0];
  for (let i = from; i < to; i++) {
    for (let k = 0; k < BASIS; k++) dot[k] += w[i] * (y[i] - mean) * basis[i * BASIS + k];
  }
  for (let i = from; i < to; i++) {
    let fit = 0;
    for (let k = 0; k < BASIS; k++) fit += dot[k] * basis[i * BASIS + k];
    out[i] = w[i] * (y[i] - mean - fit);
  }
}

/** Nodes of delta, and for each (beta, s_d) the weights of delta_j on them. */
function angleNodes(
  turbulence: number,
  singleWind: boolean,
  settings: InversionSettings,
  tables: readonly CrossingTable[],
) {
  const base = Math.hypot(settings.meanderFraction * turbulence, singleWind ? settings.singleWindSd_rad : 0);
  const common = Math.hypot(settings.windBiasSd_rad, singleWind ? settings.singleWindSd_rad : 0);
  const spreads = settings.meanderScales.map((scale) => scale * base);
  const widest = Math.max(...spreads);
  const alpha = Math.min(...tables.map((table) => table.alpha[table.alpha.length - 1]));
  const reach = 2.6 * Math.hypot(widest, common);
  const step = Math.min(1.2 * alpha, 0.9 * Math.min(...spreads), reach / 3);
  const half = Math.min(40, Math.ceil(reach / step));
  const delta = Float64Array.from({ length: 2 * half + 1 }, (_, k) => (k - half) * (reach / half));
  const betas = [-Math.sqrt(3), 0, Math.sqrt(3)].map((node) => node * common);
  const betaLnWeights = [Math.log(1 / 6), Math.log(2 / 3), Math.log(1 / 6)];
  const weights: number[] = [];
  const lnPrior: number[] = [];
  for (let b = 0; b < 3; b++) {
    for (const sd of spreads) {
      const row = Array.from(delta, (d) => Math.exp(-0.5 * ((d - betas[b]) / sd) ** 2));
      const sum = row.reduce((total, value) => total + value, 0);
      weights.push(...row.map((value) => value / sum));
      lnPrior.push(betaLnWeights[b] - Math.log(spreads.length));
    }
  }
  return { delta, hyperWeight: Float64Array.from(weights), hyperLnPrior: Float64Array.from(lnPrior) };
}

/** Workspace of `placeLikelihood`, made once. */
export interface Workspace {
  readonly sums: Float64Array;
  readonly lnPass: Float64Array;
  readonly ratio: Float64Array;
  readonly active: Int32Array;
  readonly mix: Float64Array;
  readonly root: Float64Array;
  readonly rho: Float64Array;
  readonly total: Float64Array;
  readonly all: Float64Array;
}

export function workspaceFor(problem: FlightProblem): Workspace {
  const { settings, passes, delta, hyperLnPrior, amplitudes, rates } = problem;
  const perPass = settings.lateralNodes.length * hyperLnPrior.length * amplitudes;
  return {
    sums: new Float64Array(settings.lateralNodes.length * delta.length * (2 + BASIS)),
    lnPass: new Float64Array(passes.count * perPass),
    ratio: new Float64Array(passes.count * settings.verticalNodes.length),
    active: new Int32Array(passes.count),
    mix: new Float64Array(delta.length),
    root: new Float64Array(delta.length),
    rho: new Float64Array(delta.length),
    total: new Float64Array(rates),
    all: new Float64Array(rates * hyperLnPrior.length * settings.lateralNodes.length * settings.verticalNodes.length),
  };
}

/**
 * ln likelihood ratio of a source at (x, y) against none, for each rate, into `out` [rates], prior of the rate
 * excluded. Returns the ln of the mean over the rates: the Bayes factor of the place.
 */
export function placeLikelihood(p: FlightProblem, space: Workspace, x: number, y: number, out: Float64Array): number {
  let active = 0;
  for (let j = 0; j < p.passes.count; j++) {
    const range = couplePass(p, space, j, x, y);
    if (range === 0) continue;
    for (let s = 0; s < p.settings.lateralNodes.length; s++) mixPass(p, space, active, s);
    verticalRatios(p, space, active, j, range);
    space.active[active] = j;
    active++;
  }
  return combinePasses(p, space, active, out);
}

/** Fills `space.sums` with [a'Wa, a'S^-1 y, a'WB] for every (s_y, delta); returns the range of the crossing, 0 if none. */
function couplePass(p: FlightProblem, space: Workspace, j: number, x: number, y: number): number {
  const { samples, weight, basis, whitened, delta, settings } = p;
  const { x_m, y_m, z_m } = samples;
  const east = p.towardEast[j];
  const north = p.towardNorth[j];
  const table = p.tables[j];
  const nodes = delta.length;
  const step = nodes > 1 ? delta[1] - delta[0] : 1;
  const edge = delta[nodes - 1];
  const h = p.conditions.sourceHeight_m;
  const sums = space.sums;
  const stride = 2 + BASIS;
  let rangeSum = 0;
  let rangeWeight = 0;
  for (let i = p.passes.start[j]; i < p.passes.start[j + 1]; i++) {
    const dx = x_m[i] - x;
    const dy = y_m[i] - y;
    const along = dx * east + dy * north;
    const r2 = dx * dx + dy * dy;
    if (along <= 0 || r2 < RANGE_START_M * RANGE_START_M) continue;
    const theta = Math.atan2(dy * east - dx * north, along);
    const position = (0.5 * Math.log(r2) - Math.log(RANGE_START_M)) / RANGE_LN_STEP;
    const node = Math.min(table.alpha.length - 2, Math.floor(position));
    const u = position - node;
    const alpha0 = table.alpha[node] + u * (table.alpha[node + 1] - table.alpha[node]);
    const widest = alpha0 * settings.lateralNodes[settings.lateralNodes.length - 1];
    if (Math.abs(theta) > edge + 4 * widest) continue;
    const sigmaZ = table.sigmaZ_m[node] + u * (table.sigmaZ_m[node + 1] - table.sigmaZ_m[node]);
    const strength = table.strength[node] + u * (table.strength[node + 1] - table.strength[node]);
    const c0 = strength * verticalFactor(z_m[i], h, sigmaZ);
    if (rangeSum === 0) sums.fill(0);
    const w0 = Math.exp(-0.5 * Math.min(600, (theta / widest) ** 2)) + 1e-12;
    rangeSum += w0 * 0.5 * Math.log(r2);
    rangeWeight += w0;
    for (let s = 0; s < settings.lateralNodes.length; s++) {
      const alpha = alpha0 * settings.lateralNodes[s];
      const c = c0 / settings.lateralNodes[s];
      const first = Math.max(0, Math.ceil((theta - 4 * alpha + edge) / step));
      const last = Math.min(nodes - 1, Math.floor((theta + 4 * alpha + edge) / step));
      const inverse = -0.5 / (alpha * alpha);
      for (let k = first; k <= last; k++) {
        const off = theta - delta[k];
        const a = c * Math.exp(inverse * off * off);
        const at = (s * nodes + k) * stride;
        const wa = weight[i] * a;
        sums[at] += wa * a;
        sums[at + 1] += whitened[i] * a;
        sums[at + 2] += wa * basis[i * BASIS];
        sums[at + 3] += wa * basis[i * BASIS + 1];
        sums[at + 4] += wa * basis[i * BASIS + 2];
      }
    }
  }
  return rangeSum === 0 ? 0 : Math.exp(rangeSum / rangeWeight);
}

/** ln of the pass's Bayes factor for every (s_y = s, hyper, amplitude), deltas summed. */
function mixPass(p: FlightProblem, space: Workspace, slot: number, s: number): void {
  const { delta, settings, amplitudes, hyperLnPrior, hyperWeight } = p;
  const nodes = delta.length;
  const hypers = hyperLnPrior.length;
  const c = settings.amplitudeSpread;
  const constant = crossingConstant(c);
  const { mix, lnPass, root, rho } = space;
  crossingTerms(p, space, s);
  for (let m = 0; m < amplitudes; m++) {
    const scale = c * p.amplitude[m];
    let most = 0;
    for (let k = 0; k < nodes; k++) {
      const kappa = scale * root[k];
      let ln = 0;
      if (kappa > 1e-3) {
        const one = 1 + kappa * kappa;
        ln = crossingG((rho[k] * kappa + 1 / c) / Math.sqrt(one)) - 0.5 * Math.log(one) + constant;
      }
      mix[k] = ln;
      if (ln > most) most = ln;
    }
    for (let k = 0; k < nodes; k++) mix[k] = mix[k] < most - 30 ? 0 : Math.exp(mix[k] - most);
    const missed = settings.miss * Math.exp(-most);
    for (let h = 0; h < hypers; h++) {
      let sum = 0;
      for (let k = 0; k < nodes; k++) sum += hyperWeight[h * nodes + k] * mix[k];
      const at = ((slot * settings.lateralNodes.length + s) * hypers + h) * amplitudes + m;
      lnPass[at] = most + Math.log((1 - settings.miss) * sum + missed);
    }
  }
}

/** sqrt(P) and R / sqrt(P) of every delta at s_y node s. */
function crossingTerms(p: FlightProblem, space: Workspace, s: number): void {
  const { sums, root, rho } = space;
  const nodes = p.delta.length;
  for (let k = 0; k < nodes; k++) {
    const at = (s * nodes + k) * (2 + BASIS);
    const precision = sums[at] - sums[at + 2] ** 2 - sums[at + 3] ** 2 - sums[at + 4] ** 2;
    root[k] = precision > 1e-6 * sums[at] ? Math.sqrt(precision) : 0;
    rho[k] = root[k] > 0 ? sums[at + 1] / root[k] : 0;
  }
}

/** ln of what each s_z does to the strength of the crossing, in steps of the rate grid. */
function verticalRatios(p: FlightProblem, space: Workspace, slot: number, j: number, range: number): void {
  const table = p.tables[j];
  const position = Math.log(range / RANGE_START_M) / RANGE_LN_STEP;
  const node = Math.max(0, Math.min(table.alpha.length - 2, Math.floor(position)));
  const u = position - node;
  const sigmaZ = table.sigmaZ_m[node] + u * (table.sigmaZ_m[node + 1] - table.sigmaZ_m[node]);
  const z = p.samples.z_m[(p.passes.start[j] + p.passes.start[j + 1]) >> 1];
  const h = p.conditions.sourceHeight_m;
  const base = verticalFactor(z, h, sigmaZ);
  for (let v = 0; v < p.settings.verticalNodes.length; v++) {
    const scale = p.settings.verticalNodes[v];
    const ratio = verticalFactor(z, h, sigmaZ * scale) / scale / base;
    space.ratio[slot * p.settings.verticalNodes.length + v] = Math.log(Math.max(1e-30, ratio)) / p.settings.lnRateStep;
  }
}

/** Product over passes and sum over the shared nodes, for each rate. */
function combinePasses(p: FlightProblem, space: Workspace, active: number, out: Float64Array): number {
  const { settings, hyperLnPrior, amplitudes, rates, rateOffset } = p;
  const laterals = settings.lateralNodes.length;
  const verticals = settings.verticalNodes.length;
  const hypers = hyperLnPrior.length;
  const { lnPass, ratio, total, all } = space;
  let row = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let s = 0; s < laterals; s++) {
    for (let h = 0; h < hypers; h++) {
      for (let v = 0; v < verticals; v++) {
        total.fill(settings.lateralLnWeights[s] + hyperLnPrior[h] + settings.verticalLnWeights[v]);
        for (let slot = 0; slot < active; slot++) {
          const shift = rateOffset + ratio[slot * verticals + v];
          const whole = Math.max(0, Math.min(amplitudes - rates - 1, Math.floor(shift)));
          const part = Math.max(0, Math.min(1, shift - whole));
          const start = ((slot * laterals + s) * hypers + h) * amplitudes + whole;
          for (let q = 0; q < rates; q++) {
            total[q] += lnPass[start + q] * (1 - part) + lnPass[start + q + 1] * part;
          }
        }
        for (let q = 0; q < rates; q++) {
          all[row + q] = total[q];
          if (total[q] > most) most = total[q];
        }
        row += rates;
      }
    }
  }
  out.fill(0);
  for (let at = 0; at < row; ) {
    for (let q = 0; q < rates; q++, at++) {
      const below = all[at] - most;
      if (below > -40) out[q] += Math.exp(below);
    }
  }
  let sum = 0;
  for (let q = 0; q < rates; q++) {
    sum += out[q];
    out[q] = out[q] > 0 ? most + Math.log(out[q]) : most - 60;
  }
  return most + Math.log(sum / rates);
}

/** For each pass that could see (x, y): weights of delta (middle hyper node) and a'S^-1 a at the central spread. */
export function passPrecisions(
  p: FlightProblem,
  space: Workspace,
  x: number,
  y: number,
  visit: (weight: Float64Array, precision: Float64Array) => void,
): void {
  const nodes = p.delta.length;
  const middle = p.hyperLnPrior.length >> 1;
  const weight = p.hyperWeight.subarray(middle * nodes, (middle + 1) * nodes);
  const precision = new Float64Array(nodes);
  for (let j = 0; j < p.passes.count; j++) {
    if (couplePass(p, space, j, x, y) === 0) continue;
    crossingTerms(p, space, p.settings.lateralNodes.length >> 1);
    for (let k = 0; k < nodes; k++) precision[k] = space.root[k] ** 2;
    visit(weight, precision);
  }
}
