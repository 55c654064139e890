/** What was found, what was not, and what each rests on. */
import { NotFoundError, type PlumelineRecord, type RecordKind } from '@plumeline/core';
import Type from 'typebox';
import {
  detectionSchema,
  nullResultSchema,
  recordingSchema,
  siteEvidenceSchema,
  siteSchema,
  sourceEstimateSchema,
} from '../schemas.ts';
import type { ServerPorts } from '../server-ports.ts';
import { type HttpApp, reference } from './http-app.ts';
import { problemResponses } from './problems.ts';
import { bboxQuery, extentOf, idParams, limitQuery, recordingIdQuery } from './queries.ts';

const closed = { additionalProperties: false } as const;
const ofRecording = Type.Object({ recordingId: recordingIdQuery, limit: limitQuery }, closed);
const anyRecord = Type.Union([
  reference(recordingSchema),
  reference(detectionSchema),
  reference(sourceEstimateSchema),
  reference(nullResultSchema),
  reference(siteSchema),
]);

export function addFindingRoutes(app: HttpApp, { records }: ServerPorts): void {
  app.get(
    '/api/detections',
    {
      schema: {
        operationId: 'listDetections',
        summary: 'Exceedances over the background, newest first',
        tags: ['findings'],
        querystring: ofRecording,
        response: { 200: Type.Array(reference(detectionSchema)), ...problemResponses },
      },
    },
    ({ query }) => records.list('detection', filterOf(query)),
  );

  app.get(
    '/api/null-results',
    {
      schema: {
        operationId: 'listNullResults',
        summary: 'Where was searched and nothing found, newest first',
        tags: ['findings'],
        querystring: ofRecording,
        response: { 200: Type.Array(reference(nullResultSchema)), ...problemResponses },
      },
    },
    ({ query }) => records.list('null-result', filterOf(query)),
  );

  app.get(
    '/api/sites',
    {
      schema: {
        operationId: 'listSites',
        summary: 'Places with evidence, newest first',
        tags: ['findings'],
        querystring: Type.Object({ bbox: bboxQuery, limit: limitQuery }, closed),
        response: { 200: Type.Array(reference(siteSchema)), ...problemResponses },
      },
    },
    ({ query }) => records.list('site', { ...extentOf(query.bbox), limit: query.limit }),
  );

  app.get(
    '/api/sites/:id',
    {
      schema: {
        operationId: 'getSite',
        summary: 'A site with its estimates, detections and recordings',
        tags: ['findings'],
        params: idParams,
        response: { 200: reference(siteEvidenceSchema), ...problemResponses },
      },
    },
    async ({ params }) => {
      const site = await loadOf('site', params.id);
      const [estimates, detections, recordings] = await Promise.all([
        Promise.all(site.sourceEstimateIds.map((id) => loadOf('source-estimate', id))),
        Promise.all(site.detectionIds.map((id) => loadOf('detection', id))),
        Promise.all(site.recordingIds.map((id) => loadOf('recording', id))),
      ]);
      return { site, estimates, detections, recordings };
    },
  );

  app.get(
    '/api/source-estimates/:id',
    {
      schema: {
        operationId: 'getSourceEstimate',
        summary: 'A posterior over place and rate of one source',
        tags: ['findings'],
        params: idParams,
        response: { 200: reference(sourceEstimateSchema), ...problemResponses },
      },
    },
    ({ params }) => loadOf('source-estimate', params.id),
  );

  app.get(
    '/api/trace/:id',
    {
      schema: {
        operationId: 'getTrace',
        summary: 'A record and everything that it came from, nearest first',
        tags: ['findings'],
        params: idParams,
        response: { 200: Type.Array(anyRecord), ...problemResponses },
      },
    },
    ({ params }) => records.trace(params.id),
  );

  async function loadOf<K extends RecordKind>(kind: K, id: string): Promise<Extract<PlumelineRecord, { kind: K }>> {
    const record = await records.load(id);
    if (record.kind !== kind) throw new NotFoundError(kind, id);
    return record as Extract<PlumelineRecord, { kind: K }>;
  }
}

function filterOf({ recordingId, limit }: { recordingId?: string; limit: number }) {
  return { limit, ...(recordingId === undefined ? {} : { recordingId }) };
}
