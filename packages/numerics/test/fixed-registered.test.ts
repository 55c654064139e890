import { describe, expect, it } from 'vitest';
import { boundedSite, throughLimits } from '../src/fixed/censored.ts';
import { type FixedProblem, locateFixedSources, modelOf } from '../src/fixed/index.ts';
import { originError } from '../src/fixed/origin-error.ts';
import { fixedPosterior } from '../src/fixed/posterior.ts';
import { emptyResponse, fillResponse, NO_DEPARTURE, stepTables } from '../src/fixed/response.ts';
import { DEFAULT_FIXED_SETTINGS } from '../src/fixed/settings.ts';
import { drawRecord } from './fixed-generator.ts';
import { drawShort, SHORT_AREA } from './fixed-short-generator.ts';

/** Median rate of a source there, and what it gains in ln evidence. */
function evidenceAt(problem: FixedProblem, place: { readonly x_m: number; readonly y_m: number }) {
  const model = modelOf(problem, DEFAULT_FIXED_SETTINGS);
  const cell = model.evaluate({ ...place, width_m: 0 }, 1);
  const gain = cell.lnEvidence - model.lnNull;
  const search = { cells: [cell], width_m: 1, lnNull: model.lnNull, lnBayesFactor: gain };
  return { gain, rate_kgph: fixedPosterior(search, SHORT_AREA, 0).rate.p50 };
}

describe('bounds', () => {
  /** Moments of N(0, variance) cut at the gap, by sum. */
  const truncated = (side: number, gap: number, variance: number) => {
    let [mass, mean, square] = [0, 0, 0];
    const sd = Math.sqrt(variance);
    const step = sd / 2000;
    for (let x = -9 * sd; x < 9 * sd; x += step) {
      if (side * (x - gap) < 0) continue;
      const p = (Math.exp(-0.5 * (x / sd) ** 2) / sd / Math.sqrt(2 * Math.PI)) * step;
      mass += p;
      mean += p * x;
      square += p * x * x;
    }
    return { mass, mean: mean / mass, variance: square / mass - (mean / mass) ** 2 };
  };

  it.each([
    [-1, 0.3, 1],
    [-1, -1.7, 2.5],
    [1, 0.8, 0.2],
    [1, -0.5, 4],
  ])('side %d, gap %d, variance %d: probability, mean and variance of the normal cut there', (side, gap, variance) => {
    const want = truncated(side, gap, variance);
    const { residual, extra, lnFactor } = boundedSite(side, gap, variance);
    const total = variance + extra;
    expect((variance * residual) / total).toBeCloseTo(want.mean, 2);
    expect((variance * extra) / total).toBeCloseTo(want.variance, 2);
    const lnDensity = -0.5 * (Math.log(2 * Math.PI * total) + residual ** 2 / total);
    expect(lnFactor + lnDensity).toBeCloseTo(Math.log(want.mass), 2);
  });

  it('a bound far away says nothing, one badly broken costs a bounded amount', () => {
    const free = boundedSite(-1, 40, 1);
    expect(free.lnFactor - 0.5 * Math.log(2 * Math.PI * (1 + free.extra))).toBeCloseTo(0, 4);
    expect(free.extra).toBeGreaterThan(1e6);
    const broken = boundedSite(-1, -60, 1);
    const lnDensity = -0.5 * (Math.log(2 * Math.PI * (1 + broken.extra)) + broken.residual ** 2 / (1 + broken.extra));
    expect(broken.lnFactor + lnDensity).toBeGreaterThan(-8);
  });

  it('other air through the same limits: beyond them still a bound, within them measured', () => {
    const { problem } = drawShort(5, DEFAULT_FIXED_SETTINGS);
    const few: FixedProblem = { ...problem, value_ppm: Float64Array.of(1, 1, 9), bound: Int8Array.of(-1, -1, 1) };
    const { value_ppm, bound } = throughLimits(few, Float64Array.of(0.5, 2, 20));
    expect([...value_ppm]).toEqual([1, 2, 9]);
    expect([...bound!]).toEqual([-1, 0, 1]);
  });

  it('a ceiling taken for a reading pulls the rate down; as a bound it does not', () => {
    const { problem, origin, rate_kgph } = drawShort(8, DEFAULT_FIXED_SETTINGS, 6);
    const sorted = Float64Array.from(problem.value_ppm).sort();
    const ceiling = sorted[Math.floor(0.8 * sorted.length)];
    const value_ppm = problem.value_ppm.map((value) => Math.min(ceiling, value));
    const bound = Int8Array.from(problem.value_ppm, (value) => (value > ceiling ? 1 : 0));
    const rateOf = (cut: FixedProblem) => evidenceAt(cut, origin).rate_kgph;
    const [naive, right] = [rateOf({ ...problem, value_ppm }), rateOf({ ...problem, value_ppm, bound })];
    expect(naive).toBeLessThan(right);
    expect(Math.abs(Math.log(right / rate_kgph))).toBeLessThan(Math.abs(Math.log(naive / rate_kgph)));
  });
});

