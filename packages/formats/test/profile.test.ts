import { readdirSync, readFileSync } from 'node:fs';
import { InputError } from '@plumeline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  isSameProfileName,
  matchesGlob,
  matchStrength,
  parseProfile,
  SensorProfileSchema,
} from '../src/index.ts';

const folder = new URL('../../../profiles/', import.meta.url);
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string) => readFileSync(new URL(name, folder), 'utf8');

describe('shipped profiles', () => {
  it('are there', () => expect(shipped.length).toBeGreaterThanOrEqual(6));

  it.each(shipped)('%s reads, is named as its file and teaches by comments', (name) => {
    const text = textOf(name);
    expect(`${parseProfile(text, name).name}.yaml`).toBe(name);
    expect(text.split('\n').filter((line) => line.trim().startsWith('#')).length).toBeGreaterThanOrEqual(3);
  });

  it('have the published JSON Schema (packages/formats/scripts/write-profile-schema.ts writes it)', () => {
    expect(JSON.parse(textOf('profile.schema.json'))).toEqual(JSON.parse(JSON.stringify(SensorProfileSchema)));
  });
});

const good = textOf('sim_flights.yaml');
const rowOf = (text: string, part: string) => 1 + text.slice(0, text.indexOf(part)).split('\n').length - 1;

/** A text and its replacement, the fault's code, and the text that stands in the row the fault must name. */
const MUTATIONS: [what: string, from: string, to: string, code: string, rowText: string, remedy: RegExp][] = [
  ['an unknown key', 'substance:', 'substanze: methane\nsubstance:', 'profile-key-unknown', 'substanze', /substance/],
  [
    'an unknown key deep down',
    'averaging_s: 1',
    'averging_s: 1\n  averaging_s: 1',
    'profile-key-unknown',
    'averging_s',
    /averaging_s/,
  ],
  ['a missing key', '  lag_s: 0\n', '', 'profile-key-missing', 'concentration:', /lag_s/],
  ['a text for a number', 'averaging_s: 1', 'averaging_s: soon', 'profile-value', 'averaging_s', /Averaging/],
  ['a value not allowed', 'per: file', 'per: day', 'profile-value', 'per: day', /file/],
  ['an unknown unit', 'unit: ppm', 'unit: pmm', 'unit-unknown', 'unit: pmm', /ppm/],
  ['a unit of another kind', 'unit: ppm', 'unit: kn', 'unit-dimension', 'unit: kn', /ppm/],
  ['no wind convention', '  convention: components to\n', '', 'wind-convention-missing', 'wind:', /compass from/],
  ['a convention that does not fit', 'components to', 'compass from', 'wind-convention-mismatch', 'wind:', /direction/],
  ['an unknown convention', 'components to', 'components towards', 'profile-value', 'convention:', /where the air/],
  ['half a wind', '  north: { column: wind_north_to_mps, unit: m/s }\n', '', 'wind-incomplete', 'wind:', /both/],
  ['no wind at all', /* all of it */ 'WIND', '  heightAgl_m: 3\n', 'wind-missing', 'wind:', /absent/],
  ['no position', '  lat: { column: lat, unit: deg }\n', '', 'position-missing', 'position:', /lat and lon/],
  ['no height', 'height: { column: height_agl_m, unit: m }', 'height: {}', 'height-missing', 'height:', /constant_m/],
  ['an unknown substance', 'substance: methane', 'substance: metane', 'substance-unknown', 'substance:', /methane/],
  ['an unknown time format', 'format: iso', 'format: someday', 'time-format-unknown', 'format:', /iso/],
  ['times without date', 'format: iso', 'format: HH:mm:ss', 'date-missing', 'time:', /option/],
  ['an unknown zone', 'zone: UTC', 'zone: Mazatlan', 'time-zone-unknown', 'zone:', /offset/],
  [
    'a measure read from truth',
    'profile: 1',
    'profile: 1\ntruthColumns: [ch4_ppm]',
    'truth-column-read',
    'column: ch4_ppm',
    /truthColumns/,
  ],
  ['an unknown table', 'unit: ppm', 'unit: ppm\n  table: met', 'profile-key-unknown', 'table: met', /./],
  [
    'local metres without anchor',
    '  lat: { column: lat, unit: deg }\n  lon: { column: lon, unit: deg }\n',
    '  x: { column: x, unit: m }\n  y: { column: y, unit: m }\n',
    'anchor-missing',
    'position:',
    /anchor/,
  ],
  ['broken YAML', 'leg: { column: leg }', 'leg: { column: leg', 'profile-yaml', '', /YAML|indentation/],
  ['a key twice', 'profile: 1', 'profile: 1\nprofile: 1', 'profile-yaml', '', /./],
  ['an alias', 'zone: UTC', 'zone: &z UTC\n  date: *z', 'profile-alias', '', /Write/],
];

