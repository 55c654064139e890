/**
 * Making a PGlite cluster costs seconds (initdb, PostGIS's SQL); copying a made one costs a fraction. The first fresh
 * directory on a machine therefore bakes a template beside the installed packages, and later ones copy it.
 */
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startSession } from './embedded-session.ts';
import { installedVersion } from './postgis-bundle.ts';

/** Longest time baking may take without an answer [s]; a slow laptop takes about 30. */
const BAKE_WITHIN_S = 300;

export interface ClusterOptions {
  /** Where the cluster has to be (PGDATA). */
  readonly clusterDirectory: string;
  /** Where templates are kept. */
  readonly cacheDirectory: string;
  readonly onProgress: (what: string) => void;
}

/** Makes the cluster if it is not there: whole or not at all, however the process ends. The caller holds the lock. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { clusterDirectory } = options;
  if (existsSync(join(clusterDirectory, 'PG_VERSION'))) return;
  const parts = partsOf(clusterDirectory);
  for (const leftover of parts) rmSync(leftover, { recursive: true, force: true });
  const fresh = `${clusterDirectory}.part-${process.pid}`;
  const template = await templateIn(options);
  options.onProgress('copying the database template');
  cpSync(template, fresh, { recursive: true });
  renameSync(fresh, clusterDirectory);
}

/**
 * Where templates are kept unless told: `.cache/plumeline` in the node_modules folder that PGlite is installed in, or
 * in the data directory where the installation belongs to somebody else.
 */
export function usableCacheDirectory(dataDirectory: string): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const modules = entry.slice(0, entry.lastIndexOf(join('@electric-sql', 'pglite')));
  const shared = join(modules, '.cache', 'plumeline');
  try {
    mkdirSync(shared, { recursive: true });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    return join(dataDirectory, 'cache');
  }
}

/** Bakes the template unless it is there; two processes at once both bake, and one of the results is kept. */
async function templateIn({ cacheDirectory, onProgress }: ClusterOptions): Promise<string> {
  const template = join(cacheDirectory, `cluster-${templateKey()}`);
  if (existsSync(join(template, 'PG_VERSION'))) return template;
  onProgress('preparing the embedded database (once on this machine)');
  mkdirSync(cacheDirectory, { recursive: true });
  for (const leftover of partsOf(template))
    if (isAbandoned(leftover)) rmSync(leftover, { recursive: true, force: true });
  const fresh = `${template}.part-${process.pid}`;
  await bake(fresh);
  try {
    renameSync(fresh, template);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process was faster; a directory that is not empty is never replaced by rename.
    if (!existsSync(join(template, 'PG_VERSION'))) throw error;
  }
  return template;
}

async function bake(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const session = startSession({ clusterDirectory: directory, answerWithin_s: BAKE_WITHIN_S, onEnd: () => {} });
  await session.batch('create extension postgis');
  await session.close();
}

/** Templates depend on nothing but the two packages that make them. */
function templateKey(): string {
  return ['@electric-sql/pglite', '@electric-sql/pglite-postgis'].map(installedVersion).join('-');
}

function partsOf(directory: string): string[] {
  const parent = dirname(directory);
  if (!existsSync(parent)) return [];
  const prefix = `${directory}.part-`;
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((path) => path.startsWith(prefix));
}

/** A template under way is younger than an hour; anything older was left by a killed process. */
function isAbandoned(directory: string): boolean {
  return Date.now() - statSync(directory).mtimeMs > 3_600_000;
}
