import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type InversionSettings } from '../src/index.ts';
import {
  calibrationRank,
  chiSquared,
  histogram,
  placeRank,
  rateRank,
  surprise,
  withCrossingsTooSure,
} from './support/calibration-ranks.ts';

/**
 * Simulation-based calibration in small: fixed draws from the engine's own model. Bounds are those of a gross error, and a
 * planted one must break them; n >= 200 is judged by `node bench/calibration.ts`.
 */
const SEEDS = [1, 7, 11, 12, 13, 16];
/** The engine's prior over this area and track [kg/h]; `priorRates()` computes it from a search that found nothing. */
const RATES = [0.0764, 764] as const;

describe('calibration on its own generator', () => {
  it('is no more surprised by the truth than it should be; crossings planted three times too sure are', () => {
    const placeRanks = (settings: InversionSettings) =>
      SEEDS.map((seed) => calibrationRank(seed, RATES, settings).found?.place).filter((rank) => rank !== undefined);
    const right = placeRanks(DEFAULT_SETTINGS);
    expect(right).toHaveLength(SEEDS.length);
    const spread = 1 / Math.sqrt(SEEDS.length);
    expect(Math.abs(surprise(right) - 1)).toBeLessThan(2.5 * spread);
    expect(surprise(placeRanks(withCrossingsTooSure(DEFAULT_SETTINGS)))).toBeGreaterThan(1 + 4 * spread);
  }, 300_000);
});

describe('ranks', () => {
  const raster = { west_m: 0, south_m: 0, cell_m: 10, columns: 2, rows: 2, mass: Float64Array.of(0.4, 0.3, 0.2, 0.1) };

  it.each([
    { name: 'densest cell, its edge', x: 5, y: 5, u: 0, rank: 0 },
    { name: 'densest cell, all of it', x: 5, y: 5, u: 1, rank: 0.4 },
    { name: 'third cell', x: 5, y: 15, u: 0.5, rank: 0.8 },
    { name: 'off the raster', x: 25, y: 5, u: 0, rank: 1 },
  ])('place: $name', ({ x, y, u, rank }) => {
    expect(placeRank({ raster }, x, y, u)).toBeCloseTo(rank, 12);
  });

  it('rate: follows a log-normal posterior, and agrees with the interval the engine reports', () => {
    const rates_kgph = Float64Array.from({ length: 41 }, (_, q) => Math.exp(0.4 * (q - 20)));
    const rateMass = rates_kgph.map((rate) => Math.exp(-0.5 * Math.log(rate) ** 2));
    expect(rateRank({ rates_kgph, rateMass }, 1)).toBeCloseTo(0.5, 3);
    expect(rateRank({ rates_kgph, rateMass }, Math.exp(-1.6449))).toBeCloseTo(0.05, 2);
    expect(rateRank({ rates_kgph, rateMass }, Math.exp(1.6449))).toBeCloseTo(0.95, 2);
    expect(rateRank({ rates_kgph, rateMass }, 1e-9)).toBe(0);
    expect(rateRank({ rates_kgph, rateMass }, 1e9)).toBeCloseTo(1, 12);
  });

  it('counts and chi-squared', () => {
    expect(histogram([0, 0.05, 0.95, 1], 10)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(chiSquared([5, 5, 5, 5])).toBe(0);
    expect(chiSquared([10, 0])).toBe(10);
    const uniform = Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
    expect(surprise(uniform)).toBeCloseTo(1, 2);
  });
});
