/** `CubeAnalysis` beside the event loop: a thread a call, ended when it has answered, was cancelled or takes too long. */
import { Worker } from 'node:worker_threads';
import {
  type Cancellation,
  CancelledError,
  type Detection,
  type Fault,
  InputError,
  type PlumeSpectrum,
  type Position,
  type Progress,
} from '@plumeline/core';
import type { InputFile } from '@plumeline/pipeline';
import type { CubeAnalysis, CubeWork, ProcessedUpload } from './cubes.ts';

type Files = { readonly files: readonly InputFile[] };
export type CubeCall =
  | (Files & { readonly step: 'examine' })
  | (Files & { readonly step: 'process'; readonly work: Pick<CubeWork, 'software' | 'exercise'> })
  | (Files & { readonly step: 'spectrum'; readonly place: Position; readonly detections: readonly Detection[] })
  | { readonly step: 'exercise'; readonly seed: number };

export type CubeAnswer =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'input'; readonly faults: readonly Fault[] }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'defect'; readonly message: string };

/** An upload's cube takes minutes; an hour is far past any that the limits let in. */
const LIMIT_MS = 3_600_000;
const QUICK_LIMIT_MS = 60_000;
const THREAD_HEAP_MB = 2048;
const CANCEL_POLL_MS = 50;

export interface ThreadedCubes extends CubeAnalysis {
  /** Ends the threads; calls under way fail. */
  close(): Promise<void>;
}

export function openThreadedCubes(entry = new URL('./cube-thread.ts', import.meta.url)): ThreadedCubes {
  const running = new Set<Worker>();
  const run = <T>(call: CubeCall, limit_ms: number, work: Pick<CubeWork, 'report' | 'cancellation'> = {}) => {
    const thread = new Worker(entry, { workerData: call, resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB } });
    running.add(thread);
    return answered<T>(thread, limit_ms, work).finally(() => {
      running.delete(thread);
      return thread.terminate();
    });
  };
  return {
    examine: (files) => run<void>({ step: 'examine', files }, QUICK_LIMIT_MS),
    process: (files, { report, cancellation, ...work }) =>
      run<ProcessedUpload>({ step: 'process', files, work }, LIMIT_MS, {
        ...(report === undefined ? {} : { report }),
        ...(cancellation === undefined ? {} : { cancellation }),
      }),
    spectrum: (files, place, detections) =>
      run<PlumeSpectrum | undefined>({ step: 'spectrum', files, place, detections }, QUICK_LIMIT_MS),
    exercise: (seed) => run<readonly InputFile[]>({ step: 'exercise', seed }, LIMIT_MS),
    close: async () => {
      await Promise.all([...running].map((thread) => thread.terminate()));
    },
  };
}

function answered<T>(
  thread: Worker,
  limit_ms: number,
  { report, cancellation }: { report?: CubeWork['report']; cancellation?: Cancellation },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(limit);
      clearInterval(poll);
      finish();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const limit = setTimeout(() => fail(new Error(`Work on a cube took over ${limit_ms / 1000} s.`)), limit_ms);
    const poll = setInterval(() => cancellation?.aborted === true && fail(new CancelledError()), CANCEL_POLL_MS);
    thread.on('error', (error: Error) => fail(new Error(`Work on a cube failed: ${error.message}`)));
    thread.on('exit', () => fail(new Error('Work on a cube was ended before it was done.')));
    thread.on('message', (message: CubeAnswer) => {
      if (message.kind === 'progress') report?.(message.progress);
      else if (message.kind === 'done') settle(() => resolve(message.value as T));
      else if (message.kind === 'input') fail(new InputError(message.faults));
      else fail(message.kind === 'cancelled' ? new CancelledError() : new Error(message.message));
    });
  });
}
