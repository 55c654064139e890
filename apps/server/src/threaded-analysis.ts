/**
 * `Analysis` beside the event loop: one thread answers short questions (reading files), others share the long work, so
 * that a page stays quick while flights are processed. A thread that is cancelled, too slow or out of memory is ended
 * and the next call starts a fresh one; nothing it held can be half-stored, because only its answer is ever stored.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Cancellation, CancelledError, InputError, type Progress, type ReportProgress } from '@plumeline/core';
import type { IngestedRecording, LegProposals, Located } from '@plumeline/pipeline';
import type { Analysis, Examined, ExerciseFiles, LocatedRecording, ProcessedFiles } from './analysis.ts';
import type { ThreadAnswer, ThreadCall, ThreadFault, ThreadStep } from './thread-messages.ts';

/** Reading takes a second for a large flight; a file that needs a minute is a hostile or broken one. */
const READ_LIMIT_MS = 60_000;
/** A block of 7,200 samples takes 10 s; an hour is far past any upload that the limits let in. */
const PROCESS_LIMIT_MS = 3_600_000;
/** One flight takes a second, the largest some minutes; nobody sits in front of a page for longer. */
const RELOCATE_LIMIT_MS = 600_000;
/** Heap of one thread; a file that needs more fails alone instead of taking the server with it. */
const THREAD_HEAP_MB = 2048;
const CANCEL_POLL_MS = 50;
/** Recordings processed at once; each thread may hold as much as `THREAD_HEAP_MB`. */
const MOST_THREADS = 4;

export interface ThreadedAnalysis extends Analysis {
  /** Ends the threads; calls under way fail. */
  close(): Promise<void>;
}

/** Starts no thread before the first call; `entry` is the thread's module, for tests. */
export function openThreadedAnalysis(
  entry = new URL('./analysis-thread.ts', import.meta.url),
  threads = Math.min(MOST_THREADS, availableParallelism()),
): ThreadedAnalysis {
  const reader = new AnalysisThread(entry);
  const workers = Array.from({ length: threads }, () => new AnalysisThread(entry));
  const first = workers[0]!;
  // A person waits for these; they never queue behind an upload.
  const desk = new AnalysisThread(entry);
  return {
    examine: (files, profiles, options) =>
      reader.call<Examined>({ step: 'examine', files, profiles, options }, { limit_ms: READ_LIMIT_MS }),
    read: (files, profile, recording) =>
      reader.call<IngestedRecording[]>({ step: 'read', files, profile, recording }, { limit_ms: READ_LIMIT_MS }),
    process: async (files, profile, { report, cancellation, ...options }) => {
      const sharing = workers.slice(0, Math.max(1, options.recordings));
      const watch = watchShares(sharing.length, report, cancellation);
      const parts = await Promise.all(
        sharing.map((worker, index) => {
          const share = { index, of: sharing.length };
          const step = { step: 'process-share', files, profile, options, share } as const;
          const watching = { limit_ms: PROCESS_LIMIT_MS, ...watch.of(index) };
          return worker.call<LocatedRecording[]>(step, watching).catch(watch.endAll);
        }),
      );
      return first.call<ProcessedFiles>(
        { step: 'gather', parts: parts.flat(), software: options.software },
        { limit_ms: READ_LIMIT_MS },
      );
    },
    exercise: (seed) => first.call<ExerciseFiles>({ step: 'exercise', seed }, { limit_ms: PROCESS_LIMIT_MS }),
    makeReady: () => desk.call<void>({ step: 'make-ready' }, { limit_ms: READ_LIMIT_MS }),
    relocate: (ingested, detections, { report, cancellation, ...options }) =>
      desk.call<Located>(
        { step: 'relocate', ingested, detections, options },
        { limit_ms: RELOCATE_LIMIT_MS, ...(report && { report }), ...(cancellation && { cancellation }) },
      ),
    nextLegs: (ingested, estimate, options) =>
      desk.call<LegProposals>({ step: 'next-legs', ingested, estimate, options }, { limit_ms: RELOCATE_LIMIT_MS }),
    close: async () => {
      await Promise.all([reader, desk, ...workers].map((thread) => thread.close()));
    },
  };
}

