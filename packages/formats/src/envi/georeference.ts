/** Where an ENVI cube's pixels lie: its own map info, a geographic lookup table (GLT), input geometry (IGM, LOC). */
import {
  type ByteSource,
  type CrsStatement,
  type CubeFiles,
  type GeoLookup,
  type Georeference,
  type MapGrid,
  type PixelLocations,
  type PixelWindow,
  type ReadRequest,
  requireWindow,
} from '@plumeline/core';
import { readWhole } from '../cube/bytes.ts';
import { cubeError } from '../cube/cube-fault.ts';
import { toLookup } from '../cube/lookup.ts';
import { findCompanion, findEnviPair } from './find-files.ts';
import { checkSize, type EnviLayout, enviLayout } from './layout.ts';
import { mapInfo } from './map-info.ts';
import { type EnviHeader, HEADER_LIMIT_BYTES, ignoreValue, parseEnviHeader } from './parse-header.ts';
import { readRaster } from './read-raster.ts';

/** A raster with its header, opened and its size checked. */
export interface OpenRaster {
  readonly header: EnviHeader;
  readonly layout: EnviLayout;
  readonly source: ByteSource;
  readonly remarks: readonly string[];
}

/** Opens an ENVI raster of any kind by header or data name. @throws InputError. */
export async function openRaster(files: CubeFiles, name: string): Promise<OpenRaster> {
  const pair = findEnviPair(files, name);
  const headerSource = await openNamed(files, pair.header);
  const header = parseEnviHeader(await readWhole(headerSource, HEADER_LIMIT_BYTES), pair.header);
  const layout = enviLayout(header);
  const source = await openNamed(files, pair.data);
  const remark = checkSize(source, layout);
  return { header, layout, source, remarks: remark === undefined ? [] : [remark] };
}

async function openNamed(files: CubeFiles, name: string): Promise<ByteSource> {
  const source = await files.open(name);
  if (source !== undefined) return source;
  throw cubeError(name, 'cube-file-missing', 'There is no such file.', 'Check the name.');
}

/** Everything that places the raw pixels of a cube of `lines` x `columns`. */
export async function enviGeoreference(
  files: CubeFiles,
  cube: OpenRaster,
): Promise<{ georeference: Georeference; remarks: string[] }> {
  const map = mapInfo(cube.header);
  const locations = await openLocations(files, cube);
  const lookup = await openLookup(files, cube);
  const georeference: Georeference = {
    ...(map === undefined ? {} : { map }),
    ...(locations === undefined ? {} : { locations }),
    ...(lookup === undefined ? {} : { lookup }),
  };
  const isPlaced = map !== undefined || locations !== undefined || lookup !== undefined;
  return { georeference, remarks: isPlaced ? [] : ['No map info, GLT or IGM: the pixels cannot be placed on a map.'] };
}

const WGS84: CrsStatement = { text: 'WGS 84 longitude, latitude', epsg: 4326 };

/** IGM or LOC: bands x, y and perhaps height for every raw pixel, in geographic WGS-84 unless its map info says other. */
async function openLocations(files: CubeFiles, cube: OpenRaster): Promise<PixelLocations | undefined> {
  const name = findCompanion(files, cube.header.file, ['igm', 'loc']);
  if (name === undefined) return undefined;
  const raster = await openRaster(files, name);
  const { layout } = raster;
  if (layout.lines !== cube.layout.lines || layout.samples !== cube.layout.samples || layout.bands < 2) {
    throw cubeError(
      name,
      'envi-igm-shape',
      `The pixel locations have ${layout.lines} x ${layout.samples} pixels and ${layout.bands} bands; the cube has ${cube.layout.lines} x ${cube.layout.samples}.`,
      'Put the IGM or LOC file of this very flight line beside the cube, or take it away.',
    );
  }
  const noData = ignoreValue(raster.header);
  const hasHeight = layout.bands >= 3;
  return {
    crs: mapInfo(raster.header)?.crs ?? WGS84,
    hasHeight,
    read: async (window) => {
      const bands = await readBands(raster, window, hasHeight ? [0, 1, 2] : [0, 1]);
      for (const band of bands) maskNumbers(band, noData);
      const [x, y, height_m] = bands as [Float64Array, Float64Array, Float64Array | undefined];
      return { x, y, ...(height_m === undefined ? {} : { height_m }) };
    },
  };
}

/** GLT: bands sample and line, from 1, for every cell of a map grid; 0 is no pixel, negative a neighbour's. */
async function openLookup(files: CubeFiles, cube: OpenRaster): Promise<GeoLookup | undefined> {
  const name = findCompanion(files, cube.header.file, ['glt']);
  if (name === undefined) return undefined;
  const raster = await openRaster(files, name);
  const grid = mapInfo(raster.header);
  const { layout } = raster;
  if (grid === undefined || layout.bands < 2) {
    throw cubeError(
      name,
      'envi-glt-shape',
      grid === undefined ? 'The lookup table has no map info.' : `The lookup table has ${layout.bands} band, not 2.`,
      'Put the GLT file of this flight line beside the cube, or take it away.',
    );
  }
  return lookupOf(raster, grid, cube.layout);
}

function lookupOf(raster: OpenRaster, grid: MapGrid, cube: EnviLayout): GeoLookup {
  return {
    grid,
    rows: raster.layout.lines,
    columns: raster.layout.samples,
    read: async (window) => {
      const [sample, line] = (await readBands(raster, window, [0, 1])) as [Float64Array, Float64Array];
      return toLookup({ file: raster.source.name, lines: cube.lines, columns: cube.samples }, sample, line);
    },
  };
}

/** Bands of a window, each [line x column] row by row. */
async function readBands(raster: OpenRaster, window: PixelWindow, bands: readonly number[]): Promise<Float64Array[]> {
  const { layout, source } = raster;
  requireWindow({ file: source.name, lines: layout.lines, columns: layout.samples }, window);
  const pixels = window.lines * window.columns;
  const values = new Float64Array(pixels * bands.length);
  const request: ReadRequest = { ...window, bands, values, mask: new Uint8Array(0) };
  await readRaster(source, layout, request);
  return bands.map((_, place) => toRows(values, window, bands.length, place));
}

/** One band of values [column x line x band] as [line x column]. */
export function toRows(
  values: ArrayLike<number>,
  { lines, columns }: PixelWindow,
  bands: number,
  place: number,
): Float64Array {
  const rows = new Float64Array(lines * columns);
  for (let line = 0; line < lines; line++) {
    for (let column = 0; column < columns; column++) {
      rows[line * columns + column] = values[(column * lines + line) * bands + place]!;
    }
  }
  return rows;
}

function maskNumbers(values: Float64Array, noData: number | undefined): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value) || value === noData || value === Math.fround(noData ?? Number.NaN)) {
      values[index] = Number.NaN;
    }
  }
}
