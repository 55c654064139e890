/**
 * Evidence of a set of gases in one regime. With b = S^T y, A = S^T S (whitened, projected) and RSS the residual:
 *   ln p(y | set) = logVolume - (nu + n - k) / 2 ln((nu + RSS) / nu) + k/2 ln 2 pi + 1/2 ln det A^-1 + sum ln p(beta_g)
 * the Laplace approximation of Student's t (noise scale integrated out with nu degrees of freedom), with a prior even in
 * the logarithm of each gas's peak depth. Sets with a coefficient below one standard error are no claim and are left out.
 */
import type { Identifier, Regime } from './prepare.ts';

export interface FittedSet {
  readonly gases: readonly number[];
  readonly regime: number;
  /** ln p(y | set, regime) without priors of set and regime. */
  readonly logEvidence: number;
  readonly rss: number;
  /** The regime means another gas beside these, not only the library's own error. */
  readonly withUnlisted: boolean;
  /** [gas of the set] fitted columns and their covariance [k x k] before the noise scale. */
  readonly columns: readonly number[];
  readonly covariance: readonly number[];
}

/** A set of gases with its share of the probability. */
export interface WeighedSet extends FittedSet {
  readonly logPosterior: number;
  readonly probability: number;
  /** One gas of this set was taken for an outsider that looks like it. */
  readonly isImpostor?: boolean;
}

/** Smallest z a gas of a set may have. */
const LEAST_Z = 1;

/** Fits up to three gases by the normal equations; undefined when a gas is not supported or two are alike. */
export function fitSet(
  identifier: Identifier,
  index: number,
  gases: readonly number[],
  products: Float64Array,
  energy: number,
): FittedSet | undefined {
  const regime = identifier.regimes[index]!;
  const inverse = invertGram(identifier, regime, gases);
  if (inverse === undefined) return undefined;
  const k = gases.length;
  const columns = gases.map((_, i) => gases.reduce((sum, g, j) => sum + inverse.matrix[i * k + j]! * products[g]!, 0));
  const rss = Math.max(0, energy - gases.reduce((sum, g, i) => sum + columns[i]! * products[g]!, 0));
  const { noiseFreedom: nu, depthRange } = identifier.settings;
  const scale2 = Number.isFinite(nu) ? (nu + rss) / (nu + identifier.freedom) : 1;
  let logPrior = 0;
  let deepest = 0;
  for (let i = 0; i < k; i++) {
    const sd = Math.sqrt(inverse.matrix[i * k + i]! * scale2);
    if (!(columns[i]! > LEAST_Z * sd)) return undefined;
    const depth = columns[i]! * identifier.peak[gases[i]!]!;
    deepest = Math.max(deepest, depth);
    // Even in ln depth over the range; a depth above the range is not refused, its density just goes on falling.
    logPrior -= Math.log(Math.max(columns[i]!, depthRange[0] / identifier.peak[gases[i]!]!));
    logPrior -= Math.log(Math.log(depthRange[1] / depthRange[0])) + Math.max(0, Math.log(depth / depthRange[1]));
  }
  // A misfit this small is the library's.
  const withUnlisted = regime.depth > identifier.settings.shapeError * deepest;
  const logLikelihood = (residual: number) =>
    Number.isFinite(nu) ? -((nu + identifier.freedom - k) / 2) * Math.log((nu + residual) / nu) : -residual / 2;
  const power = withUnlisted ? identifier.settings.unlistedCaution : 1;
  const fit = logLikelihood(energy) + power * (logLikelihood(rss) - logLikelihood(energy));
  // The Laplace volume carries the noise scale, as the posterior of t does.
  const volume = (k * Math.log(2 * Math.PI * scale2) + inverse.logDet) / 2;
  const logEvidence = regime.logVolume + fit + volume + logPrior;
  return { gases, regime: index, logEvidence, rss, withUnlisted, columns, covariance: inverse.matrix };
}

/** (S^T S)^-1 of a set and the logarithm of its determinant. */
function invertGram(
  identifier: Identifier,
  regime: Regime,
  gases: readonly number[],
): { matrix: number[]; logDet: number } | undefined {
  const total = identifier.peak.length;
  const k = gases.length;
  const at = (i: number, j: number) => regime.gram[gases[i]! * total + gases[j]!]!;
  // Gauss-Jordan on at most 3 x 3, in the order given: the matrix is positive definite.
  const work = gases.map((_, i) => [...gases.map((__, j) => at(i, j)), ...gases.map((__, j) => (i === j ? 1 : 0))]);
  let logDet = 0;
  for (let pivot = 0; pivot < k; pivot++) {
    const value = work[pivot]![pivot]!;
    // What is left of a gas beside the others, against itself alone: signatures alike to 1e-6 are one.
    if (!(value > 1e-6 * at(pivot, pivot)) || !(at(pivot, pivot) > 0)) return undefined;
    logDet -= Math.log(value);
    for (let j = 0; j < 2 * k; j++) work[pivot]![j]! /= value;
    for (let i = 0; i < k; i++) {
      const factor = work[i]![pivot]!;
      if (i === pivot || factor === 0) continue;
      for (let j = 0; j < 2 * k; j++) work[i]![j]! -= factor * work[pivot]![j]!;
    }
  }
  return { matrix: work.flatMap((row) => row.slice(k)), logDet };
}
