import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Digest, RecordId, RecordKind } from './model.ts';

/** Lower-case hex SHA-256 (FIPS 180-4) of bytes. Pure JavaScript: for megabytes, not for gigabytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return bytesToHex(sha256(bytes));
}

const ID_PREFIX: Record<RecordKind, string> = {
  recording: 'rec',
  detection: 'det',
  'source-estimate': 'est',
  'null-result': 'nul',
  site: 'sit',
};
const ID_HEX_DIGITS = 20;

/** Id of a record from what it is made of: the same input with the same software has the same id. */
export function recordIdOf(kind: RecordKind, content: unknown): RecordId {
  return `${ID_PREFIX[kind]}-${digestOf(utf8ToBytes(JSON.stringify(content))).slice(0, ID_HEX_DIGITS)}`;
}
