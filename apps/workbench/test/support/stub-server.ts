/** A server with the product's HTTP API over fixtures, so that the workbench is tested alone. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Fault, Job } from '../../../../packages/core/src/index.ts';
import { type Fixtures, makeFixtures, relocatedOf, traceOf } from './fixtures.ts';

export interface StubServer {
  readonly url: string;
  readonly fixtures: Fixtures;
  /** Changes a job and tells the page, as the real server's events do. */
  setJob(job: Job): void;
  /** Ids of jobs that the page asked to cancel. */
  readonly cancelled: string[];
  /** Names of files that the page sent. */
  readonly received: string[];
  /** Further answers by their path, e.g. `/api/recordings/rec-1/pictures/amount`. */
  readonly extra: Map<string, unknown>;
  /** What the page asked of estimates, and the questions that it gave up. */
  readonly wishes: object[];
  readonly withdrawn: string[];
  close(): Promise<void>;
}

export interface StubOptions {
  /** Folder with mxstate.topo.json and mxmunicipio.topo.json, when there is one. */
  readonly geodata?: string;
  readonly isEmpty?: boolean;
  /** The second flight and its site are real; everything else is training data. */
  readonly isMixed?: boolean;
  readonly port?: number;
}

const BUILD = new URL('../../build/', import.meta.url).pathname;
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' data: blob:; base-uri 'none'; form-action 'self'";

export const FAULTS: Fault[] = [
  {
    code: 'position-missing',
    message: 'The row has no latitude.',
    remedy: 'Fill the column lat or take the row out.',
    place: { file: 'bad-flight.csv', row: 12, column: 'lat' },
  },
  {
    code: 'time-backwards',
    message: 'The time is 14 s before the row above.',
    remedy: 'Sort the file by time.',
    place: { file: 'bad-flight.csv', row: 1204, column: 'time' },
  },
];

