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
  // Columns outside: the four columns of b that a tile reads stay in the first cache for all rows.
  for (let j: i32 = 0; j < columns; j += 4) {
    const count = isUpper ? min(inner, j + 4) : inner;
    for (let i: i32 = 0; i < rowCount; i += 4) {
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

/** rows -= vector, row by row. */
export function shiftRows(rows: i32, rowCount: i32, width: i32, vector: i32): void {
  const bytes = (<usize>width) << 3;
  const shift = at(vector);
  let row = at(rows);
  for (let k: i32 = 0; k < rowCount; k++) {
    for (let p: usize = 0; p < bytes; p += 16) {
      v128.store(row + p, f64x2.sub(v128.load(row + p), v128.load(shift + p)));
    }
    row += bytes;
  }
}

function rowAt(rows: i32, list: i32, k: i32, width: i32): usize {
  return at(rows + (list < 0 ? k : <i32>load<f64>(at(list + k))) * width);
}

function total(sum01: v128, sum23: v128): f64 {
  const pair = f64x2.add(sum01, sum23);
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

/** out[k] = rows[list[k]] . vector; the list holds row numbers as float64; `list` < 0 means every row in order. */
export function rowDots(rows: i32, list: i32, count: i32, width: i32, vector: i32, out: i32): void {
  const v = at(vector);
  const bytes = (<usize>width) << 3;
  const fours = count & ~3;
  // Four rows at once, each with the partial sums of `dot`: eight independent chains.
  for (let k: i32 = 0; k < fours; k += 4) {
    const r0 = rowAt(rows, list, k, width);
    const r1 = rowAt(rows, list, k + 1, width);
    const r2 = rowAt(rows, list, k + 2, width);
    const r3 = rowAt(rows, list, k + 3, width);
    let a0 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let a2 = f64x2.splat(0);
    let b2 = f64x2.splat(0);
    let a3 = f64x2.splat(0);
    let b3 = f64x2.splat(0);
    for (let p: usize = 0; p < bytes; p += 32) {
      const v0 = v128.load(v + p);
      const v1 = v128.load(v + p, 16);
      a0 = f64x2.add(a0, f64x2.mul(v128.load(r0 + p), v0));
      b0 = f64x2.add(b0, f64x2.mul(v128.load(r0 + p, 16), v1));
      a1 = f64x2.add(a1, f64x2.mul(v128.load(r1 + p), v0));
      b1 = f64x2.add(b1, f64x2.mul(v128.load(r1 + p, 16), v1));
      a2 = f64x2.add(a2, f64x2.mul(v128.load(r2 + p), v0));
      b2 = f64x2.add(b2, f64x2.mul(v128.load(r2 + p, 16), v1));
      a3 = f64x2.add(a3, f64x2.mul(v128.load(r3 + p), v0));
      b3 = f64x2.add(b3, f64x2.mul(v128.load(r3 + p, 16), v1));
    }
    const to = at(out + k);
    store<f64>(to, total(a0, b0));
    store<f64>(to, total(a1, b1), 8);
    store<f64>(to, total(a2, b2), 16);
    store<f64>(to, total(a3, b3), 24);
  }
  for (let k: i32 = fours; k < count; k++) store<f64>(at(out + k), dot(rowAt(rows, list, k, width), v, width));
}

/** out [width] = sum over k, in order, of weights[k] rows[list[k]]. */
export function weightedRowSum(rows: i32, list: i32, count: i32, width: i32, weights: i32, out: i32): void {
  const target = at(out);
  const bytes = (<usize>width) << 3;
  const fours = count & ~3;
  for (let p: usize = 0; p < bytes; p += 16) v128.store(target + p, f64x2.splat(0));
  for (let k: i32 = 0; k < fours; k += 4) {
    const r0 = rowAt(rows, list, k, width);
    const r1 = rowAt(rows, list, k + 1, width);
    const r2 = rowAt(rows, list, k + 2, width);
    const r3 = rowAt(rows, list, k + 3, width);
    const w = at(weights + k);
    const w0 = v128.load64_splat(w);
    const w1 = v128.load64_splat(w, 8);
    const w2 = v128.load64_splat(w, 16);
    const w3 = v128.load64_splat(w, 24);
    for (let p: usize = 0; p < bytes; p += 16) {
      let sum = f64x2.add(v128.load(target + p), f64x2.mul(w0, v128.load(r0 + p)));
      sum = f64x2.add(sum, f64x2.mul(w1, v128.load(r1 + p)));
      sum = f64x2.add(sum, f64x2.mul(w2, v128.load(r2 + p)));
      v128.store(target + p, f64x2.add(sum, f64x2.mul(w3, v128.load(r3 + p))));
    }
  }
  for (let k: i32 = fours; k < count; k++) {
    const row = rowAt(rows, list, k, width);
    const weight = v128.load64_splat(at(weights + k));
    for (let p: usize = 0; p < bytes; p += 16) {
      v128.store(target + p, f64x2.add(v128.load(target + p), f64x2.mul(weight, v128.load(row + p))));
    }
  }
}

/**
 * Lower Cholesky factor in place of the lower triangle of a [count x count], its padding [width x width] made unit;
 * 0 where a pivot is not positive.
 */
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
  for (let i: i32 = count; i < width; i++) store<f64>(at(a + i * width + i), 1);
  return 1;
}

/**
 * Solves L L^T y = x in place of x [width], four rows at a time. The padding of L has ones on its diagonal (`cholesky`
 * writes them), so padded x stays zero.
 */
export function solve(factor: i32, width: i32, x: i32): void {
  const vector = at(x);
  const step = (<usize>width) << 3;
  const size = (<usize>width) << 3;
  for (let i: usize = 0; i < size; i += 32) forwardFour(at(factor) + (i >> 3) * step, step, vector, i);
  for (let i: usize = size; i > 0; i -= 32) backwardFour(at(factor) + ((i - 32) >> 3) * step, step, vector, i - 32);
}

/** x[i .. i+3] from the rows of L that start at `row`; `i` in bytes. Sums over even and odd columns before i. */
function forwardFour(row: usize, step: usize, x: usize, i: usize): void {
  const r1 = row + step;
  const r2 = r1 + step;
  const r3 = r2 + step;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  for (let p: usize = 0; p < i; p += 16) {
    const v = v128.load(x + p);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(row + p), v));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(r1 + p), v));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(r2 + p), v));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(r3 + p), v));
  }
  const x0 = (load<f64>(x + i) - both(s0)) / load<f64>(row + i);
  const x1 = (load<f64>(x + i, 8) - both(s1) - x0 * load<f64>(r1 + i)) / load<f64>(r1 + i, 8);
  const x2 =
    (load<f64>(x + i, 16) - both(s2) - x0 * load<f64>(r2 + i) - x1 * load<f64>(r2 + i, 8)) / load<f64>(r2 + i, 16);
  const x3 =
    (load<f64>(x + i, 24) -
      both(s3) -
      x0 * load<f64>(r3 + i) -
      x1 * load<f64>(r3 + i, 8) -
      x2 * load<f64>(r3 + i, 16)) /
    load<f64>(r3 + i, 24);
  store<f64>(x + i, x0);
  store<f64>(x + i, x1, 8);
  store<f64>(x + i, x2, 16);
  store<f64>(x + i, x3, 24);
}

