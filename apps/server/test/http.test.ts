import type { Static, TSchema } from 'typebox';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../src/http/problems.ts';
import { MAX_FILES } from '../src/http/upload-form.ts';
import {
  detectionSchema,
  exerciseStateSchema,
  healthSchema,
  jobSchema,
  jobStartedSchema,
  nullResultSchema,
  profileSummarySchema,
  recordingSchema,
  samplesSchema,
  siteEvidenceSchema,
  siteSchema,
  sourceEstimateSchema,
} from '../src/schemas.ts';
import { findingNamed, SOFTWARE } from './support/findings.ts';
import { formOf, HOST, PEAK_AT, startTestServer, type TestServer, testProfile } from './support/test-app.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'GET', url, headers: { host: HOST, ...headers } });
const post = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url, headers: { host: HOST, ...headers } });
const upload = (...parts: Parameters<typeof formOf>[0]) =>
  server.app.inject({ method: 'POST', url: '/api/recordings', ...formOf(parts) });
const file = (fileName: string, content = 'time,lat,lon,ch4\n') => ({ name: 'files', fileName, content });

/** The body, once it is what its schema says, with nothing more. */
async function bodyOf<S extends TSchema>(url: string, schema: S): Promise<Static<S>> {
  const answer = await get(url);
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  return conforming(answer.json(), schema);
}

function conforming<S extends TSchema>(value: unknown, schema: S): Static<S> {
  expect([...Value.Errors(schema, value)]).toEqual([]);
  return value as Static<S>;
}

async function problemOf(answer: { statusCode: number; headers: Record<string, unknown>; body: string }) {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const problem = conforming(JSON.parse(answer.body), problemSchema);
  expect(problem.status).toBe(answer.statusCode);
  expect(problem.type).toBe(`urn:problem-type:plumeline:${problem.code}`);
  expect(problem.detail).not.toBe('');
  return problem;
}

