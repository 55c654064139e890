/** A killed server loses nothing that it acknowledged, and does nothing twice. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Detection, digestOf, type Job, type PlumelineRecord, type Recording } from '@plumeline/core';
import { ingest } from '@plumeline/pipeline';
import { randomFrom } from '@plumeline/simulator';
import { afterAll, expect, it } from 'vitest';
import { isProcessed } from '../src/process-job.ts';
import { profileFrom } from '../src/profiles.ts';
import { flightFile } from './support/flights.ts';
import { getJson, idleJobs, sendFile, startServer } from './support/server-process.ts';

const KILLS = 20;
/** A server is killed after at most so many uploads, and then at any moment of the next one. */
const MOST_UPLOADS = 2;
const SMALL_FLIGHT = 60;
const SEED = 20_261_121;

const data = mkdtempSync(join(tmpdir(), 'plumeline-kill-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const root = join(import.meta.dirname, '..', '..', '..');
const profileBytes = readFileSync(join(root, 'profiles', 'plumeline-exercise.yaml'));
const { profile } = profileFrom('plumeline-exercise.yaml', profileBytes);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

interface Acknowledged {
  readonly jobId: string;
  readonly file: { readonly name: string; readonly bytes: Uint8Array };
}

it(`loses no acknowledged upload when it is killed ${KILLS} times, and finishes each job once`, async () => {
  const random = randomFrom(SEED);
  const acknowledged: Acknowledged[] = [];
  const done = new Map<string, Job>();
  let sent = 0;
  // How long an upload takes is measured, so that kills fall within one on a slow machine as on a fast one.
  let uploadTakes_ms = 1000;

  for (let kill = 0; kill < KILLS; kill++) {
    const server = await startServer(data);
    await expectKept(server.address);
    for (let upload = random.below(MOST_UPLOADS + 1); upload > 0; upload--) await sendOne(server.address);
    const cutOff = sendOne(server.address).catch((error: unknown) => {
      // fetch says TypeError when the connection breaks; anything else is a wrong answer.
      if (!(error instanceof TypeError)) throw error;
    });
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 1.2 * uploadTakes_ms)));
    expect((await server.end('SIGKILL')).signal).toBe('SIGKILL');
    await cutOff;
  }

  const server = await startServer(data);
  const jobs = await idleJobs(server.address);
  await expectKept(server.address);
  expect(acknowledged.length).toBeGreaterThan(KILLS / 2);
  expect(acknowledged.length).toBeLessThan(sent);
  // A job that was queued but whose answer was lost is done as well; there are no others.
  expect(jobs.map(({ state, error }) => ({ state, error }))).toEqual(jobs.map(() => ({ state: 'done' })));
  expect(jobs.length).toBeLessThanOrEqual(sent);
  await expectEachOnce(server.address, jobs);
  expect((await server.end('SIGTERM')).code).toBe(0);

  /** What the server answers with 202 it must never lose. @throws when there is no answer */
  async function sendOne(address: string): Promise<void> {
    const file = flightFile(SEED + sent++, SMALL_FLIGHT);
    const sentAt_ms = performance.now();
    const answer = await sendFile(address, file.name, file.bytes);
    expect(answer.status).toBe(202);
    const { jobId } = (await answer.json()) as { jobId: string };
    acknowledged.push({ jobId, file });
    uploadTakes_ms = performance.now() - sentAt_ms;
  }

  /** Every acknowledged job is still there, and one that was done is as it was. */
  async function expectKept(address: string): Promise<void> {
    const jobs = new Map((await getJson<Job[]>(address, '/jobs?limit=1000')).map((job) => [job.id, job]));
    for (const { jobId } of acknowledged) expect(jobs.has(jobId), `job ${jobId}`).toBe(true);
    for (const [id, job] of done) expect(jobs.get(id)).toEqual(job);
    for (const [id, job] of jobs) if (job.state === 'done') done.set(id, job);
  }

  async function expectEachOnce(address: string, jobs: readonly Job[]): Promise<void> {
    const recordings = await getJson<Recording[]>(address, '/recordings?limit=1000');
    expect(recordings.length).toBe(jobs.length);
    for (const { file } of acknowledged) {
      const [expected] = ingest([file], profile, { software: `plumeline ${version}`, exercise: false });
      const stored = recordings.filter(({ files }) => files.some(({ digest }) => digest === digestOf(file.bytes)));
      expect(stored).toEqual([expected!.recording]);
    }
    for (const { output } of jobs) {
      if (!isProcessed(output)) throw new Error(`A job answered ${JSON.stringify(output)}`);
      const [recordingId] = output.recordingIds;
      const detections = await getJson<Detection[]>(address, `/detections?recordingId=${recordingId}&limit=1000`);
      expect(detections.length).toBe(output.detectionCount);
      const results = [...output.sourceEstimateIds, ...output.nullResultIds, ...output.siteIds];
      expect(results.length).toBeGreaterThan(0);
      for (const id of results) {
        const trace = await getJson<PlumelineRecord[]>(address, `/trace/${id}`);
        expect(trace.map((record) => record.id)).toEqual(expect.arrayContaining([id, recordingId]));
      }
    }
  }
}, 600_000);
