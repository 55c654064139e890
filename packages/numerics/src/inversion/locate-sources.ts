/** One flight in, a posterior over one source (or none) out: the steps in order. */
import { fitBackground } from './background.ts';
import { fittedSignal } from './fit.ts';
import type { Area, FlightConditions, FlightSamples } from './flight.ts';
import { divideArea, GRID_LIMITS } from './grid.ts';
import { type FlightProblem, passPrecisions, placeLikelihood, prepareFlight, workspaceFor } from './likelihood.ts';
import { type SearchMap, searchMap } from './null-result.ts';
import { splitPasses } from './passes.ts';
import { type PlacePosterior, posteriorOf } from './posterior.ts';
import { coarseSettings, DEFAULT_SETTINGS, type InversionSettings } from './settings.ts';

/** ln Bayes factor at which a source is claimed. */
export const DECISION_LN_BAYES_FACTOR = 5;
/** The rate's prior is uniform in ln rate over this factor above the least rate that the flight could see. */
const RATE_PRIOR_FACTOR = 1e4;

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
  const observed = smoothedExcess(samples.value_ppm, background.level_ppm, conditions.noise_ppm);
  const reach = reachOf(samples, area);
  const prepare = (
    range: { least_kgph: number; most_kgph: number },
    envelope: Float64Array,
    chosen: InversionSettings,
  ) => prepareFlight(samples, passes, conditions, chosen, range, envelope, reach);
  const simple = coarseSettings(settings);
  const first = prepare(
    { least_kgph: 1, most_kgph: 2 },
    observed.map((v) => 0.5 * v),
    simple,
  );
  const range = rateRange(first, area);
  const rough = prepare(
    range,
    observed.map((v) => 0.5 * v),
    simple,
  );
  const rates = Float64Array.from(
    { length: rough.rates },
    (_, q) => range.least_kgph * Math.exp(q * settings.lnRateStep),
  );
  const guess = bestOf(rough, area, rates, (fraction) => step(0.4 * fraction));
  const predicted =
    guess.lnBayesFactor > 0
      ? fittedSignal(rough, guess.x_m, guess.y_m, guess.rate_kgph)
      : new Float64Array(samples.count);
  const envelope = predicted.map((v, i) => Math.max(v, 0.3 * observed[i]));
  const problem = prepare(range, envelope, settings);
  const space = workspaceFor(problem);
  const roughProblem = prepare(range, envelope, simple);
  const roughSpace = workspaceFor(roughProblem);
  const leaves = divideArea(
    area,
    problem.rates,
    (x, y, out, isRough) =>
      isRough ? placeLikelihood(roughProblem, roughSpace, x, y, out) : placeLikelihood(problem, space, x, y, out),
    GRID_LIMITS,
    (f) => step(0.4 + 0.6 * f),
  );
  const posterior = posteriorOf(leaves, area, rates);
  if (posterior.lnBayesFactor < DECISION_LN_BAYES_FACTOR) {
    const search = searchMap(problem, space, area, range);
    return {
      background_ppm: background.level_ppm,
      fitted_ppm: background.level_ppm,
      sources: [],
      lnBayesFactor: posterior.lnBayesFactor,
      search,
    };
  }
  const signal = fittedSignal(problem, posterior.mode.x_m, posterior.mode.y_m, posterior.rate.p50);
  return {
    background_ppm: background.level_ppm,
    fitted_ppm: signal.map((v, i) => v + background.level_ppm[i]),
    sources: [posterior],
    lnBayesFactor: posterior.lnBayesFactor,
  };
}

/** Excess over the background averaged over five samples, zero below two deviations. */
function smoothedExcess(value: Float64Array, level: Float64Array, noise: number): Float64Array {
  const n = value.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    let used = 0;
    for (let k = Math.max(0, i - 2); k <= Math.min(n - 1, i + 2); k++) {
      sum += value[k] - level[k];
      used++;
    }
    const mean = sum / used;
    out[i] = mean > (2 * noise) / Math.sqrt(used) ? mean : 0;
  }
  return out;
}

/** Longest distance from a place of the area to a sample. */
function reachOf(samples: FlightSamples, area: Area): number {
  let [west, south, east, north] = [area.west_m, area.south_m, area.east_m, area.north_m];
  for (let i = 0; i < samples.count; i++) {
    west = Math.min(west, samples.x_m[i]);
    east = Math.max(east, samples.x_m[i]);
    south = Math.min(south, samples.y_m[i]);
    north = Math.max(north, samples.y_m[i]);
  }
  return Math.hypot(east - west, north - south);
}

/** Prior range of the rate: from the rate whose best crossing has signal-to-noise 1 at the median place. */
function rateRange(p: FlightProblem, area: Area): { least_kgph: number; most_kgph: number } {
  const space = workspaceFor(p);
  const least: number[] = [];
  const cells = 10;
  for (let c = 0; c < cells * cells; c++) {
    const x = area.west_m + (((c % cells) + 0.5) / cells) * (area.east_m - area.west_m);
    const y = area.south_m + ((Math.floor(c / cells) + 0.5) / cells) * (area.north_m - area.south_m);
    let most = 0;
    passPrecisions(p, space, x, y, (_, precision) => {
      for (const value of precision) most = Math.max(most, value);
    });
    if (most > 0) least.push(1 / Math.sqrt(most));
  }
  least.sort((a, b) => a - b);
  const middle = least.length > 0 ? least[least.length >> 1] : 1;
  return { least_kgph: middle, most_kgph: middle * RATE_PRIOR_FACTOR };
}

/** Best place and rate on a coarse grid. */
function bestOf(p: FlightProblem, area: Area, rates: Float64Array, step: (fraction: number) => void) {
  const space = workspaceFor(p);
  const once = { ...GRID_LIMITS, keepWithin: 6, mostLeavesDivided: 40, enoughLeaves: 60 };
  const leaves = divideArea(area, p.rates, (x, y, out) => placeLikelihood(p, space, x, y, out), once, step);
  let best = leaves[0];
  for (const leaf of leaves) if (leaf.lnBayesFactor > best.lnBayesFactor) best = leaf;
  let q = 0;
  for (let k = 0; k < rates.length; k++) if (best.rateLn[k] > best.rateLn[q]) q = k;
  return { x_m: best.x_m, y_m: best.y_m, lnBayesFactor: best.lnBayesFactor, rate_kgph: rates[q] };
}
