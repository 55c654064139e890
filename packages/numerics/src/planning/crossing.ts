/**
 * What one straight leg sees of a unit source: signal-to-noise ratio, centroid and width.
 *
 *   SNR^2 = f_s / (v sigma^2) . [ integral c^2 dl - (integral c dl)^2 / L - 12 (integral c (l - L/2) dl)^2 / L^3 ]      next-leg.md (1)
 *
 * c the plume along the leg [ppm per kg/h], l metres along it, L its length [m], v ground speed, f_s samples a second,
 * sigma the noise of a sample [ppm]. The last two terms are what a level and a slope of the background take away. For
 * a bump of peak c_max and width w inside a long leg it is (c_max / sigma)^2 sqrt(pi) w f_s / v (inversion.md).
 */
import { plumeShape } from '../dispersion/spread.ts';
import { airFrom } from '../dispersion/wind-profile.ts';
import {
  type CrossingSettings,
  legLength_m,
  type SurveyConditions,
  type SurveyLeg,
  surveySpread,
} from './survey-model.ts';

/** Plume over ln distance, at equal steps: sigma_y, sigma_z [m] and ppm m2 per kg/h on the axis before V. */
export interface PlumeProfile {
  readonly sigmaY_m: Float64Array;
  readonly sigmaZ_m: Float64Array;
  readonly strength: Float64Array;
  readonly windEast: number;
  readonly windNorth: number;
  /** Angular meander of one crossing [rad]. */
  readonly meanderSd_rad: number;
  readonly sourceHeight_m: number;
  readonly mixingHeight_m: number;
}

const START_M = 1;
const LN_STEP = 0.05;
/** To 60 km. */
const NODES = 222;
/** sigma_z stops growing here, as a fraction of the lid. */
const LID_FRACTION = 0.8;
const SECONDS_PER_HOUR = 3600;

export function plumeProfile(conditions: SurveyConditions, settings: CrossingSettings): PlumeProfile {
  const air = airFrom({
    from_rad: conditions.windFrom_rad,
    speed_mps: conditions.windSpeed_mps,
    speedHeight_m: conditions.windHeight_m,
    roughness_m: conditions.roughness_m,
    sigmaV_mps: conditions.sigmaV_mps,
    sigmaW_mps: conditions.sigmaW_mps,
    mixingHeight_m: conditions.mixingHeight_m,
  });
  const [sigmaY_m, sigmaZ_m, strength] = [new Float64Array(NODES), new Float64Array(NODES), new Float64Array(NODES)];
  for (let node = 0; node < NODES; node++) {
    const shape = plumeShape(surveySpread, air, START_M * Math.exp(node * LN_STEP), conditions.sourceHeight_m);
    sigmaY_m[node] = settings.relativeSpread * shape.sigmaY_m;
    sigmaZ_m[node] = Math.min(shape.sigmaZ_m, LID_FRACTION * conditions.mixingHeight_m);
    strength[node] = conditions.ppmPerKgM3 / SECONDS_PER_HOUR / (2 * Math.PI * shape.speed_mps * sigmaY_m[node]);
  }
  return {
    sigmaY_m,
    sigmaZ_m,
    strength,
    windEast: air.towardEast,
    windNorth: air.towardNorth,
    meanderSd_rad: (settings.meanderFraction * conditions.sigmaV_mps) / conditions.windSpeed_mps,
    sourceHeight_m: conditions.sourceHeight_m,
    mixingHeight_m: conditions.mixingHeight_m,
  };
}

/** A leg made ready for many sources: geometry, noise and the profile. */
export interface Look {
  readonly leg: SurveyLeg;
  readonly length_m: number;
  readonly profile: PlumeProfile;
  /** SNR^2 per ppm^2 m. */
  readonly perSignal: number;
  /** ppm per kg/h on the plume's axis at this leg's height, [node of sigma_z x node of ln distance]. */
  readonly axis: Float64Array;
}

/** Gauss-Hermite of three points: deviations -sqrt(3), 0, sqrt(3) with weights 1/6, 2/3, 1/6. */
export const VERTICAL_WEIGHTS: readonly number[] = [1 / 6, 2 / 3, 1 / 6];
const VERTICAL_DEVIATION = Math.sqrt(3);

export function lookAlong(
  leg: SurveyLeg,
  conditions: SurveyConditions,
  settings: CrossingSettings,
  profile: PlumeProfile,
): Look {
  const factor = Math.exp(VERTICAL_DEVIATION * settings.verticalLnSd);
  const axis = [1 / factor, 1, factor].flatMap((each) => axisValues(profile, leg.heightAgl_m, each));
  return {
    leg,
    length_m: legLength_m(leg),
    profile,
    perSignal: 1 / (leg.groundSpeed_mps * conditions.samplingInterval_s * conditions.noise_ppm ** 2),
    axis: Float64Array.from(axis),
  };
}

/** strength (exp(-(z - h)^2 / 2 sz^2) + exp(-(z + h)^2 / 2 sz^2)) / sz over ln distance, with sigma_z times `factor`. */
function axisValues(profile: PlumeProfile, height_m: number, factor: number): number[] {
  return Array.from(profile.sigmaZ_m, (sigmaZ, node) => {
    const spread = Math.min(sigmaZ * factor, LID_FRACTION * profile.mixingHeight_m);
    const down = (height_m - profile.sourceHeight_m) / spread;
    const up = (height_m + profile.sourceHeight_m) / spread;
    return (profile.strength[node] * (Math.exp(-0.5 * down * down) + Math.exp(-0.5 * up * up))) / spread;
  });
}

