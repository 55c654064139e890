/** Noise of one reading from successive differences of rows in use, robust to plumes and drift; 0 where they do not differ. */
export function scatterOf(values: Float64Array, isUsed: (row: number) => boolean): number {
  const differences: number[] = [];
  let last = Number.NaN;
  for (let row = 0; row < values.length; row++) {
    if (!isUsed(row) || Number.isNaN(values[row])) continue;
    if (!Number.isNaN(last)) differences.push(Math.abs(values[row] - last));
    last = values[row];
  }
  if (differences.length === 0) return 0;
  const sorted = Float64Array.from(differences).sort();
  // Median of |N(0, 2 s^2)| = 0.6745 sqrt(2) s.
  return sorted[sorted.length >> 1] / (0.6745 * Math.SQRT2);
}
