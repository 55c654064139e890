/**
 * Bayes factor of one crossing against no plume, its amplitude A ~ N(m, (c m)^2) truncated at zero integrated.
 *
 * With kappa = c m sqrt(P) and rho = R / sqrt(P):
 *   BF = exp(G(z) - 1 / (2 c^2)) / (sqrt(1 + kappa^2) Phi(1 / c)),  z = (rho kappa + 1 / c) / sqrt(1 + kappa^2)
 * and exp G(z) = exp(z^2 / 2) Phi(z) is tabulated.
 */
import { erfcScaled } from '../dispersion/special-functions.ts';
import { lnNormalCdf } from './normal.ts';

const Z_START = -12;
const Z_END = 8;
const Z_STEP = 1 / 64;
/** exp G(z), which is Phi(z) / phi(z) without its constant. */
const E_TABLE = Float64Array.from({ length: (Z_END - Z_START) / Z_STEP + 2 }, (_, n) => exactE(Z_START + n * Z_STEP));

function exactE(z: number): number {
  return z < 0 ? 0.5 * erfcScaled(-z * Math.SQRT1_2) : Math.exp(0.5 * z * z + lnNormalCdf(z));
}

/** exp(G(z) - lowered) to about 1e-4 relative. */
export function crossingE(z: number, lowered: number): number {
  if (z >= Z_END) return Math.exp(0.5 * z * z - lowered);
  const scale = lowered === 0 ? 1 : Math.exp(-lowered);
  // Mills ratio for the far tail: Phi(z) = phi(z) / |z| (1 - 1 / z^2 + ...).
  if (z <= Z_START) return (scale * (1 - 1 / (z * z))) / (-z * 2.5066282746310002);
  const at = (z - Z_START) * (1 / Z_STEP);
  const node = at | 0;
  return scale * (E_TABLE[node] + (at - node) * (E_TABLE[node + 1] - E_TABLE[node]));
}

/** The factor of BF that depends on c alone. */
export function crossingConstant(c: number): number {
  return Math.exp(-0.5 / (c * c) - lnNormalCdf(1 / c));
}
