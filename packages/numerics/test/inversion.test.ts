import { describe, expect, it } from 'vitest';
import {
  type Area,
  DECISION_LN_BAYES_FACTOR,
  type FlightConditions,
  type FlightSamples,
  findSpikes,
  fitBackground,
  highestDensityRegion,
  locateSources,
  noiseFromDifferences,
  type Raster,
  splitPasses,
} from '../src/index.ts';
import { crossingsFor, crossPass } from '../src/inversion/crossing.ts';
import { LEAST_LN, lnCrossing, passFilter } from '../src/inversion/crossing-filter.ts';
import { quantilesOf } from '../src/inversion/posterior.ts';
import { DEFAULT_SETTINGS } from '../src/inversion/settings.ts';
import { transportOf } from '../src/inversion/transport.ts';
import { AREA, CONDITIONS, flightOver, moved, randomFrom, type Source } from './support/flight-over.ts';

const SOURCE: Source = { x_m: -60, y_m: 40, rate_kgph: 8 };

const locate = (samples: FlightSamples, area: Area = AREA, conditions: FlightConditions = CONDITIONS) =>
  locateSources(samples, conditions, area);

/** A pass of 40 samples at uneven times with a crossing, and one sample set aside. */
function passWith(seed: number, missing: number) {
  const random = randomFrom(seed);
  let t = 100;
  const time_s = Float64Array.from({ length: 40 }, () => {
    t += 0.5 + random.uniform();
    return t;
  });
  const value = time_s.map((time) => 2 + 0.3 * Math.exp(-0.5 * ((time - 122) / 3) ** 2) + 0.02 * random.normal());
  const variance = time_s.map((_, i) => (i === missing ? 0 : 4e-4 * (1 + 0.5 * random.uniform())));
  return { time_s, value, variance };
}

/** ln N(y - s; 0, K) over a flat level: K from the model's definition, dense. */
function denseLn(pass: ReturnType<typeof passWith>, amplitude: number, f: number, drift: number, time: number): number {
  const used = [...pass.time_s.keys()].filter((i) => pass.variance[i] > 0);
  const s = pass.time_s.map((t) => {
    const off = (t - 121) / 3.2;
    return Math.abs(off) <= 3.7 ? amplitude * Math.exp(-0.5 * off * off) : 0;
  });
  const level2 = (300 * 300 * Math.max(...pass.variance)) as number;
  const y = used.map((i) => pass.value[i] - 2 - s[i]);
  const k = used.map((i) =>
    used.map((n) => {
      const [first, lag] = [Math.min(pass.time_s[i], pass.time_s[n]), Math.abs(pass.time_s[i] - pass.time_s[n])];
      return (
        level2 +
        drift * (first - pass.time_s[0]) +
        f * f * s[i] * s[n] * Math.exp(-lag / time) +
        (i === n ? pass.variance[i] : 0)
      );
    }),
  );
  return gaussianLn(y, k);
}

/** -(y' K^-1 y + ln det K) / 2 by Cholesky. */
function gaussianLn(y: number[], k: number[][]): number {
  const l = k.map((row) => [...row]);
  const z: number[] = [];
  let ln = 0;
  for (let i = 0; i < y.length; i++) {
    for (let n = 0; n <= i; n++) {
      let sum = k[i][n];
      for (let m = 0; m < n; m++) sum -= l[i][m] * l[n][m];
      l[i][n] = i === n ? Math.sqrt(sum) : sum / l[n][n];
    }
    let rest = y[i];
    for (let m = 0; m < i; m++) rest -= l[i][m] * z[m];
    z.push(rest / l[i][i]);
    ln -= 0.5 * z[i] * z[i] + Math.log(l[i][i]);
  }
  return ln;
}

describe('filter of one crossing', () => {
  it.each([
    [0.3, 0.5, 2],
    [0.1, 0.8, 0.5],
    [0.9, 0.2, 10],
    [0.02, 0.5, 2],
  ])('equals the dense covariance (amplitude %f, fluctuation %f, correlated over %f s)', (amplitude, f, time) => {
    const samples = passWith(1, 7);
    const drift = 1e-5;
    const pass = passFilter(samples.time_s, samples.value, samples.variance, drift, time);
    const from = samples.time_s.findIndex((t) => t >= 121 - 3.7 * 3.2);
    const to = samples.time_s.findLastIndex((t) => t <= 121 + 3.7 * 3.2) + 1;
    const shape = samples.time_s.slice(from, to).map((t) => Math.exp(-0.5 * ((t - 121) / 3.2) ** 2));
    const expected = denseLn(samples, amplitude, f, drift, time) - denseLn(samples, 0, f, drift, time);
    const found = lnCrossing(pass, from, to, shape, amplitude, f);
    if (expected > LEAST_LN) expect(found).toBeCloseTo(expected, 4);
    else expect(found).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is blind to the level of the background', () => {
    const { time_s, value, variance } = passWith(2, 3);
    const shape = time_s.map((t) => Math.exp(-0.5 * ((t - 121) / 3) ** 2));
    const [a, b] = [value, value.map((y) => y + 40)].map((y) =>
      lnCrossing(passFilter(time_s, y, variance, 1e-6, 2), 0, 40, shape, 0.3, 0.5),
    );
    expect(b).toBeCloseTo(a, 6);
  });
});

