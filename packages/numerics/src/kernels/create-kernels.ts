/**
 * The matrix kernels, compiled (WebAssembly, simd128) or plain; same bits either way. One instance a thread; it owns
 * one float64 memory in which the caller lays out its matrices.
 */
import type { MatrixKernels } from './matrix-kernels.ts';
import { createTwinKernels } from './matrix-twin.ts';
import { MATRIX_WASM_HEX } from './matrix-wasm.generated.ts';

/** The compiled kernels, or the plain ones where this engine has no WebAssembly with SIMD. */
export function createMatrixKernels(): MatrixKernels {
  return createWasmKernels() ?? createTwinKernels();
}

/** The compiled kernels, or undefined where this engine cannot run them. */
export function createWasmKernels(): MatrixKernels | undefined {
  const wasm = instantiate<MatrixExports>(MATRIX_WASM_HEX);
  if (wasm === undefined) return undefined;
  return {
    ...wasm,
    product: (a, rowCount, inner, aWidth, b, columns, out, isUpper) =>
      wasm.product(a, rowCount, inner, aWidth, b, columns, out, isUpper ? 1 : 0),
    cholesky: (a, count, width) => wasm.cholesky(a, count, width) === 1,
  };
}

const NUMBERS_A_PAGE = 8192; // WebAssembly pages are 64 KiB.

/** Functions of a module and its memory, or undefined where this engine cannot run it. */
export function instantiate<Functions>(hex: string): (Functions & Instance) | undefined {
  const engine = (globalThis as { readonly WebAssembly?: WasmEngine }).WebAssembly;
  if (engine === undefined) return undefined;
  let wasm: Functions & WasmMemory;
  try {
    const module = new engine.Module(Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16)));
    wasm = new engine.Instance(module).exports as Functions & WasmMemory;
  } catch {
    // No SIMD in this engine, or compilation forbidden by its policy: the plain kernels give the same numbers.
    return undefined;
  }
  let memory = new Float64Array(wasm.memory.buffer);
  return {
    ...wasm,
    kind: 'wasm',
    reserve(length) {
      if (memory.length < length) {
        wasm.memory.grow(Math.ceil((length - memory.length) / NUMBERS_A_PAGE));
        memory = new Float64Array(wasm.memory.buffer);
      }
      return memory;
    },
  };
}

interface Instance {
  readonly kind: 'wasm';
  reserve(length: number): Float64Array;
}

// The part of the WebAssembly interface used here; the pure packages load no browser or Node types.
interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}
interface WasmMemory {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}
interface MatrixExports {
  readonly gram: MatrixKernels['gram'];
  readonly product: (...numbers: number[]) => void;
  readonly shiftRows: MatrixKernels['shiftRows'];
  readonly rowDots: MatrixKernels['rowDots'];
  readonly weightedRowSum: MatrixKernels['weightedRowSum'];
  readonly cholesky: (a: number, count: number, width: number) => number;
  readonly solve: MatrixKernels['solve'];
}
