/** Every number of the flight inversion that is a choice, with its origin. Set once for all flights. */
import type { SpreadScheme } from '../dispersion/spread.ts';
import { irwinSigmaY, taylorSigma } from '../dispersion/spread.ts';

export interface InversionSettings {
  /** Part of sigma_y that one crossing sees; the rest is meander. */
  readonly relativeSpread: number;
  /** Angular shift of one crossing, in units of sigma_v / U. */
  readonly meanderFraction: number;
  /** Hyper-prior of that shift: equally likely multiples. */
  readonly meanderScales: readonly number[];
  /** Common error of wind direction [rad]. */
  readonly windBiasSd_rad: number;
  /** What is added to both where one wind stands for a whole flight [rad]. */
  readonly singleWindSd_rad: number;
  readonly windSmoothing_s: number;
  /** Amplitude of a crossing over its expectation: standard deviation c. */
  readonly amplitudeSpread: number;
  /** Probability that a crossing misses the plume. */
  readonly miss: number;
  /** In-plume fluctuation over the envelope. */
  readonly fluctuation: number;
  readonly lateralNodes: readonly number[];
  readonly lateralLnWeights: readonly number[];
  readonly verticalNodes: readonly number[];
  readonly verticalLnWeights: readonly number[];
  readonly lnRateStep: number;
  /** Largest |ln| that a vertical node may move an amplitude on the grid. */
  readonly lnVerticalSpan: number;
}

const LATERAL_SD = 0.25;
const VERTICAL_SD = 0.3;
const verticals = [-1.6, -0.8, 0, 0.8, 1.6];

export const DEFAULT_SETTINGS: InversionSettings = {
  relativeSpread: 0.7,
  meanderFraction: 0.7,
  meanderScales: [0.6, 1, 1.8],
  windBiasSd_rad: 0.05,
  singleWindSd_rad: 0.12,
  windSmoothing_s: 120,
  amplitudeSpread: 0.5,
  miss: 0.05,
  fluctuation: 0.6,
  lateralNodes: [-Math.sqrt(3), 0, Math.sqrt(3)].map((node) => Math.exp(node * LATERAL_SD)),
  lateralLnWeights: [1 / 6, 2 / 3, 1 / 6].map(Math.log),
  verticalNodes: verticals.map((node) => Math.exp(node * VERTICAL_SD)),
  verticalLnWeights: normalised(verticals.map((node) => -0.5 * node * node)),
  lnRateStep: 0.35,
  lnVerticalSpan: 2,
};

function normalised(ln: readonly number[]): number[] {
  const sum = ln.reduce((total, value) => total + Math.exp(value), 0);
  return ln.map((value) => value - Math.log(sum));
}

/** Spread from measured turbulence: Irwin's sigma_y from sigma_v, Taylor's sigma_z from sigma_w. */
export const flightSpread: SpreadScheme = {
  name: 'Irwin 1979 from sigma_v + Taylor 1921 from sigma_w',
  sigmaY: (x, speed, air) => irwinSigmaY(x, speed, air.sigmaV_mps),
  sigmaZ: (x, speed, air) => taylorSigma(air.sigmaW_mps, x / speed, 100),
};

/** The same with the central spread only: for the first look at the whole area. */
export function coarseSettings(settings: InversionSettings): InversionSettings {
  const middle = settings.verticalNodes.length >> 1;
  return {
    ...settings,
    lateralNodes: [1],
    lateralLnWeights: [0],
    verticalNodes: [middle - 1, middle, middle + 1].map((v) => settings.verticalNodes[v]),
    verticalLnWeights: [1 / 4, 1 / 2, 1 / 4].map(Math.log),
    meanderScales: [settings.meanderScales[settings.meanderScales.length >> 1]],
  };
}
