/** The embedded database: PGlite with PostGIS in a worker thread, one process a data directory. */
import { EventEmitter } from 'node:events';
import { join, resolve } from 'node:path';
import { Kysely } from 'kysely';
import { ensureCluster, usableCacheDirectory } from './cluster-template.ts';
import type { Database, OpenOptions } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { type ExclusiveSession, embeddedDialect, exclusive } from './embedded-dialect.ts';
import { DatabaseEndedError, type EmbeddedSession, startSession } from './embedded-session.ts';
import { PostgresJobLedger } from './job-ledger.ts';
import { migrate } from './migrate.ts';
import { ensureRuntimeBundle } from './postgis-bundle.ts';
import type { Schema } from './schema.ts';

/** Longest a statement may take [s]: far above any query of ours, short enough that a person still waits. */
const ANSWER_WITHIN_S = 120;

/** @throws ConflictError when another process has the directory, or its schema belongs to another version. */
export async function openEmbedded(options: OpenOptions & { readonly dataDirectory: string }): Promise<Database> {
  const directory = resolve(options.dataDirectory);
  const onProgress = options.onProgress ?? (() => {});
  const lock = lockDirectory(directory);
  try {
    const clusterDirectory = join(directory, 'cluster');
    const cacheDirectory = options.cacheDirectory ?? usableCacheDirectory(directory);
    await ensureCluster({ clusterDirectory, cacheDirectory, onProgress });
    onProgress('opening the embedded database');
    const onEnd = new EventEmitter();
    const session = startSession({
      clusterDirectory,
      postgisBundle: ensureRuntimeBundle(cacheDirectory),
      answerWithin_s: options.answerWithin_s ?? ANSWER_WITHIN_S,
      // The worker is gone, so the cluster is free: give the lock back even if nobody calls close().
      onEnd: () => {
        lock.release();
        onEnd.emit('end');
      },
    });
    const turns = exclusive(session);
    await migrateEmbedded(turns, options.migrations);
    return embeddedDatabase({ turns, onEnd, setAddress: lock.setAddress });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function migrateEmbedded(turns: ExclusiveSession, migrations: OpenOptions['migrations']): Promise<void> {
  await withSession(turns, async (session) => {
    await session.query('begin', []);
    try {
      await migrate(
        async (text, parameters) =>
          (await (parameters === undefined ? session.batch(text) : session.query(text, parameters))).rows,
        { shared: false, migrations },
      );
      await session.query('commit', []);
    } catch (error) {
      await session.close().catch(() => {});
      throw error;
    }
  });
}

interface EmbeddedParts {
  readonly turns: ExclusiveSession;
  readonly onEnd: EventEmitter;
  readonly setAddress: (address: string) => void;
}

function embeddedDatabase({ turns, onEnd, setAddress }: EmbeddedParts): Database {
  // One process has the directory, so its own emitter reaches everybody; PGlite's NOTIFY would stop at the thread.
  const messages = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
  let closing = false;
  const tables = new Kysely<Schema>({ dialect: embeddedDialect(turns) });
  return {
    kind: 'embedded',
    tables,
    jobs: new PostgresJobLedger(tables),
    execute: (text, parameters) =>
      withSession(turns, async (own) => {
        try {
          const run = parameters?.length ? own.query(text, parameters) : own.batch(text);
          return { rows: [...(await run).rows] };
        } catch (error) {
          // A failed batch may leave its own `begin` open and would poison the next caller's statement.
          if (!(error instanceof DatabaseEndedError)) await own.query('rollback', []);
          throw error;
        }
      }),
    publish: async (channel, payload) => {
      messages.emit(channel, payload);
    },
    subscribe: async (channel, onPayload) => {
      messages.on(channel, onPayload);
      return async () => {
        messages.off(channel, onPayload);
      };
    },
    setAddress,
    onEnd: (callback) => {
      onEnd.once('end', () => {
        if (!closing) callback(new DatabaseEndedError('its thread stopped or did not answer.'));
      });
    },
    close: async () => {
      closing = true;
      // After the turn is given back, late callers get DatabaseEndedError at once.
      await withSession(turns, (own) => own.close());
    },
  };
}

async function withSession<T>(turns: ExclusiveSession, work: (session: EmbeddedSession) => Promise<T>): Promise<T> {
  const session = await turns.acquire();
  try {
    return await work(session);
  } finally {
    turns.release();
  }
}
