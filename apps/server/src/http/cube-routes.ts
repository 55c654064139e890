/** Maps and spectra of cubes. */
import { ConflictError, NotFoundError, type Recording } from '@plumeline/core';
import { EARTH_MAPS } from '@plumeline/pipeline';
import Type from 'typebox';
import { mapAttachment, pictureAttachment } from '../cube-job.ts';
import { directCubes } from '../cubes.ts';
import { mapPictureSchema, plumeSpectrumSchema } from '../schemas.ts';
import type { ServerPorts } from '../server-ports.ts';
import { type HttpApp, reference } from './http-app.ts';
import { problemResponses } from './problems.ts';

const closed = { additionalProperties: false } as const;
const recordId = Type.String({ pattern: '^[a-z]{3}-[0-9a-f]+$' });
const mapParams = Type.Object({ id: recordId, map: Type.Enum(EARTH_MAPS.map(({ name }) => name)) }, closed);

export function addCubeRoutes(app: HttpApp, { records, objects, cubes = directCubes }: ServerPorts): void {
  app.get(
    '/api/recordings/:id/maps/:map',
    {
      schema: {
        operationId: 'getMap',
        summary: 'A map of a cube as cloud-optimised GeoTIFF',
        tags: ['recordings'],
        params: mapParams,
        response: {
          200: { description: 'GeoTIFF, float32', content: { 'image/tiff': { schema: Type.Unknown() } } },
          ...problemResponses,
        },
      },
    },
    async ({ params }, reply) => {
      const bytes = await attached(params.id, mapAttachment(params.map));
      const file = EARTH_MAPS.find(({ name }) => name === params.map)!.file;
      return reply
        .type('image/tiff')
        .header('content-disposition', `attachment; filename="${params.id}-${file}"`)
        .serializer((payload: unknown) => payload as never)
        .send(Buffer.from(bytes));
    },
  );

  app.get(
    '/api/recordings/:id/pictures/:map',
    {
      schema: {
        operationId: 'getMapPicture',
        summary: 'A map of a cube thinned to a screen, as numbers',
        tags: ['recordings'],
        params: mapParams,
        response: { 200: reference(mapPictureSchema), ...problemResponses },
      },
    },
    async ({ params }) => {
      const bytes = await attached(params.id, pictureAttachment(params.map));
      return JSON.parse(new TextDecoder().decode(bytes));
    },
  );

  app.get(
    '/api/recordings/:id/spectrum',
    {
      schema: {
        operationId: 'getSpectrum',
        summary: 'The spectrum of the pixel at a place against ground about it, with the gas and its rivals',
        tags: ['recordings'],
        params: Type.Object({ id: recordId }, closed),
        querystring: Type.Object(
          {
            lat: Type.Number({ minimum: -90, maximum: 90 }),
            lon: Type.Number({ minimum: -180, maximum: 180 }),
          },
          closed,
        ),
        response: { 200: reference(plumeSpectrumSchema), ...problemResponses },
      },
    },
    async ({ params, query }) => {
      const recording = await loadCube(params.id);
      const files = await Promise.all(
        recording.files.map(async ({ name, digest }) => ({ name, bytes: await objects.load(digest) })),
      );
      const detections = await records.list('detection', { recordingId: recording.id });
      const spectrum = await cubes.spectrum(files, query, detections);
      if (spectrum !== undefined) return spectrum;
      throw new ConflictError(
        'spectrum-missing',
        'There is no usable pixel of the cube at that place, or too little ground about it.',
        'Choose a place inside the cube, away from its masked parts.',
      );
    },
  );

  async function attached(id: string, name: string): Promise<Uint8Array> {
    await loadCube(id);
    const digest = await records.attachment(id, name);
    if (digest === undefined) throw new NotFoundError('map', `${id} ${name}`);
    return objects.load(digest);
  }

  async function loadCube(id: string): Promise<Recording> {
    const record = await records.load(id);
    if (record.kind !== 'recording' || record.imaging === undefined) throw new NotFoundError('cube', id);
    return record;
  }
}
