export * from './cube/index.ts';
export * from './detect.ts';
export * from './fuse.ts';
export * from './ingest.ts';
export * from './ingest-form.ts';
export * from './legs-for-estimate.ts';
export * from './locate.ts';
export {
  type DetectedRecording,
  type LocatedScene,
  type LocatedTogether,
  locateFlight,
  locateTogether,
  type TogetherOptions,
} from './locate-flight.ts';
export * from './located.ts';
export { type NextLeg, type NextLegOptions, type NextLegs, nextLegs } from './next-leg.ts';
export * from './process.ts';
export { headlineOf, type ReportOptions, renderReport } from './report.ts';
export {
  formatArea,
  formatDecimal,
  formatDistance,
  formatInterval,
  formatNumber,
  formatPeriod,
} from './report-format.ts';
export { renderOverview } from './report-overview.ts';
export { areaOf } from './report-sections.ts';
export { LANGUAGES, type Language, type Params, sayCaveat, wordsIn } from './report-words.ts';
export * from './result.ts';
export { type SeenMap, seenMapOf, toSeenFeatures } from './seen-map.ts';
export * from './sensitivity.ts';
export * from './stated.ts';
export * from './trace.ts';
