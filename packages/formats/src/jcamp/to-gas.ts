/**
 * A gas of the library from a spectrum of it: base e, per ppm m. Quantitative spectra give the coefficient itself;
 * transmittance and absorbance give it when the file says how much gas was in the cell; else only the shape is known.
 * Everything that had to be assumed is written on the entry.
 */
import type { Fault, GasAbsorption, GasLicence, MeasuredSpectrum } from '@plumeline/core';

const ATMOSPHERE_PA = 101_325;
const MMHG_PA = 133.322;
const KELVIN = 273.15;
/** Below this transmittance a digitised chart cannot be told from black: a lower bound of the absorption. */
const BLACK_TRANSMITTANCE = 0.01;
/** The share of a spectrum that is taken to be free of the gas, to find the zero of a chart. */
const CLEAR_SHARE = 0.05;
/** A chart's zero line and its cell's filling are good to about this. */
const CHART_SCALE_UNCERTAINTY = 0.15;
const DEFAULT_QUANTITATIVE_UNCERTAINTY = 0.03;
/** Reference pressures outside this range are misprints (NIST's files also say 101.3 Pa for 101.3 kPa). */
const BELIEVABLE_PRESSURE_PA = [1000, 1_000_000] as const;

export interface GasNaming {
  /** Unique in the library; the file's stem as a rule. */
  readonly key: string;
  /** The ruling on this file; without one the entry may not be shipped. */
  readonly licence?: GasLicence;
}

/** The entry, or why the spectrum cannot become one. */
export function toGasAbsorption(spectrum: MeasuredSpectrum, naming: GasNaming): GasAbsorption | Fault {
  const { header } = spectrum;
  const assumptions: string[] = [];
  const scale = columnScale(spectrum, assumptions);
  if ('message' in scale) return { ...scale, place: { file: naming.key } };
  const axis = ascendingWavenumbers(spectrum);
  if (axis === undefined) {
    const message = `The axis is in "${spectrum.xUnit}", neither wavenumber nor wavelength.`;
    return { code: 'gas-axis', message, remedy: 'Export the spectrum over cm-1.', place: { file: naming.key } };
  }
  const values = axis.order.map((index) => scale.depth(spectrum.y[index]!));
  if (scale.hasChartZero) {
    const zero = clearLevel(values);
    for (let i = 0; i < values.length; i++) values[i]! -= zero;
    assumptions.push(`zero line of the chart taken ${zero.toPrecision(2)} above nought (optical depth)`);
  }
  const peak = values.reduce((top, value) => Math.max(top, Number.isFinite(value) ? value : 0), 0);
  if (!(peak > 0)) {
    const message = 'The spectrum shows no absorption at all.';
    return { code: 'gas-empty', message, remedy: 'Give a spectrum of the gas.', place: { file: naming.key } };
  }
  const divisor = scale.column_ppmm ?? peak;
  const cas = header.CASREGISTRYNO?.trim();
  const temperature_K = temperatureOf(header);
  if (temperature_K === undefined) assumptions.push('temperature not stated, room temperature assumed');
  const pressure_Pa = pressureOf(header, assumptions);
  const resolution_pcm = firstNumber(header.RESOLUTION);
  const uncertainty = firstNumber(header.$UNCERTAINTYINY);
  return {
    key: naming.key,
    name: header.CASNAME ?? (spectrum.title === '' ? naming.key : spectrum.title),
    ...(cas !== undefined && cas !== '' ? { cas } : {}),
    wavenumber_pcm: axis.wavenumber_pcm,
    absorption_pppmm: Float64Array.from(values, (value) => value / divisor),
    isQuantitative: scale.column_ppmm !== undefined,
    scaleUncertainty: scale.hasChartZero
      ? CHART_SCALE_UNCERTAINTY
      : uncertainty === undefined
        ? DEFAULT_QUANTITATIVE_UNCERTAINTY
        : uncertainty / 100,
    ...(temperature_K === undefined ? {} : { temperature_K }),
    ...(pressure_Pa === undefined ? {} : { pressure_Pa }),
    ...(resolution_pcm === undefined ? {} : { resolution_pcm }),
    ...(scale.hasChartZero && scale.column_ppmm !== undefined ? { validTo_ppmm: scale.column_ppmm } : {}),
    licence: naming.licence ?? { text: header.OWNER ?? 'not stated', isShippable: false },
    source: [header.ORIGIN, header.$NISTSOURCE, header.SOURCEREFERENCE].filter((part) => part).join('; '),
    assumptions,
  };
}

interface ColumnScale {
  /** Optical depth (base e) of one ordinate. */
  readonly depth: (ordinate: number) => number;
  /** The column of gas that depth belongs to; undefined: unknown. */
  readonly column_ppmm: number | undefined;
  readonly hasChartZero: boolean;
}

