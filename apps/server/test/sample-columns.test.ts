import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModelSeries, encodeModelSeries, thinned } from '../src/sample-columns.ts';

const value = fc.oneof({ weight: 9, arbitrary: fc.double({ noNaN: true }) }, fc.constant(Number.NaN));
const values = fc.array(value, { maxLength: 400 }).map((list) => Float64Array.from(list));
const limits = fc.integer({ min: 4, max: 200 });

describe('thinned', () => {
  it('keeps at most the limit, ascending, each once, with the first and the last', () => {
    fc.assert(
      fc.property(values, limits, (column, limit) => {
        const kept = thinned(column, limit);
        expect(kept.length).toBeLessThanOrEqual(limit);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        if (column.length > 0) expect([kept[0], kept.at(-1)]).toEqual([0, column.length - 1]);
      }),
    );
  });

  it('keeps the smallest and the largest value', () => {
    fc.assert(
      fc.property(values, limits, (column, limit) => {
        const finite = [...column].filter((each) => !Number.isNaN(each));
        fc.pre(finite.length > 0);
        const kept = thinned(column, limit).map((i) => column[i]!);
        expect(kept).toContain(finite.reduce((a, b) => Math.max(a, b)));
        expect(kept).toContain(finite.reduce((a, b) => Math.min(a, b)));
      }),
    );
  });

  it('leaves a short column alone', () => {
    expect(thinned(Float64Array.of(3, 1, 2), 4)).toEqual([0, 1, 2]);
    expect(thinned(new Float64Array(0), 4)).toEqual([]);
  });
});

describe('model series', () => {
  it('come back as they went, with null where there was no number', () => {
    const background_ppm = Float64Array.of(1.9, Number.NaN, 1.91);
    const fitted_ppm = Float64Array.of(2, 2.5, Number.POSITIVE_INFINITY);
    expect(decodeModelSeries(encodeModelSeries({ background_ppm, fitted_ppm }))).toEqual({
      background_ppm: [1.9, null, 1.91],
      fitted_ppm: [2, 2.5, null],
    });
  });
});
