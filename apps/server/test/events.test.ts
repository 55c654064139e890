import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadExerciseOnce } from '../src/exercise.ts';
import { formatEvent } from '../src/http/event-routes.ts';
import { findingNamed, SOFTWARE } from './support/findings.ts';
import { formOf, HOST, startTestServer, type TestServer } from './support/test-app.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.app.close());

/** Reads a page's stream until the text has come. */
async function readUntil(stream: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  let all = '';
  while (!all.includes(text)) {
    const { value, done } = await stream.read();
    if (done) throw new Error(`The stream ended after: ${all}`);
    all += new TextDecoder().decode(value);
  }
  return all;
}

describe('events', () => {
  it('tell a page of each change of a job and of new records', async () => {
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/api/events`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const stream = response.body!.getReader();
    await readUntil(stream, 'retry: ');
    const form = formOf([{ name: 'files', fileName: 'flight.csv', content: 'x' }]);
    await server.app.inject({ method: 'POST', url: '/api/recordings', ...form });
    const text = await readUntil(stream, `${findingNamed('flight').site.id}"]`);
    expect(text).toContain('event: records\ndata: ');
    const states = [...text.matchAll(/^event: job\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1]!).state);
    expect(states.slice(0, 2)).toEqual(['queued', 'running']);
    expect(states.at(-1)).toBe('done');
    await server.app.close();
    expect((await stream.read()).done).toBe(true);
  });

  it('are each one block, whatever the text holds', () => {
    const job = {
      id: 'a',
      name: 'process',
      state: 'failed',
      error: 'line\none',
      progress: { stage: 'x', fraction: 0 },
    };
    const text = formatEvent({ event: 'job', data: { ...job, input: {}, createdAt: '' } as never });
    expect(text.split('\n')).toHaveLength(4);
    expect(text.endsWith('\n\n')).toBe(true);
  });
});

describe('the exercise', () => {
  const options = { seed: 7, software: SOFTWARE, onProgress: () => undefined };

  it('is loaded into an empty database, as training data, and waited for', async () => {
    const job = await loadExerciseOnce(server.ports, options);
    expect(job).toMatchObject({ state: 'done' });
    const records = [...server.records.kept.values()];
    expect(records.map((record) => record.exercise)).toEqual([true, true, true, true]);
    const answer = await server.app.inject({ url: '/api/exercise', headers: { host: HOST } });
    expect(answer.json()).toEqual({ exercise: true, names: ['exercise-7'] });
  });

  it('is not loaded twice, nor beside anything that was ever queued', async () => {
    await loadExerciseOnce(server.ports, options);
    expect(await loadExerciseOnce(server.ports, options)).toBeUndefined();
    const other = await startTestServer({ working: false });
    await other.jobs.enqueue('process', {});
    expect(await loadExerciseOnce(other.ports, options)).toBeUndefined();
    await other.app.close();
  });
});
