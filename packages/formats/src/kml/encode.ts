/**
 * Records as KML 2.2 (OGC 07-147r2). Regions are filled and outlined shapes; a position appears only beside its regions. Children stand in the order the schema asks for.
 */
import type { Detection, MultiPolygon, Position, SampleSeries, Site, SourceEstimate } from '@plumeline/core';
import { EXERCISE_MARKING, type Track, toRfc7946 } from '../geojson/encode.ts';
import { trackRunsOf } from '../geojson/track-runs.ts';

export interface KmlContent {
  /** Name of the document, e.g. the folder that was processed. */
  readonly name: string;
  readonly exercise: boolean;
  readonly sites: readonly Site[];
  readonly sources: readonly SourceEstimate[];
  readonly detections: readonly Detection[];
  readonly tracks: readonly Track[];
}

/** Colours are aabbggrr. */
const STYLES = `
  <Style id="region90"><LineStyle><color>ff8a5d2f</color><width>2</width></LineStyle><PolyStyle><color>408a5d2f</color></PolyStyle></Style>
  <Style id="region50"><LineStyle><color>ff5e3a12</color><width>2</width></LineStyle><PolyStyle><color>805e3a12</color></PolyStyle></Style>
  <Style id="position"><IconStyle><color>ff5e3a12</color><scale>0.7</scale></IconStyle><LabelStyle><scale>0.9</scale></LabelStyle></Style>
  <Style id="detection"><IconStyle><color>ff2b8ce6</color><scale>0.5</scale></IconStyle><LabelStyle><scale>0</scale></LabelStyle></Style>
  <Style id="track"><LineStyle><color>ff7a6a5c</color><width>2</width></LineStyle></Style>`;

/** A document with folders Sites, Sources, Detections and Track; empty ones are left out. */
export function formatKml(content: KmlContent): string {
  const folders = [
    folder('Sites', content.sites.flatMap(sitePlacemarks)),
    folder('Sources', content.sources.flatMap(sourcePlacemarks)),
    folder('Detections', content.detections.map(detectionPlacemark)),
    folder('Track', content.tracks.flatMap(trackPlacemarks)),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
  <name>${escapeXml(marked(content.name, content.exercise))}</name>
  <open>1</open>${STYLES}
${folders.filter((text) => text !== '').join('\n')}
</Document>
</kml>
`;
}

/** Text safe as XML content and attribute; characters that XML 1.0 forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the control characters XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

function marked(name: string, exercise: boolean): string {
  return exercise ? `${EXERCISE_MARKING} ${name}` : name;
}

function folder(name: string, children: readonly string[]): string {
  if (children.length === 0) return '';
  return `<Folder><name>${escapeXml(name)}</name>\n${children.join('\n')}\n</Folder>`;
}

function sitePlacemarks(site: Site): string[] {
  return partsOf(site, site.label, {
    lastEmissionSeenAt: site.lastEmissionSeenAt,
    hypotheses: site.hypotheses.map(({ key, state }) => `${key}: ${state}`).join(', '),
  });
}

function sourcePlacemarks(estimate: SourceEstimate): string[] {
  return partsOf(estimate, `${estimate.substance} ${estimate.id}`, {
    firstObservedAt: estimate.firstObservedAt,
    lastObservedAt: estimate.lastObservedAt,
  });
}

/** The regions and the position, one after the other: GDAL makes a layer of every folder, so they share one. */
function partsOf(record: Site | SourceEstimate, name: string, extra: Record<string, string>): string[] {
  const { p05, p50, p95 } = record.rate_kgph;
  const data = {
    recordId: record.id,
    substance: record.substance,
    exercise: String(record.exercise),
    rate_kgph_p05: String(p05),
    rate_kgph_p50: String(p50),
    rate_kgph_p95: String(p95),
    lnBayesFactor: String(record.lnBayesFactor),
    software: record.provenance.software,
    ...extra,
  };
  const shown = marked(name, record.exercise);
  const said = `${three(p50)} kg/h, ${three(p05)}-${three(p95)}, 90 %`;
  return [
    placemark({
      name: `${shown} 90 %`,
      description: said,
      style: 'region90',
      data,
      geometry: polygons(record.region90),
    }),
    placemark({
      name: `${shown} 50 %`,
      description: said,
      style: 'region50',
      data,
      geometry: polygons(record.region50),
    }),
    placemark({ name: shown, description: said, style: 'position', data, geometry: point(record.position) }),
  ];
}

function detectionPlacemark(detection: Detection): string {
  return placemark({
    name: marked(`${detection.substance} ${detection.startAt}`, detection.exercise),
    description: `+${three(detection.peakEnhancement_ppm)} ppm`,
    span: [detection.startAt, detection.endAt],
    style: 'detection',
    data: {
      recordId: detection.id,
      exercise: String(detection.exercise),
      peakEnhancement_ppm: String(detection.peakEnhancement_ppm),
      signalToNoise: String(detection.signalToNoise),
    },
    geometry: point(detection.peakPosition),
  });
}

function trackPlacemarks({ recording, series }: Track): string[] {
  const shared = { style: 'track', data: { recordId: recording.id, exercise: String(recording.exercise) } };
  if (series.instrument !== undefined) return instrumentPlacemarks(series, recording.exercise, shared);
  return trackRunsOf(series)
    .filter(({ start, end }) => end - start > 1)
    .map(({ start, end }) =>
      placemark({
        ...shared,
        name: marked(recording.name, recording.exercise),
        span: [instantOf(series.time_s[start]!), instantOf(series.time_s[end - 1]!)],
        geometry: line(Array.from({ length: end - start }, (_, i) => coordinateAt(series, start + i))),
      }),
    );
}

function instrumentPlacemarks(
  series: SampleSeries,
  exercise: boolean,
  shared: { style: string; data: Record<string, string> },
): string[] {
  return (series.instruments ?? []).flatMap((instrument, index) => {
    const i = series.instrument?.indexOf(index) ?? -1;
    if (i < 0) return [];
    const from = coordinateAt(series, i);
    const end = series.pathEnd;
    const to = end === undefined ? from : coordinate(end.lon_deg[i]!, end.lat_deg[i]!, end.heightAgl_m[i]!);
    const name = marked(instrument.name, exercise);
    return [placemark({ ...shared, name, geometry: from === to ? pointAt(from) : line([from, to]) })];
  });
}

interface Placemark {
  readonly name: string;
  readonly description?: string;
  readonly span?: readonly [string, string];
  readonly style: string;
  readonly data: Readonly<Record<string, string>>;
  readonly geometry: string;
}

function placemark({ name, description, span, style, data, geometry }: Placemark): string {
  const rows = Object.entries(data).map(
    ([key, value]) => `<Data name="${escapeXml(key)}"><value>${escapeXml(value)}</value></Data>`,
  );
  return [
    `<Placemark><name>${escapeXml(name)}</name>`,
    description === undefined ? '' : `<description>${escapeXml(description)}</description>`,
    span === undefined ? '' : `<TimeSpan><begin>${span[0]}</begin><end>${span[1]}</end></TimeSpan>`,
    `<styleUrl>#${style}</styleUrl>`,
    `<ExtendedData>${rows.join('')}</ExtendedData>`,
    geometry,
    '</Placemark>',
  ].join('');
}

