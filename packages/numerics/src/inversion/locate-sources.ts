/** One flight in, a posterior over its sources (or none) out: the steps in order. */
import { fitBackground } from './background.ts';
import { fittedSource } from './fit.ts';
import type { Area, FlightConditions, FlightSamples } from './flight.ts';
import { type Lattice, SEARCH_LIMITS, centreOf, evaluateLikely, searchRoughly } from './grid.ts';
import {
  type FlightProblem,
  type RateRange,
  type Workspace,
  couplePass,
  crossingTerms,
  placeLikelihood,
  problemOf,
  workspaceFor,
} from './likelihood.ts';
import { noiseTerms } from './noise.ts';
import { type SearchMap, searchMap } from './null-result.ts';
import { splitPasses } from './passes.ts';
import { findSpikes } from './spikes.ts';
import { type PlacePosterior, posteriorOf } from './posterior.ts';
import { DEFAULT_SETTINGS, type InversionSettings, roughSettings } from './settings.ts';
import { transportOf } from './transport.ts';

/** ln Bayes factor at which a source is claimed. */
export const DECISION_LN_BAYES_FACTOR = 5;
/** Of the observed excess, what stands for the unknown plume in the first look and stays as a floor afterwards. */
const FIRST_ENVELOPE = 1;
const ENVELOPE_S = 4;
/** A spike is given this many noise deviations: no weight. */
const SPIKE_DEVIATION = 1e5;

export interface FlightInversion {
  readonly background_ppm: Float64Array;
  readonly fitted_ppm: Float64Array;
  readonly sources: readonly PlacePosterior[];
  /** Largest evidence found, whether or not a source is claimed. */
  readonly lnBayesFactor: number;
  /** Present when no source is claimed. */
  readonly search?: SearchMap;
}

/** Locates the source of a flight. `step` is told the fraction done and may throw to cancel. */
export function locateSources(
  samples: FlightSamples,
  conditions: FlightConditions,
  area: Area,
  settings: InversionSettings = DEFAULT_SETTINGS,
  step: (fraction: number) => void = () => {},
): FlightInversion {
  const passes = splitPasses(samples);
  const background = fitBackground(samples.time_s, samples.value_ppm, conditions.noise_ppm);
  const spike = findSpikes(samples.value_ppm, conditions.noise_ppm);
  const clean = samples.value_ppm.map((value, i) => (spike[i] === 1 ? background.level_ppm[i] : value));
  const observed = smoothedExcess(samples.time_s, clean, background.level_ppm, conditions.noise_ppm);
  const transport = transportOf(samples, conditions, settings, reachOf(samples, area));
  const rough = roughSettings(settings);
  const prepare = (chosen: InversionSettings, range: RateRange, envelope: Float64Array) => {
    const deviation = envelope.map((e, i) =>
      spike[i] === 1 ? SPIKE_DEVIATION * conditions.noise_ppm : Math.hypot(conditions.noise_ppm, settings.fluctuation * e),
    );
    const noise = noiseTerms(samples, passes, deviation);
    return problemOf(samples, passes, conditions, chosen, transport, noise, range);
  };
  const start = observed.map((e) => FIRST_ENVELOPE * e);
  const range = rateRange(prepare(rough, { least_kgph: 1, most_kgph: 2 }, start), area);
  const envelope = start;
  const second = prepare(rough, range, envelope);
  const secondSpace = workspaceFor(second);
  const scratch = new Float64Array(second.rates);
  const lattice = searchRoughly(
    area,
    (x, y) => placeLikelihood(second, secondSpace, x, y, scratch),
    SEARCH_LIMITS,
    (fraction) => step(0.35 + 0.35 * fraction),
  );
  const problem = prepare(settings, likelyRates(second, secondSpace, lattice, scratch), envelope);
  const space = workspaceFor(problem);
  const searched = evaluateLikely(
    lattice,
    problem.rates,
    (x, y, out) => placeLikelihood(problem, space, x, y, out),
    SEARCH_LIMITS,
    (fraction) => step(0.7 + 0.3 * fraction),
  );
  const posterior = posteriorOf(searched, area, problem.rate_kgph);
  const { level_ppm } = background;
  if (posterior.lnBayesFactor < DECISION_LN_BAYES_FACTOR) {
    const search = searchMap(second, secondSpace, area, range);
    return { background_ppm: level_ppm, fitted_ppm: level_ppm, sources: [], lnBayesFactor: posterior.lnBayesFactor, search };
  }
  const { signal_ppm } = fittedSource(problem, posterior.mode.x_m, posterior.mode.y_m, posterior.rate.p50);
  return {
    background_ppm: level_ppm,
    fitted_ppm: signal_ppm.map((signal, i) => signal + level_ppm[i]),
    sources: [posterior],
    lnBayesFactor: posterior.lnBayesFactor,
  };
}

