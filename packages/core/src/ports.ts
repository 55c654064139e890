/** What the pipeline needs from the world, in domain words. Adapters implement these; tests use memory. */
import type { Digest, Instant, PlumelineRecord, RecordId, RecordKind } from './model.ts';

/** Time of day, for stamps on work. Never read by a step whose output must be reproducible. */
export interface Clock {
  now(): Instant;
}

/** Original bytes, kept for ever under their SHA-256. */
export interface ObjectStore {
  /** Stores bytes whole or not at all; storing the same bytes twice is one object. */
  save(bytes: Uint8Array): Promise<Digest>;
  /** @throws NotFoundError; Error when the stored bytes no longer match their digest. */
  load(digest: Digest): Promise<Uint8Array>;
  has(digest: Digest): Promise<boolean>;
}

/** Records with their provenance. A batch is stored whole or not at all; storing the same id again changes nothing. */
export interface RecordStore {
  save(records: readonly PlumelineRecord[]): Promise<void>;
  load(id: RecordId): Promise<PlumelineRecord>;
  /** Newest first; `extent` keeps what touches [west, south, east, north] degrees. */
  list<K extends RecordKind>(kind: K, filter?: RecordFilter): Promise<Extract<PlumelineRecord, { kind: K }>[]>;
  /** The record and everything it came from, nearest first, each once. */
  trace(id: RecordId): Promise<PlumelineRecord[]>;
  /** Names a stored object as belonging to a record, e.g. `model-series`; saving the same name again replaces it. */
  attach(id: RecordId, name: string, digest: Digest): Promise<void>;
  attachment(id: RecordId, name: string): Promise<Digest | undefined>;
}

export interface RecordFilter {
  readonly exercise?: boolean;
  readonly extent?: readonly [number, number, number, number];
  readonly recordingId?: RecordId;
  readonly limit?: number;
}

/** How far a piece of work has come. `fraction` in [0, 1]; `stage` is a key the apps translate. */
export interface Progress {
  readonly stage: string;
  readonly fraction: number;
  readonly detail?: string;
}

/** Asked between steps of long work; a DOM or Node AbortSignal fits. */
export interface Cancellation {
  readonly aborted: boolean;
}

export type ReportProgress = (progress: Progress) => void;

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** One piece of queued work as the apps see it. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  readonly progress: Progress;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
}

/** Durable work: survives a killed process, is retried elsewhere, can be watched and cancelled. */
export interface JobQueue {
  enqueue(name: string, input: unknown): Promise<string>;
  work(
    name: string,
    handle: (input: unknown, report: ReportProgress, cancellation: Cancellation) => Promise<unknown>,
  ): Promise<void>;
  get(id: string): Promise<Job>;
  list(limit: number): Promise<Job[]>;
  cancel(id: string): Promise<void>;
  /** Calls back on every change until the returned function is called. */
  watch(onChange: (job: Job) => void): () => void;
}