/** SNR per kg/h for the three nodes of sigma_z; centroid and width along the leg [m], distance downwind [m]. */
export interface Crossing {
  readonly snr: Float64Array;
  centroid_m: number;
  width_m: number;
  distance_m: number;
}

export function newCrossing(): Crossing {
  return { snr: new Float64Array(3), centroid_m: 0, width_m: 0, distance_m: 0 };
}

const CLIP_SIGMAS = 4;
/** Points over the clipped part; more where the leg runs along the plume and the signal is no simple bump. */
const POINTS = 16;
const POINTS_ALONG = 72;
const ALONG_SLOPE = 0.3;
/** A crossing whose SNR per kg/h is below this is none: even 1e6 kg/h would not be seen. */
const LEAST_SNR = 1e-7;
const sums = new Float64Array(9);
const clip = new Float64Array(2);

/** Fills `out` with the crossing of a unit source at (x, y) under a wind turned by `shift` [rad, clockwise]; false if there is none. */
export function cross(look: Look, x: number, y: number, shift: number, out: Crossing): boolean {
  const { leg, length_m: length, profile } = look;
  const [sin, cos] = [Math.sin(shift), Math.cos(shift)];
  const east = profile.windEast * cos + profile.windNorth * sin;
  const north = profile.windNorth * cos - profile.windEast * sin;
  const d0 = (leg.fromX_m - x) * east + (leg.fromY_m - y) * north;
  const e0 = (leg.fromY_m - y) * east - (leg.fromX_m - x) * north;
  const slopeD = ((leg.toX_m - leg.fromX_m) * east + (leg.toY_m - leg.fromY_m) * north) / length;
  const slopeE = ((leg.toY_m - leg.fromY_m) * east - (leg.toX_m - leg.fromX_m) * north) / length;
  if (!clipToPlume(profile, d0, e0, slopeD, slopeE, length)) return false;
  const points = Math.abs(slopeE) < ALONG_SLOPE ? POINTS_ALONG : POINTS;
  const step = (clip[1] - clip[0]) / points;
  sums.fill(0);
  for (let n = 0; n < points; n++) {
    const l = clip[0] + (n + 0.5) * step;
    addPoint(look, d0 + slopeD * l, e0 + slopeE * l, l);
  }
  if (sums[1] <= 0) return false;
  for (let v = 0; v < 3; v++) {
    const level = sums[v] * step;
    const tilt = (sums[6 + v] - 0.5 * length * sums[v]) * step;
    const rest = sums[3 + v] * step - (level * level) / length - (12 * tilt * tilt) / length ** 3;
    out.snr[v] = Math.sqrt(Math.max(0, rest) * look.perSignal);
  }
  out.centroid_m = sums[7] / sums[1];
  out.distance_m = d0 + slopeD * out.centroid_m;
  // For a Gaussian bump (integral c)^2 / integral c^2 = 2 sqrt(pi) width; holds at the ends of a leg too.
  out.width_m = ((sums[1] * sums[1]) / sums[4]) * (step / (2 * Math.sqrt(Math.PI)));
  return out.snr[0] > LEAST_SNR || out.snr[1] > LEAST_SNR || out.snr[2] > LEAST_SNR;
}

/** Adds one point to sums of c, c^2 and c l for the three nodes of sigma_z. */
function addPoint({ profile, axis }: Look, d: number, e: number, l: number): void {
  const position = Math.min(NODES - 1.001, Math.max(0, Math.log(d / START_M) / LN_STEP));
  const node = position | 0;
  const t = position - node;
  const sigmaY = profile.sigmaY_m[node] + t * (profile.sigmaY_m[node + 1] - profile.sigmaY_m[node]);
  const across = e / sigmaY;
  const lateral = Math.exp(-0.5 * across * across);
  for (let v = 0; v < 3; v++) {
    const at = v * NODES + node;
    const c = lateral * (axis[at] + t * (axis[at + 1] - axis[at]));
    sums[v] += c;
    sums[3 + v] += c * c;
    sums[6 + v] += c * l;
  }
}

/** Puts into `clip` the metres of the leg that are downwind and within 4 sigma_y; false when there are none. */
function clipToPlume(
  profile: PlumeProfile,
  d0: number,
  e0: number,
  slopeD: number,
  slopeE: number,
  length: number,
): boolean {
  let [start, stop] = [0, length];
  const d1 = d0 + slopeD * length;
  if (d0 <= START_M && d1 <= START_M) return false;
  if (d0 < START_M) start = (START_M - d0) / slopeD;
  if (d1 < START_M) stop = (START_M - d0) / slopeD;
  // sigma_y grows with distance, so its value at the far end bounds the plume; the second round tightens it.
  for (let round = 0; round < 2; round++) {
    const farthest = Math.max(d0 + start * slopeD, d0 + stop * slopeD, START_M);
    const node = Math.min(NODES - 1, Math.ceil(Math.log(farthest / START_M) / LN_STEP));
    const width = CLIP_SIGMAS * profile.sigmaY_m[node];
    if (Math.abs(slopeE) < 1e-9) {
      if (Math.abs(e0) > width) return false;
      continue;
    }
    const [a, b] = [(-width - e0) / slopeE, (width - e0) / slopeE];
    start = Math.max(start, Math.min(a, b));
    stop = Math.min(stop, Math.max(a, b));
    if (start >= stop) return false;
  }
  clip[0] = start;
  clip[1] = stop;
  return true;
}