/**
 * Envelope of the excess over the background: five-sample means above two deviations, each spread in time as a bell and
 * the largest taken, so that the highs and lows inside a plume weigh the same and the rate is not biased.
 */
function smoothedExcess(time: Float64Array, value: Float64Array, level: Float64Array, noise: number): Float64Array {
  const n = value.length;
  const mean5 = excessMeans(value, level, noise);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (mean5[i] === 0) continue;
    for (let k = i; k >= 0 && time[i] - time[k] < 3 * ENVELOPE_S; k--) spread(k, i);
    for (let k = i; k < n && time[k] - time[i] < 3 * ENVELOPE_S; k++) spread(k, i);
  }
  function spread(k: number, i: number): void {
    out[k] = Math.max(out[k], mean5[i] * Math.exp(-0.5 * ((time[k] - time[i]) / ENVELOPE_S) ** 2));
  }
  return out;
}

function excessMeans(value: Float64Array, level: Float64Array, noise: number): Float64Array {
  const n = value.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, i - 2);
    const to = Math.min(n, i + 3);
    let sum = 0;
    for (let k = from; k < to; k++) sum += value[k] - level[k];
    const mean = sum / (to - from);
    out[i] = mean > (2 * noise) / Math.sqrt(to - from) ? mean : 0;
  }
  return out;
}

/** Longest distance from a place of the area to a sample. */
function reachOf(samples: FlightSamples, area: Area): number {
  let { west_m, south_m, east_m, north_m } = area;
  for (let i = 0; i < samples.count; i++) {
    west_m = Math.min(west_m, samples.x_m[i]);
    east_m = Math.max(east_m, samples.x_m[i]);
    south_m = Math.min(south_m, samples.y_m[i]);
    north_m = Math.max(north_m, samples.y_m[i]);
  }
  return Math.hypot(east_m - west_m, north_m - south_m);
}

const RANGE_CELLS = 10;

/** Prior range of the rate: from the rate whose best crossing has signal-to-noise 1 at the median place. */
function rateRange(p: FlightProblem, area: Area): RateRange {
  const space = workspaceFor(p);
  const least: number[] = [];
  for (let cell = 0; cell < RANGE_CELLS * RANGE_CELLS; cell++) {
    const x = area.west_m + (((cell % RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.east_m - area.west_m);
    const y = area.south_m + ((Math.floor(cell / RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.north_m - area.south_m);
    let most = 0;
    for (let j = 0; j < p.passes.count; j++) {
      if (couplePass(p, space, j, x, y) < 0) continue;
      crossingTerms(p, space, 0);
      for (const root of space.root) most = Math.max(most, root);
    }
    if (most > 0) least.push(1 / most);
  }
  least.sort((a, b) => a - b);
  const middle = least.length > 0 ? least[least.length >> 1] : 1;
  return { least_kgph: middle, most_kgph: middle * p.settings.ratePriorFactor };
}

/** Rates within reach of the posterior: those near the best at any of the likeliest places. */
function likelyRates(p: FlightProblem, space: Workspace, lattice: Lattice, rateLn: Float64Array): RateRange {
  const ln = lattice.lnBayesFactor;
  const order = Array.from(ln.keys()).sort((a, b) => ln[b] - ln[a] || a - b);
  const best = ln[order[0]];
  let low = p.rates - 1;
  let high = 0;
  for (let n = 0; n < order.length && n < 8 * LIKELY_PLACES && ln[order[n]] > best - 6; n += 8) {
    const { x_m, y_m } = centreOf(lattice, order[n]);
    placeLikelihood(p, space, x_m, y_m, rateLn);
    for (let q = 0; q < p.rates; q++) {
      if (rateLn[q] + Math.log(p.ratePriorStep) < best - RATE_TAIL) continue;
      low = Math.min(low, q);
      high = Math.max(high, q);
    }
  }
  const margin = 3;
  return {
    least_kgph: p.rate_kgph[Math.max(0, low - margin)],
    most_kgph: p.rate_kgph[Math.min(p.rates - 1, high + margin)],
  };
}

const LIKELY_PLACES = 12;
/** Rates this many nats below the best place are left out of the full evaluation. */
const RATE_TAIL = 8;
