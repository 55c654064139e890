import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign } from '../src/score/assignment.ts';

describe('assign', () => {
  it('takes the best whole, not the nearest first', () => {
    expect(
      assign(
        [
          [1, 2],
          [1.5, 100],
        ],
        10,
      ),
    ).toEqual([1, 0]);
    expect(assign([], 10)).toEqual([]);
    expect(assign([[], []], 10)).toEqual([-1, -1]);
    expect(assign([[11], [12]], 10)).toEqual([-1, -1]);
    expect(assign([[5], [3], [9]], 10)).toEqual([-1, 0, -1]);
  });

  it('agrees with trying every matching: most pairs, then least cost', () => {
    const table = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );
    fc.assert(
      fc.property(table, (cost) => {
        const chosen = assign(cost, 12);
        const used = chosen.filter((column) => column >= 0);
        expect(new Set(used).size).toBe(used.length);
        const total = chosen.reduce((sum, column, row) => sum + (column < 0 ? 0 : cost[row][column]), 0);
        expect([used.length, total]).toEqual(bestOf(cost, 12));
      }),
      { numRuns: 500 },
    );
  });
});

function bestOf(cost: number[][], largest: number): [number, number] {
  let best: [number, number] = [0, 0];
  const extend = (row: number, taken: Set<number>, pairs: number, total: number) => {
    if (pairs > best[0] || (pairs === best[0] && total < best[1])) best = [pairs, total];
    if (row === cost.length) return;
    extend(row + 1, taken, pairs, total);
    cost[row].forEach((value, column) => {
      if (value <= largest && !taken.has(column)) extend(row + 1, new Set(taken).add(column), pairs + 1, total + value);
    });
  };
  extend(0, new Set(), 0, 0);
  return best;
}
