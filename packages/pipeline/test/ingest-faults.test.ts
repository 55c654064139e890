import { InputError } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { chooseProfile, ingest } from '../src/ingest.ts';
import { allProfiles, bytesOf, faultsOf, flight, flightLines, OPTIONS, profile, withCell } from './ingest-support.ts';

const sim = profile('sim_flights');
const good = flightLines();
const cell = (row: number, column: string, value: string) => () => withCell(good, row, column, value);
const swapCells = (lines: string[], row: number) => {
  const [time, lat, lon, ...rest] = lines[row - 1].split(',');
  return lines.with(row - 1, [time, lon, lat, ...rest].join(','));
};
const scaled = (factor: number) =>
  good.map((line, at) => {
    if (at === 0) return line;
    const cells = line.split(',');
    return cells.with(5, String(Number(cells[5]) * factor)).join(',');
  });

/** What is wrong, the damaged lines, and the code, row and column that the fault must name. */
const ROWS: [what: string, lines: () => string[], code: string, row: number | undefined, column: string | undefined][] =
  [
    ['NaN in a number', cell(7, 'ch4_ppm', 'NaN'), 'value-not-finite', 7, 'ch4_ppm'],
    ['inf in a number', cell(8, 'height_agl_m', '-inf'), 'value-not-finite', 8, 'height_agl_m'],
    ['text in a number', cell(9, 'wind_east_to_mps', 'calm'), 'value-not-number', 9, 'wind_east_to_mps'],
    ['an empty cell', cell(10, 'ch4_ppm', ''), 'value-missing', 10, 'ch4_ppm'],
    ['a missing position', cell(11, 'lat', ''), 'value-missing', 11, 'lat'],
    ['a quoted decimal comma', cell(12, 'ch4_ppm', '"1,95"'), 'decimal-comma', 12, 'ch4_ppm'],
    ['a bare decimal comma', cell(12, 'ch4_ppm', '1,95'), 'row-ragged', 12, undefined],
    ['a latitude out of range', cell(13, 'lat', '124.8'), 'latitude-range', 13, 'lat'],
    ['a longitude out of range', cell(14, 'lon', '-1070.4'), 'longitude-range', 14, 'lon'],
    ['one position swapped', () => swapCells(good, 15), 'lat-lon-swapped', 15, 'lat'],
    [
      'all positions swapped',
      () => good.map((line, at) => (at === 0 ? line : swapCells([line], 1)[0])),
      'lat-lon-swapped',
      2,
      'lat',
    ],
    ['a position outside the area', cell(16, 'lat', '44.8'), 'position-area', 16, 'lat'],
    ['a jump no drone can fly', cell(17, 'lon', '-107.5'), 'position-jump', 17, 'lat'],
    ['a time that runs backwards', cell(18, 'time_utc', '2025-02-03T16:00:00Z'), 'time-backwards', 18, 'time_utc'],
    ['a time from the future', cell(19, 'time_utc', '2026-02-03T17:00:00Z'), 'time-backwards', 19, 'time_utc'],
    [
      'the same time twice with other readings',
      () => good.toSpliced(20, 0, good[19].replace(/(,\d,)[\d.]+/, '$11.99999')),
      'time-duplicate',
      21,
      'time_utc',
    ],
    ['a time that is none', cell(21, 'time_utc', '2025-02-30T17:00:00Z'), 'time-invalid', 21, 'time_utc'],
    ['a row cut off', () => good.with(30, '2025-02-03T17:00:29'), 'row-ragged', 31, undefined],
    ['a row too long', () => good.with(30, `${good[30]},9`), 'row-ragged', 31, undefined],
    ['a height below ground', cell(22, 'height_agl_m', '-55'), 'height-range', 22, 'height_agl_m'],
    ['a height in space', cell(23, 'height_agl_m', '99999'), 'height-range', 23, 'height_agl_m'],
    ['a negative concentration', cell(24, 'ch4_ppm', '-9.99'), 'concentration-range', 24, 'ch4_ppm'],
    ['more than pure gas', cell(25, 'ch4_ppm', '1.1e6'), 'concentration-range', 25, 'ch4_ppm'],
    ['an impossible wind', cell(26, 'wind_north_to_mps', '999'), 'wind-speed-range', 26, 'wind_north_to_mps'],
    ['half a leg', cell(27, 'leg', '1.5'), 'leg-not-integer', 27, 'leg'],
    [
      'a stuck sensor',
      () => good.map((line, at) => (at < 21 ? line : line.replace(/(,\d,)[\d.]+/, '$12.00000'))),
      'sensor-stuck',
      22,
      'ch4_ppm',
    ],
    ['readings in ppb', () => scaled(1000), 'concentration-unit-suspect', undefined, 'ch4_ppm'],
    ['readings in percent', () => scaled(1e-4), 'concentration-unit-suspect', undefined, 'ch4_ppm'],
    [
      'a missing column',
      () => good.map((line) => line.split(',').toSpliced(5, 1).join(',')),
      'column-missing',
      1,
      'ch4_ppm',
    ],
    [
      'a column under another name',
      () => good.with(0, good[0].replace('ch4_ppm', 'CH4_ppm')),
      'column-missing',
      1,
      'ch4_ppm',
    ],
    ['a column twice', () => good.with(0, good[0].replace('leg', 'lat')), 'column-repeated', 1, 'lat'],
    ['semicolons', () => good.map((line) => line.replaceAll(',', ';')), 'delimiter-mismatch', 1, undefined],
    ['no rows', () => [good[0]], 'file-no-rows', undefined, undefined],
  ];

