/** zlib streams unpacked by the platform, stopped at a limit: a damaged or hostile stream cannot fill the memory. */

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array }>;
  cancel(): Promise<void>;
}
interface Writer {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
/** Declared here because pure packages see no DOM or Node types; Node 18 and every browser have it. */
declare const DecompressionStream: new (
  format: 'deflate',
) => { readonly readable: { getReader(): Reader }; readonly writable: { getWriter(): Writer } };

/** At most `limit` bytes of a zlib stream; what follows is not unpacked. Rejects when the stream is damaged before. */
export async function inflateBounded(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  // A damaged stream rejects the reader as well; the writer's own rejection must not go unhandled.
  const written = writer
    .write(packed)
    .then(() => writer.close())
    .catch(() => undefined);
  const bytes = new Uint8Array(limit);
  let length = 0;
  while (length < limit) {
    const { done, value } = await reader.read();
    if (done || value === undefined) break;
    const part = value.subarray(0, limit - length);
    bytes.set(part, length);
    length += part.length;
  }
  await reader.cancel().catch(() => undefined);
  await written;
  return bytes.subarray(0, length);
}
