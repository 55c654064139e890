/** A GeoTIFF's grid and reference system (OGC GeoTIFF 1.1). */
import type { CrsStatement, MapGrid } from '@plumeline/core';
import type { TiffDirectory } from './directory.ts';
import { GEO_KEY, RASTER_POINT, TAG, USER_DEFINED } from './tags.ts';

/** The grid, or why there is none. Coordinates that name a pixel's centre are moved to its corner. */
export function tiffGrid(directory: TiffDirectory): { map?: MapGrid; remark?: string } {
  const affine = affineOf(directory);
  if (affine === undefined) {
    const isGcps = (directory.numbers(TAG.tiePoints)?.length ?? 0) > 6;
    return { remark: isGcps ? 'Ground control points are not used to place the pixels.' : 'The file has no map grid.' };
  }
  const keys = geoKeys(directory);
  const shift = keys.get(GEO_KEY.rasterType) === RASTER_POINT ? 0.5 : 0;
  const [x0, xc, xl, y0, yc, yl] = affine;
  const corner = [x0 - shift * (xc + xl), xc, xl, y0 - shift * (yc + yl), yc, yl] as const;
  if (!corner.every(Number.isFinite) || xc * yl - xl * yc === 0) return { remark: "The file's map grid has no size." };
  return { map: { affine: corner, crs: crsOf(keys) } };
}

function affineOf(directory: TiffDirectory): MapGrid['affine'] | undefined {
  const matrix = directory.numbers(TAG.transformation);
  if (matrix !== undefined && matrix.length >= 8) {
    return [matrix[3]!, matrix[0]!, matrix[1]!, matrix[7]!, matrix[4]!, matrix[5]!];
  }
  const scale = directory.numbers(TAG.pixelScale);
  const tie = directory.numbers(TAG.tiePoints);
  if (scale === undefined || tie === undefined || scale.length < 2 || tie.length !== 6) return undefined;
  const [column, line, , x, y] = tie as [number, number, number, number, number];
  return [x - column * scale[0]!, scale[0]!, 0, y + line * scale[1]!, 0, -scale[1]!];
}

function geoKeys(directory: TiffDirectory): Map<number, number | string> {
  const entries = directory.numbers(TAG.geoKeys) ?? [];
  const ascii = directory.text(TAG.geoAscii) ?? '';
  const keys = new Map<number, number | string>();
  for (let at = 4; at + 3 < entries.length && at < 4 + 4 * (entries[3] ?? 0); at += 4) {
    const [key, location, count, value] = entries.slice(at, at + 4) as [number, number, number, number];
    if (location === 0) keys.set(key, value);
    if (location === TAG.geoAscii) keys.set(key, ascii.slice(value, value + count).replace(/\|$/, ''));
  }
  return keys;
}

function crsOf(keys: ReadonlyMap<number, number | string>): CrsStatement {
  const code = keys.get(GEO_KEY.projectedType) ?? keys.get(GEO_KEY.geographicType);
  const citation = [GEO_KEY.projectedCitation, GEO_KEY.citation, GEO_KEY.geographicCitation]
    .map((key) => keys.get(key))
    .find((value): value is string => typeof value === 'string' && value !== '');
  const isEpsg = typeof code === 'number' && code >= 1024 && code < USER_DEFINED;
  const text = citation ?? (isEpsg ? `EPSG:${code}` : 'not stated');
  return isEpsg ? { text, epsg: code } : { text };
}
