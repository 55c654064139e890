/**
 * Durable jobs on pg-boss, embedded or on a server. pg-boss hands the work out and notices dead workers; the ledger in
 * our own table says what the apps see. A job is taken up again when its worker died, not when its handler threw: an
 * error of the handler is an answer. Handlers are idempotent, because a worker may die after its last write.
 */
import { randomUUID } from 'node:crypto';
import type { Cancellation, Job, JobQueue, ReportProgress } from '@plumeline/core';
import { CancelledError } from '@plumeline/core';
import { type Db, PgBoss } from 'pg-boss';
import { AttemptRun } from './attempt-run.ts';
import { JobChanges } from './job-changes.ts';
import type { JobDatabase, Statement } from './job-database.ts';

export interface JobQueueOptions {
  /** Jobs of one name that this process works on at a time. */
  readonly concurrency?: number;
  /** A server's worker that is silent for this long is taken for dead [s], at least 10. */
  readonly heartbeat_s?: number;
  /** Faults of the queue itself, e.g. a lost connection; the queue goes on. */
  readonly onError?: (error: Error) => void;
}

type Handle = (input: unknown, report: ReportProgress, cancellation: Cancellation) => Promise<unknown>;

/**
 * How often a job is taken up before its workers' deaths are blamed on it. A person who stops and starts the server
 * over and over counts too, so it is well above what patience allows.
 */
export const MOST_ATTEMPTS = 50;
/** Computing blocks the event loop and with it the heartbeat: a minute is far above any single step. */
const DEFAULT_HEARTBEAT_S = 60;
/** No job may run longer; pg-boss asks for less than a day. */
const LONGEST_JOB_S = 12 * 3600;
/** How long `stop` waits for handlers to notice [ms]. */
const STOP_WITHIN_MS = 10_000;

export class PgBossJobQueue implements JobQueue {
  readonly #database: JobDatabase;
  readonly #options: JobQueueOptions;
  readonly #boss: PgBoss;
  readonly #changes: JobChanges;
  readonly #queues = new Map<string, Promise<void>>();
  readonly #running = new Map<string, AttemptRun>();
  readonly #workers = new Map<string, string>();
  #stopping = false;