describe('crossing of a pass', () => {
  const samples = flightOver([], 2);
  const passes = splitPasses(samples);
  const transport = transportOf(samples, passes, CONDITIONS, DEFAULT_SETTINGS, 1000);

  it('lies where the ray of the wind meets the leg, as wide as the plume there', () => {
    const out = crossingsFor(1);
    const straight = {
      ...samples,
      windEast_mps: samples.time_s.map(() => 3),
      windNorth_mps: samples.time_s.map(() => 3),
    };
    const steady = transportOf(straight, passes, CONDITIONS, DEFAULT_SETTINGS, 1000);
    const [x, y] = [-150, -120];
    expect(crossPass(straight, steady, 6, x, y, Float64Array.of(0), 60, out)).toBe(true);
    const near = Array.from({ length: passes.start[7] - passes.start[6] }, (_, n) => passes.start[6] + n).sort(
      (a, b) =>
        Math.abs(samples.y_m[a] - y - (samples.x_m[a] - x)) - Math.abs(samples.y_m[b] - y - (samples.x_m[b] - x)),
    )[0];
    expect(Math.abs(out.tau_s[0] - samples.time_s[near])).toBeLessThan(1);
    expect(out.range_m[0]).toBeCloseTo(Math.hypot(samples.x_m[near] - x, samples.y_m[near] - y), -1);
    // Flown at 8 m/s across the plume.
    expect((out.width_s[0] * 8) / (out.alpha_rad[0] * out.range_m[0])).toBeCloseTo(1, 1);
  });

  it('does not happen upwind', () => {
    const out = crossingsFor(3);
    expect(crossPass(samples, transport, 0, 250, 250, Float64Array.of(-0.1, 0, 0.1), 60, out)).toBe(false);
  });
});

describe('locating', () => {
  it('finds a source of its own model, with rate, in the 90 % region', () => {
    const { sources } = locate(flightOver([SOURCE], 5));
    expect(sources).toHaveLength(1);
    const [found] = sources;
    expect(Math.hypot(found.mean.x_m - SOURCE.x_m, found.mean.y_m - SOURCE.y_m)).toBeLessThan(40);
    expect(highestDensityRegion(found.raster, 0.95).holds(SOURCE.x_m, SOURCE.y_m)).toBe(true);
    expect(found.rate.p05).toBeLessThan(SOURCE.rate_kgph * 1.5);
    expect(found.rate.p95).toBeGreaterThan(SOURCE.rate_kgph / 1.5);
  });

  it('claims nothing in clean air and says what it would have seen', () => {
    const found = locate(flightOver([], 6));
    expect(found.sources).toHaveLength(0);
    expect(found.lnBayesFactor).toBeLessThan(DECISION_LN_BAYES_FACTOR);
    const { rates_kgph, probability } = found.search!;
    expect(rates_kgph.length).toBe(probability.length);
    const middle = probability[0].length >> 1;
    const along = probability.map((map) => map[middle]);
    expect([...along].sort((a, b) => a - b)).toEqual(along);
    expect(Math.max(...probability.at(-1)!)).toBeGreaterThan(0.9);
  });

  it('gives the same bytes twice', () => {
    const samples = flightOver([SOURCE], 7);
    const [a, b] = [locate(samples), locate(samples)];
    expect(b.sources[0].raster.mass).toEqual(a.sources[0].raster.mass);
    expect(b.sources[0].rateMass).toEqual(a.sources[0].rateMass);
  });

  it('moves with the frame and the clock, and turns with both', () => {
    const samples = flightOver([SOURCE], 8);
    const here = locate(samples).sources[0];
    const shifted = locate(moved(samples, { dx: 5000, dy: -3000, dt: 1e5 }), {
      west_m: AREA.west_m + 5000,
      east_m: AREA.east_m + 5000,
      south_m: AREA.south_m - 3000,
      north_m: AREA.north_m - 3000,
    }).sources[0];
    expect(shifted.mean.x_m - 5000).toBeCloseTo(here.mean.x_m, 0);
    expect(shifted.mean.y_m + 3000).toBeCloseTo(here.mean.y_m, 0);
    const turned = locate(moved(samples, { quarterTurns: 1 })).sources[0];
    expect(turned.mean.x_m).toBeCloseTo(-here.mean.y_m, 0);
    expect(turned.mean.y_m).toBeCloseTo(here.mean.x_m, 0);
    expect(turned.rate.p50 / here.rate.p50).toBeCloseTo(1, 1);
  });

  it('tells its progress and stops when told', () => {
    const fractions: number[] = [];
    locateSources(flightOver([SOURCE], 9), CONDITIONS, AREA, undefined, (fraction) => fractions.push(fraction));
    expect(fractions.length).toBeGreaterThan(10);
    expect(Math.max(...fractions)).toBeLessThanOrEqual(1);
    const stop = () => {
      throw new Error('stopped');
    };
    expect(() => locateSources(flightOver([SOURCE], 9), CONDITIONS, AREA, undefined, stop)).toThrow('stopped');
  });
});

