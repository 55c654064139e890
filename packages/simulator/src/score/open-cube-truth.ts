/** Reader of the sealed truth of exercise cubes; beside that of flights, as only scoring may open either. */
import { type Digest, digestOf } from '@plumeline/core';
import { asciiToBytes, bytesToAscii } from '../ascii.ts';
import { CUBE_SEAL_HEADER, type SealedCubeTruth } from '../cube/sealed-truth.ts';
import { applyKeyStream } from '../seal.ts';

/** @throws RangeError when the bytes are no sealed cube truth, or not the one whose digest was stated. */
export function openCubeTruth(bytes: Uint8Array, digest: Digest): SealedCubeTruth {
  const header = asciiToBytes(CUBE_SEAL_HEADER);
  if (header.some((value, i) => bytes[i] !== value))
    throw new RangeError('This is not the sealed truth of an exercise cube: its first line is missing.');
  const plain = applyKeyStream(bytes.subarray(header.length));
  if (digestOf(plain) !== digest)
    throw new RangeError('The sealed truth is not the one that the briefing committed to; it was changed or swapped.');
  return JSON.parse(bytesToAscii(plain)) as SealedCubeTruth;
}
