/**
 * Hot loops of the crossing tables (inversion/crossing-table.ts), AssemblyScript with plain simd128. Same order of
 * operations as the twin, `crossing-twin.ts`, so that both give the same bits; no relaxed SIMD, no fused multiply-add.
 * Places are counted in float64 numbers from the start of the memory, those of float32 arrays too.
 * Compiled by `packages/numerics/scripts/build-kernels.ts`.
 */

const WINDOW_WIDTHS: f64 = 3.7;
const LEAST_LN: f64 = -45;
const LARGE: f64 = 1e100;
const SMALL: f64 = 1e-100;
const HALF_LN_LARGE: f64 = 115.12925464970229;
const LEAST_EXPONENT: f64 = -69;
const LOG2_E: f64 = Math.LOG2E;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const ROUNDER: f64 = 6755399441055744; // 1.5 2^52: adding it rounds to a whole number, kept in the low bits.

function at(place: i32): usize {
  return (<usize>place) << 3;
}

function times(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}

function plus(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}

/** e^x for -700 < x < 700, within 1e-14 of it. */
function exponential(x: v128): v128 {
  const rounded = plus(times(x, f64x2.splat(LOG2_E)), f64x2.splat(ROUNDER));
  const n = f64x2.sub(rounded, f64x2.splat(ROUNDER));
  const r = f64x2.sub(f64x2.sub(x, times(n, f64x2.splat(LN2_HIGH))), times(n, f64x2.splat(LN2_LOW)));
  let sum = plus(f64x2.splat(1.0 / 3628800), times(r, f64x2.splat(1.0 / 39916800)));
  sum = plus(f64x2.splat(1.0 / 362880), times(r, sum));
  sum = plus(f64x2.splat(1.0 / 40320), times(r, sum));
  sum = plus(f64x2.splat(1.0 / 5040), times(r, sum));
  sum = plus(f64x2.splat(1.0 / 720), times(r, sum));
  sum = plus(f64x2.splat(1.0 / 120), times(r, sum));
  sum = plus(f64x2.splat(1.0 / 24), times(r, sum));
  sum = plus(f64x2.splat(1.0 / 6), times(r, sum));
  sum = plus(f64x2.splat(0.5), times(r, sum));
  sum = plus(f64x2.splat(1), times(r, sum));
  sum = plus(f64x2.splat(1), times(r, sum));
  return times(sum, i64x2.add(i64x2.shl(rounded, 52), f64x2.splat(1)));
}

/** ln x of a normal positive number, within 1e-15 of it or so. */
function logarithm(x: v128): v128 {
  // The exponent's bits as the low bits of 2^52 and more; then the fraction as a number in [1, 2).
  const exponent = f64x2.sub(
    v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000)),
    f64x2.splat(4503599627371519),
  );
  const fraction = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const isLarge = f64x2.gt(fraction, f64x2.splat(Math.SQRT2));
  const m = v128.bitselect(times(fraction, f64x2.splat(0.5)), fraction, isLarge);
  const e = plus(exponent, v128.and(f64x2.splat(1), isLarge));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), plus(m, f64x2.splat(1)));
  const z = times(s, s);
  let sum = plus(f64x2.splat(1.0 / 17), times(z, f64x2.splat(1.0 / 19)));
  sum = plus(f64x2.splat(1.0 / 15), times(z, sum));
  sum = plus(f64x2.splat(1.0 / 13), times(z, sum));
  sum = plus(f64x2.splat(1.0 / 11), times(z, sum));
  sum = plus(f64x2.splat(1.0 / 9), times(z, sum));
  sum = plus(f64x2.splat(1.0 / 7), times(z, sum));
  sum = plus(f64x2.splat(1.0 / 5), times(z, sum));
  sum = plus(f64x2.splat(1.0 / 3), times(z, sum));
  sum = plus(f64x2.splat(1), times(z, sum));
  const high = plus(times(e, f64x2.splat(LN2_LOW)), times(times(f64x2.splat(2), s), sum));
  return plus(times(e, f64x2.splat(LN2_HIGH)), high);
}

