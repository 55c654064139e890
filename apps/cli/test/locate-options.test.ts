/** Options of `plumeline locate` as texts, and what they must fit; no process is started. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@plumeline/core';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLocateInput } from '../src/locate-input.ts';
import { describeLocate, type LocateCommandOptions } from '../src/locate-options.ts';
import { writeFlight } from './run-cli.ts';

function commandOf(): Command {
  const text = (value: string) => value as never;
  const quiet = { writeOut: () => {}, writeErr: () => {} };
  return describeLocate(new Command('locate'), { filter: text, badRow: text, language: text, seed: Number })
    .exitOverride()
    .configureOutput(quiet);
}

function parsed(...words: string[]): LocateCommandOptions {
  return commandOf().parse(words, { from: 'user' }).opts();
}

describe('options of plumeline locate', () => {
  it.each([
    [['--wind', '225,4.5,10'], { wind: { from_deg: 225, speed_mps: 4.5, heightAgl_m: 10 } }],
    [['--wind', '0,1,2'], { wind: { from_deg: 0, speed_mps: 1, heightAgl_m: 2 } }],
    [['--area', '-107.41,24.79,-107.39,24.81'], { area: [-107.41, 24.79, -107.39, 24.81] }],
    [['--height', '0'], { height: 0 }],
    [['--height', 'unknown'], { height: 'unknown' }],
    [['--known', '-1,2,3', '--known', '4,-5,6'], { known: [known(-1, 2, 3), known(4, -5, 6)] }],
    [['--set-aside', '3: a road, 4:50 pm'], { setAside: [{ pass: 3, reason: 'a road, 4:50 pm' }] }],
    [['--set-aside', 'day 1/12:cut/5: x'], { setAside: [{ flight: 'day 1', pass: 12, reason: 'cut/5: x' }] }],
    [['--turn-wind', '-10'], { turnWind: -10 }],
    [['--leg-heights', '15,30.5'], { legHeights: [15, 30.5] }],
    [['--language', 'es', '-j', '-i', '-'], { language: 'es', json: true, input: '-' }],
  ] as const)('reads %j', (words, expected) => {
    expect(parsed(...words)).toEqual(expected);
  });

  it.each([
    ['--wind', '225,4.5'],
    ['--wind', '225,0,10'],
    ['--wind', 'NE,4,10'],
    ['--area', '1,2,1,3'],
    ['--area', '1,2,3'],
    ['--known', '91,0,1'],
    ['--known', '1,1,0'],
    ['--set-aside', 'three:why'],
    ['--set-aside', '3:'],
    ['--turn-wind', '200'],
    ['--wind-factor', '0'],
    ['--leg-heights', '15,-3'],
    ['--height', ''],
  ])('refuses %s %j', (option, text) => {
    expect(() => parsed(option, text)).toThrow(/Give /);
  });

  it('says what each option is for', () => {
    const bare = commandOf().options.filter(({ description }) => description.length < 10);
    expect(bare.map(({ long }) => long)).toEqual([]);
    expect(commandOf().options.length).toBeGreaterThan(20);
  });
});

describe('what plumeline locate is given', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumeline-locate-'));
    writeFlight(folder, 'f1_1.csv');
    writeFlight(folder, 'f1_2.csv', { rate_kgph: 21 });
    writeFileSync(join(folder, 'empty.json'), '{}');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const read = (files: readonly string[], options: LocateCommandOptions = {}) =>
    readLocateInput(
      files.map((file) => join(folder, file)),
      options,
      'plumeline test',
    );
  const codesOf = (attempt: () => unknown) => {
    try {
      attempt();
    } catch (error) {
      if (error instanceof InputError) return error.faults.map(({ code }) => code);
      throw error;
    }
    return [];
  };

  it('puts what was stated into the recording and its id', () => {
    const [plain] = read(['f1_1.csv']).recordings;
    const [stated] = read(['f1_1.csv'], { area: [-108, 24, -107, 25], height: 3 }).recordings;
    expect(stated!.series.context).toMatchObject({ searchArea: [-108, 24, -107, 25], sourceHeightAgl_m: 3 });
    expect(stated!.recording.provenance.settings).toMatchObject({ sourceHeightAgl_m: 3 });
    expect(stated!.recording.id).not.toBe(plain!.recording.id);
  });

  const both = ['f1_1.csv', 'f1_2.csv'];
  it.each<[string, readonly string[], LocateCommandOptions]>([
    ['input-unsaid', [], {}],
    ['input-twice', ['f1_1.csv'], { input: '-' }],
    ['flight-twice', ['f1_1.csv', 'f1_1.csv'], {}],
    ['flight-unknown', both, { setAside: [{ pass: 1, reason: 'road' }] }],
    ['flight-unknown', both, { setAside: [{ flight: 'f1_3', pass: 1, reason: 'road' }] }],
    ['leg-unasked', ['f1_1.csv'], { legSpeed: 8 }],
    ['map-of-many', both, { detectionMap: 'x' }],
    ['profile-unknown', both, { profile: 'no-such' }],
    ['wind-stated-twice', both, { wind: { from_deg: 1, speed_mps: 2, heightAgl_m: 3 } }],
  ])('refuses with %s', (code, files, options) => {
    expect(codesOf(() => read(files, options))).toContain(code);
  });

  it('takes a pass of a named flight, and of the only one', () => {
    expect(codesOf(() => read(both, { setAside: [{ flight: 'f1_2', pass: 1, reason: 'road' }] }))).toEqual([]);
    expect(codesOf(() => read(['f1_1.csv'], { setAside: [{ pass: 1, reason: 'road' }] }))).toEqual([]);
  });

  it('says of JSON what is missing, and which options are of files', () => {
    const input = join(folder, 'empty.json');
    expect(codesOf(() => read([], { input }))).toContain('json-key-missing');
    expect(codesOf(() => read([], { input, date: '2026-01-01' }))).toEqual(['option-of-files']);
    expect(codesOf(() => read([], { input: join(folder, 'none.json') }))).toEqual(['input-missing']);
  });
});

function known(lat: number, lon: number, rate_kgph: number) {
  return { lat, lon, rate_kgph };
}
