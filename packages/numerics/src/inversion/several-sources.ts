/**
 * One source, then more while the evidence pays. Each conditional is the exact grid of one source given the others:
 * their fitted signals are subtracted and what is uncertain about them (amplitude, shift and width of every crossing,
 * to first order) is integrated out as extra columns of the error covariance. Sweeps repeat until the places rest.
 */
import { type FittedSource, fittedSource } from './fit.ts';
import type { Area } from './flight.ts';
import { centreOf, evaluateLikely, type Lattice, limitsFor, searchRoughly } from './grid.ts';
import { type FlightProblem, placeLikelihood, type RateRange, type Workspace, workspaceFor } from './likelihood.ts';
import type { Nuisance } from './noise.ts';
import { type PlacePosterior, posteriorOf } from './posterior.ts';
import type { InversionSettings } from './settings.ts';

/** Makes the problem of one source given others. `envelope` is raised to the expected signal where that is larger. */
export type PrepareProblem = (
  form: 'rough' | 'full',
  range: RateRange,
  expected: Float64Array | undefined,
  others: Nuisance | undefined,
) => FlightProblem;

/** A source as found: its posterior given the others and its fitted signal. */
export interface FoundSource {
  readonly posterior: PlacePosterior;
  readonly fit: FittedSource;
}

export interface SearchContext {
  readonly area: Area;
  readonly settings: InversionSettings;
  readonly range: RateRange;
  readonly prepare: PrepareProblem;
  /** True when something significant is left beyond these signals. */
  readonly isUnexplained: (fitted: Float64Array) => boolean;
  readonly decision: number;
  readonly mostSources: number;
  readonly step: (fraction: number) => void;
}

/** The expected plume is drawn this much wider in the envelope, so that its wings do not weigh as clean air. */
const ENVELOPE_WIDENING = 1.4;
/** Crossings hardly differ in the envelope: a noise that grew with what each pass happened to see would bias the rate low. */
const ENVELOPE_AMPLITUDE_SPREAD = 0.1;
/** Standard deviation of a uniform cell over its side. */
const CELL_BLUR = 1 / Math.sqrt(12);
const LIKELY_PLACES = 12;
/** Rates this many nats below the best place are left out of the full evaluation. */
const RATE_TAIL = 8;
const SWEEPS = 2;
/** What is left uncertain of a fitted crossing: factor on its amplitude, angular shift [rad], ln of its width. */
const AMPLITUDE_LEFT = 0.4;
const SHIFT_LEFT_RAD = 0.04;
const WIDTH_LEFT = 0.4;

/** Sources in the order found; `best` is the evidence of the first, claimed or not. */
export function findSources(context: SearchContext): { sources: FoundSource[]; best: number; rough: FlightProblem } {
  const { prepare, range, decision } = context;
  const first = findOne(context, [], (fraction) => context.step(0.6 * fraction));
  const rough = prepare('rough', range, undefined, undefined);
  if (first.posterior.lnBayesFactor < decision) return { sources: [], best: first.posterior.lnBayesFactor, rough };
  let sources = [first];
  while (sources.length < context.mostSources && context.isUnexplained(totalSignal(sources))) {
    const next = findOne(context, sources, () => context.step(0.7));
    if (next.posterior.lnBayesFactor < decision) break;
    const before = sources;
    sources = sweep(context, [...sources, next]);
    const weakest = Math.min(...sources.map(({ posterior }) => posterior.lnBayesFactor));
    if (weakest < decision) {
      // The sweep took back what had been claimed: the sources before it stand.
      sources = before;
      break;
    }
  }
  return { sources, best: first.posterior.lnBayesFactor, rough };
}

/** Each source again given the others, some times round. */
function sweep(context: SearchContext, sources: FoundSource[]): FoundSource[] {
  const current = [...sources];
  for (let round = 0; round < SWEEPS; round++) {
    for (let k = 0; k < current.length; k++) {
      const others = current.filter((_, other) => other !== k);
      current[k] = findOne(context, others, () => context.step(0.75 + 0.1 * round));
    }
  }
  return current;
}

/** Posterior of one source given others. */
function findOne(context: SearchContext, others: readonly FoundSource[], step: (f: number) => void): FoundSource {
  const { area, prepare, range } = context;
  const nuisance = others.length === 0 ? undefined : nuisanceOf(others, context.settings);
  const rough = prepare('rough', range, undefined, nuisance);
  const roughSpace = workspaceFor(rough);
  const rateLn = new Float64Array(rough.rates);
  const roughAt = (x: number, y: number, cell_m: number) =>
    placeLikelihood(rough, roughSpace, x, y, rateLn, CELL_BLUR * cell_m);
  const limits = limitsFor(rough.passes.count);
  const lattice = searchRoughly(area, roughAt, limits, (fraction) => step(0.5 * fraction));
  const likely = bestPlace(rough, roughSpace, lattice, rateLn);
  const expected =
    likely.lnBayesFactor > 0
      ? fittedSource(rough, likely.x_m, likely.y_m, likely.rate_kgph, ENVELOPE_WIDENING, ENVELOPE_AMPLITUDE_SPREAD)
          .signal_ppm
      : undefined;
  const full = prepare('full', likelyRates(rough, roughSpace, lattice, rateLn), expected, nuisance);
  const space = workspaceFor(full);
  const searched = evaluateLikely(
    lattice,
    full.rates,
    (x, y, out) => placeLikelihood(full, space, x, y, out),
    limits,
    (fraction) => step(0.5 + 0.5 * fraction),
  );
  const posterior = posteriorOf(searched, area, full.rate_kgph);
  return { posterior, fit: fittedSource(full, posterior.mode.x_m, posterior.mode.y_m, posterior.rate.p50) };
}

export function totalSignal(sources: readonly FoundSource[]): Float64Array {
  const total = Float64Array.from(sources[0].fit.signal_ppm);
  for (const { fit } of sources.slice(1))
    fit.signal_ppm.forEach((value, i) => {
      total[i] += value;
    });
  return total;
}

/** Subtracts the others' signals and frees their amplitude, shift and width pass by pass. */
function nuisanceOf(others: readonly FoundSource[], settings: InversionSettings): Nuisance {
  const columns = others.flatMap(({ fit }) => [fit.signal_ppm, fit.slope_ppm, fit.widening_ppm]);
  const shift = Math.max(SHIFT_LEFT_RAD, 0.3 * settings.windBiasSd_rad);
  const precision = [AMPLITUDE_LEFT, shift, WIDTH_LEFT].map((sd) => 1 / (sd * sd));
  return { mean: totalSignal(others), columns, precision: others.flatMap(() => precision) };
}

/** The likeliest place of a rough search and its likeliest rate. */
function bestPlace(p: FlightProblem, space: Workspace, lattice: Lattice, rateLn: Float64Array) {
  let best = 0;
  lattice.lnBayesFactor.forEach((ln, cell) => {
    if (ln > lattice.lnBayesFactor[best]) best = cell;
  });
  const { x_m, y_m } = centreOf(lattice, best);
  const lnBayesFactor = placeLikelihood(p, space, x_m, y_m, rateLn);
  let q = 0;
  for (let k = 0; k < rateLn.length; k++) if (rateLn[k] > rateLn[q]) q = k;
  return { x_m, y_m, lnBayesFactor, rate_kgph: p.rate_kgph[q] };
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
