import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { GasAbsorption } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { readGasFolder } from '../../formats/src/jcamp/gas-folder.ts';
import { decodeSpc } from '../../formats/src/spc/decode.ts';
import { randomFrom } from '../../simulator/src/random.ts';
import { FTIR_GRID, identifySeries, type SingleBeam, toLogGrid } from '../src/spectral/ftir/index.ts';
import { toGasIdentification } from '../src/spectral/identification/index.ts';
import { dataLibrary, hasGasData } from './identification-scene.ts';

const VENT = new URL('../../../../shared/data/ftir_vent/', import.meta.url);
const GRID = {
  ...FTIR_GRID,
  windows: [{ from_pcm: 800, to_pcm: 1100, baselineOrder: 3 }],
  step_pcm: 4,
  fwhm_pcm: 6,
};
const axis = Float64Array.from({ length: 800 }, (_, i) => 750 + 0.5 * i);
const bump = (centre: number, width: number) => axis.map((v) => Math.exp(-0.5 * ((v - centre) / width) ** 2));

function gas(key: string, centres: readonly number[], width: number, strength: number): GasAbsorption {
  const bands = centres.map((centre) => bump(centre, width));
  return {
    key,
    name: key,
    cas: key,
    wavenumber_pcm: axis,
    absorption_pppmm: axis.map((_, i) => strength * bands.reduce((total, band) => total + band[i]!, 0)),
    isQuantitative: true,
    scaleUncertainty: 0.02,
    licence: { text: 'made here', isShippable: true },
    source: 'test',
    assumptions: [],
  };
}

const draw = randomFrom('ftir');
const OTHERS = Array.from({ length: 12 }, (_, i) =>
  gas(`other-${i}`, [draw.between(820, 1080), draw.between(820, 1080)], draw.between(6, 16), 0.001),
);
const PLUME = gas('plume', [870, 1010], 10, 0.001);
const PATH = gas('path', [930], 8, 0.0005);
const self: SingleBeam = { wavenumber_pcm: axis, power: axis.map((v) => 300 + 200 * Math.sin(v / 90)) };

/** A hot scene through the path's gas and so much of the plume, and the instrument's own light. */
function beam(seed: number, column_ppmm: number): SingleBeam {
  const random = randomFrom(seed);
  const power = axis.map((v, i) => {
    const scene = 5000 * (1 + 0.3 * Math.sin((v - 700) / 130));
    const depth = column_ppmm * PLUME.absorption_pppmm[i]! + 800 * PATH.absorption_pppmm[i]!;
    return scene * Math.exp(-depth) * (1 + 0.004 * random.normal()) + self.power[i]!;
  });
  return { wavenumber_pcm: axis, power };
}

const COLUMNS = [120, 160, 200, 240, 280, 240, 200, 160];
const input = { library: [PLUME, PATH, ...OTHERS], pathSubstances: ['path'], grid: GRID, selfEmission: self };

