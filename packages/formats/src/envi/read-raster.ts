/**
 * Windows of an ENVI raster. All three interleaves are one affine map from (line, sample, band) to a place in the
 * file; a window is read as rows in file order, neighbours joined into reads of at most STAGING_BYTES.
 */
import { type ByteSource, type ReadRequest, STAGING_BYTES } from '@plumeline/core';
import { readExactly } from '../cube/bytes.ts';
import { type StoredNumbers, scatter } from '../cube/fill-block.ts';
import { type ComplexPart, toNumbers } from '../cube/words.ts';
import type { EnviLayout } from './layout.ts';

/** A gap between two rows that costs less to read than a second call [bytes]; a disk's read-ahead. */
const JOIN_GAP_BYTES = 64 << 10;

/** Fills the request's values with stored numbers; complex ones as the stated part. */
export async function readRaster(
  source: ByteSource,
  layout: EnviLayout,
  request: ReadRequest,
  complexAs: ComplexPart = 'magnitude',
): Promise<void> {
  for (const run of joinedRuns(layout, request)) {
    const bytes = await readExactly(source, run.offset, run.length);
    const data = toNumbers(bytes, layout.type, layout.littleEndian, complexAs);
    for (const row of run.rows) placeRow(layout, request, data, (row.offset - run.offset) / elementBytes(layout), row);
  }
}

/** Part of a line: one band of it, or (BIP) all bands of its columns. */
interface Row {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly firstColumn: number;
  readonly columns: number;
  readonly firstBand: number;
  readonly bands: number;
  /** Place of the row's one band in the request; -1 for BIP rows, which hold them all. */
  readonly chosen: number;
}

interface Run {
  readonly offset: number;
  length: number;
  readonly rows: Row[];
}

function elementBytes({ type }: EnviLayout): number {
  return type.wordBytes * type.words;
}

/** Distance in numbers from one line, sample and band to the next. */
export function stridesOf({ interleave, lines, samples, bands }: EnviLayout): {
  line: number;
  sample: number;
  band: number;
} {
  if (interleave === 'bil') return { line: samples * bands, sample: 1, band: samples };
  if (interleave === 'bip') return { line: samples * bands, sample: bands, band: 1 };
  return { line: samples, sample: 1, band: lines * samples };
}

function* joinedRuns(layout: EnviLayout, request: ReadRequest): Generator<Run> {
  let run: Run | undefined;
  for (const row of rowsInFileOrder(layout, request)) {
    const end = row.offset + row.length;
    const gap = run === undefined ? 0 : row.offset - run.offset - run.length;
    if (run !== undefined && gap >= 0 && gap <= JOIN_GAP_BYTES && end - run.offset <= STAGING_BYTES) {
      run.length = end - run.offset;
      run.rows.push(row);
      continue;
    }
    if (run !== undefined) yield run;
    run = { offset: row.offset, length: row.length, rows: [row] };
  }
  if (run !== undefined) yield run;
}

function* rowsInFileOrder(layout: EnviLayout, request: ReadRequest): Generator<Row> {
  const chosen = request.bands.map((band, place) => ({ band, place })).sort((a, b) => a.band - b.band);
  const lines = request.firstLine + request.lines;
  if (layout.interleave === 'bsq') {
    for (const one of chosen) {
      for (let line = request.firstLine; line < lines; line++) yield* bandRow(layout, request, line, one);
    }
    return;
  }
  for (let line = request.firstLine; line < lines; line++) {
    if (layout.interleave === 'bip') yield* pixelRows(layout, request, line, chosen[0]!.band, chosen.at(-1)!.band);
    else for (const one of chosen) yield* bandRow(layout, request, line, one);
  }
}

/** One band of one line, cut where it is longer than the staging buffer. */
function* bandRow(
  layout: EnviLayout,
  request: ReadRequest,
  line: number,
  { band, place }: { readonly band: number; readonly place: number },
): Generator<Row> {
  const size = elementBytes(layout);
  const strides = stridesOf(layout);
  const most = Math.max(1, Math.floor(STAGING_BYTES / size));
  for (let done = 0; done < request.columns; done += most) {
    const columns = Math.min(most, request.columns - done);
    const firstColumn = request.firstColumn + done;
    const index = line * strides.line + firstColumn + band * strides.band;
    const offset = layout.headerOffset_bytes + index * size;
    yield { offset, length: columns * size, line, firstColumn, columns, firstBand: band, bands: 1, chosen: place };
  }
}

/** BIP: pixels of one line from the first chosen band to the last, as many columns at once as staging holds. */
function* pixelRows(
  layout: EnviLayout,
  request: ReadRequest,
  line: number,
  firstBand: number,
  lastBand: number,
): Generator<Row> {
  const size = elementBytes(layout);
  const bands = lastBand - firstBand + 1;
  const most = Math.max(1, Math.floor(STAGING_BYTES / (layout.bands * size)));
  for (let done = 0; done < request.columns; done += most) {
    const columns = Math.min(most, request.columns - done);
    const firstColumn = request.firstColumn + done;
    const index = (line * layout.samples + firstColumn) * layout.bands + firstBand;
    const offset = layout.headerOffset_bytes + index * size;
    const length = ((columns - 1) * layout.bands + bands) * size;
    yield { offset, length, line, firstColumn, columns, firstBand, bands, chosen: -1 };
  }
}

function placeRow(layout: EnviLayout, request: ReadRequest, data: StoredNumbers, origin: number, row: Row): void {
  if (row.chosen === -1) {
    const { firstColumn, columns, firstBand, bands } = row;
    const strides = { lineStride: 0, columnStride: layout.bands, bandStride: 1 };
    scatter(request, {
      data,
      origin,
      firstLine: row.line,
      lines: 1,
      firstColumn,
      columns,
      firstBand,
      bands,
      ...strides,
    });
    return;
  }
  const step = request.lines * request.bands.length;
  let to =
    (row.firstColumn - request.firstColumn) * step + (row.line - request.firstLine) * request.bands.length + row.chosen;
  for (let column = 0; column < row.columns; column++, to += step) request.values[to] = Number(data[origin + column]);
}
