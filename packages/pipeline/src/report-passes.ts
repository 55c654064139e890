/** What each pass of a flight says for a source and against it, as a table a source. */
import type { PassWord } from '@plumeline/core';
import type { ProcessedRecording } from './process.ts';
import { escapeHtml, formatDistance, formatNumber } from './report-format.ts';
import { table } from './report-sections.ts';
import type { Say } from './report-words.ts';

/** Nats from which a pass is said to speak: odds of 2 to 1. */
const SPEAKS_LN = Math.LN2;

/** Nothing where no source has words of passes: instruments that stay, and null results. */
export function renderPasses({ located, recording }: ProcessedRecording, say: Say, heading: string): string {
  const many = located.sources.length > 1;
  const tables = located.sources.flatMap(({ passes }, index) => {
    const own = passes?.filter(({ recordingId }) => recordingId === recording.id) ?? [];
    if (own.length === 0) return [];
    const name = many ? `${say('source', { n: index + 1 })}: ` : '';
    const heads = [say('pass'), say('time'), `n:ln`, say('passSays'), say('passExpected')];
    const title = many ? `<p><b>${escapeHtml(say('source', { n: index + 1 }))}</b></p>` : '';
    return [
      `${title}${table(
        `${name}${say('passes')}`,
        heads,
        own.map((word) => passCells(word, say)),
      )}`,
    ];
  });
  if (tables.length === 0) return '';
  return `${heading}<p class="soft">${escapeHtml(say('passesNote'))}</p>${tables.join('')}`;
}

function passCells(word: PassWord, say: Say): string[] {
  const { index, startAt, endAt, lnFor, expected, setAside } = word;
  const plume =
    expected === undefined
      ? say('passOutOfReach')
      : say('passExpectedAt', {
          time: expected.at.slice(11, 19),
          peak: formatNumber(expected.peakEnhancement_ppm, 2),
          range: formatDistance(expected.range_m),
        });
  const verdict = lnFor > SPEAKS_LN ? 'passFor' : lnFor < -SPEAKS_LN ? 'passAgainst' : 'passLittle';
  const says = setAside === undefined ? say(verdict) : say('passSetAside', { reason: setAside });
  const ln = setAside !== undefined ? '' : lnFor.toFixed(1).replace('-', '\u2212');
  return [
    `<td>${index}</td>`,
    `<td class="nowrap">${startAt.slice(11, 19)}\u2013${endAt.slice(11, 19)}</td>`,
    `<td class="n">${ln}</td>`,
    `<td>${escapeHtml(says)}</td>`,
    `<td>${escapeHtml(plume)}</td>`,
  ];
}
