/** Every number of the flight inversion that is a choice, with its origin. Set once for all flights. */
import type { SpreadScheme } from '../dispersion/spread.ts';
import { irwinSigmaY, taylorSigma } from '../dispersion/spread.ts';

export interface InversionSettings {
  /** Part of sigma_y that one crossing sees; the rest is meander. */
  readonly relativeSpread: number;
  /** Angular shift of one crossing against the wind history, in units of sigma_v / U. */
  readonly meanderFraction: number;
  /** Hyper-prior of that shift: equally likely multiples. */
  readonly meanderScales: readonly number[];
  /** Error of the measured wind across its direction: common to the flight, and new in each pass [m s-1]. */
  readonly windBiasSd_mps: number;
  readonly windErrorSd_mps: number;
  /** What is added to both where one wind stands for a whole flight [rad], and the multiples that widen the first. */
  readonly singleWindSd_rad: number;
  readonly singleWindScales: readonly number[];
  /** The common part then wanders over this time [s], on this many nodes. */
  readonly singleWindTime_s: number;
  readonly singleWindNodes: number;
  /** The wind beyond either end of the record is the mean over this time. */
  readonly windSmoothing_s: number;
  /** Transport speed and base direction: mean over the time before a sample. */
  readonly speedWindow_s: number;
  /** Shortest average of the direction, against sensor noise. */
  readonly leastWindow_s: number;
  /** Amplitude of a crossing over its expectation: standard deviation of a gamma distribution of mean 1. */
  readonly amplitudeSpread: number;
  /** Probability that a crossing misses the plume. */
  readonly miss: number;
  /** Probability that one pass sees something that has another cause. */
  readonly otherCause: number;
  /** Probability that a source is on during one of several flights. */
  readonly on: number;
  /** In-plume fluctuation over the plume's mean, and the time [s] over which it is correlated along the track. */
  readonly fluctuation: number;
  readonly fluctuationTime_s: number;
  /** Standard deviation of ln width of one crossing about the flight's. */
  readonly widthJitter: number;
  /** Standard deviation of ln sigma_y, and of ln sigma_z near the source and its growth per ln(1 + T / 30 s). */
  readonly lateralSd: number;
  /** The same where one wind and its met file stand for a whole flight. */
  readonly singleWindLateralSd: number;
  readonly verticalSd: number;
  readonly verticalSdGrowth: number;
  /** The same of one crossing about the flight's, in units of verticalSd. */
  readonly verticalJitter: number;
  readonly lateralNodes: number;
  readonly verticalNodes: number;
  readonly biasNodes: number;
  /** The rate's prior is uniform in ln rate over this factor above the least rate that the flight could see. */
  readonly ratePriorFactor: number;
}

export const DEFAULT_SETTINGS: InversionSettings = {
  relativeSpread: 0.9,
  meanderFraction: 0.5,
  meanderScales: [0.7, 1.5],
  windBiasSd_mps: 0.25,
  windErrorSd_mps: 0.15,
  singleWindSd_rad: 0.12,
  singleWindScales: [0.6, 1.2, 2.4],
  singleWindTime_s: 3600,
  singleWindNodes: 9,
  windSmoothing_s: 120,
  speedWindow_s: 60,
  leastWindow_s: 20,
  amplitudeSpread: 0.5,
  miss: 0.05,
  otherCause: 1e-3,
  on: 0.85,
  fluctuation: 0.5,
  fluctuationTime_s: 2,
  widthJitter: 0.35,
  lateralSd: 0.4,
  singleWindLateralSd: 0.7,
  verticalSd: 0.25,
  verticalSdGrowth: 0.1,
  verticalJitter: 0.8,
  lateralNodes: 7,
  verticalNodes: 4,
  biasNodes: 5,
  ratePriorFactor: 1e4,
};

/** Nodes and weights that integrate a standard normal: 1, or n equal steps over +-span. */
export function normalNodes(count: number, span: number): { node: number[]; weight: number[] } {
  if (count === 1) return { node: [0], weight: [1] };
  const node = Array.from({ length: count }, (_, k) => -span + (2 * span * k) / (count - 1));
  const density = node.map((value) => Math.exp(-0.5 * value * value));
  const sum = density.reduce((total, value) => total + value, 0);
  return { node, weight: density.map((value) => value / sum) };
}

const VERTICAL_TIME_SCALE_S = 100;

/** Spread from measured turbulence: Irwin's sigma_y from sigma_v, Taylor's sigma_z from sigma_w (docs/science/inversion.md). */
export const flightSpread: SpreadScheme = {
  name: 'Irwin 1979 from sigma_v + Taylor 1921 from sigma_w',
  sigmaY: (x, speed, air) => irwinSigmaY(x, speed, air.sigmaV_mps),
  sigmaZ: (x, speed, air) => taylorSigma(air.sigmaW_mps, x / speed, VERTICAL_TIME_SCALE_S),
};

/** The same with few nodes: for the first look at the whole area. With one wind for a flight direction and width matter too much. */
export function roughSettings(settings: InversionSettings, isSingleWind: boolean): InversionSettings {
  const rough = { ...settings, lateralNodes: 1, verticalNodes: 3, biasNodes: 1 };
  if (!isSingleWind) return rough;
  return {
    ...rough,
    lateralNodes: 3,
    biasNodes: 3,
    singleWindNodes: 5,
    singleWindScales: [settings.singleWindScales[1]],
  };
}