/** Rows of one width: ln likelihood over clean air of a crossing at first + i step with each peak. Returns the largest. */
export function crossWidth(
  pass: i32,
  count: i32,
  first: f64,
  step: f64,
  width: f64,
  rows: i32,
  peak: i32,
  peaks: i32,
  fluctuation: f64,
  lnClean: f64,
  shape: i32,
  out: i32,
): f64 {
  const time = at(pass);
  const reach = WINDOW_WIDTHS * width;
  let from: i32 = 0;
  let to: i32 = 0;
  let most: f64 = 0;
  for (let i: i32 = 0; i < rows; i++) {
    const tau = first + <f64>i * step;
    while (from < count && load<f64>(time + at(from)) < tau - reach) from++;
    while (to < count && load<f64>(time + at(to)) <= tau + reach) to++;
    const row = at(out + i * peaks);
    if (from >= to) {
      for (let m: i32 = 0; m < peaks; m += 2) v128.store(row + at(m), f64x2.splat(0));
      continue;
    }
    for (let n = from; n < to; n += 2) {
      const x = f64x2.div(f64x2.sub(v128.load(time + at(n)), f64x2.splat(tau)), f64x2.splat(width));
      v128.store(at(shape + n - from), exponential(times(times(f64x2.splat(-0.5), x), x)));
    }
    most = crossRow(time, at(count + 2), from, to, at(shape), at(peak), peaks, fluctuation, lnClean, row, most);
  }
  return most;
}

/** All peaks of one window, four at a time; from the first that is as good as impossible on, all are. */
function crossRow(
  time: usize,
  array: usize,
  from: i32,
  to: i32,
  shape: usize,
  peak: usize,
  peaks: i32,
  fluctuation: f64,
  lnClean: f64,
  row: usize,
  largest: f64,
): f64 {
  let most = largest;
  for (let m: i32 = 0; m < peaks; m += 4) {
    filterFour(time, array, from, to, shape, peak + at(m), fluctuation, lnClean, row + at(m));
    for (let n = m; n < m + 4; n++) {
      const ln = load<f64>(row + at(n));
      if (ln > LEAST_LN) {
        if (ln > most) most = ln;
        continue;
      }
      for (let rest = n; rest < peaks; rest++) store<f64>(row + at(rest), -Infinity);
      return most;
    }
  }
  return most;
}

