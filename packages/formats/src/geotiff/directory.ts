/** A TIFF's first image file directory, classic or Big, either byte order, every array checked against the file first. */
import type { ByteSource } from '@plumeline/core';
import { readExactly } from '../cube/bytes.ts';
import { cubeError } from '../cube/cube-fault.ts';
import { decodeUtf8Loosely } from '../samples/text-codec.ts';
import { ASCII, FIELD_BYTES, TAG } from './tags.ts';

const KNOWN_TAGS: ReadonlySet<number> = new Set(Object.values(TAG));

/** Largest array of one tag [bytes]: offsets of eight million tiles. */
const TAG_LIMIT_BYTES = 64 << 20;
/** A directory has a few dozen entries; the specification's own limit is 65,535. */
const MAX_ENTRIES = 4096;

export interface TiffDirectory {
  readonly littleEndian: boolean;
  numbers(tag: number): readonly number[] | undefined;
  /** The first number of a tag. */
  number(tag: number): number | undefined;
  text(tag: number): string | undefined;
}

/** @throws InputError when it is not a TIFF or its directory is damaged. */
export async function readDirectory(source: ByteSource): Promise<TiffDirectory> {
  const head = await readExactly(source, 0, Math.min(16, source.size));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const order = head.length < 8 ? '' : String.fromCharCode(head[0]!, head[1]!);
  const littleEndian = order === 'II';
  const version = head.length < 8 ? 0 : view.getUint16(2, littleEndian);
  const big = version === 43;
  if ((order !== 'II' && order !== 'MM') || (version !== 42 && !big) || (big && head.length < 16)) {
    throw cubeError(
      source.name,
      'tiff-not-a-tiff',
      'The file does not begin like a TIFF.',
      'Choose the GeoTIFF file.',
      0,
    );
  }
  const at = big ? Number(view.getBigUint64(8, littleEndian)) : view.getUint32(4, littleEndian);
  return readEntries(source, { at, big, littleEndian });
}

interface Place {
  readonly at: number;
  readonly big: boolean;
  readonly littleEndian: boolean;
}

async function readEntries(source: ByteSource, { at, big, littleEndian }: Place): Promise<TiffDirectory> {
  const countBytes = big ? 8 : 2;
  requireInside(source, at, countBytes);
  const countView = toView(await readExactly(source, at, countBytes));
  const count = big ? Number(countView.getBigUint64(0, littleEndian)) : countView.getUint16(0, littleEndian);
  const entryBytes = big ? 20 : 12;
  if (count === 0 || count > MAX_ENTRIES) throw damaged(source, `The directory claims ${count} entries.`, at);
  requireInside(source, at + countBytes, count * entryBytes);
  const entries = toView(await readExactly(source, at + countBytes, count * entryBytes));
  const values = new Map<number, number[] | string>();
  for (let index = 0; index < count; index++) {
    const place = index * entryBytes;
    const tag = entries.getUint16(place, littleEndian);
    if (!KNOWN_TAGS.has(tag)) continue;
    const value = await readValue(source, entries, place, big, littleEndian);
    if (value !== undefined) values.set(tag, value);
  }
  return {
    littleEndian,
    numbers: (tag) => asNumbers(values.get(tag)),
    number: (tag) => asNumbers(values.get(tag))?.[0],
    text: (tag) => {
      const value = values.get(tag);
      return typeof value === 'string' ? value : undefined;
    },
  };
}

const asNumbers = (value: number[] | string | undefined): number[] | undefined =>
  typeof value === 'object' ? value : undefined;

/** Numbers or text of one entry; undefined for a field type that TIFF does not have. */
async function readValue(
  source: ByteSource,
  entries: DataView,
  place: number,
  big: boolean,
  littleEndian: boolean,
): Promise<number[] | string | undefined> {
  const type = entries.getUint16(place + 2, littleEndian);
  const count = big
    ? Number(entries.getBigUint64(place + 4, littleEndian))
    : entries.getUint32(place + 4, littleEndian);
  const size = FIELD_BYTES[type];
  if (size === undefined) return undefined;
  const inlineAt = place + (big ? 12 : 8);
  const length = count * size;
  let view = entries;
  let from = inlineAt;
  if (length > (big ? 8 : 4)) {
    const at = big ? Number(entries.getBigUint64(inlineAt, littleEndian)) : entries.getUint32(inlineAt, littleEndian);
    if (length > TAG_LIMIT_BYTES) throw damaged(source, `A tag claims ${length} bytes.`, at);
    requireInside(source, at, length);
    view = toView(await readExactly(source, at, length));
    from = 0;
  }
  if (type === ASCII) {
    return decodeUtf8Loosely(new Uint8Array(view.buffer, view.byteOffset + from, length)).replace(/\0+$/, '');
  }
  return Array.from({ length: count }, (_, index) => readNumber(view, from + index * size, type, littleEndian));
}

function readNumber(view: DataView, at: number, type: number, little: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(at, little);
    case 4:
    case 13:
      return view.getUint32(at, little);
    case 5:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
      return view.getInt32(at, little);
    case 10:
      return view.getInt32(at, little) / view.getInt32(at + 4, little);
    case 11:
      return view.getFloat32(at, little);
    case 12:
      return view.getFloat64(at, little);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, little));
    case 17:
      return Number(view.getBigInt64(at, little));
    default:
      return view.getUint8(at);
  }
}

const toView = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function requireInside(source: ByteSource, at: number, length: number): void {
  if (Number.isSafeInteger(at) && at >= 0 && at + length <= source.size) return;
  throw damaged(source, `The directory points to bytes ${at} to ${at + length}; the file has ${source.size}.`, at);
}

function damaged(source: ByteSource, message: string, byte: number): Error {
  return cubeError(source.name, 'tiff-damaged', message, 'Copy the file again from its origin.', byte);
}
