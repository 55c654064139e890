/**
 * Readings that only bound what the air held: below a detection limit, or at an instrument's ceiling.
 *
 * The factor Phi(z) of such a reading is replaced by the normal reading that leaves the same probability, mean and
 * variance behind (a site of expectation propagation, one pass: Minka 2001; moments of a truncated normal). Exact for
 * one bounded reading in a normal prediction; the shared errors then learn from it as from any other row.
 */
import { errorFunction } from '../dispersion/special-functions.ts';
import type { FixedProblem } from './problem.ts';

export interface BoundedSite {
  /** Of the normal reading that stands in for it: residual, variance to add, and ln of its scale. */
  readonly residual: number;
  readonly extra: number;
  readonly lnFactor: number;
}

const LN_2PI = Math.log(2 * Math.PI);
/** A bound broken by more deviations than this is an outlier: its variance is raised until it stands there. */
const OUTLIER_SIGMAS = 3;
/** A bound that takes less than this part of the variance away says nothing. */
const LEAST_LEARNED = 1e-9;

/** `gap` is bound less prediction, `variance` the prediction's; side -1 "at most", +1 "at least". */
export function boundedSite(side: number, gap: number, variance: number): BoundedSite {
  const toward = side < 0 ? gap : -gap;
  const spread = Math.max(variance, toward < 0 ? (toward / OUTLIER_SIGMAS) ** 2 : 0);
  const sd = Math.sqrt(spread);
  const z = toward / sd;
  const probability = 0.5 * (1 + errorFunction(z / Math.SQRT2));
  const hazard = Math.exp(-0.5 * z * z - 0.5 * LN_2PI) / probability;
  const learned = Math.max(LEAST_LEARNED, hazard * (hazard + z));
  const extra = (spread * (1 - learned)) / learned;
  const residual = (Math.sign(side) * hazard * sd) / learned;
  const lnFactor =
    Math.log(probability) + 0.5 * (LN_2PI + Math.log(spread + extra) + (residual * residual) / (spread + extra));
  return { residual, extra: extra + spread - variance, lnFactor };
}

/** What the same instruments would have said of other air: beyond a limit still a bound. Fills both columns. */
export function throughLimits(problem: FixedProblem, air_ppm: Float64Array): Pick<FixedProblem, 'value_ppm' | 'bound'> {
  if (problem.bound === undefined) return { value_ppm: air_ppm };
  const bound = problem.bound.map((side, row) => (side * (air_ppm[row] - problem.value_ppm[row]) >= 0 ? side : 0));
  return { value_ppm: air_ppm.map((air, row) => (bound[row] === 0 ? air : problem.value_ppm[row])), bound };
}
