/** The files of a result folder as text, by their path inside it. */
import type { PlumelineRecord, Position } from '@plumeline/core';
import {
  formatGeoJson,
  formatKml,
  type SensorProfile,
  toDetectionFeatures,
  toSiteFeatures,
  toSourceFeatures,
  toTrackFeatures,
} from '@plumeline/formats';
import {
  type Language,
  type ProcessedRecording,
  type Result,
  renderOverview,
  renderReport,
  resultOf,
} from '@plumeline/pipeline';

/** More recordings than this get an overview and a folder each, rather than one long report. */
const MOST_IN_ONE_REPORT = 4;

export interface ResultFilesOptions {
  /** Name of the folder or file that was processed. */
  readonly name: string;
  readonly language: Language;
  readonly profile: SensorProfile;
  readonly truth?: Position;
}

export function filesOfResult(
  processed: readonly ProcessedRecording[],
  result: Result,
  options: ResultFilesOptions,
): Map<string, string> {
  const detections = processed.flatMap((each) => each.detections);
  const sources = processed.flatMap(({ located }) => located.sources);
  const sites = distinctById(processed.flatMap((each) => each.sites));
  const tracks = processed.map(({ recording, series, located }) => {
    return { recording, series, background_ppm: located.series.background_ppm };
  });
  const { name } = options;
  return new Map([
    ['result.json', formatJson(result)],
    ['records.json', formatRecords(processed)],
    ['detections.geojson', formatGeoJson(toDetectionFeatures(detections))],
    ['sources.geojson', formatGeoJson(toSourceFeatures(sources))],
    ['sites.geojson', formatGeoJson(toSiteFeatures(sites))],
    ['track.geojson', formatGeoJson(toTrackFeatures(tracks))],
    ['result.kml', formatKml({ name, exercise: result.exercise, sites, sources, detections, tracks })],
    ...reportsOf(processed, result, options),
  ]);
}

/** All records, one a line: what `plumeline trace --in` reads. */
export function formatRecords(processed: readonly ProcessedRecording[]): string {
  const records = processed.flatMap(({ recording, detections, located, sites }): PlumelineRecord[] => [
    recording,
    ...detections,
    ...located.sources,
    ...(located.nullResult === undefined ? [] : [located.nullResult]),
    ...sites,
  ]);
  return `[\n${distinctById(records)
    .map((record) => JSON.stringify(record))
    .join(',\n')}\n]\n`;
}

function reportsOf(
  processed: readonly ProcessedRecording[],
  result: Result,
  options: ResultFilesOptions,
): [string, string][] {
  const { name, language, truth, profile } = options;
  const known = truth === undefined ? {} : { truth };
  const shared = { language, software: result.software, ...known };
  if (processed.length <= MOST_IN_ONE_REPORT) return [['report.html', renderReport(processed, { name, ...shared })]];
  const folders = foldersOf(processed);
  const overview = renderOverview(processed, { name, ...shared }, (each) => {
    return `${folders.get(each)!.split('/').map(encodeURIComponent).join('/')}/report.html`;
  });
  const own = processed.flatMap((each): [string, string][] => {
    const folder = folders.get(each)!;
    const { software, exercise } = result;
    return [
      [`${folder}/result.json`, formatJson(resultOf([each], { software, exercise, profile, ...known }))],
      [`${folder}/report.html`, renderReport([each], { name: each.recording.name, ...shared })],
    ];
  });
  return [['report.html', overview], ...own];
}

/** `flights/<name>` for each recording: names made safe for any file system, and distinct. */
function foldersOf(processed: readonly ProcessedRecording[]): Map<ProcessedRecording, string> {
  const taken = new Set<string>();
  return new Map(
    processed.map((each) => {
      const plain =
        each.recording.name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '') || 'recording';
      let name = plain;
      for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain}-${n}`;
      taken.add(name.toLowerCase());
      return [each, `flights/${name}`];
    }),
  );
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

function distinctById<T extends { readonly id: string }>(records: readonly T[]): T[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}