/** One progress over all shares, and one end for all: a share that fails stops the others. */
function watchShares(count: number, report: ReportProgress | undefined, cancellation: Cancellation | undefined) {
  const fractions = Array.from({ length: count }, () => 0);
  let hasFailed = false;
  return {
    of: (index: number) => ({
      report: (progress: Progress) => {
        fractions[index] = progress.fraction;
        report?.({ ...progress, fraction: fractions.reduce((sum, each) => sum + each, 0) / count });
      },
      cancellation: {
        get aborted() {
          return hasFailed || cancellation?.aborted === true;
        },
      },
    }),
    endAll: (error: unknown): never => {
      hasFailed = true;
      throw error;
    },
  };
}

interface CallOptions {
  readonly limit_ms: number;
  readonly report?: (progress: Progress) => void;
  readonly cancellation?: Cancellation;
}

/** One thread, one call at a time, in the order asked. */
class AnalysisThread {
  readonly #entry: URL;
  #thread: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #calls = 0;
  #isClosed = false;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  call<T>(step: ThreadStep, options: CallOptions): Promise<T> {
    const turn = this.#last.then(() => this.#perform<T>(step, options));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  async #perform<T>(step: ThreadStep, options: CallOptions): Promise<T> {
    if (this.#isClosed) throw new Error('The server is stopping.');
    if (options.cancellation?.aborted === true) throw new CancelledError();
    const thread = this.#started();
    try {
      return await answered<T>(thread, { ...step, id: this.#calls++ }, options);
    } catch (error) {
      if (error instanceof ThreadEnded || error instanceof CancelledError) await this.#end();
      throw error;
    }
  }

  #started(): Worker {
    if (this.#thread === undefined) {
      const thread = new Worker(this.#entry, {
        resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
        // A package of the cube readers (web-worker) takes every thread for its own unless it has data without a module.
        workerData: {},
      });
      // Also between calls a thread may die; nobody waits then, and the next call starts another.
      thread.on('error', () => undefined);
      thread.on('exit', () => {
        if (this.#thread === thread) this.#thread = undefined;
      });
      this.#thread = thread;
    }
    return this.#thread;
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}

/** Posts a call and waits for its answer, for the thread's end, for cancellation or for the limit. */
function answered<T>(thread: Worker, call: ThreadCall, { limit_ms, report, cancellation }: CallOptions): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onMessage = (answer: ThreadAnswer) => {
      if (answer.id !== call.id) return;
      if (answer.kind === 'progress') report?.(answer.progress);
      else if (answer.kind === 'done') settle(() => resolve(answer.value as T));
      else settle(() => reject(errorOf(answer.fault)));
    };
    const fail = (error: Error) => settle(() => reject(error));
    const onError = (error: Error) => fail(new ThreadEnded(`Analysis failed: ${error.message}`));
    const onExit = () => fail(new ThreadEnded('Analysis was ended before it was done.'));
    const limit = setTimeout(() => fail(new ThreadEnded(`Analysis took over ${limit_ms / 1000} s.`)), limit_ms);
    const poll = setInterval(() => {
      if (cancellation?.aborted === true) fail(new CancelledError());
    }, CANCEL_POLL_MS);
    const settle = (finish: () => void) => {
      clearTimeout(limit);
      clearInterval(poll);
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      finish();
    };
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
    thread.postMessage(call);
  });
}

/** The thread is gone or must go. */
class ThreadEnded extends Error {}

function errorOf(fault: ThreadFault): Error {
  if (fault.kind === 'input') return new InputError(fault.faults);
  if (fault.kind === 'cancelled') return new CancelledError();
  const error = new Error(fault.message);
  if (fault.stack !== undefined) error.stack = fault.stack;
  return error;
}
