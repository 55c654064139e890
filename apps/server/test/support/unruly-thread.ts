/** A thread that does what a test needs of a bad one; the first file's name says what. */
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadCall } from '../../src/thread-messages.ts';

const answer = (message: ThreadAnswer) => parentPort!.postMessage(message);

parentPort!.on('message', (call: ThreadCall) => {
  const { id } = call;
  if (call.step === 'gather') return answer({ id, kind: 'done', value: { records: [], models: call.parts } });
  if (call.step === 'exercise') return answer({ id, kind: 'done', value: call.seed });
  if (call.step === 'make-ready' || call.step === 'relocate' || call.step === 'next-legs') {
    return answer({ id, kind: 'done', value: call.step });
  }
  const index = call.step === 'process-share' ? call.share.index : 0;
  const deed = call.files[index]!.name;
  if (deed === 'hang') for (;;);
  if (deed === 'crash') throw new Error('out of cheese');
  if (deed === 'exit') process.exit(1);
  if (deed === 'fault') {
    const fault = { code: 'bad', message: 'bad', remedy: 'mend', place: { row: 3 } };
    return answer({ id, kind: 'failed', fault: { kind: 'input', faults: [fault] } });
  }
  answer({ id, kind: 'progress', progress: { stage: 'locate', fraction: 0.5, detail: deed } });
  answer({ id, kind: 'done', value: call.step === 'examine' ? { profile: deed, recordings: 1 } : [deed] });
});
