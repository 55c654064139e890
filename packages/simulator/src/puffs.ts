/**
 * Lagrangian Gaussian puffs from one source. Each puff's centre is carried by the large-scale wind at its effective
 * height and by the meander; its size follows from its age alone:
 *
 *   c = m / ((2 pi)^1.5 s_h^2 s_z) exp(-r^2 / 2 s_h^2) sum of e(+-h + 2 n H - z) over images n = -1, 0, 1,
 *   s^2(t) = s_0^2 + 2 f sigma^2 T (t - T (1 - exp(-t / T)))        (Taylor 1922, with the share f of relative motion)
 */
import { type Air, logProfile, meanderAt } from './air.ts';

/** Where and how wide a source is; its emission comes in separately, second by second. */
export interface SourceGeometry {
  readonly x_m: number;
  readonly y_m: number;
  readonly heightAgl_m: number;
  /** Standard deviation of the emission's horizontal extent [m]; 0.5 for a pipe, tens for a lagoon. */
  readonly extent_m: number;
}

export interface PuffSpan {
  /** Whole seconds between puffs, and how long one is followed. */
  readonly interval_s: number;
  readonly life_s: number;
  /** Puffs whose reach lies further along the mean wind than this are given up [m]; Infinity keeps all. */
  readonly lastAlong_m: number;
}

export interface PuffCloud {
  readonly geometry: SourceGeometry;
  readonly interval_s: number;
  /** Ring of puffs; the n-th puff ever sits at n modulo capacity. */
  readonly capacity: number;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  readonly mass_kg: Float64Array;
  readonly velocityEast_mps: Float64Array;
  readonly velocityNorth_mps: Float64Array;
  readonly scratch: Float64Array;
  emitted: number;
  /** By age [s]: variance, four spreads, height's standard deviation, wind over that at 10 m. */
  readonly spread2_m2: Float64Array;
  readonly reachBeyond_m: Float64Array;
  readonly sigmaZ_m: Float64Array;
  readonly speedRatio: Float64Array;
  /** Puffs further along the mean wind than this are given up [m]. */
  readonly lastAlong_m: number;
  readonly windTo: readonly [number, number];
  /** Box around all puffs, four spreads wide: [west, south, east, north] in metres. */
  readonly reach_m: Float64Array;
}

/** Beyond this many spreads a puff is not felt (3e-4 of its peak). */
const REACH_SPREADS = 4;
/** A puff's meander velocity is read anew after this share of its age, at most every `STALEST_S`. */
const REFRESH_SHARE = 0.1;
const STALEST_S = 24;
const VERTICAL_EXTENT_M = 0.5;

export function makePuffs(air: Air, geometry: SourceGeometry, span: PuffSpan): PuffCloud {
  const { weather } = air;
  const capacity = Math.ceil(span.life_s / span.interval_s);
  const table = (value: (age: number) => number) =>
    Float64Array.from({ length: capacity * span.interval_s + 1 }, (_, age) => value(age));
  const relative = weather.sigmaV_mps ** 2 * weather.relativeShare;
  const sigmaZ_m = table((age) =>
    Math.sqrt(VERTICAL_EXTENT_M ** 2 + taylorVariance(weather.sigmaW_mps ** 2, weather.verticalTime_s, age)),
  );
  const zeros = () => new Float64Array(capacity);
  const wind = Math.hypot(weather.windEast_mps, weather.windNorth_mps);
  const spread2_m2 = table((age) => geometry.extent_m ** 2 + taylorVariance(relative, weather.lagrangianTime_s, age));
  return {
    geometry,
    interval_s: span.interval_s,
    capacity,
    x_m: zeros(),
    y_m: zeros(),
    mass_kg: zeros(),
    velocityEast_mps: zeros(),
    velocityNorth_mps: zeros(),
    scratch: new Float64Array(2),
    emitted: 0,
    spread2_m2,
    reachBeyond_m: spread2_m2.map((value) => REACH_SPREADS * Math.sqrt(value)),
    sigmaZ_m,
    speedRatio: sigmaZ_m.map((sigma) => meanProfile(geometry.heightAgl_m, sigma, weather)),
    lastAlong_m: span.lastAlong_m,
    windTo: wind > 0 ? [weather.windEast_mps / wind, weather.windNorth_mps / wind] : [0, 0],
    reach_m: new Float64Array(4),
  };
}

/** Variance of displacement after `age` [m2] (Taylor 1922 with an exponential Lagrangian correlation). */
export function taylorVariance(velocityVariance: number, time_s: number, age_s: number): number {
  return 2 * velocityVariance * time_s * (age_s + time_s * Math.expm1(-age_s / time_s));
}

/** Mean of the wind profile over a reflected Gaussian of mass; 16 equally likely heights. */
function meanProfile(
  height_m: number,
  sigma_m: number,
  weather: { roughness_m: number; mixingHeight_m: number },
): number {
  let sum = 0;
  for (const z of NORMAL_MIDPOINTS) {
    sum += logProfile(Math.min(Math.abs(height_m + sigma_m * z), weather.mixingHeight_m), weather.roughness_m);
  }
  return sum / NORMAL_MIDPOINTS.length;
}

