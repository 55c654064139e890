/**
 * What planning knows: the legs, the air they will be flown in, the instrument, and the numbers that are choices.
 * Frame: local east (x), north (y), height above ground (z), all in metres.
 */
import { irwinSigmaY, type SpreadScheme, taylorSigma } from '../dispersion/spread.ts';

/** One straight leg, flown or planned. */
export interface SurveyLeg {
  readonly fromX_m: number;
  readonly fromY_m: number;
  readonly toX_m: number;
  readonly toY_m: number;
  readonly heightAgl_m: number;
  readonly groundSpeed_mps: number;
}

/** The air as measured or forecast, and the instrument. */
export interface SurveyConditions {
  /** Where the air comes from, clockwise from north [rad]. */
  readonly windFrom_rad: number;
  readonly windSpeed_mps: number;
  readonly windHeight_m: number;
  /** Standard deviation of the error of that direction [rad]: some 0.06 measured in flight, 0.2 forecast. */
  readonly windDirectionSd_rad: number;
  readonly roughness_m: number;
  readonly sigmaV_mps: number;
  readonly sigmaW_mps: number;
  /** Infinity where unknown. */
  readonly mixingHeight_m: number;
  readonly sourceHeight_m: number;
  /** 1-sigma noise of one sample [ppm], and the time between samples. */
  readonly noise_ppm: number;
  readonly samplingInterval_s: number;
  /** Mole fraction [ppm] of one kilogram of the gas in a cubic metre of this air. */
  readonly ppmPerKgM3: number;
}

/** How far a single crossing may be from the mean plume. Defaults: docs/science/inversion.md and next-leg.md. */
export interface CrossingSettings {
  /** Part of sigma_y that one crossing sees. */
  readonly relativeSpread: number;
  /** Angular meander of one crossing, in units of sigma_v / U. */
  readonly meanderFraction: number;
  /** Standard deviation of the amplitude A of a crossing, log-normal with mean 1. */
  readonly amplitudeSd: number;
  /** Standard deviation of ln sigma_z, common to a flight. */
  readonly verticalLnSd: number;
  /** Standard deviation of ln width of a crossing, and of its centroid in widths, beyond instrument noise. */
  readonly widthLnSd: number;
  readonly centroidSd: number;
  /** Probability that a crossing misses the plume whatever its strength, and that what is seen has another cause. */
  readonly miss: number;
  readonly otherCause: number;
  /** Signal-to-noise ratio of a crossing at which it counts as seen. */
  readonly threshold: number;
}

export const DEFAULT_CROSSING: CrossingSettings = {
  relativeSpread: 0.9,
  meanderFraction: 0.5,
  amplitudeSd: 0.45,
  verticalLnSd: 0.3,
  widthLnSd: 0.45,
  centroidSd: 0.3,
  miss: 0.05,
  otherCause: 1e-3,
  threshold: 6,
};

/** Standard deviation of ln A for a log-normal of mean 1 and standard deviation c. */
export function lnAmplitudeSd(c: number): number {
  return Math.sqrt(Math.log1p(c * c));
}

export function legLength_m(leg: SurveyLeg): number {
  return Math.hypot(leg.toX_m - leg.fromX_m, leg.toY_m - leg.fromY_m);
}

const VERTICAL_TIME_SCALE_S = 100;

/** Spread from measured turbulence, as the flight inversion has it: Irwin 1979 across, Taylor 1921 in height. */
export const surveySpread: SpreadScheme = {
  name: 'Irwin 1979 from sigma_v + Taylor 1921 from sigma_w',
  sigmaY: (x, speed, air) => irwinSigmaY(x, speed, air.sigmaV_mps),
  sigmaZ: (x, speed, air) => taylorSigma(air.sigmaW_mps, x / speed, VERTICAL_TIME_SCALE_S),
};