/** KML wants the outer ring apart from the holes; regions lie on the ground. */
function polygons(region: MultiPolygon): string {
  const ring = (points: readonly (readonly [number, number])[]) =>
    `<LinearRing><coordinates>${points.map(([lon, lat]) => `${lon},${lat}`).join(' ')}</coordinates></LinearRing>`;
  const parts = toRfc7946(region).coordinates.map(([outer, ...holes]) => {
    const inner = holes.map((hole) => `<innerBoundaryIs>${ring(hole)}</innerBoundaryIs>`).join('');
    return `<Polygon><outerBoundaryIs>${ring(outer ?? [])}</outerBoundaryIs>${inner}</Polygon>`;
  });
  return `<MultiGeometry>${parts.join('')}</MultiGeometry>`;
}

function point({ lat, lon }: Position): string {
  return `<Point><coordinates>${degrees(lon)},${degrees(lat)}</coordinates></Point>`;
}

function pointAt(at: string): string {
  return `<Point><altitudeMode>relativeToGround</altitudeMode><coordinates>${at}</coordinates></Point>`;
}

function line(coordinates: readonly string[]): string {
  return `<LineString><altitudeMode>relativeToGround</altitudeMode><coordinates>${coordinates.join(' ')}</coordinates></LineString>`;
}

function coordinateAt(series: SampleSeries, i: number): string {
  return coordinate(series.lon_deg[i]!, series.lat_deg[i]!, series.heightAgl_m[i]!);
}

/** `lon,lat,height above ground`: KML, unlike GeoJSON, has an altitude mode that says so. */
function coordinate(lon: number, lat: number, heightAgl_m: number): string {
  return `${degrees(lon)},${degrees(lat)},${heightAgl_m.toFixed(1)}`;
}

function degrees(angle: number): string {
  return String(Math.round(angle * 1e7) / 1e7);
}

function three(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function instantOf(time_s: number): string {
  return new Date(time_s * 1000).toISOString();
}
