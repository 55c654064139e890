import { describe, expect, it } from 'vitest';
import { strongPasses } from '../src/detectability.ts';

const leg = Int32Array.from({ length: 120 }, (_, i) => Math.floor(i / 60));
const bell = (centre: number, height: number, width = 4) =>
  Float64Array.from({ length: 120 }, (_, i) => height * Math.exp(-((i - centre) ** 2) / (2 * width * width)));
const NOISE = 0.01;

describe('strong passes', () => {
  it('are those whose matched-filter ratio reaches six', () => {
    // |bell| = height sqrt(width sqrt(pi)) = 2.66 height for width 4; a little goes to level and slope.
    expect(strongPasses(0, [bell(30, 0.03)], leg, NOISE)).toHaveLength(1);
    expect(strongPasses(0, [bell(30, 0.03)], leg, NOISE)[0].snr).toBeGreaterThan(6.5);
    expect(strongPasses(0, [bell(30, 0.03)], leg, NOISE)[0].snr).toBeLessThan(8);
    expect(strongPasses(0, [bell(30, 0.02)], leg, NOISE)).toHaveLength(0);
    expect(strongPasses(0, [bell(90, 0.1)], leg, NOISE).map((pass) => pass.leg)).toEqual([1]);
  });

  it('do not count what a straight line or another source explains', () => {
    const ramp = Float64Array.from({ length: 120 }, (_, i) => 0.1 + 0.01 * i);
    expect(strongPasses(0, [ramp], leg, NOISE)).toHaveLength(0);
    expect(strongPasses(0, [bell(30, 0.1), bell(30, 1)], leg, NOISE)).toHaveLength(0);
    expect(strongPasses(0, [bell(30, 0.1), bell(50, 1)], leg, NOISE)).toHaveLength(1);
  });
});
