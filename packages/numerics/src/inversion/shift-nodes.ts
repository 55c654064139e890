/**
 * Quadrature of the angular shift of a crossing against the wind history: delta_j ~ N(beta, s_d^2) on equal steps, with
 * beta, the error of wind direction common to the flight, and s_d as hyper nodes.
 */
import type { FlightConditions } from './flight.ts';
import { type InversionSettings, normalNodes } from './settings.ts';
import { ALPHA, FIELDS, type Transport } from './transport.ts';

/** Nodes of delta and, for each hyper node (beta, s_d), the weights of delta_j on them [hyper x delta]. */
export interface ShiftNodes {
  readonly delta: Float64Array;
  readonly weight: Float64Array;
  /** Per hyper node, the first and last delta whose weight matters. */
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/** Weights below this part of a row's sum are left out of sums. */
const LEAST_WEIGHT = 1e-7;

const BIAS_SPAN = 2.2;
const MOST_DELTA_NODES = 61;
const MOST_QUIET_NODES = 25;
/** Span of delta in deviations; nodes from the end of the range table whose alpha sets the step (about a third of the reach). */
const DELTA_SPAN = 2.6;
const FAR_NODES_BACK = 9;
const QUIET_COARSENING = 2.5;

/** Nodes of delta for passes with and without signal, and the prior of the hyper nodes. */
export function shiftNodesOf(settings: InversionSettings, conditions: FlightConditions, transport: Transport) {
  const single = conditions.singleWind ? settings.singleWindSd_rad : 0;
  const base = Math.hypot((settings.meanderFraction * conditions.sigmaV_mps) / transport.meanSpeed_mps, single);
  const common = Math.hypot(settings.windBiasSd_rad, single);
  const scales = conditions.singleWind ? settings.singleWindScales : settings.meanderScales;
  const isRough = settings.biasNodes === 1;
  const widest = Math.hypot(base * scales[scales.length - 1], common);
  // The rough problem takes beta and delta together, at the widest scale.
  const spreads = isRough ? [widest] : scales.map((scale) => scale * base);
  const bias = normalNodes(settings.biasNodes, BIAS_SPAN);
  const far = transport.table[(transport.nodes - FAR_NODES_BACK) * FIELDS + ALPHA];
  const reach = DELTA_SPAN * widest;
  const step = Math.min((isRough ? 1.1 : 0.65) * far, 0.9 * Math.min(...spreads));
  const hypers = bias.node.flatMap((node) => spreads.map((sd) => ({ beta: node * common, sd })));
  return {
    fine: nodesOver(reach, step, hypers, MOST_DELTA_NODES),
    coarse: nodesOver(reach, Math.min(QUIET_COARSENING * step, reach / 3), hypers, MOST_QUIET_NODES),
    hyperPrior: Float64Array.from(bias.lnWeight.flatMap((ln) => spreads.map(() => Math.exp(ln) / spreads.length))),
  };
}

function nodesOver(
  reach: number,
  step: number,
  hypers: readonly { beta: number; sd: number }[],
  most: number,
): ShiftNodes {
  const half = Math.max(2, Math.min(most >> 1, Math.ceil(reach / step)));
  const delta = Float64Array.from({ length: 2 * half + 1 }, (_, k) => ((k - half) * reach) / half);
  const weight = hypers.flatMap(({ beta, sd }) => {
    const row = Array.from(delta, (d) => Math.exp(-0.5 * ((d - beta) / sd) ** 2));
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value) => value / sum);
  });
  const rows = hypers.map((_, h) => weight.slice(h * delta.length, (h + 1) * delta.length));
  return {
    delta,
    weight: Float64Array.from(weight),
    first: Int32Array.from(rows, (row) => row.findIndex((value) => value > LEAST_WEIGHT)),
    last: Int32Array.from(rows, (row) => row.findLastIndex((value) => value > LEAST_WEIGHT)),
  };
}
