/** A cube that was sent: judged, kept, queued, processed. Doing it twice stores nothing twice. */
import type { Cancellation, JobQueue, PlumelineRecord, RecordId, ReportProgress } from '@plumeline/core';
import type { InputFile } from '@plumeline/pipeline';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { directCubes } from './cubes.ts';
import type { Processed } from './process-job.ts';
import type { ServerPorts } from './server-ports.ts';

/** Name of the queue. */
export const PROCESS_CUBE = 'process-cube';
const input = Type.Object({
  objects: Type.Array(Type.Object({ name: Type.String(), digest: Type.String({ pattern: '^[0-9a-f]{64}$' }) })),
  exercise: Type.Boolean(),
});
export type CubeInput = Static<typeof input>;

/** Names under which a cube's maps are attached to its recording. */
export const mapAttachment = (map: string): string => `map-${map}`;
export const pictureAttachment = (map: string): string => `picture-${map}`;

type AcceptPorts = Pick<ServerPorts, 'objects' | 'jobs' | 'cubes'>;

/** @returns id of the job. @throws InputError with every fault; nothing is stored then */
export async function acceptCube(
  files: readonly InputFile[],
  exercise: boolean,
  { objects, jobs, cubes = directCubes }: AcceptPorts,
): Promise<string> {
  await cubes.examine(files);
  const kept = await Promise.all(files.map(async ({ name, bytes }) => ({ name, digest: await objects.save(bytes) })));
  return jobs.enqueue(PROCESS_CUBE, { objects: kept, exercise } satisfies CubeInput);
}

type WorkPorts = Pick<ServerPorts, 'objects' | 'records' | 'cubes'>;

/** Takes cube jobs from the queue from now on. */
export function workOnCubes(jobs: JobQueue, ports: WorkPorts, software: string): Promise<void> {
  return jobs.work(PROCESS_CUBE, (given, report, cancellation) => {
    if (!Value.Check(input, given)) throw new Error('A cube job has an input that this version cannot read.');
    return processCubeUpload(given, ports, { software, report, cancellation });
  });
}

/** @throws InputError; CancelledError */
export async function processCubeUpload(
  { objects: names, exercise }: CubeInput,
  { objects, records, cubes = directCubes }: WorkPorts,
  work: { readonly software: string; readonly report: ReportProgress; readonly cancellation: Cancellation },
): Promise<Processed> {
  const files = await Promise.all(names.map(async ({ name, digest }) => ({ name, bytes: await objects.load(digest) })));
  const made = await cubes.process(files, { ...work, exercise });
  work.report({ stage: 'store', fraction: 1 });
  const attachments = await Promise.all(
    made.maps.flatMap(({ name, cog, picture }) => [
      objects.save(cog).then((digest) => ({ name: mapAttachment(name), digest })),
      objects
        .save(new TextEncoder().encode(JSON.stringify(picture)))
        .then((digest) => ({ name: pictureAttachment(name), digest })),
    ]),
  );
  await records.save(made.records);
  for (const { name, digest } of attachments) await records.attach(made.recordingId, name, digest);
  return summaryOf(made.records);
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
