import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryObjectStore, TamperedObjectError } from '@plumeline/adapters/objects';
import { digestOf, NotFoundError } from '@plumeline/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { temporaryFolder } from './support/databases.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

function open(options: { largestObject_bytes?: number } = {}) {
  const directory = join(temporaryFolder(), 'objects');
  const pathOf = (digest: string) => join(directory, digest.slice(0, 2), digest.slice(2, 4), digest);
  return { directory, pathOf, store: new DirectoryObjectStore({ directory, ...options }) };
}

it('gives back any bytes under their SHA-256', async () => {
  const { store } = open();
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
    const digest = await store.save(bytes);
    expect(digest).toBe(digestOf(bytes));
    expect(new Uint8Array(await store.load(digest))).toEqual(bytes);
    expect(await store.has(digest)).toBe(true);
  });
  await fc.assert(property, { numRuns: 30, seed: 3 });
});

it('keeps the same bytes once, also when many save them at the same time', async () => {
  const { store, directory, pathOf } = open();
  const bytes = new Uint8Array(1_000_000).fill(7);
  const digests = await Promise.all(Array.from({ length: 10 }, () => store.save(bytes)));
  expect(new Set(digests)).toEqual(new Set([digestOf(bytes)]));
  expect(filesIn(directory).map((entry) => join(entry.parentPath, entry.name))).toEqual([pathOf(digestOf(bytes))]);
  expect(statSync(pathOf(digestOf(bytes))).mode & 0o222).toBe(0);
});

it('says when stored bytes have changed, and heals when the original comes again', async () => {
  const { store, pathOf } = open();
  const digest = await store.save(bytesOf('original'));
  chmodSync(pathOf(digest), 0o644);
  writeFileSync(pathOf(digest), 'tampered');
  const error = await store.load(digest).catch((caught) => caught);
  expect(error).toBeInstanceOf(TamperedObjectError);
  expect(error.message).toContain(digest);
  expect(error.message).toContain(pathOf(digest));
  expect(error.message).toContain('ingest the original file again');
  expect(await store.save(bytesOf('original'))).toBe(digest);
  expect(Buffer.from(await store.load(digest)).toString()).toBe('original');
});

it.each([
  ['a name that leads out', '../../../../etc/passwd'],
  ['a name in capitals', 'A'.repeat(64)],
  ['a short name', 'ab'],
  ['an empty name', ''],
  ['a digest nobody saved', 'a'.repeat(64)],
])('%s is not there', async (_, digest) => {
  const { store } = open();
  await expect(store.load(digest)).rejects.toThrow(NotFoundError);
  expect(await store.has(digest)).toBe(false);
});

it('names its limit', async () => {
  const { store, directory } = open({ largestObject_bytes: 8 });
  await store.save(bytesOf('12345678'));
  const error = await store.save(bytesOf('123456789')).catch((caught) => caught);
  expect(error).toMatchObject({ code: 'object-too-large' });
  expect(error.message).toBe('A file of 9 bytes is larger than the 8 bytes that are taken.');
  expect(filesIn(directory)).toHaveLength(1);
});

it('leaves nothing half-written when the disk refuses', async () => {
  const { store, directory, pathOf } = open();
  const digest = digestOf(bytesOf('blocked'));
  // A folder in the file's place makes the last step, the rename, fail.
  await store.save(bytesOf('other'));
  mkdirSync(join(pathOf(digest), 'in-the-way'), { recursive: true });
  await expect(store.save(bytesOf('blocked'))).rejects.toThrow();
  expect(filesIn(directory)).toHaveLength(1);
  expect(existsSync(pathOf(digest))).toBe(true);
  expect(readFileSync(pathOf(digestOf(bytesOf('other'))), 'utf8')).toBe('other');
});
