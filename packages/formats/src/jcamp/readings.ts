/** What reading a block's table gives: points with warnings, or the faults that refuse it. */
import type { Fault } from '@plumeline/core';

export interface PointTable {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface Readings {
  readonly points?: PointTable;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}
