/**
 * What a gas outside the library looks like: a random signature with the library's own mean and correlation,
 *   u ~ N(m, K),  K(v, v') = s(v) s(v') sum_j a_j exp(-|v - v'| / l_j),
 * in units of optical depth at the peak. "Unknown" then is a hypothesis with a likelihood of its own, compared with the
 * listed gases on the same terms, rather than what is left when a test fails.
 */

/** Bands of infrared gas spectra are between lines and broad contours wide [cm-1]. */
const LENGTHS_PCM = [2, 6, 15, 40, 120] as const;
/** A share of independent structure on every band, so that no gas is out of reach. */
const NUGGET = 0.01;

/**
 * Second moment of an unlisted gas's optical depth for unit peak depth.
 * @param signatures [gas][band] absorption of the library, any scale
 * @param position_pcm [band]
 * @returns [band x band]
 */
export function unlistedCovariance(
  signatures: readonly ArrayLike<number>[],
  position_pcm: ArrayLike<number>,
): Float64Array {
  const n = position_pcm.length;
  const units = signatures.map(toUnitPeak).filter((unit) => unit !== undefined);
  if (units.length === 0) throw new RangeError('The library has no gas that absorbs on these bands.');
  const mean = Float64Array.from({ length: n }, (_, band) => average(units, (unit) => unit[band]!));
  // One spread for all bands: the library of today must not say where the unlisted gas of tomorrow absorbs.
  const variance = average(units, (unit) => unit.reduce((sum, value, i) => sum + (value - mean[i]!) ** 2, 0) / n);
  const level = average([...mean], (value) => value);
  const weights = correlationWeights(units, mean, position_pcm, variance);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const lag = Math.abs(position_pcm[i]! - position_pcm[j]!);
      let correlation = i === j ? NUGGET : 0;
      LENGTHS_PCM.forEach((length, index) => {
        correlation += (1 - NUGGET) * weights[index]! * Math.exp(-lag / length);
      });
      matrix[i * n + j] = matrix[j * n + i] = level * level + variance * correlation;
    }
  }
  return matrix;
}

function toUnitPeak(signature: ArrayLike<number>): Float64Array | undefined {
  let peak = 0;
  for (let i = 0; i < signature.length; i++) peak = Math.max(peak, Math.abs(signature[i]!));
  return peak > 0 ? Float64Array.from(signature, (value) => value / peak) : undefined;
}

function average<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0) / items.length;
}

/** Weights (sum 1) of the exponentials that best follow the library's correlation over lag: multiplicative updates. */
function correlationWeights(
  units: readonly Float64Array[],
  mean: Float64Array,
  position_pcm: ArrayLike<number>,
  variance: number,
): number[] {
  const bins = [1, 2, 4, 7, 12, 20, 35, 60, 100, 170];
  const sums = bins.map(() => 0);
  const counts = bins.map(() => 0);
  for (let i = 0; i < mean.length; i++) {
    for (let j = 0; j < i; j++) {
      const lag = Math.abs(position_pcm[i]! - position_pcm[j]!);
      const bin = bins.findIndex((edge) => lag <= edge * 1.3 && lag > edge * 0.75);
      if (bin < 0) continue;
      for (const unit of units) sums[bin]! += (unit[i]! - mean[i]!) * (unit[j]! - mean[j]!);
      counts[bin]! += units.length;
    }
  }
  const used = bins.map((_, bin) => bin).filter((bin) => counts[bin]! > 0);
  const observed = used.map((bin) => Math.max(0, sums[bin]! / counts[bin]! / variance));
  const basis = LENGTHS_PCM.map((length) => used.map((bin) => Math.exp(-bins[bin]! / length)));
  let weights = LENGTHS_PCM.map(() => 1 / LENGTHS_PCM.length);
  for (let round = 0; round < 200; round++) {
    const fitted = used.map((_, k) => basis.reduce((sum, row, j) => sum + weights[j]! * row[k]!, 0));
    weights = weights.map((weight, j) => {
      const up = basis[j]!.reduce((sum, value, k) => sum + value * observed[k]!, 1e-12);
      const down = basis[j]!.reduce((sum, value, k) => sum + value * fitted[k]!, 1e-12);
      return (weight * up) / down;
    });
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weights.map((weight) => weight / total) : LENGTHS_PCM.map(() => 1 / LENGTHS_PCM.length);
}
