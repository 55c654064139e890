/** The answer of `plumeline locate` as a person reads it: finding first, then what speaks for and against it. */
import { geodesicBetween, substanceOf } from '@plumeline/core';
import {
  areaOf,
  formatArea,
  formatDecimal,
  formatDistance,
  formatInterval,
  formatNumber,
  formatPeriod,
  type NextLegs,
  type SensitivityRun,
  type WhatIf,
  wordsIn,
} from '@plumeline/pipeline';
import type { AnswerFinding, AnswerFlight, AnswerNull, AnswerSource, LocateAnswer } from './locate-answer.ts';
import { type LocateSay, locateWordsIn } from './locate-words.ts';

interface Voice {
  readonly say: LocateSay;
  readonly language: 'en' | 'es';
  readonly answer: LocateAnswer;
}

export function formatAnswer(answer: LocateAnswer, map?: string): string {
  const { language } = answer.asked;
  const voice: Voice = { say: locateWordsIn(language), language, answer };
  const head = answer.exercise ? [voice.say('exercise'), ''] : [];
  const findings = answer.findings.map((finding) => findingLines(finding, voice));
  const foot = map === undefined ? [] : ['', voice.say('map', { path: map })];
  return `${[...head, ...findings.join('\n\n').split('\n'), ...foot].join('\n')}\n`;
}

function findingLines(finding: AnswerFinding, voice: Voice): string {
  const { say, answer } = voice;
  const flights = answer.flights.filter(({ name }) => finding.flights.includes(name));
  return [
    headline(finding, flights, voice),
    ...flights.flatMap((flight) => flightLines(flight, voice)),
    ...changeLines(voice),
    ...finding.sources.flatMap((source, index) => ['', ...sourceLines(source, index, finding, voice)]),
    ...(finding.nullResults.length === 0 ? [] : ['', ...nullLines(finding.nullResults, say)]),
    ...caveatLines(finding, flights, say),
    ...(finding.sensitivity === undefined ? [] : ['', ...sensitivityLines(finding.sensitivity, say)]),
    ...(answer.asked.nextLeg === undefined ? [] : ['', ...legLines(finding, voice)]),
  ].join('\n');
}

function headline({ sources, flights: names }: AnswerFinding, flights: readonly AnswerFlight[], voice: Voice): string {
  const key = flights[0]?.substance ?? '';
  const substance = substanceOf(key)?.names[voice.language] ?? key;
  const count = sources.length;
  const words = { substance, Substance: `${substance.slice(0, 1).toUpperCase()}${substance.slice(1)}`, count };
  const found = wordsIn(voice.language)(count === 0 ? 'foundNone' : count === 1 ? 'foundOne' : 'foundMany', words);
  return names.length === 1 ? found : `${found}   (${voice.say('together', { count: names.length })})`;
}

function flightLines(flight: AnswerFlight, { say, language }: Voice): string[] {
  const period = formatPeriod(flight.startAt, flight.endAt, wordsIn(language)('to'));
  return [
    `  ${flight.name}: ${say('samples', { count: formatNumber(flight.samples, 7), period })}`,
    ...flight.excluded.map(({ count, reason }) => `    ${say('excluded', { count, reason })}`),
  ];
}

/** What is not as measured must be with every answer that rests on it. */
function changeLines({ say, answer: { asked } }: Voice): string[] {
  const lines: string[] = [];
  if (asked.whatIf !== undefined) lines.push(`  ${say('asked', { changes: changeWords(asked.whatIf, say) })}`);
  if (asked.known.length > 0) lines.push(`  ${say('knownSources', { count: asked.known.length })}`);
  return lines;
}

