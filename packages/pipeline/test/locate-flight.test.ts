import { regionContains } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { detect } from '../src/detect.ts';
import type { IngestedRecording } from '../src/ingest.ts';
import { locate } from '../src/locate.ts';
import { ELGIN, ELGIN_WIND_TO_DEG, errorOf, hasFlightData, locateElgin, locateSimFlight } from './flight-score.ts';

const OPTIONS = { software: 'plumeline test' };

/** A short pass through a bump of gas, ten kilometres of clean air otherwise. */
function bumpRecording(withWind: boolean): IngestedRecording {
  const count = 300;
  const column = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));
  const series: IngestedRecording['series'] = {
    substance: 'methane',
    count,
    time_s: column((i) => 1_700_000_000 + i),
    lat_deg: column(() => 24.8),
    lon_deg: column((i) => -107.4 + i * 1e-4),
    heightAgl_m: column(() => 20),
    moleFraction_ppm: column((i) => 2 + 0.003 * Math.sin(i * 12.9898) + 0.4 * Math.exp(-0.5 * ((i - 150) / 4) ** 2)),
    ...(withWind ? { windEast_mps: column(() => 0), windNorth_mps: column(() => -4) } : {}),
    source: { files: ['bump.csv'], file: new Int32Array(count), row: new Int32Array(count) },
    context: { lag_s: 0, averaging_s: 0, noise_ppm: 0.003, airTemperature_K: 290, airPressure_Pa: 1e5 },
    excluded: [],
  };
  const provenance = {
    objects: ['0'.repeat(64)],
    derivedFrom: [],
    profile: { name: 'bump', digest: '1'.repeat(64) },
    software: 'x',
  };
  const recording: IngestedRecording['recording'] = {
    id: 'rec-bump',
    kind: 'recording',
    exercise: true,
    provenance,
    name: 'bump',
    substance: 'methane',
    startAt: '2023-11-14T22:13:20.000Z',
    endAt: '2023-11-14T22:18:19.000Z',
    sampleCount: count,
    excluded: [],
    files: [],
    extent: [-107.4, 24.8, -107.37, 24.8],
  };
  return { recording, series };
}

describe('detect', () => {
  it('finds one exceedance where the bump is, with its size and doubt', () => {
    const found = detect(bumpRecording(true));
    expect(found).toHaveLength(1);
    const [bump] = found;
    expect(bump!.peakEnhancement_ppm).toBeCloseTo(0.4, 1);
    expect(bump!.peakEnhancementSd_ppm).toBeGreaterThan(0.002);
    expect(bump!.signalToNoise).toBeGreaterThan(50);
    expect(bump!.peakPosition.lon).toBeCloseTo(-107.385, 3);
    expect(bump!.exercise).toBe(true);
    expect(bump!.provenance.derivedFrom).toEqual(['rec-bump']);
  });

  it('does not call a single jump a plume', () => {
    const { recording, series } = bumpRecording(true);
    const value = Float64Array.from(series.moleFraction_ppm);
    value[40] += 0.5;
    expect(detect({ recording, series: { ...series, moleFraction_ppm: value } })).toHaveLength(1);
  });
});

describe('locateFlight', () => {
  it('refuses a flight without wind and says what to add', () => {
    const ingested = bumpRecording(false);
    expect(() => locate(ingested, detect(ingested), OPTIONS)).toThrow(/wind/i);
  });

  it('stops when cancelled', () => {
    const ingested = bumpRecording(true);
    const cancel = () => locate(ingested, [], { ...OPTIONS, cancellation: { aborted: true } });
    expect(cancel).toThrow('Cancelled');
  });

  it('gives a source or a null result with series of the flight, and says what it assumed', async () => {
    const ingested = bumpRecording(true);
    const detections = detect(ingested);
    const { sources, nullResult, series } = await locate(ingested, detections, OPTIONS);
    expect(series.background_ppm).toHaveLength(300);
    expect(series.fitted_ppm).toHaveLength(300);
    expect(sources.length > 0).toBe(nullResult === undefined);
    const record = sources[0] ?? nullResult!;
    expect(record.exercise).toBe(true);
    expect(record.caveats.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['turbulence-assumed', 'search-area-assumed']),
    );
    const again = await locate(ingested, detections, OPTIONS);
    expect(JSON.stringify(again.sources)).toBe(JSON.stringify(sources));
  });

  it.skipIf(!hasFlightData)(
    'locates simulated flights that were not used in choosing settings',
    async () => {
      const distances: number[] = [];
      let inside = 0;
      for (const name of ['f1_1003', 'f1_2027', 'f1_2051', 'f1_2063', 'f1_2087', 'f1_2111']) {
        const { located, truth } = await locateSimFlight(name);
        const [best] = located.sources;
        expect(best, name).toBeDefined();
        distances.push(errorOf(best!, truth[0]!).distance_m);
        if (regionContains(best!.region90, truth[0]!)) inside++;
        expect(best!.posterior.mass.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 3);
        expect(best!.provenance.derivedFrom.length).toBeGreaterThan(1);
      }
      distances.sort((a, b) => a - b);
      expect(distances[3]).toBeLessThan(25);
      expect(inside).toBeGreaterThanOrEqual(4);
    },
    180_000,
  );

  it.skipIf(!hasFlightData)(
    'puts the aircraft blow-out within 3 km across the wind',
    async () => {
      const { located } = await locateElgin();
      expect(located.sources).toHaveLength(1);
      const [source] = located.sources;
      const { distance_m, across_m } = errorOf(source!, ELGIN, ELGIN_WIND_TO_DEG);
      expect(Math.abs(across_m)).toBeLessThan(3000);
      expect(distance_m).toBeLessThan(6000);
      expect(source!.caveats.map(({ code }) => code)).toContain('wind-single-value');
    },
    180_000,
  );
});
