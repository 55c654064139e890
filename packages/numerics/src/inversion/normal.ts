/** The standard normal distribution, in logarithms. */
import { erfcScaled } from '../dispersion/special-functions.ts';

/** ln of the standard normal distribution function, accurate to 1e-7 relative in both tails. */
export function lnNormalCdf(x: number): number {
  if (x > 6) return -0.5 * erfcSmall(x);
  return Math.log(0.5 * erfcScaled(-x * Math.SQRT1_2)) - (x < 0 ? 0.5 * x * x : 0);
}

/** 2 (1 - Phi(x)) for x > 6, where ln Phi is minus half of it. */
function erfcSmall(x: number): number {
  return erfcScaled(x * Math.SQRT1_2) * Math.exp(-0.5 * x * x);
}
