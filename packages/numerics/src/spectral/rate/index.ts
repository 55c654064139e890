export {
  type Cause,
  type EmissionRate,
  emissionRate,
  type Interval as RateInterval,
  RATE_SETTINGS,
  type RateOptions,
  type RateSettings,
} from './emission-rate.ts';
export { type AmountMap, type Background as AmountBackground, massPerPpmM, ringBackground } from './plume-mass.ts';
export { type SearchedMap, type SeenOptions, seenProbability, seenProbabilityMap } from './seen-probability.ts';
export { type SourcePoint, sourcePoint, type WindInImage } from './source-point.ts';
