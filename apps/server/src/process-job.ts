/**
 * Work on an upload: load its bytes, run the pipeline, store what came of it. Doing it twice stores nothing twice,
 * because records and objects are named by their content; so a killed server simply does it again.
 */
import type { Cancellation, Digest, JobQueue, PlumelineRecord, RecordId, ReportProgress } from '@plumeline/core';
import type { InputFile } from '@plumeline/pipeline';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { profileFrom } from './profiles.ts';
import { encodeModelSeries, MODEL_SERIES } from './sample-columns.ts';
import type { ServerPorts } from './server-ports.ts';

/** Name of the queue. */
export const PROCESS = 'process';
const digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const processInput = Type.Object({
  objects: Type.Array(Type.Object({ name: Type.String(), digest })),
  profile: Type.Object({ name: Type.String(), digest }),
  exercise: Type.Boolean(),
  choices: Type.Object({ date: Type.Optional(Type.String()), gas: Type.Optional(Type.String()) }),
  recordings: Type.Integer({ minimum: 1 }),
});
/** What a process job is asked to do; everything in it is already stored. */
export type ProcessInput = Static<typeof processInput>;

const processed = Type.Object({
  recordingIds: Type.Array(Type.String()),
  sourceEstimateIds: Type.Array(Type.String()),
  nullResultIds: Type.Array(Type.String()),
  siteIds: Type.Array(Type.String()),
  detectionCount: Type.Integer(),
});
/** What a process job answers: the records it stored. */
export type Processed = Static<typeof processed>;

export function isProcessed(output: unknown): output is Processed {
  return Value.Check(processed, output);
}

/** Takes process jobs from the queue from now on. */
export function workOnUploads(jobs: JobQueue, ports: Pick<ServerPorts, WorkPort>, software: string): Promise<void> {
  return jobs.work(PROCESS, (input, report, cancellation) => {
    if (!Value.Check(processInput, input)) throw new Error('A process job has an input that this version cannot read.');
    return processUpload(input, ports, { software, report, cancellation });
  });
}

type WorkPort = 'objects' | 'records' | 'analysis';

interface WorkOptions {
  readonly software: string;
  readonly report: ReportProgress;
  readonly cancellation: Cancellation;
}

/** @throws InputError; CancelledError; Error when stored bytes are damaged */
export async function processUpload(
  input: ProcessInput,
  { objects, records, analysis }: Pick<ServerPorts, WorkPort>,
  { software, report, cancellation }: WorkOptions,
): Promise<Processed> {
  const files = await Promise.all(input.objects.map(loadFile));
  const profile = profileFrom(input.profile.name, await objects.load(input.profile.digest)).profile;
  const { exercise, recordings, choices } = input;
  const options = { software, exercise, recordings, report, cancellation, ...choices };
  const made = await analysis.process(files, profile, options);
  report({ stage: 'store', fraction: 1 });
  const models = await Promise.all(
    made.models.map(async (model) => ({ id: model.recordingId, digest: await objects.save(encodeModelSeries(model)) })),
  );
  await records.save(made.records);
  for (const { id, digest } of models) await records.attach(id, MODEL_SERIES, digest);
  return summaryOf(made.records);

  async function loadFile({ name, digest }: { name: string; digest: Digest }): Promise<InputFile> {
    return { name, bytes: await objects.load(digest) };
  }
}

function summaryOf(records: readonly PlumelineRecord[]): Processed {
  const idsOf = (kind: PlumelineRecord['kind']): RecordId[] =>
    records.filter((record) => record.kind === kind).map(({ id }) => id);
  return {
    recordingIds: idsOf('recording'),
    sourceEstimateIds: idsOf('source-estimate'),
    nullResultIds: idsOf('null-result'),
    siteIds: idsOf('site'),
    detectionCount: idsOf('detection').length,
  };
}
