/**
 * Records as GeoJSON (RFC 7946): longitude first, outer rings counter-clockwise, no `crs`, seven decimals (1 cm).
 * Properties are flat, so that GDAL and QGIS show each as a column; names carry units. Heights above ground are
 * properties, never a third coordinate, which RFC 7946 reserves for the height above the ellipsoid.
 */
import type { Detection, MultiPolygon, Position, Recording, SampleSeries, Site, SourceEstimate } from '@plumeline/core';
import { trackRunsOf } from './track-runs.ts';

type Coordinate = readonly [number, number];
export type PropertyValue = string | number | boolean | null;

export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Coordinate }
  | { readonly type: 'LineString'; readonly coordinates: readonly Coordinate[] }
  | MultiPolygon;

export interface Feature {
  readonly type: 'Feature';
  readonly id?: string;
  readonly geometry: Geometry;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

/** `name` is a foreign member that GDAL takes as the layer's name. */
export interface FeatureCollection {
  readonly type: 'FeatureCollection';
  readonly name: string;
  readonly features: readonly Feature[];
}

/** One recording's samples; `background_ppm` per sample gives each an enhancement. */
export interface Track {
  readonly recording: Recording;
  readonly series: SampleSeries;
  readonly background_ppm?: Float64Array;
}

const DECIMALS = 1e7;
/** Marking that training data carries wherever it is named. */
export const EXERCISE_MARKING = 'EXERCISE';

/** A point per detection, where the largest enhancement was measured. */
export function toDetectionFeatures(detections: readonly Detection[]): FeatureCollection {
  return collectionOf(
    'detections',
    detections.map((detection) => ({
      type: 'Feature',
      id: detection.id,
      geometry: pointOf(detection.peakPosition),
      properties: {
        ...identityOf(detection, `${detection.substance} ${detection.startAt.slice(11, 19)}`),
        recordingId: detection.recordingId,
        startAt: detection.startAt,
        endAt: detection.endAt,
        peakEnhancement_ppm: detection.peakEnhancement_ppm,
        peakEnhancementSd_ppm: detection.peakEnhancementSd_ppm,
        signalToNoise: detection.signalToNoise,
        sampleCount: detection.sampleCount,
        peakHeightAgl_m: detection.peakHeightAgl_m ?? null,
        instrument: detection.instrument ?? null,
      },
    })),
  );
}

/** Three features per estimate: `part` is `region90`, `region50` or `position`; never a position without its regions. */
export function toSourceFeatures(estimates: readonly SourceEstimate[]): FeatureCollection {
  return collectionOf(
    'sources',
    estimates.flatMap((estimate) =>
      partsOf(estimate, {
        ...identityOf(estimate, `${estimate.substance} source`),
        firstObservedAt: estimate.firstObservedAt,
        lastObservedAt: estimate.lastObservedAt,
        recordingIds: estimate.recordingIds.join(' '),
        caveats: estimate.caveats.map((caveat) => caveat.code).join(' '),
      }),
    ),
  );
}

/** Three features per site, as for estimates. */
export function toSiteFeatures(sites: readonly Site[]): FeatureCollection {
  return collectionOf(
    'sites',
    sites.flatMap((site) =>
      partsOf(site, {
        ...identityOf(site, site.label),
        label: site.label,
        lastEmissionSeenAt: site.lastEmissionSeenAt,
        sourceEstimateIds: site.sourceEstimateIds.join(' '),
        hypotheses: site.hypotheses.map(({ key, state }) => `${key}:${state}`).join(' '),
      }),
    ),
  );
}

/**
 * `part` is `run` (a line per unbroken run) or `sample` (a point each) for a moving sensor, and `instrument` (a point,
 * or the line of an open path) for fixed ones.
 */
export function toTrackFeatures(tracks: readonly Track[]): FeatureCollection {
  return collectionOf(
    'track',
    tracks.flatMap((track) =>
      track.series.instrument === undefined ? [...runFeatures(track), ...sampleFeatures(track)] : instrumentsOf(track),
    ),
  );
}

/** Text with one feature a line; numbers of coordinates are already rounded. */
export function formatGeoJson(collection: FeatureCollection): string {
  const head = `{"type":"FeatureCollection","name":${JSON.stringify(collection.name)},"features":[`;
  const lines = collection.features.map((feature) => JSON.stringify(feature));
  return lines.length === 0 ? `${head}]}\n` : `${head}\n${lines.join(',\n')}\n]}\n`;
}

function collectionOf(name: string, features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', name, features };
}

/** What every feature of a record says: an exercise is named as one in the name itself, which every viewer shows. */
function identityOf(record: Detection | SourceEstimate | Site, name: string) {
  return {
    recordId: record.id,
    name: record.exercise ? `${EXERCISE_MARKING} ${name}` : name,
    substance: record.substance,
    exercise: record.exercise,
    marking: record.exercise ? EXERCISE_MARKING : null,
    software: record.provenance.software,
  };
}

function partsOf(record: SourceEstimate | Site, identity: Feature['properties']): Feature[] {
  const properties = {
    ...identity,
    rate_kgph_p05: record.rate_kgph.p05,
    rate_kgph_p50: record.rate_kgph.p50,
    rate_kgph_p95: record.rate_kgph.p95,
    lnBayesFactor: record.lnBayesFactor,
  };
  const part = (name: string, geometry: Geometry, style: Feature['properties']): Feature => ({
    type: 'Feature',
    id: `${record.id}/${name}`,
    geometry,
    properties: { ...properties, part: name, ...style },
  });
  return [
    part('region90', toRfc7946(record.region90), { probability: 0.9, stroke: '#2f5d8a', 'fill-opacity': 0.15 }),
    part('region50', toRfc7946(record.region50), { probability: 0.5, stroke: '#123a5e', 'fill-opacity': 0.35 }),
    part('position', pointOf(record.position), {}),
  ];
}

function runFeatures({ recording, series }: Track): Feature[] {
  return trackRunsOf(series)
    .filter(({ start, end }) => end - start > 1)
    .map(({ start, end }) => ({
      type: 'Feature',
      geometry: {
        type: 'LineString',
        coordinates: Array.from({ length: end - start }, (_, i) => coordinateAt(series, start + i)),
      },
      properties: {
        part: 'run',
        recordingId: recording.id,
        exercise: recording.exercise,
        leg: series.leg?.[start] ?? null,
        startAt: instantOf(series.time_s[start]!),
        endAt: instantOf(series.time_s[end - 1]!),
      },
    }));
}

function sampleFeatures({ recording, series, background_ppm }: Track): Feature[] {
  return Array.from({ length: series.count }, (_, i) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: coordinateAt(series, i) },
    properties: {
      part: 'sample',
      recordingId: recording.id,
      exercise: recording.exercise,
      at: instantOf(series.time_s[i]!),
      heightAgl_m: rounded(series.heightAgl_m[i]!, 2),
      moleFraction_ppm: rounded(series.moleFraction_ppm[i]!, 5),
      ...(background_ppm === undefined
        ? {}
        : { enhancement_ppm: rounded(series.moleFraction_ppm[i]! - background_ppm[i]!, 5) }),
    },
  }));
}

