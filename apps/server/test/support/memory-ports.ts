/** Ports in memory, with the same promises as the real ones, for tests of the HTTP layer. */
import {
  type Cancellation,
  ConflictError,
  digestOf,
  type Job,
  type JobQueue,
  NotFoundError,
  type ObjectStore,
  type PlumelineRecord,
  type RecordFilter,
  type RecordKind,
  type RecordStore,
  type ReportProgress,
} from '@plumeline/core';

export class MemoryObjects implements ObjectStore {
  readonly kept = new Map<string, Uint8Array>();
  async save(bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    this.kept.set(digest, bytes);
    return digest;
  }
  async load(digest: string): Promise<Uint8Array> {
    const bytes = this.kept.get(digest);
    if (bytes === undefined) throw new NotFoundError('object', digest);
    return bytes;
  }
  async has(digest: string): Promise<boolean> {
    return this.kept.has(digest);
  }
}

export class MemoryRecords implements RecordStore {
  readonly kept = new Map<string, PlumelineRecord>();
  readonly attached = new Map<string, string>();
  /** Set to make every call fail, as a lost database does. */
  broken = false;

  async save(records: readonly PlumelineRecord[]): Promise<void> {
    for (const record of records) if (!this.kept.has(record.id)) this.kept.set(record.id, record);
  }
  async load(id: string): Promise<PlumelineRecord> {
    const record = this.kept.get(id);
    if (record === undefined) throw new NotFoundError('record', id);
    return record;
  }
  async list<K extends RecordKind>(
    kind: K,
    filter: RecordFilter = {},
  ): Promise<Extract<PlumelineRecord, { kind: K }>[]> {
    if (this.broken) throw new Error('connection to secret-host lost');
    const all = [...this.kept.values()].filter((record) => record.kind === kind && matches(record, filter));
    return all.reverse().slice(0, filter.limit) as Extract<PlumelineRecord, { kind: K }>[];
  }
  async trace(id: string): Promise<PlumelineRecord[]> {
    const found: PlumelineRecord[] = [await this.load(id)];
    for (const record of found) {
      for (const origin of record.provenance.derivedFrom) {
        if (!found.some((each) => each.id === origin)) found.push(await this.load(origin));
      }
    }
    return found;
  }
  async attach(id: string, name: string, digest: string): Promise<void> {
    this.attached.set(`${id} ${name}`, digest);
  }
  async attachment(id: string, name: string): Promise<string | undefined> {
    return this.attached.get(`${id} ${name}`);
  }
}

function matches(record: PlumelineRecord, { exercise, extent, recordingId }: RecordFilter): boolean {
  if (exercise !== undefined && record.exercise !== exercise) return false;
  if (recordingId !== undefined && !recordingsOf(record).includes(recordingId)) return false;
  if (extent === undefined) return true;
  const [west, south, east, north] = boxOf(record);
  return west <= extent[2] && east >= extent[0] && south <= extent[3] && north >= extent[1];
}

function recordingsOf(record: PlumelineRecord): readonly string[] {
  if (record.kind === 'recording') return [record.id];
  return record.kind === 'detection' ? [record.recordingId] : record.recordingIds;
}

function boxOf(record: PlumelineRecord): readonly [number, number, number, number] {
  if (record.kind === 'recording') return record.extent;
  if (record.kind === 'null-result') return [-180, -90, 180, 90];
  const { lat, lon } = record.kind === 'detection' ? record.peakPosition : record.position;
  return [lon, lat, lon, lat];
}

type Handler = (input: unknown, report: ReportProgress, cancellation: Cancellation) => Promise<unknown>;

/** Runs a job as soon as somebody works on its queue; `idle()` waits for all. */
export class MemoryJobs implements JobQueue {
  readonly #jobs = new Map<string, Job>();
  readonly #handlers = new Map<string, Handler>();
  readonly #cancelled = new Set<string>();
  readonly #watchers = new Set<(job: Job) => void>();
  readonly #running = new Set<Promise<void>>();

  async enqueue(name: string, input: unknown): Promise<string> {
    const id = `job-${this.#jobs.size + 1}`;
    const progress = { stage: 'queued', fraction: 0 };
    this.#put({ id, name, state: 'queued', progress, input, createdAt: '2026-01-01T00:00:00.000Z' });
    this.#start(id);
    return id;
  }
  async work(name: string, handle: Handler): Promise<void> {
    this.#handlers.set(name, handle);
    for (const job of this.#jobs.values()) if (job.state === 'queued') this.#start(job.id);
  }
  async get(id: string): Promise<Job> {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new NotFoundError('job', id);
    return job;
  }
  async list(limit: number): Promise<Job[]> {
    return [...this.#jobs.values()].reverse().slice(0, limit);
  }
  async cancel(id: string): Promise<void> {
    const job = await this.get(id);
    if (job.state !== 'queued' && job.state !== 'running') {
      throw new ConflictError('job-ended', `Job ${id} has ended.`, 'Upload the files again to repeat it.');
    }
    this.#cancelled.add(id);
    this.#put({ ...job, state: 'cancelled', endedAt: '2026-01-01T00:00:01.000Z' });
  }
  watch(onChange: (job: Job) => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #put(job: Job): void {
    this.#jobs.set(job.id, job);
    for (const watcher of this.#watchers) watcher(job);
  }

  #start(id: string): void {
    const handle = this.#handlers.get(this.#jobs.get(id)!.name);
    if (handle === undefined) return;
    const run = this.#run(id, handle).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(id: string, handle: Handler): Promise<void> {
    const cancelled = this.#cancelled;
    const update = (change: Partial<Job>) => {
      if (!cancelled.has(id)) this.#put({ ...this.#jobs.get(id)!, ...change });
    };
    update({ state: 'running' });
    const cancellation = {
      get aborted() {
        return cancelled.has(id);
      },
    };
    const endedAt = '2026-01-01T00:00:01.000Z';
    try {
      const output = await handle(this.#jobs.get(id)!.input, (progress) => update({ progress }), cancellation);
      update({ state: 'done', output, progress: { stage: 'done', fraction: 1 }, endedAt });
    } catch (error) {
      update({ state: 'failed', error: (error as Error).message, endedAt });
    }
  }
}
