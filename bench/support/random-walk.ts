/**
 * The control of the inversion's speed: the same model and the same likelihood of a place, but sampled. A Metropolis random
 * walk over place and ln rate (Metropolis et al. 1953); steps are tuned during the first fifth, which is thrown away.
 */
import {
  type Area,
  type FlightConditions,
  type FlightSamples,
  findSpikes,
  fitBackground,
  splitPasses,
} from '../../packages/numerics/src/index.ts';
import { type FlightProblem, placeLikelihood, workspaceFor } from '../../packages/numerics/src/inversion/likelihood.ts';
import { problemOf } from '../../packages/numerics/src/inversion/problem.ts';
import { DEFAULT_SETTINGS } from '../../packages/numerics/src/inversion/settings.ts';
import { type RateRange, sharedNodes } from '../../packages/numerics/src/inversion/shared-nodes.ts';
import { transportOf } from '../../packages/numerics/src/inversion/transport.ts';
import { type Random, randomFrom } from '../../packages/simulator/src/index.ts';

export interface Chain {
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  readonly rate_kgph: Float64Array;
  readonly accepted: number;
}

interface State {
  readonly x: number;
  readonly y: number;
  readonly lnRate: number;
  readonly ln: number;
}

const BURN_IN = 0.2;
const FIRST_DRAWS = 200;
/** Acceptance of a random walk in three dimensions at its best (Roberts, Gelman & Gilks 1997), and how fast it is sought. */
const WANTED_ACCEPTANCE = 0.3;
const TUNING = 0.05;
/** First steps: of the area's side, and of ln rate. */
const FIRST_STEP = { place: 0.05, lnRate: 0.5 };

/** The flight as the inversion prepares it. */
export function flightProblem(samples: FlightSamples, conditions: FlightConditions, area: Area): FlightProblem {
  const passes = splitPasses(samples);
  const reach_m = 2 * Math.hypot(area.east_m - area.west_m, area.north_m - area.south_m);
  const transport = transportOf(samples, passes, conditions, DEFAULT_SETTINGS, reach_m);
  const aside = findSpikes(samples.value_ppm, conditions.noise_ppm);
  const background = fitBackground(samples.time_s, samples.value_ppm, conditions.noise_ppm);
  return problemOf({ samples, passes, conditions, transport, background, aside }, DEFAULT_SETTINGS);
}

/** `iterations` steps; the chain holds what comes after the burn-in. */
export function randomWalk(p: FlightProblem, area: Area, range: RateRange, iterations: number, seed: number): Chain {
  const random = randomFrom(seed).stream('random-walk');
  const lnOf = likelihoodOf(p, area, range);
  let state = bestOf(FIRST_DRAWS, area, range, lnOf, random.stream('start'));
  const kept = Math.floor(iterations * (1 - BURN_IN));
  const chain = { x_m: new Float64Array(kept), y_m: new Float64Array(kept), rate_kgph: new Float64Array(kept) };
  const side = Math.max(area.east_m - area.west_m, area.north_m - area.south_m);
  let lnScale = 0;
  let accepted = 0;
  for (let i = 0; i < iterations; i++) {
    const step = Math.exp(lnScale);
    const next = lnOf(
      state.x + step * FIRST_STEP.place * side * random.normal(),
      state.y + step * FIRST_STEP.place * side * random.normal(),
      state.lnRate + Math.min(1, step) * FIRST_STEP.lnRate * random.normal(),
    );
    const isAccepted = Math.log(random.uniform()) < next.ln - state.ln;
    if (isAccepted) state = next;
    const at = i - (iterations - kept);
    if (at < 0) {
      lnScale += TUNING * ((isAccepted ? 1 : 0) - WANTED_ACCEPTANCE);
      continue;
    }
    if (isAccepted) accepted++;
    chain.x_m[at] = state.x;
    chain.y_m[at] = state.y;
    chain.rate_kgph[at] = Math.exp(state.lnRate);
  }
  return { ...chain, accepted: accepted / kept };
}

type LnOf = (x: number, y: number, lnRate: number) => State;

/** ln posterior density up to a constant: uniform prior over area and ln rate. One rate at a time, as a sampler needs it. */
function likelihoodOf(p: FlightProblem, area: Area, range: RateRange): LnOf {
  const rate_kgph = new Float64Array(1);
  const nodes = { ...sharedNodes(p.settings, p.conditions, p.transport, range), rate_kgph };
  const space = workspaceFor(nodes, p.grid);
  const out = new Float64Array(1);
  const [least, most] = [Math.log(range.least_kgph), Math.log(range.most_kgph)];
  return (x, y, lnRate) => {
    const isInArea = x >= area.west_m && x <= area.east_m && y >= area.south_m && y <= area.north_m;
    if (!isInArea || lnRate < least || lnRate > most) return { x, y, lnRate, ln: Number.NEGATIVE_INFINITY };
    rate_kgph[0] = Math.exp(lnRate);
    placeLikelihood(p, nodes, space, x, y, out);
    return { x, y, lnRate, ln: out[0]! };
  };
}

function bestOf(draws: number, area: Area, range: RateRange, lnOf: LnOf, random: Random): State {
  let best: State | undefined;
  for (let i = 0; i < draws; i++) {
    const state = lnOf(
      random.between(area.west_m, area.east_m),
      random.between(area.south_m, area.north_m),
      Math.log(random.logBetween(range.least_kgph, range.most_kgph)),
    );
    if (best === undefined || state.ln > best.ln) best = state;
  }
  return best!;
}
