export { createMatrixKernels, createWasmKernels } from './create-kernels.ts';
export * from './matrix-kernels.ts';
export { createTwinKernels } from './matrix-twin.ts';
