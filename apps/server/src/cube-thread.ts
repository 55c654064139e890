/** Entry of the thread that does one piece of work on a cube and ends, so that its memory goes with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { CancelledError, InputError } from '@plumeline/core';
import { keepCompiled } from './compile-cache.ts';
import type { CubeAnswer, CubeCall } from './threaded-cubes.ts';

keepCompiled();
const { directCubes } = await import('./cubes.ts');
const call = workerData as CubeCall;
const answer = (message: CubeAnswer) => parentPort!.postMessage(message);

perform().then(
  (value) => answer({ kind: 'done', value }),
  (error: unknown) => {
    if (error instanceof InputError) answer({ kind: 'input', faults: error.faults });
    else if (error instanceof CancelledError) answer({ kind: 'cancelled' });
    else answer({ kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  },
);

function perform(): Promise<unknown> {
  switch (call.step) {
    case 'examine':
      return directCubes.examine(call.files);
    case 'process': {
      const report = (progress: Parameters<NonNullable<Parameters<typeof directCubes.process>[1]['report']>>[0]) =>
        answer({ kind: 'progress', progress });
      return directCubes.process(call.files, { ...call.work, report });
    }
    case 'spectrum':
      return directCubes.spectrum(call.files, call.place, call.detections);
    case 'exercise':
      return directCubes.exercise(call.seed);
  }
}
