/** The description of the API, made from the routes themselves. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import Type from 'typebox';
import type { HttpApp } from './http-app.ts';

export function openApiOptions(software: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plumeline',
        version: software.replace(/^plumeline /, ''),
        description:
          'Files of a flight in, ground sources with their uncertainty out. Times are UTC, positions WGS84 degrees; ' +
          'a field name carries its unit. Every error is application/problem+json.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as never,
      },
      tags: [{ name: 'recordings' }, { name: 'findings' }, { name: 'jobs' }, { name: 'map' }, { name: 'system' }],
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _baseUri, _fragment, i) => String(json.$id ?? `def-${i}`) },
    transform: ({ schema, url }) => ({ schema: url === '/api/recordings' ? withUploadForm(schema) : schema, url }),
  };
}

export function addOpenApi(app: HttpApp): void {
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

type RouteSchema = Parameters<NonNullable<FastifyDynamicSwaggerOptions['transform']>>[0]['schema'];

/** The upload form for the document only: the form is read as a stream, so the validator never sees it. */
function withUploadForm(schema: RouteSchema): RouteSchema {
  if ((schema as { operationId?: string }).operationId !== 'uploadRecordings') return schema;
  const body = Type.Object({
    files: Type.Array(Type.Unsafe<unknown>({ type: 'string', contentMediaType: 'application/octet-stream' })),
    profile: Type.Optional(Type.String()),
    exercise: Type.Optional(Type.Boolean()),
    date: Type.Optional(Type.String({ format: 'date' })),
    gas: Type.Optional(Type.String()),
  });
  return { ...schema, body };
}
