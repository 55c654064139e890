/** Quantiles of the Student t distribution for few degrees of freedom. */

/** 95 % quantile, half of a central 90 % interval. */
export const studentQuantile95 = (degrees: number): number => studentQuantile(1.6448536269514722, degrees);
/** 99.9 % quantile, half of a central 99.8 % interval. */
export const studentQuantile999 = (degrees: number): number => studentQuantile(3.090232306167813, degrees);

/**
 * Quantile from that of the normal, z: for 3 degrees and more by Hill (1970, CACM algorithm 396 expansion), within 1 %.
 * @param degrees at least 3
 */
function studentQuantile(z: number, degrees: number): number {
  // Bailey (1980): exact for the normal limit; t = sqrt(n (exp(g) - 1)), g = z^2 (n - 5/6) / (n - 2/3 + 0.1/n)^2.
  const g = (z * z * (degrees - 5 / 6)) / (degrees - 2 / 3 + 0.1 / degrees) ** 2;
  return Math.sqrt(degrees * Math.expm1(g));
}
