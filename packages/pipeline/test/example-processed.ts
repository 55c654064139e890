/** A processed recording made by hand, and its null twin: for tests of what is written from it. */
import type { MultiPolygon, NullResult } from '@plumeline/core';
import {
  exampleDetection,
  exampleEstimate,
  exampleRecording,
  exampleSeries,
  exampleSite,
  squareAt,
} from '../../formats/test/example-records.ts';
import type { ProcessedRecording } from '../src/process.ts';

export function exampleProcessed(change: Partial<ProcessedRecording> = {}): ProcessedRecording {
  const series = exampleSeries();
  const background_ppm = new Float64Array(series.count).fill(1.9);
  return {
    recording: exampleRecording(),
    series,
    detections: [exampleDetection({ startAt: '2012-04-03T14:00:01.000Z', endAt: '2012-04-03T14:00:03.000Z' })],
    located: {
      sources: [exampleEstimate()],
      series: { background_ppm, fitted_ppm: background_ppm.map((b) => b + 0.01) },
    },
    sites: [exampleSite()],
    ...change,
  };
}

export function exampleNull(change: Partial<NullResult> = {}): ProcessedRecording {
  const processed = exampleProcessed();
  const { recording } = processed;
  const region: MultiPolygon = squareAt(56.98, 1.72, 0.05);
  const nullResult: NullResult = {
    kind: 'null-result',
    id: 'nul-1',
    exercise: false,
    provenance: recording.provenance,
    recordingIds: [recording.id],
    substance: 'methane',
    startAt: recording.startAt,
    endAt: recording.endAt,
    lnBayesFactor: -1.2,
    searched: [{ rate_kgph: 25, region }],
    upperLimit_kgph: 31.4,
    caveats: [],
    ...change,
  };
  return { ...processed, detections: [], sites: [], located: { ...processed.located, sources: [], nullResult } };
}
