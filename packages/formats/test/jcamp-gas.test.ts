import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGasFolder } from '../src/jcamp/gas-folder.ts';

const FOLDER = new URL('../../../../shared/data/spectra_jcamp/data/infrared_spectra/', import.meta.url);

function file(labels: Record<string, string>, body: string): string {
  const all = {
    TITLE: 'Acetone',
    'CAS REGISTRY NO': '67-64-1',
    XUNITS: '1/CM',
    XFACTOR: '1',
    YFACTOR: '1',
    FIRSTX: '1000',
  };
  const lines = Object.entries({ ...all, LASTX: '1004', NPOINTS: '5', ...labels });
  return [...lines.map(([label, value]) => `##${label}=${value}`), '##XYDATA=(X++(Y..Y))', body, '##END='].join('\n');
}
const read = (labels: Record<string, string>, body: string) =>
  readGasFolder([{ name: 'a.jdx', text: file(labels, body) }]);

describe('gas library from JCAMP-DX', () => {
  it('takes a quantitative coefficient from base 10 to base e, with temperature, pressure and uncertainty', () => {
    const labels = {
      YUNITS: '(micromol/mol)-1m-1 (base 10)',
      TEMPERATURE: '23 C',
      PRESSURE: '101.3 kPa',
      RESOLUTION: '0.4820',
      '$UNCERTAINTY IN Y': '2.2 % relative (B=1.2E-04)',
      OWNER: 'somebody',
    };
    const [gas] = read(labels, '1000 0 0.1 0.2 0.1 0').gases;
    expect(gas).toMatchObject({
      cas: '67-64-1',
      isQuantitative: true,
      temperature_K: 296.15,
      resolution_pcm: 0.482,
      licence: { text: 'somebody', isShippable: false },
    });
    expect(gas!.pressure_Pa).toBeCloseTo(101_300, 6);
    expect(gas!.scaleUncertainty).toBeCloseTo(0.022, 9);
    expect(gas!.absorption_pppmm[2]).toBeCloseTo(0.2 * Math.LN10, 12);
  });

  it('does not believe a pressure of 101.3 Pa, and says so', () => {
    const [gas] = read({ YUNITS: '(micromol/mol)-1m-1 (base 10)', PRESSURE: '101.3 Pa' }, '1000 0 1 2 1 0').gases;
    expect(gas!.pressure_Pa).toBeUndefined();
    expect(gas!.assumptions.join()).toContain('101.3 Pa not believed');
  });

  it('takes transmittance with a stated filling to ppm m: 50 mmHg over 5 cm is 3289 ppm m', () => {
    const labels = { YUNITS: 'TRANSMITTANCE', PARTIAL_PRESSURE: '50 mmHg', 'PATH LENGTH': '5 CM' };
    const [gas] = read(labels, '1000 1 0.5 0.25 0.5 1').gases;
    expect(gas!.validTo_ppmm).toBeCloseTo(3289.5, 0);
    expect(gas!.absorption_pppmm[2]! * gas!.validTo_ppmm!).toBeCloseTo(Math.log(4), 6);
    expect(gas!.assumptions.join()).toContain('50 mmHg over 5 CM');
  });

  it('reads the filling from STATE, as older charts have it', () => {
    const labels = { YUNITS: 'TRANSMITTANCE', STATE: 'GAS (150 mmHg, N2 ADDED)', 'PATH LENGTH': '5 CM' };
    expect(read(labels, '1000 1 0.5 0.25 0.5 1').gases[0]!.validTo_ppmm).toBeCloseTo(9868, 0);
  });

  it('keeps only the shape where the amount is not stated', () => {
    const [gas] = read({ YUNITS: 'ABSORBANCE' }, '1000 0 0.1 0.4 0.1 0').gases;
    expect(gas!.isQuantitative).toBe(false);
    expect(Math.max(...gas!.absorption_pppmm)).toBeCloseTo(1, 12);
    expect(gas!.assumptions.join()).toContain('only the shape is known');
  });

  it('turns descending and wavelength axes round', () => {
    const labels = { YUNITS: 'ABSORBANCE', XUNITS: 'MICROMETERS', FIRSTX: '8', LASTX: '10' };
    const [gas] = read(labels, '8 0 0 1 0 0').gases;
    expect([...gas!.wavenumber_pcm].map(Math.round)).toEqual([1000, 1053, 1111, 1176, 1250]);
  });

  const refused: [string, Record<string, string>, string, string][] = [
    ['a coefficient without a base', { YUNITS: '(micromol/mol)-1m-1' }, '1000 0 1 2 1 0', 'gas-base'],
    ['a single beam', { YUNITS: 'SINGLE BEAM' }, '1000 0 1 2 1 0', 'gas-ordinate'],
    ['a flat line', { YUNITS: 'ABSORBANCE' }, '1000 0 0 0 0 0', 'gas-empty'],
    ['seconds', { YUNITS: 'ABSORBANCE', XUNITS: 'SECONDS' }, '1000 0 1 2 1 0', 'gas-axis'],
  ];
  it.each(refused)('refuses %s, with file and remedy', (_, labels, body, code) => {
    const { gases, faults } = read(labels, body);
    expect(gases).toEqual([]);
    expect(faults[0]).toMatchObject({ code, place: { file: 'a.jdx' } });
    expect(faults[0]!.remedy.length).toBeGreaterThan(10);
  });

  it('takes a ruling on the licence, and one gas a key', () => {
    const text = file({ YUNITS: 'ABSORBANCE' }, '1000 0 0.1 0.4 0.1 0');
    const files = [
      { name: 'x/a.jdx', text },
      { name: 'y/a.jdx', text },
    ];
    const ruling = { text: 'CC0 1.0', isShippable: true };
    const { gases, faults } = readGasFolder(files, () => ruling);
    expect(gases.map(({ licence }) => licence)).toEqual([ruling]);
    expect(faults[0]!.code).toBe('gas-double');
  });

  it.skipIf(!existsSync(FOLDER))(
    'makes an entry of every file of the spectra folder, none of it shippable',
    { timeout: 60_000 },
    () => {
      const files = readdirSync(FOLDER).map((name) => ({
        name,
        text: readFileSync(new URL(encodeURIComponent(name), FOLDER), 'latin1'),
      }));
      const { gases, faults } = readGasFolder(files);
      expect(faults).toEqual([]);
      expect(gases).toHaveLength(69);
      expect(gases.filter(({ licence }) => licence.isShippable)).toEqual([]);
      expect(
        gases.filter(({ isQuantitative, validTo_ppmm }) => isQuantitative && validTo_ppmm === undefined),
      ).toHaveLength(28);
      // Two laboratories on one substance: peak of 1,3-butadiene at 908 cm-1, 6 % of its 4 cm-1 chart's resolution apart.
      const peak = (key: string) => Math.max(...gases.find((gas) => gas.key === key)!.absorption_pppmm);
      expect(peak('butadiene') / peak('1,3-butadiene')).toBeGreaterThan(0.15);
      expect(peak('butadiene') / peak('1,3-butadiene')).toBeLessThan(1);
    },
  );
});
