/** Cholesky factor of a symmetric positive definite matrix and its two uses here. Row-major, lower triangle. */

/** L [n x n] with L L^T = A. @throws RangeError when A is not positive definite */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= factor[row + k]! * factor[other + k]!;
      factor[row + j] = sum / factor[other + j]!;
    }
    let rest = matrix[row + i]!;
    for (let k = 0; k < i; k++) rest -= factor[row + k]! ** 2;
    if (!(rest > 0)) throw new RangeError('The covariance is not positive definite: add a floor to its diagonal.');
    factor[row + i] = Math.sqrt(rest);
  }
  return factor;
}

/** L^-1 v [n]: v with the noise made white. */
export function whiten(factor: Float64Array, n: number, v: ArrayLike<number>): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = v[i]!;
    for (let k = 0; k < i; k++) sum -= factor[row + k]! * out[k]!;
    out[i] = sum / factor[row + i]!;
  }
  return out;
}

/** ln det(A). */
export function logDeterminant(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += 2 * Math.log(factor[i * n + i]!);
  return sum;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
