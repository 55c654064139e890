/**
 * Plumes beyond the linear range (R5; Schaum 2021, Pei & al. 2023): lines saturate, so ln T_b(m) bends away from m tau_b.
 * A linear filter with weights w answers, on average, f(m) = w . ln T(m). f is known from a radiance table and rises
 * with m, so m = f^-1(answer): the Beer-Lambert refit of every pixel at the cost of a table look-up.
 */

/** ln of the radiance with m ppm m of gas over that without, [node x band]; nodes ascending from 0. */
export interface GasCurve {
  readonly column_ppmm: Float64Array;
  readonly lnTransmission: Float64Array;
}

/** Curve of a radiance table: radiance [node x band] at ascending columns, the first without enhancement. */
export function gasCurve(column_ppmm: Float64Array, radiance: Float64Array): GasCurve {
  const bands = radiance.length / column_ppmm.length;
  if (!Number.isInteger(bands) || column_ppmm[0] !== 0)
    throw new RangeError('A gas curve needs a radiance for each node and band, the first node being 0 ppm m.');
  return { column_ppmm, lnTransmission: radiance.map((value, i) => Math.log(value / radiance[i % bands])) };
}

/** f at the curve's nodes [ppm m]: what filter weights [band] (amount per unit of ln radiance) answer on average. */
export function filterResponse(curve: GasCurve, weights: ArrayLike<number>): Float64Array {
  const bands = weights.length;
  return curve.column_ppmm.map((_, node) => {
    let sum = 0;
    for (let b = 0; b < bands; b++) sum += weights[b] * curve.lnTransmission[node * bands + b];
    return sum;
  });
}

export interface RefitAmount {
  readonly amount_ppmm: number;
  /** d amount / d answer: what the answer's standard deviation has to be multiplied by. */
  readonly stretch: number;
  /** The answer lies beyond the table: the amount is extrapolated. */
  readonly beyondTable: boolean;
}

/** m with f(m) = answer; straight on below zero and beyond the last node. */
export function invertResponse(curve: GasCurve, response: Float64Array, answer_ppmm: number): RefitAmount {
  const nodes = curve.column_ppmm;
  const last = nodes.length - 1;
  let i = 0;
  while (i < last - 1 && response[i + 1] <= answer_ppmm) i++;
  const rise = response[i + 1] - response[i];
  if (!(rise > 0)) return { amount_ppmm: nodes[i], stretch: 1, beyondTable: true };
  const stretch = (nodes[i + 1] - nodes[i]) / rise;
  return {
    amount_ppmm: nodes[i] + (answer_ppmm - response[i]) * stretch,
    stretch,
    beyondTable: answer_ppmm > response[last],
  };
}
