/** Files in, recordings and their samples out. */
import { ConflictError, NotFoundError, type PlumelineRecord, type Recording } from '@plumeline/core';
import Type from 'typebox';
import type { SeriesReader } from '../recorded-series.ts';
import { sampleColumns } from '../sample-columns.ts';
import { jobStartedSchema, recordingSchema, samplesSchema } from '../schemas.ts';
import type { ServerPorts } from '../server-ports.ts';
import { acceptUpload } from '../uploads.ts';
import { type HttpApp, reference } from './http-app.ts';
import { HttpProblem, problemResponses } from './problems.ts';
import { bboxQuery, extentOf, idParams, limitQuery } from './queries.ts';
import { MAX_UPLOADS_AT_ONCE, readUploadForm } from './upload-form.ts';

const closed = { additionalProperties: false } as const;
/** A plot of this many points is already finer than a screen. */
const SAMPLE_LIMIT = 5000;
const MAX_SAMPLE_LIMIT = 200_000;

export function addRecordingRoutes(app: HttpApp, ports: ServerPorts, software: string, series: SeriesReader): void {
  const { records } = ports;
  let uploads = 0;

  app.post(
    '/api/recordings',
    {
      schema: {
        operationId: 'uploadRecordings',
        summary: 'Upload the files of a flight; answers once they are kept for good',
        description:
          'Form fields: `files` (one or more; file names may hold folders), `profile` (name of a sensor profile; ' +
          'recognised from the files when absent), `exercise` (`true` marks everything made of them as training data), ' +
          '`date` (YYYY-MM-DD, for files whose times have none), `gas` (for files that hold several).',
        tags: ['recordings'],
        consumes: ['multipart/form-data'],
        response: { 202: reference(jobStartedSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      if (uploads >= MAX_UPLOADS_AT_ONCE) throw new HttpProblem('busy', 'Other uploads are being read.');
      uploads++;
      try {
        const jobId = await acceptUpload(await readUploadForm(request), ports, software);
        return await reply.status(202).header('location', `/api/jobs/${jobId}`).send({ jobId });
      } finally {
        uploads--;
      }
    },
  );

  app.get(
    '/api/recordings',
    {
      schema: {
        operationId: 'listRecordings',
        summary: 'Recordings, newest first',
        tags: ['recordings'],
        querystring: Type.Object({ bbox: bboxQuery, limit: limitQuery }, closed),
        response: { 200: Type.Array(reference(recordingSchema)), ...problemResponses },
      },
    },
    ({ query }) => records.list('recording', { ...extentOf(query.bbox), limit: query.limit }),
  );

  app.get(
    '/api/recordings/:id',
    {
      schema: {
        operationId: 'getRecording',
        summary: 'One recording',
        tags: ['recordings'],
        params: idParams,
        response: { 200: reference(recordingSchema), ...problemResponses },
      },
    },
    ({ params }) => loadRecording(params.id),
  );

  app.get(
    '/api/recordings/:id/samples',
    {
      schema: {
        operationId: 'getSamples',
        summary: 'Samples with background and fit, as columns; thinned so that no peak is lost',
        tags: ['recordings'],
        params: idParams,
        querystring: Type.Object(
          { limit: Type.Integer({ minimum: 4, maximum: MAX_SAMPLE_LIMIT, default: SAMPLE_LIMIT }) },
          closed,
        ),
        response: { 200: reference(samplesSchema), ...problemResponses },
      },
    },
    async ({ params, query }) => {
      const recording = await loadRecording(params.id);
      if (recording.imaging !== undefined) {
        const remedy = 'Ask for its maps: /api/recordings/{id}/pictures/amount.';
        throw new ConflictError('no-samples', `${recording.name} is a cube: it has pixels, not samples.`, remedy);
      }
      const recorded = await series.load(recording);
      return sampleColumns(recording.id, recorded.series, recorded.model, query.limit);
    },
  );

  async function loadRecording(id: string): Promise<Recording> {
    const record: PlumelineRecord = await records.load(id);
    if (record.kind !== 'recording') throw new NotFoundError('recording', id);
    return record;
  }
}
