import type { ByteSource, CubeFiles } from '@plumeline/core';
import { cubeError } from './cube-fault.ts';

/** Bytes already in memory as a source. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  const cut = (offset: number, length: number): Uint8Array => bytes.subarray(offset, Math.max(offset, offset + length));
  return { name, size: bytes.length, read: async (offset, length) => cut(offset, length), readNow: cut };
}

/** Files in memory, by path. */
export function memoryFiles(contents: Readonly<Record<string, Uint8Array | string>>): CubeFiles {
  const files = new Map(
    Object.entries(contents).map(([name, content]) => [
      name,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  return {
    names: [...files.keys()],
    open: async (name) => {
      const bytes = files.get(name);
      return bytes === undefined ? undefined : bytesSource(name, bytes);
    },
  };
}

/** Exactly `length` bytes. @throws InputError naming the byte at which the file ends. */
export async function readExactly(
  source: ByteSource,
  offset: number,
  length: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  const bytes = await source.read(offset, length, into);
  if (bytes.length === length) return bytes;
  throw cubeError(
    source.name,
    'cube-file-truncated',
    `Wanted ${length} bytes at byte ${offset}, got ${bytes.length}: the file ends early.`,
    'Copy the file again from its origin and compare its size.',
    offset + bytes.length,
  );
}

/** A whole small file. @throws InputError above `limit_bytes`, so that a wrong file cannot fill the memory. */
export async function readWhole(source: ByteSource, limit_bytes: number): Promise<Uint8Array> {
  if (source.size > limit_bytes) {
    throw cubeError(
      source.name,
      'cube-file-too-large',
      `The file has ${source.size} bytes; at most ${limit_bytes} are expected here.`,
      'Check that this is the right file.',
    );
  }
  return readExactly(source, 0, source.size);
}
