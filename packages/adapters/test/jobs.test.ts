import { type JobQueueOptions, MOST_ATTEMPTS, PgBossJobQueue } from '@plumeline/adapters/jobs';
import type { Database } from '@plumeline/adapters/postgres';
import { CancelledError, type Job, type JobState } from '@plumeline/core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startChild } from './support/child.ts';
import { DATABASES, hasServer, type TestDatabase } from './support/databases.ts';

const queues: PgBossJobQueue[] = [];
async function startQueue(database: Database, options: JobQueueOptions = {}): Promise<PgBossJobQueue> {
  const onError = (error: Error) => console.error('queue:', error);
  const queue = await PgBossJobQueue.start(database, { onError, ...options });
  queues.push(queue);
  return queue;
}
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.stop();
});

/** Resolves with the first change of a job that fits, or the job itself when it fits already. */
async function until(queue: PgBossJobQueue, id: string, fits: (job: Job) => boolean): Promise<Job> {
  let stop = () => {};
  const change = new Promise<Job>((resolve) => {
    stop = queue.watch((job) => {
      if (job.id === id && fits(job)) resolve(job);
    });
  });
  const now = await queue.get(id);
  const job = fits(now) ? now : await change;
  stop();
  return job;
}
const untilState = (queue: PgBossJobQueue, id: string, state: JobState) =>
  until(queue, id, (job) => job.state === state);
const WAIT = { timeout: 20_000, interval: 20 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(DATABASES)('job queue on the $name database', ({ available, create }) => {
  let source: TestDatabase;
  let database: Database;
  let nextName = 0;
  const freshName = () => `job-${nextName++}`;
  beforeAll(async () => {
    if (!available) return;
    source = await create();
    database = await source.open();
  });
  const test = it.skipIf(!available);

  test('runs a job and keeps its input, output and last progress', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    await queue.work(name, async (input, report) => {
      for (let step = 1; step <= 50; step++) report({ stage: 'reading', fraction: step / 100, detail: `row ${step}` });
      return { read: input };
    });
    const id = await queue.enqueue(name, { files: ['a'], nothing: null });
    const job = await untilState(queue, id, 'done');
    expect(job).toMatchObject({
      name,
      input: { files: ['a'], nothing: null },
      output: { read: { files: ['a'], nothing: null } },
      progress: { stage: 'reading', fraction: 1, detail: 'row 50' },
    });
    expect(Date.parse(job.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(job.createdAt));
    expect(job).not.toHaveProperty('error');
  });

  test('tells every change in order, also while the handler works and another watcher throws', async () => {
    const faults: string[] = [];
    const queue = await startQueue(database, { onError: (error) => faults.push(error.message) });
    const name = freshName();
    const heard: Job[] = [];
    const stops = [
      queue.watch(() => {
        throw new Error('a watcher throws');
      }),
      queue.watch((job) => {
        if (job.name === name) heard.push(job);
      }),
    ];
    const { gate, open } = makeGate();
    await queue.work(name, async (_, report) => {
      report({ stage: 'waiting', fraction: 0.25 });
      await gate;
    });
    const id = await queue.enqueue(name, 1);
    await until(queue, id, (job) => job.progress.fraction === 0.25);
    open();
    await vi.waitFor(() => expect(heard.at(-1)?.state).toBe('done'), WAIT);
    for (const stop of stops) stop();
    // Changes that follow closely may be told as one, but never out of order.
    const order = heard.map((job) => ['queued', 'running', 'done'].indexOf(job.state));
    expect(order).toEqual(order.toSorted());
    expect(heard.map((job) => job.progress.fraction)).toContain(0.25);
    expect(faults).toContain('a watcher throws');
  });

  test('an error of the handler is the answer: failed, with its text, not tried again', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    let runs = 0;
    await queue.work(name, async (_, report) => {
      runs++;
      report({ stage: 'reading', fraction: 0.5 });
      throw new Error('flight.csv, row 3: the unit ppx is not known.');
    });
    const job = await untilState(queue, await queue.enqueue(name, {}), 'failed');
    expect(job).toMatchObject({ error: 'flight.csv, row 3: the unit ppx is not known.', progress: { fraction: 0.5 } });
    await pause(1000);
    expect(runs).toBe(1);
  });

  test('an output that is not JSON is a failure, not a job without end', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    await queue.work(name, async () => ({ count: 1n }));
    const job = await untilState(queue, await queue.enqueue(name, {}), 'failed');
    expect(job.error).toMatch(/BigInt/);
  });

  test('cancels a queued job before anybody works on it', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    const id = await queue.enqueue(name, {});
    await queue.cancel(id);
    const job = await queue.get(id);
    expect(job.state).toBe('cancelled');
    expect(job.endedAt).toBeDefined();
    let ran = false;
    await queue.work(name, async () => {
      ran = true;
    });
    await pause(1000);
    expect(ran).toBe(false);
    await expect(queue.cancel(id)).rejects.toMatchObject({ code: 'job-ended' });
  });

  test('stops a running handler that looks at its cancellation and reports nothing', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    await queue.work(name, async (_, report, cancellation) => {
      report({ stage: 'computing', fraction: 0.1 });
      while (!cancellation.aborted) await pause(5);
      throw new CancelledError();
    });
    const id = await queue.enqueue(name, {});
    await until(queue, id, (job) => job.progress.fraction === 0.1);
    const asked = performance.now();
    await queue.cancel(id);
    const job = await untilState(queue, id, 'cancelled');
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(job).not.toHaveProperty('error');
    expect(job).not.toHaveProperty('output');
  });

  test('a handler that finishes in spite of a late cancellation is done', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    const { gate, open } = makeGate();
    await queue.work(name, async () => {
      await gate;
      return 'finished';
    });
    const id = await queue.enqueue(name, {});
    await untilState(queue, id, 'running');
    await queue.cancel(id);
    open();
    expect((await untilState(queue, id, 'done')).output).toBe('finished');
  });

  test('a CancelledError that nobody asked for is a failure', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    await queue.work(name, async () => {
      throw new CancelledError('gave up by itself');
    });
    expect((await untilState(queue, await queue.enqueue(name, {}), 'failed')).error).toBe('gave up by itself');
  });

  test('lists newest first, up to the limit, and knows no other ids', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    const ids: string[] = [];
    for (let number = 0; number < 3; number++) ids.push(await queue.enqueue(name, number));
    expect((await queue.list(2)).map((job) => job.id)).toEqual([ids[2], ids[1]]);
    await expect(queue.get('nonsense')).rejects.toThrow('There is no job with id nonsense.');
    await expect(queue.cancel('00000000-0000-0000-0000-000000000000')).rejects.toThrow('There is no job');
  });

  test('a queue that stops hands its running job back, and the next one finishes it', async () => {
    const name = freshName();
    const first = await startQueue(database);
    await first.work(name, async (_, _report, cancellation) => {
      while (!cancellation.aborted) await pause(5);
      throw new CancelledError();
    });
    const id = await first.enqueue(name, {});
    await untilState(first, id, 'running');
    await first.stop();
    expect((await first.get(id)).state).toBe('running');
    const second = await startQueue(database);
    await second.work(name, async () => 'finished by the second');
    expect((await untilState(second, id, 'done')).output).toBe('finished by the second');
  });

  test('gives up on a job whose workers keep dying', async () => {
    const queue = await startQueue(database);
    const name = freshName();
    const id = await queue.enqueue(name, {});
    await database.execute('update plumeline.job set attempt = $1::int where id = $2::uuid', [MOST_ATTEMPTS, id]);
    await queue.work(name, async () => 'never');
    expect((await untilState(queue, id, 'failed')).error).toContain(`worker ended ${MOST_ATTEMPTS} times`);
  });

  test('the writes of a worker that was taken for dead change nothing', async () => {
    const queue = await startQueue(database);
    const id = await queue.enqueue(freshName(), {});
    const ghost = await database.jobs.begin(id);
    const living = await database.jobs.begin(id);
    if (typeof ghost === 'string' || typeof living === 'string') throw new Error('The job could not be begun twice.');
    expect(await database.jobs.report(ghost, { stage: 'x', fraction: 0.9 })).toBe(false);
    expect(await database.jobs.mustStop(ghost)).toBe(true);
    expect(await database.jobs.end(ghost, { state: 'failed', error: 'ghost' })).toBe(false);
    expect(await database.jobs.mustStop(living)).toBe(false);
    expect(await database.jobs.end(living, { state: 'done', output: 1 })).toBe(true);
    expect(await queue.get(id)).toMatchObject({ state: 'done', output: 1 });
    expect(await database.jobs.begin(id)).toBe('ended');
  });
});

