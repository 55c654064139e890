import { geodesicBetween, localFrameAt, type Recording } from '@plumeline/core';
import type { PlacePosterior } from '@plumeline/numerics';
import { seededGenerator } from '@plumeline/numerics';
import { makeFlight } from '@plumeline/simulator';
import { beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../src/detect.ts';
import { type DetectedRecording, type LocatedTogether, locateTogether } from '../src/locate-flight.ts';
import { drawsOf, nextLegs } from '../src/next-leg.ts';
import { seenMapOf, toSeenFeatures } from '../src/seen-map.ts';

const SOURCE = { x_m: 60, y_m: 40, heightAgl_m: 1, rate_kgph: 5 };

/** A flight as if it had been read, of a source or of none. */
function flight(seed: number, sources: readonly (typeof SOURCE)[]): DetectedRecording {
  const { series } = makeFlight({ seed, sources, samples: 260, area_m: 500 });
  const recording: Recording = {
    id: `rec-${seed}`,
    kind: 'recording',
    exercise: true,
    provenance: { objects: [], derivedFrom: [], profile: { name: 'p', digest: 'd' }, software: 'test' },
    name: `flight ${seed}`,
    substance: 'methane',
    startAt: '2026-02-03T17:00:00.000Z',
    endAt: '2026-02-03T17:05:00.000Z',
    sampleCount: series.count,
    excluded: [],
    files: [],
    extent: [-108, 24, -107, 25],
  };
  const ingested = { recording, series };
  return { ingested, detections: detect(ingested) };
}

describe('next legs of located flights', () => {
  let found: LocatedTogether;
  let none: LocatedTogether;
  beforeAll(() => {
    found = locateTogether([flight(24, [SOURCE])], { software: 'test' });
    none = locateTogether([flight(23, [])], { software: 'test' });
  });

  it('ranks legs by gain, within the area flown and searched, under a second of work', () => {
    const started = process.cpuUsage();
    const next = nextLegs(found.scene, { seed: 3, heightsAgl_m: [12, 20], groundSpeed_mps: 8 })!;
    const { user } = process.cpuUsage(started);
    expect(user / 1e6).toBeLessThan(1.5);
    expect(next.legs.length).toBeGreaterThan(5);
    const gains = next.legs.map(({ gain_nats }) => gain_nats);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    expect(new Set(next.legs.map(({ heightAgl_m }) => heightAgl_m))).toEqual(new Set([12, 20]));
    for (const { from, to, groundSpeed_mps, duration_s } of next.legs) {
      expect(groundSpeed_mps).toBe(8);
      expect(duration_s).toBeGreaterThan(geodesicBetween(from, to).distance_m / 8);
      expect(geodesicBetween(from, { lat: 24.8, lon: -107.4 }).distance_m).toBeLessThan(600);
    }
  });

  it('gives the same seed the same ranking and another seed a like one', () => {
    const [a, b, c] = [3, 3, 4].map((seed) => nextLegs(found.scene, { seed })!.legs);
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
    expect(c![0]!.gain_nats).toBeCloseTo(a![0]!.gain_nats, 0);
  });

  it('proposes nothing where no source is claimed', () => {
    expect(none.sources).toEqual([]);
    expect(nextLegs(none.scene, { seed: 1 })).toBeUndefined();
  });

  it('maps what would have been seen: more of a larger source, as the limit says', () => {
    for (const { scene } of [found, none]) {
      const map = seenMapOf(scene);
      const { features } = toSeenFeatures(map, scene, true);
      expect(features).toHaveLength(map.columns * map.rows);
      features.forEach(({ properties }, cell) => {
        const seen = Object.entries(properties).flatMap(([key, value]) =>
          key.startsWith('seen_at_') ? [Number(value)] : [],
        );
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        const limit = map.limit90_kgph[cell]!;
        const rung = map.rates_kgph.findIndex((rate) => rate >= limit * (1 - 1e-9));
        if (rung >= 0) expect(map.probability[rung]![cell]).toBeGreaterThanOrEqual(0.899);
        expect(properties.marking).toBe('EXERCISE');
      });
    }
    expect(seenMapOf(none.scene).basis).toBe('samples-of-a-null-result');
    expect(seenMapOf(found.scene).basis).toBe('legs-as-flown');
  });

  it('keeps what is set aside of one flight out of the others', () => {
    const pair = [flight(24, [SOURCE]), flight(21, [SOURCE])];
    const [named] = locateTogether(pair, {
      software: 'test',
      setAside: [{ index: 3, reason: 'road', recordingId: 'rec-21' }],
    }).sources;
    const aside = named!.passes!.filter(({ setAside }) => setAside !== undefined);
    expect(aside.map(({ recordingId, index }) => [recordingId, index])).toEqual([['rec-21', 3]]);
    expect(localFrameAt({ lat: 24.8, lon: -107.4 }).toLocal(named!.position).x_m).toBeGreaterThan(0);
  });
});

describe('draws of place and rate together', () => {
  /** Two places 100 m apart; the western one has a low rate for sure, the eastern one a high rate. */
  const posterior = {
    places: [
      { x_m: 0, y_m: 0, mass: 0.25, rateMass: Float64Array.of(1, 0) },
      { x_m: 100, y_m: 0, mass: 0.75, rateMass: Float64Array.of(0, 1) },
    ],
    rates_kgph: Float64Array.of(1, 10),
    lnBayesFactor: Math.log(9),
  } as unknown as PlacePosterior;

  it('keeps rate with place, shares as stated, and a share without a source', () => {
    const { count, x_m, rate_kgph } = drawsOf(posterior, 400, seededGenerator(1));
    const rows = Array.from({ length: count }, (_, m) => ({ x: Number(x_m[m]), rate: Number(rate_kgph[m]) }));
    expect(rows.filter(({ rate }) => rate === 0)).toHaveLength(40);
    expect(rows.filter(({ x }) => x < 50).length / count).toBeCloseTo(0.25, 1);
    const loud = rows.filter(({ rate }) => rate > 0);
    expect(loud.every(({ x, rate }) => (x < 50 ? rate < 3.2 : rate > 3.1))).toBe(true);
  });
});
