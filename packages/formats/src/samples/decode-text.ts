import { type Fault, InputError } from '@plumeline/core';
import { decodeUtf8Strictly } from './text-codec.ts';

/** Largest text file that is read [bytes]; an hour of 100 Hz data is about 30 MB. JavaScript strings end near 512 MB. */
export const MAX_TEXT_BYTES = 256 * 1024 * 1024;
/** How much of the start is searched for the zero bytes of binary files and UTF-16. */
const PROBE_BYTES = 4096;

/**
 * Text of a file in UTF-8, with or without byte order mark.
 * @throws InputError for empty, oversized, binary and UTF-16 files, and for bytes that are not UTF-8 (with their place).
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  const refuse = (code: string, message: string, remedy: string, place: Fault['place'] = { file }): never => {
    throw new InputError([{ code, message, remedy, place }]);
  };
  if (bytes.length === 0) refuse('file-empty', 'The file is empty.', 'Copy it again from the instrument.');
  if (bytes.length > MAX_TEXT_BYTES) {
    refuse(
      'file-too-large',
      `The file has ${bytes.length} bytes; the limit is ${MAX_TEXT_BYTES}.`,
      'Split it by flight or by hour.',
    );
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    refuse('encoding-utf16', 'The file is in UTF-16.', 'Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").');
  }
  const zero = bytes.subarray(0, PROBE_BYTES).indexOf(0);
  if (zero >= 0) {
    refuse('file-binary', 'The file is not text.', 'Export the samples as text, or choose another file.', {
      file,
      byte: zero,
    });
  }
  try {
    return decodeUtf8Strictly(bytes);
  } catch {
    const byte = firstInvalidByte(bytes);
    return refuse(
      'encoding-unknown',
      'The file holds bytes that are not UTF-8.',
      'Save it as UTF-8; if it was cut off in transfer, copy it again.',
      { file, byte, row: 1 + bytes.subarray(0, byte).reduce((rows, value) => rows + (value === 10 ? 1 : 0), 0) },
    );
  }
}

/** Offset of the first byte that breaks UTF-8, by bisection over prefixes decoded as a stream. */
function firstInvalidByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      decodeUtf8Strictly(bytes.subarray(0, middle), true);
      good = middle;
    } catch {
      bad = middle;
    }
  }
  // A character that is not completed begins up to three bytes before the byte that breaks it.
  for (let start = good; start > good - 4 && start > 0; start--) {
    try {
      decodeUtf8Strictly(bytes.subarray(0, start));
      return start;
    } catch {}
  }
  return good;
}
