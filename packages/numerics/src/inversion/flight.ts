/** What the flight inversion works on: plain columns in a local metric frame (x east, y north, z above ground). */

/** Samples along a track, ordered by time. All arrays have length `count`. */
export interface FlightSamples {
  readonly count: number;
  /** Seconds, any origin. */
  readonly time_s: Float64Array;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  /** Height above ground. */
  readonly z_m: Float64Array;
  /** Mole fraction. */
  readonly value_ppm: Float64Array;
  /** Where the air goes to, as measured, unsmoothed. */
  readonly windEast_mps: Float64Array;
  readonly windNorth_mps: Float64Array;
  /** Straight runs, numbered, where the file has them. */
  readonly leg?: Int32Array;
  /** 1 where a sample must not be used: out of the instrument's range, or set aside by a person. */
  readonly aside?: Uint8Array;
}

/** Rectangle of the local frame [m]. */
export interface Area {
  readonly west_m: number;
  readonly south_m: number;
  readonly east_m: number;
  readonly north_m: number;
}

/** The air and the instrument, as far as one number describes them for the whole flight. */
export interface FlightConditions {
  /** 1-sigma instrument noise [ppm]. */
  readonly noise_ppm: number;
  readonly roughness_m: number;
  readonly sigmaV_mps: number;
  readonly sigmaW_mps: number;
  /** Height at which the wind columns were measured; the sample's own height where absent. */
  readonly windHeight_m?: number;
  readonly mixingHeight_m: number;
  /** Height of the source above ground. */
  readonly sourceHeight_m: number;
  /** Where that is not known: heights it may have, with their probabilities; integrated. */
  readonly sourceHeights?: readonly { readonly height_m: number; readonly weight: number }[];
  /** Mole fraction [ppm] of one kilogram of the gas in a cubic metre of this air. */
  readonly ppmPerKgM3: number;
  /** True when one wind stands for the whole flight, so that the direction of each pass is less certain. */
  readonly singleWind: boolean;
}