/** Medians of 16 equally likely slices of the standard normal (tables of the normal quantile at (i + 1/2) / 16). */
const NORMAL_MIDPOINTS = [
  0.0784124, 0.2372021, 0.4022501, 0.5791322, 0.7764218, 1.0099902, 1.3180109, 1.8627319,
].flatMap((z) => [z, -z]);

/** Moves every puff on by one second and emits what the source gave in the interval that begins now. */
export function stepPuffs(cloud: PuffCloud, air: Air, second: number, rate_kgps: number): void {
  emit(cloud, second, rate_kgps);
  const { x_m, y_m, velocityEast_mps, velocityNorth_mps, reach_m, capacity, interval_s } = cloud;
  const east = air.east_mps[second];
  const north = air.north_mps[second];
  const [alongEast, alongNorth] = cloud.windTo;
  const velocity = cloud.scratch;
  let [west, south, mostEast, mostNorth] = [Infinity, Infinity, -Infinity, -Infinity];
  const oldest = Math.max(0, cloud.emitted - capacity);
  for (let n = oldest, i = oldest % capacity; n < cloud.emitted; n++, i = i + 1 === capacity ? 0 : i + 1) {
    if (cloud.mass_kg[i] === 0) continue;
    const age = second - n * interval_s;
    const refresh = Math.min(STALEST_S, 1 + Math.floor(age * REFRESH_SHARE));
    if (age % refresh === 0) {
      meanderAt(air, x_m[i], y_m[i], second, cloud.spread2_m2[age], velocity);
      velocityEast_mps[i] = velocity[0];
      velocityNorth_mps[i] = velocity[1];
    }
    const ratio = cloud.speedRatio[age];
    x_m[i] += east * ratio + velocityEast_mps[i];
    y_m[i] += north * ratio + velocityNorth_mps[i];
    const reach = cloud.reachBeyond_m[age + 1];
    if (x_m[i] * alongEast + y_m[i] * alongNorth - reach > cloud.lastAlong_m) cloud.mass_kg[i] = 0;
    if (x_m[i] - reach < west) west = x_m[i] - reach;
    if (x_m[i] + reach > mostEast) mostEast = x_m[i] + reach;
    if (y_m[i] - reach < south) south = y_m[i] - reach;
    if (y_m[i] + reach > mostNorth) mostNorth = y_m[i] + reach;
  }
  reach_m.set([west, south, mostEast, mostNorth]);
}

function emit(cloud: PuffCloud, second: number, rate_kgps: number): void {
  if (second % cloud.interval_s !== 0) return;
  const i = cloud.emitted % cloud.capacity;
  cloud.x_m[i] = cloud.geometry.x_m;
  cloud.y_m[i] = cloud.geometry.y_m;
  cloud.mass_kg[i] = rate_kgps * cloud.interval_s;
  cloud.emitted++;
}

/** Concentration and mean emission rate of what is felt at a place. */
export interface Felt {
  concentration_kgpm3: number;
  /** Sum of concentration times the rate at which that gas was emitted [kg m-3 kg s-1]. */
  weightedRate: number;
}

/** Adds what a cloud contributes at a place [m] at the end of step `second`. */
export function addConcentration(
  cloud: PuffCloud,
  place: { x: number; y: number; z: number },
  second: number,
  lid_m: number,
  felt: Felt,
): void {
  const { x, y, z } = place;
  const { reach_m, capacity, interval_s } = cloud;
  if (!(x > reach_m[0] && y > reach_m[1] && x < reach_m[2] && y < reach_m[3])) return;
  const oldest = Math.max(0, cloud.emitted - capacity);
  for (let n = oldest, i = oldest % capacity; n < cloud.emitted; n++, i = i + 1 === capacity ? 0 : i + 1) {
    const age = second + 1 - n * interval_s;
    const spread2 = cloud.spread2_m2[age];
    const dx = x - cloud.x_m[i];
    const dy = y - cloud.y_m[i];
    const r2 = dx * dx + dy * dy;
    if (cloud.mass_kg[i] === 0 || r2 > REACH_SPREADS * REACH_SPREADS * spread2) continue;
    const horizontal = Math.exp(-r2 / (2 * spread2)) / (2 * Math.PI * spread2);
    const c =
      cloud.mass_kg[i] * horizontal * verticalDensity(z, cloud.geometry.heightAgl_m, cloud.sigmaZ_m[age], lid_m);
    felt.concentration_kgpm3 += c;
    felt.weightedRate += (c * cloud.mass_kg[i]) / interval_s;
  }
}

/** Vertical density [m-1] of a Gaussian reflected at the ground and at the lid; well mixed once it fills the layer. */
export function verticalDensity(z: number, height: number, sigma: number, lid_m: number): number {
  if (z < 0 || z > lid_m) return 0;
  // From one lid on, images and uniform differ by under 2 %.
  if (sigma > lid_m) return 1 / lid_m;
  const bell = (d: number) => Math.exp(-(d * d) / (2 * sigma * sigma));
  const images =
    bell(z - height) +
    bell(z + height) +
    bell(2 * lid_m - z - height) +
    bell(2 * lid_m - z + height) +
    bell(2 * lid_m + z - height) +
    bell(2 * lid_m + z + height);
  return images / (Math.sqrt(2 * Math.PI) * sigma);
}