describe('registered sources', () => {
  it('long record: a neighbour on record is not claimed, and is claimed where nobody registered it', {
    timeout: 200_000,
  }, () => {
    const { problem, area, x_m, y_m, rate_kgph } = drawRecord(103, { isSmall: true, rate_kgph: 1.5 });
    const known = [{ x_m, y_m, rate_kgph, lnRateSd: 0.1 }];
    expect(locateFixedSources(problem, area).sources).toHaveLength(1);
    const beside = locateFixedSources({ ...problem, known }, area);
    expect(beside.sources).toHaveLength(0);
    // What it adds is part of the fit, not of the background.
    const most = Math.max(...beside.fitted_ppm.map((value, row) => value - beside.background_ppm[row]));
    expect(most).toBeGreaterThan(0.1);
  });

  it('short record: nothing is left to claim at its place', () => {
    const { problem, origin, rate_kgph } = drawShort(8, DEFAULT_FIXED_SETTINGS, 6);
    expect(evidenceAt(problem, origin).gain).toBeGreaterThan(10);
    const known = [{ ...origin, rate_kgph, lnRateSd: 0.3 }];
    expect(evidenceAt({ ...problem, known }, origin).gain).toBeLessThan(2);
  });
});

describe('error of the origin', () => {
  const at = (x: number, y: number, x1 = x, y1 = y) => ({ x0_m: x, y0_m: y, z0_m: 1, x1_m: x1, y1_m: y1, z1_m: 1 });
  const of = (...instruments: ReturnType<typeof at>[]) => ({
    ...drawShort(1, DEFAULT_FIXED_SETTINGS).problem,
    instruments,
  });
  const origin = { along: 0.2, across: 0.05 };

  it('of one point lies along the line to it; of two at right angles it is short in both', () => {
    const one = originError(of(at(0, 50)), { x_m: 0, y_m: 0 }, [true], origin)!;
    expect([one.along_m, one.across_m, Math.abs(one.towardNorth)]).toEqual([
      expect.closeTo(10, 6),
      expect.closeTo(2.5, 6),
      expect.closeTo(1, 6),
    ]);
    const two = originError(of(at(0, 50), at(50, 0)), { x_m: 0, y_m: 0 }, [true, true], origin)!;
    expect(two.along_m).toBeCloseTo((1 / 100 + 1 / 6.25) ** -0.5, 6);
  });

  it('of a near beam is long along it; instruments that saw nothing do not count', () => {
    const problem = of(at(-60, 4, 60, 4), at(1, 1));
    const beam = originError(problem, { x_m: 0, y_m: 0 }, [true, false], origin)!;
    expect(beam.along_m).toBeCloseTo(120 / Math.sqrt(12), 6);
    expect(beam.across_m).toBeCloseTo(0.8, 6);
    expect(Math.abs(beam.towardEast)).toBeCloseTo(1, 6);
    expect(originError(problem, { x_m: 0, y_m: 0 }, [false, false], origin)).toBeUndefined();
  });
});

describe('unknown height', () => {
  it('a high source near its instruments is told from one on the ground', { timeout: 200_000 }, () => {
    const { problem, area, x_m, y_m } = drawRecord(103, { isSmall: true, rate_kgph: 1e-9 });
    const response = emptyResponse(problem.value_ppm.length);
    const tables = stepTables(problem, DEFAULT_FIXED_SETTINGS.response);
    const high = { ...NO_DEPARTURE, sourceHeight_m: 8 };
    fillResponse(problem, tables, { x_m, y_m, width_m: 0 }, high, response);
    const value_ppm = problem.value_ppm.map((value, row) => value + 8 * response.mean[row]);
    const heightNodes = [0.5, 8].map((height_m) => ({ height_m, weight: 0.5 }));
    const [source] = locateFixedSources({ ...problem, value_ppm, heightNodes }, area).sources;
    const [low, top] = source.heights!;
    expect(low.probability + top.probability).toBeCloseTo(1, 6);
    expect(top.probability).toBeGreaterThan(low.probability);
    const known = locateFixedSources({ ...problem, value_ppm }, area).sources[0];
    expect(known?.heights).toBeUndefined();
  });
});
