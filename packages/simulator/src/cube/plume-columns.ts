/**
 * The gas column of a source as an aircraft sees it from above at one moment: puffs released in turn, carried by the
 * drifting wind and the meander of `air.ts`, each a round Gaussian whose width follows Taylor 1922:
 *
 *   column(x) = sum_n m_n / (2 pi s_n^2) exp(-|x - x_n|^2 / 2 s_n^2),   s_n^2 = s_0^2 + 2 f sigma_v^2 T (t - T(1 - e^{-t/T}))
 *
 * Seen from above the height drops out, but for the wind that carries a puff: that at 0.56 of its spread in height.
 */
import { type Air, logProfile, makeAir, meanderAt, type Weather } from '../air.ts';
import { taylorVariance } from '../puffs.ts';
import type { Random } from '../random.ts';

export interface GroundSource {
  /** Place on the scene, fractional pixels. */
  readonly line: number;
  readonly sample: number;
  readonly rate_kgph: number;
  /** Standard deviation of the source's extent [m]. Default 1. */
  readonly extent_m?: number;
}

export interface SceneGrid {
  readonly lines: number;
  readonly samples: number;
  /** Side of a pixel [m]; lines run north to south, samples west to east. */
  readonly pixel_m: number;
}

const PUFF_INTERVAL_S = 2;
const STEP_S = 4;
const REACH_SPREADS = 4;
/** Unsteadiness of a release: standard deviation of the log of a puff's mass, correlated over this time. */
const PUFF_LN_SD = 0.35;
const PUFF_MEMORY_S = 20;
/** One ppm m of methane at 288 K and 1013 hPa [kg m-2]. */
export const METHANE_KG_PER_M2_PPMM = (1e-6 * 101_325 * 0.016043) / (8.314462618 * 288.15);

/** Air over a scene for as long as gas takes to leave it. */
export function sceneAir(weather: Weather, grid: SceneGrid, random: Random): Air {
  const speed = Math.hypot(weather.windEast_mps, weather.windNorth_mps);
  const across_m = Math.hypot(grid.lines, grid.samples) * grid.pixel_m;
  // Near the ground gas moves slower than the wind at 10 m; an hour bounds a calm.
  const seconds = Math.min(3600, Math.ceil((1.6 * across_m) / speed / STEP_S) * STEP_S);
  return makeAir(weather, random, { start_s: 0, seconds });
}

/** Adds the column of one source [ppm m] to `column` (line x sample), as at the end of the air's period. */
export function addPlume(column: Float32Array, grid: SceneGrid, source: GroundSource, air: Air, random: Random): void {
  const end = air.east_mps.length - 1;
  const toPpmM = 1 / METHANE_KG_PER_M2_PPMM;
  const keep = Math.exp(-PUFF_INTERVAL_S / PUFF_MEMORY_S);
  let unsteady = random.normal();
  for (let release = 0; release < end; release += PUFF_INTERVAL_S) {
    unsteady = keep * unsteady + Math.sqrt(1 - keep * keep) * random.normal();
    const mass_kg = (source.rate_kgph / 3600) * PUFF_INTERVAL_S * Math.exp(PUFF_LN_SD * unsteady - PUFF_LN_SD ** 2 / 2);
    const puff = carryPuff(air, grid, source, release, end);
    if (puff !== undefined) paintPuff(column, grid, { ...puff, amount: mass_kg * toPpmM });
  }
}

interface Puff {
  readonly x_m: number;
  readonly y_m: number;
  readonly variance_m2: number;
}

/** Where a puff is at the end; undefined once it has left the scene for good. */
function carryPuff(air: Air, grid: SceneGrid, source: GroundSource, release: number, end: number): Puff | undefined {
  const { weather } = air;
  const relative = weather.sigmaV_mps ** 2 * weather.relativeShare;
  const initial = (source.extent_m ?? 1) ** 2;
  const meander = new Float64Array(2);
  let x = source.sample * grid.pixel_m;
  let y = -source.line * grid.pixel_m;
  let variance = initial;
  for (let second = release; second < end; second += STEP_S) {
    const step = Math.min(STEP_S, end - second);
    const age = second - release + step / 2;
    variance = initial + taylorVariance(relative, weather.lagrangianTime_s, age);
    const sigmaZ = Math.sqrt(1 + taylorVariance(weather.sigmaW_mps ** 2, weather.verticalTime_s, age));
    const ratio = logProfile(Math.min(0.56 * sigmaZ, weather.mixingHeight_m / 2), weather.roughness_m);
    meanderAt(air, x, y, second, variance, meander);
    x += step * (ratio * air.east_mps[second] + meander[0]);
    y += step * (ratio * air.north_mps[second] + meander[1]);
    const margin = REACH_SPREADS * Math.sqrt(variance) + 300;
    const outside = x < -margin || y > margin || x > grid.samples * grid.pixel_m + margin;
    if (outside || y < -grid.lines * grid.pixel_m - margin) return undefined;
  }
  return { x_m: x, y_m: y, variance_m2: initial + taylorVariance(relative, weather.lagrangianTime_s, end - release) };
}

function paintPuff(column: Float32Array, grid: SceneGrid, puff: Puff & { readonly amount: number }): void {
  // A pixel averages over its own area, which a Gaussian near the pixel's size must be widened by.
  const variance = puff.variance_m2 / grid.pixel_m ** 2 + 1 / 12;
  const reach = REACH_SPREADS * Math.sqrt(variance);
  const [cx, cy] = [puff.x_m / grid.pixel_m, -puff.y_m / grid.pixel_m];
  const peak = puff.amount / (2 * Math.PI * variance * grid.pixel_m ** 2);
  const [west, east] = [Math.max(0, Math.ceil(cx - reach)), Math.min(grid.samples - 1, Math.floor(cx + reach))];
  const across = Float64Array.from({ length: Math.max(0, east - west + 1) }, (_, i) =>
    Math.exp(-((west + i - cx) ** 2) / (2 * variance)),
  );
  for (let line = Math.max(0, Math.ceil(cy - reach)); line <= Math.min(grid.lines - 1, cy + reach); line++) {
    const along = peak * Math.exp(-((line - cy) ** 2) / (2 * variance));
    for (let i = 0; i < across.length; i++) column[line * grid.samples + west + i] += along * across[i];
  }
}
