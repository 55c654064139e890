/** What the simulator must know of a gas. Molar mass [kg mol-1]; background mole fraction of clean air [ppm]. */
export interface SimulatedSubstance {
  /** Key of the substance library, e.g. `methane`. */
  readonly key: string;
  readonly molarMass_kgpmol: number;
  readonly background_ppm: number;
}

/** Molar mass from IUPAC 2021 atomic weights; background as measured in the northern tropics in 2024 (NOAA GML: 1.95 ppm). */
export const METHANE: SimulatedSubstance = { key: 'methane', molarMass_kgpmol: 0.016043, background_ppm: 1.95 };