describe('an upload', () => {
  it('is kept, queued, processed, and its records can be read back unchanged', async () => {
    const answer = await upload(file('flight.csv'));
    expect(answer.statusCode, answer.body).toBe(202);
    const { jobId } = conforming(answer.json(), jobStartedSchema);
    expect(answer.headers.location).toBe(`/api/jobs/${jobId}`);
    await server.jobs.idle();
    const job = await bodyOf(`/api/jobs/${jobId}`, jobSchema);
    const { recording, detection, estimate, site } = findingNamed('flight', { profileDigest: testProfile.digest });
    expect(job).toMatchObject({ state: 'done', output: { recordingIds: [recording.id], siteIds: [site.id] } });

    expect(await bodyOf('/api/jobs', Type.Array(jobSchema))).toHaveLength(1);
    expect(await bodyOf('/api/recordings', Type.Array(recordingSchema))).toEqual([recording]);
    expect(await bodyOf(`/api/recordings/${recording.id}`, recordingSchema)).toEqual(recording);
    expect(await bodyOf(`/api/detections?recordingId=${recording.id}`, Type.Array(detectionSchema))).toEqual([
      detection,
    ]);
    expect(await bodyOf('/api/sites', Type.Array(siteSchema))).toEqual([site]);
    expect(await bodyOf(`/api/source-estimates/${estimate.id}`, sourceEstimateSchema)).toEqual(estimate);
    expect(await bodyOf(`/api/sites/${site.id}`, siteEvidenceSchema)).toEqual({
      site,
      estimates: [estimate],
      detections: [detection],
      recordings: [recording],
    });
    const trace = (await get(`/api/trace/${site.id}`)).json() as { id: string }[];
    expect(trace.map(({ id }) => id)).toEqual([site.id, estimate.id, detection.id, recording.id]);
  });

  it('keeps the bytes of every file and of the profile before it is acknowledged', async () => {
    await server.app.close();
    server = await startTestServer({ working: false });
    const { jobId } = (await upload(file('a.csv', 'one'), file('b/c.csv', 'two'))).json() as { jobId: string };
    const { input, state } = await server.jobs.get(jobId);
    expect(state).toBe('queued');
    const { objects, profile } = input as { objects: { name: string; digest: string }[]; profile: { digest: string } };
    expect(objects.map(({ name }) => name)).toEqual(['a.csv', 'b/c.csv']);
    const texts = await Promise.all(objects.map(async ({ digest }) => Buffer.from(await server.objects.load(digest))));
    expect(texts.map(String)).toEqual(['one', 'two']);
    expect(profile.digest).toBe(testProfile.digest);
    expect(await server.objects.has(testProfile.digest)).toBe(true);
  });

  it.each([
    ['true', true],
    ['false', false],
  ])('with exercise=%s marks everything made of it', async (text, flag) => {
    await upload({ name: 'exercise', content: text }, { name: 'profile', content: 'Test_Flight' }, file('x.csv'));
    await server.jobs.idle();
    expect([...server.records.kept.values()].map((record) => record.exercise)).toEqual([flag, flag, flag, flag]);
    const names = flag ? ['x'] : [];
    expect(await bodyOf('/api/exercise', exerciseStateSchema)).toEqual({ exercise: flag, names });
  });

  it('read with the profile of exercises is one, whatever was said', async () => {
    await upload(
      { name: 'profile', content: 'plumeline-exercise' },
      { name: 'exercise', content: 'false' },
      file('x.csv'),
    );
    await server.jobs.idle();
    expect([...server.records.kept.values()].map((record) => record.exercise)).toEqual([true, true, true, true]);
  });

  it('with faults is refused as a whole, with each fault and its place', async () => {
    const answer = await upload(file('good.csv'), file('bad.csv', 'time,lat,lon,ch4\n0,1,2,NaN\n'));
    expect(answer.statusCode).toBe(422);
    const { faults, code } = await problemOf(answer);
    expect(code).toBe('input-unusable');
    expect(faults).toEqual([
      {
        code: 'value-not-a-number',
        message: 'The value is not a number.',
        remedy: 'Leave the field empty where there is no value.',
        place: { file: 'bad.csv', row: 2, column: 'ch4' },
      },
    ]);
    expect(server.objects.kept.size).toBe(0);
    expect(await server.jobs.list(10)).toEqual([]);
  });

  it.each([
    ['no file', [], 'upload-empty'],
    ['a name that leads out', [file('../escape.csv')], 'file-name-unsafe'],
    ['a name from the root', [file('/etc/passwd')], 'file-name-unsafe'],
    ['a Windows path', [file('C:/flight.csv')], 'file-name-unsafe'],
    ['a very long name', [file(`${'x'.repeat(256)}.csv`)], 'file-name-unsafe'],
    ['one name twice', [file('a.csv'), file('a.csv')], 'file-name-repeated'],
    ['the sealed truth of an exercise', [file('truth.sealed', 'PLUMELINE-SEALED-1\n...')], 'truth-sealed'],
    ['an unknown profile', [{ name: 'profile', content: 'no-such' }, file('a.csv')], 'profile-unknown'],
  ])('with %s is refused', async (_what, parts, code) => {
    const answer = await upload(...parts);
    expect(answer.statusCode).toBe(422);
    expect((await problemOf(answer)).faults).toMatchObject([{ code }]);
    expect(server.objects.kept.size).toBe(0);
  });

  it.each([
    ['a field that does not exist', [{ name: 'colour', content: 'red' }]],
    ['a file in another field', [{ name: 'picture', fileName: 'a.csv', content: 'x' }]],
    ['an exercise that is neither true nor false', [{ name: 'exercise', content: 'maybe' }, file('a.csv')]],
  ])('with %s is a bad request', async (_what, parts) => {
    const answer = await upload(...parts);
    expect(answer.statusCode).toBe(400);
    expect((await problemOf(answer)).code).toBe('request-invalid');
  });

  it('of something else than a form is refused by its media type', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/recordings',
      headers: { host: HOST },
      payload: { files: [] },
    });
    expect(answer.statusCode).toBe(415);
    await problemOf(answer);
  });

  it('with too many files is too large', async () => {
    const many = Array.from({ length: MAX_FILES + 1 }, (_, i) => file(`${i}.csv`));
    const answer = await upload(...many);
    expect(answer.statusCode).toBe(413);
    expect((await problemOf(answer)).code).toBe('upload-too-large');
    expect(server.objects.kept.size).toBe(0);
  });

  it('that says it is too large is refused before it is read', async () => {
    const form = formOf([file('a.csv')]);
    const headers = { ...form.headers, 'content-length': String(300 * 1024 * 1024) };
    const answer = await server.app.inject({ method: 'POST', url: '/api/recordings', headers, payload: form.payload });
    expect(answer.statusCode).toBe(413);
    expect(answer.headers.connection).toBe('close');
  });
});

