/** A TIFF of 4 lines x 3 columns x 9 float32 bands in strips of two lines, written field by field. */
import { deflateSync } from 'node:zlib';
import { valueAt } from './cube-fixtures.ts';

export interface TiffKind {
  readonly big: boolean;
  readonly little: boolean;
  readonly deflate: boolean;
}

const ITEMS = Array.from({ length: 9 }, (_, band) => [
  `<Item name="wavelength" sample="${band}">${2100 + 5 * band}</Item>`,
  `<Item name="wavelength_units" sample="${band}">Nanometers</Item>`,
]).flat();
const METADATA = `<GDALMetadata>${ITEMS.join('')}</GDALMetadata>\0`;

export function tinyTiff({ big, little, deflate }: TiffKind): Uint8Array {
  const strips = [0, 2].map((top) => strip(top, little, deflate));
  const head = big ? 16 : 8;
  const offsets = [head, head + strips[0]!.length];
  const directoryAt = head + strips[0]!.length + strips[1]!.length;
  const fields: [tag: number, size: 2 | 4 | 8 | 1, values: number[] | string][] = [
    [256, 4, [3]],
    [257, 4, [4]],
    [258, 2, new Array<number>(9).fill(32)],
    [259, 2, [deflate ? 8 : 1]],
    [262, 2, [1]],
    [273, 4, offsets],
    [277, 2, [9]],
    [278, 4, [2]],
    [279, 4, strips.map((bytes) => bytes.length)],
    [284, 2, [1]],
    [339, 2, new Array<number>(9).fill(3)],
    [33550, 8, [3, 3, 0]],
    [33922, 8, [0, 0, 0, 500000, 4000000, 0]],
    [34735, 2, [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32613]],
    [42112, 1, METADATA],
    [42113, 1, '-9999\0'],
  ];
  const entry = big ? 20 : 12;
  const inline = big ? 8 : 4;
  const outsideAt = directoryAt + (big ? 8 : 2) + fields.length * entry + inline;
  const total = fields.reduce((sum, [, size, values]) => sum + size * values.length, outsideAt);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(little ? [0x49, 0x49] : [0x4d, 0x4d]);
  view.setUint16(2, big ? 43 : 42, little);
  if (big) view.setUint16(4, 8, little);
  const putOffset = (at: number, value: number): void =>
    big ? view.setBigUint64(at, BigInt(value), little) : view.setUint32(at, value, little);
  putOffset(big ? 8 : 4, directoryAt);
  strips.forEach((strip_, index) => void bytes.set(strip_, offsets[index]));
  if (big) view.setBigUint64(directoryAt, BigInt(fields.length), little);
  else view.setUint16(directoryAt, fields.length, little);
  let outside = outsideAt;
  fields.forEach(([tag, size, values], index) => {
    const at = directoryAt + (big ? 8 : 2) + index * entry;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, { 1: 2, 2: 3, 4: 4, 8: 12 }[size], little);
    putOffset(at + 4, values.length);
    const valueAt_ = at + (big ? 12 : 8);
    const isInline = values.length * size <= inline;
    if (!isInline) putOffset(valueAt_, outside);
    const start = isInline ? valueAt_ : outside;
    [...values].forEach((value: string | number, place) => {
      const to = start + place * size;
      if (typeof value === 'string') view.setUint8(to, value.charCodeAt(0));
      else if (size === 2) view.setUint16(to, value, little);
      else if (size === 4) view.setUint32(to, value, little);
      else view.setFloat64(to, value, little);
    });
    if (!isInline) outside += values.length * size;
  });
  return bytes;
}

function strip(top: number, little: boolean, deflate: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * 3 * 9 * 4));
  for (let at = 0; at < 54; at++) {
    const value = valueAt(top + Math.floor(at / 27), Math.floor(at / 9) % 3, at % 9);
    view.setFloat32(at * 4, value, little);
  }
  const bytes = new Uint8Array(view.buffer);
  return deflate ? deflateSync(bytes) : bytes;
}
