/** The lasting account of jobs. Fits `JobLedger` of adapters/jobs without naming it: adapters do not import each other. */
import { ConflictError, type Instant, type Job, NotFoundError, type Progress } from '@plumeline/core';
import { CompiledQuery, type Kysely, type Selectable, sql } from 'kysely';
import type { JobTable, Schema } from './schema.ts';

interface Attempt {
  readonly id: string;
  readonly number: number;
}

type Ending =
  | { readonly state: 'done'; readonly output: unknown }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'cancelled' };

interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

const QUEUED: Progress = { stage: 'queued', fraction: 0 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class PostgresJobLedger {
  readonly #tables: Kysely<Schema>;

  constructor(tables: Kysely<Schema>) {
    this.#tables = tables;
  }

  async add(
    job: { readonly id: string; readonly name: string; readonly input: unknown },
    alsoRun: readonly Statement[],
  ): Promise<void> {
    await this.#tables.transaction().execute(async (tables) => {
      await tables
        .insertInto('plumeline.job')
        .values({
          id: job.id,
          name: job.name,
          state: 'queued',
          ...QUEUED,
          input: JSON.stringify(job.input ?? null),
        })
        .execute();
      for (const { text, parameters } of alsoRun) {
        await tables.executeQuery(CompiledQuery.raw(text, [...parameters]));
      }
    });
  }

  async get(id: string): Promise<Job> {
    return jobOf(await this.#row(id));
  }

  async list(limit: number): Promise<Job[]> {
    const rows = await this.#tables
      .selectFrom('plumeline.job')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(jobOf);
  }

  async listOpen(): Promise<(Job & { readonly attempt: number })[]> {
    const rows = await this.#tables
      .selectFrom('plumeline.job')
      .selectAll()
      .where('state', 'in', ['queued', 'running'])
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ ...jobOf(row), attempt: row.attempt }));
  }

  async begin(id: string): Promise<Attempt | 'ended' | 'cancel-requested'> {
    const row = await this.#tables
      .updateTable('plumeline.job')
      .set((set) => ({
        state: 'running',
        stage: 'started',
        fraction: 0,
        detail: null,
        attempt: set('attempt', '+', 1),
      }))
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .returning(['attempt', 'cancel_requested'])
      .executeTakeFirst();
    if (row === undefined) return 'ended';
    const attempt = { id, number: row.attempt };
    if (!row.cancel_requested) return attempt;
    await this.end(attempt, { state: 'cancelled' });
    return 'cancel-requested';
  }

  async report(attempt: Attempt, progress: Progress): Promise<boolean> {
    const row = await this.#held(attempt)
      .set({
        stage: progress.stage,
        fraction: Math.min(1, Math.max(0, progress.fraction)),
        detail: progress.detail ?? null,
      })
      .returning('cancel_requested')
      .executeTakeFirst();
    return row !== undefined && !row.cancel_requested;
  }

  async mustStop(attempt: Attempt): Promise<boolean> {
    const row = await this.#row(attempt.id);
    return row.state !== 'running' || row.attempt !== attempt.number || row.cancel_requested;
  }

  async end(attempt: Attempt, ending: Ending): Promise<boolean> {
    const row = await this.#held(attempt)
      .set({
        state: ending.state,
        ended_at: sql<string>`clock_timestamp()`,
        ...(ending.state === 'done' ? { fraction: 1, output: JSON.stringify(ending.output ?? null) } : {}),
        ...(ending.state === 'failed' ? { error: ending.error } : {}),
      })
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  async requestCancel(id: string): Promise<'cancelled' | 'requested'> {
    const row = await this.#tables
      .updateTable('plumeline.job')
      .set({
        cancel_requested: true,
        state: sql`case state when 'queued' then 'cancelled' else state end`,
        ended_at: sql<string>`case state when 'queued' then clock_timestamp() end`,
      })
      .where('id', '=', (await this.#row(id)).id)
      .where('state', 'in', ['queued', 'running'])
      .returning('state')
      .executeTakeFirst();
    if (row !== undefined) return row.state === 'cancelled' ? 'cancelled' : 'requested';
    throw new ConflictError(
      'job-ended',
      `The job ${id} has ended and cannot be cancelled.`,
      'Nothing needs doing; its records, if any, are kept.',
    );
  }

  async #row(id: string): Promise<Selectable<JobTable>> {
    // A wrong form would be an error of the uuid type; to the caller it is simply not there.
    const row = UUID.test(id)
      ? await this.#tables.selectFrom('plumeline.job').selectAll().where('id', '=', id).executeTakeFirst()
      : undefined;
    if (row === undefined) throw new NotFoundError('job', id);
    return row;
  }

  #held(attempt: Attempt) {
    return this.#tables
      .updateTable('plumeline.job')
      .where('id', '=', attempt.id)
      .where('state', '=', 'running')
      .where('attempt', '=', attempt.number);
  }
}

function jobOf(row: Selectable<JobTable>): Job {
  const instant = (date: Date): Instant => date.toISOString();
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    progress: { stage: row.stage, fraction: row.fraction, ...(row.detail === null ? {} : { detail: row.detail }) },
    input: row.input,
    ...(row.state === 'done' ? { output: row.output } : {}),
    ...(row.error === null ? {} : { error: row.error }),
    createdAt: instant(row.created_at),
    ...(row.ended_at === null ? {} : { endedAt: instant(row.ended_at) }),
  };
}
