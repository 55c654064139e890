/**
 * A guard for HDF5 2.0's global heap (file format specification III.E): the library steps through a collection by the
 * size of each object, cut to 32 bits, and a damaged size of nothing, or one that wraps round, keeps it stepping for
 * ever without a read that could be counted.
 */

const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c];
const HEADER_BYTES = 16;
const OBJECT_HEADER_BYTES = 16;
/** Collections are a few kilobytes; an object larger than this would not be an attribute. */
const MAX_COLLECTION_BYTES = 1 << 30;

/** True when `bytes` begin a collection whose objects do not lead to its end. */
export function isEndlessHeap(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES || SIGNATURE.some((byte, index) => bytes[index] !== byte)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = Number(view.getBigUint64(8, true));
  if (declared > MAX_COLLECTION_BYTES) return true;
  const end = Math.min(bytes.length, declared);
  for (let at = HEADER_BYTES; at + OBJECT_HEADER_BYTES <= end; ) {
    const isFree = view.getUint16(at, true) === 0;
    const size = Number(view.getBigUint64(at + 8, true));
    const step = isFree ? size : OBJECT_HEADER_BYTES + Math.ceil(size / 8) * 8;
    if (step < OBJECT_HEADER_BYTES || at + step > declared) return true;
    at += step;
  }
  return false;
}
