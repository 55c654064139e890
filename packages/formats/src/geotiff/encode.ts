/**
 * Cloud-optimised GeoTIFF of float32 maps: 256 x 256 tiles, overviews down to one tile, directories first, then the
 * pixels from the smallest overview to the full map (the order of GDAL's COG driver). Not packed: the same map gives the
 * same bytes on every machine. Files up to 4 GB.
 */
import type { MapGrid } from '@plumeline/core';
import { encodeUtf8 } from '../samples/text-codec.ts';
import { formatGdalItems, type MetadataItem } from './gdal-metadata.ts';
import { mapStatistics } from './map-statistics.ts';
import { type MapLevel, overviewLevels } from './overviews.ts';
import {
  ASCII,
  DOUBLE,
  GEO_KEY,
  LONG,
  MODEL_GEOGRAPHIC,
  MODEL_PROJECTED,
  RASTER_AREA,
  SHORT,
  TAG,
  USER_DEFINED,
} from './tags.ts';

export const COG_TILE = 256;
const CLASSIC_LIMIT_BYTES = 2 ** 32 - 1;

export interface CogBand {
  readonly name: string;
  /** e.g. `ppm m`; empty for a pure number. */
  readonly unit: string;
  /** [line x column], NaN where there is no value. */
  readonly values: Float32Array;
  /** How overviews are made: the mean of what has a value, or (classes, masks) the first. Default mean. */
  readonly overview?: 'mean' | 'nearest';
}

