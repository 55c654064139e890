/** Health, sensor profiles and whether training data is shown. */
import Type from 'typebox';
import { exerciseStateSchema, healthSchema, profileSummarySchema } from '../schemas.ts';
import type { ServerPorts } from '../server-ports.ts';
import { type HttpApp, reference } from './http-app.ts';
import { problemResponses } from './problems.ts';

export function addSystemRoutes(app: HttpApp, { records, profiles }: ServerPorts, software: string): void {
  app.get(
    '/api/health',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the server and its database answer',
        tags: ['system'],
        response: { 200: reference(healthSchema), ...problemResponses },
      },
    },
    async () => {
      await records.list('recording', { limit: 1 });
      return { status: 'ok' as const, software };
    },
  );

  app.get(
    '/api/profiles',
    {
      schema: {
        operationId: 'listProfiles',
        summary: 'Sensor profiles that files can be read with',
        tags: ['system'],
        response: { 200: Type.Array(reference(profileSummarySchema)), ...problemResponses },
      },
    },
    async () =>
      profiles.map(({ profile, digest, exercise }) => ({
        name: profile.name,
        title: profile.title,
        substance: profile.substance,
        digest,
        exercise,
      })),
  );

  app.get(
    '/api/exercise',
    {
      schema: {
        operationId: 'getExercise',
        summary: 'Whether training data is stored, and the names of its recordings',
        tags: ['system'],
        response: { 200: reference(exerciseStateSchema), ...problemResponses },
      },
    },
    async () => {
      const recordings = await records.list('recording', { exercise: true });
      return { exercise: recordings.length > 0, names: recordings.map(({ name }) => name) };
    },
  );
}
