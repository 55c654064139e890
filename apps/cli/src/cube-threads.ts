/** Threads that share a cube's pieces: whoever is free takes the next, so which thread does what changes nothing. */
import { Worker } from 'node:worker_threads';
import { type Cancellation, CancelledError, type Fault, InputError } from '@plumeline/core';
import type { CubeOptions } from '@plumeline/formats';
import type { ColumnSpan, GasTarget, RetrievalSettings, Tile } from '@plumeline/pipeline';
import type { DiskCube } from './cube-files.ts';

export interface CubeThreadData {
  readonly cube: DiskCube;
  readonly options: CubeOptions;
  readonly target: GasTarget;
}

export type CubePiece =
  | { readonly index: number; readonly kind: 'tile'; readonly tile: Tile }
  | {
      readonly index: number;
      readonly kind: 'columns';
      readonly span: ColumnSpan;
      readonly settings: RetrievalSettings;
    };

export interface CubeAnswer {
  readonly index: number;
  readonly value?: unknown;
  readonly faults?: readonly Fault[];
  readonly defect?: string;
}

export interface SharedWork<T> {
  readonly threads: number;
  readonly pieces: readonly CubePiece[];
  /** Called in the order in which pieces are done. */
  readonly onDone: (value: T, piece: CubePiece) => void;
  readonly cancellation?: Cancellation;
}

const CANCEL_POLL_MS = 50;

/** Does every piece; ends all threads at the first fault or when cancelled. @throws InputError; CancelledError */
export function shareCube<T>(
  data: CubeThreadData,
  { threads, pieces, onDone, cancellation }: SharedWork<T>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let done = 0;
    const workers: Worker[] = [];
    const finish = (error?: Error) => {
      clearInterval(poll);
      for (const worker of workers) worker.removeAllListeners();
      void Promise.all(workers.map((worker) => worker.terminate())).then(() =>
        error === undefined ? resolve() : reject(error),
      );
    };
    const give = (worker: Worker) => {
      if (next < pieces.length) worker.postMessage(pieces[next++]);
    };
    const poll = setInterval(() => {
      if (cancellation?.aborted === true) finish(new CancelledError());
    }, CANCEL_POLL_MS);
    for (let n = 0; n < Math.min(threads, pieces.length); n++) {
      const worker = new Worker(new URL('./cube-thread.ts', import.meta.url), { workerData: data });
      workers.push(worker);
      worker.on('error', finish);
      worker.on('message', (answer: CubeAnswer) => {
        if (answer.faults !== undefined) return finish(new InputError(answer.faults));
        if (answer.defect !== undefined) return finish(new Error(answer.defect));
        try {
          onDone(answer.value as T, pieces[answer.index]!);
        } catch (error) {
          return finish(error as Error);
        }
        if (++done === pieces.length) finish();
        else give(worker);
      });
      give(worker);
    }
  });
}

const MIB = 2 ** 20;
/** Threads and budget as a person states them; every processor and the documented 256 MB otherwise. */
export function workingLimits(options: { readonly threads?: number; readonly memory?: number }, processors: number) {
  return { threads: options.threads ?? processors, budget_bytes: (options.memory ?? DEFAULT_MEMORY_MB) * MIB };
}
export const DEFAULT_MEMORY_MB = 256;
