export { type FixedLevels, fixedLevels } from './fixed-levels.ts';
export * from './locate-fixed-sources.ts';
export type { FixedSearchMap } from './null-map.ts';
export type { SearchArea } from './place.ts';
export type { FixedPosterior } from './posterior.ts';
export type {
  FixedInstrument,
  FixedProblem,
  FixedStep,
  HeightNode,
  KnownSource as FixedKnownSource,
} from './problem.ts';
export { DEFAULT_FIXED_SETTINGS, type FixedSettings } from './settings.ts';
