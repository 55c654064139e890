/** Small records that hang together, numbered so that their ids differ. */
import {
  type Detection,
  digestOf,
  type MultiPolygon,
  type NullResult,
  type PlumelineRecord,
  type Position,
  type Provenance,
  type Recording,
  recordIdOf,
  type Site,
  type SourceEstimate,
} from '@plumeline/core';

export interface SampleOptions {
  readonly exercise?: boolean;
  /** Where the source is. */
  readonly at?: Position;
}

export interface SampleChain {
  readonly recording: Recording;
  readonly detection: Detection;
  readonly estimate: SourceEstimate;
  readonly nullResult: NullResult;
  readonly site: Site;
  /** Nearest to the bytes first. */
  readonly all: readonly PlumelineRecord[];
}

const CULIACAN: Position = { lat: 24.8, lon: -107.4 };

/** recording -> detection -> estimate -> site, and a null result of the same recording. */
export function sampleChain(number: number, { exercise = false, at = CULIACAN }: SampleOptions = {}): SampleChain {
  const file = digestOf(new TextEncoder().encode(`file ${number}`));
  const provenance = (derivedFrom: readonly string[]): Provenance => ({
    objects: [file],
    derivedFrom,
    profile: { name: 'sample', digest: digestOf(new Uint8Array()) },
    software: 'plumeline 0.1.0',
    seed: number,
  });
  const id = (kind: PlumelineRecord['kind']) => recordIdOf(kind, { number, exercise, at });
  const startAt = new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString();
  const endAt = new Date(Date.UTC(2026, 0, 1, 1, number)).toISOString();
  const facts = { exercise, substance: 'methane' };

  const recording: Recording = {
    ...facts,
    kind: 'recording',
    id: id('recording'),
    provenance: provenance([]),
    name: `flight-${number}.csv`,
    startAt,
    endAt,
    sampleCount: 3600,
    excluded: [],
    files: [{ name: `flight-${number}.csv`, digest: file, bytes: 120_000 }],
    extent: [at.lon - 0.1, at.lat - 0.1, at.lon + 0.1, at.lat + 0.1],
  };
  const detection: Detection = {
    ...facts,
    kind: 'detection',
    id: id('detection'),
    provenance: provenance([recording.id]),
    recordingId: recording.id,
    startAt,
    endAt,
    peakPosition: { lat: at.lat + 0.02, lon: at.lon },
    peakEnhancement_ppm: 1.5e-7,
    peakEnhancementSd_ppm: 0.1,
    signalToNoise: 12.25,
    sampleCount: 17,
  };
  const found = {
    position: at,
    rate_kgph: { p05: 1, p50: 2, p95: 4 },
    region50: squareAround(at, 0.01),
    region90: squareAround(at, 0.03),
    lnBayesFactor: 31.5,
    detectionIds: [detection.id],
    recordingIds: [recording.id],
  };
  const estimate: SourceEstimate = {
    ...facts,
    ...found,
    kind: 'source-estimate',
    id: id('source-estimate'),
    provenance: provenance([detection.id, recording.id]),
    firstObservedAt: startAt,
    lastObservedAt: endAt,
    posterior: { origin: at, corner: at, columns: 2, rows: 1, mass: [0.25, 0.75] },
    caveats: [],
  };
  const nullResult: NullResult = {
    ...facts,
    kind: 'null-result',
    id: id('null-result'),
    provenance: provenance([recording.id]),
    recordingIds: [recording.id],
    startAt,
    endAt,
    lnBayesFactor: 0.4,
    searched: [{ rate_kgph: 5, region: squareAround(at, 0.05) }],
    caveats: [],
  };
  const site: Site = {
    ...facts,
    ...found,
    kind: 'site',
    id: id('site'),
    provenance: provenance([estimate.id]),
    label: `S-${number}`,
    sourceEstimateIds: [estimate.id],
    lastEmissionSeenAt: endAt,
    hypotheses: [{ key: 'lawful-facility', state: 'open' }],
  };
  return { recording, detection, estimate, nullResult, site, all: [recording, detection, estimate, nullResult, site] };
}

function squareAround({ lat, lon }: Position, half_deg: number): MultiPolygon {
  const [west, south, east, north] = [lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg];
  const ring: [number, number][] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'MultiPolygon', coordinates: [[ring]] };
}