export interface CogMap {
  readonly lines: number;
  readonly columns: number;
  readonly bands: readonly CogBand[];
  /** Absent for a map in the sensor's own geometry. */
  readonly map?: MapGrid;
  /** Free facts for GDAL's metadata, e.g. `{ method: 'mag1c', exercise: 'true' }`. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** The whole file. @throws RangeError when a band's size is wrong or the file would exceed 4 GB. */
export function encodeCog(map: CogMap): Uint8Array {
  const parts = [...cogParts(map)];
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The file in order, piece by piece, for writing without holding it whole. */
export function* cogParts(map: CogMap): Generator<Uint8Array> {
  const count = map.lines * map.columns;
  if (map.bands.length === 0 || count === 0) throw new RangeError('A map needs a band, a line and a column.');
  for (const { name, values } of map.bands) {
    if (values.length !== count) throw new RangeError(`Band ${name} has ${values.length} numbers, not ${count}.`);
  }
  const levels = overviewLevels(map, COG_TILE);
  yield directories(map, levels);
  for (const level of levels.toReversed()) yield* tilesOf(level);
}

function* tilesOf({ lines, columns, bands }: MapLevel): Generator<Uint8Array> {
  for (const values of bands) {
    for (let top = 0; top < lines; top += COG_TILE) {
      for (let left = 0; left < columns; left += COG_TILE) {
        const bytes = new Uint8Array(TILE_BYTES);
        const view = new DataView(bytes.buffer);
        for (let line = 0; line < COG_TILE; line++) {
          for (let column = 0; column < COG_TILE; column++) {
            const isInside = top + line < lines && left + column < columns;
            const value = isInside ? values[(top + line) * columns + left + column]! : Number.NaN;
            view.setFloat32((line * COG_TILE + column) * 4, value, true);
          }
        }
        yield bytes;
      }
    }
  }
}

const TILE_BYTES = COG_TILE * COG_TILE * 4;
const tilesIn = ({ lines, columns }: MapLevel): number => Math.ceil(lines / COG_TILE) * Math.ceil(columns / COG_TILE);

type Field = readonly [tag: number, type: number, values: readonly number[] | string];

/** Header and all directories, with the tiles' places worked out from their sizes. */
function directories(map: CogMap, levels: readonly MapLevel[]): Uint8Array {
  const blank = levels.map((level, index) => fieldsOf(map, level, index, 0));
  const sizes = blank.map(directoryBytes);
  const start = 8 + sizes.reduce((total, size) => total + size, 0);
  const bytesOf = (level: MapLevel): number => tilesIn(level) * map.bands.length * TILE_BYTES;
  const total = start + levels.reduce((sum, level) => sum + bytesOf(level), 0);
  if (total > CLASSIC_LIMIT_BYTES)
    throw new RangeError(`The map would take ${total} bytes; a TIFF ends at 4 GB. Cut it.`);
  const out = new Uint8Array(start);
  out.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  let at = 8;
  levels.forEach((level, index) => {
    // Smaller levels come first in the file.
    const before = levels.slice(index + 1).reduce((sum, smaller) => sum + bytesOf(smaller), 0);
    const fields = fieldsOf(map, level, index, start + before);
    writeDirectory(out, at, fields, index === levels.length - 1 ? 0 : at + sizes[index]!);
    at += sizes[index]!;
  });
  return out;
}

function fieldsOf(map: CogMap, level: MapLevel, index: number, tilesAt: number): Field[] {
  const bands = map.bands.length;
  const tiles = tilesIn(level) * bands;
  const each = (value: number): number[] => new Array<number>(bands).fill(value);
  const fields: Field[] = [
    [TAG.subfileType, LONG, [index === 0 ? 0 : 1]],
    [TAG.width, LONG, [level.columns]],
    [TAG.height, LONG, [level.lines]],
    [TAG.bitsPerSample, SHORT, each(32)],
    [TAG.compression, SHORT, [1]],
    [TAG.photometric, SHORT, [1]],
    [TAG.samplesPerPixel, SHORT, [bands]],
    [TAG.planarConfiguration, SHORT, [2]],
    [TAG.tileWidth, SHORT, [COG_TILE]],
    [TAG.tileHeight, SHORT, [COG_TILE]],
    [TAG.tileOffsets, LONG, Array.from({ length: tiles }, (_, tile) => tilesAt + tile * TILE_BYTES)],
    [TAG.tileByteCounts, LONG, new Array<number>(tiles).fill(TILE_BYTES)],
    ...(bands > 1 ? [[TAG.extraSamples, SHORT, new Array<number>(bands - 1).fill(0)] as const] : []),
    [TAG.sampleFormat, SHORT, each(3)],
    ...(index === 0 ? geoFields(map.map) : []),
    ...(index === 0 ? [[TAG.gdalMetadata, ASCII, formatGdalItems(metadataOf(map))] as const] : []),
    [TAG.gdalNoData, ASCII, 'nan'],
  ];
  return fields;
}

function metadataOf(map: CogMap): MetadataItem[] {
  const facts = Object.entries(map.facts ?? {}).map(([name, text]) => ({ name, text }));
  const perBand = map.bands.flatMap(({ name, unit, values }, sample) => [
    { name: 'DESCRIPTION', sample, role: 'description', text: name },
    ...(unit === '' ? [] : [{ name: 'UNITTYPE', sample, role: 'unittype', text: unit }]),
    ...statisticsItems(values, sample),
  ]);
  return [{ name: 'AREA_OR_POINT', text: 'Area' }, ...facts, ...perBand];
}

function statisticsItems(values: Float32Array, sample: number): MetadataItem[] {
  const { count, minimum, maximum, mean, deviation } = mapStatistics(values);
  const item = (name: string, value: number): MetadataItem => ({
    name: `STATISTICS_${name}`,
    sample,
    text: `${value}`,
  });
  const share = item('VALID_PERCENT', (100 * count) / values.length);
  if (count === 0) return [share];
  return [item('MINIMUM', minimum), item('MAXIMUM', maximum), item('MEAN', mean), item('STDDEV', deviation), share];
}

function geoFields(map: MapGrid | undefined): Field[] {
  if (map === undefined) return [];
  const [x0, xc, xl, y0, yc, yl] = map.affine;
  const { epsg, text } = map.crs;
  // EPSG keeps its geographic systems of two dimensions in 4001 to 4999.
  const isGeographic = epsg !== undefined && epsg > 4000 && epsg < 5000;
  const citation = `${text.replace(/[^\x20-\x7b\x7d-\x7e]/g, ' ')}|`;
  const codeKey = isGeographic ? GEO_KEY.geographicType : GEO_KEY.projectedType;
  const keys = [
    [GEO_KEY.modelType, 0, 1, epsg === undefined ? USER_DEFINED : isGeographic ? MODEL_GEOGRAPHIC : MODEL_PROJECTED],
    [GEO_KEY.rasterType, 0, 1, RASTER_AREA],
    [GEO_KEY.citation, TAG.geoAscii, citation.length, 0],
    ...(epsg === undefined ? [] : [[codeKey, 0, 1, epsg]]),
  ];
  const isNorthUp = xl === 0 && yc === 0 && xc > 0 && yl < 0;
  const place: Field[] = isNorthUp
    ? [
        [TAG.pixelScale, DOUBLE, [xc, -yl, 0]],
        [TAG.tiePoints, DOUBLE, [0, 0, 0, x0, y0, 0]],
      ]
    : [[TAG.transformation, DOUBLE, [xc, xl, 0, x0, yc, yl, 0, y0, 0, 0, 0, 0, 0, 0, 0, 1]]];
  return [...place, [TAG.geoKeys, SHORT, [1, 1, 1, keys.length, ...keys.flat()]], [TAG.geoAscii, ASCII, citation]];
}

const SIZES: Readonly<Record<number, number>> = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8 };

function fieldBytes([, type, values]: Field): Uint8Array {
  if (typeof values === 'string') return encodeUtf8(`${values}\0`);
  const size = SIZES[type]!;
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, index) => {
    if (type === SHORT) view.setUint16(index * size, value, true);
    else if (type === LONG) view.setUint32(index * size, value, true);
    else view.setFloat64(index * size, value, true);
  });
  return new Uint8Array(view.buffer);
}

const even = (length: number): number => length + (length % 2);

function directoryBytes(fields: readonly Field[]): number {
  const outside = fields.map((field) => fieldBytes(field).length).filter((length) => length > 4);
  return 2 + fields.length * 12 + 4 + outside.reduce((total, length) => total + even(length), 0);
}

function writeDirectory(out: Uint8Array, at: number, fields: readonly Field[], next: number): void {
  const view = new DataView(out.buffer);
  view.setUint16(at, fields.length, true);
  let outsideAt = at + 2 + fields.length * 12 + 4;
  fields.forEach((field, index) => {
    const [tag, type] = field;
    const bytes = fieldBytes(field);
    const entry = at + 2 + index * 12;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, bytes.length / SIZES[type]!, true);
    if (bytes.length <= 4) out.set(bytes, entry + 8);
    else {
      view.setUint32(entry + 8, outsideAt, true);
      out.set(bytes, outsideAt);
      outsideAt += even(bytes.length);
    }
  });
  view.setUint32(at + 2 + fields.length * 12, next, true);
}
