export * from './dispersion/index.ts';
export * from './fixed/index.ts';
export * from './instrument/index.ts';
export * from './inversion/index.ts';
export * from './kernels/index.ts';
export * from './planning/index.ts';
export * from './spectral/retrieval/index.ts';
