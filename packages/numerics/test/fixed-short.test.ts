import { describe, expect, it } from 'vitest';
import { stepTables, viewsFrom } from '../src/fixed/response.ts';
import { DEFAULT_FIXED_SETTINGS } from '../src/fixed/settings.ts';
import { emptyShapes, fillShapes } from '../src/fixed/shape.ts';
import { shortLikelihood, shortRecord, shortScratch } from '../src/fixed/short-record.ts';
import { drawShort, fieldCovariance } from './fixed-short-generator.ts';

const settings = DEFAULT_FIXED_SETTINGS;
const still = { turn_rad: 0, lnSigmaY: 0, lnSigmaZ: 0 };

function shapesOf(seed: number, x_m: number, y_m: number, departure = still) {
  const { problem } = drawShort(seed, settings);
  const shapes = emptyShapes(problem.value_ppm.length);
  const tables = stepTables(problem, { directionError: { base_rad: 0, light_radmps: 0 } });
  fillShapes(problem, tables, departure, viewsFrom(problem, { x_m, y_m, width_m: 0 }), shapes);
  return { problem, shapes };
}

describe('shapes of a plume', () => {
  it('slopes are the derivatives of ln response by direction and by ln sigma_z', () => {
    const h = 1e-4;
    const at = (turn_rad: number, lnSigmaZ: number) => shapesOf(3, -20, 5, { turn_rad, lnSigmaY: 0, lnSigmaZ }).shapes;
    const middle = at(0, 0);
    const turned = [at(h, 0), at(-h, 0)];
    const raised = [at(0, h), at(0, -h)];
    let compared = 0;
    middle.ln.forEach((ln, row) => {
      if (ln === Number.NEGATIVE_INFINITY) return;
      compared++;
      expect(middle.turn[row]).toBeCloseTo((turned[0].ln[row] - turned[1].ln[row]) / (2 * h), 3);
      expect(middle.height[row]).toBeCloseTo((raised[0].ln[row] - raised[1].ln[row]) / (2 * h), 3);
    });
    expect(compared).toBeGreaterThan(20);
  });
});

describe('likelihood of a short record', () => {
  it('is the dense normal density of ln y where every reading is far above the noise', () => {
    const { problem, shapes } = shapesOf(3, 0, 0);
    const rows = Array.from(shapes.ln.keys()).filter(
      (row) => Math.abs(shapes.across[row]) < 1.5 && shapes.ln[row] > -9e9,
    );
    expect(rows.length).toBeGreaterThan(5);
    const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]);
    const few = {
      ln: pick(shapes.ln),
      turn: pick(shapes.turn),
      width: pick(shapes.width),
      height: pick(shapes.height),
      lnRadius: pick(shapes.lnRadius),
      across: pick(shapes.across),
    };
    const offsets = rows.map((_, i) => 0.1 * Math.sin(2 * i));
    const rate = 1e7;
    const value_ppm = few.ln.map((ln, i) => rate * Math.exp(ln + offsets[i]));
    const steps = [{ ...problem.steps[0], to: rows.length }];
    const record = shortRecord({ ...problem, steps, value_ppm }, 0, 0.01, 0);
    const lnL = shortLikelihood(record, few, rate, settings.short.field, 0, shortScratch(rows.length));
    expect(lnL).toBeCloseTo(denseLogDensity(fieldCovariance(few, settings.short.field), offsets), 4);
  });

  it('one absurd reading costs a bounded amount, with a source and without', () => {
    const { problem, shapes } = shapesOf(4, 0, 0);
    const lnL = (value: number, rate: number) => {
      const value_ppm = new Float64Array(problem.value_ppm.length);
      value_ppm[0] = value;
      const record = shortRecord({ ...problem, value_ppm }, 0, 0.01, 0.01);
      const none = { ...shapes, ln: new Float64Array(shapes.ln.length).fill(Number.NEGATIVE_INFINITY) };
      return shortLikelihood(
        record,
        rate > 0 ? shapes : none,
        1,
        settings.short.field,
        0,
        shortScratch(problem.value_ppm.length),
      );
    };
    for (const rate of [0, 1]) expect(lnL(0, rate) - lnL(1e6, rate)).toBeLessThan(12);
  });
});

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
