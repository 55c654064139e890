/** A cube's files on disk, read at random: the file with what lies beside it, or a Zarr folder with all in it. */

import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { ByteSource, CubeFiles } from '@plumeline/core';

/** Names that a cube can have; anything else is a flight's samples. */
const CUBE_NAME = /\.(hdr|bil|bip|bsq|img|nc|nc4|h5|hdf5?|he5|tiff?|zarr)$/i;

export interface DiskCube {
  readonly folder: string;
  /** Name in the folder. */
  readonly name: string;
}

/** The cube at a path, or the only ENVI cube in a folder; undefined when the path holds no cube. */
export function findCube(path: string): DiskCube | undefined {
  const full = resolve(path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isDirectory()) return CUBE_NAME.test(full) ? { folder: dirname(full), name: basename(full) } : undefined;
  if (isZarr(full)) return { folder: dirname(full), name: basename(full) };
  const headers = readdirSync(full).filter((name) => /\.hdr$/i.test(name));
  return headers.length === 1 ? { folder: full, name: headers[0]! } : undefined;
}

function isZarr(folder: string): boolean {
  return ['zarr.json', '.zgroup', '.zarray', '.zmetadata'].some((name) => existsSync(join(folder, name)));
}

/** Opened files stay open until `close`. */
export function openDisk({ folder, name }: DiskCube): CubeFiles & { close(): void } {
  const descriptors: number[] = [];
  return {
    names: namesOf(folder, name),
    open: async (path) => {
      const full = join(folder, path);
      if (statSync(full, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
      const descriptor = openSync(full, 'r');
      descriptors.push(descriptor);
      return sourceOf(descriptor, path);
    },
    close: () => {
      for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    },
  };
}

/** Files beside the cube, and all that a Zarr folder holds. */
function namesOf(folder: string, name: string): string[] {
  const beside = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const inside = statSync(join(folder, name)).isDirectory()
    ? readdirSync(join(folder, name), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    : [];
  return [...beside, ...inside].map((entry) =>
    relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'),
  );
}

function sourceOf(descriptor: number, name: string): ByteSource {
  const { size } = fstatSync(descriptor);
  const readNow = (offset: number, length: number, into?: Uint8Array): Uint8Array => {
    const count = Math.max(0, Math.min(length, size - offset));
    const bytes = into?.subarray(0, count) ?? new Uint8Array(count);
    let done = 0;
    while (done < bytes.length) {
      const got = readSync(descriptor, bytes, done, bytes.length - done, offset + done);
      if (got === 0) break;
      done += got;
    }
    return bytes.subarray(0, done);
  };
  return { name, size, readNow, read: async (offset, length, into) => readNow(offset, length, into) };
}

/** SHA-256 of a file of any size. */
export async function digestFile(path: string): Promise<{ readonly digest: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { digest: hash.digest('hex'), bytes };
}
