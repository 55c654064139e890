export { type CandidateLeg, candidateLegs, type LegArea, type LegKind, type Platform } from './candidate-legs.ts';
export * from './detection-map.ts';
export type { ExpectedGain, SourceDraws } from './expected-gain.ts';
export { type Generator, seededGenerator } from './generator.ts';
export * from './next-leg.ts';
export { passProbability } from './pass-probability.ts';
export { drawsFromSummary, type PlaceRaster, type PosteriorSummary } from './posterior-draws.ts';
export {
  type CrossingSettings,
  DEFAULT_CROSSING,
  legLength_m,
  type SurveyConditions,
  type SurveyLeg,
} from './survey-model.ts';
