/** `plumeline trace`: the chain of a record, from a result folder or from a running server. */
import { NotFoundError, type PlumelineRecord } from '@plumeline/core';
import { formatTrace, traceOf } from '@plumeline/pipeline';
import { inputError } from './explain.ts';
import { readRecords } from './read-records.ts';

interface TraceOptions {
  readonly in?: string;
  readonly server: string;
  readonly json?: true;
}

/** @throws InputError; NotFoundError */
export async function traceCommand(id: string, options: TraceOptions): Promise<void> {
  const records = options.in === undefined ? await askServer(id, options.server) : readRecords(options.in);
  const node = traceOf(id, records);
  process.stdout.write(options.json ? `${JSON.stringify(node, null, 1)}\n` : formatTrace(node));
}

async function askServer(id: string, server: string): Promise<PlumelineRecord[]> {
  const url = new URL(`/api/trace/${encodeURIComponent(id)}`, server);
  const response = await fetch(url).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError(
      'server-unreachable',
      `No server answers at ${server} (${reason}).`,
      'Start it with `plumeline up`, name another with --server, or give a result folder with --in.',
    );
  });
  if (response.status === 404) throw new NotFoundError('record', id);
  if (!response.ok) throw new Error(`The server at ${server} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as PlumelineRecord[];
}
