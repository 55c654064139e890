/** Work under way. */
import Type from 'typebox';
import { jobSchema } from '../schemas.ts';
import type { ServerPorts } from '../server-ports.ts';
import { type HttpApp, reference } from './http-app.ts';
import { problemResponses } from './problems.ts';
import { idParams, limitQuery } from './queries.ts';

export function addJobRoutes(app: HttpApp, { jobs }: ServerPorts): void {
  app.get(
    '/api/jobs',
    {
      schema: {
        operationId: 'listJobs',
        summary: 'Jobs, newest first',
        tags: ['jobs'],
        querystring: Type.Object({ limit: limitQuery }, { additionalProperties: false }),
        response: { 200: Type.Array(reference(jobSchema)), ...problemResponses },
      },
    },
    ({ query }) => jobs.list(query.limit),
  );

  app.get(
    '/api/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        summary: 'One job and how far it is',
        tags: ['jobs'],
        params: idParams,
        response: { 200: reference(jobSchema), ...problemResponses },
      },
    },
    ({ params }) => jobs.get(params.id),
  );

  app.post(
    '/api/jobs/:id/cancel',
    {
      schema: {
        operationId: 'cancelJob',
        summary: 'Stop a job; nothing of it is stored',
        tags: ['jobs'],
        params: idParams,
        response: { 200: reference(jobSchema), ...problemResponses },
      },
    },
    async ({ params }) => {
      await jobs.cancel(params.id);
      return jobs.get(params.id);
    },
  );
}
