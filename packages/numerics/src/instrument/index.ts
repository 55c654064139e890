export { estimateLag, type LagFound, type LagOptions, type LagRefusal, type LagRefused } from './lag.ts';
export { noiseGrowth, type ResponseRows, type UndoneResponse, undoResponse } from './response.ts';
export type { TrackReadings } from './straight-runs.ts';
