/**
 * Exponential and logarithm made of sums and products alone, so that compiled kernels can give the same bits. Those of
 * the engine differ between engines in the last bit.
 */

const LOG2_E = Math.LOG2E;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** 1.5 2^52: adding it rounds to a whole number. */
const ROUNDER = 6755399441055744;
const LARGEST_POWER = 1023;
const POWERS = Float64Array.from({ length: 2 * LARGEST_POWER }, (_, n) => 2 ** (n + 1 - LARGEST_POWER));

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
/** The engine's byte order, as where the high word of a number stands. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** e^x for -700 < x < 700, within 1e-14 of it. */
export function exponential(x: number): number {
  const n = x * LOG2_E + ROUNDER - ROUNDER;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = 1 / 3628800 + r * (1 / 39916800);
  sum = 1 / 362880 + r * sum;
  sum = 1 / 40320 + r * sum;
  sum = 1 / 5040 + r * sum;
  sum = 1 / 720 + r * sum;
  sum = 1 / 120 + r * sum;
  sum = 1 / 24 + r * sum;
  sum = 1 / 6 + r * sum;
  sum = 0.5 + r * sum;
  sum = 1 + r * sum;
  sum = 1 + r * sum;
  return sum * POWERS[n + LARGEST_POWER - 1];
}

/** ln x of a normal positive number, within some 1e-15 of it. */
export function logarithm(x: number): number {
  number[0] = x;
  let e = (words[HIGH] >>> 20) - 1023;
  words[HIGH] = (words[HIGH] & 0x000fffff) | 0x3ff00000;
  let m = number[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 1 / 17 + z * (1 / 19);
  sum = 1 / 15 + z * sum;
  sum = 1 / 13 + z * sum;
  sum = 1 / 11 + z * sum;
  sum = 1 / 9 + z * sum;
  sum = 1 / 7 + z * sum;
  sum = 1 / 5 + z * sum;
  sum = 1 / 3 + z * sum;
  sum = 1 + z * sum;
  return e * LN2_HIGH + (e * LN2_LOW + 2 * s * sum);
}