export async function startStub(options: StubOptions = {}): Promise<StubServer> {
  const fixtures = makeFixtures();
  if (options.isEmpty) {
    for (const list of [
      fixtures.recordings,
      fixtures.detections,
      fixtures.estimates,
      fixtures.nullResults,
      fixtures.sites,
      fixtures.jobs,
    ]) {
      list.length = 0;
    }
  }
  if (options.isMixed) {
    fixtures.recordings[1] = { ...fixtures.recordings[1]!, exercise: false };
    fixtures.sites[1] = { ...fixtures.sites[1]!, exercise: false };
  }
  const listeners = new Set<ServerResponse>();
  const cancelled: string[] = [];
  const received: string[] = [];
  const extra = new Map<string, unknown>();
  const wishes: object[] = [];
  const withdrawn: string[] = [];
  const setJob = (job: Job) => {
    const at = fixtures.jobs.findIndex(({ id }) => id === job.id);
    if (at === -1) fixtures.jobs.push(job);
    else fixtures.jobs[at] = job;
    for (const response of listeners) response.write(`event: job\ndata: ${JSON.stringify(job)}\n\n`);
  };
  const context: Context = { fixtures, listeners, cancelled, received, extra, wishes, withdrawn, setJob, options };
  const server = createServer((request, response) => {
    answer(context, request, response).catch((error: unknown) => {
      problem(response, 500, String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fixtures,
    setJob,
    cancelled,
    received,
    extra,
    wishes,
    withdrawn,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Context {
  readonly fixtures: Fixtures;
  readonly listeners: Set<ServerResponse>;
  readonly cancelled: string[];
  readonly received: string[];
  readonly extra: ReadonlyMap<string, unknown>;
  readonly wishes: object[];
  readonly withdrawn: string[];
  readonly setJob: (job: Job) => void;
  readonly options: StubOptions;
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stub');
  if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response);
  if (context.extra.has(url.pathname)) return json(response, context.extra.get(url.pathname));
  const [kind, id, part] = url.pathname.slice('/api/'.length).split('/').map(decodeURIComponent);
  if (request.method === 'POST') return take(context, kind, id, request, response);
  const { fixtures } = context;
  const recordingId = url.searchParams.get('recordingId');
  switch (kind) {
    case 'exercise':
      return json(response, { exercise: fixtures.sites.length > 0, names: ['sinaloa-1'] });
    case 'profiles':
      return json(response, [
        { name: 'plumeline-exercise', title: 'Plumeline exercise', substance: 'methane', digest: '0', exercise: true },
        { name: 'faam_elgin_b689', title: 'FAAM flight B689', substance: 'methane', digest: '1', exercise: false },
      ]);
    case 'sites':
      return id === undefined ? json(response, fixtures.sites) : sendSite(fixtures, id, response);
    case 'recordings': {
      if (id === undefined) return json(response, fixtures.recordings);
      const found = part === 'samples' ? fixtures.samples.get(id) : fixtures.recordings.find((one) => one.id === id);
      return found === undefined
        ? problem(response, 404, `There is no recording with id ${id}.`)
        : json(response, found);
    }
    case 'detections':
      return json(
        response,
        fixtures.detections.filter((one) => recordingId === null || one.recordingId === recordingId),
      );
    case 'null-results':
      return json(
        response,
        fixtures.nullResults.filter((one) => recordingId === null || one.recordingIds.includes(recordingId)),
      );
    case 'source-estimates':
      return sendEstimates(fixtures, id, part, recordingId, response);
    case 'trace':
      return json(response, traceOf(fixtures, id ?? ''));
    case 'jobs':
      return json(response, fixtures.jobs);
    case 'events':
      return listen(context, response);
    case 'basemap':
      return sendBasemap(context.options.geodata, id, response);
    default:
      return problem(response, 404, 'There is nothing here.');
  }
}

async function take(
  context: Context,
  kind: string | undefined,
  id: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (kind === 'jobs' && id !== undefined) {
    context.cancelled.push(id);
    const job = context.fixtures.jobs.find((one) => one.id === id);
    if (job !== undefined) context.setJob({ ...job, state: 'cancelled', endedAt: '2026-03-14T17:21:00.000Z' });
    return json(response, {});
  }
  if (kind === 'source-estimates' && id !== undefined) {
    return takeWish(context, id, JSON.parse(Buffer.concat(chunks).toString()), request, response);
  }
  const body = Buffer.concat(chunks).toString('latin1');
  const names = [...body.matchAll(/name="files"; filename="([^"]+)"/g)].map(([, name]) => name!);
  context.received.push(...names);
  if (names.some((name) => name.startsWith('bad'))) {
    response.writeHead(422, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'The files cannot be used.', status: 422, faults: FAULTS }));
    return;
  }
  const jobId = `job-${context.fixtures.jobs.length + 1}`;
  context.setJob({
    id: jobId,
    name: 'process-recording',
    state: 'queued',
    progress: { stage: 'queued', fraction: 0, detail: names.join(', ') },
    input: {},
    createdAt: '2026-03-14T17:20:00.000Z',
  });
  response.writeHead(202, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jobId }));
}

function listen({ listeners }: Context, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': here\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
}

function sendEstimates(
  { estimates }: Fixtures,
  id: string | undefined,
  part: string | undefined,
  recordingId: string | null,
  response: ServerResponse,
): void {
  if (id === undefined) {
    json(
      response,
      estimates.filter(({ recordingIds }) => recordingId === null || recordingIds.includes(recordingId)),
    );
    return;
  }
  const found = estimates.find((one) => one.id === id);
  if (found === undefined) problem(response, 404, `There is no source-estimate with id ${id}.`);
  else if (part === 'next-legs') json(response, nextLegsFor(found.position));
  else json(response, found);
}

function nextLegsFor({ lat, lon }: { lat: number; lon: number }) {
  const leg = (kind: string, off: number, gain_nats: number) => ({
    kind,
    from: { lat: lat - off - 0.03, lon: lon + off - 0.03 },
    to: { lat: lat - off + 0.03, lon: lon + off + 0.03 },
    heightAgl_m: 150,
    length_m: 7400,
    duration_s: 212,
    gain_nats,
    seen: 0.83,
    ...(kind === 'upwind-null' ? {} : { crossingDistance_m: { p10: 900, p90: 2400 } }),
  });
  return {
    legs: [leg('across', 0.012, 1.4), leg('gap', 0, 1.1), leg('upwind-null', -0.015, 0.4)],
    assumed: {
      groundSpeed_mps: 62,
      heightsAgl_m: [150],
      turnRadius_m: 680,
      windFrom_deg: 315,
      windSpeed_mps: 7.1,
      area: [lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1],
    },
  };
}

interface Wish {
  readonly setAside?: readonly { readonly index: number; readonly reason?: string }[];
  readonly whatIf?: Record<string, number>;
  readonly store?: boolean;
}

/** Answers as the server does; a reason that says `slow` waits until the page gives up. */
async function takeWish(
  { fixtures, wishes, withdrawn }: Context,
  id: string,
  wish: Wish,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  wishes.push(wish);
  const estimate = fixtures.estimates.find((one) => one.id === id)!;
  const aside = (wish.setAside ?? []).map(({ index, reason = '' }) => ({ index, reason }));
  if (aside.some(({ reason }) => reason.includes('slow'))) {
    await new Promise((resolve) => response.on('close', resolve));
    withdrawn.push(request.url ?? '');
    return;
  }
  const [change] = Object.values(wish.whatIf ?? {});
  const source = relocatedOf(estimate, aside, change === undefined ? 0.002 : 0.0004 * Math.abs(change));
  if (wish.store === true) fixtures.estimates.push(source);
  const { background_ppm, fitted_ppm } = fixtures.samples.get(estimate.recordingIds[0]!)!;
  json(response, {
    estimateId: id,
    sources: [source],
    nearestId: source.id,
    fit: { background_ppm, fitted_ppm },
    took_ms: 640,
    stored: wish.store === true,
  });
}

function sendSite(fixtures: Fixtures, id: string, response: ServerResponse): void {
  const site = fixtures.sites.find((one) => one.id === id);
  if (site === undefined) {
    problem(response, 404, `There is no site with id ${id}.`);
    return;
  }
  json(response, {
    site,
    estimates: fixtures.estimates.filter((one) => site.sourceEstimateIds.includes(one.id)),
    detections: fixtures.detections.filter((one) => site.detectionIds.includes(one.id)),
    recordings: fixtures.recordings.filter((one) => site.recordingIds.includes(one.id)),
  });
}

async function sendBasemap(
  folder: string | undefined,
  layer: string | undefined,
  response: ServerResponse,
): Promise<void> {
  const names: Record<string, string> = { states: 'mxstate.topo.json', municipalities: 'mxmunicipio.topo.json' };
  const name = names[layer ?? ''];
  if (folder === undefined || name === undefined) return problem(response, 404, 'This layer is not installed.');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(await readFile(join(folder, name)));
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const wanted = join(BUILD, normalize(path));
  const file = extname(wanted) === '' ? join(BUILD, 'index.html') : wanted;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return problem(response, 404, 'There is no such file.');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  response.end(bytes);
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ title: 'Not found', status, detail }));
}
