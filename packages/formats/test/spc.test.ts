import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeSpc } from '../src/spc/decode.ts';

const VENT = new URL('../../../../shared/data/ftir_vent/', import.meta.url);
const hasData = existsSync(VENT);

type Ordinates = 'float' | 'int32' | 'int16';
interface Recipe {
  version: 0x4b | 0x4c | 0x4d;
  ordinates?: Ordinates;
  spectra?: number[][];
  /** Listed abscissae: one list for all, or one a subfile. */
  listed?: number[] | number[][];
  exponent?: number;
  log?: string;
}
const Y = [0.5, -0.25, 0.125, 0.75, 0];
const DATE = (2021 << 20) | (8 << 16) | (11 << 11) | (1 << 6) | 52;

/** An SPC file as a spectrometer would write it. */
function write(recipe: Recipe): Uint8Array {
  return recipe.version === 0x4d ? writeOld(recipe) : writeNew(recipe);
}

function writeNew({ version, ordinates = 'float', spectra = [Y], listed, exponent = 1, log }: Recipe): Uint8Array {
  const little = version === 0x4b;
  const bytes = new Uint8Array(20_000);
  const view = new DataView(bytes.buffer);
  const isPerSubfile = Array.isArray(listed?.[0]);
  const isMulti = spectra.length > 1;
  bytes[0] = (ordinates === 'int16' ? 1 : 0) | (isMulti ? 4 : 0) | (listed ? 0x80 : 0) | (isPerSubfile ? 0x40 : 0);
  bytes[1] = version;
  view.setUint8(3, ordinates === 'float' ? 0x80 : exponent);
  view.setFloat64(8, 1000, little);
  view.setFloat64(16, 1040, little);
  view.setUint32(24, spectra.length, little);
  bytes.set([1, 130], 28);
  view.setUint32(32, DATE, little);
  bytes.set(new TextEncoder().encode('a comment'), 88);
  let at = 512;
  const float = (value: number) => {
    view.setFloat32(at, value, little);
    at += 4;
  };
  if (listed && !isPerSubfile) (listed as number[]).forEach(float);
  const starts: number[] = [];
  spectra.forEach((y, index) => {
    starts.push(at);
    view.setUint8(at + 1, ordinates === 'float' ? 0x80 : exponent);
    view.setUint16(at + 2, index, little);
    view.setFloat32(at + 4, index * 3, little);
    view.setUint32(at + 16, isPerSubfile ? y.length : 0, little);
    at += 32;
    if (isPerSubfile) (listed as number[][])[index]!.forEach(float);
    for (const value of y) {
      if (ordinates === 'float') float(value);
      else if (ordinates === 'int32') {
        view.setInt32(at, value * 2 ** (32 - exponent), little);
        at += 4;
      } else {
        view.setInt16(at, value * 2 ** (16 - exponent), little);
        at += 2;
      }
    }
  });
  view.setUint32(4, isPerSubfile ? at : spectra[0]!.length, little);
  if (isPerSubfile) {
    for (const [index, start] of starts.entries()) {
      view.setUint32(at, start, little);
      view.setUint32(at + 4, 32 + 8 * spectra[index]!.length, little);
      at += 12;
    }
  }
  if (log !== undefined) {
    view.setUint32(248, at, little);
    view.setUint32(at, 64 + log.length, little);
    view.setUint32(at + 8, 64, little);
    bytes.set(new TextEncoder().encode(log), at + 64);
    at += 64 + log.length;
  }
  return bytes.slice(0, at);
}

function writeOld({ ordinates = 'int32', spectra = [Y], exponent = 1 }: Recipe): Uint8Array {
  const bytes = new Uint8Array(20_000);
  const view = new DataView(bytes.buffer);
  bytes[0] = (ordinates === 'int16' ? 1 : 0) | (spectra.length > 1 ? 4 : 0);
  bytes[1] = 0x4d;
  view.setInt16(2, exponent, true);
  view.setFloat32(4, spectra[0]!.length, true);
  view.setFloat32(8, 1000, true);
  view.setFloat32(12, 1040, true);
  bytes.set([1, 2], 16);
  view.setUint16(18, 1993, true);
  bytes.set([7, 14, 9, 5], 20);
  let at = 224;
  for (const y of spectra) {
    view.setUint8(at + 1, exponent);
    at += 32;
    for (const value of y) {
      if (ordinates === 'int16') {
        view.setInt16(at, value * 2 ** (16 - exponent), true);
        at += 2;
      } else {
        const whole = value * 2 ** (32 - exponent);
        view.setInt16(at, whole >> 16, true);
        view.setUint16(at + 2, whole & 0xffff, true);
        at += 4;
      }
    }
  }
  return bytes.slice(0, at);
}

const SECOND = [1, 0.5, -0.5, 0, 0.25];
const RECIPES: [string, Recipe][] = [
  ['0x4B float', { version: 0x4b }],
  ['0x4C float', { version: 0x4c }],
  ['0x4B 32-bit', { version: 0x4b, ordinates: 'int32', exponent: 2 }],
  ['0x4B 16-bit', { version: 0x4b, ordinates: 'int16', exponent: 2 }],
  [
    '0x4C 16-bit, negative exponent',
    { version: 0x4c, ordinates: 'int16', exponent: 1, spectra: [[0.5, 0.25, 0, 0, 0]] },
  ],
  ['0x4B multifile', { version: 0x4b, spectra: [Y, SECOND] }],
  ['0x4C multifile of 32-bit', { version: 0x4c, ordinates: 'int32', exponent: 3, spectra: [Y, SECOND] }],
  ['0x4B listed X', { version: 0x4b, listed: [1000, 1001, 1003, 1008, 1020] }],
  ['0x4B multifile, one list', { version: 0x4b, spectra: [Y, SECOND], listed: [1000, 1001, 1003, 1008, 1020] }],
  [
    '0x4C X per subfile, of unlike length',
    {
      version: 0x4c,
      spectra: [Y, [1, 2]],
      listed: [
        [1000, 1001, 1003, 1008, 1020],
        [5, 4],
      ],
    },
  ],
  ['0x4D 32-bit words swapped', { version: 0x4d, exponent: 2 }],
  ['0x4D 16-bit', { version: 0x4d, ordinates: 'int16', exponent: 2 }],
  ['0x4D multifile', { version: 0x4d, exponent: 2, spectra: [Y, SECOND] }],
  ['0x4B with log', { version: 0x4b, log: 'SCANS 4\r\nGAIN 1\r\n' }],
];

