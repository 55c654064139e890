export * from './cube/index.ts';
export { BRIEFING_FILE_NAME, type Exercise, type ExerciseOptions, makeExercise, type NamedBytes } from './exercise.ts';
export type { BriefedFlight, Briefing } from './exercise-files.ts';
export {
  type FlightOptions,
  type FlightSource,
  type FlightStyle,
  type FlightWithTruth,
  makeFlight,
  type TrueSource,
} from './make-flight.ts';
export { type Random, randomFrom } from './random.ts';
export { formatScore } from './score/format-score.ts';
export {
  type ExerciseScore,
  MATCHING_DISTANCE_M,
  type ScoredEstimate,
  type ScoreOptions,
  type Share,
  type SourceScore,
  type SpuriousEstimate,
  scoreExercise,
} from './score/score-exercise.ts';
export { SEALED_FILE_NAME } from './seal.ts';
