/**
 * The kernels of `assembly/crossing.ts` in plain TypeScript: the oracle of the compiled ones, and what runs where
 * WebAssembly with SIMD is absent. Every number comes of the same operations in the same order, so both give the same
 * bits; float32 ones are rounded after each.
 */
import { type CrossingKernels, heightStride, LEAST_LN, passStride, WINDOW_WIDTHS } from './crossing-kernels.ts';
import { exponential, logarithm } from './elementary.ts';

const LARGE = 1e100;
const SMALL = 1e-100;
const HALF_LN_LARGE = 115.12925464970229;
const LEAST_EXPONENT = -69;
const { fround } = Math;

/** Kernels over one growing memory. */
export function createTwinCrossingKernels(): CrossingKernels {
  let memory = new Float64Array(0);
  let singles = new Float32Array(memory.buffer);
  return {
    kind: 'plain',
    reserve(length) {
      if (memory.length < length) {
        const larger = new Float64Array(length);
        larger.set(memory);
        memory = larger;
        singles = new Float32Array(memory.buffer);
      }
      return memory;
    },
    crossWidth: (pass, count, first_s, step_s, width_s, rows, peak, peaks, fluctuation, lnClean, shape, out) => {
      const window = { pass, count, stride: passStride(count), shape, peak, peaks, fluctuation, lnClean };
      return crossWidth(memory, window, first_s, step_s, width_s, rows, out);
    },
    addLikelihood: (ln, length, shift, out) => {
      for (let n = 0; n < length; n++) {
        const x = memory[ln + n] + shift;
        singles[2 * out + n] += fround(x > LEAST_EXPONENT ? exponential(x) : 0);
      }
    },
    mixPeaks: (from, rows, peaks, used, weight, taps, offset, clean, _scratch, out) => {
      const mix = { peaks, used, taps, offset, clean: fround(clean), weight: singles.subarray(2 * weight) };
      for (let row = 0; row < rows; row++) mixRow(singles, 2 * from + row * peaks, mix, 2 * out + row * peaks);
    },
    addWidth: (from, fromRows, out, rows, peaks, ratio, room, weight) => {
      for (let i = 0; i < rows; i++) {
        const position = (i - room) * ratio + room;
        const low = Math.max(0, Math.min(fromRows - 2, Math.floor(position)));
        const u = Math.max(0, Math.min(1, position - low));
        const first = fround(weight * (1 - u));
        const second = fround(weight * u);
        const a = 2 * from + low * peaks;
        const to = 2 * out + i * peaks;
        for (let m = 0; m < peaks; m++)
          singles[to + m] += fround(fround(first * singles[a + m]) + fround(second * singles[a + peaks + m]));
      }
    },
    smoothRows: (from, rows, stride, weight, reach, peaks, clean, out, outRows) => {
      const smoothing = { rows, reach, peaks, clean: fround(clean), weight: singles.subarray(2 * weight) };
      for (let i = 0; i < outRows; i++) smoothRow(singles, 2 * from, smoothing, i * stride, 2 * out + i * peaks);
    },
    mixHeights: (row, last, rates, peak, count, shift, seen, unseen, side, height, out) => {
      const stride = heightStride(rates);
      for (let v = 0; v < count; v++) {
        const position = memory[peak + v] + shift;
        const whole = Math.floor(position);
        const u = position - whole;
        const from = row + Math.max(-rates - 1, Math.min(last, whole));
        const to = height + v * stride;
        for (let q = 0; q < stride; q++) {
          const low = memory[from + q];
          memory[to + q] = seen * (low + u * (memory[from + q + 1] - low)) + unseen;
        }
      }
      for (let v = 1; v < count - 1; v++) {
        const here = height + v * stride;
        for (let n = here; n < here + rates; n++) {
          const mixed = (1 - 2 * side) * memory[n] + side * (memory[n - stride] + memory[n + stride]);
          memory[out + (v - 1) * rates + n - here] = mixed;
        }
      }
    },
  };
}

interface Window {
  readonly pass: number;
  readonly count: number;
  readonly stride: number;
  readonly shape: number;
  readonly peak: number;
  readonly peaks: number;
  readonly fluctuation: number;
  readonly lnClean: number;
}