/** The Kalman filter of `lnCrossing` (inversion/crossing-filter.ts) with four peaks side by side, in two pairs a and b. */
function filterFour(
  time: usize,
  array: usize,
  from: i32,
  to: i32,
  shape: usize,
  peak: usize,
  fluctuation: f64,
  lnClean: f64,
  out: usize,
): void {
  const one = f64x2.splat(1);
  const f = f64x2.splat(fluctuation);
  const begin = time + at(from);
  const start = load<f64>(begin + 7 * array) - lnClean;
  const peakA = v128.load(peak);
  const peakB = v128.load(peak, 16);
  let m1A = f64x2.splat(load<f64>(begin + 5 * array));
  let p11A = f64x2.splat(load<f64>(begin + 6 * array));
  let m1B = m1A;
  let p11B = p11A;
  let m2A = f64x2.splat(0);
  let p12A = f64x2.splat(0);
  let p22A = one;
  let squaresA = f64x2.splat(0);
  let productA = one;
  let lnA = f64x2.splat(start);
  let m2B = f64x2.splat(0);
  let p12B = f64x2.splat(0);
  let p22B = one;
  let squaresB = f64x2.splat(0);
  let productB = one;
  let lnB = f64x2.splat(start);
  for (let i = from; i < to; i++) {
    const sample = time + at(i);
    if (i > from) {
      const drift = f64x2.splat(load<f64>(sample + 3 * array));
      const rho = f64x2.splat(load<f64>(sample + 4 * array));
      const rho2 = times(rho, rho);
      p11A = plus(p11A, drift);
      p12A = times(p12A, rho);
      p22A = plus(one, times(rho2, f64x2.sub(p22A, one)));
      m2A = times(m2A, rho);
      p11B = plus(p11B, drift);
      p12B = times(p12B, rho);
      p22B = plus(one, times(rho2, f64x2.sub(p22B, one)));
      m2B = times(m2B, rho);
    }
    const variance = load<f64>(sample + 2 * array);
    if (variance === 0) continue;
    const error = f64x2.splat(variance);
    const value = f64x2.splat(load<f64>(sample + array));
    const part = f64x2.splat(load<f64>(shape + at(i - from)));
    const sA = times(peakA, part);
    const hA = times(f, sA);
    const u1A = plus(p11A, times(hA, p12A));
    const u2A = plus(p12A, times(hA, p22A));
    const totalA = plus(plus(u1A, times(hA, u2A)), error);
    const inverseA = f64x2.div(one, totalA);
    const innovationA = f64x2.sub(f64x2.sub(f64x2.sub(value, m1A), sA), times(hA, m2A));
    squaresA = plus(squaresA, times(times(innovationA, innovationA), inverseA));
    productA = times(productA, totalA);
    const k1A = times(u1A, inverseA);
    const k2A = times(u2A, inverseA);
    m1A = plus(m1A, times(k1A, innovationA));
    m2A = plus(m2A, times(k2A, innovationA));
    p11A = f64x2.sub(p11A, times(k1A, u1A));
    p12A = f64x2.sub(p12A, times(k1A, u2A));
    p22A = f64x2.sub(p22A, times(k2A, u2A));
    const sB = times(peakB, part);
    const hB = times(f, sB);
    const u1B = plus(p11B, times(hB, p12B));
    const u2B = plus(p12B, times(hB, p22B));
    const totalB = plus(plus(u1B, times(hB, u2B)), error);
    const inverseB = f64x2.div(one, totalB);
    const innovationB = f64x2.sub(f64x2.sub(f64x2.sub(value, m1B), sB), times(hB, m2B));
    squaresB = plus(squaresB, times(times(innovationB, innovationB), inverseB));
    productB = times(productB, totalB);
    const k1B = times(u1B, inverseB);
    const k2B = times(u2B, inverseB);
    m1B = plus(m1B, times(k1B, innovationB));
    m2B = plus(m2B, times(k2B, innovationB));
    p11B = f64x2.sub(p11B, times(k1B, u1B));
    p12B = f64x2.sub(p12B, times(k1B, u2B));
    p22B = f64x2.sub(p22B, times(k2B, u2B));
    if (((i - from) & 7) === 7) {
      lnA = f64x2.sub(lnA, excess(productA));
      lnB = f64x2.sub(lnB, excess(productB));
      productA = times(productA, factor(productA));
      productB = times(productB, factor(productB));
    }
  }
  const end = time + at(to);
  v128.store(out, finished(end, array, lnA, m1A, p11A, squaresA, productA));
  v128.store(out, finished(end, array, lnB, m1B, p11B, squaresB, productB), 16);
}

/** Half of the logarithm by which `factor` lowers a product that leaves the middle of the doubles. */
function excess(product: v128): v128 {
  const high = v128.and(f64x2.gt(product, f64x2.splat(LARGE)), f64x2.splat(HALF_LN_LARGE));
  return f64x2.sub(high, v128.and(f64x2.lt(product, f64x2.splat(SMALL)), f64x2.splat(HALF_LN_LARGE)));
}

function factor(product: v128): v128 {
  const notHigh = v128.bitselect(f64x2.splat(SMALL), f64x2.splat(1), f64x2.gt(product, f64x2.splat(LARGE)));
  return v128.bitselect(f64x2.splat(LARGE), notHigh, f64x2.lt(product, f64x2.splat(SMALL)));
}

