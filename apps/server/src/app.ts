/** The HTTP app over its ports: no socket, file or database is opened here, so tests run it in memory. */
import fastifyMultipart from '@fastify/multipart';
import fastifySwagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import type { TSchema } from 'typebox';
import { openEvents } from './events.ts';
import { addBasemapRoutes } from './http/basemap-routes.ts';
import { addCubeRoutes } from './http/cube-routes.ts';
import { addEventRoutes } from './http/event-routes.ts';
import { addFindingRoutes } from './http/finding-routes.ts';
import { guardRequests } from './http/guards.ts';
import { type HttpApp, nameOf, withReferences } from './http/http-app.ts';
import { addJobRoutes } from './http/job-routes.ts';
import { addOpenApi, openApiOptions } from './http/openapi.ts';
import { answerProblems, problemOf, sendProblem } from './http/problems.ts';
import { addRecordingRoutes } from './http/recording-routes.ts';
import { addRelocationRoutes } from './http/relocation-routes.ts';
import { addSystemRoutes } from './http/system-routes.ts';
import { uploadLimits } from './http/upload-form.ts';
import { addWorkbenchRoutes } from './http/workbench-routes.ts';
import { openSeriesReader } from './recorded-series.ts';
import * as schemas from './schemas.ts';
import type { ServerPorts } from './server-ports.ts';

export interface AppOptions {
  /** Version string, e.g. `plumeline 0.1.0`. */
  readonly software: string;
  /** Folder of the built workbench; may not exist yet. */
  readonly workbench: string;
  /** Told of each error that is nobody's input. */
  readonly onDefect: (error: Error) => void;
}

/** A body of JSON is never large; uploads have limits of their own. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Long enough for the largest upload over a slow link, short enough to shed idle connections. */
const REQUEST_LIMIT_MS = 600_000;

export async function buildApp(ports: ServerPorts, options: AppOptions): Promise<HttpApp> {
  const app: HttpApp = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true, allErrors: false } },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_LIMIT_MS,
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problemOf(error)),
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Records go out exactly as they are stored; the schemas describe them, and the tests hold them to it.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  guardRequests(app);
  answerProblems(app, options.onDefect);
  await app.register(fastifyMultipart, uploadLimits);
  await app.register(fastifySwagger, openApiOptions(options.software));
  for (const schema of Object.values(schemas).sort(byName)) app.addSchema(withReferences(schema));

  const events = openEvents(ports.jobs);
  app.addHook('onClose', async () => events.close());
  addSystemRoutes(app, ports, options.software);
  const series = openSeriesReader(ports);
  addRecordingRoutes(app, ports, options.software, series);
  addCubeRoutes(app, ports);
  addFindingRoutes(app, ports);
  addRelocationRoutes(app, ports, options.software, series);
  addJobRoutes(app, ports);
  addEventRoutes(app, events);
  addBasemapRoutes(app, ports);
  addOpenApi(app);
  await addWorkbenchRoutes(app, options.workbench);
  return app;
}

/** The document lists schemas in this order, whatever the loader makes of a module's exports. */
function byName(a: TSchema, b: TSchema): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