describe('a killed worker', () => {
  it.skipIf(!hasServer)('loses its job to another process on the same server', async () => {
    const source = await createOn('server');
    const database = await source.open();
    const queue = await startQueue(database, { heartbeat_s: 10 });
    const id = await queue.enqueue('slow', { number: 1 });
    const worker = startChild('./job-worker.ts', JSON.stringify(source.options));
    expect(await worker.nextLine()).toBe('ready');
    expect(await worker.nextLine()).toBe('began {"number":1}');
    // What another process does is told here.
    await until(queue, id, (job) => job.progress.fraction === 0.5);
    await worker.kill();
    await queue.work('slow', async (input) => ({ finished: input }));
    const job = await untilState(queue, id, 'done');
    expect(job.output).toEqual({ finished: { number: 1 } });
  });

  it('has its job taken up by the next process on the same embedded directory', async () => {
    const source = await createOn('embedded');
    const first = await source.open();
    const before = await startQueue(first);
    const id = await before.enqueue('slow', { number: 2 });
    await before.stop();
    await first.close();
    const worker = startChild('./job-worker.ts', JSON.stringify(source.options));
    expect([await worker.nextLine(), await worker.nextLine()].toSorted()).toEqual(['began {"number":2}', 'ready']);
    await worker.kill();
    const database = await source.open();
    const queue = await startQueue(database);
    expect((await queue.get(id)).state).toBe('running');
    const inputs: unknown[] = [];
    await queue.work('slow', async (input) => {
      inputs.push(input);
      return 'finished';
    });
    expect((await untilState(queue, id, 'done')).output).toBe('finished');
    expect(inputs).toEqual([{ number: 2 }]);
  });
});

function makeGate(): { gate: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { gate: promise, open: resolve };
}

async function createOn(name: 'embedded' | 'server'): Promise<TestDatabase> {
  const database = DATABASES.find((one) => one.name === name);
  if (database === undefined) throw new Error(`There is no ${name} database.`);
  return database.create();
}
