/** Longitudes, latitudes and lookup tables stored as arrays: EMIT's `location` group, or lon and lat beside the cube. */
import type { CrsStatement, GeoLookup, Georeference, MapGrid, PixelLocations, PixelWindow } from '@plumeline/core';
import { requireWindow } from '@plumeline/core';
import { type ArrayFile, type StoredArray, text } from './array-file.ts';
import { toLookup } from './lookup.ts';

const WGS84: CrsStatement = { text: 'WGS 84 longitude, latitude', epsg: 4326 };
const LONGITUDES = ['location/lon', 'lon', 'longitude'];
const LATITUDES = ['location/lat', 'lat', 'latitude'];
const HEIGHTS = ['location/elev', 'elev', 'elevation'];

interface CubeSize {
  readonly lines: number;
  readonly columns: number;
}

export async function arrayGeoreference(
  file: ArrayFile,
  size: CubeSize,
): Promise<{ georeference: Georeference; remarks: string[] }> {
  const locations = await arrayLocations(file, size);
  const lookup = await arrayLookup(file, size);
  const isPlaced = locations !== undefined || lookup !== undefined;
  return {
    georeference: {
      ...(locations === undefined ? {} : { locations }),
      ...(lookup === undefined ? {} : { lookup }),
    },
    remarks: isPlaced ? [] : ['No lon/lat arrays or lookup table: the pixels cannot be placed on a map.'],
  };
}

async function arrayLocations(file: ArrayFile, size: CubeSize): Promise<PixelLocations | undefined> {
  const raw = (names: readonly string[]) => firstArray(file, names, [size.lines, size.columns]);
  const [x, y, height] = [await raw(LONGITUDES), await raw(LATITUDES), await raw(HEIGHTS)];
  if (x === undefined || y === undefined) return undefined;
  return {
    crs: WGS84,
    hasHeight: height !== undefined,
    read: async (window) => {
      requireWindow({ file: file.name, ...size }, window);
      return {
        x: await rows(x, window),
        y: await rows(y, window),
        ...(height === undefined ? {} : { height_m: await rows(height, window) }),
      };
    },
  };
}

async function arrayLookup(file: ArrayFile, size: CubeSize): Promise<GeoLookup | undefined> {
  const glt = await firstArray(file, ['location/glt_x', 'glt_x'], undefined);
  const gltY = glt && (await firstArray(file, ['location/glt_y', 'glt_y'], glt.shape));
  const grid = gridOf(file);
  if (glt === undefined || gltY === undefined || grid === undefined) return undefined;
  const [rowCount, columnCount] = glt.shape as [number, number];
  return {
    grid,
    rows: rowCount,
    columns: columnCount,
    read: async (window) => {
      requireWindow({ file: file.name, lines: rowCount, columns: columnCount }, window);
      const entries = async (array: StoredArray): Promise<Float64Array> =>
        (await rows(array, window)).map((value) => (Number.isNaN(value) ? 0 : value));
      return toLookup({ file: file.name, ...size }, await entries(glt), await entries(gltY));
    },
  };
}

/** `geotransform` in GDAL's order and `spatial_ref` as WKT, attributes of the file (EMIT user guide, table 5-1). */
function gridOf(file: ArrayFile): MapGrid | undefined {
  const affine = [file.attributes.geotransform].flat().map(Number);
  if (affine.length !== 6 || !affine.every(Number.isFinite) || affine[1] === 0 || affine[5] === 0) return undefined;
  const wkt = text(file.attributes.spatial_ref);
  const isWgs84 = wkt !== undefined && /"EPSG",\s*"?4326"?\]\]\s*$/.test(wkt.slice(-200));
  const crs = isWgs84
    ? { ...WGS84, wkt }
    : { text: wkt?.slice(0, 80) ?? 'not stated', ...(wkt === undefined ? {} : { wkt }) };
  return { affine: affine as unknown as MapGrid['affine'], crs };
}

async function firstArray(
  file: ArrayFile,
  names: readonly string[],
  shape: readonly number[] | undefined,
): Promise<StoredArray | undefined> {
  for (const name of names) {
    const array = file.paths.includes(name) ? await file.array(name) : undefined;
    const fits =
      array?.shape.length === 2 && (shape === undefined || array.shape.every((n, axis) => n === shape[axis]));
    if (fits) return array;
  }
  return undefined;
}

/** A window [line x column] of a two-axis array, NaN where it has no value. */
async function rows(array: StoredArray, window: PixelWindow): Promise<Float64Array> {
  const start = [window.firstLine, window.firstColumn];
  const { data, origin, stride } = await array.read(start, [window.lines, window.columns]);
  const fill = Number([array.attributes._FillValue].flat()[0] ?? Number.NaN);
  const values = new Float64Array(window.lines * window.columns);
  for (let index = 0; index < values.length; index++) {
    const line = Math.floor(index / window.columns);
    const value = Number(data[origin + line * stride[0]! + (index % window.columns) * stride[1]!]);
    values[index] = value === fill || value === Math.fround(fill) || !Number.isFinite(value) ? Number.NaN : value;
  }
  return values;
}
