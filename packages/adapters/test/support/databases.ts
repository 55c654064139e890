/** The databases a suite runs on: the embedded one always, a PostgreSQL server where one is given or installed. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, type OpenOptions, openDatabase } from '@plumeline/adapters/postgres';
import pg from 'pg';
import { afterAll } from 'vitest';
import { findServerPrograms, startThrowawayCluster } from './throwaway-cluster.ts';

/** One empty database of a test file; `open` may be called again after `close`, and on a server at the same time. */
export interface TestDatabase {
  readonly options: OpenOptions;
  open(): Promise<Database>;
}

const givenUrl = process.env.PLUMELINE_TEST_DATABASE_URL ?? process.env.DATABASE_URL;
const serverPrograms = findServerPrograms();

/** False where neither a URL is given nor PostgreSQL with PostGIS is installed: server suites are skipped, visibly. */
export const hasServer = givenUrl !== undefined || serverPrograms !== undefined;

/** For `describe.each`: name, whether it can run here, and how to make an empty one. */
export const DATABASES: readonly {
  readonly name: 'embedded' | 'server';
  readonly available: boolean;
  readonly create: () => Promise<TestDatabase>;
}[] = [
  { name: 'embedded', available: true, create: createEmbedded },
  { name: 'server', available: hasServer, create: createServer },
];

/** A folder that is removed when the file's tests have run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plumeline-test-'));
  cleanups.push(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  // Last made, first removed: databases before their server.
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function createEmbedded(): Promise<TestDatabase> {
  return testDatabase({ dataDirectory: join(temporaryFolder(), 'database') });
}

let server: Promise<string> | undefined;

async function createServer(): Promise<TestDatabase> {
  server ??= serverUrl();
  const administration = await server;
  const name = `plumeline_test_${randomUUID().slice(0, 8)}`;
  await administer(administration, `create database ${name}`);
  cleanups.push(() => administer(administration, `drop database ${name} with (force)`));
  const url = new URL(administration.replace('@/', '@localhost/'));
  url.pathname = `/${name}`;
  return testDatabase({ url: url.href });
}

async function serverUrl(): Promise<string> {
  if (givenUrl !== undefined) return givenUrl;
  if (serverPrograms === undefined) throw new Error('There is no PostgreSQL server here: check `available` first.');
  const cluster = await startThrowawayCluster(serverPrograms);
  cleanups.push(() => cluster.stop());
  return cluster.url;
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function testDatabase(options: OpenOptions): TestDatabase {
  const opened = new Set<Database>();
  cleanups.push(async () => {
    for (const database of opened) await database.close().catch(() => {});
  });
  return {
    options,
    open: async () => {
      const database = await openDatabase(options);
      opened.add(database);
      return database;
    },
  };
}
