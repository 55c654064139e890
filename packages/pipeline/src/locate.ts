/** Where the gas comes from: the stage that turns one recording into source estimates or a null result. */
import type { Detection } from '@plumeline/core';
import type { IngestedRecording } from './ingest.ts';
import { locateFixed } from './locate-fixed.ts';
import { locateFlight } from './locate-flight.ts';
import type { Located, LocateOptions } from './located.ts';

/** Fixed instruments over a period, or a flight: by what the series is. */
export function locate(
  ingested: IngestedRecording,
  detections: readonly Detection[],
  options: LocateOptions,
): Located | Promise<Located> {
  const { series } = ingested;
  return series.instrument === undefined
    ? locateFlight(ingested, detections, options)
    : locateFixed(ingested, detections, options);
}
