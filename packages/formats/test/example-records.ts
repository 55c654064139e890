/** Small hand-made records for tests of writers: one methane source south-west of Elgin, its detection, site, track. */
import type { Detection, MultiPolygon, Recording, SampleSeries, Site, SourceEstimate } from '@plumeline/core';

const OBJECT = 'a'.repeat(64);
const PROVENANCE = {
  objects: [OBJECT],
  derivedFrom: ['rec-1'],
  profile: { name: 'example', digest: 'b'.repeat(64) },
  software: 'plumeline 0.0.0-test',
};

/** Square region, clockwise on purpose: writers must turn it round. */
export function squareAt(lat: number, lon: number, half_deg: number): MultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [lon - half_deg, lat - half_deg],
          [lon - half_deg, lat + half_deg],
          [lon + half_deg, lat + half_deg],
          [lon + half_deg, lat - half_deg],
          [lon - half_deg, lat - half_deg],
        ],
      ],
    ],
  };
}

export function exampleEstimate(change: Partial<SourceEstimate> = {}): SourceEstimate {
  return {
    kind: 'source-estimate',
    id: 'est-1',
    exercise: false,
    provenance: { ...PROVENANCE, derivedFrom: ['det-1', 'rec-1'] },
    recordingIds: ['rec-1'],
    detectionIds: ['det-1'],
    substance: 'methane',
    position: { lat: 57.0116, lon: 1.8385 },
    rate_kgph: { p05: 1500.5, p50: 4100.5, p95: 9100.5 },
    region50: squareAt(57.0116, 1.8385, 0.01),
    region90: squareAt(57.0116, 1.8385, 0.03),
    lnBayesFactor: 42.5,
    firstObservedAt: '2012-04-03T13:45:00.000Z',
    lastObservedAt: '2012-04-03T15:45:00.000Z',
    posterior: {
      origin: { lat: 56.98, lon: 1.8 },
      corner: { lat: 57.04, lon: 1.88 },
      columns: 2,
      rows: 2,
      mass: [0.1, 0.2, 0.3, 0.4],
    },
    caveats: [],
    ...change,
  };
}

export function exampleDetection(change: Partial<Detection> = {}): Detection {
  return {
    kind: 'detection',
    id: 'det-1',
    exercise: false,
    provenance: PROVENANCE,
    recordingId: 'rec-1',
    substance: 'methane',
    startAt: '2012-04-03T14:00:00.000Z',
    endAt: '2012-04-03T14:01:00.000Z',
    peakPosition: { lat: 56.97, lon: 1.7 },
    peakHeightAgl_m: 60,
    peakEnhancement_ppm: 0.458,
    peakEnhancementSd_ppm: 0.004,
    signalToNoise: 114,
    sampleCount: 31,
    ...change,
  };
}

export function exampleSite(change: Partial<Site> = {}): Site {
  const { position, region50, region90, rate_kgph, lnBayesFactor, substance } = exampleEstimate();
  return {
    kind: 'site',
    id: 'sit-7f3a0000',
    exercise: false,
    provenance: { ...PROVENANCE, derivedFrom: ['est-1'] },
    label: 'S-7F3A',
    ...{ position, region50, region90, rate_kgph, lnBayesFactor, substance },
    sourceEstimateIds: ['est-1'],
    detectionIds: ['det-1'],
    recordingIds: ['rec-1'],
    lastEmissionSeenAt: '2012-04-03T14:01:00.000Z',
    hypotheses: [{ key: 'lawful-facility', state: 'open' }],
    ...change,
  };
}

export function exampleRecording(change: Partial<Recording> = {}): Recording {
  return {
    kind: 'recording',
    id: 'rec-1',
    exercise: false,
    provenance: { ...PROVENANCE, derivedFrom: [] },
    name: 'flight one',
    substance: 'methane',
    startAt: '2012-04-03T14:00:00.000Z',
    endAt: '2012-04-03T14:00:05.000Z',
    sampleCount: 6,
    excluded: [],
    files: [{ name: 'flight.csv', digest: OBJECT, bytes: 1234 }],
    extent: [1.7, 56.97, 1.75, 57],
    ...change,
  };
}

/** Six samples on two legs of three, one second apart. */
export function exampleSeries(change: Partial<SampleSeries> = {}): SampleSeries {
  const six = (f: (i: number) => number) => Float64Array.from({ length: 6 }, (_, i) => f(i));
  return {
    substance: 'methane',
    count: 6,
    time_s: six((i) => Date.UTC(2012, 3, 3, 14) / 1000 + i),
    lat_deg: six((i) => 56.97 + 0.001 * i),
    lon_deg: six((i) => 1.7 + 0.01 * i),
    heightAgl_m: six(() => 60),
    moleFraction_ppm: six((i) => 1.9 + (i === 2 ? 0.4 : 0)),
    windEast_mps: six(() => -9.8),
    windNorth_mps: six(() => -6.5),
    leg: Int32Array.of(0, 0, 0, 1, 1, 1),
    source: { files: ['flight.csv'], file: new Int32Array(6), row: Int32Array.of(2, 3, 4, 5, 6, 7) },
    context: { lag_s: 0, averaging_s: 1, airTemperature_K: 288, airPressure_Pa: 101_325 },
    excluded: [],
    ...change,
  };
}