  private constructor(database: JobDatabase, options: JobQueueOptions) {
    this.#database = database;
    this.#options = options;
    const heartbeat_s = options.heartbeat_s ?? DEFAULT_HEARTBEAT_S;
    this.#boss = new PgBoss({
      db: { executeSql: (text, values) => database.execute(text, values) },
      backend: database.kind === 'embedded' ? 'pglite' : 'postgres',
      schema: 'pgboss',
      schedule: false,
      superviseIntervalSeconds: Math.ceil(heartbeat_s / 4),
      monitorIntervalSeconds: Math.ceil(heartbeat_s / 4),
      // The embedded database has no autovacuum to watch and one connection to rebuild indexes on.
      ...(database.kind === 'embedded' ? { monitorVacuum: false, reindex: false } : {}),
    });
    const onError = (error: Error) => options.onError?.(error);
    this.#boss.on('error', onError);
    this.#changes = new JobChanges(database, (job) => this.#onChange(job), onError);
  }

  /** Prepares the queue's tables and starts listening; jobs run once `work` says how. */
  static async start(database: JobDatabase, options: JobQueueOptions = {}): Promise<PgBossJobQueue> {
    const queue = new PgBossJobQueue(database, options);
    await queue.#boss.start();
    await queue.#changes.start();
    if (database.kind === 'embedded') await queue.#freeOrphans();
    return queue;
  }

  /** Stops taking up jobs and asks running ones to stop; they are taken up again by the next worker. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const run of this.#running.values()) run.abort();
    await this.#boss.stop({ graceful: true, timeout: STOP_WITHIN_MS, close: false });
    await this.#changes.stop();
  }

  async enqueue(name: string, input: unknown): Promise<string> {
    await this.#ensureQueue(name);
    const id = randomUUID();
    // One transaction: a job that is acknowledged is in both tables, and a job that is not is in neither.
    await this.#database.jobs.add({ id, name, input }, await this.#sendStatements(name, id));
    await this.#changes.publish(id);
    return id;
  }

  async work(name: string, handle: Handle): Promise<void> {
    await this.#ensureQueue(name);
    const options = { batchSize: 1, localConcurrency: this.#options.concurrency ?? 1, pollingIntervalSeconds: 2 };
    const workerId = await this.#boss.work(name, options, async ([job]) => {
      if (job !== undefined) await this.#run(job.id, job.signal, handle);
    });
    this.#workers.set(name, workerId);
  }

  get(id: string): Promise<Job> {
    return this.#database.jobs.get(id);
  }

  list(limit: number): Promise<Job[]> {
    return this.#database.jobs.list(limit);
  }

  /** @throws NotFoundError; ConflictError `job-ended`. Returns once asked for: a running job stops at its next look. */
  async cancel(id: string): Promise<void> {
    const outcome = await this.#database.jobs.requestCancel(id);
    const { name } = await this.#database.jobs.get(id);
    if (outcome === 'cancelled') {
      await this.#ensureQueue(name);
      await this.#boss.cancel(name, id);
    }
    await this.#changes.publish(id);
  }

  watch(onChange: (job: Job) => void): () => void {
    return this.#changes.watch(onChange);
  }

  async #run(id: string, signal: AbortSignal, handle: Handle): Promise<void> {
    const jobs = this.#database.jobs;
    const attempt = await jobs.begin(id);
    await this.#changes.publish(id);
    if (attempt === 'ended' || attempt === 'cancel-requested') return;
    if (attempt.number > MOST_ATTEMPTS) {
      const error = `The job's worker ended ${MOST_ATTEMPTS} times before the job did; it is not tried again.`;
      await jobs.end(attempt, { state: 'failed', error });
      await this.#changes.publish(id);
      return;
    }
    const run = new AttemptRun({ attempt, jobs, signal, onWritten: () => this.#changes.publish(id) });
    this.#running.set(id, run);
    try {
      const { input } = await jobs.get(id);
      const ending = await run.outcome(() => handle(input, run.report, run.cancellation));
      // On shutdown the job is handed back: throwing makes pg-boss offer it to the next worker.
      if (this.#stopping && ending.state === 'cancelled') throw new CancelledError('The worker is stopping.');
      await jobs.end(attempt, ending);
    } finally {
      run.close();
      this.#running.delete(id);
      if (!this.#stopping) await this.#changes.publish(id);
    }
  }

  /** The embedded database has one process, this one: whatever ran before its start has no worker any more. */
  async #freeOrphans(): Promise<void> {
    for (const job of await this.#database.jobs.listOpen()) {
      if (job.state !== 'running') continue;
      await this.#ensureQueue(job.name);
      await this.#boss.fail(job.name, job.id, { message: 'The process that worked on it ended.' });
    }
  }

  #onChange(job: Job): void {
    void this.#running.get(job.id)?.look();
    const workerId = this.#workers.get(job.name);
    if (job.state === 'queued' && workerId !== undefined) this.#boss.notifyWorker(workerId);
  }

  /**
   * What pg-boss would run to queue the job. It is not given our transaction to run it in: `send` may also look its
   * queue up on its own connection, and the embedded database has only the one that the transaction holds.
   */
  async #sendStatements(name: string, id: string): Promise<Statement[]> {
    const statements: Statement[] = [];
    const recorder: Db = {
      executeSql: async (text, parameters = []) => {
        statements.push({ text, parameters });
        return { rows: [{ id }] };
      },
    };
    await this.#boss.send(name, {}, { id, db: recorder });
    return statements;
  }

  #ensureQueue(name: string): Promise<void> {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const heartbeat = this.#options.heartbeat_s ?? DEFAULT_HEARTBEAT_S;
    const made = this.#boss.createQueue(name, {
      retryLimit: MOST_ATTEMPTS,
      retryDelay: 0,
      expireInSeconds: LONGEST_JOB_S,
      // One process holds the embedded database, so a living holder is a living worker.
      ...(this.#database.kind === 'embedded' ? {} : { heartbeatSeconds: heartbeat }),
    });
    this.#queues.set(name, made);
    made.catch(() => this.#queues.delete(name));
    return made;
  }
}
