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
import { crossingConstant, crossingE } from '../src/inversion/crossing-evidence.ts';
import { placeLikelihood, problemOf, workspaceFor } from '../src/inversion/likelihood.ts';
import { noiseTerms } from '../src/inversion/noise.ts';
import { quantilesOf } from '../src/inversion/posterior.ts';
import { DEFAULT_SETTINGS } from '../src/inversion/settings.ts';
import { transportOf } from '../src/inversion/transport.ts';
import { AREA, CONDITIONS, flightOver, moved, type Source } from './support/flight-over.ts';

const SOURCE: Source = { x_m: -60, y_m: 40, rate_kgph: 8 };

const locate = (samples: FlightSamples, area: Area = AREA, conditions: FlightConditions = CONDITIONS) =>
  locateSources(samples, conditions, area);

describe('evidence of one crossing', () => {
  it.each([
    [0.5, 2, 3],
    [4, -1, 3],
    [12, 6, 1],
    [0.05, 0.3, 20],
  ])('equals quadrature over the amplitude (P %f, R %f, mean %f)', (precision, response, mean) => {
    const c = 0.45;
    const root = Math.sqrt(precision);
    const kappa = c * mean * root;
    const z = ((response / root) * kappa + 1 / c) / Math.sqrt(1 + kappa * kappa);
    const factor = (crossingConstant(c) * crossingE(z, 0)) / Math.sqrt(1 + kappa * kappa);
    let sum = 0;
    let weight = 0;
    const steps = 40_000;
    for (let n = 0; n < steps; n++) {
      const a = ((n + 0.5) / steps) * mean * 6;
      const prior = Math.exp(-0.5 * ((a - mean) / (c * mean)) ** 2);
      weight += prior;
      sum += prior * Math.exp(a * response - 0.5 * a * a * precision);
    }
    expect(factor / (sum / weight)).toBeCloseTo(1, 3);
  });
});

describe('likelihood', () => {
  it('integrates the background: adding a level, slope and curvature to a pass changes nothing', () => {
    const samples = flightOver([SOURCE], 3);
    const passes = splitPasses(samples);
    const bent = samples.value_ppm.map((value, i) => value + 0.4 + 2e-4 * i + (samples.leg![i] - 3) * 1e-2);
    const values = [samples.value_ppm, bent].map((value_ppm) => lnAt({ ...samples, value_ppm }, passes));
    expect(values[1]).toBeCloseTo(values[0], 5);
  });

  it('projects as the dense covariance does', () => {
    const samples = flightOver([], 4);
    const passes = splitPasses(samples);
    const deviation = samples.time_s.map((t) => 0.01 * (1.5 + Math.sin(t / 7)));
    const noise = noiseTerms(samples, passes, deviation, new Float64Array(passes.count));
    const [from, to] = [passes.start[2], passes.start[3]];
    const a = Float64Array.from({ length: to - from }, (_, i) => Math.exp(-0.5 * ((i - 30) / 4) ** 2));
    let precision = 0;
    let response = 0;
    const dot = [0, 0, 0, 0];
    for (let i = from; i < to; i++) {
      precision += noise.weight[i] * a[i - from] ** 2;
      response += noise.whitened[i] * a[i - from];
      for (let k = 0; k < 4; k++) dot[k] += noise.weight[i] * a[i - from] * noise.basis[i * noise.terms + k];
    }
    for (const d of dot) precision -= d * d;
    // Least squares of y on [a, 1, t, t^2, t^3]: the coefficient of a is R / P, its variance 1 / P.
    const rows = Array.from(a, (value, i) => [value, 1, i / 30, (i / 30) ** 2, (i / 30) ** 3]);
    const { coefficient, variance } = leastSquares(
      rows,
      samples.value_ppm.subarray(from, to),
      deviation.subarray(from, to),
    );
    expect(response / precision).toBeCloseTo(coefficient, 6);
    expect(precision * variance).toBeCloseTo(1, 5);
  });
});

/** First coefficient of a weighted least squares fit and its variance, by Gauss-Jordan on the normal equations. */
function leastSquares(rows: number[][], y: Float64Array, sd: Float64Array) {
  const n = rows[0].length;
  const m = Array.from({ length: n }, () => new Array<number>(n + 2).fill(0));
  rows.forEach((row, i) => {
    const w = 1 / sd[i] ** 2;
    for (let p = 0; p < n; p++) {
      for (let q = 0; q < n; q++) m[p][q] += w * row[p] * row[q];
      m[p][n] += w * row[p] * y[i];
    }
  });
  m[0][n + 1] = 1;
  for (let p = 0; p < n; p++) {
    const pivot = m[p][p];
    for (let q = 0; q < n + 2; q++) m[p][q] /= pivot;
    for (let r = 0; r < n; r++) {
      if (r === p) continue;
      const factor = m[r][p];
      for (let q = 0; q < n + 2; q++) m[r][q] -= factor * m[p][q];
    }
  }
  return { coefficient: m[0][n], variance: m[0][n + 1] };
}

function problemFor(samples: FlightSamples, passes = splitPasses(samples)) {
  const transport = transportOf(samples, CONDITIONS, DEFAULT_SETTINGS, 1000);
  const deviation = new Float64Array(samples.count).fill(CONDITIONS.noise_ppm * 4);
  const noise = noiseTerms(samples, passes, deviation, new Float64Array(passes.count));
  const quiet = new Uint8Array(passes.count);
  return problemOf(
    samples,
    passes,
    CONDITIONS,
    DEFAULT_SETTINGS,
    transport,
    noise,
    { least_kgph: 0.1, most_kgph: 100 },
    quiet,
  );
}

function lnAt(samples: FlightSamples, passes: ReturnType<typeof splitPasses>): number {
  const p = problemFor(samples, passes);
  return placeLikelihood(p, workspaceFor(p), SOURCE.x_m, SOURCE.y_m, new Float64Array(p.rates));
}

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