describe('a damaged file is refused', () => {
  it('but a good one is not', () => expect(faultsOf([flight(good)], sim)).toEqual([]));

  it.each(ROWS)('with %s', (_, lines, code, row, column) => {
    const faults = faultsOf([flight(lines())], sim);
    const fault = faults.find((one) => one.code === code);
    expect(fault, JSON.stringify(faults)).toBeDefined();
    expect(fault!.place).toEqual({ file: 'f1_1.csv', ...(row && { row }), ...(column && { column }) });
    expect(fault!.message).toMatch(/\.$/);
    expect(fault!.remedy.length).toBeGreaterThan(8);
  });

  it('for one cell names one fault, not a cascade', () => {
    for (const [what, lines, code, row] of ROWS.filter(([, , , at]) => at !== undefined && at > 2 && at < 20)) {
      const faults = faultsOf([flight(lines())], sim);
      expect(
        faults.map((one) => [one.code, one.place.row]),
        what,
      ).toEqual([[code, row]]);
    }
  });

  it.each([
    ['nothing', new Uint8Array(), 'file-empty'],
    ['UTF-16', Uint8Array.from([0xff, 0xfe, ...Buffer.from(good.join('\n'), 'utf16le')]), 'encoding-utf16'],
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]), 'file-binary'],
    ['Latin-1', Uint8Array.from([...bytesOf(good.join('\n')), 0xe9, 10]), 'encoding-unknown'],
  ])('that is %s', (_, bytes, code) => {
    expect(faultsOf([{ name: 'f1_1.csv', bytes }], sim)).toMatchObject([{ code, place: { file: 'f1_1.csv' } }]);
  });

  it('reads a byte order mark and Windows line ends', () => {
    const bytes = bytesOf(`\uFEFF${good.join('\r\n')}\r\n`);
    expect(ingest([{ name: 'f1_1.csv', bytes }], sim, OPTIONS)[0].series.count).toBe(100);
  });

  it('reads quoted decimal commas where the profile says so', () => {
    const comma = profile('sim_flights', ['match:', 'text: { decimal: "," }\nmatch:']);
    const lines = good.map((line, at) => (at === 0 ? line : line.replace(/(,\d,)(\d)\.(\d+)/, '$1"$2,$3"')));
    expect(ingest([flight(lines)], comma, OPTIONS)[0].series.moleFraction_ppm[0]).toBeCloseTo(1.95, 3);
    expect(faultsOf([flight(lines)], sim)[0]).toMatchObject({
      code: 'decimal-comma',
      place: { row: 2, column: 'ch4_ppm' },
    });
  });

  it('with all faults of all files, the first of each kind by row and the rest counted', () => {
    const many = good.map((line, at) => (at % 2 === 1 ? line.replace(/(,\d,)[\d.]+/, '$1NaN') : line));
    const faults = faultsOf([flight(many), flight(withCell(good, 5, 'lat', 'x'), 'f1_2.csv')], sim);
    expect(faults.map(({ code, place }) => [code, place.file, place.row])).toEqual([
      ['value-not-finite', 'f1_1.csv', 2],
      ['value-not-finite', 'f1_1.csv', 4],
      ['value-not-finite', 'f1_1.csv', 6],
      ['value-not-number', 'f1_2.csv', 5],
      ['value-not-finite', 'f1_1.csv', 100],
    ]);
    expect(faults[4].message).toContain('50 in all');
  });

  it('with a faulty sidecar', () => {
    const sidecar = { name: 'f1_1.truth.json', bytes: bytesOf('{"noise_ppm": -1}') };
    expect(faultsOf([flight(good), sidecar], sim)).toMatchObject([
      { code: 'operator-fact', place: { file: 'f1_1.truth.json' } },
    ]);
  });
});

