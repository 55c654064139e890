/** Error function and Gauss-Legendre quadrature for the plume kernels. */

/** erfc(z) for z < 0; exp(z^2) erfc(z) for z >= 0. Press et al. 2007, Numerical Recipes 3rd ed., section 6.2.2; relative error below 1.2e-7. */
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

/** erf(x). */
export function errorFunction(x: number): number {
  const complement = erfcScaled(Math.abs(x)) * Math.exp(-x * x);
  return x >= 0 ? 1 - complement : complement - 1;
}

/** Nodes on [-1, 1] and weights summing to 2. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss-Legendre rule of n points by Newton iteration on P_n (Press et al. 2007, section 4.6.1). */
export function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (n - i - 0.25)) / (n + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 50; iteration++) {
      let [previous, current] = [0, 1];
      for (let k = 1; k <= n; k++) {
        [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k];
      }
      slope = (n * (x * current - previous)) / (x * x - 1);
      const step = current / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
