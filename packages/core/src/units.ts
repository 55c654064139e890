/**
 * Units that a sensor's columns may be in, each with its factor to the one unit Plumeline computes in. One table; an
 * unknown unit is an error of the reader, never a guess. SI factors: BIPM SI Brochure 9; knot and foot: exact by
 * definition (1852 m h-1, 0.3048 m).
 */

/** What a unit measures. The base unit of each stands in `BASE_UNIT`. */
export type Dimension =
  | 'length'
  | 'speed'
  | 'temperature'
  | 'pressure'
  | 'angle'
  | 'time'
  | 'mole-fraction'
  | 'mass-concentration'
  | 'rate'
  | 'number';

export const BASE_UNIT: Readonly<Record<Dimension, string>> = {
  length: 'm',
  speed: 'm/s',
  temperature: 'K',
  pressure: 'Pa',
  angle: 'deg',
  time: 's',
  'mole-fraction': 'ppm',
  'mass-concentration': 'mg/m3',
  rate: 'kg/h',
  number: '1',
};

/** base value = value x factor + offset. */
export interface Unit {
  readonly symbol: string;
  readonly dimension: Dimension;
  readonly factor: number;
  readonly offset: number;
  readonly aliases: readonly string[];
}

const unit = (symbol: string, dimension: Dimension, factor: number, aliases: string[] = [], offset = 0): Unit => ({
  symbol,
  dimension,
  factor,
  offset,
  aliases,
});

const DEGREE_PER_RADIAN = 180 / Math.PI;

export const UNITS: readonly Unit[] = [
  unit('m', 'length', 1, ['metre', 'metres', 'meter', 'meters']),
  unit('km', 'length', 1000),
  unit('ft', 'length', 0.3048, ['feet', 'foot']),
  unit('NM', 'length', 1852, ['nmi']),
  unit('m/s', 'speed', 1, ['m s-1', 'mps']),
  unit('km/h', 'speed', 1 / 3.6, ['kph', 'km h-1']),
  unit('kn', 'speed', 1852 / 3600, ['kt', 'kts', 'knots']),
  unit('mph', 'speed', 0.44704),
  unit('K', 'temperature', 1, ['kelvin']),
  unit('degC', 'temperature', 1, ['°C', 'C', 'celsius'], 273.15),
  unit('degF', 'temperature', 5 / 9, ['°F', 'F'], 273.15 - (32 * 5) / 9),
  unit('Pa', 'pressure', 1),
  unit('hPa', 'pressure', 100, ['mbar', 'mb']),
  unit('kPa', 'pressure', 1000),
  unit('deg', 'angle', 1, ['degree', 'degrees', '°']),
  unit('rad', 'angle', DEGREE_PER_RADIAN, ['radian', 'radians']),
  unit('s', 'time', 1, ['sec', 'second', 'seconds']),
  unit('ms', 'time', 1e-3),
  unit('min', 'time', 60),
  unit('h', 'time', 3600, ['hour', 'hours']),
  unit('ppm', 'mole-fraction', 1, ['umol/mol', 'ppmv']),
  unit('ppb', 'mole-fraction', 1e-3, ['nmol/mol', 'ppbv']),
  unit('ppt', 'mole-fraction', 1e-6, ['pmol/mol', 'pptv']),
  unit('%', 'mole-fraction', 1e4, ['percent', 'vol%']),
  unit('mg/m3', 'mass-concentration', 1, ['mg m-3']),
  unit('ug/m3', 'mass-concentration', 1e-3, ['ug m-3', 'µg/m3']),
  unit('g/m3', 'mass-concentration', 1e3, ['g m-3']),
  unit('kg/h', 'rate', 1, ['kg h-1']),
  unit('g/s', 'rate', 3.6, ['g s-1']),
  unit('g/min', 'rate', 0.06, ['g min-1']),
  unit('1', 'number', 1, ['number', 'none']),
];

const BY_NAME = new Map(UNITS.flatMap((u) => [u.symbol, ...u.aliases].map((name) => [name, u] as const)));

/** Unit by symbol or alias, exactly as written; undefined when unknown. */
export function unitOf(symbol: string): Unit | undefined {
  return BY_NAME.get(symbol.trim());
}

/** Symbols of one dimension, for an error's remedy. */
export function unitSymbols(dimension: Dimension): string[] {
  return UNITS.filter((u) => u.dimension === dimension).map((u) => u.symbol);
}

/** Molar gas constant [J mol-1 K-1] (CODATA 2018, exact). */
export const GAS_CONSTANT = 8.314462618;

/** Mole fraction [ppm] of a mass concentration [mg m-3]: c R T / (P M); ideal gas. */
export function toMoleFraction_ppm(
  concentration_mgpm3: number,
  molarMass_gpmol: number,
  air: { readonly temperature_K: number; readonly pressure_Pa: number },
): number {
  const mol_pm3 = (concentration_mgpm3 * 1e-3) / molarMass_gpmol;
  return (mol_pm3 * GAS_CONSTANT * air.temperature_K * 1e6) / air.pressure_Pa;
}

/** Mass concentration [mg m-3] of a mole fraction [ppm]; inverse of `toMoleFraction_ppm`. */
export function toMassConcentration_mgpm3(
  moleFraction_ppm: number,
  molarMass_gpmol: number,
  air: { readonly temperature_K: number; readonly pressure_Pa: number },
): number {
  return (moleFraction_ppm * 1e-3 * molarMass_gpmol * air.pressure_Pa) / (GAS_CONSTANT * air.temperature_K);
}
