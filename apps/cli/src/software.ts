import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Top of the checkout: the launcher says, else from where this file stands. */
export const ROOT = resolve(process.env.PLUMELINE_ROOT ?? join(import.meta.dirname, '..', '..', '..'));

/** Where `plumeline server` listens unless told otherwise. */
export const DEFAULT_SERVER = `http://127.0.0.1:${process.env.PLUMELINE_PORT ?? '4780'}`;

/** Version string that records carry, e.g. `plumeline 0.1.0`. */
export function softwareVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return `plumeline ${version}`;
}
