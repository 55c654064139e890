import type { Fault } from '@plumeline/core';

/** Where a reader stands and how it complains. */
export interface SpcSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly isLittle: boolean;
  readonly fault: (code: string, message: string, remedy: string, byte: number) => Fault;
}
