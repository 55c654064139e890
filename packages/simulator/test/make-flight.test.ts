import { describe, expect, it } from 'vitest';
import { makeExercise, makeFlight } from '../src/index.ts';

const columns = (flight: ReturnType<typeof makeFlight>) => JSON.stringify([flight.series, flight.truth]);

describe('makeFlight', () => {
  it('gives the same flight for the same seed, another for another', () => {
    expect(columns(makeFlight({ seed: 7 }))).toBe(columns(makeFlight({ seed: 7 })));
    expect(columns(makeFlight({ seed: 7 }))).not.toBe(columns(makeFlight({ seed: 8 })));
  });

  it('adding a source moves neither air, background, noise nor the first source', () => {
    const one = makeFlight({ seed: 3, sources: 1 });
    const two = makeFlight({ seed: 3, sources: 2 });
    const none = makeFlight({ seed: 3, sources: 0 });
    expect(two.truth.enhancement_ppm[0]).toEqual(one.truth.enhancement_ppm[0]);
    expect(two.series.windEast_mps).toEqual(none.series.windEast_mps);
    expect(two.truth.background_ppm).toEqual(none.truth.background_ppm);
    const noise = none.series.moleFraction_ppm.map((value, i) => value - none.truth.background_ppm[i]);
    const noiseOfTwo = two.series.moleFraction_ppm.map(
      (value, i) =>
        value - two.truth.background_ppm[i] - two.truth.enhancement_ppm[0][i] - two.truth.enhancement_ppm[1][i],
    );
    noise.forEach((value, i) => {
      expect(Math.abs(value - noiseOfTwo[i])).toBeLessThan(1e-12);
    });
  });

  it('has as many sources as asked for, apart from each other and inside the area', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { truth, series } = makeFlight({ seed, sources: 2 });
      const [a, b] = truth.sources;
      expect(Math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)).toBeGreaterThanOrEqual(100);
      const [west, south, east, north] = series.context.searchArea!;
      for (const { position } of truth.sources) {
        expect(position.lon > west && position.lon < east && position.lat > south && position.lat < north).toBe(true);
      }
    }
    expect(makeFlight({ seed: 1, sources: 0 }).truth.enhancement_ppm).toEqual([]);
  });

  it('takes sources as given and scales with their rate', () => {
    const source = { x_m: 20, y_m: -30, heightAgl_m: 1, rate_kgph: 4 };
    const weak = makeFlight({ seed: 5, sources: [source] });
    const strong = makeFlight({ seed: 5, sources: [{ ...source, rate_kgph: 8 }] });
    expect(strong.truth.sources[0].peakEnhancement_ppm).toBeCloseTo(2 * weak.truth.sources[0].peakEnhancement_ppm, 9);
    expect(weak.truth.sources[0].peakEnhancement_ppm).toBeGreaterThan(0);
  });

  it('has about as many samples as asked for, finite and in time order', () => {
    for (const style of ['rotorcraft', 'aeroplane'] as const) {
      const { series } = makeFlight({ seed: 2, style });
      if (style === 'rotorcraft') expect(Math.abs(series.count - 440)).toBeLessThan(60);
      else expect(series.count).toBeGreaterThan(1000);
      const { time_s, lat_deg, lon_deg, heightAgl_m, moleFraction_ppm, windEast_mps, windNorth_mps, leg } = series;
      for (const column of [
        time_s,
        lat_deg,
        lon_deg,
        heightAgl_m,
        moleFraction_ppm,
        windEast_mps!,
        windNorth_mps!,
        leg!,
      ]) {
        expect(column.length).toBe(series.count);
        expect(column.every((value: number) => Number.isFinite(value))).toBe(true);
      }
      expect(time_s.every((time, i) => i === 0 || time > time_s[i - 1])).toBe(true);
    }
  });

  it('makes other substances of the library and names those it has when asked for one it has not', () => {
    const source = [{ x_m: 0, y_m: 0, heightAgl_m: 1, rate_kgph: 4 }];
    const methane = makeFlight({ seed: 5, sources: source });
    const ammonia = makeFlight({ seed: 5, sources: source, substance: 'ammonia' });
    expect(ammonia.series.substance).toBe('ammonia');
    const ratio = ammonia.truth.sources[0].peakEnhancement_ppm / methane.truth.sources[0].peakEnhancement_ppm;
    expect(ratio).toBeCloseTo(16.043 / 17.031, 9);
    expect(() => makeFlight({ seed: 1, substance: 'unobtainium' })).toThrow(/has no unobtainium; it has methane/);
    expect(() => makeExercise({ seed: 1, substance: 'unobtainium' })).toThrow(RangeError);
    expect(() => makeFlight({ seed: 1, sources: 100 })).toThrow(/ask for fewer/);
  });

  it('takes under 100 ms of processor for 440 samples, so that hundreds can be made', () => {
    makeFlight({ seed: 0 });
    const before = process.cpuUsage();
    for (let seed = 1; seed <= 10; seed++) makeFlight({ seed });
    const { user } = process.cpuUsage(before);
    expect(user / 1000 / 10).toBeLessThan(100);
  });
});

