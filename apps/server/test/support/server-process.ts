/** The server as its users run it: a process of its own, on a free port, with a data directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '@plumeline/core';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const READY = /^Plumeline is ready at (http:\/\/127\.0\.0\.1:\d+)\n$/;

export interface ServerProcess {
  readonly address: string;
  readonly startedIn_ms: number;
  /** Everything it said so far. */
  output(): { stdout: string; stderr: string };
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly took_ms: number;
}

type Settings = Readonly<Record<string, string>>;

/** Starts a server without exercise unless the settings say otherwise. @throws Error with its words when it ends first */
export async function startServer(data: string, settings: Settings = {}): Promise<ServerProcess> {
  const startedAt_ms = performance.now();
  const server = launchServer(data, settings);
  const [, address] = await server.said(READY);
  return { address: address!, startedIn_ms: performance.now() - startedAt_ms, output: server.output, end: server.end };
}

/** Runs a server that is expected to end by itself. */
export async function runServer(data: string, settings: Settings = {}) {
  const { ended, output } = launchServer(data, settings);
  const { code } = await ended;
  return { code, ...output() };
}

/** Where the server that holds a data directory serves. */
export function addressIn(data: string): string {
  return (JSON.parse(readFileSync(join(data, 'owner.json'), 'utf8')) as { address: string }).address;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server under way. It ends with the test run at the latest. */
export function launchServer(data: string, settings: Settings = {}) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'apps', 'server', 'src', 'main.ts')],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PLUMELINE_ROOT: ROOT,
        PLUMELINE_DATA: data,
        PLUMELINE_PORT: '0',
        PLUMELINE_EXERCISE_SEED: 'none',
        ...settings,
      },
    },
  );
  running.add(child);
  const words = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      words[name] += text;
      child.emit('words');
    });
  }
  const ended = new Promise<Omit<Ending, 'took_ms'>>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    ended,
    output: () => ({ ...words }),
    /** Waits until it has said so, on either stream. */
    said: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(words.stdout) ?? pattern.exec(words.stderr);
          if (match !== null) resolve(match);
        };
        child.on('words', look);
        look();
        void ended.then(({ code }) => reject(new Error(`The server ended with ${code}: ${words.stderr}`)));
      }),
    end: async (signal: NodeJS.Signals): Promise<Ending> => {
      const askedAt_ms = performance.now();
      child.kill(signal);
      return { ...(await ended), took_ms: performance.now() - askedAt_ms };
    },
  };
}

/** Uploads one file; the answer as it came. */
export function sendFile(address: string, name: string, bytes: Uint8Array, fields: Settings = {}): Promise<Response> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('files', new Blob([new Uint8Array(bytes)]), name);
  return fetch(`${address}/api/recordings`, { method: 'POST', body: form });
}

export async function getJson<T>(address: string, path: string): Promise<T> {
  const answer = await fetch(`${address}/api${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const ASK_AGAIN_MS = 100;

/** Waits until every job has ended. */
export async function idleJobs(address: string): Promise<Job[]> {
  for (;;) {
    const jobs = await getJson<Job[]>(address, '/jobs?limit=1000');
    if (jobs.every(({ state }) => state !== 'queued' && state !== 'running')) return jobs;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
