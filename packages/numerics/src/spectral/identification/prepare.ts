/**
 * Everything about an identification that does not depend on the spectrum. Model (Burr & Hengartner 2006, extended by an
 * unlisted gas):
 *   y = N a + sum_g beta_g s_g + d diag(c) u + e,   e ~ N(0, C),  u ~ unlisted (unlisted.ts)
 * y [band] spectrum less its background; N [band x nuisance] columns with any coefficients (baseline, gases of the path);
 * s_g [band] change of the spectrum per unit column of gas g; c [band] change per unit optical depth; d the unlisted
 * gas's peak depth on a grid ("regime"; 0 is none). In each regime V = C + d^2 diag(c) K diag(c) is whitened and N
 * projected out, so that every set of gases costs a small solve.
 */
import { cholesky, dot, logDeterminant, whiten } from './cholesky.ts';
import { IDENTIFICATION_SETTINGS, type IdentificationSettings } from './settings.ts';
import { unlistedCovariance } from './unlisted.ts';

export interface Candidate {
  readonly key: string;
  /** Same substance, same text: two measurements of it share one probability. */
  readonly substance: string;
  /** [band] optical depth per unit column, on the sensor's bands. */
  readonly absorption: Float64Array;
  /** [band] change of the spectrum per unit column; absorption times `contrast` when it is left out. */
  readonly signature?: Float64Array;
  /** One standard deviation of the absorption's scale, relative. */
  readonly scaleUncertainty: number;
}

export interface IdentificationProblem {
  /** [band] position, for the unlisted gas's correlation. */
  readonly position_pcm: Float64Array;
  /** [band] change of the spectrum per unit optical depth: -1 for the logarithm of a spectrum seen through the gas. */
  readonly contrast: Float64Array;
  /** The spectrum is a radiance, in which a depth tau takes 1 - exp(-tau) of the contrast; a logarithm is linear in tau. */
  readonly isBeerLambert: boolean;
  /** One standard deviation of the contrast's size, relative: ground and plume are not known to the kelvin. 0 if absent. */
  readonly contrastUncertainty?: number;
  /** [band x band] covariance of background and noise. */
  readonly covariance: Float64Array;
  /** Columns [band] that may be there in any amount. */
  readonly nuisances: readonly Float64Array[];
  readonly candidates: readonly Candidate[];
}

export interface Regime {
  /** Peak depth of the unlisted gas; 0: none. */
  readonly depth: number;
  readonly logPrior: number;
  /** Cholesky factor of V [band x band]. */
  readonly factor: Float64Array;
  /** -(ln det V + ln det N^T V^-1 N) / 2. */
  readonly logVolume: number;
  /** Orthonormal whitened nuisances. */
  readonly basis: readonly Float64Array[];
  /** Whitened, projected signatures [gas][band]. */
  readonly signatures: readonly Float64Array[];
  /** Their products [gas x gas]. */
  readonly gram: Float64Array;
}

export interface Identifier {
  readonly problem: IdentificationProblem;
  readonly settings: IdentificationSettings;
  /** [gas] largest optical depth on these bands per unit column. */
  readonly peak: Float64Array;
  readonly regimes: readonly Regime[];
  /** Bands less nuisances. */
  readonly freedom: number;
}

/** Depths of the unlisted gas that are tried, as shares of the logarithmic depth range. */
const REGIME_SHARES = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9];

/**
 * The identifier of one background.
 * @throws RangeError when sizes disagree, a candidate is blind on these bands, or the covariance is not positive definite
 */
export function prepareIdentifier(
  problem: IdentificationProblem,
  settings: Partial<IdentificationSettings> = {},
): Identifier {
  const all = { ...IDENTIFICATION_SETTINGS, ...settings };
  const n = problem.position_pcm.length;
  if (problem.contrast.length !== n || problem.covariance.length !== n * n) {
    throw new RangeError(`Contrast [${n}] and covariance [${n} x ${n}] must match the bands.`);
  }
  const peak = Float64Array.from(problem.candidates, ({ key, absorption }) => {
    const top = absorption.reduce((most, value) => Math.max(most, value), 0);
    if (absorption.length !== n || !(top > 0) || !absorption.every(Number.isFinite)) {
      throw new RangeError(`"${key}" does not absorb on all ${n} bands: leave it out of this problem.`);
    }
    return top;
  });
  const unlisted = unlistedCovariance(
    problem.candidates.map(({ absorption }) => absorption),
    problem.position_pcm,
  );
  const [low, high] = all.depthRange;
  const shares = all.unlistedPrior > 0 ? REGIME_SHARES : [];
  const depths = [0, ...shares.map((share) => low * (high / low) ** share)];
  const regimes = depths.map((depth) => {
    const share = depth === 0 ? 1 - all.unlistedPrior : all.unlistedPrior / REGIME_SHARES.length;
    return prepareRegime(problem, unlisted, depth, Math.log(share));
  });
  return { problem, settings: all, peak, regimes, freedom: n - problem.nuisances.length };
}

function prepareRegime(
  problem: IdentificationProblem,
  unlisted: Float64Array,
  depth: number,
  logPrior: number,
): Regime {
  const { contrast, covariance, nuisances, candidates } = problem;
  const n = contrast.length;
  const matrix = covariance.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      matrix[i * n + j]! += depth * depth * contrast[i]! * contrast[j]! * unlisted[i * n + j]!;
    }
  }
  const factor = cholesky(matrix, n);
  const { basis, logDet } = orthonormal(nuisances.map((column) => whiten(factor, n, column)));
  const signatures = candidates.map(({ absorption, signature }) => {
    const column = signature ?? absorption.map((value, band) => value * contrast[band]!);
    return project(basis, whiten(factor, n, column));
  });
  const gram = new Float64Array(candidates.length ** 2);
  for (let g = 0; g < candidates.length; g++) {
    for (let h = 0; h < candidates.length; h++) gram[g * candidates.length + h] = dot(signatures[g]!, signatures[h]!);
  }
  return { depth, logPrior, factor, logVolume: -(logDeterminant(factor, n) + logDet) / 2, basis, signatures, gram };
}

/** Modified Gram-Schmidt, twice for round-off; ln det of the columns' Gram matrix. */
function orthonormal(columns: readonly Float64Array[]): { basis: Float64Array[]; logDet: number } {
  const basis: Float64Array[] = [];
  let logDet = 0;
  for (const column of columns) {
    const rest = project(basis, project(basis, column));
    const norm = Math.sqrt(dot(rest, rest));
    if (!(norm > 1e-9 * Math.sqrt(dot(column, column)))) continue;
    logDet += 2 * Math.log(norm);
    basis.push(rest.map((value) => value / norm));
  }
  return { basis, logDet };
}

/** v less its part in the span of an orthonormal basis. */
export function project(basis: readonly Float64Array[], v: Float64Array): Float64Array {
  const out = v.slice();
  for (const column of basis) {
    const share = dot(column, out);
    for (let i = 0; i < out.length; i++) out[i]! -= share * column[i]!;
  }
  return out;
}
