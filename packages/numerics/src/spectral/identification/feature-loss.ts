/**
 * Does a claim rest on one narrow feature? Where the background has lines that no covariance describes (a hot band of
 * carbon dioxide, a cluster of water lines), a single coincidence can carry a gas a long way. The claim is made again with
 * each feature's width of bands left out in turn (as free columns, which is the same); the least z that remains tells.
 */
import { dot, whiten } from './cholesky.ts';
import { type Identifier, project } from './prepare.ts';

/**
 * Least z of one gas of a set over all places of a hole `width_pcm` wide, the set's other gases refitted.
 * @param y [band] the spectrum that was identified
 */
export function leastZWithoutFeature(
  identifier: Identifier,
  set: { readonly gases: readonly number[]; readonly regime: number },
  gas: number,
  y: ArrayLike<number>,
  width_pcm: number,
): number {
  const { position_pcm, candidates } = identifier.problem;
  const n = position_pcm.length;
  const regime = identifier.regimes[set.regime]!;
  const white = project(regime.basis, whiten(regime.factor, n, y));
  const others = set.gases.filter((other) => other !== gas).map((other) => regime.signatures[other]!);
  const { absorption } = candidates[gas]!;
  const peak = identifier.peak[gas]!;
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < n; ) {
    const hole: number[] = [];
    for (let band = start; band < n && position_pcm[band]! < position_pcm[start]! + width_pcm; band++) hole.push(band);
    // Holes overlap by half; those where the gas hardly absorbs change nothing.
    start += Math.max(1, Math.ceil(hole.length / 2));
    if (!hole.some((band) => absorption[band]! > HARDLY * peak)) continue;
    const units = hole.map((band) => project(regime.basis, whiten(regime.factor, n, unit(n, band))));
    const basis = orthonormalBasis([...others, ...units]);
    const signature = project(basis, regime.signatures[gas]!);
    least = Math.min(least, dot(signature, white) / Math.sqrt(dot(signature, signature) + Number.MIN_VALUE));
  }
  return least;
}

const HARDLY = 0.2;

function unit(n: number, band: number): Float64Array {
  const column = new Float64Array(n);
  column[band] = 1;
  return column;
}

function orthonormalBasis(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const rest = project(basis, project(basis, column));
    const norm = Math.sqrt(dot(rest, rest));
    if (norm > 1e-9 * Math.sqrt(dot(column, column))) basis.push(rest.map((value) => value / norm));
  }
  return basis;
}
