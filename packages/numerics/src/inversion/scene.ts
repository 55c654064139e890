/**
 * Several flights, sensors or days over one place: each integrates its own wind, widths and crossings, then their
 * likelihoods of (x, q) multiply. A source that comes and goes is on in a flight with probability `on`:
 *   L(x, q) = prod_f [1 - on + on L_f(x, q)], on = 1 where there is one flight.
 */
import { type FlightProblem, placeLikelihood, type Workspace, workspaceFor } from './likelihood.ts';
import type { InversionSettings } from './settings.ts';
import { type RateRange, type SharedNodes, sharedNodes } from './shared-nodes.ts';

export interface Scene {
  readonly flights: readonly FlightProblem[];
  /** Probability that the source is on during a flight. */
  readonly on: number;
}

/** Nodes and arrays for judging places; the flights share the rates. */
export interface SceneSpace {
  readonly nodes: readonly SharedNodes[];
  readonly spaces: readonly Workspace[];
  readonly rate_kgph: Float64Array;
  readonly ratePriorStep: number;
  readonly rateLn: Float64Array;
}

export function sceneSpace({ flights }: Scene, settings: readonly InversionSettings[], range: RateRange): SceneSpace {
  const nodes = flights.map(({ conditions, transport }, f) => sharedNodes(settings[f], conditions, transport, range));
  const spaces = flights.map(({ grid }, f) => workspaceFor(nodes[f], grid));
  const { rate_kgph, ratePriorStep } = nodes[0];
  return { nodes, spaces, rate_kgph, ratePriorStep, rateLn: new Float64Array(rate_kgph.length) };
}

/** As `placeLikelihood`, over all flights. `without` leaves out one pass of one flight. */
export function sceneLikelihood(
  scene: Scene,
  space: SceneSpace,
  x: number,
  y: number,
  out: Float64Array,
  blur_m = 0,
  without?: { readonly flight: number; readonly pass: number },
): number {
  const rates = out.length;
  const { nodes, spaces, rateLn } = space;
  if (scene.flights.length === 1 && scene.flights[0].conditions.sourceHeights === undefined) {
    return placeLikelihood(scene.flights[0], nodes[0], spaces[0], x, y, out, blur_m, without?.pass ?? -1);
  }
  out.fill(0);
  scene.flights.forEach((flight, f) => {
    const pass = without?.flight === f ? without.pass : -1;
    overHeights(flight, rateLn, (one, at) => placeLikelihood(one, nodes[f], spaces[f], x, y, at, blur_m, pass));
    for (let q = 0; q < rates; q++) out[q] += lnMixed(rateLn[q], scene.on);
  });
  let most = Number.NEGATIVE_INFINITY;
  for (let q = 0; q < rates; q++) if (out[q] > most) most = out[q];
  let sum = 0;
  for (let q = 0; q < rates; q++) sum += Math.exp(out[q] - most);
  return most + Math.log(sum * space.ratePriorStep);
}

/** Mean over the heights that a source may have, for each rate. */
function overHeights(flight: FlightProblem, out: Float64Array, judge: (one: FlightProblem, at: Float64Array) => void) {
  const heights = flight.conditions.sourceHeights;
  if (heights === undefined) return judge(flight, out);
  const each = heights.map(({ height_m }) => {
    const at = new Float64Array(out.length);
    judge({ ...flight, conditions: { ...flight.conditions, sourceHeight_m: height_m } }, at);
    return at;
  });
  for (let q = 0; q < out.length; q++) {
    let most = Number.NEGATIVE_INFINITY;
    for (const at of each) if (at[q] > most) most = at[q];
    let sum = 0;
    heights.forEach(({ weight }, h) => {
      sum += weight * Math.exp(each[h][q] - most);
    });
    out[q] = most + Math.log(sum);
  }
}

/** ln(1 - on + on e^ln). */
function lnMixed(ln: number, on: number): number {
  if (on >= 1) return ln;
  return ln > 0 ? ln + Math.log(on + (1 - on) * Math.exp(-ln)) : Math.log(1 - on + on * Math.exp(ln));
}
