import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatGeoJson,
  toDetectionFeatures,
  toRfc7946,
  toSiteFeatures,
  toSourceFeatures,
  toTrackFeatures,
} from '../src/geojson/encode.ts';
import { trackRunsOf } from '../src/geojson/track-runs.ts';
import {
  exampleDetection,
  exampleEstimate,
  exampleRecording,
  exampleSeries,
  exampleSite,
  squareAt,
} from './example-records.ts';

const HAS_GDAL = spawnSync('ogrinfo', ['--version']).status === 0;

describe('GeoJSON', () => {
  it('writes a source as both regions and a position, never a position alone', () => {
    const { features } = toSourceFeatures([exampleEstimate()]);
    expect(features.map(({ properties, geometry }) => [properties.part, geometry.type])).toEqual([
      ['region90', 'MultiPolygon'],
      ['region50', 'MultiPolygon'],
      ['position', 'Point'],
    ]);
    expect(features[2]!.geometry.coordinates).toEqual([1.8385, 57.0116]);
    expect(features[0]!.properties).toMatchObject({
      rate_kgph_p05: 1500.5,
      rate_kgph_p50: 4100.5,
      rate_kgph_p95: 9100.5,
    });
  });

  it('turns rings counter-clockwise and holes clockwise, whatever way they came', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -80, max: 80, noNaN: true }),
        fc.double({ min: -170, max: 170, noNaN: true }),
        fc.boolean(),
        fc.boolean(),
        (lat, lon, flipOuter, flipHole) => {
          const outer = squareAt(lat, lon, 0.1).coordinates[0]![0]!;
          const hole = squareAt(lat, lon, 0.01).coordinates[0]![0]!;
          const region = toRfc7946({
            type: 'MultiPolygon',
            coordinates: [[flipOuter ? outer.toReversed() : outer, flipHole ? hole.toReversed() : hole]],
          });
          const [out, inner] = region.coordinates[0]!;
          // From the south-west corner, counter-clockwise goes east first.
          const startsEast = (ring: typeof outer) => {
            const i = ring.findIndex(
              ([x, y]) => x === Math.min(...ring.map((p) => p[0])) && y === Math.min(...ring.map((p) => p[1])),
            );
            return ring[(i + 1) % (ring.length - 1)]![1] === ring[i]![1];
          };
          expect([startsEast(out!), startsEast(inner!)]).toEqual([true, false]);
        },
      ),
    );
  });

  it('names exercise data as such in every record', () => {
    const all = [
      ...toSourceFeatures([exampleEstimate({ exercise: true })]).features,
      ...toSiteFeatures([exampleSite({ exercise: true })]).features,
      ...toDetectionFeatures([exampleDetection({ exercise: true })]).features,
    ];
    for (const { properties } of all) {
      expect(properties).toMatchObject({ exercise: true, marking: 'EXERCISE' });
      expect(properties.name).toMatch(/^EXERCISE /);
    }
    expect(toSiteFeatures([exampleSite()]).features[0]!.properties).toMatchObject({ exercise: false, marking: null });
  });

  it('draws a line per leg and breaks it where time stands open', () => {
    const series = exampleSeries();
    expect(trackRunsOf(series)).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 6 },
    ]);
    const { leg: _, ...noLegs } = series;
    const time_s = series.time_s.map((t, i) => (i >= 4 ? t + 100 : t));
    expect(trackRunsOf({ ...noLegs, time_s })).toEqual([
      { start: 0, end: 4 },
      { start: 4, end: 6 },
    ]);
    const { features } = toTrackFeatures([
      { recording: exampleRecording(), series, background_ppm: new Float64Array(6).fill(1.9) },
    ]);
    expect(features.filter(({ properties }) => properties.part === 'run')).toHaveLength(2);
    expect(
      features
        .filter(({ properties }) => properties.part === 'sample')
        .map(({ properties }) => properties.enhancement_ppm),
    ).toEqual([0, 0, 0.4, 0, 0, 0]);
  });

  it('writes fixed instruments as points and open paths as lines', () => {
    const series = exampleSeries({
      instrument: Int32Array.of(0, 1, 0, 1, 0, 1),
      instruments: [
        { name: 'P1', group: 'point' },
        { name: 'L1', group: 'path' },
      ],
      lat_deg: new Float64Array(6).fill(-35),
      lon_deg: new Float64Array(6).fill(149),
      pathEnd: {
        lat_deg: Float64Array.of(-35, -35.01, -35, -35.01, -35, -35.01),
        lon_deg: new Float64Array(6).fill(149),
        heightAgl_m: new Float64Array(6).fill(1.5),
      },
    });
    const { features } = toTrackFeatures([{ recording: exampleRecording(), series }]);
    expect(
      features.map(({ geometry, properties }) => [properties.name, geometry.type, properties.sampleCount]),
    ).toEqual([
      ['P1', 'Point', 3],
      ['L1', 'LineString', 3],
    ]);
  });

  it.skipIf(!HAS_GDAL)('opens in GDAL with every feature and column', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumeline-geojson-'));
    try {
      const file = join(folder, 'sources.geojson');
      writeFileSync(file, formatGeoJson(toSourceFeatures([exampleEstimate()])));
      const summary = execFileSync('ogrinfo', ['-so', '-al', file], { encoding: 'utf8' });
      expect(summary).toContain('Layer name: sources');
      expect(summary).toContain('Feature Count: 3');
      expect(summary).toContain('rate_kgph_p50: Real');
      expect(summary).toContain('Extent: (1.808500, 56.981600) - (1.868500, 57.041600)');
      writeFileSync(file, formatGeoJson(toSourceFeatures([])));
      expect(execFileSync('ogrinfo', ['-so', '-al', file], { encoding: 'utf8' })).toContain('Feature Count: 0');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
