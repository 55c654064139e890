import { describe, expect, it } from 'vitest';
import { airFrom, gaussianPlume, pathMeanCoupling, plumeKernel } from '../src/dispersion/index.ts';
import type { Background } from '../src/fixed/background.ts';
import { rateEvidence } from '../src/fixed/evidence.ts';
import { filterState, logLikelihood, type ModelError } from '../src/fixed/filter.ts';
import { type FixedProblem, fixedLevels, locateFixedSources } from '../src/fixed/index.ts';
import { redundancyOf } from '../src/fixed/redundancy.ts';
import { emptyResponse, fillResponse, NO_DEPARTURE, stepTables } from '../src/fixed/response.ts';
import { DEFAULT_FIXED_SETTINGS } from '../src/fixed/settings.ts';
import { drawRecord, uniformFrom } from './fixed-generator.ts';
import { placeRank } from './fixed-short-generator.ts';

const exact = { directionError: { base_rad: 0, light_radmps: 0 } };
/** Strong wind from the west: meander adds nothing, polar and Cartesian plume agree near the axis. */
const west = airFrom({ from_rad: 1.5 * Math.PI, speed_mps: 6, speedHeight_m: 3, roughness_m: 0.03, sigmaV_mps: 0.4 });

function oneStep(ends: readonly (readonly [number, number, number, number])[]): FixedProblem {
  return {
    instruments: ends.map(([x0_m, y0_m, x1_m, y1_m]) => ({ x0_m, y0_m, z0_m: 1.5, x1_m, y1_m, z1_m: 1.5 })),
    steps: [{ time_s: 0, air: west, ppmPerDensity: 3600, from: 0, to: ends.length }],
    instrument: Int32Array.from(ends.keys()),
    value_ppm: new Float64Array(ends.length),
    sourceHeight_m: 0.5,
  };
}

describe('response', () => {
  it('of points and beams is the Gaussian plume near its axis, to the difference between arc and chord', () => {
    const problem = oneStep([
      [60, 0, 60, 0],
      [60, 4, 60, 4],
      [50, -80, 50, 80],
      [40, -60, 80, 70],
    ]);
    const out = emptyResponse(4);
    fillResponse(problem, stepTables(problem, exact), { x_m: 0, y_m: 0, width_m: 0 }, NO_DEPARTURE, out);
    const kernel = plumeKernel(west, 0.5);
    const plume = gaussianPlume().coupling(
      { x_m: 0, y_m: 0, height_m: 0.5 },
      {
        count: 2,
        x_m: Float64Array.of(60, 60),
        y_m: Float64Array.of(0, 4),
        height_m: Float64Array.of(1.5, 1.5),
        airIndex: new Int32Array(2),
        air: [west],
      },
    );
    const beams = [
      pathMeanCoupling(kernel, { d0: 50, e0: -80, z0: 1.5, d1: 50, e1: 80, z1: 1.5 }, 0.5),
      pathMeanCoupling(kernel, { d0: 40, e0: -60, z0: 1.5, d1: 80, e1: 70, z1: 1.5 }, 0.5),
    ];
    [...plume, ...beams].forEach((coupling, i) => {
      expect(Math.abs(out.mean[i] / coupling - 1)).toBeLessThan(0.12);
    });
  });

  it('derivatives are those of the mean', () => {
    const problem = oneStep([
      [60, 5, 60, 5],
      [40, -60, 80, 70],
    ]);
    const tables = stepTables(problem, exact);
    const at = (turn_rad: number, lnSigmaZ: number) => {
      const out = emptyResponse(2);
      fillResponse(problem, tables, { x_m: 0, y_m: 0, width_m: 2 }, { turn_rad, lnSigmaY: 0, lnSigmaZ }, out);
      return out;
    };
    const h = 1e-4;
    for (const row of [0, 1]) {
      const turned = (at(h, 0).mean[row] - at(-h, 0).mean[row]) / (2 * h);
      const raised = (at(0, h).mean[row] - at(0, -h).mean[row]) / (2 * h);
      expect(at(0, 0).byDirection[row] / turned).toBeCloseTo(1, 4);
      expect(at(0, 0).byHeight[row] / raised).toBeCloseTo(1, 4);
    }
  });

  it('in light air gas reaches every side, and all of it is there', () => {
    const ring = Array.from({ length: 360 }, (_, i) => (i * Math.PI) / 180);
    const problem = oneStep(ring.map((a) => [30 * Math.cos(a), 30 * Math.sin(a), 30 * Math.cos(a), 30 * Math.sin(a)]));
    const sumWith = (base_rad: number) => {
      const out = emptyResponse(360);
      const tables = stepTables(problem, { directionError: { base_rad, light_radmps: 0 } });
      fillResponse(problem, tables, { x_m: 0, y_m: 0, width_m: 0 }, NO_DEPARTURE, out);
      return { sum: out.mean.reduce((a, b) => a + b, 0), behind: out.mean[180] };
    };
    expect(sumWith(2).sum / sumWith(0.1).sum).toBeCloseTo(1, 2);
    expect(sumWith(2).behind).toBeGreaterThan(0);
  });
});

