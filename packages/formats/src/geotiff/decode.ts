/** A GeoTIFF cube: one sample a band, tiles or strips, classic or Big. */
import { type ByteSource, type CubeHeader, type CubeReader, type ReadRequest, STAGING_BYTES } from '@plumeline/core';
import { acquisitionInstant } from '../cube/acquisition-time.ts';
import { type CubeOptions, quantityOf } from '../cube/cube-options.ts';
import { checkRequest, maskAndScale, scatter, valueRules } from '../cube/fill-block.ts';
import { wavelengths_nm } from '../cube/wavelengths.ts';
import { toNumbers } from '../cube/words.ts';
import { readDirectory, type TiffDirectory } from './directory.ts';
import { gdalItems, type MetadataItem } from './gdal-metadata.ts';
import { tiffGrid } from './georeference.ts';
import { TAG } from './tags.ts';
import { readTile, rowBytes, type TiffLayout, tiffLayout, tilesAcross } from './tiles.ts';

/** @throws InputError. */
export async function openGeoTiffCube(source: ByteSource, options: CubeOptions = {}): Promise<CubeReader> {
  const directory = await readDirectory(source);
  const layout = tiffLayout(source, directory, options);
  const items = gdalItems(directory.text(TAG.gdalMetadata) ?? '');
  const noData = [...declaredNoData(directory), ...(options.noData ?? [])];
  const header = headerOf(source.name, layout, directory, items, noData, options);
  const rules = valueRules(layout.type.word, noData, options.saturatedFrom, scales(items, layout.samples));
  return {
    header,
    read: async (request) => {
      checkRequest(header, request);
      await readTiles(source, layout, request, noData[0] ?? Number.NaN);
      maskAndScale(request, rules);
    },
    close: async () => {},
  };
}

function declaredNoData(directory: TiffDirectory): number[] {
  const text = directory.text(TAG.gdalNoData)?.trim();
  return text === undefined || text === '' || (Number.isNaN(Number(text)) && !/^nan$/i.test(text))
    ? []
    : [Number(text)];
}

function headerOf(
  file: string,
  layout: TiffLayout,
  directory: TiffDirectory,
  items: readonly MetadataItem[],
  noData: readonly number[],
  options: CubeOptions,
): CubeHeader {
  const { map, remark } = tiffGrid(directory);
  const whole = (name: string): string | undefined =>
    items.find((i) => i.name === name && i.sample === undefined)?.text;
  const description = whole('TIFFTAG_IMAGEDESCRIPTION') ?? whole('description');
  const units = [...new Set(items.filter(({ role }) => role === 'unittype').map(({ text }) => text))];
  const words = [description, whole('quantity')].join(' ');
  const startAt = acquisitionInstant(whole('acquisition_time') ?? whole('acquisitionTime'));
  return {
    file,
    format: 'geotiff',
    lines: layout.height,
    columns: layout.width,
    bands: layout.samples,
    ...wavelengths_nm(file, layout.samples, statedWavelengths(items, layout.samples), options),
    goodBand: new Uint8Array(layout.samples).fill(1),
    quantity: quantityOf(file, { name: words, unit: units.length === 1 ? units[0] : undefined }, options),
    acquisition: {
      ...(startAt === undefined ? {} : { startAt }),
      ...(description === undefined ? {} : { description }),
    },
    georeference: map === undefined ? {} : { map },
    noData,
    storedColumns: layout.isTiled ? layout.tileWidth : 1,
    remarks: remark === undefined ? [] : [remark],
  };
}

/** Names under which GDAL keeps a band's centre and width: ENVI's own, and its IMAGERY domain since 3.10. */
const CENTRES: readonly [name: string, unit: string | undefined][] = [
  ['wavelength', undefined],
  ['CENTRAL_WAVELENGTH_UM', 'um'],
];

