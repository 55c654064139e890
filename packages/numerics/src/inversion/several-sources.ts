/**
 * One source, then more while the evidence pays. Each conditional is the exact grid of one source given the others,
 * whose signals are subtracted with what is uncertain about them added to the samples' variance. Sweeps repeat until
 * the places rest.
 */
import { crossingsFor, crossPass } from './crossing.ts';
import { type FitRoom, type FittedSource, fittedSource, wideRoom } from './fit.ts';
import type { Area } from './flight.ts';
import { centreOf, evaluateLikely, type Lattice, largest, likeliest, limitsFor, searchRoughly } from './grid.ts';
import type { FlightProblem, Workspace } from './likelihood.ts';
import { type PlacePosterior, posteriorOf } from './posterior.ts';
import { type Scene, type SceneSpace, sceneLikelihood, sceneSpace } from './scene.ts';
import { type InversionSettings, roughSettings } from './settings.ts';
import type { RateRange, SharedNodes } from './shared-nodes.ts';
import { verticalFactor } from './transport.ts';

/** What one source does to each flight. */
export type SceneFit = readonly FittedSource[];
/** Makes the scene of one source given others. */
export type PrepareScene = (others: readonly SceneFit[]) => Scene;

/** A source as found: its posterior given the others and its fitted signal. */
export interface FoundSource {
  readonly posterior: PlacePosterior;
  /** What the model allows it, and only what lies close to its expectation: for the first search beyond it. */
  readonly fit: SceneFit;
  readonly closeFit: SceneFit;
}

