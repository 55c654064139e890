/**
 * Kysely over the one connection of an embedded session. A transaction holds the connection alone: Kysely's own PGlite
 * driver hands the same connection to everybody, so a query from elsewhere would slip into an open transaction.
 */
import {
  AbortedTransactionError,
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PGliteAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { EmbeddedSession } from './embedded-session.ts';

export function embeddedDialect(session: ExclusiveSession): Dialect {
  return {
    createAdapter: () => new PGliteAdapter(),
    createDriver: () => new EmbeddedDriver(session),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

/** A session that one caller has at a time. */
export interface ExclusiveSession {
  /** Waits for its turn; rejects when the holder keeps it too long. */
  acquire(): Promise<EmbeddedSession>;
  release(): void;
}

/** Longest wait for the connection [s]; longer means a caller inside a transaction waits for its own transaction. */
const TURN_WITHIN_S = 60;

export function exclusive(session: EmbeddedSession): ExclusiveSession {
  const waiting: (() => void)[] = [];
  let held = false;
  return {
    acquire: () => {
      if (!held) {
        held = true;
        return Promise.resolve(session);
      }
      return new Promise((resolve, reject) => {
        const turn = () => {
          clearTimeout(timer);
          resolve(session);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(turn), 1);
          reject(
            new Error(
              `The embedded database was held by one transaction for ${TURN_WITHIN_S} s. Inside a transaction, ` +
                'use the transaction, not the database: there is one connection.',
            ),
          );
        }, TURN_WITHIN_S * 1000);
        waiting.push(turn);
      });
    },
    release: () => {
      const next = waiting.shift();
      if (next === undefined) held = false;
      else next();
    },
  };
}

class EmbeddedDriver implements Driver {
  readonly #session: ExclusiveSession;
  constructor(session: ExclusiveSession) {
    this.#session = session;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return new EmbeddedConnection(await this.#session.acquire());
  }
  async releaseConnection(): Promise<void> {
    this.#session.release();
  }
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel === undefined ? '' : ` isolation level ${settings.isolationLevel}`;
    await connection.executeQuery(CompiledQuery.raw(`begin${level}`));
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { command } = await (connection as EmbeddedConnection).run(CompiledQuery.raw('commit'));
    // PostgreSQL answers COMMIT with ROLLBACK when a statement error had aborted the transaction.
    if (command === 'ROLLBACK') throw new AbortedTransactionError();
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
  async destroy(): Promise<void> {}
}

class EmbeddedConnection implements DatabaseConnection {
  readonly #session: EmbeddedSession;
  constructor(session: EmbeddedSession) {
    this.#session = session;
  }
  run(query: CompiledQuery) {
    return this.#session.query(query.sql, query.parameters);
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await this.run(query);
    return { rows: rows as unknown as R[], numAffectedRows: BigInt(affectedRows) };
  }
  // biome-ignore lint/correctness/useYield: the interface asks for it; the embedded database has no cursors
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming queries are not available on the embedded database.');
  }
}
