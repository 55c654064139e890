import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfiguration } from '../src/configuration.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('configuration', () => {
  it('has the defaults of a fresh clone', () => {
    const { software, ...rest } = readConfiguration({});
    expect(rest).toEqual({
      root,
      data: join(root, '.plumeline'),
      port: 4780,
      geodata: join(root, '..', 'shared', 'data', 'mexico_geo'),
      exerciseSeed: 1,
    });
    expect(software).toMatch(/^plumeline \d+\.\d+\.\d+$/);
  });

  it('takes everything from the environment; an empty value is none', () => {
    expect(
      readConfiguration({
        PLUMELINE_ROOT: root,
        PLUMELINE_DATA: '/data/here',
        PLUMELINE_PORT: '0',
        PLUMELINE_GEODATA: '/maps',
        PLUMELINE_EXERCISE_SEED: 'none',
        DATABASE_URL: 'postgres://db/plumeline',
      }),
    ).toMatchObject({ data: '/data/here', port: 0, geodata: '/maps', databaseUrl: 'postgres://db/plumeline' });
    expect(readConfiguration({ PLUMELINE_EXERCISE_SEED: 'none' })).not.toHaveProperty('exerciseSeed');
    expect(readConfiguration({ DATABASE_URL: '' })).not.toHaveProperty('databaseUrl');
  });

  it.each([
    ['PLUMELINE_PORT', '80a'],
    ['PLUMELINE_PORT', '65536'],
    ['PLUMELINE_PORT', '-1'],
    ['PLUMELINE_EXERCISE_SEED', '1.5'],
    ['PLUMELINE_EXERCISE_SEED', 'one'],
  ])('refuses %s=%s by name', (name, text) => {
    const read = () => readConfiguration({ [name]: text });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(`${name}=${text}`);
  });
});
