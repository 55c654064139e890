import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMatrixKernels } from '../scripts/build-kernels.ts';
import {
  createMatrixKernels,
  createTwinKernels,
  createWasmKernels,
  type MatrixKernels,
  paddedWidth,
} from '../src/kernels/index.ts';
import { MATRIX_WASM_HEX } from '../src/kernels/matrix-wasm.generated.ts';
import { symmetricEigen } from '../src/linalg/symmetric-eigen.ts';
import { invert, solveCholesky } from './support/published-filters.ts';
import { mulberry32 } from './support/spectral-columns.ts';

const shapes = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }),
  rowCount: fc.integer({ min: 1, max: 130 }),
  bands: fc.integer({ min: 1, max: 23 }),
});

/** The same numbers of widely different size and sign, zero padded, in the memory of both kernels. */
function fill(kernels: MatrixKernels, { seed, rowCount, bands }: { seed: number; rowCount: number; bands: number }) {
  const width = paddedWidth(bands);
  const rows4 = (rowCount + 3) & ~3;
  const at = { rows: 0, square: rows4 * width, vector: 0, list: 0, weights: 0, out: 0 };
  at.vector = at.square + width * width;
  at.list = at.vector + width;
  at.weights = at.list + rows4;
  at.out = at.weights + rows4;
  const length = at.out + rows4 * width;
  const memory = kernels.reserve(length);
  memory.fill(0, 0, length);
  const random = mulberry32(seed);
  const draw = () => (random() - 0.5) * 10 ** (6 * random() - 3);
  for (let i = 0; i < rowCount; i++) for (let b = 0; b < bands; b++) memory[at.rows + i * width + b] = draw();
  for (let b = 0; b < bands; b++) memory[at.vector + b] = draw();
  for (let i = 0; i < rowCount; i++) {
    memory[at.list + i] = Math.floor(random() * rowCount);
    memory[at.weights + i] = draw();
  }
  return { memory, at, width, rows4, length };
}

type Laid = ReturnType<typeof fill>;
const STEPS: Record<string, (k: MatrixKernels, laid: Laid, shape: { rowCount: number; bands: number }) => unknown> = {
  gram: (k, { at, width }, { rowCount }) => k.gram(at.rows, rowCount, width, at.square),
  product: (k, { at, width, rows4 }, { rowCount, bands }) => {
    k.gram(at.rows, rowCount, width, at.square);
    k.product(at.rows, rows4, bands, width, at.square, width, at.out, false);
  },
  'product with an upper triangle': (k, { at, width, rows4 }, { rowCount, bands }) => {
    k.gram(at.rows, rowCount, width, at.square);
    k.product(at.rows, rows4, bands, width, at.square, width, at.out, true);
  },
  shiftRows: (k, { at, width }, { rowCount }) => k.shiftRows(at.rows, rowCount, width, at.vector),
  'rowDots of all': (k, { at, width }, { rowCount }) => k.rowDots(at.rows, -1, rowCount, width, at.vector, at.out),
  'rowDots of a list': (k, { at, width }, { rowCount }) =>
    k.rowDots(at.rows, at.list, rowCount, width, at.vector, at.out),
  'weightedRowSum of all': (k, { at, width }, { rowCount }) =>
    k.weightedRowSum(at.rows, -1, rowCount, width, at.weights, at.out),
  'weightedRowSum of a list': (k, { at, width }, { rowCount }) =>
    k.weightedRowSum(at.rows, at.list, rowCount, width, at.weights, at.out),
  'cholesky and solve': (k, { memory, at, width }, { rowCount, bands }) => {
    k.gram(at.rows, rowCount, width, at.square);
    for (let b = 0; b < bands; b++) memory[at.square + b * (width + 1)] += 1 + memory[at.square + b * (width + 1)];
    const done = k.cholesky(at.square, bands, width);
    if (done) k.solve(at.square, width, at.vector);
    return done;
  },
};

