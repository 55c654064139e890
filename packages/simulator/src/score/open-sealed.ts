/** The one reader of sealed files. Only scoring may import it: a test walks the repository for others. */
import { digestOf, InputError } from '@plumeline/core';
import { bytesToAscii } from '../ascii.ts';
import { applyKeyStream, SEAL_HEADER, SEALED_FILE_NAME, type SealedTruth } from '../seal.ts';

/** The part of the briefing that the truth must agree with. */
export interface Commitment {
  readonly name: string;
  readonly digest: string;
}

/** @throws InputError when the bytes are not a sealed file, or not the one that the briefing committed to. */
export function openSealed(sealed: Uint8Array, commitment: Commitment): SealedTruth {
  const refuse = (code: string, message: string, remedy: string): never => {
    throw new InputError([{ code, message, remedy, place: { file: SEALED_FILE_NAME } }]);
  };
  if (bytesToAscii(sealed.subarray(0, SEAL_HEADER.length)) !== SEAL_HEADER) {
    refuse(
      'exercise-not-sealed',
      'The file is not a sealed truth of an exercise.',
      'Give the truth.sealed that was made with the exercise.',
    );
  }
  const plain = applyKeyStream(sealed.subarray(SEAL_HEADER.length));
  const digest = digestOf(plain);
  if (digest !== commitment.digest) {
    refuse(
      'exercise-commitment',
      `The truth has the digest ${digest.slice(0, 12)}..., the briefing of ${commitment.name} committed to ${commitment.digest.slice(0, 12)}....`,
      'The truth was changed or belongs to another exercise: use the files as they were made together.',
    );
  }
  return JSON.parse(bytesToAscii(plain)) as SealedTruth;
}

/** @throws InputError when the briefing is not one of an exercise. */
export function readCommitment(briefing: Uint8Array): Commitment {
  const text = bytesToAscii(briefing);
  try {
    const content = JSON.parse(text);
    const { name, truth, exercise } = content;
    if (exercise === true && typeof name === 'string' && typeof truth?.digest === 'string')
      return { name, digest: truth.digest };
  } catch {
    // Told below: to whoever reads the message, not JSON and not a briefing are the same.
  }
  throw new InputError([
    {
      code: 'exercise-briefing',
      message: 'The briefing is not that of an exercise: it has no exercise flag, name or commitment.',
      remedy: 'Give the briefing.json that was made with the exercise.',
      place: { file: 'briefing.json' },
    },
  ]);
}