describe('regions', () => {
  const raster: Raster = { west_m: -50, south_m: 20, cell_m: 2, columns: 60, rows: 40, mass: new Float64Array(2400) };
  let sum = 0;
  for (let i = 0; i < 2400; i++) {
    const x = (i % 60) - 20;
    const y = Math.floor(i / 60) - 15;
    raster.mass[i] =
      Math.exp(-0.5 * ((x / 5) ** 2 + (y / 3) ** 2)) + Math.exp(-0.5 * (((x - 25) / 3) ** 2 + (y / 3) ** 2));
    sum += raster.mass[i];
  }
  for (let i = 0; i < 2400; i++) raster.mass[i] /= sum;

  it.each([0.5, 0.9])('hold the stated mass to a cell, in closed counter-clockwise rings (%f)', (mass) => {
    const region = highestDensityRegion(raster, mass);
    expect(region.mass).toBeGreaterThanOrEqual(mass);
    expect(region.mass - mass).toBeLessThan(Math.max(...raster.mass));
    expect(region.polygons.length).toBe(2);
    for (const [outer] of region.polygons) {
      expect(outer[0]).toEqual(outer.at(-1));
      let twice = 0;
      for (let i = 0; i + 1 < outer.length; i++) twice += outer[i][0] * outer[i + 1][1] - outer[i + 1][0] * outer[i][1];
      expect(twice).toBeGreaterThan(0);
    }
  });

  it('interpolate quantiles of a rate', () => {
    const rates = Float64Array.from({ length: 41 }, (_, q) => Math.exp((q - 20) * 0.2));
    const mass = rates.map((rate) => Math.exp(-0.5 * (Math.log(rate) / 0.5) ** 2));
    const { p05, p50, p95 } = quantilesOf(rates, mass);
    expect(Math.log(p50)).toBeCloseTo(0, 1);
    expect(Math.log(p95)).toBeCloseTo(1.645 * 0.5, 1);
    expect(Math.log(p05)).toBeCloseTo(-1.645 * 0.5, 1);
  });
});

describe('passes, background, spikes', () => {
  it('cuts at legs and at ninety seconds', () => {
    const samples = flightOver([], 10);
    const { start, count } = splitPasses(samples);
    expect(start[count]).toBe(samples.count);
    for (let j = 0; j < count; j++) {
      expect(samples.time_s[start[j + 1] - 1] - samples.time_s[start[j]]).toBeLessThanOrEqual(90);
      for (let i = start[j]; i < start[j + 1]; i++) expect(samples.leg![i]).toBe(samples.leg![start[j]]);
    }
  });

  it('finds turns where the file numbers no legs', () => {
    const { leg, ...samples } = flightOver([], 10);
    expect(new Set(leg).size).toBeGreaterThan(5);
    expect(splitPasses(samples).count).toBeGreaterThanOrEqual(new Set(leg).size);
  });

  it('follows a drift under plumes', () => {
    const samples = flightOver([SOURCE], 11);
    const { level_ppm } = fitBackground(samples.time_s, samples.value_ppm, CONDITIONS.noise_ppm);
    const error = level_ppm.map((level, i) => level - samples.truth.background_ppm[i]);
    const rms = Math.sqrt(error.reduce((total, e) => total + e * e, 0) / error.length);
    expect(rms).toBeLessThan(1.5 * CONDITIONS.noise_ppm);
  });

  it('sets single jumps aside and keeps plumes', () => {
    const samples = flightOver([SOURCE], 12);
    const value = Float64Array.from(samples.value_ppm);
    value[5] -= 40 * CONDITIONS.noise_ppm;
    value[300] += 30 * CONDITIONS.noise_ppm;
    const spikes = findSpikes(value, CONDITIONS.noise_ppm);
    expect(spikes[5]).toBe(1);
    expect(spikes.reduce((total, s) => total + s, 0)).toBeLessThan(6);
    expect(noiseFromDifferences(value) / CONDITIONS.noise_ppm).toBeCloseTo(1, 0);
  });
});
