/** Small dense symmetric matrices, row-major in one Float64Array: what the class filter needs, no more. */

/** Lower Cholesky factor of a [n x n]. @throws RangeError when the matrix is not positive definite. */
export function choleskyFactor(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i > j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else throw new RangeError(`The band covariance is not positive definite at band ${j}: two bands may be copies.`);
    }
  return l;
}

/** x with L x = b. */
export function solveLower(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k];
    x[i] = sum / l[i * n + i];
  }
  return x;
}

/** x with L^T x = b. */
export function solveLowerTransposed(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i];
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i] * x[k];
    x[i] = sum / l[i * n + i];
  }
  return x;
}

/** x with A x = b from the Cholesky factor of A. */
export function solveFactored(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  return solveLowerTransposed(l, n, solveLower(l, n, b));
}

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** [vector x n], one row a vector. */
  readonly vectors: Float64Array;
}

const JACOBI_SWEEPS = 30;

/** Cyclic Jacobi (Golub & Van Loan 8.5): eigenvalues descending, rows of `vectors` orthonormal. */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q] ** 2;
    if (off <= 1e-22 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    vectors.set(v.subarray(from * n, from * n + n), to * n);
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors };
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk, vp, vq] = [a[p * n + k], a[q * n + k], v[p * n + k], v[q * n + k]];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
  }
}

/**
 * Sum of x x^T over the pixels of a list, upper triangle [n x n]; `read` fills a pixel's vector. Four pixels a pass, so
 * that the sum is read and written a quarter as often.
 */
export function outerSum(
  pixels: ArrayLike<number>,
  n: number,
  read: (pixel: number, x: Float64Array) => void,
): Float64Array {
  const sum = new Float64Array(n * n);
  const [x0, x1, x2, x3] = [0, 1, 2, 3].map(() => new Float64Array(n));
  for (let from = 0; from < pixels.length; from += 4) {
    [x0, x1, x2, x3].forEach((x, k) => {
      if (from + k < pixels.length) read(pixels[from + k], x);
      else x.fill(0);
    });
    for (let i = 0; i < n; i++) {
      const [a, b, c, d] = [x0[i], x1[i], x2[i], x3[i]];
      for (let j = i, at = i * n + i; j < n; j++, at++) sum[at] += a * x0[j] + b * x1[j] + c * x2[j] + d * x3[j];
    }
  }
  return sum;
}

/** Copies the upper triangle down and divides by `count`. */
export function finishOuter(sum: Float64Array, n: number, count: number): Float64Array {
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) {
      const value = sum[i * n + j] / count;
      sum[i * n + j] = value;
      sum[j * n + i] = value;
    }
  return sum;
}
