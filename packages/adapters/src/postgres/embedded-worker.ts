/** The thread that PGlite runs in: WASM computes synchronously, and a stuck query must not stop the process. */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { postgis } from '@electric-sql/pglite-postgis';
import type { StatementResult, WorkerFault, WorkerReply, WorkerRequest, WorkerSettings } from './embedded-protocol.ts';
import { assertBatchRan, assertRan, withSentinel } from './embedded-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('embedded-worker.ts runs only as a worker thread.');

const { clusterDirectory, postgisBundle } = workerData as WorkerSettings;

const ownPostgis: typeof postgis = {
  ...postgis,
  setup: async (pglite, options) => {
    const setup = await postgis.setup(pglite, options);
    return postgisBundle === undefined ? setup : { ...setup, bundlePath: pathToFileURL(postgisBundle) };
  },
};

// Starts opening at once; the first request waits for it, and its failure is the first request's failure.
const opening = PGlite.create({
  dataDir: clusterDirectory,
  extensions: { postgis: ownPostgis },
  // An acknowledged commit is in the operating system's hands before the answer: it survives kill -9.
  relaxedDurability: false,
});
opening.catch(() => {});

let queue: Promise<void> = Promise.resolve();
port.on('message', (request: WorkerRequest) => {
  queue = queue.then(() => answer(request));
});

async function answer(request: WorkerRequest): Promise<void> {
  let reply: WorkerReply;
  try {
    reply = { id: request.id, result: await run(await opening, request) };
  } catch (error) {
    reply = { id: request.id, error: faultOf(error) };
  }
  port?.postMessage(reply);
}

async function run(pglite: PGlite, request: WorkerRequest): Promise<StatementResult> {
  if (request.type === 'close') {
    await pglite.close();
    return { rows: [], affectedRows: 0, command: 'CLOSE' };
  }
  if (request.type === 'query') {
    const result = await pglite.query(request.text, [...request.parameters]);
    assertRan(result, request.text);
    return {
      rows: result.rows as Record<string, unknown>[],
      affectedRows: result.affectedRows ?? 0,
      command: result.command ?? '',
    };
  }
  const results = assertBatchRan(await pglite.exec(withSentinel(request.text)), request.text);
  return {
    rows: results.flatMap((result) => result.rows as Record<string, unknown>[]),
    affectedRows: results.reduce((sum, result) => sum + (result.affectedRows ?? 0), 0),
    command: results.at(-1)?.command ?? '',
  };
}

function faultOf(error: unknown): WorkerFault {
  const { message, code, detail, constraint } = error as WorkerFault;
  return {
    message: message ?? String(error),
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(constraint === undefined ? {} : { constraint }),
  };
}
