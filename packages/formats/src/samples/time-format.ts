/** Times of real files: ISO 8601, seconds since 1970, or a pattern; to UTC seconds. No clock and no zone database. */

export interface TimeFormat {
  readonly hasDate: boolean;
  readonly hasShortYear: boolean;
  /** Seconds as written, before any zone, or NaN. `zoned` is true when the text itself carried its zone. */
  parse(text: string, century: number): { readonly time_s: number; readonly zoned: boolean };
}

/** Seconds of a whole day. */
export const DAY_S = 86_400;
const NOT_A_TIME = { time_s: Number.NaN, zoned: false };
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Format by name or pattern; undefined when it is not understood. */
export function parseTimeFormat(format: string): TimeFormat | undefined {
  if (format === 'iso') return { hasDate: true, hasShortYear: false, parse: parseIso };
  if (format === 'unix_s') return { hasDate: true, hasShortYear: false, parse: parseUnix };
  return parsePattern(format);
}

function parseIso(text: string): { time_s: number; zoned: boolean } {
  const match = ISO.exec(text);
  if (match === null) return NOT_A_TIME;
  const time_s = toSeconds({
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4]),
    minute: Number(match[5]),
    second: Number(match[6] ?? 0),
    fraction: match[7] === undefined ? 0 : Number(`0.${match[7]}`),
  });
  return match[8] === undefined
    ? { time_s, zoned: false }
    : { time_s: time_s - (zoneOffset_s(match[8]) ?? Number.NaN), zoned: true };
}

function parseUnix(text: string): { time_s: number; zoned: boolean } {
  return /^-?\d+(\.\d+)?$/.test(text) ? { time_s: Number(text), zoned: true } : NOT_A_TIME;
}

const TOKENS: Readonly<Record<string, [field: string, pattern: string]>> = {
  yyyy: ['year', '(\\d{4})'],
  yy: ['shortYear', '(\\d\\d)'],
  MM: ['month', '(\\d\\d)'],
  dd: ['day', '(\\d\\d)'],
  HH: ['hour', '(\\d\\d)'],
  mm: ['minute', '(\\d\\d)'],
  ss: ['second', '(\\d\\d)'],
  SSS: ['millisecond', '(\\d{3})'],
};

function parsePattern(format: string): TimeFormat | undefined {
  const fields: string[] = [];
  const source = format.replace(/yyyy|yy|MM|dd|HH|mm|ss|SSS|\*|[^A-Za-z0-9*]|[A-Za-z0-9]/g, (part) => {
    if (part === '*') return '.*';
    if (part in TOKENS) {
      fields.push(TOKENS[part][0]);
      return TOKENS[part][1];
    }
    return part.replace(/[.+?^${}()|[\]\\/]/, '\\$&');
  });
  const has = (field: string) => fields.includes(field);
  // One star at most, so that matching stays linear.
  if (format.split('*').length > 2) return undefined;
  if (!has('hour') || !has('minute') || new Set(fields).size !== fields.length) return undefined;
  const hasYear = has('year') || has('shortYear');
  const hasDate = hasYear && has('month') && has('day');
  if (!hasDate && (hasYear || has('month') || has('day'))) return undefined;
  const pattern = new RegExp(`^${source}$`, 'u');
  return {
    hasDate,
    hasShortYear: has('shortYear'),
    parse: (text, century) => parseWith(pattern, fields, text, century),
  };
}

function parseWith(pattern: RegExp, fields: readonly string[], text: string, century: number) {
  const match = pattern.exec(text);
  if (match === null) return NOT_A_TIME;
  const value = (field: string, absent: number) => {
    const index = fields.indexOf(field);
    return index < 0 ? absent : Number(match[index + 1]);
  };
  const time_s = toSeconds({
    year: fields.includes('shortYear') ? century + value('shortYear', 0) : value('year', 1970),
    month: value('month', 1),
    day: value('day', 1),
    hour: value('hour', 0),
    minute: value('minute', 0),
    second: value('second', 0),
    fraction: value('millisecond', 0) / 1000,
  });
  return { time_s, zoned: false };
}

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction: number;
}

/** Seconds since 1970 of a calendar time, NaN when there is no such day or time (30 February, 25:00). */
function toSeconds({ year, month, day, hour, minute, second, fraction }: Parts): number {
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1) return Number.NaN;
  const time_ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(time_ms).getUTCDate() === day ? time_ms / 1000 + fraction : Number.NaN;
}

/** Offset of `UTC`, `Z` or `+hh:mm` east of Greenwich [s]; undefined when not understood. */
export function zoneOffset_s(zone: string): number | undefined {
  if (zone === 'UTC' || zone === 'Z') return 0;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (match === null || Number(match[2]) > 14 || Number(match[3]) > 59) return undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
}

/** Seconds since 1970 of a date `YYYY-MM-DD`; NaN when there is none. */
export function dateSeconds(date: string): number {
  return /^\d{4}-\d\d-\d\d$/.test(date) ? parseIso(`${date} 00:00`).time_s : Number.NaN;
}

/** Whether a text is a day of the calendar, YYYY-MM-DD. */
export function isDate(text: string): boolean {
  return !Number.isNaN(dateSeconds(text));
}

/** UTC instant, ISO 8601 with milliseconds. */
export function toInstant(time_s: number): string {
  return new Date(Math.round(time_s * 1000)).toISOString();
}
