/** Overview of many recordings: the places on one map, and a row a recording with its finding and a link to its report. */
import type { Site } from '@plumeline/core';
import type { ProcessedRecording } from './process.ts';
import { headlineOf, leadOfMany, page, type ReportOptions, renderMethod } from './report.ts';
import { escapeHtml, formatArea, formatDecimal, formatInterval, formatNumber, formatPeriod } from './report-format.ts';
import { renderMaps } from './report-map.ts';
import { areaOf, table } from './report-sections.ts';
import { type Say, wordsIn } from './report-words.ts';

/** More labels than this on a map hide each other. */
const MOST_LABELS = 12;

export function renderOverview(
  processed: readonly ProcessedRecording[],
  options: ReportOptions,
  hrefOf: (recording: ProcessedRecording) => string,
): string {
  const say = wordsIn(options.language);
  const finding = headlineOf(processed, options.language);
  const sites = [...new Map(processed.flatMap((each) => each.sites).map((site) => [site.id, site])).values()];
  const body = `<h1>${escapeHtml(finding)}</h1>${leadOfMany(processed, say)}
${mapOf(processed, sites, options, say, finding)}
${sites.length === 0 ? '' : `<h2>${escapeHtml(say('sites'))}</h2>${siteTable(sites, processed, say)}`}
<h2>${escapeHtml(say('recordings'))}</h2>${recordingTable(processed, hrefOf, say)}${renderMethod(say)}`;
  return page(processed, options, finding, body);
}

function mapOf(
  processed: readonly ProcessedRecording[],
  sites: readonly Site[],
  options: ReportOptions,
  say: Say,
  finding: string,
): string {
  const merged = mergedTrack(processed, sites);
  if (merged === undefined) return '';
  const names = sites.length > MOST_LABELS ? sites.map(() => '') : sites.map(({ label }) => label);
  const { truth } = options;
  return renderMaps({ processed: merged, say, finding, names, ...(truth === undefined ? {} : { truth }) }).html;
}

/** All flights as if they were one, with an estimate a site: for the map only. Undefined with fixed instruments. */
function mergedTrack(processed: readonly ProcessedRecording[], sites: readonly Site[]): ProcessedRecording | undefined {
  const first = processed[0];
  if (first === undefined || processed.some(({ series }) => series.instrument !== undefined)) return undefined;
  const column = (pick: (each: ProcessedRecording) => ArrayLike<number>) =>
    Float64Array.from(processed.flatMap((each) => Array.from(pick(each))));
  // Each flight starts a leg of its own, so that no line joins two flights.
  const leg = Int32Array.from(
    processed.flatMap(({ series }, flight) =>
      Array.from(series.time_s, (_, i) => flight * 10_000 + (series.leg?.[i] ?? 0)),
    ),
  );
  const extents = processed.map(({ recording }) => recording.extent);
  const edge = (at: 0 | 1 | 2 | 3, choose: (...values: number[]) => number) => choose(...extents.map((one) => one[at]));
  const estimates = new Map(processed.flatMap(({ located }) => located.sources).map((source) => [source.id, source]));
  const { windEast_mps: _, windNorth_mps: __, ...series } = first.series;
  const { wind: ___, ...context } = series.context;
  return {
    recording: {
      ...first.recording,
      extent: [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)],
    },
    series: {
      ...series,
      context,
      leg,
      count: leg.length,
      time_s: column((each) => each.series.time_s),
      lat_deg: column((each) => each.series.lat_deg),
      lon_deg: column((each) => each.series.lon_deg),
      heightAgl_m: column((each) => each.series.heightAgl_m),
      moleFraction_ppm: column((each) => each.series.moleFraction_ppm),
    },
    detections: [],
    located: {
      sources: sites.flatMap(({ sourceEstimateIds: [leading] }) => estimates.get(leading!) ?? []),
      series: {
        background_ppm: column((each) => each.located.series.background_ppm),
        fitted_ppm: column((each) => each.located.series.fitted_ppm),
      },
    },
    sites,
  };
}

function siteTable(sites: readonly Site[], processed: readonly ProcessedRecording[], say: Say): string {
  const names = new Map(processed.map(({ recording }) => [recording.id, recording.name]));
  const heads = [
    say('site'),
    `n:${say('rate')}`,
    say('position'),
    `n:${say('area90')}`,
    `n:${say('evidence')}`,
    say('recordings'),
  ];
  const rows = sites.map((site) => [
    `<th scope="row">${escapeHtml(site.label)}</th>`,
    `<td class="n nowrap">${formatNumber(site.rate_kgph.p50)} (${formatInterval(site.rate_kgph)}) kg/h</td>`,
    `<td class="nowrap">${formatDecimal(site.position)}</td>`,
    `<td class="n nowrap">${formatArea(areaOf(site.region90))}</td>`,
    `<td class="n">${formatNumber(site.lnBayesFactor)}</td>`,
    `<td>${escapeHtml(site.recordingIds.map((id) => names.get(id) ?? id).join(', '))}</td>`,
  ]);
  return table(say('sites'), heads, rows);
}

function recordingTable(
  processed: readonly ProcessedRecording[],
  hrefOf: (recording: ProcessedRecording) => string,
  say: Say,
): string {
  const heads = [say('recording'), say('time'), `n:${say('samples')}`, say('finding')];
  const rows = processed.map((each) => {
    const { recording } = each;
    return [
      `<td><a href="${escapeHtml(hrefOf(each))}" aria-label="${escapeHtml(say('open', { name: recording.name }))}">${escapeHtml(recording.name)}</a></td>`,
      `<td class="nowrap">${formatPeriod(recording.startAt, recording.endAt, '\u2013')}</td>`,
      `<td class="n">${formatNumber(recording.sampleCount, 7)}</td>`,
      `<td>${escapeHtml(findingOf(each, say))}</td>`,
    ];
  });
  return table(say('recordings'), heads, rows);
}

function findingOf({ located, sites }: ProcessedRecording, say: Say): string {
  if (located.sources.length > 0) return sites.map(({ label }) => label).join(', ');
  const limit = located.nullResult?.upperLimit_kgph;
  return limit === undefined ? say('nothing') : say('wouldHaveSeen', { rate: formatNumber(limit) });
}
