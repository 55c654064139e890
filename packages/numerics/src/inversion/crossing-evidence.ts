/**
 * Bayes factor of one crossing against no plume, its amplitude A ~ N(m, (c m)^2) truncated at zero integrated.
 *
 * With kappa = c m sqrt(P) and rho = R / sqrt(P):
 *   ln BF = G(z) - ln(1 + kappa^2) / 2 - 1 / (2 c^2) - ln Phi(1 / c),  z = (rho kappa + 1 / c) / sqrt(1 + kappa^2)
 * and G(z) = z^2 / 2 + ln Phi(z), which is smooth and tabulated.
 */
import { erfcScaled, lnNormalCdf } from './normal.ts';

const G_START = -16;
const G_END = 7;
const G_STEP = 1 / 64;
const G_TABLE = Float64Array.from({ length: (G_END - G_START) / G_STEP + 2 }, (_, n) => exactG(G_START + n * G_STEP));

function exactG(z: number): number {
  return z < 0 ? Math.log(0.5 * erfcScaled(-z * Math.SQRT1_2)) : 0.5 * z * z + lnNormalCdf(z);
}

/** z^2 / 2 + ln Phi(z) to about 1e-5. */
export function crossingG(z: number): number {
  if (z >= G_END) return 0.5 * z * z;
  // Mills ratio for the far tail: Phi(z) = phi(z) / |z| (1 - 1 / z^2 + ...).
  if (z <= G_START) return -Math.log(-z * 2.5066282746310002) + Math.log1p(-1 / (z * z));
  const at = (z - G_START) * (1 / G_STEP);
  const node = at | 0;
  return G_TABLE[node] + (at - node) * (G_TABLE[node + 1] - G_TABLE[node]);
}

/** The part of ln BF that depends on c alone. */
export function crossingConstant(c: number): number {
  return -0.5 / (c * c) - lnNormalCdf(1 / c);
}
