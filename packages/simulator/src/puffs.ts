/**
 * Lagrangian Gaussian puffs from one source. Each puff's centre is carried by the large-scale wind at its effective
 * height and by the meander, whose velocity is read anew at growing intervals; its size follows from its age alone:
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
  /** Where each was when its meander velocity was last read. */
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
  /** Ages at which the meander velocity is read, and by age [s] the last of them. */
  readonly refreshAges_s: Int32Array;
  readonly lastRefresh_s: Int32Array;
  /** Puffs further along the mean wind than this are given up [m]. */
  readonly lastAlong_m: number;
  readonly windTo: readonly [number, number];
  /** Box that holds the reach of all puffs until it is made anew: [west, south, east, north] in metres. */
  readonly reach_m: Float64Array;
}

/** Beyond this many spreads a puff is not felt (3e-4 of its peak). */
const REACH_SPREADS = 4;
/** A puff's meander velocity is read anew after this share of its age, at most every `STALEST_S`. */
const REFRESH_SHARE = 0.1;
const STALEST_S = 24;
/** How long a box around the puffs holds [s]. */
const BOX_HOLDS_S = 20;
const VERTICAL_EXTENT_M = 0.5;

export function makePuffs(air: Air, geometry: SourceGeometry, span: PuffSpan): PuffCloud {
  const { weather } = air;
  const capacity = Math.ceil(span.life_s / span.interval_s);
  const life_s = capacity * span.interval_s;
  const table = (value: (age: number) => number) => Float64Array.from({ length: life_s + 1 }, (_, age) => value(age));
  const relative = weather.sigmaV_mps ** 2 * weather.relativeShare;
  const sigmaZ_m = table((age) =>
    Math.sqrt(VERTICAL_EXTENT_M ** 2 + taylorVariance(weather.sigmaW_mps ** 2, weather.verticalTime_s, age)),
  );
  const zeros = () => new Float64Array(capacity);
  const refreshAges_s = refreshAges(life_s);
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
    refreshAges_s,
    lastRefresh_s: lastOfEach(refreshAges_s, life_s),
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

function refreshAges(life_s: number): Int32Array {
  const ages: number[] = [];
  for (let age = 0; age <= life_s; age += Math.min(STALEST_S, 1 + Math.floor(age * REFRESH_SHARE))) ages.push(age);
  return Int32Array.from(ages);
}

function lastOfEach(ages: Int32Array, life_s: number): Int32Array {
  const last = new Int32Array(life_s + 1);
  for (const age of ages) last.fill(age, age);
  return last;
}

/** Brings a cloud to a second of the air's period; to be called for every second in turn. Rate in kg s-1. */
export function stepPuffs(cloud: PuffCloud, air: Air, second: number, rate_kgps: number): void {
  const { interval_s, capacity, x_m, y_m, mass_kg } = cloud;
  if (second % interval_s === 0) {
    const i = cloud.emitted % capacity;
    x_m[i] = cloud.geometry.x_m;
    y_m[i] = cloud.geometry.y_m;
    mass_kg[i] = rate_kgps * interval_s;
    cloud.emitted++;
  }
  const oldest = Math.max(0, cloud.emitted - capacity);
  for (const age of cloud.refreshAges_s) {
    const n = (second - age) / interval_s;
    if (n < oldest) break;
    if (Number.isInteger(n) && mass_kg[n % capacity] > 0) refresh(cloud, air, n % capacity, age, second);
  }
  if (second % BOX_HOLDS_S === 0) holdBox(cloud, air, second);
}

/** Moves a puff to where it is now and reads its meander velocity there; gives it up where it has left for good. */
function refresh(cloud: PuffCloud, air: Air, i: number, age: number, second: number): void {
  const { x_m, y_m, scratch, windTo } = cloud;
  if (age > 0) {
    const from = age - 1;
    const before = cloud.lastRefresh_s[from];
    placePuff(cloud, air, i, before, second - (age - before), second);
    x_m[i] = scratch[0];
    y_m[i] = scratch[1];
  }
  if (x_m[i] * windTo[0] + y_m[i] * windTo[1] - cloud.reachBeyond_m[age] > cloud.lastAlong_m) cloud.mass_kg[i] = 0;
  meanderAt(air, x_m[i], y_m[i], second, cloud.spread2_m2[age], scratch);
  cloud.velocityEast_mps[i] = scratch[0];
  cloud.velocityNorth_mps[i] = scratch[1];
}

/** Place of a puff at `second` [m], into `scratch`, from where it was when refreshed at an age. */
function placePuff(
  cloud: PuffCloud,
  air: Air,
  i: number,
  refreshedAge: number,
  refreshed: number,
  second: number,
): void {
  const ratio = cloud.speedRatio[refreshedAge];
  const since = second - refreshed;
  cloud.scratch[0] =
    cloud.x_m[i] + ratio * (air.runEast_m[second] - air.runEast_m[refreshed]) + since * cloud.velocityEast_mps[i];
  cloud.scratch[1] =
    cloud.y_m[i] + ratio * (air.runNorth_m[second] - air.runNorth_m[refreshed]) + since * cloud.velocityNorth_mps[i];
}

/** Makes the box around all puffs, wide enough for as long as it holds. */
function holdBox(cloud: PuffCloud, air: Air, second: number): void {
  const { geometry, reachBeyond_m, scratch, speedRatio, lastRefresh_s, interval_s, capacity } = cloud;
  const { sigmaV_mps, meanderShare } = air.weather;
  const swiftest = air.fastest_mps * speedRatio[speedRatio.length - 1] + 5 * sigmaV_mps * Math.sqrt(meanderShare);
  const box = [geometry.x_m, geometry.y_m, geometry.x_m, geometry.y_m];
  for (let n = Math.max(0, cloud.emitted - capacity); n < cloud.emitted; n++) {
    const i = n % capacity;
    if (cloud.mass_kg[i] === 0) continue;
    const age = second - n * interval_s;
    placePuff(cloud, air, i, lastRefresh_s[age], second - age + lastRefresh_s[age], second);
    const reach = reachBeyond_m[Math.min(age + BOX_HOLDS_S, reachBeyond_m.length - 1)];
    box[0] = Math.min(box[0], scratch[0] - reach);
    box[1] = Math.min(box[1], scratch[1] - reach);
    box[2] = Math.max(box[2], scratch[0] + reach);
    box[3] = Math.max(box[3], scratch[1] + reach);
  }
  const margin = BOX_HOLDS_S * swiftest + reachBeyond_m[Math.min(BOX_HOLDS_S, reachBeyond_m.length - 1)];
  cloud.reach_m.set([box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin]);
}

/** Concentration and mean emission rate of what is felt at a place. */
export interface Felt {
  concentration_kgpm3: number;
  /** Sum of concentration times the rate at which that gas was emitted [kg m-3 kg s-1]. */
  weightedRate: number;
}

/** A straight stretch that ends at (x, y), reached by (dx, dy), at height z [m]; felt at the middles of its parts. */
export interface Stretch {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly dx: number;
  readonly dy: number;
  readonly parts: number;
}

/** Adds what a cloud contributes on average along a stretch, at the second that it was last brought to. */
export function addConcentration(cloud: PuffCloud, air: Air, stretch: Stretch, second: number, felt: Felt): void {
  const { x, y, z, dx, dy, parts } = stretch;
  const { reach_m, capacity, interval_s, scratch, lastRefresh_s } = cloud;
  const half = Math.hypot(dx, dy) / 2;
  const [midX, midY] = [x - dx / 2, y - dy / 2];
  if (midX + half < reach_m[0] || midY + half < reach_m[1] || midX - half > reach_m[2] || midY - half > reach_m[3])
    return;
  const oldest = Math.max(0, cloud.emitted - capacity);
  for (let n = oldest, i = oldest % capacity; n < cloud.emitted; n++, i = i + 1 === capacity ? 0 : i + 1) {
    if (cloud.mass_kg[i] === 0) continue;
    const age = second - n * interval_s;
    placePuff(cloud, air, i, lastRefresh_s[age], second - age + lastRefresh_s[age], second);
    const [puffX, puffY] = [scratch[0], scratch[1]];
    const reach = cloud.reachBeyond_m[age];
    if ((midX - puffX) ** 2 + (midY - puffY) ** 2 > (reach + half) ** 2) continue;
    const spread2 = cloud.spread2_m2[age];
    let bells = 0;
    for (let part = 0; part < parts; part++) {
      const back = (part + 0.5) / parts;
      const r2 = (x - back * dx - puffX) ** 2 + (y - back * dy - puffY) ** 2;
      if (r2 < reach * reach) bells += Math.exp(-r2 / (2 * spread2));
    }
    if (bells === 0) continue;
    const vertical = verticalDensity(z, cloud.geometry.heightAgl_m, cloud.sigmaZ_m[age], air.weather.mixingHeight_m);
    const c = (cloud.mass_kg[i] * vertical * bells) / (parts * 2 * Math.PI * spread2);
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
