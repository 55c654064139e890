import { describe, expect, it } from 'vitest';
import { angular, surfaceRelease } from '../src/dispersion/index.ts';
import { hasPrairieGrass, loadPrairieGrass } from './prairie-grass.ts';
import { arcMaximumSkill, profileSkill } from './prairie-grass-skill.ts';

/** Guards the figures of docs/science/plume-model.md on the odd runs. */
describe('Prairie Grass (skipped where ../shared/data/prairie_grass is absent)', () => {
  it.skipIf(!hasPrairieGrass)('arc maxima of the default plume', () => {
    const skill = arcMaximumSkill(loadPrairieGrass(), surfaceRelease);
    expect(skill.count).toBe(130);
    expect(skill.fac2).toBeGreaterThanOrEqual(0.93);
    expect(Math.abs(skill.fractionalBias)).toBeLessThanOrEqual(0.15);
    expect(skill.nmse).toBeLessThanOrEqual(0.35);
    expect(skill.geometricMeanBias).toBeGreaterThan(0.9);
    expect(skill.geometricMeanBias).toBeLessThan(1.1);
  });

  it.skipIf(!hasPrairieGrass)('profiles of the default plume beat constant angles', () => {
    const runs = loadPrairieGrass();
    expect(profileSkill(runs, surfaceRelease).nmse).toBeLessThan(0.25 * profileSkill(runs, angular).nmse);
  });
});
