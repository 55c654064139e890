/** The OpenAPI document as text, without a database or a socket. */
import { buildApp } from './app.ts';
import type { ServerPorts } from './server-ports.ts';

/** @param version of Plumeline, e.g. `0.1.0` */
export async function describeApi(version: string): Promise<string> {
  // Routes take what they need from the ports when they are called; to describe them nothing is called.
  const uncalled = new Proxy({}, { get: () => () => () => undefined }) as never;
  const ports: ServerPorts = {
    records: uncalled,
    objects: uncalled,
    jobs: uncalled,
    analysis: uncalled,
    basemap: uncalled,
    profiles: [],
  };
  const app = await buildApp(ports, {
    software: `plumeline ${version}`,
    workbench: import.meta.dirname,
    onDefect: () => undefined,
  });
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), undefined, 2)}\n`;
  await app.close();
  return text;
}
