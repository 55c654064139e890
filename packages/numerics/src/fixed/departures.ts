/**
 * Errors that hold for a whole record, as nodes of an exact sum.
 *
 * A record of many steps meets many winds, and the filter's linear states follow their errors. In a record of one or a
 * few steps (arcs of samplers, one ten-minute mean) the same error of direction or spread is all there is, and large
 * against the plume: it is summed over nodes instead.
 */
import type { ModelError } from './filter.ts';
import type { FixedProblem } from './problem.ts';
import { NO_DEPARTURE, type PlumeDeparture, type ResponseOptions } from './response.ts';
import type { FixedSettings } from './settings.ts';

/** Records with at most this many steps are short. */
const SHORT_STEPS = 12;

export interface WeightedDeparture {
  readonly departure: PlumeDeparture;
  readonly weight: number;
}

export function departuresFor(problem: FixedProblem, { short }: FixedSettings): WeightedDeparture[] {
  if (problem.steps.length > SHORT_STEPS) return [{ departure: NO_DEPARTURE, weight: 1 }];
  const turns = normalNodes(short.turnSd_rad, 7);
  const widths = normalNodes(short.lnSigmaYSd, 3);
  const heights = normalNodes(short.lnSigmaZSd, 3);
  return turns.flatMap((turn) =>
    widths.flatMap((width) =>
      heights.map((height) => ({
        departure: { turn_rad: turn.value, lnSigmaY: width.value, lnSigmaZ: height.value },
        weight: turn.weight * width.weight * height.weight,
      })),
    ),
  );
}

/** For the first level: the turns alone. */
export function firstDepartures(problem: FixedProblem, settings: FixedSettings): WeightedDeparture[] {
  if (problem.steps.length > SHORT_STEPS) return departuresFor(problem, settings);
  return normalNodes(settings.short.turnSd_rad, 3).map(({ value, weight }) => ({
    departure: { ...NO_DEPARTURE, turn_rad: value },
    weight,
  }));
}

/** `count` equally spaced nodes to 2 sd (1.5 sd for three), weighted by the density. */
function normalNodes(sd: number, count: number): { readonly value: number; readonly weight: number }[] {
  const reach = count > 3 ? 2 : 1.5;
  const nodes = Array.from({ length: count }, (_, i) => reach * ((2 * i) / (count - 1) - 1));
  const sum = nodes.reduce((total, z) => total + Math.exp(-0.5 * z * z), 0);
  return nodes.map((z) => ({ value: sd * z, weight: Math.exp(-0.5 * z * z) / sum }));
}

/** In a short record the nodes carry most of what the persistent errors of a long one stand for. */
export function errorFor(problem: FixedProblem, { error, short }: FixedSettings): ModelError {
  if (problem.steps.length > SHORT_STEPS) return error;
  return {
    ...error,
    amplitude: { ...error.amplitude, sd: short.amplitudeSd },
    gain: { ...error.gain, sd: short.gainSd },
  };
}

/** In a short record the turns are nodes; what each arc's centre line wanders on its own goes with the turbulence. */
export function responseFor(problem: FixedProblem, { response, short }: FixedSettings): ResponseOptions {
  if (problem.steps.length > SHORT_STEPS) return response;
  // One long mean from a cup anemometer counts all motion already (Prairie Grass: MG 1.01 without meander).
  return {
    ...response,
    hasMeander: false,
    directionError: { base_rad: 0, light_radmps: 0, turbulent: short.turbulent },
  };
}
