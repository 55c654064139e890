/** Defaults of the fixed-instrument engine, with where each comes from (docs/science/fixed-instruments.md, table 2). */
import type { BackgroundOptions } from './background.ts';
import type { RateRange } from './evidence.ts';
import type { ModelError } from './filter.ts';
import type { ResponseOptions } from './response.ts';

const DEGREE = Math.PI / 180;
const HOUR_S = 3600;

export interface FixedSettings {
  readonly background: BackgroundOptions;
  readonly error: ModelError;
  readonly response: ResponseOptions;
  /** Errors of a short record as nodes: deviations of direction and of ln spreads. */
  readonly short: {
    readonly turnSd_rad: number;
    readonly lnSigmaYSd: number;
    readonly lnSigmaZSd: number;
    readonly amplitudeSd: number;
    readonly gainSd: number;
    /** Direction error of each arc on its own, as a part of sigma_v / U. */
    readonly turbulent: number;
  };
  readonly range: RateRange;
  /** How long an error of the transport model persists [s]. */
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
  short: { turnSd_rad: 6 * DEGREE, lnSigmaYSd: 0.3, lnSigmaZSd: 0.25, amplitudeSd: 0.15, gainSd: 0.25, turbulent: 0.7 },
  persistence_s: 3 * HOUR_S,
  rateBias: 0.2,
  range: { least_kgph: 0.01, most_kgph: 1000 },
  decision: 5,
};