export interface SearchContext {
  readonly area: Area;
  readonly settings: InversionSettings;
  readonly range: RateRange;
  readonly prepare: PrepareScene;
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
/** What a further source must add to the evidence of all [nats]; true ones added 12 to 55, false ones up to 11. */
const FURTHER_SOURCE_LN = 9;
/** Some pass must show something likelier than clean air by this [nats] before a further source is looked for. */
const LEAST_UNEXPLAINED = 3;
/** Room of a close fit: shifts in meanders, and the prior probability that a pass shows something else. */
const CLOSE_SPAN = 1.3;
const CLOSE_OTHER_CAUSE = 0.1;
/** The same while a further source is looked for. */
const EXPECTED_OTHERS = 0.2;

/** Sources in the order found; `best` is the evidence of the first, claimed or not. */
export function findSources(context: SearchContext): { sources: FoundSource[]; best: number; first: Scene } {
  const { prepare, decision } = context;
  const alone = prepare([]);
  const first = findOne(context, alone, (fraction) => context.step(0.6 * fraction));
  const best = first.posterior.lnBayesFactor;
  if (best < decision) return { sources: [], best, first: alone };
  let sources = [first];
  let evidence = best;
  while (sources.length < context.mostSources) {
    const more = oneMore(context, sources);
    if (more === undefined || !areApart(more)) break;
    const jointly = jointEvidence(context, alone, more);
    if (jointly < evidence + FURTHER_SOURCE_LN) break;
    sources = more;
    evidence = jointly;
  }
  return { sources, best, first: alone };
}

/** Squared distance in deviations of both places within which two sources are one that the model explains badly. */
const LEAST_SEPARATION = 16;

/** True when the last source lies outside what each of the others could itself be. */
function areApart(sources: readonly FoundSource[]): boolean {
  const next = sources.at(-1)!.posterior;
  const own = covarianceOf(next);
  return sources.slice(0, -1).every(({ posterior }) => {
    const its = covarianceOf(posterior);
    const dx = next.mean.x_m - posterior.mean.x_m;
    const dy = next.mean.y_m - posterior.mean.y_m;
    const [xx, xy, yy] = [own.xx + its.xx, own.xy + its.xy, own.yy + its.yy];
    const determinant = Math.max(1e-9, xx * yy - xy * xy);
    return (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant > LEAST_SEPARATION;
  });
}

function covarianceOf({ places, mean }: PlacePosterior): { xx: number; xy: number; yy: number } {
  const sum = { xx: 1, xy: 0, yy: 1 };
  for (const { x_m, y_m, mass } of places) {
    sum.xx += mass * (x_m - mean.x_m) ** 2;
    sum.xy += mass * (x_m - mean.x_m) * (y_m - mean.y_m);
    sum.yy += mass * (y_m - mean.y_m) ** 2;
  }
  return sum;
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
function lookRoughly(context: SearchContext, scene: Scene): { lnBayesFactor: number; fit: SceneFit } {
  const { area, range } = context;
  const settings = roughly(context, scene).map((rough) => ({ ...rough, otherCause: EXPECTED_OTHERS, biasNodes: 3 }));
  const robust: Scene = { ...scene, flights: scene.flights.map((one, f) => ({ ...one, settings: settings[f] })) };
  const space = sceneSpace(robust, settings, range);
  const rateLn = new Float64Array(space.rate_kgph.length);
  const at = (x: number, y: number, cell_m: number) => sceneLikelihood(robust, space, x, y, rateLn, CELL_BLUR * cell_m);
  const lattice = searchRoughly(area, at, limitsFor(passesOf(scene)));
  const ln = lattice.lnBayesFactor;
  const best = largest(ln);
  const { x_m, y_m } = centreOf(lattice, ln.indexOf(best));
  at(x_m, y_m, 0);
  const rate = space.rate_kgph[rateLn.indexOf(Math.max(...rateLn))];
  const mean = ln.reduce((sum, value) => sum + Math.exp(value - best), 0) / ln.length;
  return { lnBayesFactor: best + Math.log(mean), fit: closeFits(robust, space, x_m, y_m, rate) };
}

function roughly(context: SearchContext, scene: Scene): InversionSettings[] {
  return scene.flights.map(({ conditions }) => roughSettings(context.settings, conditions.singleWind));
}

function passesOf(scene: Scene): number {
  return scene.flights.reduce((most, { passes }) => Math.max(most, passes.count), 0);
}

/**
 * ln evidence of several sources together against clean air, by the chain rule: each given those before it, forwards
 * and backwards. The less is taken: what one source explains of another's plume must not be counted twice.
 */
function jointEvidence(context: SearchContext, alone: Scene, sources: readonly FoundSource[]): number {
  const chain = (order: readonly FoundSource[]) =>
    order.reduce((sum, source, n) => {
      const before = order.slice(0, n);
      const scene = n === 0 ? alone : context.prepare(before.map(({ fit }) => fit));
      return sum + evidenceAt(context, scene, source);
    }, 0);
  return Math.min(chain(sources), chain([...sources].reverse()));
}

/** Evidence of a source where it was found in another scene: its peak there, and the room it takes as found. */
function evidenceAt(context: SearchContext, scene: Scene, { posterior }: FoundSource): number {
  const space = fullSpace(context, scene, context.range);
  const { x_m, y_m } = posterior.mode;
  const peak = sceneLikelihood(scene, space, x_m, y_m, new Float64Array(space.rate_kgph.length));
  return peak + posterior.lnBayesFactor - posterior.lnPeak;
}

function fullSpace({ settings }: SearchContext, scene: Scene, range: RateRange): SceneSpace {
  return sceneSpace(
    scene,
    scene.flights.map(() => settings),
    range,
  );
}

function hasUnexplained({ flights }: Scene): boolean {
  return flights.some(({ tables }) =>
    tables.some(({ unknown, clean }) => unknown > clean * Math.exp(LEAST_UNEXPLAINED)),
  );
}

/** Posterior of one source in a scene. */
function findOne(context: SearchContext, scene: Scene, step: (f: number) => void): FoundSource {
  const { area, range } = context;
  const rough = sceneSpace(scene, roughly(context, scene), range);
  const rateLn = new Float64Array(rough.rate_kgph.length);
  const roughAt = (x: number, y: number, cell_m: number) =>
    sceneLikelihood(scene, rough, x, y, rateLn, CELL_BLUR * cell_m);
  const limits = limitsFor(passesOf(scene));
  const lattice = searchRoughly(area, roughAt, limits, (fraction) => step(0.5 * fraction));
  const space = fullSpace(context, scene, likelyRates(scene, rough, lattice, rateLn));
  const searched = evaluateLikely(
    lattice,
    space.rate_kgph.length,
    (x, y, out, cell_m) => sceneLikelihood(scene, space, x, y, out, CELL_BLUR * cell_m),
    limits,
    (fraction) => step(0.5 + 0.5 * fraction),
  );
  const posterior = posteriorOf(searched, area, space.rate_kgph);
  const { x_m, y_m } = posterior.mode;
  const rate = posterior.rate.p50;
  const fit = scene.flights.map((flight, f) => fittedSource(flight, wideRoom(flight, space.nodes[f]), x_m, y_m, rate));
  return { posterior, fit, closeFit: closeFits(scene, space, x_m, y_m, rate) };
}

function closeFits(scene: Scene, space: SceneSpace, x: number, y: number, rate: number): SceneFit {
  sceneLikelihood(scene, space, x, y, new Float64Array(space.rate_kgph.length));
  return scene.flights.map((flight, f) => fittedSource(flight, closeRoom(space.nodes[f], space.spaces[f]), x, y, rate));
}

/** About the likeliest direction of the wind at the place last judged, within little more than the meander. */
function closeRoom(nodes: SharedNodes, { total }: Workspace): FitRoom {
  const part = total.length / nodes.beta.length;
  const mass = Array.from(nodes.beta, (_, b) => {
    let sum = 0;
    for (let n = b * part; n < (b + 1) * part; n++) sum += total[n];
    return sum;
  });
  const bias_rad = nodes.beta[mass.indexOf(Math.max(...mass))];
  return { bias_rad, shiftSd_rad: nodes.meander[0], shiftSpan: CLOSE_SPAN, otherCause: CLOSE_OTHER_CAUSE };
}

/** Signals of several sources in one flight, summed. */
export function totalSignal(fits: readonly FittedSource[], count: number): Float64Array {
  const total = new Float64Array(count);
  for (const { signal_ppm } of fits) for (let i = 0; i < count; i++) total[i] += signal_ppm[i];
  return total;
}

/** What each pass says for a source, given the others: ln evidence at its mode with the pass less that without it. */
export function passWords(context: SearchContext, source: FoundSource, others: readonly FoundSource[]): PassWord[] {
  const scene = context.prepare(others.map(({ fit }) => fit));
  const space = fullSpace(context, scene, context.range);
  const out = new Float64Array(space.rate_kgph.length);
  const { x_m, y_m } = source.posterior.mode;
  const all = sceneLikelihood(scene, space, x_m, y_m, out);
  return scene.flights.flatMap((problem, flight) =>
    Array.from({ length: problem.passes.count }, (_, pass) => {
      const lnFor = all - sceneLikelihood(scene, space, x_m, y_m, out, 0, { flight, pass });
      return { flight, pass, lnFor, ...expectedCrossing(problem, space.nodes[flight], pass, source) };
    }),
  );
}

/** What one pass says about a source. */
export interface PassWord {
  readonly flight: number;
  readonly pass: number;
  /** Positive: speaks for the source; negative: against it. */
  readonly lnFor: number;
  /** Where its plume should cross the pass; absent where the pass runs along the wind or the plume does not reach it. */
  readonly expected?: {
    readonly at_s: number;
    readonly width_s: number;
    readonly peak_ppm: number;
    readonly range_m: number;
  };
}

function expectedCrossing(
  p: FlightProblem,
  nodes: SharedNodes,
  pass: number,
  { posterior }: FoundSource,
): Pick<PassWord, 'expected'> {
  const crossings = crossingsFor(1);
  const { x_m, y_m } = posterior.mode;
  const widest = p.grid.widths_s[p.grid.widths_s.length - 1];
  if (p.alongWind[pass] === 1) return {};
  if (!crossPass(p.samples, p.transport, pass, x_m, y_m, Float64Array.of(0), widest, crossings)) return {};
  const at_s = crossings.tau_s[0];
  const first = p.samples.time_s[p.passes.start[pass]];
  const last = p.samples.time_s[p.passes.start[pass + 1] - 1];
  // Within two deviations of the plume's own width and of what may shift it.
  const shift = Math.hypot(nodes.betaSd_rad, Math.max(...nodes.meander)) / crossings.alpha_rad[0];
  const reach = 2 * crossings.width_s[0] * Math.hypot(1, shift);
  if (at_s < first - reach || at_s > last + reach) return {};
  const factor = verticalFactor(crossings.height_m[0], p.conditions.sourceHeight_m, Math.exp(crossings.lnSigmaZ[0]));
  const peak_ppm = posterior.rate.p50 * Math.exp(crossings.lnStrength[0]) * factor;
  return { expected: { at_s, width_s: crossings.width_s[0], peak_ppm, range_m: crossings.range_m[0] } };
}

/** Rates within reach of the posterior: those near the best at any of the likeliest places. */
function likelyRates(scene: Scene, rough: SceneSpace, lattice: Lattice, rateLn: Float64Array): RateRange {
  const order = likeliest(lattice.lnBayesFactor, 6);
  const best = lattice.lnBayesFactor[order[0]];
  const rates = rough.rate_kgph.length;
  let low = rates - 1;
  let high = 0;
  for (let n = 0; n < order.length && n < 8 * LIKELY_PLACES; n += 8) {
    const { x_m, y_m } = centreOf(lattice, order[n]);
    sceneLikelihood(scene, rough, x_m, y_m, rateLn);
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
