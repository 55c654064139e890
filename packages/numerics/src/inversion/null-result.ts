/**
 * What a flight that found nothing would have seen: P(q, x) = 1 - prod_j (1 - p_j),
 * p_j = (1 - miss) sum_delta w(delta) E_A[Phi(A q sqrt(P_j(x, delta)) - threshold)],
 * A truncated normal of mean 1; sqrt(P) is the signal-to-noise of one crossing per unit rate.
 */
import type { Area } from './flight.ts';
import { type FlightProblem, passPrecisions, type Workspace } from './likelihood.ts';
import { erfcScaled } from './normal.ts';

/** Signal-to-noise of a crossing at which the decision threshold is passed, trials over the area included. */
const DETECTION_SNR = 5;

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

const MAP_CELLS = 32;
const RATE_NODES = 25;

export function searchMap(
  problem: FlightProblem,
  space: Workspace,
  area: Area,
  range: { least_kgph: number; most_kgph: number },
): SearchMap {
  const cell = Math.max(area.east_m - area.west_m, area.north_m - area.south_m) / MAP_CELLS;
  const columns = Math.max(1, Math.ceil((area.east_m - area.west_m) / cell - 1e-9));
  const rows = Math.max(1, Math.ceil((area.north_m - area.south_m) / cell - 1e-9));
  const ladder = Array.from(
    { length: RATE_NODES },
    (_, q) => range.least_kgph * (range.most_kgph / range.least_kgph) ** (q / (RATE_NODES - 1)),
  );
  const seen = ladder.map(() => new Float64Array(columns * rows));
  const limit = new Float64Array(columns * rows).fill(Number.POSITIVE_INFINITY);
  const unseen = new Float64Array(RATE_NODES);
  for (let c = 0; c < columns * rows; c++) {
    const x = area.west_m + ((c % columns) + 0.5) * cell;
    const y = area.south_m + (Math.floor(c / columns) + 0.5) * cell;
    unseen.fill(1);
    passPrecisions(problem, space, x, y, (weight, precision) => {
      for (let q = 0; q < RATE_NODES; q++) {
        let p = 0;
        for (let k = 0; k < precision.length; k++)
          p += weight[k] * crossingSeen(ladder[q] * Math.sqrt(precision[k]), problem.settings.amplitudeSpread);
        unseen[q] *= 1 - (1 - problem.settings.miss) * p;
      }
    });
    for (let q = 0; q < RATE_NODES; q++) seen[q][c] = 1 - unseen[q];
    for (let q = RATE_NODES - 1; q >= 0 && seen[q][c] >= 0.9; q--) limit[c] = ladder[q];
  }
  return {
    west_m: area.west_m,
    south_m: area.south_m,
    cell_m: cell,
    columns,
    rows,
    rates_kgph: ladder,
    probability: seen,
    limit_kgph: limit,
  };
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
