import { InputError } from '@plumeline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAdmsMet,
  decodeOperatorFacts,
  decodeText,
  factsFromSettings,
  factsToSettings,
  MAX_TEXT_BYTES,
  toInstant,
} from '../src/index.ts';
import { parseNumber } from '../src/samples/numbers.ts';
import { dateSeconds, parseTimeFormat, zoneOffset_s } from '../src/samples/time-format.ts';

const faultOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.faults[0];
    throw error;
  }
  return undefined;
};

describe('numbers', () => {
  it.each([
    ['1.5', 1.5],
    [' -2e-3 ', -0.002],
    ['.5', 0.5],
    ['7.', 7],
    ['+0', 0],
    ['', 'value-missing'],
    ['NaN', 'value-not-finite'],
    ['-inf', 'value-not-finite'],
    ['1e999', 'value-not-finite'],
    ['57,047', 'decimal-comma'],
    ['0x10', 'value-not-number'],
    ['1 000', 'value-not-number'],
    ['NA', 'value-not-number'],
    ['1.2.3', 'value-not-number'],
    ['１', 'value-not-number'],
  ])('%j is %s', (text, expected) => expect(parseNumber(text, '.')).toBe(expected));

  it('reads decimal commas where the profile says so', () => expect(parseNumber('57,047', ',')).toBe(57.047));

  it('reads what JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(String(value), '.')).toBe(Number(String(value))); // -0 is written 0
      }),
    );
  });
});

describe('times', () => {
  const read = (format: string, text: string, century = 1900) => {
    const { time_s } = parseTimeFormat(format)!.parse(text, century);
    return Number.isNaN(time_s) ? undefined : toInstant(time_s);
  };
  it.each([
    ['iso', '2012-04-03 13:45:00', '2012-04-03T13:45:00.000Z'],
    ['iso', '2025-02-03T17:00:00.250Z', '2025-02-03T17:00:00.250Z'],
    ['iso', '2025-02-03T17:00:00+02:00', '2025-02-03T15:00:00.000Z'],
    ['iso', '2025-02-30T00:00:00Z', undefined],
    ['iso', '2025-13-01T00:00:00Z', undefined],
    ['iso', '2025-02-03', undefined],
    ['unix_s', '1333460700.5', '2012-04-03T13:45:00.500Z'],
    ['dd/MM/yyyy HH:mm:ss', '03/04/2012 13:45:00', '2012-04-03T13:45:00.000Z'],
    ['MM/dd/yy HHmm-*', '07/03/56 1100-1110', '1956-07-03T11:00:00.000Z'],
    ['HH:mm:ss', '18:17:33', '1970-01-01T18:17:33.000Z'],
    ['HH:mm:ss', '24:00:00', undefined],
    ['HH:mm:ss', '18:17', undefined],
  ])('%s reads %s', (format, text, expected) => expect(read(format, text)).toBe(expected));

  it.each(['yyyy HH:mm', 'Q', 'HH', 'HH:mm * ss *', 'HH:mm HH'])('does not understand the format %s', (format) => {
    expect(parseTimeFormat(format)).toBeUndefined();
  });

  it('inverts its own output', () => {
    const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (date) => {
        expect(read('iso', date.toISOString())).toBe(date.toISOString());
      }),
    );
  });

  it.each([
    ['UTC', 0],
    ['+10:00', 36_000],
    ['-06:00', -21_600],
    ['+25:00', undefined],
    ['CET', undefined],
  ])('zone %s', (zone, offset) => expect(zoneOffset_s(zone)).toBe(offset));

  it('knows no 29 February 2023', () =>
    expect([dateSeconds('2024-02-29'), dateSeconds('2023-02-29')]).toEqual([1_709_164_800, Number.NaN]));
});

describe('text', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  it.each([
    ['nothing', bytes(), 'file-empty', {}],
    ['too much', new Uint8Array(MAX_TEXT_BYTES + 1), 'file-too-large', {}],
    ['UTF-16', bytes(0xff, 0xfe, 0x61, 0), 'encoding-utf16', {}],
    ['a zero byte', bytes(0x61, 0, 0x62), 'file-binary', { byte: 1 }],
    ['Latin-1', bytes(0x61, 10, 0x62, 0xe9, 0x2c), 'encoding-unknown', { byte: 3, row: 2 }],
    ['a character cut off', bytes(0x61, 0xc3), 'encoding-unknown', { byte: 1, row: 1 }],
  ])('refuses %s', (_, input, code, place) => {
    expect(faultOf(() => decodeText(input, 'f'))).toMatchObject({ code, place: { file: 'f', ...place } });
  });

  it('accepts a byte order mark', () => expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61), 'f')).toBe('a'));
});

describe('ADMS met', () => {
  const good = 'VARIABLES:\n4\nU\nPHI\nT0C\nH\nDATA:\n11.8,236.5,2.8,-999\n';
  it('reads what is given and leaves out what is not', () => {
    expect(decodeAdmsMet(good, 'm.met')).toEqual({
      windSpeed_mps: 11.8,
      windDirection_deg: 236.5,
      airTemperature_K: 275.95,
    });
  });

  it.each([
    ['no sections', 'U,PHI\n1,2', 'met-format', undefined],
    ['a wrong count', good.replace('\n4\n', '\n5\n'), 'met-format', 2],
    ['a short line', good.replace(',-999', ''), 'met-format', 8],
    ['two lines', `${good}1,2,3,4\n`, 'met-lines', 7],
    ['no wind', good.replace('236.5', '-999'), 'met-wind-missing', 8],
    ['text for a number', good.replace('236.5', 'SW'), 'met-value', 8],
    ['an empty value', good.replace('236.5', ''), 'met-value', 8],
  ])('refuses %s', (_, text, code, row) => {
    const fault = faultOf(() => decodeAdmsMet(text, 'm.met'));
    expect(fault).toMatchObject({ code, place: { file: 'm.met' } });
    expect(fault?.place.row).toBe(row);
  });
});

describe('operator facts', () => {
  const truth = {
    simulated: true,
    noise_ppm: 0.02,
    sigma_v_mps: 0.9,
    area: [
      [-107.4, 24.7],
      [-107.3, 24.8],
    ],
    instrument: { lag_s: 2, averaging_s: 1 },
    sources: [{ lon: -107.39, lat: 24.79, rate_kgph: 7.6 }],
  };
  it('reads what an operator knows and nothing of the sources', () => {
    const facts = decodeOperatorFacts(JSON.stringify(truth), 'f.json');
    expect(facts).toEqual({
      noise_ppm: 0.02,
      sigmaV_mps: 0.9,
      searchArea: [-107.4, 24.7, -107.3, 24.8],
      lag_s: 2,
      averaging_s: 1,
    });
    expect(factsFromSettings(factsToSettings(facts))).toEqual(facts);
  });

  it.each([
    ['no JSON', '{', 'json-invalid'],
    ['a list', '[]', 'json-invalid'],
    ['negative noise', JSON.stringify({ noise_ppm: -1 }), 'operator-fact'],
    ['a text', JSON.stringify({ roughness_m: '0.1' }), 'operator-fact'],
    ['corners exchanged', JSON.stringify({ area: [...truth.area].reverse() }), 'operator-fact'],
  ])('refuses %s', (_, text, code) =>
    expect(faultOf(() => decodeOperatorFacts(text, 'f.json'))).toMatchObject({ code }),
  );
});
