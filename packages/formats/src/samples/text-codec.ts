/** The platform's UTF-8 codec, declared here because pure packages see no DOM or Node types. */

interface Decoder {
  decode(bytes: Uint8Array, options?: { stream?: boolean }): string;
}
declare const TextDecoder: new (encoding: 'utf-8', options?: { fatal?: boolean }) => Decoder;
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/** @throws TypeError where bytes are not UTF-8; with `partial`, a character cut off at the end is no fault. */
export function decodeUtf8Strictly(bytes: Uint8Array, partial = false): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: partial });
}

/** Text with U+FFFD for what is not UTF-8: for a look at a file, not for its data. */
export function decodeUtf8Loosely(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
