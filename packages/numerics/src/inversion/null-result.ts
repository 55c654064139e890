/**
 * What a flight that found nothing would have seen: P(q, x) = 1 - prod_j (1 - p_j),
 * p_j = (1 - miss) sum_delta w(delta) E_A[Phi(A q sqrt(P_j(x, delta)) - threshold)],
 * A truncated normal of mean 1; sqrt(P) is the signal-to-noise of one crossing per unit rate.
 */

import { erfcScaled } from '../dispersion/special-functions.ts';
import type { Area } from './flight.ts';
import { couplePass, crossingTerms, type FlightProblem, type RateRange, type Workspace } from './likelihood.ts';

/** Signal-to-noise of a crossing at which the decision threshold is passed, trials over the area included. */
const DETECTION_SNR = 5;
const MAP_CELLS = 32;
const RATE_NODES = 25;
const SEEN = 0.9;

/** Detection probability on cells over the area, for each of several rates: [rate][cell], rows south to north. */
export interface SearchMap {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  readonly rates_kgph: readonly number[];
  readonly probability: readonly Float64Array[];
  /** Per cell, the rate seen with 90 % probability; Infinity where even the largest asked for is not. */
  readonly limit_kgph: Float64Array;
}

export function searchMap(problem: FlightProblem, space: Workspace, area: Area, range: RateRange): SearchMap {
  const cell_m = Math.max(area.east_m - area.west_m, area.north_m - area.south_m) / MAP_CELLS;
  const columns = Math.max(1, Math.ceil((area.east_m - area.west_m) / cell_m - 1e-9));
  const rows = Math.max(1, Math.ceil((area.north_m - area.south_m) / cell_m - 1e-9));
  const ratio = range.most_kgph / range.least_kgph;
  const ladder = Array.from({ length: RATE_NODES }, (_, q) => range.least_kgph * ratio ** (q / (RATE_NODES - 1)));
  const probability = ladder.map(() => new Float64Array(columns * rows));
  const limit_kgph = new Float64Array(columns * rows).fill(Number.POSITIVE_INFINITY);
  const unseen = new Float64Array(RATE_NODES);
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = area.west_m + ((cell % columns) + 0.5) * cell_m;
    const y = area.south_m + (Math.floor(cell / columns) + 0.5) * cell_m;
    unseenAt(problem, space, x, y, ladder, unseen);
    for (let q = 0; q < RATE_NODES; q++) probability[q][cell] = 1 - unseen[q];
    for (let q = RATE_NODES - 1; q >= 0 && probability[q][cell] >= SEEN; q--) limit_kgph[cell] = ladder[q];
  }
  return {
    west_m: area.west_m,
    south_m: area.south_m,
    cell_m,
    columns,
    rows,
    rates_kgph: ladder,
    probability,
    limit_kgph,
  };
}

/** Probability that every pass misses a source at (x, y), for each rate. */
function unseenAt(
  p: FlightProblem,
  space: Workspace,
  x: number,
  y: number,
  ladder: readonly number[],
  unseen: Float64Array,
): void {
  unseen.fill(1);
  for (let j = 0; j < p.passes.count; j++) {
    if (couplePass(p, space, j, x, y) < 0) continue;
    const nodes = p.quiet[j] === 1 ? p.coarse : p.fine;
    const count = nodes.delta.length;
    crossingTerms(p, space, p.quiet[j] === 1 ? 0 : p.lateral.length >> 1, count);
    for (let q = 0; q < ladder.length; q++) {
      let seen = 0;
      for (let k = 0; k < count; k++) {
        seen += nodes.weight[k] * crossingSeen(ladder[q] * space.root[k], p.settings.amplitudeSpread);
      }
      unseen[q] *= 1 - (1 - p.settings.miss) * seen;
    }
  }
}

const AMPLITUDES = [-1.5, -0.75, 0, 0.75, 1.5];
const AMPLITUDE_WEIGHTS = AMPLITUDES.map((node) => Math.exp(-0.5 * node * node));
const AMPLITUDE_SUM = AMPLITUDE_WEIGHTS.reduce((sum, w) => sum + w, 0);

/** E_A[Phi(A snr - threshold)]. */
function crossingSeen(snr: number, spread: number): number {
  if (snr < 0.2 * DETECTION_SNR) return 0;
  let sum = 0;
  for (let a = 0; a < AMPLITUDES.length; a++) {
    sum += AMPLITUDE_WEIGHTS[a] * normalCdf(Math.max(0, 1 + spread * AMPLITUDES[a]) * snr - DETECTION_SNR);
  }
  return sum / AMPLITUDE_SUM;
}

function normalCdf(x: number): number {
  const z = -x * Math.SQRT1_2;
  return z < 0 ? 0.5 * erfcScaled(z) : 0.5 * erfcScaled(z) * Math.exp(-z * z);
}
