import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ornsteinUhlenbeck, randomFrom, xoshiro128 } from '../src/random.ts';

const draws = (random: { uniform(): number }, count: number) => Array.from({ length: count }, () => random.uniform());

describe('xoshiro128**', () => {
  it('gives the first outputs of the reference implementation for the state 1 2 3 4', () => {
    const next = xoshiro128(Uint32Array.of(1, 2, 3, 4));
    expect([next(), next(), next(), next()]).toEqual([11520, 0, 5927040, 70819200]);
  });
});

describe('streams', () => {
  it('depend on seed and path only: draws elsewhere move nothing', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), fc.string(), fc.nat(50), (seed, a, b, extra) => {
        fc.pre(a !== b);
        const plain = draws(randomFrom(seed).stream(a), 5);
        const root = randomFrom(seed);
        draws(root, extra);
        const busy = root.stream(b);
        draws(busy, extra);
        busy.normal();
        expect(draws(root.stream(a), 5)).toEqual(plain);
        expect(draws(root.stream(b), 5)).not.toEqual(plain);
      }),
    );
  });

  it('of neighbouring seeds and names are not correlated', () => {
    const n = 20_000;
    const a = draws(randomFrom(1).stream('x'), n);
    for (const other of [randomFrom(2).stream('x'), randomFrom(1).stream('y'), randomFrom(1).stream('x').stream('x')]) {
      const b = draws(other, n);
      const correlation = a.reduce((sum, value, i) => sum + (value - 0.5) * (b[i] - 0.5) * 12, 0) / n;
      expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(n));
    }
  });
});

describe('distributions', () => {
  it('normal has moments 0, 1, 0, 3 within four standard errors', () => {
    const n = 100_000;
    const random = randomFrom(3);
    const z = Array.from({ length: n }, () => random.normal());
    const moment = (p: number) => z.reduce((sum, value) => sum + value ** p, 0) / n;
    const errors = [1, 2, 15, 96].map((variance) => 4 * Math.sqrt(variance / n));
    [0, 1, 0, 3].forEach((expected, i) => {
      expect(Math.abs(moment(i + 1) - expected)).toBeLessThan(errors[i]);
    });
  });

  it('Ornstein-Uhlenbeck series start in equilibrium and decay as told', () => {
    const runs = 4000;
    const root = randomFrom(4);
    const series = Array.from({ length: runs }, (_, i) => ornsteinUhlenbeck(root.stream(i), 4, 0.5));
    const mean = (of: (s: Float64Array) => number) => series.reduce((sum, s) => sum + of(s), 0) / runs;
    expect(Math.abs(mean((s) => s[0] ** 2) - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean((s) => s[3] ** 2) - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean((s) => s[0] * s[3]) - Math.exp(-1.5))).toBeLessThan(0.07);
  });
});
