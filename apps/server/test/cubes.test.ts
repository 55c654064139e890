import type { Job, PlumeSpectrum, Recording, SourceEstimate } from '@plumeline/core';
import { memoryFiles, openCube } from '@plumeline/formats';
import { makeExerciseCube } from '@plumeline/simulator';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workOnCubes } from '../src/cube-job.ts';
import {
  detectionSchema,
  mapPictureSchema,
  nullResultSchema,
  plumeSpectrumSchema,
  recordingSchema,
} from '../src/schemas.ts';
import { openThreadedCubes } from '../src/threaded-cubes.ts';
import type { MapPicture } from '../src/wire.ts';
import { SOFTWARE } from './support/findings.ts';
import { formOf, HOST, startTestServer, type TestServer } from './support/test-app.ts';

const cubes = openThreadedCubes();
let server: TestServer;
const exercise = makeExerciseCube({ seed: 4, lines: 130, samples: 60 });

beforeAll(async () => {
  server = await startTestServer();
  Object.assign(server.ports, { cubes });
  await workOnCubes(server.jobs, { ...server.ports, cubes }, SOFTWARE);
});
afterAll(async () => {
  await cubes.close();
  await server.app.close();
});

const get = (url: string) => server.app.inject({ url, headers: { host: HOST } });
const send = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  server.app.inject({
    method: 'POST',
    url: '/api/recordings',
    ...formOf(files.map(({ name, bytes }) => ({ name: 'files', fileName: name, content: bytes }))),
  });

describe('a cube that is sent', () => {
  let recording: Recording;

  beforeAll(async () => {
    const answer = await send(exercise.files);
    expect(answer.statusCode, answer.body).toBe(202);
    await server.jobs.idle();
    const job = (await get(`/api/jobs/${(answer.json() as { jobId: string }).jobId}`)).json() as Job;
    expect(job, job.error).toMatchObject({ name: 'process-cube', state: 'done' });
    recording = ((await get('/api/recordings')).json() as Recording[])[0]!;
  }, 60_000);

  it('is a recording of training data with its place, wind and bands', () => {
    expect([...Value.Errors(recordingSchema, recording)]).toEqual([]);
    expect(recording).toMatchObject({ exercise: true, imaging: { lines: 130, columns: 60, bands: 72 } });
    expect(recording.imaging!.pixel_m).toBeCloseTo(5, 2);
    expect(recording.imaging!.wind!.height_m).toBe(10);
  });

  it('gives a plume with rate, spectrum and rivals, and a source whose region holds the hidden one', async () => {
    const detections = (await get(`/api/detections?recordingId=${recording.id}`)).json() as unknown[];
    expect([...Value.Errors(Type.Array(detectionSchema), detections)]).toEqual([]);
    const [plume] = (detections as { plume: { rate_kgph: { p50: number }; spectrum: PlumeSpectrum } }[]).map(
      (d) => d.plume,
    );
    expect(plume!.rate_kgph.p50).toBeGreaterThan(0);
    expect(plume!.spectrum.fits[0]).toMatchObject({ name: 'methane' });
    expect(plume!.spectrum.fits[0]!.share).toBeGreaterThan(plume!.spectrum.fits[1]!.share);
    const [estimate] = (await get('/api/source-estimates')).json() as SourceEstimate[];
    expect(estimate!.posterior.mass.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 4);
    const trace = (await get(`/api/trace/${estimate!.id}`)).json() as { kind: string }[];
    expect(trace.map(({ kind }) => kind)).toEqual(['source-estimate', 'detection', 'recording']);
  });

  it('gives its maps as GeoTIFF that reads back, and as numbers for the page', async () => {
    const answer = await get(`/api/recordings/${recording.id}/maps/amount`);
    expect(answer.headers['content-type']).toBe('image/tiff');
    const reader = await openCube(memoryFiles({ 'amount.tif': answer.rawPayload }), 'amount.tif', {
      wavelength_nm: [1],
    });
    expect(reader.header).toMatchObject({ lines: 130, columns: 60, bands: 1 });
    expect(reader.header.georeference.map!.crs.epsg).toBe(4326);
    const picture = (await get(`/api/recordings/${recording.id}/pictures/z`)).json() as MapPicture;
    expect([...Value.Errors(mapPictureSchema, picture)]).toEqual([]);
    expect(picture.values).toHaveLength(picture.rows * picture.columns);
    expect(picture.high).toBeGreaterThan(picture.low);
  });

  it('shows the spectrum of a pixel, and says where there is none', async () => {
    const [west, south, east, north] = recording.extent;
    const at = `lat=${(south + north) / 2}&lon=${(west + east) / 2}`;
    const spectrum = (await get(`/api/recordings/${recording.id}/spectrum?${at}`)).json() as PlumeSpectrum;
    expect([...Value.Errors(plumeSpectrumSchema, spectrum)]).toEqual([]);
    expect(spectrum.contrast).toHaveLength(72);
    const samples = await get(`/api/recordings/${recording.id}/samples`);
    expect(samples.json()).toMatchObject({ status: 409, code: 'no-samples' });
    const outside = await get(`/api/recordings/${recording.id}/spectrum?lat=${north + 1}&lon=${west}`);
    expect(outside.statusCode).toBe(409);
    expect(outside.json()).toMatchObject({ code: 'spectrum-missing' });
  });

  it('is refused with every reason, before anything is kept', async () => {
    const kept = server.objects.kept.size;
    const without = await send(exercise.files.filter(({ name }) => !name.endsWith('.csv')));
    expect(without.statusCode).toBe(422);
    expect(without.json()).toMatchObject({ faults: [{ code: 'target-missing' }] });
    const cut = exercise.files.map(({ name, bytes }) => ({
      name,
      bytes: name.endsWith('.img') ? bytes.subarray(0, 999) : bytes,
    }));
    expect((await send(cut)).statusCode).toBe(422);
    expect(server.objects.kept.size).toBe(kept);
  });
});

it('a cube without a source gives a null result with what would have been seen', async () => {
  const empty = makeExerciseCube({ seed: 104, lines: 130, samples: 60, sources: 0 });
  await send(empty.files);
  await server.jobs.idle();
  const results = (await get('/api/null-results')).json() as unknown[];
  expect([...Value.Errors(Type.Array(nullResultSchema), results)]).toEqual([]);
  expect(results).toHaveLength(1);
  expect((results[0] as { searched: unknown[] }).searched.length).toBeGreaterThan(0);
}, 60_000);
