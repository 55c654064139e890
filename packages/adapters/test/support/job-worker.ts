/** A process that works on `slow` jobs and prints `began <id>`; a job's handler never ends. It is there to be killed. */
import { PgBossJobQueue } from '@plumeline/adapters/jobs';
import { type OpenOptions, openDatabase } from '@plumeline/adapters/postgres';

const options = process.argv[2];
if (options === undefined) throw new Error('Usage: job-worker.ts <options of openDatabase as JSON>');
const database = await openDatabase(JSON.parse(options) as OpenOptions);
const queue = await PgBossJobQueue.start(database, { heartbeat_s: 10 });
await queue.work('slow', async (input, report) => {
  report({ stage: 'working', fraction: 0.5 });
  console.log(`began ${JSON.stringify(input)}`);
  await new Promise(() => {});
});
console.log('ready');
// Without a server in this process nothing else keeps it alive on the embedded database.
setInterval(() => {}, 1000);
