/** The worked example of docs/recipes/adding-a-sensor-profile.md does what the page says. */
import { readFileSync } from 'node:fs';
import { parseProfile } from '@plumeline/formats';
import { describe, expect, it } from 'vitest';
import { chooseProfile, ingest } from '../src/ingest.ts';
import { allProfiles, bytesOf, OPTIONS } from './ingest-support.ts';

const page = readFileSync(new URL('../../../docs/recipes/adding-a-sensor-profile.md', import.meta.url), 'utf8');
const block = (language: string) => page.split(`\`\`\`${language}\n`)[1].split('```')[0];

describe('the recipe', () => {
  const profile = parseProfile(block('yaml'), 'balloon-logger.yaml');
  const file = { name: 'logger-0412.csv', bytes: bytesOf(block('csv')) };

  it('is chosen by name and columns among the shipped profiles', () => {
    expect(chooseProfile([file], [...allProfiles(), profile]).name).toBe('balloon-logger');
  });

  it('reads feet, knots, decimal commas, local time and the declared gap', () => {
    const [{ recording, series }] = ingest([file], profile, OPTIONS);
    expect(series.count).toBe(2);
    expect(recording.startAt).toBe('2026-04-12T16:30:00.000Z');
    expect(series.heightAgl_m[0]).toBeCloseTo(49.987, 3);
    expect(series.windEast_mps![0]).toBeCloseTo(5.144, 3);
    // Row 2's air was read one second later, in row 3.
    expect(series.moleFraction_ppm[0]).toBeCloseTo(2.2107, 6);
    expect(recording.excluded.map(({ code, firstRow }) => [code, firstRow])).toEqual([
      ['value-missing-declared', 4],
      ['lag-tail', 5],
    ]);
  });
});
