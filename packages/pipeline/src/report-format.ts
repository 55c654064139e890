/** Numbers, coordinates, times and escaping as the report shows them. es-MX and en write numbers alike (1,234.5). */
import type { Position, Quantiles } from '@plumeline/core';

/** Safe as HTML text and as a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Three significant figures, thousands separated; never an exponent. */
export function formatNumber(value: number, significant = 3): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const rounded = Number(value.toPrecision(significant));
  const decimals = Math.min(20, Math.max(0, significant - 1 - magnitude));
  const [whole, fraction] = Math.abs(rounded).toFixed(decimals).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  const trimmed = fraction?.replace(/0+$/, '') ?? '';
  return `${rounded < 0 ? '\u2212' : ''}${grouped}${trimmed === '' ? '' : `.${trimmed}`}`;
}

/** `260-610` with an en dash. */
export function formatInterval({ p05, p95 }: Quantiles): string {
  return `${formatNumber(p05)}\u2013${formatNumber(p95)}`;
}

/** Metres below a kilometre, kilometres above. */
export function formatDistance(distance_m: number): string {
  const size = Math.abs(distance_m);
  if (size < 10) return `${distance_m.toFixed(1)} m`.replace('-', '\u2212');
  return size < 1000 ? `${formatNumber(distance_m)} m` : `${formatNumber(distance_m / 1000)} km`;
}

/** Square metres, hectares or square kilometres, whichever reads shortest. */
export function formatArea(area_m2: number): string {
  if (area_m2 < 1e4) return `${formatNumber(area_m2)} m\u00b2`;
  return area_m2 < 1e6 ? `${formatNumber(area_m2 / 1e4)} ha` : `${formatNumber(area_m2 / 1e6)} km\u00b2`;
}

/** `57.01162, 1.83853`: five decimals are a metre. */
export function formatDecimal({ lat, lon }: Position): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** `57° 00′ 41.8″ N 1° 50′ 18.7″ E` */
export function formatDms({ lat, lon }: Position, west: string): string {
  return `${dms(lat)} ${lat < 0 ? 'S' : 'N'} ${dms(lon)} ${lon < 0 ? west : 'E'}`;
}

function dms(angle: number): string {
  const tenths = Math.round(Math.abs(angle) * 36_000);
  const pad = (value: number) => String(value).padStart(2, '0');
  const seconds = (tenths % 600) / 10;
  return `${Math.floor(tenths / 36_000)}\u00b0 ${pad(Math.floor(tenths / 600) % 60)}\u2032 ${seconds.toFixed(1).padStart(4, '0')}\u2033`;
}

/** `2012-04-03 13:45` */
export function formatMinute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

/** `2012-04-03 13:45:00 to 15:45:00 UTC`; the day is repeated only when it changes. */
export function formatPeriod(startAt: string, endAt: string, to: string): string {
  const start = `${startAt.slice(0, 10)} ${startAt.slice(11, 19)}`;
  const end =
    endAt.slice(0, 10) === startAt.slice(0, 10) ? endAt.slice(11, 19) : `${endAt.slice(0, 10)} ${endAt.slice(11, 19)}`;
  return startAt === endAt ? `${start} UTC` : `${start} ${to} ${end} UTC`;
}

/** Round numbers that divide [low, high] into about `wanted` steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(low: number, high: number, wanted: number): number[] {
  const raw = (high - low) / Math.max(1, wanted);
  if (!(raw > 0)) return [low];
  const step = niceStep(raw);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Smallest of 1, 2, 5 times a power of ten that is at least `raw`. */
export function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}
