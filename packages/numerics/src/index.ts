export * from './dispersion/index.ts';