const quietError: ModelError = {
  amplitude: { sd: 0.3, time_s: 3600 },
  direction: { sd: 0.1, time_s: 3600 },
  vane: { sd: 0.05, time_s: Number.POSITIVE_INFINITY },
  height: { sd: 0.2, time_s: 3600 },
  gain: { sd: 0.4, time_s: 3600 },
  own: 0.2,
  edge: 0.1,
};

function backgroundOf(instruments: number, steps: number, commonSd: number): Background {
  return {
    level_ppm: new Float64Array(instruments).fill(1.9),
    levelSd_ppm: new Float64Array(instruments).fill(0.03),
    noise_ppm: new Float64Array(instruments).fill(0.02),
    levelTime_s: 7200,
    common: { sd: commonSd, time_s: 3600 },
    pooling_ppm: new Float64Array(steps),
  };
}

describe('filter', () => {
  it('of one step is the dense normal density', () => {
    const n = 4;
    const problem = { ...oneStep(Array.from({ length: n }, (_, i) => [40 + 9 * i, i - 2, 40 + 9 * i, i - 2])) };
    const response = emptyResponse(n);
    fillResponse(problem, stepTables(problem, exact), { x_m: 0, y_m: 0, width_m: 1 }, NO_DEPARTURE, response);
    const rate = 0.05 / response.mean[0];
    const offsets = [0.01, -0.02, 0.03, 0.005];
    offsets.forEach((offset, i) => {
      problem.value_ppm[i] = 1.9 + rate * response.mean[i] + offset;
    });
    const background = backgroundOf(n, 1, 0.05);
    const lnL = logLikelihood({ problem, background, error: quietError, state: filterState(problem) }, response, rate);
    const covariance = denseCovariance(response, rate, n);
    expect(lnL).toBeCloseTo(denseLogDensity(covariance, offsets), 8);
  });

  it('without a source and with one instrument is the Ornstein-Uhlenbeck process seen in noise', () => {
    const steps = 5;
    const base = oneStep([[40, 0, 40, 0]]);
    const values = [1.93, 1.95, 1.9, 1.88, 1.91];
    const problem: FixedProblem = {
      ...base,
      steps: values.map((_, i) => ({ ...base.steps[0], time_s: 600 * i, from: i, to: i + 1 })),
      instrument: new Int32Array(steps),
      value_ppm: Float64Array.from(values),
    };
    const background = backgroundOf(1, steps, 1e-9);
    const lnL = logLikelihood(
      { problem, background, error: quietError, state: filterState(problem) },
      emptyResponse(steps),
      0,
    );
    const covariance = values.map((_, i) =>
      values.map((__, j) => 0.03 ** 2 * Math.exp(-Math.abs(i - j) / 12) + (i === j ? 0.02 ** 2 : 0)),
    );
    const residual = values.map((value) => value - 1.9);
    expect(lnL).toBeCloseTo(denseLogDensity(covariance, residual), 6);
  });

  it('an absurd reading costs a bounded amount', () => {
    const problem = oneStep([[40, 0, 40, 0]]);
    const background = backgroundOf(1, 1, 0.05);
    const input = { problem, background, error: quietError, state: filterState(problem) };
    problem.value_ppm[0] = 1.9;
    const usual = logLikelihood(input, emptyResponse(1), 0);
    problem.value_ppm[0] = 60;
    expect(usual - logLikelihood(input, emptyResponse(1), 0)).toBeLessThan(12);
  });
});

/** y's covariance as filter.ts states it, element by element. */
function denseCovariance(response: ReturnType<typeof emptyResponse>, rate: number, n: number): number[][] {
  const e = quietError;
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => {
      const m = [response.mean[i] * rate, response.mean[j] * rate];
      const turn = rate * rate * response.byDirection[i] * response.byDirection[j];
      const lift = rate * rate * response.byHeight[i] * response.byHeight[j];
      const shared =
        0.05 ** 2 +
        e.amplitude.sd ** 2 * m[0] * m[1] +
        (e.direction.sd ** 2 + e.vane.sd ** 2) * turn +
        e.height.sd ** 2 * lift;
      if (i !== j) return shared;
      const own = (e.gain.sd ** 2 + e.own ** 2) * m[0] * m[0] + (e.edge * rate * response.edge[i]) ** 2;
      return shared + 0.03 ** 2 + 0.02 ** 2 + own;
    }),
  );
}

