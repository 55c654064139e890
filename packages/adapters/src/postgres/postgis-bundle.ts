/**
 * PGlite loads every library of an extension's archive whenever it opens: 48 MB of WASM for PostGIS with raster and
 * topology, of which Plumeline uses a third. A running database gets an archive with the core library and the
 * projection data alone; opening takes half the time. Making a cluster still needs the whole archive (its SQL).
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const KEPT = /(\/postgis-3\.so|\/postgis\.control|^share\/proj\/.*)$/;

/** Path of the small archive in the cache; made when it is not there. */
export function ensureRuntimeBundle(cacheDirectory: string): string {
  const bundle = join(cacheDirectory, `postgis-runtime-${installedVersion('@electric-sql/pglite-postgis')}.tar.gz`);
  if (existsSync(bundle)) return bundle;
  mkdirSync(cacheDirectory, { recursive: true });
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-postgis');
  const small = keepEntries(gunzipSync(readFileSync(join(dirname(entry), 'postgis.tar.gz'))), KEPT);
  const fresh = `${bundle}.part-${process.pid}`;
  // Not compressed: unpacking costs more than reading.
  writeFileSync(fresh, gzipSync(small, { level: 0 }));
  renameSync(fresh, bundle);
  return bundle;
}

export function installedVersion(packageName: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName);
  const text = readFileSync(join(dirname(dirname(entry)), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const BLOCK = 512;

/** The entries of a tar archive (POSIX ustar) whose path matches, block for block. */
function keepEntries(tar: Uint8Array, kept: RegExp): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK);
    const prefix = textAt(header, 345, 155);
    const path = `${prefix === '' ? '' : `${prefix}/`}${textAt(header, 0, 100)}`;
    const size = Number.parseInt(textAt(header, 124, 12), 8);
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (kept.test(path)) parts.push(tar.subarray(at, end));
    at = end;
  }
  if (parts.length === 0) throw new Error('The PostGIS package has another layout than expected: nothing was kept.');
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]);
}

function textAt(header: Uint8Array, start: number, length: number): string {
  return Buffer.from(header.subarray(start, start + length))
    .toString('latin1')
    .split('\0', 1)[0]!
    .trim();
}
