export { type FixedLevels, fixedLevels } from './fixed-levels.ts';
export * from './locate-fixed-sources.ts';
export type { FixedSearchMap } from './null-map.ts';
export type { FixedPosterior } from './posterior.ts';
export * from './problem.ts';
export type { SearchArea } from './search.ts';
export { DEFAULT_FIXED_SETTINGS, type FixedSettings } from './settings.ts';
