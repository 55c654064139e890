/** Packed words of a file to numbers. */
import type { StoredNumbers } from './fill-block.ts';

export interface WordType {
  readonly word: 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float32' | 'float64';
  readonly wordBytes: number;
  readonly words: 1 | 2;
}

export type ComplexPart = 'real' | 'imaginary' | 'magnitude';

const ARRAYS = {
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Numbers of packed words. Bytes are copied only where alignment or byte order asks for it; the input stays as it is. */
export function toNumbers(
  bytes: Uint8Array,
  type: WordType,
  littleEndian: boolean,
  complexAs: ComplexPart = 'magnitude',
): StoredNumbers {
  const swap = littleEndian !== HOST_IS_LITTLE_ENDIAN && type.wordBytes > 1;
  const isAligned = bytes.byteOffset % type.wordBytes === 0;
  const own = swap || !isAligned ? new Uint8Array(bytes) : bytes; // Not slice(): Node's Buffer would share.
  if (swap) swapWords(own, type.wordBytes);
  const words = new ARRAYS[type.word](
    own.buffer as ArrayBuffer,
    own.byteOffset,
    Math.floor(own.length / type.wordBytes),
  );
  return type.words === 1 ? words : complexPart(words as Float32Array | Float64Array, complexAs);
}

function swapWords(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const kept = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = kept;
    }
  }
}

function complexPart(words: Float32Array | Float64Array, part: ComplexPart): Float64Array {
  const numbers = new Float64Array(words.length / 2);
  for (let index = 0; index < numbers.length; index++) {
    const real = words[2 * index]!;
    const imaginary = words[2 * index + 1]!;
    numbers[index] = part === 'real' ? real : part === 'imaginary' ? imaginary : Math.hypot(real, imaginary);
  }
  return numbers;
}
