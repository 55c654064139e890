/**
 * The crossing kernels, compiled (WebAssembly, simd128) or plain; same bits either way. One instance a thread; it owns
 * one memory in which the caller lays out its tables.
 */
import { instantiate } from './create-kernels.ts';
import type { CrossingKernels } from './crossing-kernels.ts';
import { createTwinCrossingKernels } from './crossing-twin.ts';
import { CROSSING_WASM_HEX } from './crossing-wasm.generated.ts';

/** The compiled kernels, or the plain ones where this engine has no WebAssembly with SIMD. */
export function createCrossingKernels(): CrossingKernels {
  return createWasmCrossingKernels() ?? createTwinCrossingKernels();
}

/** The compiled kernels, or undefined where this engine cannot run them. */
export function createWasmCrossingKernels(): CrossingKernels | undefined {
  return instantiate<Omit<CrossingKernels, 'kind' | 'reserve'>>(CROSSING_WASM_HEX);
}
