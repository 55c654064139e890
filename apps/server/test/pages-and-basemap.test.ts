import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basemapFrom } from '../src/basemap.ts';
import { HOST, startTestServer, type TestServer } from './support/test-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumeline-pages-'));
const built = join(folder, 'build');
const geodata = join(folder, 'geodata');
const states = JSON.stringify({ type: 'Topology', objects: {}, arcs: [[[0, 0]]], note: 'x'.repeat(2000) });
let server: TestServer;

beforeAll(async () => {
  mkdirSync(geodata);
  writeFileSync(join(geodata, 'mxstate.topo.json'), states);
  server = await startTestServer({ workbench: built, basemap: basemapFrom(geodata) });
});
afterAll(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'GET', url, headers: { host: HOST, accept: 'text/html', ...headers } });

describe('the workbench', () => {
  it('before it is built, says how to build it', async () => {
    const answer = await get('/');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('npm run build');
    expect(answer.body).not.toContain('<script');
  });

  it('is served as soon as it is built, at every address of a page', async () => {
    mkdirSync(join(built, 'assets'), { recursive: true });
    writeFileSync(join(built, 'index.html'), '<!doctype html><title>workbench</title>');
    writeFileSync(join(built, 'assets', 'app-1234.js'), 'export {};');
    writeFileSync(join(built, 'icon.svg'), '<svg/>');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    for (const url of ['/', '/index.html', '/sites/sit-0123', '/sites?map=7/24/-107']) {
      const answer = await get(url);
      expect([answer.statusCode, answer.body]).toEqual([200, '<!doctype html><title>workbench</title>']);
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    }
  });

  it('sends assets to be kept for ever, other files to be asked for again', async () => {
    const asset = await get('/assets/app-1234.js');
    expect(asset.headers['content-type']).toContain('javascript');
    expect(asset.headers['cache-control']).toContain('immutable');
    expect((await get('/icon.svg')).headers['cache-control']).toBe('no-cache');
    expect(
      (await get('/icon.svg', { 'if-none-match': String((await get('/icon.svg')).headers.etag) })).statusCode,
    ).toBe(304);
  });

  it('has no page for a lost asset or for a program', async () => {
    for (const [url, accept] of [
      ['/assets/gone.js', 'text/html'],
      ['/sites', 'application/json'],
      ['/api/gone', 'text/html'],
    ] as const) {
      const answer = await get(url, { accept });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(String(answer.headers['cache-control'])).not.toContain('immutable');
    }
  });

  it.each(['/../secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/%2e%2e/secret.txt', '/.env'])(
    'does not serve %s',
    async (url) => {
      const answer = await get(url, { accept: '*/*' });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain('secret"');
      expect(answer.headers['content-type']).toContain('application/problem+json');
    },
  );
});

describe('the base map', () => {
  const layer = (name: string, headers: Record<string, string> = {}) => get(`/api/basemap/${name}`, headers);

  it('is sent plain or compressed, as the page takes it', async () => {
    const plain = await layer('states', { 'accept-encoding': 'identity' });
    expect([plain.statusCode, plain.body]).toEqual([200, states]);
    const packed = await layer('states', { 'accept-encoding': 'gzip, deflate' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.rawPayload.length).toBeLessThan(states.length / 4);
    expect(String(gunzipSync(packed.rawPayload))).toBe(states);
    expect((await layer('states', { 'accept-encoding': 'br, gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  });

  it('is not sent again to a page that has it', async () => {
    const { etag } = (await layer('states')).headers;
    const again = await layer('states', { 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('that is not installed says which file to add, and is found once it is there', async () => {
    const missing = await layer('municipalities');
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({
      code: 'basemap-layer-missing',
      detail: expect.stringContaining('mxmunicipio'),
    });
    expect(missing.json().remedy).toContain('PLUMELINE_GEODATA');
    writeFileSync(join(geodata, 'mxmunicipio.topo.json'), '{}');
    expect((await layer('municipalities')).body).toBe('{}');
  });

  it('has no other layers', async () => {
    expect((await layer('..%2fsecret')).statusCode).toBe(400);
    expect((await layer('rivers')).statusCode).toBe(400);
  });
});