describe('matrix kernels', () => {
  it('compiled ones run on this engine, so the comparisons below compare two things', () => {
    expect(createWasmKernels()?.kind).toBe('wasm');
    expect(createMatrixKernels().kind).toBe('wasm');
  });

  it('the committed module is what the sources compile to', async () => {
    expect(await compileMatrixKernels()).toBe(MATRIX_WASM_HEX);
  });

  it('plain ones stand in where WebAssembly is absent', () => {
    const { WebAssembly: engine } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'WebAssembly');
      expect(createMatrixKernels().kind).toBe('plain');
    } finally {
      globalThis.WebAssembly = engine;
    }
  });

  it.each(Object.keys(STEPS))('%s: compiled and plain give the same bits', (name) => {
    const [wasm, twin] = [createWasmKernels()!, createTwinKernels()];
    fc.assert(
      fc.property(shapes, (shape) => {
        const [a, b] = [fill(wasm, shape), fill(twin, shape)];
        const results = [STEPS[name](wasm, a, shape), STEPS[name](twin, b, shape)];
        expect(results[0]).toBe(results[1]);
        expect(bitsOf(a)).toEqual(bitsOf(b));
      }),
      { numRuns: 60 },
    );
  });

  it('a sum taken in another order is caught by the comparison of bits', () => {
    const shape = { seed: 7, rowCount: 40, bands: 9 };
    const [wasm, twin] = [createWasmKernels()!, createTwinKernels()];
    const [a, b] = [fill(wasm, shape), fill(twin, shape)];
    wasm.gram(a.at.rows, 40, a.width, a.at.square);
    twin.gram(b.at.rows + 20 * b.width, 20, b.width, b.at.square);
    twin.gram(b.at.rows, 20, b.width, b.at.square);
    expect(bitsOf(a)).not.toEqual(bitsOf(b));
  });

  it('cholesky and solve invert: against a textbook solution', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const kernels = createWasmKernels()!;
        const { memory, at, width } = fill(kernels, { ...shape, rowCount: shape.rowCount + shape.bands });
        kernels.gram(at.rows, shape.rowCount + shape.bands, width, at.square);
        const { bands } = shape;
        const matrix = new Float64Array(bands * bands);
        for (let i = 0; i < bands; i++) {
          memory[at.square + i * (width + 1)] *= 1.5;
          for (let j = 0; j <= i; j++)
            matrix[i * bands + j] = matrix[j * bands + i] = memory[at.square + i * width + j];
        }
        const b = memory.slice(at.vector, at.vector + bands);
        const wanted = solveCholesky(matrix, b);
        expect(kernels.cholesky(at.square, bands, width)).toBe(true);
        kernels.solve(at.square, width, at.vector);
        const scale = Math.max(...wanted.map(Math.abs));
        for (let k = 0; k < bands; k++)
          expect(Math.abs(memory[at.vector + k] - wanted[k])).toBeLessThanOrEqual(1e-10 * scale);
      }),
      { numRuns: 60 },
    );
  });

  it('a matrix that is not positive definite has no factor', () => {
    const kernels = createWasmKernels()!;
    const memory = kernels.reserve(16);
    memory.set([1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(kernels.cholesky(0, 4, 4)).toBe(false);
  });
});

function bitsOf({ memory, length }: Laid): BigUint64Array {
  return new BigUint64Array(memory.buffer, 0, length).slice();
}

describe('eigenvalues of a symmetric matrix', () => {
  it('give the matrix back, with orthonormal vectors and the right determinant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 14 }), (seed, n) => {
        const random = mulberry32(seed);
        const matrix = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random() < 0.2 ? 0 : random() - 0.5;
        }
        const { values, vectors } = symmetricEigen(matrix, n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let [again, unit] = [0, 0];
            for (let k = 0; k < n; k++) {
              again += vectors[i * n + k] * values[k] * vectors[j * n + k];
              unit += vectors[k * n + i] * vectors[k * n + j];
            }
            expect(again).toBeCloseTo(matrix[i * n + j], 12);
            expect(unit).toBeCloseTo(i === j ? 1 : 0, 12);
          }
        }
        expect([...values]).toEqual([...values].sort((a, b) => a - b));
        const shifted = matrix.map((value, k) => value + (k % (n + 1) === 0 ? 10 : 0));
        const lnDet = values.reduce((sum, value) => sum + Math.log(value + 10), 0);
        expect(lnDet).toBeCloseTo(invert(shifted, n).lnDeterminant, 10);
      }),
      { numRuns: 80 },
    );
  });

  it('refuses what is not a number', () => {
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(/NaN/);
  });
});
