/**
 * R1. The matched filter for a weak change t = tau o xbar of the radiance (Thompson 2015, eq. 2-4):
 *   amount = (x - xbar)^T C^-1 t / (t^T C^-1 t), divided by the albedo x.xbar / xbar.xbar if asked.
 */
import { type Column, dotOf, factorCovariance, solveInto, vectorPlace } from './column.ts';
import type { ColumnFault } from './settings.ts';

/** What a filter gives for one column; amounts in units of `AMOUNT_UNIT_PPMM`. */
export interface ColumnResult {
  /** Estimated amount, [row]. */
  readonly amount: Float64Array;
  /** Amount without prior or floor at zero, with the same background: what to quantify plumes on, [row]. */
  readonly denseAmount: Float64Array;
  /** (x - mu)^T C^-1 t, [row]. */
  readonly score: Float64Array;
  /** Statistic of a detector, [row]; only where the method has one. */
  readonly statistic?: Float64Array;
  /** t^T C^-1 t: score / sqrt(information) has unit variance over the background. */
  readonly information: number;
  /** C^-1 t, [band]. */
  readonly weights: Float64Array;
  /** Background mean mu, [band]. */
  readonly mean: Float64Array;
  /** Target t, [band]. */
  readonly target: Float64Array;
  /** Shrinkage chosen, for `loo`. */
  readonly shrinkage?: number;
}

export interface FilterOptions {
  readonly diagonalLoading: number;
  readonly isAlbedoCorrected: boolean;
}

/** The matched filter of a column with its sample covariance. `tau` [band] is for one `AMOUNT_UNIT_PPMM`. */
export function matchedFilter(column: Column, tau: Float64Array, options: FilterOptions): ColumnResult | ColumnFault {
  if (!factorCovariance(column, options.diagonalLoading)) return 'singular-covariance';
  return filterWithFactor(column, tau, options.isAlbedoCorrected);
}

/** The matched filter with the covariance factored at `places.factor`. */
export function filterWithFactor(
  column: Column,
  tau: Float64Array,
  isAlbedoCorrected: boolean,
): ColumnResult | ColumnFault {
  const { kernels, memory, bandCount, width, rowCount, places, mean, albedo } = column;
  const target = tau.map((value, b) => value * mean[b]);
  const [t, y] = [vectorPlace(column, 0), vectorPlace(column, 1)];
  memory.fill(0, t, t + 2 * width);
  memory.set(target, t);
  solveInto(column, t, y);
  const information = dotOf(column, t, y);
  if (!(information > 0)) return 'no-light';
  kernels.rowDots(places.rows, -1, rowCount, width, y, places.scores);
  const score = memory.slice(places.scores, places.scores + rowCount);
  const amount = score.map((value, row) => value / (information * (isAlbedoCorrected ? albedo[row] : 1)));
  const weights = memory.slice(y, y + bandCount);
  return { amount, denseAmount: amount, score, information, weights, mean, target };
}
