/** ln of the standard normal distribution function, accurate to 1e-7 relative in both tails. */
export function lnNormalCdf(x: number): number {
  if (x > 6) return -0.5 * erfcSmall(x);
  return Math.log(0.5 * erfcScaled(-x * Math.SQRT1_2)) - (x < 0 ? 0.5 * x * x : 0);
}

/** 2 (1 - Phi(x)) for x > 6, where ln Phi is minus half of it. */
function erfcSmall(x: number): number {
  return erfcScaled(x * Math.SQRT1_2) * Math.exp(-0.5 * x * x);
}

/** erfc(z) for z < 0; exp(z^2) erfc(z) for z >= 0 (Numerical Recipes 3rd ed. 6.2.2, rational Chebyshev, 1.2e-7). */
export function erfcScaled(z: number): number {
  const a = Math.abs(z);
  const t = 2 / (2 + a);
  const scaled =
    t *
    Math.exp(
      -1.26551223 +
        t *
          (1.00002368 +
            t *
              (0.37409196 +
                t *
                  (0.09678418 +
                    t *
                      (-0.18628806 +
                        t *
                          (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))),
    );
  return z >= 0 ? scaled : 2 - scaled * Math.exp(-a * a);
}
