/**
 * What a flight that found nothing would have seen: P(q, x) = 1 - prod_j (1 - p_j),
 * p_j = (1 - miss) sum_beta w(beta) E_A[Phi(A q snr_j(x, beta) - threshold)],
 * A gamma of mean 1; snr is the signal-to-noise of one crossing per unit rate, background integrated out.
 */
import { erfcScaled } from '../dispersion/special-functions.ts';
import { crossingsFor, crossPass } from './crossing.ts';
import { type PassFilter, WINDOW_WIDTHS } from './crossing-filter.ts';
import { PEAK_LN_STEP } from './crossing-table.ts';
import type { Area } from './flight.ts';
import type { FlightProblem } from './likelihood.ts';
import { type RateRange, type SharedNodes, sharedNodes } from './shared-nodes.ts';
import { verticalFactor } from './transport.ts';

/** Signal-to-noise of a crossing at which the decision threshold is passed, trials over the area included. */
const DETECTION_SNR = 5;
const MAP_CELLS = 32;
const RATE_NODES = 25;
const SEEN = 0.9;
const DIRECTIONS = 7;

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

export function searchMap(problem: FlightProblem, area: Area, range: RateRange): SearchMap {
  const cell_m = Math.max(area.east_m - area.west_m, area.north_m - area.south_m) / MAP_CELLS;
  const columns = Math.max(1, Math.ceil((area.east_m - area.west_m) / cell_m - 1e-9));
  const rows = Math.max(1, Math.ceil((area.north_m - area.south_m) / cell_m - 1e-9));
  const ratio = range.most_kgph / range.least_kgph;
  const ladder = Array.from({ length: RATE_NODES }, (_, q) => range.least_kgph * ratio ** (q / (RATE_NODES - 1)));
  const probability = ladder.map(() => new Float64Array(columns * rows));
  const limit_kgph = new Float64Array(columns * rows).fill(Number.POSITIVE_INFINITY);
  const unseen = new Float64Array(RATE_NODES);
  const { settings, conditions, transport } = problem;
  const nodes = sharedNodes({ ...settings, biasNodes: DIRECTIONS }, conditions, transport, range);
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = area.west_m + ((cell % columns) + 0.5) * cell_m;
    const y = area.south_m + (Math.floor(cell / columns) + 0.5) * cell_m;
    unseenAt(problem, nodes, x, y, ladder, unseen);
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

const crossings = crossingsFor(DIRECTIONS);

/** Probability that every pass misses a source at (x, y), for each rate. */
function unseenAt(
  p: FlightProblem,
  nodes: SharedNodes,
  x: number,
  y: number,
  ladder: readonly number[],
  unseen: Float64Array,
): void {
  const { grid, settings, conditions } = p;
  const widest = grid.widths_s[grid.widths_s.length - 1];
  const amplitudes = Array.from(grid.gamma, (weight, g) => ({
    weight,
    amplitude: Math.exp((grid.gammaFrom + g) * PEAK_LN_STEP),
  }));
  unseen.fill(1);
  for (let j = 0; j < p.passes.count; j++) {
    if (!crossPass(p.samples, p.transport, j, x, y, nodes.beta, widest, crossings)) continue;
    const seen = new Float64Array(ladder.length);
    for (let b = 0; b < nodes.beta.length; b++) {
      if (crossings.width_s[b] === 0) continue;
      const sigmaZ = Math.exp(crossings.lnSigmaZ[b]);
      const snr =
        crossingSnr(p.views[j][0].pass, crossings.tau_s[b], crossings.width_s[b]) *
        Math.exp(crossings.lnStrength[b]) *
        verticalFactor(crossings.height_m[b], conditions.sourceHeight_m, sigmaZ);
      ladder.forEach((rate, q) => {
        if (4 * rate * snr < DETECTION_SNR) return;
        for (const { weight, amplitude } of amplitudes) {
          seen[q] += nodes.betaWeight[b] * weight * normalCdf(amplitude * rate * snr - DETECTION_SNR);
        }
      });
    }
    for (let q = 0; q < ladder.length; q++) unseen[q] *= 1 - (1 - settings.miss) * seen[q];
  }
}

/** Signal-to-noise of a crossing of peak 1 ppm: energy of its innovations in the filter of clean air. */
export function crossingSnr(pass: PassFilter, tau_s: number, width_s: number): number {
  let energy = 0;
  let mean = 0;
  for (let i = 0; i < pass.count; i++) {
    if (pass.variance[i] === 0) continue;
    const off = (pass.time_s[i] - tau_s) / width_s;
    const s = Math.abs(off) < WINDOW_WIDTHS ? Math.exp(-0.5 * off * off) : 0;
    const total = pass.spread[i] + pass.variance[i];
    const innovation = s - mean;
    energy += (innovation * innovation) / total;
    mean += (pass.spread[i] / total) * innovation;
  }
  return Math.sqrt(energy);
}

function normalCdf(x: number): number {
  const z = -x * Math.SQRT1_2;
  return z < 0 ? 0.5 * erfcScaled(z) : 0.5 * erfcScaled(z) * Math.exp(-z * z);
}
