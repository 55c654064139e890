export { createCrossingKernels, createWasmCrossingKernels } from './create-crossing-kernels.ts';
export { createMatrixKernels, createWasmKernels } from './create-kernels.ts';
export type { CrossingKernels } from './crossing-kernels.ts';
export { createTwinCrossingKernels } from './crossing-twin.ts';
export * from './matrix-kernels.ts';
export { createTwinKernels } from './matrix-twin.ts';
