/** One handler at work: thins its progress reports, and stops it when somebody asks. */
import { type Cancellation, CancelledError, type Progress, type ReportProgress } from '@plumeline/core';
import type { Attempt, Ending, JobLedger } from './job-database.ts';

export interface AttemptRunOptions {
  readonly attempt: Attempt;
  readonly jobs: JobLedger;
  /** Aborted by pg-boss when the claim on the job is gone. */
  readonly signal: AbortSignal;
  readonly onWritten: () => Promise<void>;
}

/** Least time between two writes of progress [ms]: a person sees no more. */
const WRITE_EVERY_MS = 200;
/** How often cancellation is looked for when the handler reports nothing and no message comes [ms]. */
const LOOK_EVERY_MS = 2000;

export class AttemptRun {
  readonly #options: AttemptRunOptions;
  readonly #controller = new AbortController();
  readonly #looking: NodeJS.Timeout;
  #latest: Progress | undefined;
  #writing: Promise<void> | undefined;
  #lastWritten_ms = 0;

  constructor(options: AttemptRunOptions) {
    this.#options = options;
    this.#looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#looking.unref();
  }

  get cancellation(): Cancellation {
    return AbortSignal.any([this.#controller.signal, this.#options.signal]);
  }

  readonly report: ReportProgress = (progress) => {
    this.#latest = progress;
    this.#writing ??= this.#write();
  };

  /** Runs the handler to an ending; never throws. */
  async outcome(handler: () => Promise<unknown>): Promise<Ending> {
    try {
      const output = await handler();
      await this.#writing;
      JSON.stringify(output ?? null);
      return { state: 'done', output };
    } catch (error) {
      await this.#writing;
      const stopped = error instanceof CancelledError || (error as Error)?.name === 'AbortError';
      if (stopped && this.cancellation.aborted) return { state: 'cancelled' };
      return { state: 'failed', error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Stops the handler if that was asked for. */
  async look(): Promise<void> {
    const { jobs, attempt } = this.#options;
    // A fault of the connection is no reason to stop; the next look asks again.
    if (await jobs.mustStop(attempt).catch(() => false)) this.abort();
  }

  abort(): void {
    this.#controller.abort();
  }

  close(): void {
    clearInterval(this.#looking);
  }

  /** Writes the latest progress until there is no newer one; the last one is always written. */
  async #write(): Promise<void> {
    const { jobs, attempt, onWritten } = this.#options;
    while (this.#latest !== undefined) {
      const wait_ms = this.#lastWritten_ms + WRITE_EVERY_MS - Date.now();
      if (wait_ms > 0) await new Promise((resolve) => setTimeout(resolve, wait_ms));
      const progress = this.#latest;
      this.#latest = undefined;
      this.#lastWritten_ms = Date.now();
      try {
        if (!(await jobs.report(attempt, progress))) this.abort();
        await onWritten();
      } catch {
        // Progress is a courtesy: a lost write must not fail the work.
      }
    }
    this.#writing = undefined;
  }
}