const windBlock = good.slice(good.indexOf('  # Where the air goes TO'), good.indexOf('leg:'));

describe('a faulty profile', () => {
  it.each(MUTATIONS)('with %s is refused at its row', (_, from, to, code, rowText, remedy) => {
    const part = from === 'WIND' ? windBlock : from;
    expect(good).toContain(part);
    const text = good.replace(part, to);
    let faults: InputError['faults'] = [];
    try {
      parseProfile(text, 'p.yaml');
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      faults = (error as InputError).faults;
    }
    const fault = faults.find((one) => one.code === code);
    expect(fault, JSON.stringify(faults)).toBeDefined();
    expect(fault!.place.file).toBe('p.yaml');
    expect(fault!.remedy).toMatch(remedy);
    if (rowText !== '') expect(fault!.place.row).toBe(rowOf(text, rowText));
  });

  it('names every fault, not only the first', () => {
    const text = good.replace('unit: ppm', 'unit: pmm').replace('zone: UTC', 'zone: here').replace('methane', 'metane');
    try {
      parseProfile(text, 'p.yaml');
      expect.unreachable();
    } catch (error) {
      const codes = (error as InputError).faults.map(({ code }) => code);
      expect(codes).toEqual(expect.arrayContaining(['unit-unknown', 'time-zone-unknown']));
    }
  });

  it('never fails but with InputError, whatever the text', () => {
    const at = fc.nat(good.length);
    const junk = fc.string({
      unit: fc.constantFrom(':', '{', '}', '[', ']', '-', '#', '&a', '*a', '!', '\n', ' ', 'x', '0', '|', '"'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(at, at, junk, (a, b, insert) => {
        const text = good.slice(0, Math.min(a, b)) + insert + good.slice(Math.max(a, b));
        try {
          parseProfile(text, 'p.yaml');
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('matching', () => {
  it.each([
    ['*.csv', 'a/b/flight.CSV', true],
    ['f1_*.csv', 'f1_1000.csv', true],
    ['f1_*.csv', 'f2_1000.csv', false],
    ['day*/x.csv', 'day1/x.csv', true],
    ['day*/x.csv', 'day1/2/x.csv', false],
    ['**/x.csv', 'day1/2/x.csv', true],
    ['**/x.csv', 'x.csv', true],
    ['a.csv', 'aXcsv', false],
  ])('%s and %s', (pattern, path, expected) => expect(matchesGlob(path, pattern)).toBe(expected));

  it('prefers the more literal pattern', () => {
    expect(matchStrength('f1_2.csv', ['f1_*.csv'])).toBeGreaterThan(matchStrength('f1_2.csv', ['*.csv']));
    expect(matchStrength('f1_2.csv', ['*.txt'])).toBe(-1);
  });

  it('does not hang on many stars', () => {
    const started = performance.now();
    matchesGlob(`${'a'.repeat(300)}b`, `${'*a'.repeat(20)}c`);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it('compares names without case, - and _', () =>
    expect(isSameProfileName('FAAM-elgin_b689', 'faam_Elgin-b689')).toBe(true));

  it('needs truth columns for nothing but the period', () => {
    const profile = parseProfile(textOf('ginninderra2015.yaml'), 'g.yaml');
    const read = columnsOf(profile).filter((column) => profile.truthColumns?.includes(column));
    expect(read).toEqual(['release_rate']);
  });
});
