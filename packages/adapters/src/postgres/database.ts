/** The database as the other parts of this package use it: the same on the embedded one and on a server. */
import type { Kysely } from 'kysely';
import type { PostgresJobLedger } from './job-ledger.ts';
import type { Migration } from './migrations.ts';
import type { Schema } from './schema.ts';

export interface Database {
  readonly kind: 'embedded' | 'server';
  /** Typed queries. On the embedded database a transaction holds the only connection: use the transaction inside it. */
  readonly tables: Kysely<Schema>;
  /** The account of jobs, for adapters/jobs. */
  readonly jobs: PostgresJobLedger;
  /** Raw SQL, for libraries that bring their own. Several statements at once only without parameters. */
  execute(text: string, parameters?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  /** Tells every process on this database; the payload is at most 4 kB. */
  publish(channel: string, payload: string): Promise<void>;
  /**
   * Hears what is published from now on. `onGap` is called when messages may have been missed (a lost connection):
   * read the state anew. The returned function ends it.
   */
  subscribe(channel: string, onPayload: (payload: string) => void, onGap?: () => void): Promise<() => Promise<void>>;
  /** Writes where this process serves into the lock of the data directory, for the message a second process gets. */
  setAddress(address: string): void;
  /** Calls back once if the database ends before `close`, e.g. because the watchdog stopped it. */
  onEnd(callback: (error: Error) => void): void;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** PostgreSQL server; the embedded database in `dataDirectory` when absent. */
  readonly url?: string;
  readonly dataDirectory?: string;
  /** Where cluster templates are kept; node_modules/.cache/plumeline when absent. */
  readonly cacheDirectory?: string;
  /** Longest time one statement may take on the embedded database before its worker is ended [s]; 120 when absent. */
  readonly answerWithin_s?: number;
  /** Other migrations than this version's own, to test upgrades. */
  readonly migrations?: readonly Migration[];
  /** One line of text a step, for people who wait. */
  readonly onProgress?: (what: string) => void;
}
