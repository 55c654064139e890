/**
 * Hot loops of the spectral filters, AssemblyScript with plain simd128 (f64x2). Same order of operations as the twin,
 * `matrix-twin.ts`, so that both give the same bits; no relaxed SIMD, no fused multiply-add. Arguments that name a
 * place are counted in float64 numbers from the start of the memory. `width` (numbers a row) is a multiple of 4.
 * Compiled by `packages/numerics/scripts/build-kernels.ts`.
 */

// Rows of one pass of `gram`: 48 rows of 72 bands are 27 kB, which stay in the first cache.
const ROW_BLOCK: i32 = 48;

function at(place: i32): usize {
  return (<usize>place) << 3;
}

/** Dot product: four partial sums over i mod 4, then the tail in order. */
function dot(a: usize, b: usize, count: i32): f64 {
  let sum01 = f64x2.splat(0);
  let sum23 = f64x2.splat(0);
  const whole = count & ~3;
  for (let i: i32 = 0; i < whole; i += 4) {
    const p = (<usize>i) << 3;
    sum01 = f64x2.add(sum01, f64x2.mul(v128.load(a + p), v128.load(b + p)));
    sum23 = f64x2.add(sum23, f64x2.mul(v128.load(a + p, 16), v128.load(b + p, 16)));
  }
  const pair = f64x2.add(sum01, sum23);
  let tail: f64 = 0;
  for (let i: i32 = whole; i < count; i++) {
    const p = (<usize>i) << 3;
    tail += load<f64>(a + p) * load<f64>(b + p);
  }
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1) + tail;
}

/** out [width x width], lower triangle by tiles of 4: out += rows^T rows, every element summed in row order. */
export function gram(rows: i32, rowCount: i32, width: i32, out: i32): void {
  for (let first: i32 = 0; first < rowCount; first += ROW_BLOCK) {
    const count = min(ROW_BLOCK, rowCount - first);
    const block = at(rows + first * width);
    for (let i: i32 = 0; i < width; i += 4) {
      for (let j: i32 = 0; j <= i; j += 4) gramTile(block, count, width, i, j, at(out + i * width + j));
    }
  }
}

