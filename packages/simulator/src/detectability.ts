/**
 * Which hidden sources a flight could have shown: judged from the noise-free signals, not from any locator.
 * A pass of a source is a straight run or turn; its strength is the matched-filter signal-to-noise ratio
 *
 *   SNR = |r| / sigma,   r = signal less its projection on a level, a slope, and the sum of all other sources' signals
 *
 * with sigma the instrument noise. A source is detectable when at least two passes over all files reach SNR 6.
 */
export const PASS_SNR = 6;
export const PASSES_NEEDED = 2;
export const DETECTABILITY_RULE = `at least ${PASSES_NEEDED} passes whose noise-free signal, less a straight line and what other sources explain, has a matched-filter signal-to-noise ratio of ${PASS_SNR} or more`;

export interface StrongPass {
  readonly leg: number;
  readonly snr: number;
  readonly peak_ppm: number;
}

/** Passes of a source that reach SNR 6, given every source's signal along the flight [ppm]. */
export function strongPasses(
  index: number,
  signals: readonly Float64Array[],
  leg: Int32Array,
  noise_ppm: number,
): StrongPass[] {
  const passes: StrongPass[] = [];
  const count = leg.length;
  for (let from = 0; from < count; ) {
    let to = from;
    while (to < count && leg[to] === leg[from]) to++;
    const own = signals[index].slice(from, to);
    const peak_ppm = own.reduce((top, value) => Math.max(top, value), 0);
    if (to - from >= 5 && peak_ppm > noise_ppm) {
      const others = new Float64Array(to - from);
      signals.forEach((signal, i) => {
        if (i !== index) for (let k = from; k < to; k++) others[k - from] += signal[k];
      });
      const snr = Math.sqrt(residualSquare(own, others)) / noise_ppm;
      if (snr >= PASS_SNR) passes.push({ leg: leg[from], snr, peak_ppm });
    }
    from = to;
  }
  return passes;
}

/** Squared length of `signal` after level, slope and `others` are taken out (Gram-Schmidt). */
function residualSquare(signal: Float64Array, others: Float64Array): number {
  const n = signal.length;
  const basis = [new Float64Array(n).fill(1), Float64Array.from({ length: n }, (_, i) => i - (n - 1) / 2), others];
  const done: Float64Array[] = [];
  let rest = signal;
  for (const direction of basis) {
    const clean = done.reduce((vector, axis) => withoutAxis(vector, axis), direction);
    if (dot(clean, clean) <= 1e-12 * dot(direction, direction)) continue;
    rest = withoutAxis(rest, clean);
    done.push(clean);
  }
  return dot(rest, rest);
}

function withoutAxis(vector: Float64Array, axis: Float64Array): Float64Array {
  const share = dot(vector, axis) / dot(axis, axis);
  return vector.map((value, i) => value - share * axis[i]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
