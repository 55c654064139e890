/** Records and samples as the GeoJSON that the map's sources hold. */
import type { Detection, MultiPolygon, NullResult, PosteriorGrid, Site } from '@plumeline/core';
import type { Samples } from '../data/api.ts';
import { barbKnots } from './icons.ts';
import type { SampleColumns } from './sample-text.ts';

type Feature = GeoJSON.Feature;
export type Collection = GeoJSON.FeatureCollection;
export type Extent = readonly [number, number, number, number];

export const EMPTY: Collection = { type: 'FeatureCollection', features: [] };

export function collection(features: Feature[]): Collection {
  return { type: 'FeatureCollection', features };
}

/** Regions of sites: `level` 90 or 50, so that layers can tell them apart. */
export function regionFeatures(sites: readonly Site[]): Collection {
  return collection(
    sites.flatMap((site) => [
      polygon(site.region90, { id: site.id, level: 90 }),
      polygon(site.region50, { id: site.id, level: 50 }),
    ]),
  );
}

/** Pins with labels; where training and real data meet, training data says EX. */
export function pinFeatures(sites: readonly Site[]): Collection {
  const isMixed = sites.some(({ exercise }) => exercise) && sites.some(({ exercise }) => !exercise);
  const labelOf = ({ label, exercise }: Site) => (isMixed && exercise ? `${label} EX` : label);
  return collection(
    sites.map((site) =>
      point(site.position.lon, site.position.lat, { id: site.id, label: labelOf(site), weight: site.lnBayesFactor }),
    ),
  );
}

export function detectionFeatures(detections: readonly Detection[]): Collection {
  return collection(
    detections.map((detection) =>
      point(detection.peakPosition.lon, detection.peakPosition.lat, { id: detection.id, snr: detection.signalToNoise }),
    ),
  );
}

/** @param rate_kgph the one rate to show, as the address has it; all where it names none */
export function searchedFeatures(results: readonly NullResult[], rate_kgph?: string): Collection {
  const all = results.flatMap(({ searched }) => searched.map((area) => area.rate_kgph));
  const chosen = all.find((rate) => String(rate) === rate_kgph);
  return collection(
    results.flatMap((result) =>
      result.searched
        .filter((area) => chosen === undefined || area.rate_kgph === chosen)
        .map(({ rate_kgph, region }) => polygon(region, { id: result.id, rate_kgph })),
    ),
  );
}

/** Scale of colours: the values [ppm] at the ramp's two ends. */
export interface Domain {
  readonly low: number;
  readonly high: number;
}

const LOW_QUANTILE = 0.02;
/** One hot sample in a thousand must not wash out the rest. */
const HIGH_QUANTILE = 0.999;

export function domainOf(values: readonly (number | null)[]): Domain {
  const sorted = Float64Array.from(values.filter((value) => value !== null)).sort();
  if (sorted.length === 0) return { low: 0, high: 1 };
  const at = (quantile: number) => sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))]!;
  const low = at(LOW_QUANTILE);
  const high = at(HIGH_QUANTILE);
  return { low, high: high > low ? high : low + 1e-6 };
}

/** Columns for the samples' text: each value's place on the ramp, NaN where there is none. */
export function sampleColumns(samples: Samples, { low, high }: Domain): SampleColumns {
  return {
    lon: Float64Array.from(samples.lon),
    lat: Float64Array.from(samples.lat),
    c: Float64Array.from(samples.moleFraction_ppm, (value) =>
      value === null ? Number.NaN : Math.max(0, Math.min(1, (value - low) / (high - low))),
    ),
  };
}

/** Gaps in time longer than this many usual steps break the line. */
const GAP_STEPS = 20;

/** The path flown, in pieces between gaps; for fixed instruments, which do not fly, the open paths they look along. */
export function pathFeatures(samples: Samples, from = 0, to = samples.time_s.length): Collection {
  if (samples.pathEnd !== undefined) return openPathFeatures(samples, samples.pathEnd);
  if (samples.instrument !== undefined || to - from < 2) return EMPTY;
  const usual = (samples.time_s[to - 1]! - samples.time_s[from]!) / (to - from - 1);
  const pieces: [number, number][][] = [[]];
  for (let i = from; i < to; i++) {
    if (i > from && samples.time_s[i]! - samples.time_s[i - 1]! > GAP_STEPS * usual) pieces.push([]);
    pieces.at(-1)!.push([samples.lon[i]!, samples.lat[i]!]);
  }
  const coordinates = pieces.filter((piece) => piece.length > 1);
  if (coordinates.length === 0) return EMPTY;
  return collection([{ type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates } }]);
}

