/**
 * Wind and turbulence of the surface layer from one measured wind (Monin-Obukhov similarity).
 *
 *   U(z) = (u* / k) [ln(z / z0) - psi(z / L) + psi(z0 / L)]          docs/science/plume-model.md (1)
 *
 * U wind speed [m s-1], u* friction velocity [m s-1], k = 0.4, z0 roughness length [m], L Obukhov length [m],
 * psi the stability correction of momentum.
 */
import type { Air } from './forward-model.ts';

const KARMAN = 0.4;
/** The logarithm ends here (as in AERMOD, Cimorelli et al. 2005); below it the wind falls linearly to the ground. */
const PROFILE_FLOOR_ROUGHNESSES = 7;
/** Transport speed of a calm plume; slower air has left the steady-plume regime (use puffs). */
const LEAST_SPEED_MPS = 0.15;

/** psi(z/L): Paulson 1970 with Dyer 1974 (gamma = 16); stable: van Ulden & Holtslag 1985. plume-model.md (2). */
export function momentumStabilityCorrection(height: number, obukhovLength: number): number {
  const zeta = height / obukhovLength;
  if (zeta >= 0) return -17 * (1 - Math.exp(-0.29 * zeta));
  const x = (1 - 16 * zeta) ** 0.25;
  return 2 * Math.log((1 + x) / 2) + Math.log((1 + x * x) / 2) - 2 * Math.atan(x) + Math.PI / 2;
}

/** U(z) / u*: the bracket of the profile divided by k, linear below 7 z0. */
export function profileFactor(height: number, roughness: number, obukhovLength: number): number {
  const floor = PROFILE_FLOOR_ROUGHNESSES * roughness;
  const z = Math.max(height, floor);
  const logarithm =
    Math.log(z / roughness) -
    momentumStabilityCorrection(z, obukhovLength) +
    momentumStabilityCorrection(roughness, obukhovLength);
  return ((logarithm / KARMAN) * Math.min(height, z)) / z;
}

/** Wind speed [m s-1] at a height [m], by the shape of the profile through the measured wind. */
export function windSpeedAt(air: Air, height_m: number): number {
  const shape = profileFactor(height_m, air.roughness_m, air.obukhovLength_m);
  const measured = profileFactor(air.speedHeight_m, air.roughness_m, air.obukhovLength_m);
  return Math.max(LEAST_SPEED_MPS, (air.speed_mps * shape) / measured);
}

/** What is known of the air; everything optional is filled in by similarity. */
export interface AirObservation {
  /** Direction the air comes from, clockwise from north [rad]. */
  readonly from_rad: number;
  readonly speed_mps: number;
  readonly speedHeight_m: number;
  readonly roughness_m: number;
  readonly obukhovLength_m?: number;
  readonly frictionVelocity_mps?: number;
  readonly sigmaV_mps?: number;
  readonly sigmaW_mps?: number;
  readonly mixingHeight_m?: number;
}

/** Completes an observation of the air: u* from the profile, sigma_v and sigma_w from surface-layer similarity. */
export function airFrom(observation: AirObservation): Air {
  const obukhovLength_m = observation.obukhovLength_m ?? Number.POSITIVE_INFINITY;
  const { roughness_m, speedHeight_m, speed_mps } = observation;
  const frictionVelocity_mps =
    observation.frictionVelocity_mps ?? speed_mps / profileFactor(speedHeight_m, roughness_m, obukhovLength_m);
  const mixingHeight_m = observation.mixingHeight_m ?? Number.POSITIVE_INFINITY;
  return {
    towardEast: -Math.sin(observation.from_rad),
    towardNorth: -Math.cos(observation.from_rad),
    speed_mps,
    speedHeight_m,
    roughness_m,
    frictionVelocity_mps,
    obukhovLength_m,
    sigmaV_mps: observation.sigmaV_mps ?? surfaceSigmaV(frictionVelocity_mps, obukhovLength_m, mixingHeight_m),
    sigmaW_mps: observation.sigmaW_mps ?? surfaceSigmaW(frictionVelocity_mps, obukhovLength_m, speedHeight_m),
    mixingHeight_m,
  };
}

/** Panofsky et al. 1977: sigma_v = u* (12 - 0.5 zi / L)^(1/3); 1.9 u* in neutral and stable air (Hanna 1982). */
export function surfaceSigmaV(frictionVelocity: number, obukhovLength: number, mixingHeight: number): number {
  if (obukhovLength > 0) return 1.9 * frictionVelocity;
  const lid = Number.isFinite(mixingHeight) ? mixingHeight : 1000;
  return Math.max(1.9, (12 - (0.5 * lid) / obukhovLength) ** (1 / 3)) * frictionVelocity;
}

/** Panofsky et al. 1977: sigma_w = 1.3 u* (1 - 3 z / L)^(1/3); 1.3 u* in neutral and stable air. */
export function surfaceSigmaW(frictionVelocity: number, obukhovLength: number, height: number): number {
  if (obukhovLength > 0) return 1.3 * frictionVelocity;
  return 1.3 * frictionVelocity * (1 - (3 * height) / obukhovLength) ** (1 / 3);
}
