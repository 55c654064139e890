export interface MapStatistics {
  /** Values that are numbers. */
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Population standard deviation, as GDAL's. */
  readonly deviation: number;
}

/** Statistics of the finite values of a map in two passes; NaN where there are none. */
export function mapStatistics(values: ArrayLike<number>): MapStatistics {
  let count = 0;
  let sum = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  if (count === 0) return { count, minimum: Number.NaN, maximum: Number.NaN, mean: Number.NaN, deviation: Number.NaN };
  const mean = sum / count;
  let squares = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  return { count, minimum, maximum, mean, deviation: Math.sqrt(squares / count) };
}
