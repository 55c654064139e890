/**
 * Puffs: a source in light or turning wind, where a steady plume does not exist.
 *
 *   c(r, t) / Q = integral over release times t' of
 *     exp(-|r_h - m(t', t)|^2 / 2 sh^2) / (2 pi sh^2) . V(z, h; sz) . exp(-(t - t') / tau) dt'    plume-model.md (9)
 *
 * m(t', t) the place [m] that air released at t' has reached at t under piecewise constant wind, sh and sz the spreads
 * at its age and the length of its path. Turbulence keeps spreading a puff that hardly moves: its age counts, not its
 * distance. In steady wind the integral tends to the plume (tested).
 */
import type { Air, ForwardModel, Observations } from './forward-model.ts';
import { sourceLattice } from './gaussian-plume.ts';
import { verticalDistribution } from './plume-kernel.ts';
import { irwinVenkatram, plumeShape, type SpreadScheme } from './spread.ts';

export interface PuffOptions {
  readonly spread?: SpreadScheme;
  readonly lifetime_s?: number;
  /** Puffs older than this [s] have left the area. */
  readonly longestAge_s?: number;
  /** Puffs per doubling of age; more is smoother (16 gives 1 % in steady wind). */
  readonly puffsPerDoubling?: number;
}

/** One age of puff as seen at a time: where it is relative to its source, its spreads, and the age it stands for. */
interface Puff {
  readonly east_m: number;
  readonly north_m: number;
  readonly sigmaH_m: number;
  readonly sigmaZ_m: number;
  /** Release time it stands for [s], loss included. */
  readonly weight_s: number;
  readonly mixingHeight_m: number;
}

const FIRST_AGE_S = 0.25;

/** Puff model; needs `time_s` and `airStart_s`. Ages are spaced geometrically, so near puffs are small and many. */
export function puffModel(options: PuffOptions = {}): ForwardModel {
  return {
    name: 'puffs',
    coupling(source, observations, out = new Float64Array(observations.count)) {
      const parts = sourceLattice(source);
      const trains = new Map<number, readonly Puff[]>();
      const time_s = required(observations.time_s, 'time_s');
      for (let i = 0; i < observations.count; i++) {
        let train = trains.get(time_s[i]);
        if (train === undefined) {
          train = puffTrain(observations, time_s[i], source.height_m, options);
          trains.set(time_s[i], train);
        }
        let sum = 0;
        for (const part of parts) sum += part.weight * receptorCoupling(train, part, observations, i);
        out[i] = sum;
      }
      return out;
    },
  };
}

/** Open paths are averaged over points no farther apart than this many metres. */
const PATH_STEP_M = 2;

function receptorCoupling(
  train: readonly Puff[],
  source: { readonly x_m: number; readonly y_m: number; readonly height_m: number },
  { x_m, y_m, height_m, end }: Observations,
  i: number,
): number {
  if (end === undefined) return puffSum(train, x_m[i] - source.x_m, y_m[i] - source.y_m, height_m[i], source.height_m);
  const length = Math.hypot(end.x_m[i] - x_m[i], end.y_m[i] - y_m[i]);
  const steps = Math.max(1, Math.ceil(length / PATH_STEP_M));
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const s = (step + 0.5) / steps;
    const east = x_m[i] + s * (end.x_m[i] - x_m[i]) - source.x_m;
    const north = y_m[i] + s * (end.y_m[i] - y_m[i]) - source.y_m;
    sum += puffSum(train, east, north, height_m[i] + s * (end.height_m[i] - height_m[i]), source.height_m);
  }
  return sum / steps;
}

function puffSum(train: readonly Puff[], east: number, north: number, z: number, h: number): number {
  let sum = 0;
  for (const puff of train) {
    const variance = puff.sigmaH_m * puff.sigmaH_m;
    const squared = ((east - puff.east_m) ** 2 + (north - puff.north_m) ** 2) / variance;
    if (squared > 60) continue;
    const horizontal = Math.exp(-0.5 * squared) / (2 * Math.PI * variance);
    sum += puff.weight_s * horizontal * verticalDistribution(z, h, puff.sigmaZ_m, puff.mixingHeight_m);
  }
  return sum;
}

/** Walks back from `time` through the wind periods, one puff per geometric age interval (midpoint rule in ln age). */
function puffTrain(observations: Observations, time: number, h: number, options: PuffOptions): Puff[] {
  const { air } = observations;
  const start_s = required(observations.airStart_s, 'airStart_s');
  const ratio = 2 ** (1 / (options.puffsPerDoubling ?? 16));
  const longest = options.longestAge_s ?? 1800;
  const spread = options.spread ?? irwinVenkatram;
  const lifetime = options.lifetime_s ?? Number.POSITIVE_INFINITY;
  const puffs: Puff[] = [];
  const walk = windWalk(air, start_s, time, spread, h);
  let older = 0;
  for (let age = FIRST_AGE_S; older < longest; age *= ratio) {
    const newer = older;
    older = Math.min(age, longest);
    const middle = (newer + older) / 2;
    const state = walk(middle);
    puffs.push({ ...state, weight_s: (older - newer) * Math.exp(-middle / lifetime) });
  }
  return puffs;
}

/** Displacement and spread of air of a given age at `time`; ages must be asked in rising order. */
function windWalk(air: readonly Air[], start_s: Float64Array, time: number, spread: SpreadScheme, h: number) {
  let index = start_s.length - 1;
  while (index > 0 && start_s[index] > time) index--;
  let [east, north, walked] = [0, 0, 0];
  const last = air[index];
  return (age: number): Omit<Puff, 'weight_s'> => {
    const shape = shapeAtAge(spread, last, age, h);
    // Wind of the newest period sets the carrying speed profile; each period contributes its own velocity.
    const carried = shape.speed_mps / last.speed_mps;
    let [e, n, from, k] = [east, north, walked, index];
    while (k > 0 && time - start_s[k] < age) {
      const step = Math.max(0, time - start_s[k] - from);
      e += air[k].towardEast * air[k].speed_mps * step;
      n += air[k].towardNorth * air[k].speed_mps * step;
      from += step;
      k--;
    }
    [east, north, walked, index] = [e, n, from, k];
    const rest = age - from;
    return {
      east_m: carried * (e + air[k].towardEast * air[k].speed_mps * rest),
      north_m: carried * (n + air[k].towardNorth * air[k].speed_mps * rest),
      sigmaH_m: shape.sigmaY_m,
      sigmaZ_m: shape.sigmaZ_m,
      mixingHeight_m: last.mixingHeight_m,
    };
  };
}

/** Plume spread at travel time `age` [s]: x = U(x) . age by fixed point. */
function shapeAtAge(spread: SpreadScheme, air: Air, age: number, h: number) {
  let x = air.speed_mps * age;
  let shape = plumeShape(spread, air, x, h);
  for (let step = 0; step < 8; step++) {
    x = shape.speed_mps * age;
    shape = plumeShape(spread, air, x, h);
  }
  return shape;
}

function required(column: Float64Array | undefined, name: string): Float64Array {
  if (column === undefined) {
    throw new Error(`The puff model needs observations.${name}; give the times or use the plume model.`);
  }
  return column;
}
