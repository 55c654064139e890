/** Text that the simulator writes and reads back is ASCII by construction; this package has no Web or Node types. */
export function asciiToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
    if (text.charCodeAt(i) > 0x7f) throw new RangeError(`Character ${text[i]} at ${i} is not ASCII.`);
  }
  return bytes;
}

export function bytesToAscii(bytes: Uint8Array): string {
  const CHUNK = 8192;
  let text = '';
  for (let from = 0; from < bytes.length; from += CHUNK)
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  return text;
}
