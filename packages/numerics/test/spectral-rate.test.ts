import { describe, expect, it } from 'vitest';
import {
  type AmountMap,
  airFrom,
  emissionRate,
  massPerPpmM,
  RATE_SETTINGS,
  type RateOptions,
  ringBackground,
  type SearchedMap,
  seenProbability,
  seenProbabilityMap,
} from '../src/index.ts';
import { normalFrom, seededGenerator } from '../src/planning/generator.ts';

const METHANE_KGPMOL = 0.016043;
const [LINES, SAMPLES, PIXEL_M] = [120, 80, 4];

/** A straight plume of constant flux: column = q / (sqrt(2 pi) s U), s growing, along growing samples. */
function plume(rate_kgph: number, options: { readonly offset?: number; readonly noise?: number } = {}) {
  const random = seededGenerator(12);
  const perPpmM = massPerPpmM(METHANE_KGPMOL);
  const amount_ppmm = new Float64Array(LINES * SAMPLES);
  const pixels: number[] = [];
  const transport_mps = 3;
  for (let l = 0; l < LINES; l++)
    for (let s = 0; s < SAMPLES; s++) {
      const along = (s - 12) * PIXEL_M;
      const spread = 5 + 0.08 * along;
      const peak = rate_kgph / 3600 / (Math.sqrt(2 * Math.PI) * spread * transport_mps) / perPpmM;
      const gas = along < 0 || along > 200 ? 0 : peak * Math.exp(-0.5 * (((l - 60) * PIXEL_M) / spread) ** 2);
      if (gas > 0.1 * peak && peak > 0) pixels.push(l * SAMPLES + s);
      amount_ppmm[l * SAMPLES + s] = gas + (options.offset ?? 0) + (options.noise ?? 0) * normalFrom(random);
    }
  const sigma_ppmm = new Float64Array(amount_ppmm.length).fill(Math.max(1, options.noise ?? 0));
  const map: AmountMap = { lines: LINES, samples: SAMPLES, pixel_m: PIXEL_M, amount_ppmm, sigma_ppmm };
  return { map, pixels: Int32Array.from(pixels), transport_mps };
}

const wind = { speed_mps: 4, speedSd_mps: 0.6, towards_rad: 0, towardsSd_rad: 0.15 };
const asked: RateOptions = { molarMass_kgpmol: METHANE_KGPMOL, wind, seed: 1 };

describe('mass of a column', () => {
  it('is that of an ideal gas: 6.79e-7 kg m-2 for methane at 15 C', () => {
    expect(massPerPpmM(METHANE_KGPMOL)).toBeCloseTo(6.785e-7, 9);
  });
});

describe('background about a plume', () => {
  it('is found under an offset and says how sure it is', () => {
    const { map, pixels } = plume(500, { offset: 80, noise: 100 });
    const { mean_ppmm, sd_ppmm, pixels: used } = ringBackground(map, pixels);
    expect(Math.abs(mean_ppmm - 80)).toBeLessThan(4 * sd_ppmm);
    expect(sd_ppmm).toBeLessThan(25);
    expect(used).toBeGreaterThan(500);
  });
});

