/** An estimate asked again by a person: legs set aside, other air, the next leg. */
import { CancelledError, ConflictError } from '@plumeline/core';
import Type from 'typebox';
import type { SeriesReader } from '../recorded-series.ts';
import { openRelocation } from '../relocation.ts';
import { nextLegsSchema, relocatedSchema, relocationWishSchema, sourceEstimateSchema } from '../schemas.ts';
import type { ServerPorts } from '../server-ports.ts';
import type { RelocationWish } from '../wire.ts';
import { type HttpApp, reference } from './http-app.ts';
import { HttpProblem, problemResponses } from './problems.ts';
import { idParams, limitQuery, recordingIdQuery } from './queries.ts';

const closed = { additionalProperties: false } as const;

export function addRelocationRoutes(app: HttpApp, ports: ServerPorts, software: string, series: SeriesReader): void {
  const relocation = openRelocation(ports, software, series);

  app.get(
    '/api/source-estimates',
    {
      schema: {
        operationId: 'listSourceEstimates',
        summary: 'Source estimates, newest first; those with legs set aside among them',
        tags: ['findings'],
        querystring: Type.Object({ recordingId: recordingIdQuery, limit: limitQuery }, closed),
        response: { 200: Type.Array(reference(sourceEstimateSchema)), ...problemResponses },
      },
    },
    ({ query: { recordingId, limit } }) => {
      // Who looks at the estimates of one flight is about to ask; a failure to start shows when they do.
      if (recordingId !== undefined) void ports.analysis.makeReady().catch(() => undefined);
      return ports.records.list('source-estimate', { limit, ...(recordingId === undefined ? {} : { recordingId }) });
    },
  );

  app.post(
    '/api/source-estimates/:id/relocate',
    {
      schema: {
        operationId: 'relocate',
        summary: 'Judge the flight again with legs set aside, or in other air',
        description:
          'Answers what the flight says then. With `store` the answer is kept as new records that name the legs and ' +
          'the reasons; the original is kept too. A what-if is never stored. Closing the connection ends the work.',
        tags: ['findings'],
        params: idParams,
        body: reference(relocationWishSchema),
        response: { 200: reference(relocatedSchema), ...problemResponses },
      },
    },
    async ({ params, body }, reply) => {
      refuseUnstorable(body);
      let isGone = false;
      reply.raw.on('close', () => {
        isGone = !reply.raw.writableFinished;
      });
      const cancellation = {
        get aborted() {
          return isGone;
        },
      };
      return relocation.relocate(params.id, body, cancellation).catch((error: unknown) => {
        if (!(error instanceof CancelledError)) throw error;
        throw new ConflictError('relocation-cancelled', 'The question was withdrawn.', 'Ask again.');
      });
    },
  );

  app.get(
    '/api/source-estimates/:id/next-legs',
    {
      schema: {
        operationId: 'proposeNextLegs',
        summary: 'Legs that would tell most about the source, best first',
        description: 'Proposals inside the flown area, for a person to judge; consent is checked where a plan is made.',
        tags: ['findings'],
        params: idParams,
        querystring: Type.Object(
          {
            groundSpeed_mps: Type.Optional(Type.Number({ minimum: 3, maximum: 300 })),
            heightAgl_m: Type.Optional(Type.Number({ minimum: 5, maximum: 5000, description: 'the only one to fly' })),
          },
          closed,
        ),
        response: { 200: reference(nextLegsSchema), ...problemResponses },
      },
    },
    async ({ params, query: { groundSpeed_mps, heightAgl_m } }) => {
      const options = {
        ...(groundSpeed_mps !== undefined && { groundSpeed_mps }),
        ...(heightAgl_m !== undefined && { heightsAgl_m: [heightAgl_m] }),
      };
      return relocation.nextLegs(params.id, options).catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
        throw new ConflictError('no-leg-fits', error.message, 'Try another height or ground speed.');
      });
    },
  );
}

function refuseUnstorable({ store, whatIf, setAside = [] }: RelocationWish): void {
  if (store !== true) return;
  if (whatIf !== undefined) throw new HttpProblem('invalid', 'A what-if is never stored; leave store or whatIf out.');
  if (setAside.length === 0) throw new HttpProblem('invalid', 'Nothing is set aside, so there is nothing to store.');
  const silent = setAside.find(({ reason = '' }) => reason.trim() === '');
  if (silent !== undefined) {
    throw new HttpProblem('invalid', `Leg ${silent.index} is set aside without a reason; give one to store it.`);
  }
}
