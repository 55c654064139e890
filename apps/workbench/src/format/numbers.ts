/** Numbers as people of a language write them: at most three significant figures, interval and unit beside the value. */
import type { Quantiles } from '@plumeline/core';

/** Spanish of Mexico writes 12,345.6 as English does; Intl knows. */
export function localeOf(language: string): string {
  return language.startsWith('es') ? 'es-MX' : 'en-GB';
}

/** Three significant figures at most; thousands are not turned into powers of ten. */
export function formatValue(value: number, language: string, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = Number(value.toPrecision(digits));
  // A minus sign, not a hyphen, so that negative figures align and read aloud.
  return new Intl.NumberFormat(localeOf(language), { maximumSignificantDigits: digits })
    .format(rounded)
    .replace('-', '−');
}

/** Whole counts, in full. */
export function formatCount(value: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language)).format(value);
}

export interface RateText {
  readonly value: string;
  readonly interval: string;
  readonly unit: 'kg/h' | 'g/h' | 't/h';
}

/** The ends of an interval are known no better than this. */
const INTERVAL_DIGITS = 2;

/** `412`, `260–610`, `kg/h`: one unit for the value and both ends, chosen by the median. */
export function formatRate(rate: Quantiles, language: string): RateText {
  const [unit, factor] = unitFor(rate.p50);
  const end = (value: number) => formatValue(value * factor, language, INTERVAL_DIGITS);
  return { value: formatValue(rate.p50 * factor, language), interval: `${end(rate.p05)}–${end(rate.p95)}`, unit };
}

function unitFor(rate_kgph: number): [RateText['unit'], number] {
  if (rate_kgph < 0.1) return ['g/h', 1000];
  if (rate_kgph >= 10_000) return ['t/h', 1e-3];
  return ['kg/h', 1];
}

/** Distance or length [m] as `850 m` or `2.4 km`. */
export function formatDistance(metres: number, language: string): string {
  return metres < 1000 ? `${formatValue(metres, language, 2)} m` : `${formatValue(metres / 1000, language, 2)} km`;
}

/** Area [m2] as `5,300 m²`, `21 ha` or `3.2 km²`. */
export function formatArea(squareMetres: number, language: string): string {
  if (squareMetres < 1e4) return `${formatValue(squareMetres, language, 2)} m²`;
  if (squareMetres < 1e6) return `${formatValue(squareMetres / 1e4, language, 2)} ha`;
  return `${formatValue(squareMetres / 1e6, language, 2)} km²`;
}

/** Bytes as `8.6 MB` (decimal prefixes). */
export function formatBytes(bytes: number, language: string): string {
  if (bytes < 1e3) return `${formatCount(bytes, language)} B`;
  if (bytes < 1e6) return `${formatValue(bytes / 1e3, language)} kB`;
  return `${formatValue(bytes / 1e6, language)} MB`;
}

/** Whole percent of a fraction in [0, 1]. */
export function formatPercent(fraction: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language), { style: 'percent', maximumFractionDigits: 0 }).format(fraction);
}
