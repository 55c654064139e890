import { geodesicBetween, localFrameAt } from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleDetection, exampleEstimate, exampleSeries } from '../../formats/test/example-records.ts';
import { compareWithTruth, meanWindOf, resultOf } from '../src/result.ts';
import { exampleNull, exampleProcessed } from './example-processed.ts';

const PROFILE = { name: 'example', digest: 'b'.repeat(64), position: {} } as SensorProfile;
const OPTIONS = { software: 'plumeline 0.0.0-test', exercise: false, profile: PROFILE };
const ELGIN = { lat: 57.0116, lon: 1.8385 };

describe('comparison with a known position', () => {
  it('splits the distance along and across the wind, whatever the wind', () => {
    const angle = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
    const metres = fc.double({ min: -3000, max: 3000, noNaN: true });
    fc.assert(
      fc.property(angle, metres, metres, (towards, along, across) => {
        const [east, north] = [Math.sin(towards), Math.cos(towards)];
        // Right of the wind, looking down it, is the direction turned clockwise.
        const position = localFrameAt(ELGIN).toPosition(along * east + across * north, along * north - across * east);
        const check = compareWithTruth(exampleEstimate({ position }), ELGIN, {
          east_mps: 7 * east,
          north_mps: 7 * north,
          speed_mps: 7,
        });
        expect(check.alongWind_m).toBeCloseTo(along, 0);
        expect(check.acrossWind_m).toBeCloseTo(across, 0);
        expect(check.distance_m).toBeCloseTo(geodesicBetween(ELGIN, position).distance_m, 6);
      }),
    );
  });

  it.each([
    ['at the middle', 0, true, true],
    ['between the regions', 0.02, false, true],
    ['outside both', 0.04, false, false],
  ])('says on which side of each region it lies: %s', (_, east_deg, insideRegion50, insideRegion90) => {
    const check = compareWithTruth(exampleEstimate(), { lat: ELGIN.lat, lon: ELGIN.lon + east_deg });
    expect(check).toMatchObject({ insideRegion50, insideRegion90 });
    expect(check.alongWind_m).toBeUndefined();
  });
});

describe('mean wind', () => {
  it('is that of the time when gas was seen', () => {
    const windEast_mps = Float64Array.of(1, 1, 5, 5, 1, 1);
    const series = exampleSeries({ windEast_mps, windNorth_mps: new Float64Array(6) });
    const seen = exampleDetection({ startAt: '2012-04-03T14:00:02.000Z', endAt: '2012-04-03T14:00:03.000Z' });
    expect(meanWindOf(series, [seen])).toEqual({ east_mps: 5, north_mps: 0, speed_mps: 5 });
    expect(meanWindOf(series, [])?.east_mps).toBeCloseTo(14 / 6);
  });

  it('is none when the wind turned all the way round', () => {
    const windEast_mps = Float64Array.of(1, -1, 1, -1, 1, -1);
    expect(meanWindOf(exampleSeries({ windEast_mps, windNorth_mps: new Float64Array(6) }), [])).toBeUndefined();
  });

  it('comes from the recording when samples carry none: from the north is to the south', () => {
    const { windEast_mps: _, windNorth_mps: __, ...still } = exampleSeries();
    const context = { ...still.context, wind: { from_deg: 0, speed_mps: 4, heightAgl_m: 10 } };
    const wind = meanWindOf({ ...still, context }, [])!;
    expect([wind.east_mps, wind.north_mps, wind.speed_mps].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
      0, -4, 4,
    ]);
    expect(meanWindOf(still, [])).toBeUndefined();
  });
});

describe('result.json', () => {
  it('has the fields that programs read', () => {
    const result = resultOf([exampleProcessed()], { ...OPTIONS, truth: { lat: 57.0116, lon: 1.8585 } });
    expect(Object.keys(result)).toEqual(['software', 'exercise', 'profile', 'sources', 'truth', 'recordings', 'files']);
    const source = result.sources[0]!;
    expect(source.region90.type).toBe('MultiPolygon');
    expect(source).toMatchObject({
      id: 'est-1',
      substance: 'methane',
      position: ELGIN,
      lnBayesFactor: 42.5,
      recording: 'flight one',
    });
    expect(source.rate_kgph).toEqual({ p05: 1500.5, p50: 4100.5, p95: 9100.5 });
    expect(result.truth).toEqual(source.truth);
    expect(result.truth).toMatchObject({ insideRegion50: false, insideRegion90: true });
    expect(result.recordings).toMatchObject([{ name: 'flight one', sources: ['est-1'], detections: 1, excluded: [] }]);
    expect(result.files).toEqual([{ name: 'flight.csv', sha256: 'a'.repeat(64), bytes: 1234 }]);
  });

  it('has a null result exactly when there is no source, and then no truth', () => {
    const result = resultOf([exampleNull()], { ...OPTIONS, truth: ELGIN });
    expect(result.sources).toEqual([]);
    expect(result.nullResult).toMatchObject({ upperLimit_kgph: 31.4, recording: 'flight one' });
    expect(result.truth).toBeUndefined();
    const mixed = resultOf([exampleNull(), exampleProcessed()], OPTIONS);
    expect(mixed.nullResult).toBeUndefined();
    expect(mixed.recordings[0]!.nullResult).toMatchObject({ upperLimit_kgph: 31.4 });
  });

  it('gives local metres when the profile has an anchor', () => {
    const anchored = { ...PROFILE, position: { anchor: { lat: 57.0116, lon: 1.8385 } } } as SensorProfile;
    const local = resultOf([exampleProcessed()], { ...OPTIONS, profile: anchored }).sources[0]!.local!;
    expect(Math.hypot(local.x_m, local.y_m)).toBeLessThan(1e-6);
    expect(resultOf([exampleProcessed()], OPTIONS).sources[0]!.local).toBeUndefined();
  });

  it('compares the nearest of several sources', () => {
    const far = exampleEstimate({ id: 'est-far', position: { lat: 57.2, lon: 1.8385 } });
    const processed = exampleProcessed();
    const both = { ...processed, located: { ...processed.located, sources: [far, exampleEstimate()] } };
    expect(resultOf([both], { ...OPTIONS, truth: ELGIN }).truth?.distance_m).toBeLessThan(1);
  });
});