describe('excluding bad rows', () => {
  it('keeps the good ones and records the bad ones by reason', () => {
    const lines = withCell(withCell(withCell(good, 10, 'ch4_ppm', 'NaN'), 30, 'ch4_ppm', 'NaN'), 40, 'lat', '124');
    lines.splice(60, 0, 'garbage');
    const [{ recording, series }] = ingest([flight(lines)], sim, { ...OPTIONS, onBadRow: 'exclude' });
    expect(series.count).toBe(97);
    expect(recording.excluded).toEqual([
      expect.objectContaining({ code: 'value-not-finite', file: 'f1_1.csv', count: 2, firstRow: 10, lastRow: 30 }),
      expect.objectContaining({ code: 'latitude-range', count: 1, firstRow: 40 }),
      expect.objectContaining({ code: 'row-ragged', count: 1, firstRow: 61, lastRow: 61 }),
    ]);
    expect([...series.source.row]).not.toContain(30);
    expect(series.source.row[96]).toBe(102);
    expect(recording.provenance.settings).toMatchObject({ onBadRow: 'exclude' });
    for (const column of [series.time_s, series.lat_deg, series.moleFraction_ppm]) {
      expect(column.every(Number.isFinite)).toBe(true);
    }
  });

  it('does not excuse a file whose structure is wrong', () => {
    expect(faultsOf([flight(scaled(1000))], sim, { onBadRow: 'exclude' })[0].code).toBe('concentration-unit-suspect');
  });

  it('refuses when nothing is left', () => {
    const lines = good.map((line, at) => (at === 0 ? line : line.replace(/(,\d,)[\d.]+/, '$1NaN')));
    expect(faultsOf([flight(lines)], sim, { onBadRow: 'exclude' })).toMatchObject([{ code: 'no-samples' }]);
  });
});

describe('selecting rows', () => {
  it('keeps what was asked for and says what was not', () => {
    const only = [{ column: 'leg', value: '1' }];
    const [{ recording, series }] = ingest([flight(good)], sim, { ...OPTIONS, only });
    expect(series.count).toBe(50);
    expect(recording.excluded).toMatchObject([{ code: 'row-not-selected', count: 50, firstRow: 2, lastRow: 51 }]);
  });
  it('refuses a column that is not there', () => {
    expect(faultsOf([flight(good)], sim, { only: [{ column: 'legs', value: '1' }] })).toMatchObject([
      { code: 'column-missing', place: { column: 'legs' }, remedy: expect.stringContaining('leg') },
    ]);
  });
});

describe('choosing a profile', () => {
  const profiles = allProfiles();
  const refusal = (name: string, text: string) => {
    try {
      return chooseProfile([{ name, bytes: bytesOf(text) }], profiles).name;
    } catch (error) {
      return (error as InputError).faults[0];
    }
  };
  it('takes the most literal name', () => expect(chooseProfile([flight(good)], profiles).name).toBe('sim_flights'));
  it('takes exercises by their columns', () => {
    expect(chooseProfile([flight(good, 'exercise-7-survey.csv')], profiles).name).toBe('plumeline-exercise');
    const acetone = [good[0].replace('ch4_ppm', 'acetone_ppm'), ...good.slice(1)];
    expect(chooseProfile([flight(acetone, 'x.csv')], profiles).name).toBe('plumeline-exercise');
  });
  it('takes a damaged file by its name, so that ingest can say what is wrong', () =>
    expect(refusal('f1_1.csv', 'PK\u0000')).toBe('sim_flights'));
  it('names the profiles and the nearest when none fits', () => {
    expect(refusal('notes.md', 'hello')).toMatchObject({
      code: 'profile-none',
      message: expect.stringContaining('faam_elgin_b689'),
    });
  });
  it('asks when two fit', () => {
    const twin = { ...sim, name: 'twin' };
    expect(() => chooseProfile([flight(good)], [sim, twin])).toThrow(/sim_flights, twin/);
  });
  it('says when there are no files', () => expect(() => chooseProfile([], profiles)).toThrow(InputError));
});
