/**
 * The kernels of `assembly/matrix.ts` in plain TypeScript: the oracle of the compiled ones, and what runs where
 * WebAssembly with SIMD is absent. Every element's sum runs in the same order as there, so both give the same bits.
 */
import type { MatrixKernels } from './matrix-kernels.ts';

/** Kernels over one growing Float64Array. */
export function createTwinKernels(): MatrixKernels {
  let memory = new Float64Array(0);
  return {
    kind: 'plain',
    reserve(length) {
      if (memory.length < length) {
        const larger = new Float64Array(length);
        larger.set(memory);
        memory = larger;
      }
      return memory;
    },
    gram: (rows, rowCount, width, out) => gram(memory, rows, rowCount, width, out),
    product: (a, rowCount, inner, aWidth, b, columns, out, isUpper) =>
      product(memory, { a, rowCount, inner, aWidth, b, columns, out, isUpper }),
    shiftRows: (rows, rowCount, width, vector) => {
      for (let k = 0; k < rowCount; k++) {
        for (let b = 0; b < width; b++) memory[rows + k * width + b] -= memory[vector + b];
      }
    },
    rowDots: (rows, list, count, width, vector, out) => {
      for (let k = 0; k < count; k++) {
        const row = list < 0 ? k : memory[list + k];
        memory[out + k] = dot(memory, rows + row * width, vector, width);
      }
    },
    weightedRowSum: (rows, list, count, width, weights, out) => {
      memory.fill(0, out, out + width);
      for (let k = 0; k < count; k++) {
        const row = rows + (list < 0 ? k : memory[list + k]) * width;
        const weight = memory[weights + k];
        for (let b = 0; b < width; b++) memory[out + b] += weight * memory[row + b];
      }
    },
    cholesky: (a, count, width) => cholesky(memory, a, count, width),
    solve: (factor, width, x) => solve(memory, factor, width, x),
  };
}

function dot(m: Float64Array, a: number, b: number, count: number): number {
  let [s0, s1, s2, s3, tail] = [0, 0, 0, 0, 0];
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    s0 += m[a + i] * m[b + i];
    s1 += m[a + i + 1] * m[b + i + 1];
    s2 += m[a + i + 2] * m[b + i + 2];
    s3 += m[a + i + 3] * m[b + i + 3];
  }
  for (let i = whole; i < count; i++) tail += m[a + i] * m[b + i];
  return s0 + s2 + (s1 + s3) + tail;
}

function gram(m: Float64Array, rows: number, rowCount: number, width: number, out: number): void {
  for (let k = 0; k < rowCount; k++) {
    const row = rows + k * width;
    for (let i = 0; i < width; i++) {
      const value = m[row + i];
      // Whole tiles of four, as the compiled kernel: up to the end of the tile that holds the diagonal.
      const end = (i & ~3) + 4;
      for (let j = 0; j < end; j++) m[out + i * width + j] += value * m[row + j];
    }
  }
}

interface Product {
  readonly a: number;
  readonly rowCount: number;
  readonly inner: number;
  readonly aWidth: number;
  readonly b: number;
  readonly columns: number;
  readonly out: number;
  readonly isUpper: boolean;
}

function product(m: Float64Array, { a, rowCount, inner, aWidth, b, columns, out, isUpper }: Product): void {
  for (let i = 0; i < rowCount; i++) {
    const to = out + i * columns;
    m.fill(0, to, to + columns);
    for (let k = 0; k < inner; k++) {
      const value = m[a + i * aWidth + k];
      for (let j = isUpper ? k & ~3 : 0; j < columns; j++) m[to + j] += value * m[b + k * columns + j];
    }
  }
}

function cholesky(m: Float64Array, a: number, count: number, width: number): boolean {
  for (let i = 0; i < count; i++) {
    const row = a + i * width;
    for (let j = 0; j < i; j++) {
      const other = a + j * width;
      m[row + j] = (m[row + j] - dot(m, row, other, j)) / m[other + j];
    }
    const square = m[row + i] - dot(m, row, row, i);
    if (!(square > 0)) return false;
    m[row + i] = Math.sqrt(square);
  }
  for (let i = count; i < width; i++) m[a + i * width + i] = 1;
  return true;
}

function solve(m: Float64Array, factor: number, width: number, x: number): void {
  for (let i = 0; i < width; i++) {
    const row = factor + i * width;
    const whole = i & ~3;
    let [even, odd] = [0, 0];
    for (let j = 0; j < whole; j += 2) {
      even += m[row + j] * m[x + j];
      odd += m[row + j + 1] * m[x + j + 1];
    }
    let value = m[x + i] - (even + odd);
    for (let j = whole; j < i; j++) value -= m[x + j] * m[row + j];
    m[x + i] = value / m[row + i];
  }
  for (let i = width - 1; i >= 0; i--) {
    const row = factor + i * width;
    const value = m[x + i] / m[row + i];
    m[x + i] = value;
    for (let j = 0; j < i; j++) m[x + j] -= value * m[row + j];
  }
}