/** What the filter has seen and what the samples from `end` on say about the level it leaves. */
function finished(end: usize, array: usize, ln: v128, m1: v128, p11: v128, squares: v128, product: v128): v128 {
  const v = plus(p11, f64x2.splat(load<f64>(end + 3 * array)));
  const constant = f64x2.splat(load<f64>(end + 8 * array));
  const h = f64x2.splat(load<f64>(end + 9 * array));
  const j = f64x2.splat(load<f64>(end + 10 * array));
  const damping = plus(f64x2.splat(1), times(v, j));
  const linear = times(times(f64x2.splat(2), h), m1);
  const square = f64x2.sub(plus(times(times(h, h), v), linear), times(times(j, m1), m1));
  const half = f64x2.splat(0.5);
  const seen = f64x2.sub(ln, times(half, plus(squares, logarithm(times(product, damping)))));
  return plus(plus(seen, constant), f64x2.div(times(half, square), damping));
}

/** out (float32) += e^(ln + shift), `length` a multiple of 4; what is below e^-69 is nothing. */
export function addLikelihood(ln: i32, length: i32, shift: f64, out: i32): void {
  let to = at(out);
  for (let n: i32 = 0; n < length; n += 4) {
    const place = at(ln + n);
    const low = f32x4.demote_f64x2_zero(weightOf(v128.load(place), shift));
    const high = f32x4.demote_f64x2_zero(weightOf(v128.load(place, 16), shift));
    v128.store(to, f32x4.add(v128.load(to), v128.shuffle<i64>(low, high, 0, 2)));
    to += 16;
  }
}

function weightOf(ln: v128, shift: f64): v128 {
  const x = plus(ln, f64x2.splat(shift));
  const least = f64x2.splat(LEAST_EXPONENT);
  const isSome = f64x2.gt(x, least);
  return v128.and(exponential(v128.bitselect(x, least, isSome)), isSome);
}

/** float32: out row = sum over g of weight[g] row[m + offset + g]; below a row `clean`, from `used` on its last used. */
export function mixPeaks(
  from: i32,
  rows: i32,
  peaks: i32,
  used: i32,
  weight: i32,
  taps: i32,
  offset: i32,
  clean: f32,
  scratch: i32,
  out: i32,
): void {
  const padded = at(scratch);
  const before = max(0, -offset);
  const after = max(0, offset + taps - 1);
  for (let n: i32 = 0; n < before; n++) store<f32>(padded + quarter(n), clean);
  for (let row: i32 = 0; row < rows; row++) {
    const source = at(from) + quarter(row * peaks);
    const target = at(out) + quarter(row * peaks);
    for (let m: i32 = 0; m < peaks; m += 4) v128.store(padded + quarter(before + m), v128.load(source + quarter(m)));
    const last = load<f32>(source + quarter(used - 1));
    for (let n = used; n < peaks + after; n++) store<f32>(padded + quarter(before + n), last);
    for (let m: i32 = 0; m < peaks; m += 4) {
      let sum = f32x4.splat(0);
      for (let g: i32 = 0; g < taps; g++) {
        const w = f32x4.splat(load<f32>(at(weight) + quarter(g)));
        sum = f32x4.add(sum, f32x4.mul(w, v128.load(padded + quarter(before + m + offset + g))));
      }
      v128.store(target + quarter(m), sum);
    }
    for (let m = used; m < peaks; m++) store<f32>(target + quarter(m), load<f32>(target + quarter(used - 1)));
  }
}

