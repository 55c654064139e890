/** How many columns are worked on at once, so that a stated memory is kept whatever the length of the line. */
import { kernelMemoryOf } from './retrieve-block.ts';
import type { RetrievalSettings } from './settings.ts';

/** Bytes a pixel of the maps: five maps of float64 and a detector's. */
const MAP_BYTES = 6 * 8;
/** What a thread's dead arrays take until they are collected: measured 30 MB; at most a quarter of a small budget. */
const COLLECTOR_BYTES = 40 * 2 ** 20;

export interface RetrievalPlan {
  /** Columns a block holds, a multiple of the group; the last block may hold fewer. */
  readonly columnsPerBlock: number;
  /** First column and number of columns of each block. */
  readonly blocks: readonly { readonly firstColumn: number; readonly columnCount: number }[];
  /** What one thread takes with such a block [byte]: radiance, masks, maps and kernel memory. */
  readonly blockMemory_byte: number;
}

export interface LineShape {
  readonly lineCount: number;
  readonly sampleCount: number;
  readonly bandCount: number;
  /** Bytes a radiance takes in the block: 4 or 8. */
  readonly bytesPerValue: 4 | 8;
}

/**
 * Splits a line's columns into blocks that `threadCount` threads can hold at once within `budget_byte`. Throws where one
 * group of columns alone is larger, and says what would do.
 */
export function planBlocks(
  shape: LineShape,
  settings: Pick<RetrievalSettings, 'method' | 'columnsPerGroup'>,
  { budget_byte, threadCount }: { readonly budget_byte: number; readonly threadCount: number },
): RetrievalPlan {
  const { lineCount, sampleCount, bandCount, bytesPerValue } = shape;
  const group = Math.min(settings.columnsPerGroup, sampleCount);
  const kernel = kernelMemoryOf(settings.method, group * lineCount, bandCount);
  const column = lineCount * (bandCount * bytesPerValue + 2 + MAP_BYTES);
  const share = Math.floor(budget_byte / threadCount);
  const room = share - Math.min(COLLECTOR_BYTES, share / 4) - kernel;
  const groups = Math.floor(room / (column * group));
  if (groups < 1) {
    const needed = Math.ceil(((4 / 3) * (kernel + column * group) * threadCount) / 2 ** 20);
    throw new RangeError(
      `One group of ${group} column(s) of ${lineCount} lines and ${bandCount} bands does not fit in the memory budget of ` +
        `${Math.floor(budget_byte / 2 ** 20)} MB for ${threadCount} thread(s). Give at least ${needed} MB, or fewer threads or columns a group.`,
    );
  }
  // No more than what gives every thread a block: a larger one only makes the last thread wait.
  const fair = Math.ceil(Math.ceil(sampleCount / threadCount) / group) * group;
  const columnsPerBlock = Math.min(groups * group, fair);
  const blocks = Array.from({ length: Math.ceil(sampleCount / columnsPerBlock) }, (_, k) => ({
    firstColumn: k * columnsPerBlock,
    columnCount: Math.min(columnsPerBlock, sampleCount - k * columnsPerBlock),
  }));
  return { columnsPerBlock, blocks, blockMemory_byte: kernel + column * columnsPerBlock };
}
