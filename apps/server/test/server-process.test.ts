import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { geodesicBetween, type Job, type PlumelineRecord, type Recording, type Site } from '@plumeline/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExerciseState, SiteEvidence, WireSamples } from '../src/wire.ts';
import { flightFile } from './support/flights.ts';
import {
  addressIn,
  getJson,
  idleJobs,
  launchServer,
  runServer,
  type ServerProcess,
  sendFile,
  startServer,
} from './support/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumeline-server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a server with a flight', () => {
  const data = join(folder, 'flight');
  const flight = flightFile(11, 600);
  let server: ServerProcess;
  let job: Job;

  beforeAll(async () => {
    server = await startServer(data);
    const answer = await sendFile(server.address, flight.name, flight.bytes);
    expect(answer.status, await answer.clone().text()).toBe(202);
    job = (await idleJobs(server.address))[0]!;
  });
  afterAll(() => server.end('SIGKILL'));

  it('says where it is, once, on stdout', () => {
    expect(server.output().stdout).toBe(`Plumeline is ready at ${server.address}\n`);
  });

  it('finds the source, and shows what the site rests on', async () => {
    expect(job).toMatchObject({ state: 'done' });
    const sites = await getJson<Site[]>(server.address, '/sites');
    expect(sites).toHaveLength(1);
    const evidence = await getJson<SiteEvidence>(server.address, `/sites/${sites[0]!.id}`);
    expect(geodesicBetween(evidence.site.position, flight.source).distance_m).toBeLessThan(300);
    expect(evidence.estimates[0]!.posterior.mass.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 3);
    expect(evidence.detections.length).toBeGreaterThan(0);
    expect(evidence.recordings.map(({ files }) => files[0]!.name)).toEqual([flight.name]);
    // The profile is one of exercises, so everything says so.
    expect(evidence.site.exercise).toBe(true);
    expect((await getJson<ExerciseState>(server.address, '/exercise')).exercise).toBe(true);
  });

  it('walks a site back to the bytes that were uploaded', async () => {
    const [site] = await getJson<Site[]>(server.address, '/sites');
    const trace = await getJson<PlumelineRecord[]>(server.address, `/trace/${site!.id}`);
    expect(trace[0]!.id).toBe(site!.id);
    const recording = trace.find((record): record is Recording => record.kind === 'recording')!;
    const digest = recording.files[0]!.digest;
    const kept = readFileSync(join(data, 'objects', digest.slice(0, 2), digest.slice(2, 4), digest));
    expect(kept.equals(flight.bytes)).toBe(true);
  });

  it('reads samples again from the original bytes, with their fit', async () => {
    const [recording] = await getJson<Recording[]>(server.address, '/recordings');
    const samples = await getJson<WireSamples>(server.address, `/recordings/${recording!.id}/samples`);
    expect(samples.returned).toBe(recording!.sampleCount);
    const residual = samples.moleFraction_ppm.map((value, i) => Math.abs(value! - samples.fitted_ppm![i]!));
    const excess = samples.moleFraction_ppm.map((value, i) => Math.abs(value! - samples.background_ppm![i]!));
    expect(Math.max(...residual)).toBeLessThan(Math.max(...excess));
  });

  it('refuses a damaged file with the fault and its row, and keeps nothing of it', async () => {
    const before = filesUnder(join(data, 'objects'));
    const text = new TextDecoder().decode(flight.bytes).split('\n');
    text[4] = text[4]!.replace(/^[^,]*,[^,]*/, '$&x');
    const answer = await sendFile(server.address, 'damaged.csv', new TextEncoder().encode(text.join('\n')));
    expect(answer.status).toBe(422);
    const { faults } = (await answer.json()) as { faults: { place: object; remedy: string }[] };
    expect(faults[0]).toMatchObject({ place: { file: 'damaged.csv', row: 5, column: 'lat' } });
    expect(faults[0]!.remedy).not.toBe('');
    expect(filesUnder(join(data, 'objects'))).toEqual(before);
  });

  it('stores nothing twice when the same file comes again', async () => {
    const before = await getJson<Recording[]>(server.address, '/recordings');
    await sendFile(server.address, flight.name, flight.bytes);
    await idleJobs(server.address);
    expect(await getJson<Recording[]>(server.address, '/recordings')).toEqual(before);
  });

  it('refuses a second server on its data directory, saying who has it', async () => {
    const second = await runServer(data);
    expect(second.code).toBe(3);
    expect(second.stdout).toBe('');
    expect(second.stderr).toContain(data);
    expect(second.stderr).toContain(server.address);
    expect(second.stderr).toContain('PLUMELINE_DATA');
    expect((await getJson<{ status: string }>(server.address, '/health')).status).toBe('ok');
  });

  it('stops within three seconds when asked, and has everything when it starts again', async () => {
    const sites = await getJson<Site[]>(server.address, '/sites');
    const ending = await server.end('SIGTERM');
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(ending.took_ms).toBeLessThan(3000);
    server = await startServer(data);
    expect(await getJson<Site[]>(server.address, '/sites')).toEqual(sites);
  });
});

describe('a server that cannot start', () => {
  it('says that its port is taken and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr, stdout } = await runServer(join(folder, 'port'), { PLUMELINE_PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
    expect(stderr).toContain('PLUMELINE_PORT');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('names the setting that it cannot understand', async () => {
    const { code, stderr } = await runServer(join(folder, 'setting'), { PLUMELINE_PORT: 'http' });
    expect(code).toBe(1);
    expect(stderr).toContain('PLUMELINE_PORT=http');
  });
});

describe('a server with the bundled exercise', () => {
  it('keeps what the sensors wrote and nothing of the truth; a killed first start goes on, not again', async () => {
    const data = join(folder, 'exercise');
    const first = launchServer(data, { PLUMELINE_EXERCISE_SEED: '1' });
    const address = await first.said(/loading the exercise/).then(() => addressIn(data));
    const [job] = await getJson<Job[]>(address, '/jobs');
    expect(job).toMatchObject({ name: 'process', input: { exercise: true, profile: { name: 'plumeline-exercise' } } });
    const kept = filesUnder(join(data, 'objects')).map((path) => readFileSync(path, 'latin1'));
    const { objects } = job!.input as { objects: unknown[] };
    expect(objects.length).toBeGreaterThan(2);
    // The files and the profile they are read with.
    expect(kept.length).toBe(objects.length + 1);
    expect(kept.filter((text) => /PLUMELINE-SEALED|clandestine|nominalRate/.test(text))).toEqual([]);
    await first.end('SIGKILL');

    const again = await startServer(data, { PLUMELINE_EXERCISE_SEED: '1' });
    expect(again.output().stderr).not.toContain('loading the exercise');
    const jobs = await getJson<Job[]>(again.address, '/jobs');
    expect(jobs.map(({ id }) => id)).toEqual([job!.id]);
    expect(['queued', 'running', 'done']).toContain(jobs[0]!.state);
    await again.end('SIGKILL');
  });
});

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
