/** One finding with its whole chain, as the pipeline would store it; small enough to read. */
import type { Detection, MultiPolygon, NullResult, Recording, Site, SourceEstimate } from '@plumeline/core';
import { digestOf } from '@plumeline/core';

export const flightBytes = new TextEncoder().encode('time,lat,lon,ch4\n');
export const SOFTWARE = 'plumeline 0.0.0-test';

const square = (west: number, south: number, size: number): MultiPolygon => ({
  type: 'MultiPolygon',
  coordinates: [
    [
      [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
      ],
    ],
  ],
});

export interface Finding {
  readonly recording: Recording;
  readonly detection: Detection;
  readonly estimate: SourceEstimate;
  readonly site: Site;
  readonly nullResult: NullResult;
}

/** @param name also tells findings apart: ids follow from it */
export function findingNamed(name: string, options: { exercise?: boolean; profileDigest?: string } = {}): Finding {
  const exercise = options.exercise ?? false;
  const id = (prefix: string) => `${prefix}-${digestOf(new TextEncoder().encode(name)).slice(0, 20)}`;
  const provenance = {
    objects: [digestOf(flightBytes)],
    derivedFrom: [],
    profile: { name: 'test-flight', digest: options.profileDigest ?? digestOf(flightBytes) },
    software: SOFTWARE,
  };
  const from = (...derivedFrom: string[]) => ({ exercise, provenance: { ...provenance, derivedFrom } });
  const span = { startAt: '2026-03-01T15:00:00.000Z', endAt: '2026-03-01T15:10:00.000Z' };
  const region = { region50: square(-107.42, 24.79, 0.01), region90: square(-107.43, 24.78, 0.03) };
  const rate_kgph = { p05: 210, p50: 412, p95: 690 };
  const recording: Recording = {
    kind: 'recording',
    id: id('rec'),
    exercise,
    provenance,
    name,
    substance: 'methane',
    ...span,
    sampleCount: 600,
    excluded: [],
    files: [{ name: `${name}.csv`, digest: digestOf(flightBytes), bytes: flightBytes.length }],
    extent: [-107.5, 24.7, -107.3, 24.9],
  };
  const detection: Detection = {
    kind: 'detection',
    id: id('det'),
    ...from(recording.id),
    recordingId: recording.id,
    substance: 'methane',
    ...span,
    peakPosition: { lat: 24.8, lon: -107.4 },
    peakHeightAgl_m: 150,
    peakEnhancement_ppm: 0.4,
    peakEnhancementSd_ppm: 0.01,
    signalToNoise: 40,
    sampleCount: 12,
  };
  const estimate: SourceEstimate = {
    kind: 'source-estimate',
    id: id('est'),
    ...from(detection.id, recording.id),
    recordingIds: [recording.id],
    detectionIds: [detection.id],
    substance: 'methane',
    position: { lat: 24.795, lon: -107.415 },
    rate_kgph,
    ...region,
    lnBayesFactor: 31.5,
    firstObservedAt: span.startAt,
    lastObservedAt: span.endAt,
    posterior: {
      origin: { lat: 24.78, lon: -107.43 },
      corner: { lat: 24.81, lon: -107.4 },
      columns: 2,
      rows: 1,
      mass: [0.75, 0.25],
    },
    caveats: [{ code: 'wind-turned', params: { degrees: 40 } }],
  };
  const site: Site = {
    kind: 'site',
    id: id('sit'),
    ...from(estimate.id),
    label: 'S-7F3A',
    substance: 'methane',
    position: estimate.position,
    ...region,
    rate_kgph,
    lnBayesFactor: 31.5,
    sourceEstimateIds: [estimate.id],
    detectionIds: [detection.id],
    recordingIds: [recording.id],
    lastEmissionSeenAt: span.endAt,
    hypotheses: [{ key: 'lawful-facility', state: 'open' }],
  };
  const nullResult: NullResult = {
    kind: 'null-result',
    id: id('nul'),
    ...from(recording.id),
    recordingIds: [recording.id],
    substance: 'methane',
    ...span,
    lnBayesFactor: -2,
    searched: [{ rate_kgph: 100, region: square(-107.5, 24.7, 0.1) }],
    caveats: [],
  };
  return { recording, detection, estimate, site, nullResult };
}
