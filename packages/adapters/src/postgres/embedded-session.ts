/** The main thread's end of the database worker: calls, answers, and the watchdog. */
import { Worker } from 'node:worker_threads';
import type { StatementResult, WorkerFault, WorkerReply, WorkerRequest, WorkerSettings } from './embedded-protocol.ts';

/** One connection to the embedded database. Calls run one after another, in the order they were made. */
export interface EmbeddedSession {
  query(text: string, parameters: readonly unknown[]): Promise<StatementResult>;
  batch(text: string): Promise<StatementResult>;
  /** Ends the worker in order; pending calls are answered first. */
  close(): Promise<void>;
}

export interface SessionOptions extends WorkerSettings {
  /** Longest time one call may take before the worker is ended [s]; longer for the first, which waits for opening. */
  readonly answerWithin_s: number;
  /** Called once, when the worker is gone for whatever reason. */
  readonly onEnd: () => void;
}

/** An error PostgreSQL reported, with its SQLSTATE. */
export class DatabaseError extends Error {
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly constraint: string | undefined;
  constructor(fault: WorkerFault) {
    super(fault.message);
    this.name = 'DatabaseError';
    this.code = fault.code;
    this.detail = fault.detail;
    this.constraint = fault.constraint;
  }
}

/** The database is gone for this process; what was acknowledged is on disk. */
export class DatabaseEndedError extends Error {
  constructor(why: string) {
    super(`The embedded database has ended: ${why} Start the process again; what was acknowledged is kept.`);
    this.name = 'DatabaseEndedError';
  }
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
interface PendingCall {
  readonly resolve: (result: StatementResult) => void;
  readonly reject: (error: Error) => void;
}

const TICK_MS = 1000;
/** Loading the WASM and recovering a killed cluster takes 2 s, and half a minute on a machine that does much else. */
const OPEN_WITHIN_S = 300;

export function startSession(options: SessionOptions): EmbeddedSession {
  const { clusterDirectory, postgisBundle } = options;
  const workerData: WorkerSettings = { clusterDirectory, ...(postgisBundle === undefined ? {} : { postgisBundle }) };
  const worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), { workerData });
  const pending = new Map<number, PendingCall>();
  let nextId = 0;
  let ended: DatabaseEndedError | undefined;
  // Ticks since the worker's last answer. Ticks, not time: a busy main thread gets one late tick, not a false alarm.
  let silentTicks = 0;
  let within_s = Math.max(OPEN_WITHIN_S, options.answerWithin_s);

  const end = (why: string) => {
    if (ended !== undefined) return;
    ended = new DatabaseEndedError(why);
    clearInterval(watchdog);
    void worker.terminate();
    for (const call of pending.values()) call.reject(ended);
    pending.clear();
    options.onEnd();
  };
  const watchdog = setInterval(() => {
    silentTicks = pending.size === 0 ? 0 : silentTicks + 1;
    if (silentTicks * TICK_MS > within_s * 1000) {
      end(`it did not answer within ${within_s} s and was stopped.`);
    }
  }, TICK_MS);
  watchdog.unref();

  worker.on('message', (reply: WorkerReply) => {
    silentTicks = 0;
    within_s = options.answerWithin_s;
    const call = pending.get(reply.id);
    pending.delete(reply.id);
    if (pending.size === 0) worker.unref();
    if ('error' in reply) call?.reject(new DatabaseError(reply.error));
    else call?.resolve(reply.result);
  });
  worker.on('error', (error) => end(`its thread failed: ${(error as Error).message}.`));
  worker.on('exit', () => end('its thread stopped.'));
  worker.unref();

  const call = (request: WithoutId<WorkerRequest>): Promise<StatementResult> => {
    if (ended !== undefined) return Promise.reject(ended);
    const id = nextId++;
    worker.ref();
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  };

  return {
    query: (text, parameters) => call({ type: 'query', text, parameters }),
    batch: (text) => call({ type: 'batch', text }),
    close: async () => {
      if (ended !== undefined) return;
      try {
        await call({ type: 'close' });
      } finally {
        end('it was closed.');
      }
    },
  };
}