function sourceLines(source: AnswerSource, index: number, { sources }: AnswerFinding, { say }: Voice): string[] {
  const { position, rate_kgph: rate, lnBayesFactor, area50_m2, area90_m2 } = source;
  const number = sources.length === 1 ? '' : `${index + 1}.  `;
  return [
    `  ${number}${formatDecimal(position)}   ${formatNumber(rate.p50)} kg/h (${formatInterval(rate)}, 90 %)`,
    `    ${say('region', { nine: formatArea(area90_m2), half: formatArea(area50_m2) })}`,
    `    ${say('evidence', { ln: formatNumber(lnBayesFactor) })}`,
    ...passLines(source, say),
  ];
}

/** Nats from which a pass is said to speak: odds of 2 to 1. */
const SPEAKS_LN = Math.LN2;
/** Passes that are listed for a source, and against it; the JSON has all. */
const MOST_FOR = 3;
const MOST_AGAINST = 5;

function passLines({ passes = [] }: AnswerSource, say: LocateSay): string[] {
  if (passes.length === 0) return [];
  const aside = passes.filter(({ setAside }) => setAside !== undefined);
  const used = passes.filter(({ setAside }) => setAside === undefined);
  const isFor = used.filter(({ lnFor }) => lnFor > SPEAKS_LN).sort((a, b) => b.lnFor - a.lnFor);
  const isAgainst = used.filter(({ lnFor }) => lnFor < -SPEAKS_LN).sort((a, b) => a.lnFor - b.lnFor);
  const silent = used.length - isFor.length - isAgainst.length;
  const counts = say('passes', { for: isFor.length, against: isAgainst.length, silent });
  const set = aside.length === 0 ? '' : `, ${say('passesAside', { count: aside.length })}`;
  const many = new Set(passes.map(({ flight }) => flight)).size > 1;
  const line = (word: (typeof passes)[number], verdict: string) => {
    const name = many ? `${word.flight}/${word.index}` : `#${word.index}`;
    const range =
      word.expected === undefined ? '' : `, ${say('passRange', { range: formatDistance(word.expected.range_m) })}`;
    return `      ${name} ${word.startAt.slice(11, 19)}-${word.endAt.slice(11, 19)}  ${verdict}${range}`;
  };
  return [
    `    ${counts}${set}`,
    ...isFor.slice(0, MOST_FOR).map((word) => line(word, `${say('passFor')} +${word.lnFor.toFixed(1)}`)),
    ...isAgainst.slice(0, MOST_AGAINST).map((word) => line(word, `${say('passAgainst')} ${minus(word.lnFor)}`)),
    ...aside.map((word) => line(word, say('passSetAside', { reason: word.setAside! }))),
  ];
}

function minus(value: number): string {
  return `\u2212${Math.abs(value).toFixed(1)}`;
}

function nullLines(nullResults: readonly AnswerNull[], say: LocateSay): string[] {
  const lines = nullResults.flatMap(({ flight, upperLimit_kgph: limit, searched }) => [
    `  ${limit === undefined ? say('noLimit', { flight }) : say('limit', { flight, rate: formatNumber(limit) })}`,
    ...searched.map(({ rate_kgph, region }) => {
      return `    ${say('searched', { rate: formatNumber(rate_kgph), area: formatArea(areaOf(region)) })}`;
    }),
  ]);
  return [...lines, `  ${say('notZero')}`];
}

function caveatLines(finding: AnswerFinding, flights: readonly AnswerFlight[], say: LocateSay): string[] {
  const all = [
    ...flights.flatMap(({ caveats }) => caveats),
    ...finding.sources.flatMap(({ caveats }) => caveats),
    ...finding.nullResults.flatMap(({ caveats }) => caveats),
  ];
  const sentences = [...new Set(all.map(({ text }) => text))];
  return sentences.length === 0 ? [] : ['', `  ${say('keepInMind')}`, ...sentences.map((text) => `    - ${text}`)];
}

/** Nearer than a flight fixes any place, so that a direction means nothing [m]. */
const SAME_PLACE_M = 5;

