/** From stored numbers to a block: every reader scatters its pieces, then masks what may not be used. */
import {
  type CubeHeader,
  FLAT_MIN_BANDS,
  PIXEL_MASK,
  type PixelWindow,
  type ReadRequest,
  requireWindow,
} from '@plumeline/core';
import { cubeError } from './cube-fault.ts';

export type StoredNumbers =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** @throws InputError when the window or a band is not in the cube; RangeError when the buffers are too short. */
export function checkRequest(header: CubeHeader, request: ReadRequest): void {
  requireWindow(header, request);
  const outside = request.bands.find((band) => !(Number.isInteger(band) && band >= 0 && band < header.bands));
  if (outside !== undefined || request.bands.length === 0) {
    throw cubeError(
      header.file,
      'cube-band-outside',
      outside === undefined ? 'No band was asked for.' : `There is no band ${outside} in a cube of ${header.bands}.`,
      'Choose bands counted from 0; a window of wavelengths that holds at least one.',
    );
  }
  const pixels = request.lines * request.columns;
  if (request.values.length < pixels * request.bands.length || request.mask.length < pixels) {
    throw new RangeError(`The buffers are too short for ${pixels} pixels of ${request.bands.length} bands.`);
  }
}

/** A decoded part of a file: data[origin + line * lineStride + column * columnStride + band * bandStride]. */
export interface Piece extends PixelWindow {
  readonly data: StoredNumbers;
  readonly origin: number;
  readonly lineStride: number;
  readonly columnStride: number;
  readonly bandStride: number;
  /** Header's band index of the piece's band 0, and how many it holds. */
  readonly firstBand: number;
  readonly bands: number;
}

/** Copies what a piece and a request share into the request's values [column x line x band]. */
export function scatter(request: ReadRequest, piece: Piece): void {
  const line0 = Math.max(request.firstLine, piece.firstLine);
  const line1 = Math.min(request.firstLine + request.lines, piece.firstLine + piece.lines);
  const column0 = Math.max(request.firstColumn, piece.firstColumn);
  const column1 = Math.min(request.firstColumn + request.columns, piece.firstColumn + piece.columns);
  const count = request.bands.length;
  const isBig = piece.data instanceof BigInt64Array || piece.data instanceof BigUint64Array;
  for (let chosen = 0; chosen < count; chosen++) {
    const band = request.bands[chosen]! - piece.firstBand;
    if (band < 0 || band >= piece.bands) continue;
    for (let column = column0; column < column1; column++) {
      let to = ((column - request.firstColumn) * request.lines + line0 - request.firstLine) * count + chosen;
      let from =
        piece.origin +
        (line0 - piece.firstLine) * piece.lineStride +
        (column - piece.firstColumn) * piece.columnStride +
        band * piece.bandStride;
      if (isBig) {
        for (let line = line0; line < line1; line++, to += count, from += piece.lineStride) {
          request.values[to] = Number(piece.data[from]);
        }
      } else
        copyRun(
          piece.data as Float64Array,
          request.values as Float64Array,
          from,
          piece.lineStride,
          to,
          count,
          line1 - line0,
        );
    }
  }
}

function copyRun(
  data: Float64Array,
  values: Float64Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  count: number,
): void {
  let source = from;
  let target = to;
  for (let index = 0; index < count; index++, source += fromStride, target += toStride) values[target] = data[source]!;
}

/** How stored numbers are judged and scaled. */
export interface ValueRules {
  readonly noData: readonly number[];
  /** Stored value from which a number is only a lower bound; Infinity where there is none. */
  readonly saturatedFrom: number;
  /** Value = stored x gain + offset [band of the header]. */
  readonly gain?: Float64Array;
  readonly offset?: Float64Array;
}

/** Ceilings of the integer types: a detector word at its largest number tells only that there was at least that much. */
export function ceilingOf(data: StoredNumbers | string): number {
  const name = typeof data === 'string' ? data : data.constructor.name.replace('Array', '').toLowerCase();
  return CEILINGS[name] ?? Number.POSITIVE_INFINITY;
}

const CEILINGS: Readonly<Record<string, number>> = {
  uint8: 255,
  int8: 127,
  int16: 32767,
  uint16: 65535,
  int32: 2147483647,
  uint32: 4294967295,
  biguint64: 2 ** 64,
  bigint64: 2 ** 63,
  uint64: 2 ** 64,
  int64: 2 ** 63,
};

/** Rules of a file whose words are of type `typeName`; a ceiling that is the no-data value is no saturation. */
export function valueRules(
  typeName: string,
  noData: readonly number[],
  saturatedFrom: number | undefined,
  scale: { readonly gain?: Float64Array; readonly offset?: Float64Array } = {},
): ValueRules {
  const ceiling = saturatedFrom ?? ceilingOf(typeName);
  return { noData, saturatedFrom: noData.includes(ceiling) ? Number.POSITIVE_INFINITY : ceiling, ...scale };
}

/** Sets every pixel's mask from its stored numbers, NaN for what is not a number, then scales. */
export function maskAndScale(request: ReadRequest, rules: ValueRules): void {
  const { values, mask } = request;
  const bands = request.bands.length;
  const pixels = request.lines * request.columns;
  // A header's decimal text and a float32 word meet as float32.
  const noData = [...new Set(rules.noData.flatMap((value) => [value, Math.fround(value)]))];
  const ceiling =
    values instanceof Float32Array && Number.isFinite(rules.saturatedFrom)
      ? Math.fround(rules.saturatedFrom)
      : rules.saturatedFrom;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * bands;
    const first = values[start]!;
    let bits = 0;
    let same = 0;
    for (let index = start; index < start + bands; index++) {
      const value = values[index]!;
      if (value === first) same++;
      if (!Number.isFinite(value)) {
        bits |= noDataBit(value, noData);
        values[index] = Number.NaN;
      } else if (noData.length > 0 && noData.includes(value)) {
        bits |= PIXEL_MASK.noData;
        values[index] = Number.NaN;
      } else if (value >= ceiling) bits |= PIXEL_MASK.saturated;
    }
    if (same === bands && bands >= FLAT_MIN_BANDS && bits === 0) bits = PIXEL_MASK.flat;
    mask[pixel] = bits;
  }
  if (rules.gain !== undefined || rules.offset !== undefined) scale(request, rules);
}

function noDataBit(value: number, noData: readonly number[]): number {
  const isDeclared = noData.some((declared) => Object.is(declared, value));
  return isDeclared ? PIXEL_MASK.noData : PIXEL_MASK.nonFinite;
}

function scale({ values, bands, lines, columns }: ReadRequest, rules: ValueRules): void {
  const count = bands.length;
  for (let chosen = 0; chosen < count; chosen++) {
    const gain = rules.gain?.[bands[chosen]!] ?? 1;
    const offset = rules.offset?.[bands[chosen]!] ?? 0;
    if (gain === 1 && offset === 0) continue;
    for (let index = chosen; index < lines * columns * count; index += count) {
      values[index] = values[index]! * gain + offset;
    }
  }
}
