import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJcamp } from '../src/jcamp/decode.ts';

const DATA = new URL('../../../../shared/data/spectra_jcamp/data/infrared_spectra/', import.meta.url);
const VENT = new URL('../../../../shared/data/ftir_vent/', import.meta.url);
const hasData = existsSync(DATA) && existsSync(VENT);

/** The ordinates of the standard's own example in every form (McDonald & Wilks 1988, table of ASDF forms). */
const EXAMPLE = [1, 2, 3, 3, 2, 1, 0, -1, -2, -3];
const FORMS: [string, string][] = [
  ['AFFN', '0 1 2 3 3 2 1 0 -1 -2 -3'],
  ['AFFN with exponents', '0 1.0E+00 2.E+0 .3E+01 3 2 10.0E-01 0 -1 -2 -3'],
  ['AFFN with commas', '0, 1, 2, 3, 3, 2, 1, 0, -1, -2, -3'],
  ['PAC', '0+1+2+3+3+2+1+0-1-2-3'],
  ['SQZ', '0ABCCBA@abc'],
  ['DIF', '0AJJ%jjjjjj'],
  ['DIFDUP', '0AJJ%jX'],
  ['SQZ and DUP', '0ABCTBA@abc'],
  ['DIF over two lines with check', '0AJJ%j\n4Bjjjjj'],
  ['several lines of PAC', '0+1+2+3\n3+3+2+1+0\n7-1-2-3'],
];

function file(body: string, header: Record<string, string> = {}): string {
  const labels = {
    TITLE: 'example',
    'JCAMP-DX': '4.24',
    'DATA TYPE': 'INFRARED SPECTRUM',
    XUNITS: '1/CM',
    YUNITS: 'ABSORBANCE',
    XFACTOR: '1',
    YFACTOR: '1',
    FIRSTX: '0',
    LASTX: '9',
    NPOINTS: '10',
    XYDATA: '(X++(Y..Y))',
    ...header,
  };
  const { XYDATA, ...rest } = labels;
  const lines = Object.entries(rest).map(([label, value]) => `##${label}=${value}`);
  return [...lines, `##XYDATA=${XYDATA}`, body, '##END='].join('\n');
}

