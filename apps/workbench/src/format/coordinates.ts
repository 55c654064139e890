/** Positions as people write them, and back. */
import type { Position } from '@plumeline/core';
import { toMgrs } from './mgrs.ts';

export const COORDINATE_FORMATS = ['decimal', 'dms', 'mgrs'] as const;
export type CoordinateFormat = (typeof COORDINATE_FORMATS)[number];

/** Five decimals of a degree are about a metre: more would claim what no estimate knows. */
const DECIMALS = 5;

export function formatPosition(position: Position, format: CoordinateFormat): string {
  if (format === 'dms') return `${toDms(position.lat, 'N', 'S')} ${toDms(position.lon, 'E', 'W')}`;
  if (format === 'mgrs') return toMgrs(position) ?? formatPosition(position, 'decimal');
  return `${signed(position.lat)}, ${signed(position.lon)}`;
}

/** `24.80912, -107.39411`, `24 48 32 N 107 23 38 W` and the like; undefined when it is not a position. */
export function parsePosition(text: string): Position | undefined {
  const clean = text.trim().replaceAll('−', '-');
  const decimal = /^([+-]?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*([+-]?\d{1,3}(?:\.\d+)?)$/.exec(clean);
  if (decimal !== null) return checked(Number(decimal[1]), Number(decimal[2]));
  const part = String.raw`(\d{1,3})[°\s]+(\d{1,2})?['′\s]*(\d{1,2}(?:\.\d+)?)?["″\s]*`;
  const dms = new RegExp(`^${part}([NS])[,\\s]*${part}([EWO])$`, 'i').exec(clean);
  if (dms === null) return undefined;
  const [, d1, m1, s1, ns, d2, m2, s2, ew] = dms;
  return checked(fromDms(d1, m1, s1, /S/i.test(ns ?? '')), fromDms(d2, m2, s2, /[WO]/i.test(ew ?? '')));
}

function signed(degrees: number): string {
  return degrees.toFixed(DECIMALS).replace('-', '−');
}

function toDms(degrees: number, positive: string, negative: string): string {
  // Tenths of a second, about 3 m; rounding first keeps 59.96" from printing as 60.0".
  const tenths = Math.round(Math.abs(degrees) * 36_000);
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  const minutes = String(Math.floor(tenths / 600) % 60).padStart(2, '0');
  return `${Math.floor(tenths / 36_000)}°${minutes}′${seconds}″${degrees < 0 ? negative : positive}`;
}

function fromDms(d?: string, m?: string, s?: string, isNegative = false): number {
  const value = Number(d) + Number(m ?? 0) / 60 + Number(s ?? 0) / 3600;
  return isNegative ? -value : value;
}

function checked(lat: number, lon: number): Position | undefined {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}
