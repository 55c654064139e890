/**
 * Records of fixed instruments drawn from what the engine assumes: levels that wander, a common background, and errors
 * of direction, amplitude and gain that hold for a persistence time and are then drawn anew.
 */
import { airFrom } from '../src/dispersion/index.ts';
import type { FixedInstrument, FixedProblem, SearchArea } from '../src/fixed/index.ts';
import { emptyResponse, fillResponse, NO_DEPARTURE, stepTables } from '../src/fixed/response.ts';
import { DEFAULT_FIXED_SETTINGS, type FixedSettings } from '../src/fixed/settings.ts';

export interface Drawn {
  readonly problem: FixedProblem;
  readonly area: SearchArea;
  readonly x_m: number;
  readonly y_m: number;
  readonly rate_kgph: number;
}

/** mulberry32: uniform in [0, 1) from a seed. */
export function uniformFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const STEP_S = 900;
const STEPS = 120;
const SMALL_STEPS = 40;
const SMALL_STEP_S = 10_800;
const AREA: SearchArea = { west_m: -80, south_m: -80, east_m: 80, north_m: 80 };

/** Four points and four beams around the middle, winds from all around over a day; a small one has eight points and forty winds three hours apart. */
export function drawRecord(
  seed: number,
  options: { readonly rate_kgph?: number; readonly vaneError_rad?: number; readonly isSmall?: boolean } = {},
): Drawn {
  const uniform = uniformFrom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const x_m = -50 + 100 * uniform();
  const y_m = -50 + 100 * uniform();
  const rate_kgph = options.rate_kgph ?? Math.exp(Math.log(0.2) + Math.log(10) * uniform());
  const instruments = options.isSmall === true ? ringOfPoints() : layout();
  const [count, step_s] = options.isSmall === true ? [SMALL_STEPS, SMALL_STEP_S] : [STEPS, STEP_S];
  const steps = [];
  const rows = instruments.length;
  let [bearing, speed] = [2 * Math.PI * uniform(), 3];
  for (let i = 0; i < count; i++) {
    bearing += 0.25 * normal();
    speed = Math.min(7, Math.max(1.2, speed + 0.4 * normal()));
    const air = airFrom({ from_rad: bearing, speed_mps: speed, speedHeight_m: 3, roughness_m: 0.03 });
    steps.push({ time_s: i * step_s, air, ppmPerDensity: 1.5e6, from: i * rows, to: (i + 1) * rows });
  }
  const instrument = Int32Array.from({ length: steps.length * rows }, (_, row) => row % rows);
  const value_ppm = new Float64Array(instrument.length);
  const problem = { instruments, steps, instrument, value_ppm, sourceHeight_m: 0.5 };
  addBackground(value_ppm, rows, normal);
  addPlume(problem, { x_m, y_m, rate_kgph }, normal, options.vaneError_rad ?? 0);
  return { problem, area: AREA, x_m, y_m, rate_kgph };
}

function ringOfPoints(): FixedInstrument[] {
  return Array.from({ length: 8 }, (_, i) => {
    const [x, y] = [65 * Math.cos((i * Math.PI) / 4), 65 * Math.sin((i * Math.PI) / 4)];
    return { x0_m: x, y0_m: y, z0_m: 2, x1_m: x, y1_m: y, z1_m: 2 };
  });
}

function layout(): FixedInstrument[] {
  const point = (x: number, y: number): FixedInstrument => ({ x0_m: x, y0_m: y, z0_m: 2, x1_m: x, y1_m: y, z1_m: 2 });
  const beam = (x0: number, y0: number, x1: number, y1: number): FixedInstrument => ({
    x0_m: x0,
    y0_m: y0,
    z0_m: 1.5,
    x1_m: x1,
    y1_m: y1,
    z1_m: 1.5,
  });
  return [
    point(60, 10),
    point(-55, 30),
    point(-10, -60),
    point(20, 65),
    beam(-60, -60, 60, -50),
    beam(-60, 55, 60, 60),
    beam(-65, -60, -60, 60),
    beam(62, -60, 66, 60),
  ];
}

/** Levels and common background as Ornstein-Uhlenbeck processes, white noise of 0.01 ppm. */
function addBackground(value_ppm: Float64Array, rows: number, normal: () => number): void {
  const level = Array.from({ length: rows }, () => 0.02 * normal());
  let common = 0.05 * normal();
  for (let row = 0; row < value_ppm.length; row++) {
    const k = row % rows;
    if (k === 0) common = 0.98 * common + Math.sqrt(1 - 0.98 ** 2) * 0.05 * normal();
    level[k] = 0.9 * level[k] + Math.sqrt(1 - 0.9 ** 2) * 0.02 * normal();
    value_ppm[row] = 1.9 + common + level[k] + 0.01 * normal();
  }
}

/** Plume in the true wind: the reported one turned by an error that holds for a persistence time. */
function addPlume(
  problem: FixedProblem,
  { x_m, y_m, rate_kgph }: { readonly x_m: number; readonly y_m: number; readonly rate_kgph: number },
  normal: () => number,
  vaneError_rad: number,
  settings: FixedSettings = DEFAULT_FIXED_SETTINGS,
): void {
  const tables = stepTables(problem, { ...settings.response, directionError: { base_rad: 0, light_radmps: 0 } });
  const response = emptyResponse(problem.value_ppm.length);
  const perBlock = Math.max(
    1,
    Math.round(settings.persistence_s / (problem.steps[1].time_s - problem.steps[0].time_s)),
  );
  for (let block = 0; block * perBlock < problem.steps.length; block++) {
    const turn_rad = vaneError_rad + settings.response.directionError.base_rad * normal();
    const amplitude = 1 + settings.error.amplitude.sd * normal();
    const gain = problem.instruments.map(() => settings.error.gain.sd * normal());
    const steps = problem.steps.slice(block * perBlock, (block + 1) * perBlock);
    const first = block * perBlock;
    const own = {
      ...tables,
      towards_rad: tables.towards_rad.slice(first),
      directionError_rad: tables.directionError_rad.slice(first),
      angle: tables.angle.subarray(first * tables.radii),
      sigmaZ: tables.sigmaZ.subarray(first * tables.radii),
      slowness: tables.slowness.subarray(first * tables.radii),
    };
    fillResponse({ ...problem, steps }, own, { x_m, y_m, width_m: 0.1 }, { ...NO_DEPARTURE, turn_rad }, response);
    for (const { from, to } of steps) {
      for (let row = from; row < to; row++) {
        const factor = amplitude + gain[problem.instrument[row]] + settings.error.own * normal();
        problem.value_ppm[row] += rate_kgph * factor * response.mean[row];
      }
    }
  }
}
