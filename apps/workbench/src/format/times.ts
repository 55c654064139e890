/** Instants in UTC, with the reader's own clock one hover away. */
import type { Instant } from '@plumeline/core';
import { localeOf } from './numbers.ts';

/** `14 Mar 2026, 16:05 UTC` */
export function formatInstant(at: Instant, language: string): string {
  return `${format(at, language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })} UTC`;
}

/** `14 Mar 2026` in UTC. */
export function formatDay(at: Instant, language: string): string {
  return format(at, language, { dateStyle: 'medium', timeZone: 'UTC' });
}

/** `16:05:32` in UTC, from seconds since 1970. */
export function formatClock(time_s: number, language: string): string {
  return format(new Date(time_s * 1000).toISOString(), language, { timeStyle: 'medium', timeZone: 'UTC' });
}

/** The same instant where the reader is, with the zone's name. */
export function formatLocal(at: Instant, language: string): string {
  return format(at, language, { dateStyle: 'medium', timeStyle: 'long' });
}

/** `14 Mar 2026, 15:02–17:02 UTC`, or both days when they differ. */
export function formatSpan(startAt: Instant, endAt: Instant, language: string): string {
  if (startAt.slice(0, 10) !== endAt.slice(0, 10)) {
    return `${formatInstant(startAt, language)} – ${formatInstant(endAt, language)}`;
  }
  const clock = (at: Instant) => format(at, language, { timeStyle: 'short', timeZone: 'UTC' });
  return `${formatDay(startAt, language)}, ${clock(startAt)}–${clock(endAt)} UTC`;
}

/** `17 d`, `2 h 14 min` or `38 s`. */
export function formatDuration(startAt: Instant, endAt: Instant): string {
  const seconds = Math.round((Date.parse(endAt) - Date.parse(startAt)) / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes >= 48 * 60) return `${Math.round(minutes / (24 * 60))} d`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function format(at: Instant, language: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return new Intl.DateTimeFormat(localeOf(language), { ...options, hourCycle: 'h23' }).format(date);
}
