export * from './digest.ts';
export * from './errors.ts';
export * from './geodesy.ts';
export * from './geometry.ts';
export * from './model.ts';
export * from './ports.ts';
export * from './regions.ts';
export * from './samples.ts';
