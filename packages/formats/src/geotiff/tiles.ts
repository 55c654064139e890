/** Where a TIFF keeps its pixels, and one tile or strip unpacked. Decompression by geotiff's decoders, Deflate bounded. */
import { type ByteSource, STAGING_BYTES } from '@plumeline/core';
import { getDecoder } from 'geotiff';
import { readExactly } from '../cube/bytes.ts';
import { cubeError } from '../cube/cube-fault.ts';
import { CHUNK_LIMIT_BYTES, type CubeOptions } from '../cube/cube-options.ts';
import type { WordType } from '../cube/words.ts';
import type { TiffDirectory } from './directory.ts';
import { inflateBounded } from './inflate.ts';
import { undoPredictor } from './predictor.ts';
import { TAG } from './tags.ts';

const UNPACKED = 1;
const DEFLATE = [8, 32946];
/** LZW, PackBits, LERC, Zstandard: lossless decoders of geotiff. JPEG and WebP are for pictures, not measurements. */
const DECODED = [5, 32773, 34887, 50000];
/** No lossless packing makes a tile larger than this share of it and a few bytes more. */
const PACKED_MOST = 1.1;

export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly type: WordType;
  readonly littleEndian: boolean;
  /** All samples of a pixel together (planar configuration 1), else a plane a sample. */
  readonly isInterleaved: boolean;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly isTiled: boolean;
  readonly compression: number;
  readonly predictor: number;
  readonly lercParameters?: readonly number[] | undefined;
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

/** @throws InputError for what cannot be read, before a pixel is touched. */
export function tiffLayout(source: ByteSource, directory: TiffDirectory, options: CubeOptions): TiffLayout {
  const refuse = (code: string, message: string, remedy: string): never => {
    throw cubeError(source.name, code, message, remedy);
  };
  const width = directory.number(TAG.width) ?? 0;
  const height = directory.number(TAG.height) ?? 0;
  const samples = directory.number(TAG.samplesPerPixel) ?? 1;
  const tileWidth = directory.number(TAG.tileWidth);
  const isTiled = tileWidth !== undefined;
  const tileHeight = isTiled
    ? (directory.number(TAG.tileHeight) ?? 0)
    : Math.min(directory.number(TAG.rowsPerStrip) ?? height, height);
  if (![width, height, samples, tileWidth ?? width, tileHeight].every((size) => Number.isInteger(size) && size > 0)) {
    refuse('tiff-damaged', 'The image or its tiles have no size.', 'Copy the file again from its origin.');
  }
  const layout: TiffLayout = {
    width,
    height,
    samples,
    type: sampleType(source, directory),
    littleEndian: directory.littleEndian,
    isInterleaved: (directory.number(TAG.planarConfiguration) ?? 1) === 1 || samples === 1,
    tileWidth: tileWidth ?? width,
    tileHeight,
    isTiled,
    compression: directory.number(TAG.compression) ?? UNPACKED,
    predictor: directory.number(TAG.predictor) ?? 1,
    lercParameters: directory.numbers(TAG.lercParameters),
    offsets: directory.numbers(isTiled ? TAG.tileOffsets : TAG.stripOffsets) ?? [],
    byteCounts: directory.numbers(isTiled ? TAG.tileByteCounts : TAG.stripByteCounts) ?? [],
  };
  if (![UNPACKED, ...DEFLATE, ...DECODED].includes(layout.compression)) {
    const message = `Compression ${layout.compression} is not one that keeps every number (none, LZW, Deflate, PackBits, LERC, Zstandard).`;
    refuse('tiff-compression', message, 'Translate the file, e.g. gdal_translate -co COMPRESS=DEFLATE.');
  }
  const limit = options.chunkLimit_bytes ?? CHUNK_LIMIT_BYTES;
  if (layout.compression !== UNPACKED && tileBytes(layout) > limit) {
    const message = `One ${isTiled ? 'tile' : 'strip'} unpacks to ${tileBytes(layout)} bytes; the limit is ${limit}.`;
    refuse(
      'cube-chunk-too-large',
      message,
      'Translate it to smaller tiles, e.g. gdal_translate -co TILED=YES -co INTERLEAVE=BAND.',
    );
  }
  const planes = layout.isInterleaved ? 1 : samples;
  const needed = tilesAcross(layout) * Math.ceil(height / tileHeight) * planes;
  if (layout.offsets.length < needed || layout.byteCounts.length < needed) {
    const message = `The image needs ${needed} tiles or strips; the file lists ${Math.min(layout.offsets.length, layout.byteCounts.length)}.`;
    refuse('tiff-damaged', message, 'Copy the file again from its origin.');
  }
  return layout;
}