describe('emission rate', () => {
  it('by transects alone is the flux through them', () => {
    const { map, pixels, transport_mps } = plume(500);
    const exact = { ...RATE_SETTINGS, kappaCsf: transport_mps / wind.speed_mps };
    const { byCrossSection_kgph, source } = emissionRate(map, pixels, { ...asked, settings: exact });
    expect(byCrossSection_kgph!.median / 500).toBeGreaterThan(0.9);
    expect(byCrossSection_kgph!.median / 500).toBeLessThan(1.1);
    expect(Math.hypot(source.line - 60, source.sample - 12)).toBeLessThan(5);
  });

  it('holds the truth in its interval, with an offset and noise', () => {
    for (const rate of [200, 800, 3000]) {
      const { map, pixels } = plume(rate, { offset: 50, noise: 250 });
      const { rate_kgph } = emissionRate(map, pixels, asked);
      expect(rate_kgph.low90).toBeLessThan(rate);
      expect(rate_kgph.high90).toBeGreaterThan(rate);
      expect(rate_kgph.low90).toBeLessThan(rate_kgph.low50);
    }
  });

  it('is the same for the same seed and moves with the wind', () => {
    const { map, pixels } = plume(500);
    const once = emissionRate(map, pixels, asked);
    expect(emissionRate(map, pixels, asked)).toEqual(once);
    const twice = emissionRate(map, pixels, { ...asked, wind: { ...wind, speed_mps: 8, speedSd_mps: 1.2 } });
    expect(twice.rate_kgph.median / once.rate_kgph.median).toBeCloseTo(2, 6);
  });

  it('says how much each cause adds', () => {
    const { map, pixels } = plume(500, { noise: 250 });
    const { variance } = emissionRate(map, pixels, asked);
    const calm = emissionRate(map, pixels, { ...asked, wind: { ...wind, speedSd_mps: 0 } });
    expect(calm.variance.wind).toBeCloseTo(0, 12);
    // ln(1 + 0.15^2) of a wind known to 15 %.
    expect(variance.wind).toBeCloseTo(Math.log1p(0.0225), 2);
    for (const value of Object.values(variance)) expect(value).toBeGreaterThan(0);
  });

  it('admits a plume cut by the edge, and refuses what it cannot weigh', () => {
    const { map, pixels } = plume(500);
    const cut = Int32Array.from(pixels)
      .map((p) => p - 52 * SAMPLES)
      .filter((p) => p >= 0);
    const shifted = { ...map, amount_ppmm: map.amount_ppmm.map((_, p) => map.amount_ppmm[p + 52 * SAMPLES] ?? 0) };
    expect(emissionRate(shifted, cut, asked).doubts.join()).toContain('leaves the scene');
    expect(() => emissionRate(map, new Int32Array(0), asked)).toThrow(/no pixels/);
    expect(() => emissionRate(map, pixels, { ...asked, wind: { ...wind, speed_mps: 0 } })).toThrow(/above zero/);
  });
});

describe('what would have been seen', () => {
  const searched = (sigma: number): SearchedMap => ({
    lines: LINES,
    samples: SAMPLES,
    pixel_m: PIXEL_M,
    sigma_ppmm: new Float64Array(LINES * SAMPLES).fill(sigma),
    scales: [1, 2, 3].map((s) => ({ sigma_pixels: s, centre: 0, scale: 1.2 / (2 * Math.sqrt(Math.PI) * s) })),
    startThreshold: new Float64Array(SAMPLES).fill(5),
  });
  const air = airFrom({
    from_rad: 1.5 * Math.PI,
    speed_mps: 4,
    speedHeight_m: 10,
    roughness_m: 0.05,
    sigmaV_mps: 0.6,
    sigmaW_mps: 0.4,
  });
  const options = { air, towards_rad: 0, molarMass_kgpmol: METHANE_KGPMOL };
  const place = { line: 60, sample: 20 };

  it('is likelier for stronger sources and brighter ground', () => {
    const rates = [5, 20, 50, 100, 300, 1000].map((rate) => seenProbability(searched(300), place, rate, options));
    for (let i = 1; i < rates.length; i++) expect(rates[i]).toBeGreaterThanOrEqual(rates[i - 1]);
    expect(rates[0]).toBeLessThan(0.1);
    expect(rates[5]).toBeGreaterThan(0.95);
    expect(seenProbability(searched(2000), place, 100, options)).toBeLessThan(rates[3]);
  });

  it('is nothing where the ground could not be seen', () => {
    const map = searched(300);
    map.sigma_ppmm.fill(Number.NaN, 0, 20 * SAMPLES);
    expect(seenProbability(map, { line: 10, sample: 20 }, 1000, options)).toBe(0);
  });

  it('makes a map, smaller where the plume leaves the scene at once', () => {
    const { rows, columns, probability } = seenProbabilityMap(searched(300), 60, 20, options);
    expect([rows, columns]).toEqual([6, 4]);
    expect(probability[4 * 2]).toBeGreaterThan(0);
    expect(probability.every((p) => p >= 0 && p <= 1)).toBe(true);
  });
});
