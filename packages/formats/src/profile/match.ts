/** Which files a profile is for, by name and by the columns of the header. */
import { measuresOf } from './check-profile.ts';
import type { SensorProfileContent } from './schema.ts';

/** Whether a path matches a pattern: `*` within a name, `**` across folders; a pattern without `/` means the name only. Case is ignored. */
export function matchesGlob(path: string, pattern: string): boolean {
  const subject = pattern.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1);
  return wildcard(subject.toLowerCase(), pattern.toLowerCase());
}

/** Set of positions reached after each part of the pattern: at most subject x pattern steps, whatever the stars. */
function wildcard(subject: string, pattern: string): boolean {
  let reached = new Set([0]);
  for (const part of pattern.match(/\*\*\/?|\*|[^*]/g) ?? []) {
    const next = new Set<number>();
    for (const start of reached) {
      if (!part.startsWith('*')) {
        if (subject[start] === part) next.add(start + 1);
        continue;
      }
      for (let at = start; at <= subject.length && !next.has(at); at++) {
        // `**/` means any folders or none, so it ends at a start of a name.
        if (part !== '**/' || at === 0 || subject[at - 1] === '/') next.add(at);
        if (part === '*' && subject[at] === '/') break;
      }
    }
    reached = next;
  }
  return reached.has(subject.length);
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