export const tilesAcross = (layout: TiffLayout): number => Math.ceil(layout.width / layout.tileWidth);

const samplesInTile = (layout: TiffLayout): number => (layout.isInterleaved ? layout.samples : 1);

export const rowBytes = (layout: TiffLayout): number =>
  layout.tileWidth * samplesInTile(layout) * layout.type.wordBytes;

const tileBytes = (layout: TiffLayout): number => rowBytes(layout) * layout.tileHeight;

/**
 * Rows [first, first + count) of a tile, count as many as asked for or, unpacked, as staging holds. Undefined for a
 * tile that the file leaves out (GDAL's sparse files).
 */
export async function readTile(
  source: ByteSource,
  layout: TiffLayout,
  index: number,
  rows: { readonly first: number; readonly count: number },
): Promise<Uint8Array | undefined> {
  const offset = layout.offsets[index]!;
  const length = layout.byteCounts[index]!;
  if (length === 0) return undefined;
  const stride = rowBytes(layout);
  const end = (rows.first + rows.count) * stride;
  if (layout.compression === UNPACKED) {
    if (end > length) throw shortTile(source, index, length, end);
    return readExactly(source, offset + rows.first * stride, rows.count * stride);
  }
  if (length > tileBytes(layout) * PACKED_MOST + STAGING_BYTES)
    throw shortTile(source, index, length, tileBytes(layout));
  const packed = await readExactly(source, offset, length);
  const bytes = await unpack(source, layout, index, packed);
  if (bytes.length < end) throw shortTile(source, index, bytes.length, end);
  return bytes.subarray(rows.first * stride, end);
}

async function unpack(source: ByteSource, layout: TiffLayout, index: number, packed: Uint8Array): Promise<Uint8Array> {
  try {
    const bytes = DEFLATE.includes(layout.compression)
      ? await inflateBounded(packed, tileBytes(layout))
      : await decodeWithGeotiff(layout, packed);
    return undoPredictor(bytes, {
      predictor: layout.predictor,
      columns: layout.tileWidth,
      samples: samplesInTile(layout),
      wordBytes: layout.type.wordBytes,
      littleEndian: layout.littleEndian,
    });
  } catch (error) {
    throw cubeError(
      source.name,
      'tiff-tile-damaged',
      `Tile ${index} cannot be unpacked (${error instanceof Error ? error.message : String(error)}).`,
      'Copy the file again from its origin.',
      layout.offsets[index]!,
    );
  }
}

/** The decoders get no predictor: theirs reads words in the host's order, whatever the file's. */
async function decodeWithGeotiff(layout: TiffLayout, packed: Uint8Array): Promise<Uint8Array> {
  const { tileWidth, tileHeight, type } = layout;
  const parameters = {
    tileWidth,
    tileHeight,
    predictor: 1,
    bitsPerSample: type.wordBytes * 8,
    planarConfiguration: layout.isInterleaved ? 1 : 2,
    samplesPerPixel: layout.samples,
    LercParameters: layout.lercParameters,
  };
  const decoder = await getDecoder(layout.compression, parameters);
  return new Uint8Array(await decoder.decode(new Uint8Array(packed).buffer));
}

function shortTile(source: ByteSource, index: number, got: number, wanted: number): Error {
  const message = `Tile ${index} has ${got} bytes where ${wanted} were expected.`;
  return cubeError(source.name, 'tiff-tile-damaged', message, 'Copy the file again from its origin.');
}

const TYPES: Readonly<Record<string, WordType['word']>> = {
  '1,8': 'uint8',
  '1,16': 'uint16',
  '1,32': 'uint32',
  '1,64': 'uint64',
  '2,16': 'int16',
  '2,32': 'int32',
  '2,64': 'int64',
  '3,32': 'float32',
  '3,64': 'float64',
};

function sampleType(source: ByteSource, directory: TiffDirectory): WordType {
  const bits = new Set(directory.numbers(TAG.bitsPerSample) ?? [1]);
  const formats = new Set(directory.numbers(TAG.sampleFormat) ?? [1]);
  const word = bits.size === 1 && formats.size === 1 ? TYPES[`${[...formats][0]},${[...bits][0]}`] : undefined;
  if (word !== undefined) return { word, wordBytes: [...bits][0]! / 8, words: 1 };
  throw cubeError(
    source.name,
    'tiff-sample-type',
    `Samples of format ${[...formats].join('/')} and ${[...bits].join('/')} bits are not read.`,
    'Translate the file to one type for all bands, e.g. gdal_translate -ot Float32.',
  );
}
