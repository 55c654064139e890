/**
 * One source, then more while the evidence pays. Each conditional is the exact grid of one source given the others,
 * whose signals are subtracted with what is uncertain about them added to the samples' variance. Sweeps repeat until
 * the places rest.
 */
import { type FitRoom, type FittedSource, fittedSource, wideRoom } from './fit.ts';
import type { Area } from './flight.ts';
import { centreOf, evaluateLikely, type Lattice, largest, likeliest, limitsFor, searchRoughly } from './grid.ts';
import {
  type FlightProblem,
  placeLikelihood,
  type RateRange,
  type SharedNodes,
  sharedNodes,
  type Workspace,
  workspaceFor,
} from './likelihood.ts';
import { type PlacePosterior, posteriorOf } from './posterior.ts';
import { type InversionSettings, roughSettings } from './settings.ts';

/** Makes the problem of one source given others. */
export type PrepareProblem = (others: readonly FittedSource[]) => FlightProblem;

/** A source as found: its posterior given the others and its fitted signal. */
export interface FoundSource {
  readonly posterior: PlacePosterior;
  /** What the model allows it, and only what lies close to its expectation: for the first search beyond it. */
  readonly fit: FittedSource;
  readonly closeFit: FittedSource;
}

export interface SearchContext {
  readonly area: Area;
  readonly settings: InversionSettings;
  readonly range: RateRange;
  readonly prepare: PrepareProblem;
  readonly decision: number;
  readonly mostSources: number;
  readonly step: (fraction: number) => void;
}

/** Standard deviation of a uniform cell over its side. */
const CELL_BLUR = 1 / Math.sqrt(12);
const LIKELY_PLACES = 12;
/** Rates this many nats below the best place are left out of the full evaluation. */
const RATE_TAIL = 9;
const SWEEPS = 2;
/** Some pass must show something likelier than clean air by this [nats] before a further source is looked for. */
const LEAST_UNEXPLAINED = 3;
/** Room of a close fit: shifts in meanders, and the prior probability that a pass shows something else. */
const CLOSE_SPAN = 1.3;
const CLOSE_OTHER_CAUSE = 0.1;
/** The same while a further source is looked for. */
const EXPECTED_OTHERS = 0.2;

/** Sources in the order found; `best` is the evidence of the first, claimed or not. */
export function findSources(context: SearchContext): { sources: FoundSource[]; best: number; first: FlightProblem } {
  const { prepare, decision } = context;
  const alone = prepare([]);
  const first = findOne(context, alone, (fraction) => context.step(0.6 * fraction));
  const best = first.posterior.lnBayesFactor;
  if (best < decision) return { sources: [], best, first: alone };
  let sources = [first];
  let evidence = best;
  while (sources.length < context.mostSources) {
    const more = oneMore(context, sources);
    if (more === undefined) break;
    const jointly = jointEvidence(context, alone, more);
    if (jointly < evidence + decision) break;
    sources = more;
    evidence = jointly;
  }
  return { sources, best, first: alone };
}

/** Sources with one more, begun from what lies close to their expectation; nothing where the rest is quiet. */
function oneMore(context: SearchContext, sources: readonly FoundSource[]): FoundSource[] | undefined {
  context.step(0.7);
  const begun = sources.map(({ closeFit }) => closeFit);
  const rest = context.prepare(begun);
  if (!hasUnexplained(rest)) return undefined;
  const next = lookRoughly(context, rest);
  if (next.lnBayesFactor < context.decision) return undefined;
  const fits = [...begun, next.fit];
  const current: FoundSource[] = [];
  for (let round = 0; round < SWEEPS; round++) {
    for (let k = 0; k < fits.length; k++) {
      const found = findOne(context, context.prepare(fits.filter((_, other) => other !== k)), () =>
        context.step(0.75 + 0.1 * round),
      );
      if (found.posterior.lnBayesFactor < context.decision) return undefined;
      current[k] = found;
      fits[k] = found.fit;
    }
  }
  return current;
}

/** The likeliest place of a rough search in which other sources are expected, and what lies close to its expectation. */
function lookRoughly(context: SearchContext, problem: FlightProblem): { lnBayesFactor: number; fit: FittedSource } {
  const { area, range } = context;
  const settings = {
    ...roughSettings(context.settings, problem.conditions.singleWind),
    otherCause: EXPECTED_OTHERS,
    biasNodes: 3,
  };
  const robust = { ...problem, settings };
  const nodes = sharedNodes(settings, problem.conditions, problem.transport, range);
  const space = workspaceFor(nodes, problem.grid);
  const rateLn = new Float64Array(nodes.rate_kgph.length);
  const at = (x: number, y: number, cell_m: number) =>
    placeLikelihood(robust, nodes, space, x, y, rateLn, CELL_BLUR * cell_m);
  const lattice = searchRoughly(area, at, limitsFor(problem.passes.count));
  const ln = lattice.lnBayesFactor;
  const best = largest(ln);
  const { x_m, y_m } = centreOf(lattice, ln.indexOf(best));
  at(x_m, y_m, 0);
  const rate = nodes.rate_kgph[rateLn.indexOf(Math.max(...rateLn))];
  const mean = ln.reduce((sum, value) => sum + Math.exp(value - best), 0) / ln.length;
  return {
    lnBayesFactor: best + Math.log(mean),
    fit: fittedSource(robust, closeRoom(robust, nodes, space, x_m, y_m), x_m, y_m, rate),
  };
}

