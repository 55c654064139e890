/** Defaults of the fixed-instrument engine, with where each comes from (docs/science/fixed-instruments.md, table 2). */
import type { BackgroundOptions } from './background.ts';
import type { RateRange } from './evidence.ts';
import type { ModelError } from './filter.ts';
import type { OriginError } from './origin-error.ts';
import type { ResponseOptions } from './response.ts';
import type { FieldError } from './short-record.ts';

const DEGREE = Math.PI / 180;
const HOUR_S = 3600;

export interface FixedSettings {
  readonly background: BackgroundOptions;
  readonly error: ModelError;
  readonly response: ResponseOptions;
  /** Errors of a short record: of the whole plume, as nodes of a sum, and the field of short-record.ts. */
  readonly short: {
    readonly turnSd_rad: number;
    readonly lnSigmaYSd: number;
    /** Error of the level that all instruments share [ppm]. */
    readonly common_ppm: number;
    readonly field: FieldError;
    /** Deviation of ln rate by the plume model's bias over one record. */
    readonly rateBias: number;
  };
  /**
   * Error of the plume's virtual origin along and across the wind, as a part of the distance to the instrument (the
   * nearest in the plume, in short records): what the first metres of rise and meander displace, and no instrument
   * beyond them can see.
   */
  readonly origin: OriginError;
  readonly range: RateRange;
  /** How long an error of the transport model persists in a long record [s]. */
  readonly persistence_s: number;
  /** Deviation of ln rate by the plume model's bias, the same for a whole record. */
  readonly rateBias: number;
  /** ln Bayes factor from which a source is reported. */
  readonly decision: number;
}

export const DEFAULT_FIXED_SETTINGS: FixedSettings = {
  background: {
    levelTime_s: 2.5 * HOUR_S,
    commonTime_s: 12 * HOUR_S,
    leastLevelSd_ppm: 0.011,
    leastCommonSd_ppm: 0.05,
    levelQuantile: 0.05,
    pooling: 0.015,
  },
  error: {
    amplitude: { sd: 0.36, time_s: 2.7 * HOUR_S },
    direction: { sd: 4.4 * DEGREE, time_s: 0.26 * HOUR_S },
    vane: { sd: 1.5 * DEGREE, time_s: Number.POSITIVE_INFINITY },
    height: { sd: 0.11, time_s: Number.POSITIVE_INFINITY },
    gain: { sd: 0.5, time_s: 1.9 * HOUR_S },
    own: 0.3,
    edge: 0.14,
  },
  response: { directionError: { base_rad: 6.3 * DEGREE, light_radmps: 12 * DEGREE }, hasMeander: true },
  short: {
    turnSd_rad: 5 * DEGREE,
    lnSigmaYSd: 0.22,
    common_ppm: 0.015,
    field: {
      amplitude: 0.03,
      shift: 0.2,
      shiftLength: 3,
      width: 0.14,
      lump: 0.22,
      lumpGrowth: 0.37,
      exponent: 0.135,
      widthExponent: 0.12,
      height: 0.09,
      own: 0.05,
      lnRadiusLength: 20,
      time_s: HOUR_S,
      acrossLength: 1.1,
      lumpLength: 3,
    },
    rateBias: 0.35,
  },
  origin: { along: 0.24, across: 0.06 },
  persistence_s: 3 * HOUR_S,
  rateBias: 0.2,
  range: { least_kgph: 0.01, most_kgph: 1000 },
  decision: 5,
};
