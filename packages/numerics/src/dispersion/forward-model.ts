/**
 * One interface for every transport model: observation = coupling(source) . rate + background + error.
 *
 * A coupling [kg m-3 per kg s-1 = s m-3] says how much gas a receptor sees for a unit emission rate. It is linear in
 * the rate, so an inversion integrates the rate in closed form. Any model that yields couplings plugs in here: a plume,
 * puffs, or a backward Lagrangian field read from a file.
 *
 * Frame: local east (x), north (y), height above ground (z), all in metres.
 */

/** The air during one averaging period: transport, turbulence and stability. Made by `airFrom`. */
export interface Air {
  /** Unit vector of where the air moves to. */
  readonly towardEast: number;
  readonly towardNorth: number;
  /** Wind speed [m s-1] and the height above ground [m] it was measured at. */
  readonly speed_mps: number;
  readonly speedHeight_m: number;
  readonly roughness_m: number;
  /** Friction velocity [m s-1]. */
  readonly frictionVelocity_mps: number;
  /** Monin-Obukhov length [m]; negative in unstable air, Infinity in neutral air. */
  readonly obukhovLength_m: number;
  /** Standard deviation of crosswind and of vertical velocity [m s-1] near the release height. */
  readonly sigmaV_mps: number;
  readonly sigmaW_mps: number;
  /** Lid of the mixed layer [m]; Infinity when unknown. */
  readonly mixingHeight_m: number;
}

/**
 * Where gas enters the air: a point, or a box about it. `width_m` is its east-west side, `length_m` its north-south one
 * (equal to the width unless told), both turned clockwise by `bearing_rad`; `depth_m` its vertical extent.
 */
export interface PlumeSource {
  readonly x_m: number;
  readonly y_m: number;
  readonly height_m: number;
  readonly width_m?: number;
  readonly length_m?: number;
  readonly bearing_rad?: number;
  readonly depth_m?: number;
}

/** Receptors as columns of length `count`; `air[airIndex[i]]` is the air of row i. */
export interface Observations {
  readonly count: number;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  readonly height_m: Float64Array;
  /** Far end of an open path (its mean concentration is the observation); equal to the near end for a point. */
  readonly end?: { readonly x_m: Float64Array; readonly y_m: Float64Array; readonly height_m: Float64Array };
  readonly airIndex: Int32Array;
  readonly air: readonly Air[];
  /** Time of each row and start of each air period, oldest first [s]; needed by models with memory (puffs) only. */
  readonly time_s?: Float64Array;
  readonly airStart_s?: Float64Array;
}

/** `coupling` fills `out` (or a new array of length `count`) with kg m-3 per kg s-1. */
export interface ForwardModel {
  readonly name: string;
  coupling(source: PlumeSource, observations: Observations, out?: Float64Array): Float64Array;
}

/** Mole fraction [ppm] of `concentration` [kg m-3] of a gas of `molarMass` [kg mol-1]; ideal gas law. */
export function toMoleFraction_ppm(
  concentration_kgpm3: number,
  gas: { readonly molarMass_kgpmol: number; readonly temperature_K: number; readonly pressure_Pa: number },
): number {
  const GAS_CONSTANT = 8.314462618; // J mol-1 K-1, CODATA 2018
  const air_molpm3 = gas.pressure_Pa / (GAS_CONSTANT * gas.temperature_K);
  return (1e6 * concentration_kgpm3) / gas.molarMass_kgpmol / air_molpm3;
}