describe('Galactic SPC', () => {
  it.each(RECIPES)('reads %s', (_, recipe) => {
    const { spectra, faults, warnings, log } = decodeSpc(write(recipe), 'a.spc');
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    const expected = recipe.spectra ?? [Y];
    expect(spectra.map(({ y }) => [...y])).toEqual(expected);
    spectra.forEach(({ x }, index) => {
      const own = recipe.listed?.[index];
      const list = Array.isArray(own) ? own : (recipe.listed as number[] | undefined);
      expect([...x]).toEqual(list ?? [1000, 1010, 1020, 1030, 1040]);
    });
    expect(spectra[0]).toMatchObject({ axis: 'wavenumber', xUnit: 'cm-1' });
    expect(spectra[0]!.recordedLocal).toBe(recipe.version === 0x4d ? '1993-07-14T09:05' : '2021-08-11T01:52');
    expect(log).toBe(recipe.log === undefined ? '' : 'SCANS 4\nGAIN 1\n');
  });

  it('gives each subfile its number and Z', () => {
    const { spectra } = decodeSpc(write({ version: 0x4b, spectra: [Y, SECOND] }), 'a');
    expect(spectra.map(({ header }) => [header.SUBFILE, header.Z])).toEqual([
      ['1 of 2', '0'],
      ['2 of 2', '3'],
    ]);
  });

  const broken: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'spc-format'],
    ['another format', new TextEncoder().encode('##TITLE=jcamp'), 'spc-format'],
    ['half a header', write({ version: 0x4b }).slice(0, 300), 'spc-truncated'],
    ['cut ordinates', write({ version: 0x4b }).slice(0, 560), 'spc-truncated'],
    ['a turning abscissa', write({ version: 0x4b, listed: [1, 2, 3, 2, 1] }), 'spc-axis'],
    ['Shimadzu', Uint8Array.of(0xd0, 0xcf, 0x11), 'spc-format'],
  ];
  it.each(broken)('refuses %s, with byte and remedy', (_, bytes, code) => {
    const { spectra, faults } = decodeSpc(bytes, 'b.spc');
    expect(spectra).toEqual([]);
    expect(faults[0]).toMatchObject({ code, place: { file: 'b.spc', byte: expect.any(Number) } });
    expect(faults[0]!.remedy.length).toBeGreaterThan(10);
  });

  it('keeps the whole subfiles of a multifile cut short, and names the one that is missing', () => {
    const bytes = write({ version: 0x4b, spectra: [Y, SECOND] });
    const { spectra, faults } = decodeSpc(bytes.slice(0, bytes.length - 1), 'a');
    expect(spectra).toHaveLength(1);
    expect(faults[0]!.code).toBe('spc-truncated');
  });

  it('loses only the log when the log is damaged', () => {
    const bytes = write({ version: 0x4b, log: 'x' });
    new DataView(bytes.buffer).setUint32(248, 4_000_000, true);
    const { spectra, warnings } = decodeSpc(bytes, 'a');
    expect(spectra).toHaveLength(1);
    expect(warnings[0]!.code).toBe('spc-log');
  });

  it('survives any damage: 100,000 mutated files give spectra of finite axes or faults', () => {
    const originals = RECIPES.map(([, recipe]) => write(recipe));
    let state = 4;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % below;
    };
    let read = 0;
    for (let run = 0; run < 100_000; run++) {
      const original = originals[random(originals.length)]!;
      const bytes = random(4) === 0 ? original.slice(0, random(original.length)) : original.slice();
      // Most damage to the header, where it does most harm.
      for (let hit = 0; hit <= random(4); hit++) {
        const at = random(2) === 0 ? random(40) : random(bytes.length);
        if (at < bytes.length && at !== 1) bytes[at] = random(256);
      }
      const { spectra, faults } = decodeSpc(bytes, 'fuzz');
      if (spectra.length + faults.length === 0 && bytes[24] !== 0)
        throw new Error(`run ${run}: neither spectra nor faults`);
      for (const { x, y } of spectra) {
        if (x.length !== y.length || !x.every(Number.isFinite)) throw new Error(`run ${run}: bad axis`);
      }
      read += spectra.length;
    }
    expect(read).toBeGreaterThan(10_000);
  });

  it.skipIf(!hasData)('reads all spectra of the vent', () => {
    const names = readdirSync(VENT).filter((name) => name.endsWith('.spc'));
    expect(names).toHaveLength(31);
    for (const name of names) {
      const { spectra, faults, warnings, log } = decodeSpc(readFileSync(new URL(name, VENT)), name);
      expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
      const { x, ordinate, recordedLocal } = spectra[0]!;
      expect(x).toHaveLength(16_595);
      expect([x[0], x.at(-1)]).toEqual([expect.closeTo(499.956, 3), expect.closeTo(4500.088, 3)]);
      expect(ordinate).toBe('single-beam');
      expect(recordedLocal).toMatch(/^2021-08-11T0[12]:\d\d$/);
      expect(log).toContain('Apodization = triangle');
    }
  });
});