/** float32: out row i += weight times the row of another width at the same centre, linear between its rows. */
export function addWidth(
  from: i32,
  fromRows: i32,
  out: i32,
  rows: i32,
  peaks: i32,
  ratio: f64,
  room: f64,
  weight: f64,
): void {
  for (let i: i32 = 0; i < rows; i++) {
    const position = (<f64>i - room) * ratio + room;
    const low = max(0, min(fromRows - 2, <i32>Math.floor(position)));
    const u = Math.max(0, Math.min(1, position - <f64>low));
    const first = f32x4.splat(<f32>(weight * (1 - u)));
    const second = f32x4.splat(<f32>(weight * u));
    let a = at(from) + quarter(low * peaks);
    let b = a + quarter(peaks);
    let to = at(out) + quarter(i * peaks);
    for (let m: i32 = 0; m < peaks; m += 4) {
      const sum = f32x4.add(f32x4.mul(first, v128.load(a)), f32x4.mul(second, v128.load(b)));
      v128.store(to, f32x4.add(v128.load(to), sum));
      a += 16;
      b += 16;
      to += 16;
    }
  }
}

/** float32: every `stride`-th row averaged with weights [2 reach + 1]; outside the rows the air is clean. */
export function smoothRows(
  from: i32,
  rows: i32,
  stride: i32,
  weight: i32,
  reach: i32,
  peaks: i32,
  clean: f32,
  out: i32,
  outRows: i32,
): void {
  const width = quarter(peaks);
  for (let i: i32 = 0; i < outRows; i++) {
    const centre = i * stride;
    const low = max(0, centre - reach);
    const high = min(rows - 1, centre + reach);
    const weights = at(weight) + quarter(reach - centre);
    let inside: f32 = 0;
    const isWhole = centre - reach >= 0 && centre + reach < rows;
    if (!isWhole) for (let n = low; n <= high; n++) inside += load<f32>(weights + quarter(n));
    const outside = f32x4.splat(isWhole ? 0 : (<f32>1 - inside) * clean);
    for (let m: i32 = 0; m < peaks; m += 4) {
      let sum = outside;
      let row = at(from) + <usize>low * width + quarter(m);
      for (let n = low; n <= high; n++) {
        sum = f32x4.add(sum, f32x4.mul(f32x4.splat(load<f32>(weights + quarter(n))), v128.load(row)));
        row += width;
      }
      v128.store(at(out) + <usize>i * width + quarter(m), sum);
    }
  }
}

/** What a pass says at `count` heights of a plume and `rates` rates, then each but the first and last with its neighbours. */
export function mixHeights(
  row: i32,
  last: i32,
  rates: i32,
  peak: i32,
  count: i32,
  shift: f64,
  seen: f64,
  unseen: f64,
  side: f64,
  height: i32,
  out: i32,
): void {
  const stride = (rates + 1) & ~1;
  const scale = f64x2.splat(seen);
  const rest = f64x2.splat(unseen);
  for (let v: i32 = 0; v < count; v++) {
    const position = load<f64>(at(peak + v)) + shift;
    const whole = Math.floor(position);
    const u = f64x2.splat(position - whole);
    let from = at(row + <i32>Math.max(-rates - 1, Math.min(last, whole)));
    let to = at(height + v * stride);
    for (let q: i32 = 0; q < rates; q += 2) {
      const low = v128.load(from);
      const between = times(u, f64x2.sub(v128.load(from, 8), low));
      v128.store(to, plus(times(scale, plus(low, between)), rest));
      from += 16;
      to += 16;
    }
  }
  const middle = f64x2.splat(1 - 2 * side);
  const beside = f64x2.splat(side);
  const step = at(stride);
  for (let v: i32 = 1; v < count - 1; v++) {
    let from = at(height + v * stride);
    // Of an odd row the last store runs into the next row, which is written after it.
    let to = at(out + (v - 1) * rates);
    for (let q: i32 = 0; q < rates; q += 2) {
      const near = plus(v128.load(from - step), v128.load(from + step));
      v128.store(to, plus(times(middle, v128.load(from)), times(beside, near)));
      from += 16;
      to += 16;
    }
  }
}

/** Bytes of so many float32 numbers. */
function quarter(count: i32): usize {
  return <usize>(count << 2);
}
