/**
 * The report of one or a few recordings: one self-contained HTML file, in English or Spanish. Pure text out of records; no date of printing, so that the same records give the same bytes.
 */
import { type Position, substanceOf } from '@plumeline/core';
import type { ProcessedRecording } from './process.ts';
import { escapeHtml, formatArea, formatDecimal, formatInterval, formatNumber, formatPeriod } from './report-format.ts';
import { renderMaps } from './report-map.ts';
import { renderPasses } from './report-passes.ts';
import {
  areaOf,
  renderCaveats,
  renderDetections,
  renderExclusions,
  renderFacts,
  renderProvenance,
  renderSites,
  renderTruth,
} from './report-sections.ts';
import { renderSeries } from './report-series.ts';
import { renderPage } from './report-style.ts';
import { type Language, type Say, wordsIn } from './report-words.ts';
import { compareWithTruth, meanWindOf, type TruthCheck } from './result.ts';

export interface ReportOptions {
  /** Name of what was processed: the folder or the file. */
  readonly name: string;
  readonly language: Language;
  readonly software: string;
  /** Known position of the source, for exercises and tests. */
  readonly truth?: Position;
}

/** Full report: a section a recording. */
export function renderReport(processed: readonly ProcessedRecording[], options: ReportOptions): string {
  const say = wordsIn(options.language);
  const sections = processed.map((each) => renderRecording(each, options, processed.length > 1));
  const headline = headlineOf(processed, options.language);
  // One recording has its own headline; several need one above them.
  const head = processed.length === 1 ? '' : `<h1>${escapeHtml(headline)}</h1>${leadOfMany(processed, say)}`;
  return page(processed, options, headline, `${head}${sections.join('\n')}${renderMethod(say)}`);
}

/** One sentence for a terminal, the same as the report's. Of several recordings it counts places, not estimates. */
export function headlineOf(processed: readonly ProcessedRecording[], language: Language): string {
  const say = wordsIn(language);
  const places = new Set(processed.flatMap(({ sites }) => sites.map(({ id }) => id)));
  const count = processed.length === 1 ? processed[0]!.located.sources.length : places.size;
  const substance = substanceName(processed[0], language);
  const words = { substance, Substance: capital(substance), count };
  return say(count === 0 ? 'foundNone' : count === 1 ? 'foundOne' : 'foundMany', words);
}

function renderRecording(processed: ProcessedRecording, options: ReportOptions, isOneOfMany: boolean): string {
  const { language, truth } = options;
  const say = wordsIn(language);
  const { recording } = processed;
  const finding = headlineOf([processed], language);
  const title = isOneOfMany
    ? `<h2>${escapeHtml(recording.name)}: ${escapeHtml(lowered(finding))}</h2>`
    : `<h1>${escapeHtml(finding)}</h1>`;
  const h = (key: Parameters<Say>[0]) =>
    isOneOfMany ? `<h3>${escapeHtml(say(key))}</h3>` : `<h2>${escapeHtml(say(key))}</h2>`;
  const maps = renderMaps({ processed, say, finding, ...(truth === undefined ? {} : { truth }) });
  return `<section class="recording">${title}${leadOf(processed, say)}
${truth === undefined ? '' : renderTruth(nearestTruth(processed, truth), truth, say, isOneOfMany ? 'h3' : 'h2')}
${maps.count === 1 ? `<div class="split">${maps.html}${renderFacts(processed, say)}</div>` : `<div class="pair">${renderFacts(processed, say)}${maps.html}</div>`}
${h('series')}${renderSeries(processed, say, substanceName(processed, language))}
${renderPasses(processed, say, h('passes'))}${h('caveats')}${renderCaveats(processed, say, language)}${renderSites(processed, say)}
${h('detections')}${renderDetections(processed, say)}
${h('exclusions')}${renderExclusions(recording, say)}
${h('restsOn')}${renderProvenance(processed, say)}</section>`;
}

function leadOf({ located }: ProcessedRecording, say: Say): string {
  if (located.sources.length === 0) {
    const limit = located.nullResult?.upperLimit_kgph;
    const text = limit === undefined ? say('leadNone') : say('leadNoneLimit', { rate: formatNumber(limit) });
    return `<p class="lead">${escapeHtml(text)}</p>`;
  }
  return located.sources
    .map((source, index) => {
      const name = located.sources.length === 1 ? '' : `${say('source', { n: index + 1 })}: `;
      const text = say('leadFound', {
        area: formatArea(areaOf(source.region90)),
        position: formatDecimal(source.position),
        rate: formatNumber(source.rate_kgph.p50),
        interval: formatInterval(source.rate_kgph),
      });
      return `<p class="lead">${escapeHtml(name + text)}</p>`;
    })
    .join('');
}

export function leadOfMany(processed: readonly ProcessedRecording[], say: Say): string {
  const found = processed.filter(({ located }) => located.sources.length > 0).length;
  return `<p class="lead">${escapeHtml(say('leadMany', { found, total: processed.length }))}</p>`;
}

function nearestTruth({ located, series, detections }: ProcessedRecording, truth: Position): TruthCheck | undefined {
  const wind = meanWindOf(series, detections);
  const checks = located.sources.map((source) => compareWithTruth(source, truth, wind));
  return checks.sort((a, b) => a.distance_m - b.distance_m)[0];
}

export function renderMethod(say: Say): string {
  return `<h2>${escapeHtml(say('method'))}</h2><p>${escapeHtml(say('methodText'))}</p>`;
}

export function page(
  processed: readonly ProcessedRecording[],
  options: ReportOptions,
  headline: string,
  body: string,
): string {
  const say = wordsIn(options.language);
  const isExercise = processed.some(({ recording }) => recording.exercise);
  const starts = processed.map(({ recording }) => recording.startAt).sort();
  const ends = processed.map(({ recording }) => recording.endAt).sort();
  const period = starts[0] === undefined ? '' : formatPeriod(starts[0], ends.at(-1)!, say('to'));
  const top = `<header class="top"><span><b>Plumeline</b> · ${escapeHtml(say('report'))} · ${escapeHtml(options.name)}</span><span>${period}</span></header>`;
  const foot = `<footer><p>${escapeHtml(say('purpose'))}</p><p>${escapeHtml(options.software)}</p></footer>`;
  return renderPage(`<div class="sheet">${top}<main>${body}</main>${foot}</div>`, {
    title: `${headline} · ${options.name}`,
    language: options.language,
    ...(isExercise ? { banner: { word: say('exercise'), note: say('exerciseNote') } } : {}),
  });
}

export function substanceName(processed: ProcessedRecording | undefined, language: Language): string {
  const key = processed?.recording.substance ?? '';
  return substanceOf(key)?.names[language] ?? key;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function lowered(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