describe('JCAMP-DX', () => {
  it.each(FORMS)('reads the standard example in %s', (_, body) => {
    const { spectra, faults, warnings } = decodeJcamp(file(body), 'a.jdx');
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    expect([...spectra[0]!.y]).toEqual(EXAMPLE);
    expect([...spectra[0]!.x]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('reads large numbers in compressed digits, a repeat count of two digits, and factors', () => {
    const { spectra } = decodeJcamp(
      file('100B57SJ10j3T1', { YFACTOR: '0.5', FIRSTX: '100', LASTX: '124', NPOINTS: '24' }),
      'a',
    );
    // 257, once; +110; -13 twenty-one times in all
    const values = [257, 367, ...Array.from({ length: 21 }, (_, step) => 367 - 13 * (step + 1))];
    expect(spectra).toEqual([]);
    const right = decodeJcamp(
      file('100B57SJ10j3T1', { YFACTOR: '0.5', FIRSTX: '100', LASTX: '122', NPOINTS: '23' }),
      'a',
    );
    expect([...right.spectra[0]!.y]).toEqual(values.map((value) => value * 0.5));
  });

  it('reads pairs, in micrometres too, and a missing ordinate as no number', () => {
    const header = { NPOINTS: '3', XUNITS: 'MICROMETERS' };
    const text = file('2.5, 1; 3.5 ?\n5 3', header).replace('##XYDATA=(X++(Y..Y))', '##XYPOINTS=(XY..XY)');
    const { spectra, faults } = decodeJcamp(text, 'a');
    expect(faults).toEqual([]);
    expect(spectra[0]).toMatchObject({ axis: 'wavelength' });
    expect([...spectra[0]!.x]).toEqual([2500, 3500, 5000]);
    expect([...spectra[0]!.y]).toEqual([1, Number.NaN, 3]);
  });

  it('reads the blocks of a compound file', () => {
    const block = file('0ABCCBA@abc');
    const text = `##TITLE=all\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=2\n${block}\n${block}\n##END=`;
    const { spectra, warnings } = decodeJcamp(text, 'a');
    expect(spectra.map(({ y }) => [...y])).toEqual([EXAMPLE, EXAMPLE]);
    expect(warnings).toEqual([]);
  });

  it('leaves comments out and keeps multi-line records', () => {
    const text = file('0ABC $$ half\n3CBA@abc', { 'SAMPLING PROCEDURE': 'one $$ not this\ntwo' });
    const { spectra } = decodeJcamp(text, 'a');
    expect([...spectra[0]!.y]).toEqual(EXAMPLE);
    expect(spectra[0]!.header.SAMPLINGPROCEDURE).toBe('one\ntwo');
  });

  const broken: [string, string, string, number][] = [
    ['too few ordinates', file('0ABCCBA@ab'), 'jcamp-count', 11],
    ['too many ordinates', file('0ABCCBA@abcd'), 'jcamp-count', 12],
    ['a failed check ordinate', file('0AJJ%j\n4Cjjjjj'), 'jcamp-check', 13],
    ['a letter of no form', file('0ABC!CBA@abc'), 'jcamp-number', 12],
    ['a difference from nothing', file('0JJJ'), 'jcamp-number', 12],
    ['an impossible repeat count', file('0AZ99999999'), 'jcamp-number', 12],
    ['repeats without end', file(`0A${'S999999'.repeat(5000)}`), 'jcamp-number', 12],
    ['a million repeats, thousands of times', file(`0A${'R1Z99999'.repeat(5000)}`), 'jcamp-count', 12],
    ['no YFACTOR', file('0ABC').replace('##YFACTOR=1\n', ''), 'jcamp-header', 10],
    ['an absurd NPOINTS', file('0ABC', { NPOINTS: '1e12' }), 'jcamp-grid', 11],
    ['NTUPLES', '##TITLE=a\n##NTUPLES=b\n##END=', 'jcamp-table', 1],
    ['an unknown form', file('0ABC', { XYDATA: '(R++(A..A))' }), 'jcamp-table', 11],
  ];
  it.each(broken)('refuses %s, with row and remedy', (_, text, code, row) => {
    const { spectra, faults } = decodeJcamp(text, 'b.jdx');
    expect(spectra).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code, place: { file: 'b.jdx', row } });
    expect(faults[0]!.remedy.length).toBeGreaterThan(10);
  });

  it('warns when a line stands elsewhere on the axis than the header says', () => {
    const { spectra, warnings } = decodeJcamp(file('0ABC\n7CBA@abc'), 'a');
    expect(spectra).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ code: 'jcamp-abscissa', place: { row: 13 } });
  });

  it('keeps what could be read of a file whose END is missing, and says so', () => {
    const { spectra, warnings } = decodeJcamp(file('0ABCCBA@abc').replace('##END=', ''), 'a');
    expect(spectra).toHaveLength(1);
    expect(warnings[0]!.code).toBe('jcamp-end-missing');
  });

  it('says so when the text is something else', () => {
    expect(decodeJcamp('time,lat,lon\n1,2,3', 'a.csv').faults[0]!.code).toBe('jcamp-format');
    expect(decodeJcamp('', 'a').faults).toHaveLength(1);
  });

  it('gives back any whole numbers written in any form', () => {
    const form = fc.constantFrom(writePac, writeSqueezed, writeDifferences);
    const values = fc.array(fc.integer({ min: -99_999, max: 99_999 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(values, form, (numbers, write) => {
        const header = { LASTX: String(numbers.length - 1), NPOINTS: String(numbers.length) };
        const { spectra, faults } = decodeJcamp(file(write(numbers), header), 'a');
        expect(faults).toEqual([]);
        expect([...spectra[0]!.y]).toEqual(numbers);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('survives any damage: 20,000 mutated files give spectra of finite axes or faults', () => {
    const originals = FORMS.map(([, body]) => file(body));
    let state = 20_261_121;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    const alphabet = '0123456789+-.,;@%ABIJRSZabijrsz?#=$ \n\tE/()XY';
    let read = 0;
    for (let run = 0; run < 20_000; run++) {
      const letters = [...originals[random(originals.length)]!];
      for (let hit = 0; hit <= random(4); hit++) {
        const at = random(letters.length);
        if (random(8) === 0) letters.splice(at, random(30));
        else letters[at] = alphabet[random(alphabet.length)]!;
      }
      const { spectra, faults } = decodeJcamp(letters.join(''), 'fuzz');
      expect(spectra.length + faults.length).toBeGreaterThan(0);
      for (const { x, y } of spectra) {
        expect(x.length).toBe(y.length);
        expect(x.every(Number.isFinite)).toBe(true);
      }
      read += spectra.length;
    }
    expect(read).toBeGreaterThan(1000);
  });

  it.skipIf(!hasData)(
    'reads all 68 files of the spectra folder with the points they announce',
    { timeout: 60_000 },
    () => {
      const names = readdirSync(DATA).filter((name) => name.endsWith('.jdx'));
      const results = names.map((name) => ({
        name,
        ...decodeJcamp(readFileSync(new URL(encodeURIComponent(name), DATA), 'latin1'), name),
      }));
      expect(names).toHaveLength(68);
      expect(results.flatMap(({ faults }) => faults)).toEqual([]);
      expect(results.reduce((total, { spectra }) => total + spectra.length, 0)).toBe(69);
      const peaks = {
        acetone: 1217.6,
        'sulphur hexafluoride': 947.9,
        'ethylene oxide': 872.2,
        tetrachloroethene: 915.8,
      };
      for (const [gas, expected_pcm] of Object.entries(peaks)) {
        const { x, y } = results.find(({ name }) => name === `${gas}.jdx`)!.spectra[0]!;
        let peak = -1;
        for (let i = 0; i < x.length; i++) if (x[i]! > 750 && x[i]! < 1300 && (peak < 0 || y[i]! > y[peak]!)) peak = i;
        expect(x[peak]).toBeCloseTo(expected_pcm, 0);
      }
    },
  );

  it.skipIf(!hasData)('reads the quantitative sulphur dioxide of the vent folder', () => {
    const { spectra } = decodeJcamp(readFileSync(new URL('GAS_so2.jdx', VENT), 'latin1'), 'GAS_so2.jdx');
    expect(spectra[0]).toMatchObject({ ordinate: 'absorption-coefficient', axis: 'wavenumber' });
    expect(spectra[0]!.x).toHaveLength(56_419);
    expect(Math.max(...spectra[0]!.y)).toBeCloseTo(0.001_092_2, 6);
  });
});

function lines(numbers: readonly number[], write: (part: readonly number[], start: number) => string): string {
  const text: string[] = [];
  for (let start = 0; start < numbers.length; start += 7) text.push(write(numbers.slice(start, start + 7), start));
  return text.join('\n');
}

function writePac(numbers: readonly number[]): string {
  return lines(numbers, (part, start) => `${start}${part.map((n) => (n < 0 ? `${n}` : `+${n}`)).join('')}`);
}

function digit(value: number, plus: string, minus: string): string {
  const text = String(Math.abs(value));
  const lead = Number(text[0]);
  return `${value < 0 ? minus[lead - 1] : plus[lead]}${text.slice(1)}`;
}

function writeSqueezed(numbers: readonly number[]): string {
  return lines(numbers, (part, start) => `${start}${part.map((n) => digit(n, '@ABCDEFGHI', 'abcdefghi')).join('')}`);
}

/** Each line repeats the last ordinate of the one before, then differences. */
function writeDifferences(numbers: readonly number[]): string {
  const text: string[] = [];
  for (let start = 0; start === 0 || start < numbers.length - 1; start += 7) {
    const part = numbers.slice(start, start + 8);
    const steps = part.slice(1).map((n, index) => digit(n - part[index]!, '%JKLMNOPQR', 'jklmnopqr'));
    text.push(`${start}${digit(part[0]!, '@ABCDEFGHI', 'abcdefghi')}${steps.join('')}`);
  }
  return text.join('\n');
}
