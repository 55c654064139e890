import { describe, expect, it } from 'vitest';
import { DEFAULT_FIXED_SETTINGS } from '../src/fixed/settings.ts';
import { rankRateAtPlace, tenBins, tooSure } from './fixed-calibration.ts';

describe('simulation-based calibration of short records, rate at the known place', () => {
  const truth = DEFAULT_FIXED_SETTINGS;
  const chi2Of = (engine: typeof truth) =>
    tenBins(Array.from({ length: 100 }, (_, i) => rankRateAtPlace(4000 + i, truth, engine))).chi2;

  it('ranks are flat; those of an engine with a fifth of the errors are not', { timeout: 200_000 }, () => {
    // The 99 % point of chi squared with nine degrees of freedom.
    expect(chi2Of(truth)).toBeLessThan(21.7);
    expect(chi2Of(tooSure(truth))).toBeGreaterThan(21.7);
  });
});