function openPathFeatures(samples: Samples, end: NonNullable<Samples['pathEnd']>): Collection {
  const paths = new Map<string, [number, number][]>();
  for (let i = 0; i < samples.lat.length; i++) {
    const first: [number, number] = [samples.lon[i]!, samples.lat[i]!];
    const second: [number, number] = [end.lon[i] ?? first[0], end.lat[i] ?? first[1]];
    if (first[0] !== second[0] || first[1] !== second[1]) paths.set(`${first} ${second}`, [first, second]);
  }
  if (paths.size === 0) return EMPTY;
  const geometry = { type: 'MultiLineString' as const, coordinates: [...paths.values()] };
  return collection([{ type: 'Feature', properties: {}, geometry }]);
}

/** Most barbs given to the map; it thins further by what fits. */
const MOST_BARBS = 400;

export function barbFeatures(samples: Samples): Collection {
  const { windEast_mps: east, windNorth_mps: north } = samples;
  if (east === undefined || north === undefined) return EMPTY;
  const step = Math.max(1, Math.floor(samples.time_s.length / MOST_BARBS));
  const features: Feature[] = [];
  for (let i = 0; i < samples.time_s.length; i += step) {
    const e = east[i];
    const n = north[i];
    if (e == null || n == null) continue;
    // Components say where the air goes to; the barb points to where it comes from.
    const from_deg = (Math.atan2(-e, -n) * 180) / Math.PI;
    features.push(
      point(samples.lon[i]!, samples.lat[i]!, { knots: barbKnots(Math.hypot(e, n)), from_deg: (from_deg + 360) % 360 }),
    );
  }
  return collection(features);
}

/** The posterior as a picture: more mass, less transparent. Rows of the grid run south to north, of a picture north to south. */
export function posteriorPicture(
  grid: PosteriorGrid,
  [red, green, blue]: readonly [number, number, number],
): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = grid.columns;
  picture.height = grid.rows;
  const context = picture.getContext('2d')!;
  const image = context.createImageData(grid.columns, grid.rows);
  const most = grid.mass.reduce((a, b) => Math.max(a, b), 0);
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const share = most > 0 ? grid.mass[row * grid.columns + column]! / most : 0;
      const at = 4 * ((grid.rows - 1 - row) * grid.columns + column);
      image.data.set([red, green, blue, Math.round(MOST_OPACITY * 255 * share ** 0.7)], at);
    }
  }
  context.putImageData(image, 0, 0);
  return picture;
}

const MOST_OPACITY = 0.6;

/** Smallest box around boxes; undefined for none. */
export function joinExtents(extents: readonly (Extent | undefined)[]): Extent | undefined {
  const known = extents.filter((extent) => extent !== undefined);
  if (known.length === 0) return undefined;
  return [
    Math.min(...known.map(([west]) => west)),
    Math.min(...known.map(([, south]) => south)),
    Math.max(...known.map(([, , east]) => east)),
    Math.max(...known.map(([, , , north]) => north)),
  ];
}

/** Where a polygon's name is written: the centroid of its largest ring. */
export function labelPoint(geometry: GeoJSON.Geometry): [number, number] | undefined {
  const polygons =
    geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : [];
  let best: { area: number; at: [number, number] } | undefined;
  for (const [ring] of polygons) {
    if (ring === undefined) continue;
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const cross = ring[j]![0]! * ring[i]![1]! - ring[i]![0]! * ring[j]![1]!;
      area += cross;
      x += (ring[j]![0]! + ring[i]![0]!) * cross;
      y += (ring[j]![1]! + ring[i]![1]!) * cross;
    }
    if (area !== 0 && (best === undefined || Math.abs(area) > best.area)) {
      best = { area: Math.abs(area), at: [x / (3 * area), y / (3 * area)] };
    }
  }
  return best?.at;
}

function point(lon: number, lat: number, properties: Record<string, string | number>): Feature {
  return { type: 'Feature', properties, geometry: { type: 'Point', coordinates: [lon, lat] } };
}

function polygon(region: MultiPolygon, properties: Record<string, string | number>): Feature {
  return { type: 'Feature', properties, geometry: region as unknown as GeoJSON.MultiPolygon };
}