/** ln N(r; 0, C) by Cholesky. */
function denseLogDensity(covariance: readonly (readonly number[])[], residual: readonly number[]): number {
  const n = residual.length;
  const factor = Array.from({ length: n }, () => new Float64Array(n));
  const whitened = new Float64Array(n);
  let ln = (-n / 2) * Math.log(2 * Math.PI);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = covariance[i][j];
      for (let k = 0; k < j; k++) sum -= factor[i][k] * factor[j][k];
      factor[i][j] = i === j ? Math.sqrt(sum) : sum / factor[j][j];
    }
    let rest = residual[i];
    for (let k = 0; k < i; k++) rest -= factor[i][k] * whitened[k];
    whitened[i] = rest / factor[i][i];
    ln -= Math.log(factor[i][i]) + 0.5 * whitened[i] ** 2;
  }
  return ln;
}

describe('rate evidence', () => {
  it('integrates a log-normal likelihood against the log-uniform prior', () => {
    const [centre, sd] = [Math.log(0.4), 0.3];
    const range = { least_kgph: 0.01, most_kgph: 100 };
    const { lnEvidence, bestRate_kgph } = rateEvidence(
      (rate) => 7 - 0.5 * ((Math.log(rate) - centre) / sd) ** 2,
      10,
      range,
    );
    expect(lnEvidence).toBeCloseTo(7 + Math.log((sd * Math.sqrt(2 * Math.PI)) / Math.log(1e4)), 1);
    expect(Math.abs(Math.log(bestRate_kgph) - centre)).toBeLessThan(Math.log(1.5));
  });

  it('of a likelihood that says nothing is zero', () => {
    const flat = rateEvidence(() => 0, 1, { least_kgph: 0.01, most_kgph: 100 });
    expect(flat.lnEvidence).toBeCloseTo(0, 6);
  });
});

describe('redundancy', () => {
  it('counts a run once per persistence time, and side-by-side samplers once per plume width', () => {
    const record = drawRecord(1).problem;
    expect(redundancyOf(record, 7200).time).toBeCloseTo(120 / (119 / 8), 6);
    expect(redundancyOf(record, 1).time).toBe(1);
    const arc = oneStep(
      Array.from({ length: 36 }, (_, i) => {
        const [x, y] = [100 * Math.cos(i / 18), 100 * Math.sin(i / 18)];
        return [x, y, x, y];
      }),
    );
    expect(redundancyOf(arc, 7200).space).toBeGreaterThan(1.5);
  });
});

describe('levels for detections', () => {
  it('stay at the background when a plume is there half of the time', () => {
    const n = 288;
    const uniform = uniformFrom(4);
    const time_s = Float64Array.from({ length: n }, (_, i) => i * 300);
    const value = Float64Array.from({ length: n }, (_, i) => 1.9 + 0.01 * uniform() + (i % 24 < 12 ? uniform() : 0));
    const { level_ppm, sd_ppm } = fixedLevels(time_s, value, new Int32Array(n), 0.005);
    expect(Math.abs(level_ppm[5] - 1.905)).toBeLessThan(0.01);
    expect(sd_ppm[5]).toBeLessThan(0.03);
  });
});

describe('small records of its own generator', () => {
  const RECORDS = 5;
  const run = (seed: number, options: Parameters<typeof drawRecord>[1]) => {
    const { problem, area, ...truth } = drawRecord(seed, { ...options, isSmall: true });
    return { truth, found: locateFixedSources(problem, area, DEFAULT_FIXED_SETTINGS) };
  };

  it('90 % regions and rate intervals hold the truth; a wrong vane is caught', { timeout: 200_000 }, () => {
    const holds = (vaneError_rad: number, first: number, records: number) => {
      let [place, rate, sources] = [0, 0, 0];
      for (let i = 0; i < records; i++) {
        const { truth, found } = run(first + i, { vaneError_rad, rate_kgph: 1.5 });
        const source = found.sources[0];
        if (source === undefined) continue;
        sources++;
        if (placeRank(source, truth.x_m, truth.y_m) < 0.9) place++;
        if (source.rate.p05 < truth.rate_kgph && source.rate.p95 > truth.rate_kgph) rate++;
      }
      return { place, rate, sources };
    };
    const right = holds(0, 105, RECORDS);
    expect(right.sources).toBeGreaterThanOrEqual(RECORDS - 1);
    // Binomial(5, 0.9) is below 3 once in a hundred and twenty.
    expect(right.place).toBeGreaterThanOrEqual(3);
    expect(right.rate).toBeGreaterThanOrEqual(3);
    expect(holds(1.2, 100, 3).place).toBeLessThan(2);
  });

  it('says nothing where there is nothing, with an upper limit', { timeout: 200_000 }, () => {
    const { found } = run(2, { rate_kgph: 1e-9 });
    expect(found.sources).toHaveLength(0);
    expect(found.lnBayesFactor).toBeLessThan(5);
    const limits = Array.from(found.search!.limit_kgph).sort((a, b) => a - b);
    expect(limits[limits.length >> 1]).toBeLessThan(20);
  });
});
