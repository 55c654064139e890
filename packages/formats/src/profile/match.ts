/** Which files a profile is for, by name and by the columns of the header. */
import { measuresOf } from './check-profile.ts';
import type { SensorProfileContent } from './schema.ts';

/** Whether a path matches a pattern: `*` within a name, `**` across folders; a pattern without `/` means the name only. Case is ignored. */
export function matchesGlob(path: string, pattern: string): boolean {
  const subject = pattern.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1);
  return wildcard(subject.toLowerCase(), pattern.toLowerCase());
}

/** Stars to a regular expression. Patterns come from profiles, which cap nothing: keep them short. */
function wildcard(subject: string, pattern: string): boolean {
  const source = pattern
    .split(/(\*\*\/?|\*)/)
    .map((part) => (part.startsWith('**') ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's').test(subject);
}

/** How many characters of the most literal matching pattern are not stars; -1 when none matches. */
export function matchStrength(path: string, patterns: readonly string[]): number {
  const matching = patterns.filter((pattern) => matchesGlob(path, pattern));
  return Math.max(-1, ...matching.map((pattern) => pattern.replaceAll('*', '').length));
}

/** Columns that a sample file needs for a profile, each once. */
export function columnsOf(profile: SensorProfileContent): string[] {
  const { recordings, instrument, leg, tables, match, time } = profile;
  return [
    ...new Set([
      ...time.columns,
      ...measuresOf(profile).flatMap(({ measure, path }) =>
        measure.table === undefined && !(path[0] === 'concentration' && profile.concentration.gases)
          ? [measure.column]
          : [],
      ),
      ...(recordings?.splitBy === undefined ? [] : [recordings.splitBy]),
      ...(recordings?.period === undefined ? [] : [recordings.period.column]),
      ...(instrument?.name ?? []),
      ...(instrument?.group === undefined ? [] : [instrument.group]),
      ...(leg === undefined ? [] : [leg.column]),
      ...(tables ?? []).map((table) => table.key),
      ...(match.columns ?? []),
    ]),
  ];
}

/** Delimiter of a profile's text. */
export function delimiterOf(profile: SensorProfileContent): string {
  return profile.text?.delimiter === 'tab' ? '\t' : (profile.text?.delimiter ?? ',');
}

/** Profile names compare without case, and with - and _ alike. */
export function isSameProfileName(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '-');
  return plain(a) === plain(b);
}
