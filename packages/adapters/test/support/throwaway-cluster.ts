/**
 * A PostgreSQL server for one test run: initdb in a temporary folder, listening on a Unix socket in that folder alone,
 * stopped by its pid. PostgreSQL refuses to run as root, so root starts it as the user `postgres`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ThrowawayCluster {
  /** URL of its database `postgres`, as its superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

const PACKAGED_VERSIONS = '/usr/lib/postgresql';
const OLDEST_VERSION = 15;
/** Nothing listens on TCP; the number only names the socket file. */
const SOCKET_NUMBER = 5432;

/** The folder of initdb and postgres, newest first; undefined where no server with PostGIS is installed. */
export function findServerPrograms(): string | undefined {
  if (!existsSync(PACKAGED_VERSIONS)) return undefined;
  return readdirSync(PACKAGED_VERSIONS)
    .filter((version) => Number(version) >= OLDEST_VERSION)
    .sort((a, b) => Number(b) - Number(a))
    .filter((version) => existsSync(`/usr/share/postgresql/${version}/extension/postgis.control`))
    .map((version) => join(PACKAGED_VERSIONS, version, 'bin'))
    .find((programs) => existsSync(join(programs, 'initdb')));
}

export async function startThrowawayCluster(programs: string): Promise<ThrowawayCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'plumeline-server-'));
  const account = accountToRunAs();
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? account.uid);
  const data = join(folder, 'data');
  const settings = ['--username=plumeline', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(programs, 'initdb'), ['-D', data, ...settings], { ...account, cwd: folder, stdio: 'pipe' });
  // Its data is thrown away, so nothing is flushed.
  const quick = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'listen_addresses='];
  const options = [...quick, `unix_socket_directories=${folder}`, `port=${SOCKET_NUMBER}`].flatMap((one) => [
    '-c',
    one,
  ]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
    ...account,
    cwd: folder,
    stdio: 'pipe',
  });
  const said = collect(server.stderr);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await untilReady(data, said, () => server.exitCode !== null);
  return {
    url: `postgresql://plumeline@/postgres?host=${encodeURIComponent(folder)}&port=${SOCKET_NUMBER}`,
    stop: async () => {
      // "Fast shutdown": clients are disconnected.
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accountToRunAs(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres');
  if (entry === undefined) throw new Error('PostgreSQL does not run as root, and there is no user "postgres".');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** The server writes `ready` on line 8 of postmaster.pid once it takes connections. */
async function untilReady(data: string, said: () => string, hasEnded: () => boolean): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  for (let tries = 0; tries < 300; tries++) {
    if (hasEnded()) throw new Error(`The throw-away PostgreSQL server ended at once:\n${said()}`);
    if (existsSync(pidFile) && readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The throw-away PostgreSQL server was not ready within 30 s:\n${said()}`);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}
