/** Opens the adapters, wires them into the app and serves it; undone in reverse by `stop`. */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PgBossJobQueue } from '@plumeline/adapters/jobs';
import { DirectoryObjectStore } from '@plumeline/adapters/objects';
import { openDatabase, PostgresRecordStore } from '@plumeline/adapters/postgres';
import { basemapFrom } from './basemap.ts';
import type { Configuration } from './configuration.ts';
import { workOnCubes } from './cube-job.ts';
import { workOnUploads } from './process-job.ts';
import { loadProfiles } from './profiles.ts';
import type { ServerPorts } from './server-ports.ts';
import { openThreadedAnalysis } from './threaded-analysis.ts';
import { openThreadedCubes } from './threaded-cubes.ts';

export interface Reports {
  /** A step of starting, for people who wait. */
  readonly onProgress: (what: string) => void;
  /** A fault that no answer shows; the server goes on. */
  readonly onDefect: (error: Error) => void;
  /** The database is gone; the server cannot go on. */
  readonly onEnd: (error: Error) => void;
}

export interface RunningServer {
  readonly address: string;
  readonly ports: ServerPorts;
  stop(): Promise<void>;
}

/** Browsers reach this machine only; a reverse proxy with a login goes in front where others may. */
const HOST = '127.0.0.1';

/**
 * @throws ConflictError when another process has the data directory; an error with code EADDRINUSE when the port is
 * taken; InputError when a profile is faulty. What was opened until then is closed again.
 */
export async function serve(configuration: Configuration, reports: Reports): Promise<RunningServer> {
  const { root, data, databaseUrl, geodata, software } = configuration;
  const opened: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close().catch(reports.onDefect);
  };
  try {
    const profiles = await loadProfiles(join(root, 'profiles'));
    const opening = openDatabase({
      dataDirectory: data,
      onProgress: reports.onProgress,
      ...(databaseUrl === undefined ? {} : { url: databaseUrl }),
    });
    // The database opens in a thread of its own meanwhile.
    const loading = import('./app.ts');
    const database = await opening;
    opened.push(() => database.close());
    const { buildApp } = await loading;
    database.onEnd(reports.onEnd);
    const analysis = openThreadedAnalysis();
    opened.push(() => analysis.close());
    const cubes = openThreadedCubes();
    opened.push(() => cubes.close());
    // Stopped before the threads: a job under way is handed back to the next start, not failed.
    const jobs = await PgBossJobQueue.start(database, { onError: reports.onDefect });
    opened.push(() => jobs.stop());
    const ports: ServerPorts = {
      records: new PostgresRecordStore(database),
      objects: new DirectoryObjectStore({ directory: join(data, 'objects') }),
      jobs,
      analysis,
      cubes,
      profiles,
      basemap: basemapFrom(geodata),
    };
    const workbench = join(root, 'apps', 'workbench', 'build');
    const app = await buildApp(ports, { software, workbench, onDefect: reports.onDefect });
    opened.push(() => app.close());
    await app.listen({ host: HOST, port: configuration.port });
    const address = `http://${HOST}:${(app.server.address() as AddressInfo).port}`;
    database.setAddress(address);
    await workOnUploads(jobs, ports, software);
    await workOnCubes(jobs, ports, software);
    return { address, ports, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
