/**
 * Puffs: a source in light or turning wind, where a steady plume does not exist.
 *
 *   c(r, t) / Q = integral over release times t' of
 *     exp(-|r_h - m(t', t)|^2 / 2 sh^2) / (2 pi sh^2) . V(z, h; sz) . K dt'    plume-model.md (9)
 *
 * m(t', t) the place [m] that air released at t' has reached at t under piecewise constant wind, sh and sz the spreads
 * at its age and the length of its path, K the share of its gas that is left (lifetime, deposition). Turbulence keeps
 * spreading a puff that hardly moves: its age counts, not its distance. In steady wind the integral tends to the plume
 * (tested).
 */
import type { Air, ForwardModel, Observations } from './forward-model.ts';
import { sourceLattice } from './gaussian-plume.ts';
import { verticalDistribution } from './plume-kernel.ts';
import { plumeShape, type SpreadScheme, surfaceRelease } from './spread.ts';

export interface PuffOptions {
  readonly spread?: SpreadScheme;
  readonly lifetime_s?: number;
  /** As for the plume: velocity at which the ground takes up gas [m s-1]. */
  readonly depositionVelocity_mps?: number;
  /** Puffs older than this [s] have left the area. */
  readonly longestAge_s?: number;
  /** Puffs per doubling of path; more is smoother (16 gives 1 % in steady wind). */
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

/** Path of the youngest puff [m]: inside it the source is a point. */
const FIRST_PATH_M = 0.25;

/** Puff model; needs `time_s` and `airStart_s`. Puffs are spaced geometrically along the path, so near puffs are small and many. */
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

/**
 * Walks back from `time` along the path of the air, one puff per geometric step of path (midpoint rule). The path is
 * measured in the newest air: dT = dx / U(x), so that steady wind gives the plume's own travel time.
 */
function puffTrain(observations: Observations, time: number, h: number, options: PuffOptions): Puff[] {
  const { air } = observations;
  const start_s = required(observations.airStart_s, 'airStart_s');
  let index = start_s.length - 1;
  while (index > 0 && start_s[index] > time) index--;
  const newest = air[index];
  const ratio = 2 ** (1 / (options.puffsPerDoubling ?? 16));
  const longest = options.longestAge_s ?? 1800;
  const spread = options.spread ?? surfaceRelease;
  const lifetime = options.lifetime_s ?? Number.POSITIVE_INFINITY;
  const drift = driftBefore(air, start_s, time, index);
  const deposition = options.depositionVelocity_mps ?? 0;
  const puffs: Puff[] = [];
  let [age, deposited] = [0, 0];
  for (let [near, far] = [0, FIRST_PATH_M]; age < longest; [near, far] = [far, far * ratio]) {
    const path = (near + far) / 2;
    const shape = plumeShape(spread, newest, path, h);
    const duration = Math.min((far - near) / shape.speed_mps, longest - age);
    const [east, north] = drift(age + duration / 2);
    const uptake = deposition * verticalDistribution(0, h, shape.sigmaZ_m, newest.mixingHeight_m) * duration;
    // The plume's path over the anemometer's: how much slower or faster than the measured wind this air was carried.
    const carried = path / (newest.speed_mps * (age + duration / 2));
    puffs.push({
      east_m: carried * east,
      north_m: carried * north,
      sigmaH_m: shape.sigmaY_m,
      sigmaZ_m: shape.sigmaZ_m,
      mixingHeight_m: newest.mixingHeight_m,
      weight_s: duration * Math.exp(-(age + duration / 2) / lifetime - deposited - uptake / 2),
    });
    age += duration;
    deposited += uptake;
  }
  return puffs;
}

/** Displacement [east, north] of the measured wind over the last `age` seconds; ages must be asked in rising order. */
function driftBefore(air: readonly Air[], start_s: Float64Array, time: number, newest: number) {
  let [east, north, walked, index] = [0, 0, 0, newest];
  return (age: number): [number, number] => {
    while (index > 0 && time - start_s[index] < age) {
      const step = time - start_s[index] - walked;
      east += air[index].towardEast * air[index].speed_mps * step;
      north += air[index].towardNorth * air[index].speed_mps * step;
      walked += step;
      index--;
    }
    const rest = (age - walked) * air[index].speed_mps;
    return [east + air[index].towardEast * rest, north + air[index].towardNorth * rest];
  };
}

function required(column: Float64Array | undefined, name: string): Float64Array {
  if (column === undefined) {
    throw new Error(`The puff model needs observations.${name}; give the times or use the plume model.`);
  }
  return column;
}
