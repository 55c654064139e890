import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BASE_UNIT,
  SUBSTANCES,
  substanceOf,
  toMassConcentration_mgpm3,
  toMoleFraction_ppm,
  UNITS,
  unitOf,
  unitSymbols,
} from '../src/index.ts';

describe('units', () => {
  it.each([
    ['1 ft is 0.3048 m', 'ft', 1, 0.3048],
    ['a knot is 1852 m an hour', 'kn', 3600, 1852],
    ['36 km/h are 10 m/s', 'km/h', 36, 10],
    ['0 degC is 273.15 K', 'degC', 0, 273.15],
    ['212 degF is 373.15 K', 'degF', 212, 373.15],
    ['1013.25 hPa', 'hPa', 1013.25, 101_325],
    ['half a turn', 'rad', Math.PI, 180],
    ['1888.94 ppb', 'ppb', 1888.94, 1.88894],
    ['1 % is 10 000 ppm', '%', 1, 10_000],
    ['1 ug/m3', 'ug/m3', 1, 1e-3],
    ['5.8 g/min is 0.348 kg/h', 'g/min', 5.8, 0.348],
  ])('%s', (_, symbol, value, base) => {
    const unit = unitOf(symbol)!;
    expect(value * unit.factor + unit.offset).toBeCloseTo(base, 9);
  });

  it('knows each name once, and its base units with factor 1', () => {
    const names = UNITS.flatMap((unit) => [unit.symbol, ...unit.aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const [dimension, symbol] of Object.entries(BASE_UNIT)) {
      expect(unitOf(symbol)).toMatchObject({ dimension, factor: 1, offset: 0 });
    }
  });

  it('does not guess', () => {
    expect(unitOf('furlong')).toBeUndefined();
    expect(unitOf('PPM')).toBeUndefined();
    expect(unitSymbols('pressure')).toEqual(['Pa', 'hPa', 'kPa']);
  });
});

describe('mole fraction and mass concentration', () => {
  it('has 2.62 mg/m3 of SO2 in 1 ppm at 25 degC and 1 atm (US EPA 40 CFR 50)', () => {
    const air = { temperature_K: 298.15, pressure_Pa: 101_325 };
    expect(toMassConcentration_mgpm3(1, substanceOf('sulphur-dioxide')!.molarMass_gpmol, air)).toBeCloseTo(2.62, 2);
  });

  it('inverts', () => {
    const air = fc.record({
      temperature_K: fc.double({ min: 200, max: 340, noNaN: true }),
      pressure_Pa: fc.double({ min: 1e4, max: 1.1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e5, noNaN: true }),
        fc.constantFrom(...SUBSTANCES),
        air,
        (ppm, { molarMass_gpmol }, at) => {
          const back = toMoleFraction_ppm(toMassConcentration_mgpm3(ppm, molarMass_gpmol, at), molarMass_gpmol, at);
          expect(Math.abs(back / ppm - 1)).toBeLessThan(1e-12);
        },
      ),
    );
  });
});

describe('substances', () => {
  const ATOM: Record<string, number> = { C: 12.011, H: 1.008, O: 15.999, S: 32.06, N: 14.007, Cl: 35.45, F: 18.998 };

  it.each(SUBSTANCES.map((one) => [one.key, one] as const))(
    '%s weighs what its formula says',
    (_, { formula, molarMass_gpmol }) => {
      const atoms = [...formula.matchAll(/([A-Z][a-z]?)(\d*)/g)];
      const mass = atoms.reduce((sum, [, element, count]) => sum + ATOM[element] * Number(count || 1), 0);
      expect(Math.abs(mass - molarMass_gpmol)).toBeLessThan(0.02);
    },
  );

  it.each(SUBSTANCES.map((one) => [one.key, one] as const))(
    '%s has a valid CAS number and two names',
    (_, { cas, names }) => {
      // The last digit of a CAS number is the sum of the others, weighted from the right by 1, 2, 3 ..., modulo 10.
      const digits = [...cas.replaceAll('-', '')].map(Number);
      const check = digits.pop();
      const sum = digits.reverse().reduce((total, digit, index) => total + digit * (index + 1), 0);
      expect(sum % 10).toBe(check);
      expect(names.en.length > 2 && names.es.length > 2).toBe(true);
    },
  );
});
