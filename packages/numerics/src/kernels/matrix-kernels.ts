/** The matrix kernels of the spectral filters: what they do and how their memory is laid out. */

/**
 * Places are counted in numbers from the start of the memory. Matrices are row-major with `width` numbers a row, a
 * multiple of 4 (`paddedWidth`), the padding zero. A list holds row numbers as float64; -1 in its place means all rows.
 */
export interface MatrixKernels {
  readonly kind: 'wasm' | 'plain';
  /** The memory, at least `length` numbers of it. Views got before are void after a call that grew it. */
  reserve(length: number): Float64Array;
  /** out [width x width], lower triangle: out += rows^T rows, every element summed in row order. */
  gram(rows: number, rowCount: number, width: number, out: number): void;
  /** out [rowCount x columns] = a [rowCount x inner] . b [inner x columns]; rowCount and columns multiples of 4. */
  product(
    a: number,
    rowCount: number,
    inner: number,
    aWidth: number,
    b: number,
    columns: number,
    out: number,
    isUpper: boolean,
  ): void;
  /** rows [rowCount x width] -= vector. */
  shiftRows(rows: number, rowCount: number, width: number, vector: number): void;
  /** out[k] = rows[list[k]] . vector. */
  rowDots(rows: number, list: number, count: number, width: number, vector: number, out: number): void;
  /** out [width] = sum over k of weights[k] rows[list[k]]. */
  weightedRowSum(rows: number, list: number, count: number, width: number, weights: number, out: number): void;
  /** Lower Cholesky factor in place; false where the matrix is not positive definite. */
  cholesky(a: number, count: number, width: number): boolean;
  /** Solves L L^T y = x in place of x, [width] with its padding zero. */
  solve(factor: number, width: number, x: number): void;
}

/** Numbers a row of `bands` takes: the next multiple of 4. */
export function paddedWidth(bands: number): number {
  return (bands + 3) & ~3;
}
