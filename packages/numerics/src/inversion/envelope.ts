/**
 * How strong the plumes are along the track, for the noise of their fluctuation: five-sample means of the excess above
 * two deviations, each spread in time as a bell and the largest taken, so that the highs and lows inside a plume weigh
 * the same and the rate is not biased.
 */

const BELL_S = 4;
const HALF_MEAN = 2;
const SIGNIFICANT = 2;

export function excessEnvelope(time: Float64Array, excess: Float64Array, noise: number): Float64Array {
  const n = excess.length;
  const means = significantMeans(excess, noise);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (means[i] === 0) continue;
    for (let k = i; k >= 0 && time[i] - time[k] < 3 * BELL_S; k--) raise(k, i);
    for (let k = i + 1; k < n && time[k] - time[i] < 3 * BELL_S; k++) raise(k, i);
  }
  function raise(k: number, i: number): void {
    out[k] = Math.max(out[k], means[i] * Math.exp(-0.5 * ((time[k] - time[i]) / BELL_S) ** 2));
  }
  return out;
}

function significantMeans(excess: Float64Array, noise: number): Float64Array {
  const n = excess.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, i - HALF_MEAN);
    const to = Math.min(n, i + HALF_MEAN + 1);
    let sum = 0;
    for (let k = from; k < to; k++) sum += excess[k];
    const mean = sum / (to - from);
    out[i] = mean > (SIGNIFICANT * noise) / Math.sqrt(to - from) ? mean : 0;
  }
  return out;
}

/** True when something significant is left of the excess after a fit, beyond what the fit's own fluctuation explains. */
export function hasUnexplained(
  excess: Float64Array,
  fitted: Float64Array,
  noise: number,
  fluctuation: number,
): boolean {
  const n = excess.length;
  const width = 2 * HALF_MEAN + 1;
  for (let i = HALF_MEAN; i + HALF_MEAN < n; i++) {
    let left = 0;
    let near = 0;
    for (let k = i - HALF_MEAN; k <= i + HALF_MEAN; k++) left += (excess[k] - fitted[k]) / width;
    for (let k = Math.max(0, i - 3 * width); k < Math.min(n, i + 3 * width); k++) near = Math.max(near, fitted[k]);
    if (left > UNEXPLAINED * Math.hypot(noise / Math.sqrt(width), fluctuation * near)) return true;
  }
  return false;
}

const UNEXPLAINED = 4;
