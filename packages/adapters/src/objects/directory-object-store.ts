/**
 * Bytes under their SHA-256, one file each: `aa/bb/<64 hex>`. A file appears whole or not at all, is never changed, and
 * is checked whenever it is read.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConflictError, type Digest, NotFoundError, type ObjectStore } from '@plumeline/core';

/** Largest object taken. Objects pass through memory whole; a flight's samples are megabytes, not gigabytes. */
export const LARGEST_OBJECT_BYTES = 1 << 30;

const DIGEST = /^[0-9a-f]{64}$/;

export interface DirectoryObjectStoreOptions {
  readonly directory: string;
  readonly largestObject_bytes?: number;
}

/** The stored bytes are not what they were: the disk failed or somebody changed them. */
export class TamperedObjectError extends Error {
  readonly digest: Digest;
  readonly path: string;
  constructor(digest: Digest, path: string, found: Digest) {
    super(
      `The stored object ${digest} no longer has the bytes it was stored with (they now have ${found}). ` +
        `Keep ${path} for inspection and ingest the original file again from its source.`,
    );
    this.name = 'TamperedObjectError';
    this.digest = digest;
    this.path = path;
  }
}

export class DirectoryObjectStore implements ObjectStore {
  readonly #directory: string;
  readonly #largest_bytes: number;

  constructor(options: DirectoryObjectStoreOptions) {
    this.#directory = options.directory;
    this.#largest_bytes = options.largestObject_bytes ?? LARGEST_OBJECT_BYTES;
  }

  /** @throws ConflictError `object-too-large`. When it returns, the bytes are on the disk. */
  async save(bytes: Uint8Array): Promise<Digest> {
    if (bytes.byteLength > this.#largest_bytes) {
      throw new ConflictError(
        'object-too-large',
        `A file of ${bytes.byteLength} bytes is larger than the ${this.#largest_bytes} bytes that are taken.`,
        'Split the file, or raise the limit of the object store.',
      );
    }
    const digest = sha256(bytes);
    const path = this.#pathOf(digest);
    if (await this.#holds(digest, path)) return digest;
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, bytes);
    return digest;
  }

  /** @throws NotFoundError; TamperedObjectError when the bytes no longer match. */
  async load(digest: Digest): Promise<Uint8Array> {
    const path = this.#pathOf(digest);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new NotFoundError('object', digest) : error;
    });
    const found = sha256(bytes);
    if (found !== digest) throw new TamperedObjectError(digest, path, found);
    return bytes;
  }

  async has(digest: Digest): Promise<boolean> {
    return DIGEST.test(digest) && existsSync(this.#pathOf(digest));
  }

  /** Whether the object is there and sound; a damaged one is written anew by `save`. */
  async #holds(digest: Digest, path: string): Promise<boolean> {
    const stored = await readFile(path).catch(() => undefined);
    return stored !== undefined && sha256(stored) === digest;
  }

  /** Only 64 hex digits ever become a path, so no name can lead out of the directory. */
  #pathOf(digest: Digest): string {
    if (!DIGEST.test(digest)) throw new NotFoundError('object', digest);
    return join(this.#directory, digest.slice(0, 2), digest.slice(2, 4), digest);
  }
}

/** Temporary file, fsync, rename: a reader sees the whole object or none, also after a power loss. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.part-${randomUUID()}`;
  try {
    const file = await open(fresh, 'wx', 0o444);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Makes the new name durable; some systems (Windows) cannot sync a directory and need not. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function sha256(bytes: Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}
