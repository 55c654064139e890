import type { CubeBlock } from '@plumeline/core';
import type { ColumnBlock } from './retrieve-block.ts';

/**
 * A reader's block as retrieval takes it, without copying the spectra. Every masked pixel stays without a number, the
 * saturated ones too: a clipped spectrum is a lower bound, and its depth of absorption means nothing.
 */
export function toColumnBlock(block: CubeBlock): ColumnBlock {
  return {
    radiance: block.values,
    columnCount: block.columns,
    lineCount: block.lines,
    bandCount: block.bands.length,
    valid: Uint8Array.from(block.mask, (bits) => (bits === 0 ? 1 : 0)),
  };
}
