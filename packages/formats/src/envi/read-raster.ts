/**
 * Windows of an ENVI raster. All three interleaves are one affine map from (line, sample, band) to a place in the
 * file. A window is read as spans: some columns of some bands of a line, neighbouring lines joined, each span at most
 * STAGING_BYTES.
 */
import { type ByteSource, type ReadRequest, STAGING_BYTES } from '@plumeline/core';
import { readExactly } from '../cube/bytes.ts';
import { type ComplexPart, toNumbers } from '../cube/words.ts';
import type { EnviLayout } from './layout.ts';

/** A gap that costs less to read over than a second call [bytes]; a disk's read-ahead. */
const JOIN_GAP_BYTES = 64 << 10;

/** Fills the request's values with stored numbers; complex ones as the stated part. */
export async function readRaster(
  source: ByteSource,
  layout: EnviLayout,
  request: ReadRequest,
  complexAs: ComplexPart = 'magnitude',
): Promise<void> {
  const size = layout.type.wordBytes * layout.type.words;
  const stride = stridesOf(layout);
  let staging = new Uint8Array(0);
  for (const span of spans(layout, request)) {
    const index = span.line * stride.line + span.column * stride.sample + span.bands[0]!.band * stride.band;
    const offset = layout.headerOffset_bytes + index * size;
    const length = (span.lines - 1) * stride.line + lineLength(stride, span.columns, span.bands);
    // One buffer serves every span: fresh ones would pile up faster than they are collected.
    if (staging.length < length * size) staging = new Uint8Array(length * size);
    const bytes = await readExactly(source, offset, length * size, staging);
    const data = toNumbers(bytes, layout.type, layout.littleEndian, complexAs) as Float64Array;
    place(data, request, span, stride);
  }
}

interface Strides {
  readonly line: number;
  readonly sample: number;
  readonly band: number;
}

/** Distance in numbers from one line, sample and band to the next. */
export function stridesOf({ interleave, lines, samples, bands }: EnviLayout): Strides {
  if (interleave === 'bil') return { line: samples * bands, sample: 1, band: samples };
  if (interleave === 'bip') return { line: samples * bands, sample: bands, band: 1 };
  return { line: samples, sample: 1, band: lines * samples };
}

/** A band and its place among the request's. */
interface Chosen {
  readonly band: number;
  readonly place: number;
}

interface Span {
  readonly line: number;
  readonly lines: number;
  readonly column: number;
  readonly columns: number;
  /** Ascending. */
  readonly bands: readonly Chosen[];
}

/** Numbers from the first column of the first band to the last column of the last, in one line. */
function lineLength(stride: Strides, columns: number, bands: readonly Chosen[]): number {
  return (columns - 1) * stride.sample + (bands.at(-1)!.band - bands[0]!.band) * stride.band + 1;
}

function* spans(layout: EnviLayout, request: ReadRequest): Generator<Span> {
  const size = layout.type.wordBytes * layout.type.words;
  const room = Math.floor(STAGING_BYTES / size);
  const gap = Math.floor(JOIN_GAP_BYTES / size);
  const stride = stridesOf(layout);
  const pixel = layout.interleave === 'bip' ? layout.bands : 1;
  const most = Math.max(1, Math.floor(room / pixel));
  const endColumn = request.firstColumn + request.columns;
  const endLine = request.firstLine + request.lines;
  for (let column = request.firstColumn; column < endColumn; column += most) {
    const columns = Math.min(most, endColumn - column);
    for (const bands of bandGroups(request.bands, stride, columns, { room, gap })) {
      const length = lineLength(stride, columns, bands);
      const joined = stride.line - length <= gap ? 1 + Math.max(0, Math.floor((room - length) / stride.line)) : 1;
      for (let line = request.firstLine; line < endLine; line += joined) {
        yield { line, lines: Math.min(joined, endLine - line), column, columns, bands };
      }
    }
  }
}

/** Bands near enough in the file to be read together. */
function bandGroups(
  bands: readonly number[],
  stride: Strides,
  columns: number,
  { room, gap }: { readonly room: number; readonly gap: number },
): Chosen[][] {
  const sorted = bands.map((band, place) => ({ band, place })).sort((a, b) => a.band - b.band);
  const groups: Chosen[][] = [];
  for (const one of sorted) {
    const group = groups.at(-1);
    const step = group === undefined ? 0 : (one.band - group.at(-1)!.band) * stride.band;
    const fits = group !== undefined && step <= gap + columns && lineLength(stride, columns, [group[0]!, one]) <= room;
    if (fits) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** data[line x column x band by strides] -> values[column x line x band]. */
function place(data: Float64Array, request: ReadRequest, span: Span, stride: Strides): void {
  const { values } = request;
  const count = request.bands.length;
  const from = Int32Array.from(span.bands, ({ band }) => (band - span.bands[0]!.band) * stride.band);
  const to = Int32Array.from(span.bands, (chosen) => chosen.place);
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let line = 0; line < span.lines; line++) {
    for (let column = 0; column < span.columns; column++) {
      const source = line * stride.line + column * stride.sample;
      const pixel = (span.column - request.firstColumn + column) * request.lines + span.line - request.firstLine + line;
      const target = pixel * count;
      if (isBig) for (let b = 0; b < to.length; b++) values[target + to[b]!] = Number(data[source + from[b]!]);
      else for (let b = 0; b < to.length; b++) values[target + to[b]!] = data[source + from[b]!]!;
    }
  }
}
