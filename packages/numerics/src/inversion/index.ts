export * from './background.ts';
export * from './flight.ts';
export * from './locate-sources.ts';
export type { SearchMap } from './null-result.ts';
export { type Passes, splitPasses } from './passes.ts';
export type { PlacePosterior, Raster } from './posterior.ts';
export * from './region.ts';
export { DEFAULT_SETTINGS, type InversionSettings } from './settings.ts';
export { findSpikes } from './spikes.ts';
