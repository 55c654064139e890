/** What the job queue needs of a database; `Database` of adapters/postgres fits. */
import type { Job, Progress } from '@plumeline/core';

export type ExecuteSql = (
  text: string,
  parameters?: readonly unknown[],
) => Promise<{ rows: Record<string, unknown>[] }>;

export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export interface JobDatabase {
  /** `embedded` means that no other process can be on it. */
  readonly kind: 'embedded' | 'server';
  readonly jobs: JobLedger;
  readonly execute: ExecuteSql;
  publish(channel: string, payload: string): Promise<void>;
  subscribe(channel: string, onPayload: (payload: string) => void, onGap?: () => void): Promise<() => Promise<void>>;
}

/** One taking-up of a job by a worker. Writes of an attempt that has been overtaken change nothing. */
export interface Attempt {
  readonly id: string;
  readonly number: number;
}

export type Ending =
  | { readonly state: 'done'; readonly output: unknown }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'cancelled' };

/** The lasting account of jobs, as the apps see them. pg-boss only hands the work out. */
export interface JobLedger {
  /** Writes the job as queued and runs the statements, in one transaction. */
  add(job: { id: string; name: string; input: unknown }, alsoRun: readonly Statement[]): Promise<void>;
  /** @throws NotFoundError */
  get(id: string): Promise<Job>;
  /** Newest first. */
  list(limit: number): Promise<Job[]>;
  /** Queued and running jobs, oldest first. */
  listOpen(): Promise<(Job & { readonly attempt: number })[]>;
  /** Takes a job up, or says why not: it has ended, or was to be cancelled. */
  begin(id: string): Promise<Attempt | 'ended' | 'cancel-requested'>;
  /** False when the attempt no longer holds the job or its cancellation was asked for. */
  report(attempt: Attempt, progress: Progress): Promise<boolean>;
  /** Whether somebody asked for this attempt to stop, or another has overtaken it. */
  mustStop(attempt: Attempt): Promise<boolean>;
  /** Ends the job; false when the attempt no longer holds it. */
  end(attempt: Attempt, ending: Ending): Promise<boolean>;
  /** A queued job is cancelled at once; a running one is asked to stop. @throws NotFoundError, ConflictError */
  requestCancel(id: string): Promise<'cancelled' | 'requested'>;
}
