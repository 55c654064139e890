/** What the passes of a flight share, as nodes with weights: wind direction, meander, widths, heights, and the rates. */
import { PEAK_LN_STEP } from './crossing-table.ts';
import type { FlightConditions } from './flight.ts';
import { type InversionSettings, normalNodes } from './settings.ts';
import { FIELDS, LN_ALPHA, type Transport } from './transport.ts';

/** Prior range of the rate, uniform in its logarithm. */
export interface RateRange {
  readonly least_kgph: number;
  readonly most_kgph: number;
}

/** Nodes of what the passes share, and rates at which a place is judged. */
export interface SharedNodes {
  readonly beta: Float64Array;
  readonly betaWeight: readonly number[];
  /** Time [s] over which beta is correlated, and its standard deviation [rad]; Infinity: one value for the flight. */
  readonly betaTime_s: number;
  readonly betaSd_rad: number;
  /** Meander of one crossing [rad], equally likely. */
  readonly meander: readonly number[];
  /** Factors on sigma_y; exponents of sigma_z in its own deviations. */
  readonly lateral: readonly number[];
  readonly lateralWeight: readonly number[];
  readonly vertical: readonly number[];
  readonly verticalWeight: readonly number[];
  /** Weight of a pass's own sigma_z one node to either side of the shared one. */
  readonly verticalSide: number;
  readonly rate_kgph: Float64Array;
  /** Prior probability of one rate node: uniform in ln rate over the whole prior range. */
  readonly ratePriorStep: number;
}

const LATERAL_SPAN = 1.9;
const VERTICAL_SPAN = 1.8;
const BIAS_SPAN = 2;
/** Of the doubt that one wind for a flight brings, the part that is new in every pass. */
const SINGLE_WIND_NEW_PART = 0.4;
const SINGLE_WIND_LATERALS = 6;

export function sharedNodes(
  settings: InversionSettings,
  conditions: FlightConditions,
  transport: Transport,
  range: RateRange,
): SharedNodes {
  const single = conditions.singleWind ? settings.singleWindSd_rad : 0;
  const across = Math.hypot(settings.meanderFraction * conditions.sigmaV_mps, settings.windErrorSd_mps);
  const base = Math.hypot(across / transport.meanSpeed_mps, SINGLE_WIND_NEW_PART * single);
  const common = Math.hypot(settings.windBiasSd_mps / transport.meanSpeed_mps, single);
  const scales = conditions.singleWind ? settings.singleWindScales : settings.meanderScales;
  const betas = conditions.singleWind && settings.biasNodes > 1 ? settings.singleWindNodes : settings.biasNodes;
  const beta = normalNodes(betas, BIAS_SPAN);
  const lateralSd = conditions.singleWind ? settings.singleWindLateralSd : settings.lateralSd;
  const laterals = conditions.singleWind && settings.lateralNodes > 3 ? SINGLE_WIND_LATERALS : settings.lateralNodes;
  const lateral = normalNodes(laterals, LATERAL_SPAN);
  const vertical = normalNodes(settings.verticalNodes, VERTICAL_SPAN);
  const rates = Math.ceil(Math.log(range.most_kgph / range.least_kgph) / PEAK_LN_STEP) + 1;
  const middle = scales[scales.length >> 1];
  return {
    beta: Float64Array.from(beta.node, (node) => node * common),
    betaWeight: beta.weight,
    betaTime_s: conditions.singleWind && settings.biasNodes > 1 ? settings.singleWindTime_s : Number.POSITIVE_INFINITY,
    betaSd_rad: common,
    // One node of beta: direction error and meander are taken together.
    meander: settings.biasNodes === 1 ? [Math.hypot(base * middle, common)] : scales.map((scale) => scale * base),
    lateral: lateral.node.map((node) => Math.exp(node * lateralSd)),
    lateralWeight: lateral.weight,
    vertical: vertical.node,
    verticalWeight: vertical.weight,
    verticalSide: sideWeight(settings.verticalJitter, vertical.node),
    rate_kgph: Float64Array.from({ length: rates }, (_, q) => range.least_kgph * Math.exp(q * PEAK_LN_STEP)),
    ratePriorStep: PEAK_LN_STEP / Math.log(settings.ratePriorFactor),
  };
}

/** Three nodes a step apart with the variance of a normal of standard deviation `sd`. */
function sideWeight(sd: number, nodes: readonly number[]): number {
  if (nodes.length < 2) return 0;
  return Math.min(1 / 3, 0.5 * (sd / (nodes[1] - nodes[0])) ** 2);
}

/** Largest shift of a crossing in widths that the tables must hold. */
export function mostKappa(settings: InversionSettings, conditions: FlightConditions, transport: Transport): number {
  const nodes = sharedNodes({ ...settings, biasNodes: 1 }, conditions, transport, { least_kgph: 1, most_kgph: 2 });
  const far = transport.shape[(transport.nodes - 1) * FIELDS + LN_ALPHA];
  return Math.min(MOST_KAPPA, Math.max(...nodes.meander) / Math.exp(far));
}

const MOST_KAPPA = 6;
