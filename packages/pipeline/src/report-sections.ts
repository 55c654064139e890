/** Text and tables of a report's recording: facts, comparison with a known position, detections, provenance. */
import { localFrameAt, type MultiPolygon, type Position, type Recording, type SourceEstimate } from '@plumeline/core';
import type { ProcessedRecording } from './process.ts';
import {
  escapeHtml,
  formatArea,
  formatDecimal,
  formatDistance,
  formatDms,
  formatInterval,
  formatNumber,
  formatPeriod,
} from './report-format.ts';
import { type Language, type Say, sayCaveat } from './report-words.ts';
import { meanWindOf, type TruthCheck } from './result.ts';

const MOST_DETECTIONS = 20;

/** The figures beside the map: one group a source, or what would have been seen. */
export function renderFacts(processed: ProcessedRecording, say: Say): string {
  const { located, recording } = processed;
  const many = located.sources.length > 1;
  const groups = located.sources.map((source, index) => {
    const heading = `<p><b>${escapeHtml(say('source', { n: index + 1 }))}</b></p>`;
    return `${heading}<dl class="facts">${sourceFacts(source, say)}</dl>`;
  });
  const shared = [
    fact(say('observed'), formatPeriod(recording.startAt, recording.endAt, say('to'))),
    ...windFact(processed, say),
    fact(say('samples'), formatNumber(recording.sampleCount, 7)),
  ];
  const limit = located.nullResult?.upperLimit_kgph;
  const nothing =
    limit === undefined
      ? ''
      : fact(say('upperLimit'), `${formatNumber(limit)} kg/h`, { size: 'big', note: say('upperLimitNote') });
  if (!many)
    return `<div><dl class="facts">${located.sources.map((source) => sourceFacts(source, say)).join('')}${nothing}${shared.join('')}</dl></div>`;
  return `<div>${groups.join('')}<dl class="facts">${shared.join('')}</dl></div>`;
}

function sourceFacts(source: SourceEstimate, say: Say): string {
  const { rate_kgph, position, region50, region90, lnBayesFactor } = source;
  return [
    fact(say('rate'), `${formatNumber(rate_kgph.p50)} kg/h`, {
      size: 'big',
      note: `${formatInterval(rate_kgph)} kg/h, 90 %`,
    }),
    fact(say('position'), formatDecimal(position), { size: 'mid', note: formatDms(position, say('west')) }),
    fact(say('area50'), formatArea(areaOf(region50))),
    fact(say('area90'), formatArea(areaOf(region90))),
    fact(say('evidence'), formatNumber(lnBayesFactor), { note: say('evidenceNote') }),
  ].join('');
}

function windFact(processed: ProcessedRecording, say: Say): string[] {
  const wind = meanWindOf(processed.series, processed.detections);
  if (wind === undefined) return [];
  const from_deg = ((Math.atan2(-wind.east_mps, -wind.north_mps) * 180) / Math.PI + 360) % 360;
  const from = String(Math.round(from_deg) % 360).padStart(3, '0');
  return [fact(say('wind'), say('windFrom', { from, speed: formatNumber(wind.speed_mps, 2) }))];
}

function fact(name: string, value: string, { size = '', note = '' } = {}): string {
  const small = note === '' ? '' : `<dd class="note">${escapeHtml(note)}</dd>`;
  return `<div><dt>${escapeHtml(name)}</dt><dd class="${size}">${escapeHtml(value)}</dd>${small}</div>`;
}

/** Area of a region [m2] in the local frame of its first point. */
export function areaOf(region: MultiPolygon): number {
  const first = region.coordinates[0]?.[0]?.[0];
  if (first === undefined) return 0;
  const frame = localFrameAt({ lon: first[0], lat: first[1] });
  const ringArea = (ring: readonly (readonly [number, number])[]) => {
    const points = ring.map(([lon, lat]) => frame.toLocal({ lat, lon }));
    let twice = 0;
    for (let i = 1; i < points.length; i++) {
      twice += points[i - 1]!.x_m * points[i]!.y_m - points[i]!.x_m * points[i - 1]!.y_m;
    }
    return Math.abs(twice / 2);
  };
  const areas = region.coordinates.map(([outer, ...holes]) =>
    holes.reduce((area, hole) => area - ringArea(hole), ringArea(outer ?? [])),
  );
  return areas.reduce((sum, area) => sum + area, 0);
}

/** Says plainly where the known position lies, also when it is outside. */
export function renderTruth(check: TruthCheck | undefined, truth: Position, say: Say, heading: 'h2' | 'h3'): string {
  const title = `<${heading}>${escapeHtml(say('truthTitle'))} <span class="soft">${formatDecimal(truth)}</span></${heading}>`;
  if (check === undefined) return `<div class="truth">${title}<p>${escapeHtml(say('truthNone'))}</p></div>`;
  const row = (isInside: boolean, percent: number) =>
    `<li class="${isInside ? 'in' : 'out'}">${escapeHtml(say(isInside ? 'truthInside' : 'truthOutside', { percent }))}</li>`;
  const { distance_m, acrossWind_m: across, alongWind_m: along } = check;
  const distance =
    across === undefined || along === undefined
      ? say('truthDistanceOnly', { distance: formatDistance(distance_m) })
      : say('truthDistance', {
          distance: formatDistance(distance_m),
          across: formatDistance(Math.abs(across)),
          along: formatDistance(Math.abs(along)),
          side: say(along >= 0 ? 'downwind' : 'upwind'),
        });
  return `<div class="truth">${title}<ul>${row(check.insideRegion50, 50)}${row(check.insideRegion90, 90)}</ul><p>${escapeHtml(distance)}</p></div>`;
}

