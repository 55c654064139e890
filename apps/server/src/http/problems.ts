/** Every error as problem+json (RFC 9457). The only place where an error gets its status. */
import { ConflictError, type Fault, InputError, NotFoundError } from '@plumeline/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { faultSchema } from '../schemas.ts';
import type { HttpApp } from './http-app.ts';

export const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri', description: '`urn:problem-type:plumeline:` and the code' }),
    title: Type.String({ description: 'the kind of problem, the same for each of its kind' }),
    status: Type.Integer({ description: 'the HTTP status' }),
    detail: Type.String({ description: 'what happened this time' }),
    code: Type.String({ description: 'stable, kebab-case; translate by it' }),
    remedy: Type.String({ description: 'what to do' }),
    faults: Type.Optional(Type.Array(faultSchema, { description: 'each thing wrong with the files that were sent' })),
  },
  { $id: 'Problem', additionalProperties: false, description: 'RFC 9457' },
);
export type Problem = Static<typeof problemSchema>;

/** Response part of every route's schema. */
export const problemResponses = {
  '4xx': {
    description: 'The request cannot be answered; says why and what to do.',
    content: { 'application/problem+json': { schema: Type.Unsafe<Problem>({ $ref: 'Problem#' }) } },
  },
} as const;

const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

interface Kind {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
}

const KINDS = {
  invalid: {
    status: 400,
    code: 'request-invalid',
    title: 'The request is not well formed',
    remedy: 'Compare the request with the API description at /api/openapi.json.',
  },
  forbidden: {
    status: 403,
    code: 'origin-forbidden',
    title: 'Another site asked',
    remedy: 'Use the page that this server serves, or a program that sends no Origin.',
  },
  missing: {
    status: 404,
    code: 'not-found',
    title: 'There is no such thing',
    remedy: 'Check the address or the id; lists show what there is.',
  },
  layerMissing: {
    status: 404,
    code: 'basemap-layer-missing',
    title: 'This map layer is not installed',
    remedy: 'Set PLUMELINE_GEODATA to a folder that holds the file, and start the server again.',
  },
  conflict: { status: 409, code: 'conflict', title: 'The present state does not allow it', remedy: '' },
  tooLarge: {
    status: 413,
    code: 'upload-too-large',
    title: 'The upload is too large',
    remedy: 'Send fewer or smaller files at a time.',
  },
  mediaType: {
    status: 415,
    code: 'media-type-unsupported',
    title: 'This kind of content is not taken here',
    remedy: 'Send files as multipart/form-data.',
  },
  misdirected: {
    status: 421,
    code: 'host-unknown',
    title: 'The request was meant for another host',
    remedy: 'Open the address that the server printed when it started.',
  },
  unusable: {
    status: 422,
    code: 'input-unusable',
    title: 'The files cannot be used',
    remedy: 'Each fault says what to do; nothing was stored.',
  },
  defect: {
    status: 500,
    code: 'server-fault',
    title: 'The server failed',
    remedy: 'Try again; if it fails again, report what the server printed.',
  },
  busy: {
    status: 503,
    code: 'server-busy',
    title: 'The server has no room for this now',
    remedy: 'Try again in a few seconds.',
  },
} satisfies Record<string, Kind>;

/** A problem that only exists in HTTP: thrown by hooks and routes. */
export class HttpProblem extends Error {
  readonly kind: keyof typeof KINDS;
  constructor(kind: keyof typeof KINDS, detail: string) {
    super(detail);
    this.kind = kind;
  }
}

/** @param onDefect is told of each error that is nobody's input, before the answer hides its inside. */
export function answerProblems(app: HttpApp, onDefect: (error: Error) => void): void {
  app.addSchema({ ...problemSchema, properties: { ...problemSchema.properties, faults: faultsByReference } });
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const problem = problemOf(error);
    if (problem.status === KINDS.defect.status) onDefect(error);
    // What is left of a refused upload is not read: the connection ends with the answer.
    if (problem.status === KINDS.tooLarge.status) reply.header('connection', 'close');
    return sendProblem(reply, problem);
  });
}

const faultsByReference = { type: 'array', items: { $ref: 'Fault#' } };

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.status(problem.status).header('content-type', PROBLEM_JSON).send(JSON.stringify(problem));
}

export function missingRoute(request: FastifyRequest): Problem {
  return problem(KINDS.missing, `${request.method} ${request.url.split('?')[0]} is not an address of this server.`);
}

export function problemOf(error: Error & { statusCode?: number; validation?: unknown; code?: string }): Problem {
  if (error instanceof HttpProblem) return problem(KINDS[error.kind], error.message);
  if (error instanceof InputError) return { ...unusable(error.faults), faults: [...error.faults] };
  if (error instanceof NotFoundError) return problem(KINDS.missing, error.message);
  if (error instanceof ConflictError) {
    return problem({ ...KINDS.conflict, code: error.code, remedy: error.remedy }, error.message);
  }
  const kind = Object.values(KINDS).find(({ status }) => status === error.statusCode);
  if (kind === undefined && !isClientFault(error.statusCode)) {
    return problem(KINDS.defect, 'Something unexpected happened; the server printed what.');
  }
  if (kind?.status === KINDS.defect.status) return problem(kind, 'The server printed what happened.');
  return problem(kind ?? KINDS.invalid, error.message);
}

function isClientFault(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500;
}

function unusable(faults: readonly Fault[]): Problem {
  const count = faults.length === 1 ? 'One fault was' : `${faults.length} faults were`;
  return problem(KINDS.unusable, `${count} found in the files.`);
}

function problem({ status, code, title, remedy }: Kind, detail: string): Problem {
  return { type: `urn:problem-type:plumeline:${code}`, title, status, detail, code, remedy };
}
