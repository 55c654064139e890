/**
 * Eigenvalues and vectors of a real symmetric matrix: Householder's reduction to tridiagonal form, then QL with implicit
 * shifts (Golub & Van Loan, Matrix Computations, 4th ed., algorithms 8.3.1 and 8.3.3). A V = V diag(values).
 */
export interface SymmetricEigen {
  /** Ascending, [n]. */
  readonly values: Float64Array;
  /** Column j belongs to values[j], [n x n] row-major. */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60; // A matrix needs about two a value.

/** Decomposes `matrix` [n x n], row-major, of which the lower triangle is read. Throws where it is not finite. */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  if (!matrix.every(Number.isFinite)) throw new RangeError('A matrix with NaN or infinity in it has no eigenvalues.');
  const { diagonal, off, transposed } = tridiagonalise(matrix, n);
  rotateToDiagonal(diagonal, off, transposed, n);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[a] - diagonal[b]);
  const vectors = new Float64Array(n * n);
  for (const [j, from] of order.entries()) {
    for (let i = 0; i < n; i++) vectors[i * n + j] = transposed[from * n + i];
  }
  return { values: Float64Array.from(order, (from) => diagonal[from]), vectors };
}

/** A = Q T Q^T: diagonal and subdiagonal of T, and Q^T row by row. */
function tridiagonalise(matrix: Float64Array, n: number) {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = matrix[i * n + j];
  const transposed = new Float64Array(n * n);
  for (let i = 0; i < n; i++) transposed[i * n + i] = 1;
  const off = new Float64Array(n);
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    let norm = 0;
    for (let i = k + 1; i < n; i++) norm = Math.hypot(norm, a[i * n + k]);
    const alpha = a[(k + 1) * n + k] > 0 ? -norm : norm;
    off[k] = norm === 0 ? 0 : alpha;
    if (norm === 0) continue;
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k] - (i === k + 1 ? alpha : 0);
      square += v[i] * v[i];
    }
    if (square === 0) continue;
    const beta = 2 / square;
    // A <- H A H with H = 1 - beta v v^T, on the trailing block only.
    let vp = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * v[j];
      p[i] = beta * sum;
      vp += p[i] * v[i];
    }
    for (let i = k + 1; i < n; i++) p[i] -= (beta / 2) * vp * v[i];
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
    }
    applyReflection(transposed, v, beta, k + 1, n);
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), off, transposed };
}

/** Q^T <- H Q^T. */
function applyReflection(transposed: Float64Array, v: Float64Array, beta: number, from: number, n: number): void {
  const sums = new Float64Array(n);
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) sums[j] += v[i] * transposed[i * n + j];
  for (let i = from; i < n; i++) {
    const scale = beta * v[i];
    for (let j = 0; j < n; j++) transposed[i * n + j] -= scale * sums[j];
  }
}

/** QL with implicit Wilkinson shifts; turns `diagonal` into eigenvalues and the rows of `vectors` into their vectors. */
function rotateToDiagonal(diagonal: Float64Array, off: Float64Array, vectors: Float64Array, n: number): void {
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      while (
        high < n - 1 &&
        Math.abs(off[high]) > Number.EPSILON * (Math.abs(diagonal[high]) + Math.abs(diagonal[high + 1]))
      )
        high++;
      if (high === low) break;
      if (sweep === MAX_SWEEPS) throw new Error(`The eigenvalues of a ${n} x ${n} matrix did not converge.`);
      sweepUp(diagonal, off, vectors, n, low, high);
    }
  }
}

function sweepUp(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number, low: number, high: number): void {
  let g = (d[low + 1] - d[low]) / (2 * e[low]);
  const root = Math.hypot(g, 1);
  g = d[high] - d[low] + e[low] / (g + (g >= 0 ? root : -root));
  let [s, c, shift] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= shift;
      e[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    const rest = d[i + 1] - shift;
    const turn = (d[i] - rest) * s + 2 * c * b;
    shift = s * turn;
    d[i + 1] = rest + shift;
    g = c * turn - b;
    rotateRows(vectors, n, i, s, c);
  }
  d[low] -= shift;
  e[low] = g;
  e[high] = 0;
}

function rotateRows(vectors: Float64Array, n: number, i: number, s: number, c: number): void {
  const [first, second] = [i * n, (i + 1) * n];
  for (let k = 0; k < n; k++) {
    const [x, y] = [vectors[first + k], vectors[second + k]];
    vectors[second + k] = s * x + c * y;
    vectors[first + k] = c * x - s * y;
  }
}
