/** One block of columns of a cube through a published filter: what a thread of `plumeline retrieve` does. */
import { type CubeReader, MASK_REASONS, type MaskReason, PIXEL_MASK } from '@plumeline/core';
import {
  type BlockRetrieval,
  COLUMN_FAULTS,
  createMatrixKernels,
  type MatrixKernels,
  type RetrievalSettings,
  retrieveBlock,
  toColumnBlock,
} from '@plumeline/numerics';
import type { BandTarget } from './gas-target.ts';

export interface ColumnSpan {
  readonly firstColumn: number;
  readonly columnCount: number;
}

/** What a span gave: [line x column of the span], NaN where there is no number, and why columns have none. */
export interface RetrievedColumns extends ColumnSpan {
  readonly values: Float64Array;
  readonly faults: readonly { readonly firstColumn: number; readonly columnCount: number; readonly reason: string }[];
  readonly masked: Readonly<Record<MaskReason, number>>;
}

/** What a thread keeps from block to block, so that memory does not grow with the line. */
export interface ColumnWork {
  readonly kernels: MatrixKernels;
  values: Float64Array;
  mask: Uint8Array;
  maps: BlockRetrieval | undefined;
}

export function columnWork(): ColumnWork {
  return { kernels: createMatrixKernels(), values: new Float64Array(0), mask: new Uint8Array(0), maps: undefined };
}

/** The amount [ppm m], or the statistic of a detector, of the span's pixels. @throws InputError of the reader. */
export async function retrieveColumns(
  reader: CubeReader,
  { firstColumn, columnCount }: ColumnSpan,
  target: BandTarget,
  settings: RetrievalSettings,
  work: ColumnWork = columnWork(),
): Promise<RetrievedColumns> {
  const { lines } = reader.header;
  const pixels = lines * columnCount;
  if (work.mask.length < pixels) {
    work.values = new Float64Array(pixels * target.bands.length);
    work.mask = new Uint8Array(pixels);
  }
  const values = work.values.subarray(0, pixels * target.bands.length);
  const mask = work.mask.subarray(0, pixels);
  const window = { firstLine: 0, lines, firstColumn, columns: columnCount };
  await reader.read({ ...window, bands: target.bands, values, mask });
  const block = toColumnBlock({ ...window, bands: target.bands, values, mask });
  const maps = retrieveBlock(block, target.absorption, settings, work.kernels, work.maps);
  work.maps = maps;
  const from = maps.statistic.length > 0 ? maps.statistic : maps.amount_ppmm;
  const out = new Float64Array(pixels);
  for (let column = 0; column < columnCount; column++)
    for (let line = 0; line < lines; line++) out[line * columnCount + column] = from[column * lines + line]!;
  return {
    firstColumn,
    columnCount,
    values: out,
    faults: maps.backgrounds.flatMap(({ fault, firstColumn: first, columnCount: count }) =>
      fault === undefined
        ? []
        : [{ firstColumn: firstColumn + first, columnCount: count, reason: COLUMN_FAULTS[fault] }],
    ),
    masked: countMasked(mask),
  };
}

/** Pixels that each reason masks. */
export function countMasked(mask: Uint8Array): Record<MaskReason, number> {
  const counts: Record<MaskReason, number> = { noData: 0, nonFinite: 0, saturated: 0, flat: 0 };
  for (const bits of mask)
    if (bits !== 0) for (const reason of MASK_REASONS) if ((bits & PIXEL_MASK[reason]) !== 0) counts[reason]++;
  return counts;
}