/** One feature per fixed instrument: how many samples it gave, their mean and largest. */
function instrumentsOf({ recording, series }: Track): Feature[] {
  const features: Feature[] = [];
  for (const [index, instrument] of (series.instruments ?? []).entries()) {
    const rows = Array.from({ length: series.count }, (_, i) => i).filter((i) => series.instrument?.[i] === index);
    const first = rows[0];
    if (first === undefined) continue;
    const values = rows.map((i) => series.moleFraction_ppm[i]!);
    const end = pathEndAt(series, first);
    const from = coordinateAt(series, first);
    const isPath = end !== undefined && (end[0] !== from[0] || end[1] !== from[1]);
    features.push({
      type: 'Feature',
      geometry: isPath ? { type: 'LineString', coordinates: [from, end] } : { type: 'Point', coordinates: from },
      properties: {
        part: 'instrument',
        recordingId: recording.id,
        exercise: recording.exercise,
        name: instrument.name,
        group: instrument.group,
        heightAgl_m: series.heightAgl_m[first]!,
        sampleCount: rows.length,
        meanMoleFraction_ppm: rounded(values.reduce((sum, value) => sum + value, 0) / values.length, 5),
        maxMoleFraction_ppm: values.reduce((a, b) => Math.max(a, b), -Infinity),
      },
    });
  }
  return features;
}

/** Region with rounded coordinates and the ring directions RFC 7946 section 3.1.6 asks for. */
export function toRfc7946(region: MultiPolygon): MultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: region.coordinates.map((rings) =>
      rings.map((ring, index) => {
        const points = ring.map(([lon, lat]) => [roundDegrees(lon), roundDegrees(lat)] as const);
        return twiceSignedArea(points) > 0 === (index === 0) ? points : points.reverse();
      }),
    ),
  };
}

/** Shoelace sum: positive for a counter-clockwise ring. */
function twiceSignedArea(ring: readonly Coordinate[]): number {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x0, y0] = ring[i - 1]!;
    const [x1, y1] = ring[i]!;
    // Relative to the first point, so that small rings far from the origin keep their digits.
    sum += (x0 - ring[0]![0]) * (y1 - ring[0]![1]) - (x1 - ring[0]![0]) * (y0 - ring[0]![1]);
  }
  return sum;
}

function pointOf({ lat, lon }: Position): Geometry {
  return { type: 'Point', coordinates: [roundDegrees(lon), roundDegrees(lat)] };
}

function coordinateAt(series: SampleSeries, i: number): Coordinate {
  return [roundDegrees(series.lon_deg[i]!), roundDegrees(series.lat_deg[i]!)];
}

function pathEndAt(series: SampleSeries, i: number): Coordinate | undefined {
  if (series.pathEnd === undefined) return undefined;
  return [roundDegrees(series.pathEnd.lon_deg[i]!), roundDegrees(series.pathEnd.lat_deg[i]!)];
}

function roundDegrees(angle: number): number {
  return Math.round(angle * DECIMALS) / DECIMALS;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function instantOf(time_s: number): string {
  return new Date(time_s * 1000).toISOString();
}
