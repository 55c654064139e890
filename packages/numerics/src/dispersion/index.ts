export * from './forward-model.ts';
export * from './gaussian-plume.ts';
export * from './open-path.ts';
export * from './plume-kernel.ts';
export * from './puff.ts';
export * from './special-functions.ts';
export * from './spread.ts';
export * from './wind-profile.ts';