describe('sources that change', () => {
  const steady = { x_m: 0, y_m: 0, heightAgl_m: 1, rate_kgph: 4 };

  it('are felt only of gas that left while they were on', () => {
    const always = makeFlight({ seed: 5, sources: [steady] });
    const never = makeFlight({ seed: 5, sources: [{ ...steady, on: [] }] });
    expect(never.truth.sources[0].peakEnhancement_ppm).toBe(0);
    expect(never.truth.sources[0].observedRate_kgph).toBeUndefined();
    expect(always.truth.sources[0].observedRate_kgph).toBeCloseTo(4, 9);
    const first = makeFlight({ seed: 5, sources: [{ ...steady, on: [[-1e6, 60]] }] });
    const [all, part] = [always.truth.enhancement_ppm[0], first.truth.enhancement_ppm[0]];
    expect(Array.from(part.subarray(0, 60))).toEqual(Array.from(all.subarray(0, 60)));
    // Puffs are followed for 300 s.
    expect(Math.max(...part.subarray(370))).toBe(0);
    expect(part.every((value, i) => value <= all[i] + 1e-15)).toBe(true);
  });

  it('move their rate about the nominal one, and the truth says what was felt', () => {
    const rates = Array.from({ length: 12 }, (_, seed) => {
      const { truth } = makeFlight({ seed, samples: 200, sources: [{ ...steady, lnRateSd: 0.5 }] });
      return truth.sources[0].observedRate_kgph;
    }).filter((rate) => rate !== undefined);
    expect(rates.length).toBeGreaterThan(8);
    const sd = Math.sqrt(rates.reduce((sum, rate) => sum + Math.log(rate / 4) ** 2, 0) / rates.length);
    expect(sd).toBeGreaterThan(0.2);
    expect(sd).toBeLessThan(1);
  });

  it('are flown past on the legs that are given, joined without a jump', () => {
    const runs = [
      { from: [-100, 100], to: [100, 100] },
      { from: [100, -50], to: [-100, -50] },
    ] as const;
    const { series, frame } = makeFlight({ seed: 5, sources: [steady], runs, heightAgl_m: 15 });
    const places = Array.from(series.lat_deg, (lat, i) => frame.toLocal({ lat, lon: series.lon_deg[i] }));
    const steps = places.slice(1).map((place, i) => Math.hypot(place.x_m - places[i].x_m, place.y_m - places[i].y_m));
    expect(Math.max(...steps)).toBeLessThan(10);
    const second = places.filter((_, i) => series.leg![i] === 2);
    expect(second.length).toBeGreaterThan(20);
    expect(second.every(({ y_m }) => Math.abs(y_m + 50) < 0.01)).toBe(true);
    expect(Math.abs(series.heightAgl_m.reduce((sum, z) => sum + z, 0) / series.count - 15)).toBeLessThan(1);
  });
});