function gramTile(block: usize, count: i32, width: i32, i: i32, j: i32, out: usize): void {
  const step = (<usize>width) << 3;
  const out1 = out + step;
  const out2 = out1 + step;
  const out3 = out2 + step;
  let s00 = v128.load(out);
  let s01 = v128.load(out, 16);
  let s10 = v128.load(out1);
  let s11 = v128.load(out1, 16);
  let s20 = v128.load(out2);
  let s21 = v128.load(out2, 16);
  let s30 = v128.load(out3);
  let s31 = v128.load(out3, 16);
  let a = block + ((<usize>i) << 3);
  let b = block + ((<usize>j) << 3);
  for (let k: i32 = 0; k < count; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load64_splat(a);
    s00 = f64x2.add(s00, f64x2.mul(a0, b0));
    s01 = f64x2.add(s01, f64x2.mul(a0, b1));
    const a1 = v128.load64_splat(a, 8);
    s10 = f64x2.add(s10, f64x2.mul(a1, b0));
    s11 = f64x2.add(s11, f64x2.mul(a1, b1));
    const a2 = v128.load64_splat(a, 16);
    s20 = f64x2.add(s20, f64x2.mul(a2, b0));
    s21 = f64x2.add(s21, f64x2.mul(a2, b1));
    const a3 = v128.load64_splat(a, 24);
    s30 = f64x2.add(s30, f64x2.mul(a3, b0));
    s31 = f64x2.add(s31, f64x2.mul(a3, b1));
    a += step;
    b += step;
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  v128.store(out1, s10);
  v128.store(out1, s11, 16);
  v128.store(out2, s20);
  v128.store(out2, s21, 16);
  v128.store(out3, s30);
  v128.store(out3, s31, 16);
}

/**
 * out [rowCount x columns] = a [rowCount x inner] b [inner x columns], sums in order of the inner index. rowCount and
 * columns are multiples of 4. `isUpper`: b is upper triangular, its rows below a tile's last column are passed over.
 */
export function product(
  a: i32,
  rowCount: i32,
  inner: i32,
  aWidth: i32,
  b: i32,
  columns: i32,
  out: i32,
  isUpper: i32,
): void {
  for (let i: i32 = 0; i < rowCount; i += 4) {
    for (let j: i32 = 0; j < columns; j += 4) {
      const count = isUpper ? min(inner, j + 4) : inner;
      productTile(at(a + i * aWidth), aWidth, at(b + j), columns, count, at(out + i * columns + j));
    }
  }
}

function productTile(a: usize, aWidth: i32, b: usize, columns: i32, count: i32, out: usize): void {
  const aStep = (<usize>aWidth) << 3;
  const step = (<usize>columns) << 3;
  let a0 = a;
  let a1 = a0 + aStep;
  let a2 = a1 + aStep;
  let a3 = a2 + aStep;
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  for (let k: i32 = 0; k < count; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load64_splat(a0);
    s00 = f64x2.add(s00, f64x2.mul(x0, b0));
    s01 = f64x2.add(s01, f64x2.mul(x0, b1));
    const x1 = v128.load64_splat(a1);
    s10 = f64x2.add(s10, f64x2.mul(x1, b0));
    s11 = f64x2.add(s11, f64x2.mul(x1, b1));
    const x2 = v128.load64_splat(a2);
    s20 = f64x2.add(s20, f64x2.mul(x2, b0));
    s21 = f64x2.add(s21, f64x2.mul(x2, b1));
    const x3 = v128.load64_splat(a3);
    s30 = f64x2.add(s30, f64x2.mul(x3, b0));
    s31 = f64x2.add(s31, f64x2.mul(x3, b1));
    a0 += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    b += step;
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  v128.store(out + step, s10);
  v128.store(out + step, s11, 16);
  v128.store(out + 2 * step, s20);
  v128.store(out + 2 * step, s21, 16);
  v128.store(out + 3 * step, s30);
  v128.store(out + 3 * step, s31, 16);
}

/** out[k] = rows[list[k]] . vector; the list holds row numbers as float64; `list` < 0 means every row in order. */
export function rowDots(rows: i32, list: i32, count: i32, width: i32, vector: i32, out: i32): void {
  for (let k: i32 = 0; k < count; k++) {
    const row = list < 0 ? k : <i32>load<f64>(at(list + k));
    store<f64>(at(out + k), dot(at(rows + row * width), at(vector), width));
  }
}

/** out [width] = sum over k, in order, of weights[k] rows[list[k]]. */
export function weightedRowSum(rows: i32, list: i32, count: i32, width: i32, weights: i32, out: i32): void {
  const target = at(out);
  const bytes = (<usize>width) << 3;
  for (let p: usize = 0; p < bytes; p += 16) v128.store(target + p, f64x2.splat(0));
  for (let k: i32 = 0; k < count; k++) {
    const row = at(rows + (list < 0 ? k : <i32>load<f64>(at(list + k))) * width);
    const weight = v128.load64_splat(at(weights + k));
    for (let p: usize = 0; p < bytes; p += 16) {
      v128.store(target + p, f64x2.add(v128.load(target + p), f64x2.mul(weight, v128.load(row + p))));
    }
  }
}

/** Lower Cholesky factor in place of the lower triangle of a [count x count]; 0 where a pivot is not positive. */
export function cholesky(a: i32, count: i32, width: i32): i32 {
  for (let i: i32 = 0; i < count; i++) {
    const row = at(a + i * width);
    for (let j: i32 = 0; j < i; j++) {
      const other = at(a + j * width);
      const here = row + ((<usize>j) << 3);
      store<f64>(here, (load<f64>(here) - dot(row, other, j)) / load<f64>(other + ((<usize>j) << 3)));
    }
    const pivot = row + ((<usize>i) << 3);
    const square = load<f64>(pivot) - dot(row, row, i);
    if (!(square > 0)) return 0;
    store<f64>(pivot, sqrt(square));
  }
  return 1;
}

/** Solves L L^T y = x in place of x [count]. */
export function solve(factor: i32, count: i32, width: i32, x: i32): void {
  const vector = at(x);
  for (let i: i32 = 0; i < count; i++) {
    const row = at(factor + i * width);
    const p = (<usize>i) << 3;
    store<f64>(vector + p, (load<f64>(vector + p) - dot(row, vector, i)) / load<f64>(row + p));
  }
  for (let i: i32 = count - 1; i >= 0; i--) {
    const row = at(factor + i * width);
    const last = (<usize>i) << 3;
    const value = load<f64>(vector + last) / load<f64>(row + last);
    store<f64>(vector + last, value);
    for (let p: usize = 0; p < last; p += 8) {
      store<f64>(vector + p, load<f64>(vector + p) - value * load<f64>(row + p));
    }
  }
}