describe('FTIR series', () => {
  it('names the plume gas in every spectrum and follows its column; the path gas is no claim', () => {
    const result = identifySeries({ ...input, spectra: COLUMNS.map((column, i) => beam(i, column)) });
    expect(result.gases.map(({ key }) => key)).toEqual(['plume']);
    expect(result.detectable.has('path')).toBe(false);
    const [series] = result.gases;
    COLUMNS.forEach((truth, i) => {
      expect(Math.abs(series!.column[i]! - truth)).toBeLessThan(0.06 * truth + 3);
      expect(series!.low[i]!).toBeLessThanOrEqual(truth + 3);
      expect(series!.high[i]!).toBeGreaterThanOrEqual(truth - 3);
    });
    for (const { substances } of result.identifications) {
      expect(substances.filter(({ isNamed }) => isNamed).map(({ substance }) => substance)).toEqual(['plume']);
    }
    const record = toGasIdentification(result.identifications[2]!, input.library);
    expect(record.verdict).toBe('named');
    expect(record.gases[0]).toMatchObject({ name: 'plume', libraryKey: 'plume', isNamed: true });
    expect(record.gases[0]!.column_ppmm).toBe(series!.column[2]);
    expect(record.gases[0]!.columnInterval90_ppmm).toEqual([series!.low[2], series!.high[2]]);
    expect(record.rivals[0]!.names).toContain('plume');
  });

  it('claims nothing without a plume, and says how much it would have seen', () => {
    const result = identifySeries({ ...input, spectra: [0, 1, 2, 3].map((i) => beam(100 + i, 0)) });
    expect(result.gases).toEqual([]);
    const least = result.detectable.get('plume')!;
    expect(least).toBeGreaterThan(0);
    expect(least).toBeLessThan(40);
  });

  it('needs the self-emission: without it the column is wrong by more than its error', () => {
    const { selfEmission: _, ...without } = input;
    const spectra = [beam(1, 250)];
    const right = identifySeries({ ...input, spectra }).identifications[0]!.substances[0]!;
    const wrong = identifySeries({ ...without, spectra }).identifications[0]!.substances[0]!;
    expect(Math.abs(right.column - 250)).toBeLessThan(15);
    expect(Math.abs(wrong.column - 250)).toBeGreaterThan(Math.abs(right.column - 250));
  });

  it('masks bands where hardly any light is left, with the reason', () => {
    const dark = beam(1, 0);
    const power = dark.power.map((value, i) => (axis[i]! > 900 && axis[i]! < 920 ? self.power[i]! + 1 : value));
    const { masked, bands } = toLogGrid([{ wavenumber_pcm: axis, power }], self, GRID);
    expect(masked.map(({ centre_pcm }) => centre_pcm)).toEqual([908, 912]);
    expect(masked.every(({ reason }) => reason === 'opaque')).toBe(true);
    expect([...bands.centre_pcm]).not.toContain(908);
  });

  it('masks what the instrument does not cover, and refuses spectra with no band at all', () => {
    const half = { wavenumber_pcm: axis.slice(0, 400), power: beam(1, 0).power.slice(0, 400) };
    const { masked } = toLogGrid([half], self, GRID);
    expect(masked.some(({ reason }) => reason === 'not-covered')).toBe(true);
    const nowhere = { wavenumber_pcm: axis.map((v) => v + 3000), power: axis };
    expect(() => toLogGrid([nowhere], undefined, GRID)).toThrow(/No band/);
  });
});

describe.skipIf(!hasGasData || !existsSync(VENT))('the volcanic vent', () => {
  it('shows sulphur dioxide and no solvent, in spectra across the series', () => {
    const read = (name: string): SingleBeam => {
      const { x, y } = decodeSpc(readFileSync(new URL(name, VENT)), name).spectra[0]!;
      return { wavenumber_pcm: x, power: y };
    };
    const files = ['GAS_so2.jdx', 'GAS_hcl.jdx'].map((name) => ({
      name,
      text: readFileSync(new URL(name, VENT), 'latin1'),
    }));
    const names = readdirSync(VENT).filter((name) => name.startsWith('vent'));
    const result = identifySeries({
      spectra: [names[2]!, names[16]!, names[27]!].map(read),
      selfEmission: read('self_sbm.spc'),
      library: [...dataLibrary(), ...readGasFolder(files).gases],
      pathSubstances: ['7732-18-5', '124-38-9', '74-82-8'],
    });
    for (const { substances } of result.identifications) {
      const named = substances.filter(({ isNamed }) => isNamed).map(({ substance }) => substance);
      expect(named).toContain('7446-09-5');
      // Hydrogen chloride is a gas of vents; anything else would be a false claim.
      expect(named.filter((cas) => cas !== '7446-09-5' && cas !== '7647-01-0')).toEqual([]);
    }
    expect(result.detectable.size).toBeGreaterThan(45);
  });
});
