/**
 * Undoing a first-order response: an instrument of response time T shows y with T y' = x - y of the air x. Over a step dt
 * in which the air does not change, y_i = k y_(i-1) + (1 - k) x_i with k = exp(-dt / T), so
 *
 *   x_i = (y_i - k y_(i-1)) / (1 - k)
 *
 * White noise grows by sqrt(1 + k^2) / (1 - k); the mean of m neighbouring x grows less, since their inner terms cancel:
 * sqrt(1 + k^2 + (m - 1)(1 - k)^2) / ((1 - k) m). The shortest mean is taken that leaves the strongest plume well over
 * the noise; where that mean is no shorter than the response itself, nothing is gained and the readings are kept.
 */

export interface ResponseRows {
  readonly time_s: Float64Array;
  readonly value_ppm: Float64Array;
  /** 1-sigma of a reading, and the strongest plume as shown [ppm]. */
  readonly noise_ppm: number;
  readonly peak_ppm: number;
  readonly response_s: number;
}

export interface UndoneResponse {
  readonly value_ppm: Float64Array;
  /** 1 where there is no reading before it to tell what the instrument still showed. */
  readonly isUnknown: Uint8Array;
  /** Noise now over noise before. */
  readonly noiseFactor: number;
  /** Readings that were averaged. */
  readonly averaged: number;
}

/** The strongest plume must stand this many deviations over the noise afterwards. */
const LEAST_SIGNAL = 25;
/** A hole longer than this many usual intervals: what happened in it is not known. */
const GAP_INTERVALS = 2.5;

/** Air from readings; undefined where the noise does not allow it. Times must ascend. */
export function undoResponse(rows: ResponseRows): UndoneResponse | undefined {
  const { time_s: t, value_ppm: y, response_s } = rows;
  if (y.length < 3) return undefined;
  const steps = Float64Array.from(t.subarray(1), (time, i) => time - t[i]).sort();
  const usual_s = steps[steps.length >> 1];
  const averaged = shortestMean(rows, usual_s);
  if (averaged === undefined) return undefined;
  const air = new Float64Array(y.length);
  const isUnknown = new Uint8Array(y.length);
  for (let i = 0; i < y.length; i++) {
    const step_s = i === 0 ? Number.POSITIVE_INFINITY : t[i] - t[i - 1];
    if (step_s > GAP_INTERVALS * usual_s) {
      isUnknown[i] = 1;
      air[i] = y[i];
      continue;
    }
    const keep = Math.exp(-step_s / response_s);
    air[i] = (y[i] - keep * y[i - 1]) / (1 - keep);
  }
  const noiseFactor = noiseGrowth(Math.exp(-usual_s / response_s), averaged);
  return { value_ppm: averageKnown(air, isUnknown, averaged), isUnknown, noiseFactor, averaged };
}

/** Growth of white noise when m neighbouring values are averaged, k what is kept from one reading to the next. */
export function noiseGrowth(k: number, m: number): number {
  return Math.sqrt(1 + k * k + (m - 1) * (1 - k) ** 2) / ((1 - k) * m);
}

function shortestMean({ noise_ppm, peak_ppm, response_s }: ResponseRows, usual_s: number): number | undefined {
  const k = Math.exp(-usual_s / response_s);
  for (let m = 1; m === 1 || m * usual_s < response_s; m += 2) {
    if (noiseGrowth(k, m) * noise_ppm * LEAST_SIGNAL <= peak_ppm) return m;
  }
  return undefined;
}

/** Mean of `count` values about each, fewer at the ends of what is known together. */
function averageKnown(air: Float64Array, isUnknown: Uint8Array, count: number): Float64Array {
  const half = (count - 1) / 2;
  if (half === 0) return air;
  return air.map((_, i) => {
    let [from, to] = [i, i];
    while (from > 0 && i - from < half && isUnknown[from] === 0 && isUnknown[from - 1] === 0) from--;
    while (to + 1 < air.length && to - i < half && isUnknown[to + 1] === 0 && isUnknown[i] === 0) to++;
    // The same on both sides, so that nothing moves in time.
    const reach = Math.min(i - from, to - i);
    let sum = 0;
    for (let j = i - reach; j <= i + reach; j++) sum += air[j];
    return sum / (2 * reach + 1);
  });
}