function sensitivityLines(runs: readonly SensitivityRun[], say: LocateSay): string[] {
  const names = runs.map(({ change }) => changeWords(change, say));
  const width = Math.max(...names.map((name) => name.length));
  return [
    `  ${say('sensitivity')}`,
    ...runs.flatMap(({ sources }, index) =>
      sources.map((moved, n) => {
        const name = `${names[index]!.padEnd(width)}  ${sources.length === 1 ? '' : `${say('sourceNumber', { n: n + 1 })}: `}`;
        if (moved === undefined) return `    ${name}${say('notClaimed')}`;
        const factor = moved.rateFactor.toFixed(2);
        const isSame = moved.distance_m < SAME_PLACE_M;
        const distance = formatDistance(isSame ? SAME_PLACE_M : moved.distance_m);
        const to = isSame
          ? say('stays', { distance, factor })
          : say('moved', { distance, towards: compass(moved.azimuth_deg), factor });
        return `    ${name}${to}, ${say(moved.insideRegion90 ? 'insideRegion' : 'outsideRegion')}`;
      }),
    ),
  ];
}

function changeWords({ windTurn_deg, windFactor, turbulenceFactor }: WhatIf, say: LocateSay): string {
  const signed = (value: number) => `${value < 0 ? '\u2212' : '+'}${Math.abs(value)}`;
  return [
    ...(windTurn_deg === undefined ? [] : [say('windTurn', { value: signed(windTurn_deg) })]),
    ...(windFactor === undefined ? [] : [say('windFactor', { value: windFactor.toFixed(2) })]),
    ...(turbulenceFactor === undefined ? [] : [say('turbulenceFactor', { value: turbulenceFactor.toFixed(2) })]),
  ].join(', ');
}

/** `045°`, clockwise from north. */
function compass(azimuth_deg: number): string {
  return `${String((Math.round(azimuth_deg) + 360) % 360).padStart(3, '0')}°`;
}

/** Legs that are listed. */
const MOST_LEGS = 3;

function legLines({ nextLegs }: AnswerFinding, { say }: Voice): string[] {
  if (nextLegs === undefined) return [`  ${say('legsNone')}`];
  const { legs, source, seed } = nextLegs;
  const shown = unlike(legs).slice(0, MOST_LEGS);
  const rows = shown.flatMap((leg, index) => {
    const near = leg.crossingDistance_m;
    const range =
      near === undefined
        ? ''
        : ` ${say('legRange', { near: formatNumber(near.p10, 2), far: formatNumber(near.p90, 2) })}`;
    const where = say('leg', {
      from: formatDecimal(leg.from),
      to: formatDecimal(leg.to),
      height: Math.round(leg.heightAgl_m),
      gain: leg.gain_nats.toFixed(2),
      seconds: Math.round(leg.duration_s),
    });
    const sees = say('legSees', { percent: Math.round(100 * leg.seenProbability) });
    return [`    ${index + 1}. ${where}`, `       ${sees}${range}; ${say(leg.kind)}`];
  });
  const more = legs.length - shown.length;
  return [
    `  ${say('nextLeg', { n: source + 1, seed })}`,
    ...rows,
    ...(more === 0 ? [] : [`    ${say('legsMore', { count: more })}`]),
    `    ${say('legsAuthority')}`,
  ];
}

/** A leg whose ends both lie this part of its length from those of a better one is the same to a pilot. */
const ALIKE = 0.15;

function unlike(legs: NextLegs['legs']): NextLegs['legs'] {
  const kept: NextLegs['legs'][number][] = [];
  for (const leg of legs) {
    const near = ALIKE * geodesicBetween(leg.from, leg.to).distance_m;
    const isAlike = kept.some(
      (other) =>
        other.heightAgl_m === leg.heightAgl_m &&
        geodesicBetween(other.from, leg.from).distance_m < near &&
        geodesicBetween(other.to, leg.to).distance_m < near,
    );
    if (!isAlike) kept.push(leg);
  }
  return kept;
}