function both(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** x[i .. i+3] of L^T y = x, then their part taken from every x before i, last row first. */
function backwardFour(row: usize, step: usize, x: usize, i: usize): void {
  const r1 = row + step;
  const r2 = r1 + step;
  const r3 = r2 + step;
  const x3 = load<f64>(x + i, 24) / load<f64>(r3 + i, 24);
  const x2 = (load<f64>(x + i, 16) - x3 * load<f64>(r3 + i, 16)) / load<f64>(r2 + i, 16);
  const x1 = (load<f64>(x + i, 8) - x3 * load<f64>(r3 + i, 8) - x2 * load<f64>(r2 + i, 8)) / load<f64>(r1 + i, 8);
  const x0 =
    (load<f64>(x + i) - x3 * load<f64>(r3 + i) - x2 * load<f64>(r2 + i) - x1 * load<f64>(r1 + i)) / load<f64>(row + i);
  store<f64>(x + i, x0);
  store<f64>(x + i, x1, 8);
  store<f64>(x + i, x2, 16);
  store<f64>(x + i, x3, 24);
  const v0 = f64x2.splat(x0);
  const v1 = f64x2.splat(x1);
  const v2 = f64x2.splat(x2);
  const v3 = f64x2.splat(x3);
  for (let p: usize = 0; p < i; p += 16) {
    let value = f64x2.sub(v128.load(x + p), f64x2.mul(v3, v128.load(r3 + p)));
    value = f64x2.sub(value, f64x2.mul(v2, v128.load(r2 + p)));
    value = f64x2.sub(value, f64x2.mul(v1, v128.load(r1 + p)));
    v128.store(x + p, f64x2.sub(value, f64x2.mul(v0, v128.load(row + p))));
  }
}