/**
 * ln evidence of several sources together against clean air, by the chain rule: each given those before it, forwards
 * and backwards. The less is taken: what one source explains of another's plume must not be counted twice.
 */
function jointEvidence(context: SearchContext, alone: FlightProblem, sources: readonly FoundSource[]): number {
  const chain = (order: readonly FoundSource[]) =>
    order.reduce((sum, source, n) => {
      const before = order.slice(0, n);
      const problem = n === 0 ? alone : context.prepare(before.map(({ fit }) => fit));
      return sum + evidenceAt(context, problem, source);
    }, 0);
  return Math.min(chain(sources), chain([...sources].reverse()));
}

/** Evidence of a source where it was found under another problem: its peak there, and the room it takes as found. */
function evidenceAt(context: SearchContext, problem: FlightProblem, { posterior }: FoundSource): number {
  const { conditions, transport, grid } = problem;
  const nodes = sharedNodes(context.settings, conditions, transport, context.range);
  const out = new Float64Array(nodes.rate_kgph.length);
  const { x_m, y_m } = posterior.mode;
  const peak = placeLikelihood(problem, nodes, workspaceFor(nodes, grid), x_m, y_m, out);
  return peak + posterior.lnBayesFactor - posterior.lnPeak;
}

function hasUnexplained({ tables }: FlightProblem): boolean {
  return tables.some(({ unknown, clean }) => unknown > clean * Math.exp(LEAST_UNEXPLAINED));
}

/** Posterior of one source given a problem. */
function findOne(context: SearchContext, problem: FlightProblem, step: (f: number) => void): FoundSource {
  const { area, settings, range } = context;
  const { conditions, transport, grid } = problem;
  const rough = sharedNodes(roughSettings(settings, conditions.singleWind), conditions, transport, range);
  const roughSpace = workspaceFor(rough, grid);
  const rateLn = new Float64Array(rough.rate_kgph.length);
  const roughAt = (x: number, y: number, cell_m: number) =>
    placeLikelihood(problem, rough, roughSpace, x, y, rateLn, CELL_BLUR * cell_m);
  const limits = limitsFor(problem.passes.count);
  const lattice = searchRoughly(area, roughAt, limits, (fraction) => step(0.5 * fraction));
  const full = sharedNodes(settings, conditions, transport, likelyRates(problem, rough, roughSpace, lattice, rateLn));
  const space = workspaceFor(full, grid);
  const searched = evaluateLikely(
    lattice,
    full.rate_kgph.length,
    (x, y, out, cell_m) => placeLikelihood(problem, full, space, x, y, out, CELL_BLUR * cell_m),
    limits,
    (fraction) => step(0.5 + 0.5 * fraction),
  );
  const posterior = posteriorOf(searched, area, full.rate_kgph);
  const { x_m, y_m } = posterior.mode;
  return {
    posterior,
    fit: fittedSource(problem, wideRoom(problem, full), x_m, y_m, posterior.rate.p50),
    closeFit: fittedSource(problem, closeRoom(problem, full, space, x_m, y_m), x_m, y_m, posterior.rate.p50),
  };
}

/** About the likeliest direction of the wind at a place, within little more than the meander. */
function closeRoom(p: FlightProblem, nodes: SharedNodes, space: Workspace, x: number, y: number): FitRoom {
  placeLikelihood(p, nodes, space, x, y, new Float64Array(nodes.rate_kgph.length));
  const part = space.total.length / nodes.beta.length;
  const mass = Array.from(nodes.beta, (_, b) =>
    space.total.subarray(b * part, (b + 1) * part).reduce((a, v) => a + v, 0),
  );
  const bias_rad = nodes.beta[mass.indexOf(Math.max(...mass))];
  return { bias_rad, shiftSd_rad: nodes.meander[0], shiftSpan: CLOSE_SPAN, otherCause: CLOSE_OTHER_CAUSE };
}

export function totalSignal(sources: readonly FittedSource[], count: number): Float64Array {
  const total = new Float64Array(count);
  for (const { signal_ppm } of sources) for (let i = 0; i < count; i++) total[i] += signal_ppm[i];
  return total;
}

/** Rates within reach of the posterior: those near the best at any of the likeliest places. */
function likelyRates(
  p: FlightProblem,
  rough: SharedNodes,
  space: Workspace,
  lattice: Lattice,
  rateLn: Float64Array,
): RateRange {
  const ln = lattice.lnBayesFactor;
  const order = likeliest(ln, 6);
  const best = ln[order[0]];
  const rates = rough.rate_kgph.length;
  let low = rates - 1;
  let high = 0;
  for (let n = 0; n < order.length && n < 8 * LIKELY_PLACES; n += 8) {
    const { x_m, y_m } = centreOf(lattice, order[n]);
    placeLikelihood(p, rough, space, x_m, y_m, rateLn);
    for (let q = 0; q < rates; q++) {
      if (rateLn[q] + Math.log(rough.ratePriorStep) < best - RATE_TAIL) continue;
      low = Math.min(low, q);
      high = Math.max(high, q);
    }
  }
  const margin = 2;
  return {
    least_kgph: rough.rate_kgph[Math.max(0, low - margin)],
    most_kgph: rough.rate_kgph[Math.min(rates - 1, high + margin)],
  };
}