describe('samples', () => {
  it('are thinned to the limit and keep the peak', async () => {
    await upload(file('flight.csv'));
    await server.jobs.idle();
    const { recording } = findingNamed('flight');
    const samples = await bodyOf(`/api/recordings/${recording.id}/samples?limit=50`, samplesSchema);
    expect(samples.total).toBe(600);
    expect(samples.returned).toBeLessThanOrEqual(50);
    expect(Math.max(...(samples.moleFraction_ppm as number[]))).toBe(9);
    expect(samples.time_s[samples.moleFraction_ppm.indexOf(9)]).toBe(1_772_377_200 + PEAK_AT);
    expect(samples.windEast_mps?.[0]).toBeNull();
    const columns = Object.values(samples).filter((value) => Array.isArray(value));
    expect(columns.map((column) => column.length)).toEqual(columns.map(() => samples.returned));
    expect(samples.fitted_ppm?.[0]).toBe(2);
  });

  it('are read from the original bytes once, then kept', async () => {
    await upload(file('flight.csv'));
    await server.jobs.idle();
    const { recording } = findingNamed('flight');
    for (let i = 0; i < 3; i++) await get(`/api/recordings/${recording.id}/samples`);
    expect(server.analysis.reads).toEqual(['flight.csv']);
  });

  it('have no background before the recording is fitted', async () => {
    const { recording } = findingNamed('flight', { profileDigest: testProfile.digest });
    await server.records.save([recording]);
    await server.objects.save(testProfile.bytes);
    await server.objects.save(new TextEncoder().encode('time,lat,lon,ch4\n'));
    const samples = await bodyOf(`/api/recordings/${recording.id}/samples`, samplesSchema);
    expect(samples.background_ppm).toBeUndefined();
    expect(samples.returned).toBe(600);
  });

  it('that this version reads differently are a conflict with a remedy', async () => {
    const { recording } = findingNamed('flight', { profileDigest: testProfile.digest });
    await server.records.save([{ ...recording, id: 'rec-00000000000000000000', sampleCount: 599 }]);
    await server.objects.save(testProfile.bytes);
    await server.objects.save(new TextEncoder().encode('time,lat,lon,ch4\n'));
    const answer = await get('/api/recordings/rec-00000000000000000000/samples');
    expect(answer.statusCode).toBe(409);
    expect((await problemOf(answer)).remedy).toContain('again');
  });

  it.each(['3', '200001', 'all', '-1'])('refuse limit=%s', async (limit) => {
    const answer = await get(`/api/recordings/rec-00/samples?limit=${limit}`);
    expect(answer.statusCode).toBe(400);
    expect((await problemOf(answer)).detail).toContain('limit');
  });
});

