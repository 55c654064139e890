/** The type of the app that every route group is added to, and how a route names a shared schema. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import Type, { type TSchema, type TUnsafe } from 'typebox';

export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A schema of the OpenAPI document's components, by its name. */
export function reference<T>(schema: TUnsafe<T>): TUnsafe<T> {
  return Type.Unsafe<T>({ $ref: `${nameOf(schema)}#` });
}

export function nameOf(schema: TSchema): string {
  return (schema as { $id?: string }).$id!;
}

/** The same schema with the named schemas inside it as references: one definition each in the document. */
export function withReferences(schema: TSchema): TSchema {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (typeof value !== 'object' || value === null) return value;
    if (typeof (value as { $id?: unknown }).$id === 'string') return { $ref: `${(value as { $id: string }).$id}#` };
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
  };
  const { $id, ...rest } = schema as { $id?: string };
  return { ...(inner(rest) as TSchema), ...($id === undefined ? {} : { $id }) };
}
