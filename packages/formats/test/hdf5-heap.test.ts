import { describe, expect, it } from 'vitest';
import { isEndlessHeap } from '../src/hdf5/global-heap.ts';

/** A collection of 64 bytes: one object of 10 bytes, then free space to the end. */
function collection(objectSize: bigint, freeSize: bigint, declared = 64n): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x43, 0x4f, 0x4c, 1]);
  view.setBigUint64(8, declared, true);
  view.setUint16(16, 1, true);
  view.setBigUint64(24, objectSize, true);
  view.setBigUint64(56, freeSize, true);
  return bytes;
}

describe('global heap guard', () => {
  it.each([
    ['a sound collection', collection(10n, 16n), false],
    ['bytes that are none', new Uint8Array(64), false],
    ['free space of nothing', collection(10n, 0n), true],
    ['an object past the end', collection(100n, 16n), true],
    ['an object whose size wraps round in 32 bits', collection(0xfffffff0n, 16n), true],
    ['a size of 2^63', collection(2n ** 63n, 16n), true],
    ['a collection larger than any', collection(10n, 16n, 2n ** 40n), true],
  ])('%s', (_what, bytes, expected) => {
    expect(isEndlessHeap(bytes)).toBe(expected);
  });
});
