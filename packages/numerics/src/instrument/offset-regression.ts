/**
 * Regression of where each run shows the plume on its velocity: o_k = a + b d_k + g_k lag + e_k with e_k / w_k of one
 * unknown variance (conjugate normal-inverse-gamma; Gelman et al., Bayesian Data Analysis, ch. 14).
 */
import { type PairShift, type RunSignal, SLOPE_SD_RAD, SLOPE_SD_WITHOUT_WIND } from './run-pairs.ts';
import { studentQuantile95, studentQuantile999 } from './student.ts';

export interface OffsetFit {
  readonly lag_s: number;
  readonly scale_s: number;
  readonly degreesOfFreedom: number;
  readonly half90_s: number;
  readonly half998_s: number;
  readonly runs: number;
}

/** Meander between runs over the width of one, and the weight of that prior in runs. */
const PRIOR_SCATTER = 0.8;
const PRIOR_RUNS = 2;
/**
 * Runs share gusts, turning wind and, with several sources, mistaken pairs; as if independent, 90 % intervals held 79 %
 * of the lags of 160 flights (docs/science/instrument-effects.md).
 */
const WIDENING = 1.3;

/** Undefined where the runs that hang together are fewer than three or all go one way. */
export function offsetRegression(
  signals: readonly RunSignal[],
  shifts: readonly PairShift[],
  isAcrossWind: boolean,
): OffsetFit | undefined {
  const group = largestGroup(signals.length, shifts);
  const inside = new Set(group);
  const runs = group.map((k) => signals[k]);
  const ways = new Set(runs.map(({ ground_mps }) => Math.sign(ground_mps)));
  if (runs.length < 3 || ways.size < 2) return undefined;
  const offset = solveOffsets(
    group,
    shifts.filter(({ a }) => inside.has(a)),
  );
  const meanAlong = runs.reduce((sum, run) => sum + run.along_m, 0) / runs.length;
  const slopeSd = isAcrossWind ? SLOPE_SD_RAD : SLOPE_SD_WITHOUT_WIND;
  // Rows [1, d, g] / w . [a, b, lag] = o / w.
  const gram = new Float64Array(9);
  const right = new Float64Array(3);
  runs.forEach((run, k) => {
    const row = [1, run.along_m - meanAlong, run.ground_mps];
    const weight = 1 / run.width_m ** 2;
    for (let i = 0; i < 3; i++) {
      right[i] += weight * row[i] * offset[k];
      for (let j = 0; j < 3; j++) gram[3 * i + j] += weight * row[i] * row[j];
    }
  });
  // The slope's prior stands against the scatter's, which is near one.
  gram[4] += (PRIOR_SCATTER / slopeSd) ** 2;
  const inverse = invert3(gram);
  if (inverse === undefined) return undefined;
  const theta = [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, j) => sum + inverse[3 * i + j] * right[j], 0));
  let residual = theta[1] ** 2 * (PRIOR_SCATTER / slopeSd) ** 2;
  runs.forEach((run, k) => {
    const fitted = theta[0] + theta[1] * (run.along_m - meanAlong) + theta[2] * run.ground_mps;
    residual += ((offset[k] - fitted) / run.width_m) ** 2;
  });
  // a and lag take one run each; the slope is mostly the prior's.
  const degreesOfFreedom = PRIOR_RUNS + runs.length - 2;
  const scatter2 = (PRIOR_RUNS * PRIOR_SCATTER ** 2 + residual) / degreesOfFreedom;
  const scale_s = WIDENING * Math.sqrt(scatter2 * inverse[8]);
  return {
    lag_s: theta[2],
    scale_s,
    degreesOfFreedom,
    half90_s: scale_s * studentQuantile95(degreesOfFreedom),
    half998_s: scale_s * studentQuantile999(degreesOfFreedom),
    runs: runs.length,
  };
}

/** Indices of the largest set of runs that shifts join. */
function largestGroup(count: number, shifts: readonly PairShift[]): number[] {
  const label = Array.from({ length: count }, (_, k) => k);
  for (const { a, b } of shifts) {
    const [from, to] = [label[b], label[a]];
    if (from !== to)
      label.forEach((one, k) => {
        if (one === from) label[k] = to;
      });
  }
  const groups = Map.groupBy(label.keys(), (k) => label[k]);
  return [...groups.values()].reduce((best, one) => (one.length > best.length ? one : best), [] as number[]);
}

/** Offsets whose differences fit the shifts best (least squares; the mean is arbitrary), by Gauss-Seidel. */
function solveOffsets(group: readonly number[], shifts: readonly PairShift[]): Float64Array {
  const index = new Map(group.map((k, i) => [k, i]));
  const links = group.map(() => [] as { readonly other: number; readonly plus_m: number }[]);
  for (const { a, b, shift_m } of shifts) {
    links[index.get(a)!].push({ other: index.get(b)!, plus_m: -shift_m });
    links[index.get(b)!].push({ other: index.get(a)!, plus_m: shift_m });
  }
  const offset = new Float64Array(group.length);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    links.forEach((list, i) => {
      const next = list.reduce((sum, { other, plus_m }) => sum + offset[other] + plus_m, 0) / list.length;
      moved = Math.max(moved, Math.abs(next - offset[i]));
      offset[i] = next;
    });
    if (moved < 1e-6) break;
  }
  return offset;
}

/** Enough for chains of a hundred runs to a millimetre. */
const SWEEPS = 20_000;

function invert3(m: Float64Array): Float64Array | undefined {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-12 * a * e * i)) return undefined;
  return Float64Array.of(
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ).map((value) => value / determinant);
}
