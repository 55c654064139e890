/** A PostgreSQL server (15 or later, with PostGIS), shared by as many processes as there is work for. */
import { ConflictError } from '@plumeline/core';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database, OpenOptions } from './database.ts';
import { PostgresJobLedger } from './job-ledger.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';
import { ServerListener } from './server-listener.ts';

const OLDEST_VERSION = 150_000;
/** Connections a process holds at most; PostgreSQL's default allows 100 in all. */
const POOL_SIZE = 10;

/** @throws ConflictError when the server is too old, lacks PostGIS, or its schema belongs to another version. */
export async function openServer(url: string, options: OpenOptions): Promise<Database> {
  options.onProgress?.('connecting to the PostgreSQL server');
  const settings = { connectionString: url, application_name: 'plumeline', keepAlive: true };
  const pool = new pg.Pool({ ...settings, max: POOL_SIZE, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    await migrateServer(pool, options.migrations);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const listener = new ServerListener(settings);
  const tables = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return {
    kind: 'server',
    tables,
    jobs: new PostgresJobLedger(tables),
    execute: (text, parameters) => execute(pool, text, parameters),
    publish: async (channel, payload) => {
      await pool.query('select pg_notify($1, $2)', [channel, payload]);
    },
    subscribe: (channel, onPayload, onGap) => listener.subscribe(channel, onPayload, onGap),
    setAddress: () => {},
    onEnd: () => {},
    close: async () => {
      await listener.close();
      await tables.destroy();
    },
  };
}

async function migrateServer(pool: pg.Pool, migrations: OpenOptions['migrations']): Promise<void> {
  const client = await pool.connect().catch((error: Error) => {
    const { host, port, database } = new pg.Client({ connectionString: pool.options.connectionString });
    throw new Error(
      `The PostgreSQL server at ${host}:${port} (database ${database}) cannot be used: ${error.message}. ` +
        'Check that it runs and that DATABASE_URL is right.',
      { cause: error },
    );
  });
  try {
    const { rows } = await client.query<{ version: number; name: string }>(
      "select current_setting('server_version_num')::int as version, current_setting('server_version') as name",
    );
    if ((rows[0]?.version ?? 0) < OLDEST_VERSION) {
      throw new ConflictError(
        'server-too-old',
        `The PostgreSQL server is version ${rows[0]?.name}; Plumeline needs 15 or later.`,
        'Upgrade the server, or leave DATABASE_URL unset to use the embedded database.',
      );
    }
    await client.query('begin');
    await migrate(async (text, parameters) => rowsOf(await client.query(text, parameters && [...parameters])), {
      shared: true,
      migrations,
    });
    await client.query('commit');
    client.release();
  } catch (error) {
    // The connection goes with its open transaction.
    client.release(true);
    throw error;
  }
}

async function execute(pool: pg.Pool, text: string, parameters?: readonly unknown[]) {
  const client = await pool.connect();
  let failed = true;
  try {
    // Without parameters the simple protocol runs, which takes several statements and answers with several results.
    const result = await client.query(text, parameters?.length ? [...parameters] : undefined);
    failed = false;
    return { rows: rowsOf(result) };
  } finally {
    // A failed batch may have left its own `begin` open: such a connection is not used again.
    client.release(failed);
  }
}

function rowsOf(result: pg.QueryResult | pg.QueryResult[]): Record<string, unknown>[] {
  return [result].flat().flatMap((one) => one.rows as Record<string, unknown>[]);
}
