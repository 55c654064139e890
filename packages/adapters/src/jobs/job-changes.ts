/** Who watches jobs hears of every change, made in this process or in another one. */
import type { Job } from '@plumeline/core';
import type { JobDatabase } from './job-database.ts';

const CHANNEL = 'plumeline_job';
/** Jobs told anew after a lost connection. */
const TOLD_AFTER_GAP = 200;

export class JobChanges {
  readonly #database: JobDatabase;
  readonly #own: (job: Job) => void;
  readonly #onError: (error: Error) => void;
  readonly #watchers = new Set<(job: Job) => void>();
  /** Ids that changed and have not been read yet; a Set, so that a burst of progress is read once. */
  readonly #changed = new Set<string>();
  #telling: Promise<void> | undefined;
  #unsubscribe: (() => Promise<void>) | undefined;

  /** `own` is called before the watchers; `onError` hears of watchers that throw. */
  constructor(database: JobDatabase, own: (job: Job) => void, onError: (error: Error) => void) {
    this.#database = database;
    this.#own = own;
    this.#onError = onError;
  }

  async start(): Promise<void> {
    this.#unsubscribe = await this.#database.subscribe(
      CHANNEL,
      (id) => this.#note([id]),
      () => void this.#noteRecent(),
    );
  }

  async stop(): Promise<void> {
    await this.#unsubscribe?.();
    this.#changed.clear();
    await this.#telling;
  }

  publish(id: string): Promise<void> {
    return this.#database.publish(CHANNEL, id);
  }

  watch(onChange: (job: Job) => void): () => void {
    // A function of its own, so that the same callback can watch twice and leave once.
    const watcher = (job: Job) => onChange(job);
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  #note(ids: readonly string[]): void {
    for (const id of ids) this.#changed.add(id);
    if (this.#changed.size > 0) this.#telling ??= this.#tell();
  }

  async #noteRecent(): Promise<void> {
    const recent = await this.#database.jobs.list(TOLD_AFTER_GAP).catch(() => []);
    this.#note(recent.map((job) => job.id));
  }

  async #tell(): Promise<void> {
    for (const id of this.#changed) {
      this.#changed.delete(id);
      // Gone or unreachable: there is nothing to tell, and a later change tells again.
      const job = await this.#database.jobs.get(id).catch(() => undefined);
      if (job === undefined) continue;
      for (const hear of [this.#own, ...this.#watchers]) this.#call(hear, job);
    }
    this.#telling = undefined;
  }

  /** One watcher's fault must not keep the others from hearing. */
  #call(hear: (job: Job) => void, job: Job): void {
    try {
      hear(job);
    } catch (error) {
      this.#onError(error as Error);
    }
  }
}