function crossWidth(
  memory: Float64Array,
  window: Window,
  first_s: number,
  step_s: number,
  width_s: number,
  rows: number,
  out: number,
): number {
  const { pass, count, shape, peaks } = window;
  const reach = WINDOW_WIDTHS * width_s;
  let from = 0;
  let to = 0;
  let most = 0;
  for (let i = 0; i < rows; i++) {
    const tau = first_s + i * step_s;
    while (from < count && memory[pass + from] < tau - reach) from++;
    while (to < count && memory[pass + to] <= tau + reach) to++;
    const row = out + i * peaks;
    memory.fill(0, row, row + peaks);
    if (from >= to) continue;
    for (let n = from; n < to; n++) {
      const x = (memory[pass + n] - tau) / width_s;
      memory[shape + n - from] = exponential(-0.5 * x * x);
    }
    for (let m = 0; m < peaks; m++) {
      const ln = cross(memory, window, from, to, memory[window.peak + m]);
      if (ln > LEAST_LN) {
        memory[row + m] = ln;
        if (ln > most) most = ln;
        continue;
      }
      memory.fill(Number.NEGATIVE_INFINITY, row + m, row + peaks);
      break;
    }
  }
  return most;
}

/** The Kalman filter of `lnCrossing` (inversion/crossing-filter.ts), its logarithms taken of products. */
function cross(memory: Float64Array, window: Window, from: number, to: number, peak: number): number {
  const { pass, stride, shape, fluctuation, lnClean } = window;
  let m1 = memory[pass + 5 * stride + from];
  let p11 = memory[pass + 6 * stride + from];
  let ln = memory[pass + 7 * stride + from] - lnClean;
  let [m2, p12, p22, squares, product] = [0, 0, 1, 0, 1];
  for (let i = from; i < to; i++) {
    const sample = pass + i;
    if (i > from) {
      const rho = memory[sample + 4 * stride];
      p11 += memory[sample + 3 * stride];
      p12 *= rho;
      p22 = 1 + rho * rho * (p22 - 1);
      m2 *= rho;
    }
    const variance = memory[sample + 2 * stride];
    if (variance === 0) continue;
    const s = peak * memory[shape + i - from];
    const h = fluctuation * s;
    const u1 = p11 + h * p12;
    const u2 = p12 + h * p22;
    const total = u1 + h * u2 + variance;
    const inverse = 1 / total;
    const innovation = memory[sample + stride] - m1 - s - h * m2;
    squares += innovation * innovation * inverse;
    product *= total;
    const k1 = u1 * inverse;
    const k2 = u2 * inverse;
    m1 += k1 * innovation;
    m2 += k2 * innovation;
    p11 -= k1 * u1;
    p12 -= k1 * u2;
    p22 -= k2 * u2;
    if (((i - from) & 7) !== 7) continue;
    if (product > LARGE) {
      ln -= HALF_LN_LARGE;
      product *= SMALL;
    } else if (product < SMALL) {
      ln += HALF_LN_LARGE;
      product *= LARGE;
    }
  }
  const end = pass + to;
  const v = p11 + memory[end + 3 * stride];
  const h = memory[end + 9 * stride];
  const j = memory[end + 10 * stride];
  const damping = 1 + v * j;
  const square = h * h * v + 2 * h * m1 - j * m1 * m1;
  const seen = ln - 0.5 * (squares + logarithm(product * damping));
  return seen + memory[end + 8 * stride] + (0.5 * square) / damping;
}

interface Mix {
  readonly peaks: number;
  readonly used: number;
  readonly taps: number;
  readonly offset: number;
  readonly clean: number;
  readonly weight: Float32Array;
}

function mixRow(
  singles: Float32Array,
  from: number,
  { peaks, used, taps, offset, clean, weight }: Mix,
  out: number,
): void {
  const last = singles[from + used - 1];
  for (let m = 0; m < used; m++) {
    let sum = 0;
    for (let g = 0; g < taps; g++) {
      const node = m + offset + g;
      const value = node < 0 ? clean : node < used ? singles[from + node] : last;
      sum = fround(sum + fround(weight[g] * value));
    }
    singles[out + m] = sum;
  }
  singles.fill(singles[out + used - 1], out + used, out + peaks);
}

interface Smoothing {
  readonly rows: number;
  readonly reach: number;
  readonly peaks: number;
  readonly clean: number;
  readonly weight: Float32Array;
}

function smoothRow(
  singles: Float32Array,
  from: number,
  { rows, reach, peaks, clean, weight }: Smoothing,
  centre: number,
  out: number,
): void {
  const low = Math.max(0, centre - reach);
  const high = Math.min(rows - 1, centre + reach);
  let outside = 0;
  if (high - low < 2 * reach) {
    let inside = 0;
    for (let n = low; n <= high; n++) inside = fround(inside + weight[n - centre + reach]);
    outside = fround(fround(1 - inside) * clean);
  }
  for (let m = 0; m < peaks; m++) {
    let sum = outside;
    for (let n = low; n <= high; n++) {
      sum = fround(sum + fround(weight[n - centre + reach] * singles[from + n * peaks + m]));
    }
    singles[out + m] = sum;
  }
}