function columnScale(spectrum: MeasuredSpectrum, assumptions: string[]): ColumnScale | Omit<Fault, 'place'> {
  const { ordinate, yUnit } = spectrum;
  if (ordinate === 'absorption-coefficient') {
    const base = /base\s*10/i.test(yUnit) ? Math.LN10 : /base\s*e|naperian|napierian/i.test(yUnit) ? 1 : undefined;
    if (base === undefined) {
      const message = `The unit "${yUnit}" does not say whether it is base 10 or base e.`;
      return { code: 'gas-base', message, remedy: 'Write (base 10) or (base e) in ##YUNITS=.' };
    }
    return { depth: (value) => value * base, column_ppmm: 1, hasChartZero: false };
  }
  if (ordinate !== 'transmittance' && ordinate !== 'absorbance') {
    const message = `An ordinate in "${yUnit}" tells no absorption.`;
    return { code: 'gas-ordinate', message, remedy: 'Give transmittance, absorbance or an absorption coefficient.' };
  }
  const column_ppmm = columnInCell(spectrum.header, assumptions);
  if (ordinate === 'absorbance') {
    return { depth: (value) => value * Math.LN10, column_ppmm, hasChartZero: true };
  }
  const isPercent = spectrum.y.some((value) => value > 2);
  if (isPercent) assumptions.push('transmittance taken as per cent: values reach above 2');
  const black = spectrum.y.filter((value) => value < BLACK_TRANSMITTANCE * (isPercent ? 100 : 1)).length;
  if (black > 0) assumptions.push(`${black} points are black: absorption there is a lower bound`);
  const full = isPercent ? 100 : 1;
  const depth = (value: number) => -Math.log(Math.max(value / full, BLACK_TRANSMITTANCE));
  return { depth, column_ppmm, hasChartZero: true };
}

/** Partial pressure times path as ppm m at one atmosphere and the cell's temperature. */
function columnInCell(header: Readonly<Record<string, string>>, assumptions: string[]): number | undefined {
  const path = /([\d.]+)\s*(CM|MM|M)\b/i.exec(header.PATHLENGTH ?? '');
  const given = /([\d.]+)\s*(mmHg|torr|kPa|Pa|ppm)/i.exec(header.PARTIALPRESSURE ?? header.STATE ?? '');
  if (path === null || given === null) {
    assumptions.push('amount of gas in the cell not stated: only the shape is known');
    return undefined;
  }
  const metres = Number(path[1]) * { cm: 0.01, mm: 0.001, m: 1 }[path[2]!.toLowerCase() as 'cm' | 'mm' | 'm'];
  const unit = given[2]!.toLowerCase() as 'mmhg' | 'torr' | 'kpa' | 'pa' | 'ppm';
  const pascals = { mmhg: MMHG_PA, torr: MMHG_PA, kpa: 1000, pa: 1, ppm: ATMOSPHERE_PA / 1e6 }[unit];
  assumptions.push(`amount from ${given[0]} over ${path[0]}`);
  return ((Number(given[1]) * pascals) / ATMOSPHERE_PA) * 1e6 * metres;
}

function temperatureOf(header: Readonly<Record<string, string>>): number | undefined {
  const match = /(-?[\d.]+)\s*(?:DEG)?\s*([CK])\b/i.exec(header.TEMPERATURE ?? '');
  if (match === null) return undefined;
  return match[2]!.toUpperCase() === 'C' ? Number(match[1]) + KELVIN : Number(match[1]);
}

function pressureOf(header: Readonly<Record<string, string>>, assumptions: string[]): number | undefined {
  const match = /([\d.]+)\s*(kPa|Pa|mmHg)\b/i.exec(header.PRESSURE ?? '');
  if (match === null) return undefined;
  const factor = { kpa: 1000, pa: 1, mmhg: MMHG_PA }[match[2]!.toLowerCase() as 'kpa' | 'pa' | 'mmhg'];
  const pressure = Number(match[1]) * factor;
  if (pressure >= BELIEVABLE_PRESSURE_PA[0] && pressure <= BELIEVABLE_PRESSURE_PA[1]) return pressure;
  assumptions.push(`stated pressure ${match[0]} not believed, one atmosphere assumed`);
  return undefined;
}

const firstNumber = (text: string | undefined): number | undefined => {
  const match = /\d+\.?\d*|\.\d+/.exec(text ?? '');
  return match === null ? undefined : Number(match[0]);
};

/** Points in order of rising wavenumber, from either axis and either direction. */
function ascendingWavenumbers(spectrum: MeasuredSpectrum) {
  if (spectrum.axis === 'other') return undefined;
  const toWavenumber = (x: number) => (spectrum.axis === 'wavenumber' ? x : 1e7 / x);
  const order = Array.from(spectrum.x, (_, index) => index).filter((index) => Number.isFinite(spectrum.y[index]!));
  if (order.length < 2) return undefined;
  if (toWavenumber(spectrum.x[order[0]!]!) > toWavenumber(spectrum.x[order.at(-1)!]!)) order.reverse();
  return { order, wavenumber_pcm: Float64Array.from(order, (index) => toWavenumber(spectrum.x[index]!)) };
}

function clearLevel(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(CLEAR_SHARE * sorted.length)]!;
}