/** The site a source belongs to, and that every explanation of it is still open. */
export function renderSites({ sites }: ProcessedRecording, say: Say): string {
  return sites
    .map(({ label, hypotheses }) => {
      const list = hypotheses.filter(({ state }) => state === 'open').map(({ key }) => say(key));
      return `<p><b>${escapeHtml(`${say('site')} ${label}`)}.</b> ${escapeHtml(say('openHypotheses', { list: list.join(', ') }))}</p>`;
    })
    .join('');
}

export function renderDetections({ detections, recording }: ProcessedRecording, say: Say): string {
  if (detections.length === 0) return `<p>${escapeHtml(say('detectionsNone'))}</p>`;
  const strongest = [...detections].sort((a, b) => b.signalToNoise - a.signalToNoise).slice(0, MOST_DETECTIONS);
  const hasInstrument = strongest.some(({ instrument }) => instrument !== undefined);
  const rows = strongest
    .toSorted((a, b) => (a.startAt < b.startAt ? -1 : 1))
    .map((detection) => [
      `<td class="nowrap">${formatPeriod(detection.startAt, detection.endAt, '\u2013')}</td>`,
      ...(hasInstrument ? [`<td>${escapeHtml(detection.instrument ?? '')}</td>`] : []),
      `<td class="n nowrap">${formatNumber(detection.peakEnhancement_ppm)} \u00b1 ${formatNumber(detection.peakEnhancementSd_ppm, 2)} ppm</td>`,
      `<td class="n">${formatNumber(detection.signalToNoise, 2)}</td>`,
      `<td class="n">${detection.sampleCount}</td>`,
      `<td class="nowrap">${formatDecimal(detection.peakPosition)}</td>`,
    ]);
  const heads = [
    say('time'),
    ...(hasInstrument ? [say('instrument')] : []),
    `n:${say('peak')}`,
    `n:${say('signalToNoise')}`,
    `n:${say('samples')}`,
    say('where'),
  ];
  const note =
    detections.length > strongest.length
      ? `<p class="soft">${escapeHtml(say('detectionsShown', { shown: strongest.length, total: detections.length }))}</p>`
      : '';
  return `${note}${table(`${say('detections')}: ${recording.name}`, heads, rows)}`;
}

export function renderCaveats({ located, recording }: ProcessedRecording, say: Say, language: Language): string {
  const all = [
    ...(recording.caveats ?? []),
    ...located.sources.flatMap(({ caveats }) => caveats),
    ...(located.nullResult?.caveats ?? []),
  ];
  const sentences = [...new Set(all.map(({ code, params }) => sayCaveat(language, code, params)))];
  if (sentences.length === 0) return `<p>${escapeHtml(say('caveatsNone'))}</p>`;
  return `<ul class="plain">${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`;
}

export function renderExclusions({ excluded, sampleCount, name }: Recording, say: Say): string {
  if (excluded.length === 0) {
    return `<p>${escapeHtml(say('exclusionsNone', { count: formatNumber(sampleCount, 7) }))}</p>`;
  }
  const rows = excluded.map(({ reason, count, file, firstRow, lastRow }) => [
    `<td>${escapeHtml(reason)}</td>`,
    `<td class="n">${formatNumber(count, 7)}</td>`,
    `<td>${escapeHtml(file)}</td>`,
    `<td class="nowrap">${firstRow}${firstRow === lastRow ? '' : `\u2013${lastRow}`}</td>`,
  ]);
  return table(`${say('exclusions')}: ${name}`, [say('reason'), `n:${say('count')}`, say('file'), say('rows')], rows);
}

export function renderProvenance({ recording, located, sites }: ProcessedRecording, say: Say): string {
  const made = located.sources[0] ?? located.nullResult ?? recording;
  const { profile, software, seed, settings } = made.provenance;
  const files = recording.files.map(({ name, digest, bytes }) => [
    `<td>${escapeHtml(name)}</td>`,
    `<td class="n">${formatNumber(bytes, 12)}</td>`,
    `<td class="hash">${digest}</td>`,
  ]);
  const pairs = Object.entries(settings ?? {}).map(([key, value]) => `${key} = ${value}`);
  const rows: [string, string][] = [
    [say('profile'), `${profile.name} <span class="hash">${profile.digest}</span>`],
    [say('software'), escapeHtml(software)],
    [say('seed'), seed === undefined ? escapeHtml(say('seedNone')) : String(seed)],
    ...(pairs.length === 0 ? [] : [[say('settings'), escapeHtml(pairs.join('; '))] as [string, string]]),
    [
      say('record'),
      `<span class="hash">${[...sites, ...located.sources].map(({ id }) => id).join(' ') || made.id}</span>`,
    ],
  ];
  const list = rows
    .map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${value}</td></tr>`)
    .join('');
  const id = sites[0]?.id ?? made.id;
  return `${table(`${say('restsOn')}: ${recording.name}`, [say('file'), `n:${say('bytes')}`, 'SHA-256'], files)}
<div class="scroll"><table><tbody>${list}</tbody></table></div><p class="soft">${escapeHtml(say('reproduce', { id })).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`;
}

/** Table of ready cells; a head that starts with `n:` is of a number column. Scrolls by keyboard when it is too wide. */
export function table(name: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => {
    const isNumber = text.startsWith('n:');
    return `<th scope="col"${isNumber ? ' class="n"' : ''}>${escapeHtml(isNumber ? text.slice(2) : text)}</th>`;
  });
  const body = rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body}</tbody></table></div>`;
}
