/** Map outlines, cached by entity tag and sent compressed where the page takes it. */
import Type from 'typebox';
import { BASEMAP_LAYERS, LAYER_FILES } from '../basemap.ts';
import type { ServerPorts } from '../server-ports.ts';
import type { HttpApp } from './http-app.ts';
import { HttpProblem, problemResponses } from './problems.ts';

export function addBasemapRoutes(app: HttpApp, { basemap }: ServerPorts): void {
  app.get(
    '/api/basemap/:layer',
    {
      schema: {
        operationId: 'getBasemapLayer',
        summary: 'Outlines for the map (TopoJSON), from the folder that PLUMELINE_GEODATA names',
        tags: ['map'],
        params: Type.Object({ layer: Type.Enum([...BASEMAP_LAYERS]) }),
        response: {
          200: { description: 'TopoJSON', content: { 'application/json': { schema: Type.Unknown() } } },
          304: Type.Null({ description: 'Not changed since the entity tag that was sent.' }),
          ...problemResponses,
        },
      },
    },
    async ({ params, headers }, reply) => {
      const bytes = await basemap.load(params.layer);
      if (bytes === undefined) {
        throw new HttpProblem('layerMissing', `${LAYER_FILES[params.layer]} is not in the geodata folder.`);
      }
      reply.headers({ etag: bytes.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
      if (headers['if-none-match'] === bytes.etag) return reply.status(304).send(null);
      reply.type('application/json; charset=utf-8');
      const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(headers['accept-encoding'] ?? ''));
      if (!takesGzip) return reply.send(bytes.json);
      return reply.header('content-encoding', 'gzip').send(bytes.gzip);
    },
  );
}