describe('lists', () => {
  it('keep what touches the box', async () => {
    const { recording, site, nullResult } = findingNamed('flight');
    await server.records.save([recording, site, nullResult]);
    expect((await get('/api/sites?bbox=-108,24,-107,25')).json()).toHaveLength(1);
    expect((await get('/api/sites?bbox=0,0,1,1')).json()).toHaveLength(0);
    expect((await get('/api/recordings?bbox=-107.6,24.6,-107.45,24.75')).json()).toHaveLength(1);
    expect(await bodyOf(`/api/null-results?recordingId=${recording.id}`, Type.Array(nullResultSchema))).toEqual([
      nullResult,
    ]);
    expect((await get('/api/null-results?recordingId=rec-0123')).json()).toEqual([]);
  });

  it.each([
    '/api/sites?bbox=1,2,3',
    '/api/sites?bbox=10,0,-10,5',
    '/api/sites?bbox=0,-91,1,0',
    '/api/sites?bbox=a,b,c,d',
    '/api/sites?limit=0',
    '/api/sites?limit=5001',
    '/api/sites?unknown=1',
    '/api/detections?recordingId=../x',
    '/api/jobs?limit=many',
  ])('refuse %s', async (url) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(400);
    expect((await problemOf(answer)).code).toBe('request-invalid');
  });
});

describe('things that are not there', () => {
  it.each([
    '/api/recordings/rec-00',
    '/api/recordings/rec-00/samples',
    '/api/sites/sit-00',
    '/api/source-estimates/est-00',
    '/api/trace/sit-00',
    '/api/jobs/nothing',
    '/api/no-such-route',
    '/api',
    '/api/objects/0123',
  ])('%s is a 404 that says so', async (url) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(404);
    expect((await problemOf(answer)).code).toBe('not-found');
  });

  it('a record of another kind is not taken for the one asked for', async () => {
    const { recording } = findingNamed('flight');
    await server.records.save([recording]);
    expect((await get(`/api/sites/${recording.id}`)).statusCode).toBe(404);
    expect((await get(`/api/source-estimates/${recording.id}`)).statusCode).toBe(404);
  });

  it('an address that is not well formed is a problem too', async () => {
    const answer = await get('/api/%zz');
    expect(answer.statusCode).toBe(400);
    await problemOf(answer);
  });

  it('a method that is not served is a 404', async () => {
    const answer = await server.app.inject({ method: 'DELETE', url: '/api/recordings', headers: { host: HOST } });
    expect(answer.statusCode).toBe(404);
    await problemOf(answer);
  });
});

describe('jobs', () => {
  it('can be cancelled while they run; nothing is stored then, and not twice', async () => {
    let open = () => {};
    server.analysis.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { jobId } = (await upload(file('flight.csv'))).json() as { jobId: string };
    const cancelled = await post(`/api/jobs/${jobId}/cancel`);
    expect(cancelled.statusCode).toBe(200);
    expect(conforming(cancelled.json(), jobSchema).state).toBe('cancelled');
    const again = await post(`/api/jobs/${jobId}/cancel`);
    expect(again.statusCode).toBe(409);
    expect((await problemOf(again)).code).toBe('job-ended');
    open();
  });

  it('that do not exist cannot be cancelled', async () => {
    expect((await post('/api/jobs/none/cancel')).statusCode).toBe(404);
  });
});

describe('system', () => {
  it('says its version when the database answers', async () => {
    expect(await bodyOf('/api/health', healthSchema)).toEqual({ status: 'ok', software: SOFTWARE });
  });

  it('lists the profiles', async () => {
    expect(await bodyOf('/api/profiles', Type.Array(profileSummarySchema))).toEqual([
      {
        name: 'test-flight',
        title: 'A flight for tests',
        substance: 'methane',
        digest: testProfile.digest,
        exercise: false,
      },
      expect.objectContaining({ name: 'plumeline-exercise', exercise: true }),
    ]);
  });

  it('hides the inside of a defect and tells its operator', async () => {
    server.records.broken = true;
    const answer = await get('/api/health');
    expect(answer.statusCode).toBe(500);
    const problem = await problemOf(answer);
    expect(JSON.stringify(problem)).not.toContain('secret-host');
    expect(server.defects.map(({ message }) => message)).toEqual(['connection to secret-host lost']);
  });
});
