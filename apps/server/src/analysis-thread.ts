/** Entry of a worker thread: one call of `Analysis` a message, answered with progress and then its result or fault. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { CancelledError, InputError, type Progress } from '@plumeline/core';
import { keepCompiled } from './compile-cache.ts';
import type { ThreadAnswer, ThreadCall } from './thread-messages.ts';

keepCompiled();
const { directAnalysis, gather, processShare } = await import('./analysis.ts');
const port: MessagePort = parentPort!;
port.on('message', (call: ThreadCall) => {
  perform(call).then(
    (value) => answer({ id: call.id, kind: 'done', value }),
    (error: unknown) => answer({ id: call.id, kind: 'failed', fault: faultOf(error) }),
  );
});

async function perform(call: ThreadCall): Promise<unknown> {
  switch (call.step) {
    case 'examine':
      return directAnalysis.examine(call.files, call.profiles, call.options);
    case 'read':
      return directAnalysis.read(call.files, call.profile, call.recording);
    case 'process-share': {
      const report = (progress: Progress) => answer({ id: call.id, kind: 'progress', progress });
      return processShare(call.files, call.profile, { ...call.options, report }, call.share);
    }
    case 'gather':
      return gather(call.parts, call.software);
    case 'exercise':
      return directAnalysis.exercise(call.seed);
    case 'make-ready':
      return undefined;
    case 'relocate': {
      const report = (progress: Progress) => answer({ id: call.id, kind: 'progress', progress });
      return directAnalysis.relocate(call.ingested, call.detections, { ...call.options, report });
    }
    case 'next-legs':
      return directAnalysis.nextLegs(call.ingested, call.estimate, call.options);
  }
}

function answer(message: ThreadAnswer): void {
  port.postMessage(message);
}

/** Errors lose their class on the way between threads, so it is sent along. */
function faultOf(error: unknown): Extract<ThreadAnswer, { kind: 'failed' }>['fault'] {
  if (error instanceof InputError) return { kind: 'input', faults: error.faults };
  if (error instanceof CancelledError) return { kind: 'cancelled' };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'defect', message, ...(stack === undefined ? {} : { stack }) };
}
