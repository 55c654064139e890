/** Files of a folder as `CubeFiles`, for tests and benchmarks. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource, CubeFiles } from '@plumeline/core';

export function diskFiles(folder: string): CubeFiles {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return {
    names,
    open: async (name) =>
      statSync(join(folder, name), { throwIfNoEntry: false })?.isFile()
        ? diskSource(join(folder, name), name)
        : undefined,
  };
}

export function diskSource(path: string, name = path): ByteSource & { close(): void; bytesRead: number } {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  const source = {
    name,
    size,
    bytesRead: 0,
    readNow: (offset: number, length: number, into?: Uint8Array): Uint8Array => {
      const count = Math.max(0, Math.min(length, size - offset));
      const bytes = into?.subarray(0, count) ?? new Uint8Array(count);
      let done = 0;
      while (done < bytes.length) {
        const got = readSync(descriptor, bytes, done, bytes.length - done, offset + done);
        if (got === 0) break;
        done += got;
      }
      source.bytesRead += done;
      return bytes.subarray(0, done);
    },
    read: async (offset: number, length: number, into?: Uint8Array): Promise<Uint8Array> =>
      source.readNow(offset, length, into),
    close: () => closeSync(descriptor),
  };
  return source;
}
