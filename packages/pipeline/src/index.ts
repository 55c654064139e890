export * from './detect.ts';
export * from './fuse.ts';
export * from './ingest.ts';
export * from './locate.ts';
export * from './process.ts';
export { headlineOf, type ReportOptions, renderOverview, renderReport } from './report.ts';
export { LANGUAGES, type Language, type Params, sayCaveat, wordsIn } from './report-words.ts';
export * from './result.ts';
export * from './trace.ts';
