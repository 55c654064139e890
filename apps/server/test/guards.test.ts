import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, HOST, startTestServer, type TestServer } from './support/test-app.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.app.close());

const get = (headers: Record<string, string>, url = '/api/health') =>
  server.app.inject({ method: 'GET', url, headers });

describe('Host (DNS rebinding)', () => {
  it.each(['127.0.0.1', '127.0.0.1:4780', 'localhost:4780', 'LOCALHOST', '[::1]:4780'])('%s is served', async (host) =>
    expect((await get({ host })).statusCode).toBe(200),
  );
  it.each([
    'attacker.example',
    'attacker.example:4780',
    '127.0.0.1.attacker.example',
    'localhost.attacker.example:4780',
    '10.0.0.1:4780',
    '0.0.0.0:4780',
    '127.0.0.1:4780@attacker.example',
  ])('%j is refused', async (host) => {
    for (const url of ['/api/health', '/', '/api/none']) {
      const answer = await get({ host }, url);
      expect(answer.statusCode).toBe(421);
      expect(answer.json()).toMatchObject({ code: 'host-unknown' });
    }
  });
});

describe('Origin', () => {
  const send = (headers: Record<string, string>) => {
    const form = formOf([{ name: 'files', fileName: 'a.csv', content: 'x' }]);
    return server.app.inject({
      method: 'POST',
      url: '/api/recordings',
      payload: form.payload,
      headers: { ...form.headers, ...headers },
    });
  };
  it.each([
    {},
    { origin: `http://${HOST}` },
    { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('%j may change things', async (headers) =>
    expect((await send(headers as Record<string, string>)).statusCode).toBe(202),
  );
  it.each([
    { origin: 'http://attacker.example' },
    { origin: 'http://127.0.0.1:8080' },
    { origin: 'null' },
    { origin: `https://${HOST}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('%j may not', async (headers) => {
    const kept = server.objects.kept.size;
    const answer = await send(headers as Record<string, string>);
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'origin-forbidden' });
    expect(server.objects.kept.size).toBe(kept);
  });
});

describe('headers of every answer', () => {
  it.each(['/api/health', '/api/none', '/', '/some/page'])('%s', async (url) => {
    const { headers } = await get({ host: HOST, accept: 'text/html' }, url);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});
