export * from './dispersion/index.ts';
export * from './inversion/index.ts';