/** Only items of the very band count: a file's `Band_7` keeps its number when bands are left out. */
function statedWavelengths(
  items: readonly MetadataItem[],
  bands: number,
): { centres: number[]; widths?: number[] | undefined; unit?: string | undefined } | undefined {
  for (const [name, fixedUnit] of CENTRES) {
    const centres = perBand(items, name, bands);
    if (centres === undefined) continue;
    const units = new Set(items.filter((item) => item.name === 'wavelength_units').map(({ text }) => text.trim()));
    const unit = fixedUnit ?? (units.size === 1 ? [...units][0] : undefined);
    return { centres, widths: perBand(items, fixedUnit === 'um' ? 'FWHM_UM' : 'fwhm', bands), unit };
  }
  return undefined;
}

function perBand(items: readonly MetadataItem[], name: string, bands: number): number[] | undefined {
  const values = new Array<number>(bands).fill(Number.NaN);
  for (const item of items) {
    if (item.name === name && item.sample !== undefined && item.sample < bands) values[item.sample] = Number(item.text);
  }
  return values.some(Number.isNaN) ? undefined : values;
}

function scales(items: readonly MetadataItem[], bands: number): { gain?: Float64Array; offset?: Float64Array } {
  const of = (role: string, none: number): Float64Array | undefined => {
    const found = items.filter((item) => item.role === role && item.sample !== undefined && item.sample < bands);
    if (found.length === 0) return undefined;
    const values = new Float64Array(bands).fill(none);
    for (const item of found) values[item.sample!] = Number(item.text);
    return values;
  };
  const gain = of('scale', 1);
  const offset = of('offset', 0);
  return { ...(gain === undefined ? {} : { gain }), ...(offset === undefined ? {} : { offset }) };
}

async function readTiles(source: ByteSource, layout: TiffLayout, request: ReadRequest, fill: number): Promise<void> {
  const planes = layout.isInterleaved ? [-1] : [...new Set(request.bands)];
  const perPlane = tilesAcross(layout) * Math.ceil(layout.height / layout.tileHeight);
  const { tileWidth, tileHeight } = layout;
  const lastLine = request.firstLine + request.lines;
  const lastColumn = request.firstColumn + request.columns;
  for (const plane of planes) {
    for (let y = Math.floor(request.firstLine / tileHeight); y * tileHeight < lastLine; y++) {
      for (let x = Math.floor(request.firstColumn / tileWidth); x * tileWidth < lastColumn; x++) {
        const index = Math.max(0, plane) * perPlane + y * tilesAcross(layout) + x;
        await readOneTile(source, layout, request, { index, x, y, plane, fill });
      }
    }
  }
}

interface TilePlace {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** Band of a planar tile, -1 when the tile holds all. */
  readonly plane: number;
  readonly fill: number;
}

/** A tile's rows in the window; unpacked ones in steps that fit the staging buffer. */
async function readOneTile(
  source: ByteSource,
  layout: TiffLayout,
  request: ReadRequest,
  { index, x, y, plane, fill }: TilePlace,
): Promise<void> {
  const top = y * layout.tileHeight;
  const from = Math.max(request.firstLine, top);
  const to = Math.min(request.firstLine + request.lines, top + layout.tileHeight, layout.height);
  const step = layout.compression === 1 ? Math.max(1, Math.floor(STAGING_BYTES / rowBytes(layout))) : to - from;
  const samples = plane === -1 ? layout.samples : 1;
  for (let line = from; line < to; line += step) {
    const count = Math.min(step, to - line);
    const bytes = await readTile(source, layout, index, { first: line - top, count });
    scatter(request, {
      data: bytes === undefined ? Float64Array.of(fill) : toNumbers(bytes, layout.type, layout.littleEndian),
      origin: 0,
      firstLine: line,
      lines: count,
      firstColumn: x * layout.tileWidth,
      columns: Math.min(layout.tileWidth, layout.width - x * layout.tileWidth),
      firstBand: Math.max(0, plane),
      bands: samples,
      lineStride: bytes === undefined ? 0 : layout.tileWidth * samples,
      columnStride: bytes === undefined ? 0 : samples,
      bandStride: bytes === undefined ? 0 : 1,
    });
  }
}
