/**
 * How well a transport model does, as Chang & Hanna 2004 (Meteorol. Atmos. Phys. 87, 167-196) define it, over pairs of
 * observed and predicted concentration. All are 0 or 1 for a perfect model as noted.
 */
export interface DispersionSkill {
  readonly count: number;
  /** Fraction of predictions within a factor of two of the observation (1). */
  readonly fac2: number;
  /** Fractional bias 2 (mean o - mean p) / (mean o + mean p) (0); positive where the model is too low. */
  readonly fractionalBias: number;
  /** Normalised mean square error, mean (o - p)^2 / (mean o . mean p) (0). */
  readonly nmse: number;
  /** Geometric mean bias exp(mean ln o - mean ln p) (1) and variance exp(mean (ln o - ln p)^2) (1). */
  readonly geometricMeanBias: number;
  readonly geometricVariance: number;
}

/**
 * Skill of pairs. `floor` (same unit) lifts both sides before logarithms and the factor of two, as Chang & Hanna advise
 * for values near the detection limit.
 */
export function dispersionSkill(observed: ArrayLike<number>, predicted: ArrayLike<number>, floor = 0): DispersionSkill {
  const count = observed.length;
  let [sumO, sumP, within, squares, lnSum, lnSquares] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const o = Math.max(observed[i], floor);
    const p = Math.max(predicted[i], floor);
    const ratio = p / o;
    sumO += observed[i];
    sumP += predicted[i];
    squares += (observed[i] - predicted[i]) ** 2;
    if (ratio >= 0.5 && ratio <= 2) within++;
    const ln = Math.log(o / p);
    lnSum += ln;
    lnSquares += ln * ln;
  }
  const meanO = sumO / count;
  const meanP = sumP / count;
  return {
    count,
    fac2: within / count,
    fractionalBias: (2 * (meanO - meanP)) / (meanO + meanP),
    nmse: squares / count / (meanO * meanP),
    geometricMeanBias: Math.exp(lnSum / count),
    geometricVariance: Math.exp(lnSquares / count),
  };
}
