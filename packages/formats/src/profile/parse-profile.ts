import { digestOf, type Fault, InputError } from '@plumeline/core';
import { Errors } from 'typebox/value';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { encodeUtf8 } from '../samples/text-codec.ts';
import { checkProfile, type ProfileFault } from './check-profile.ts';
import { nearestOf } from './nearest.ts';
import { type SensorProfile, type SensorProfileContent, SensorProfileSchema } from './schema.ts';

/**
 * Profile from its YAML text.
 * @throws InputError with every fault and its row: text that is not YAML, unknown keys, wrong types, unknown units,
 * a wind without convention, a measure read from a truth column.
 */
export function parseProfile(text: string, fileName: string): SensorProfile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error) => ({
        code: 'profile-yaml',
        message: `The profile is not valid YAML: ${error.message.split('\n')[0]}`,
        remedy: 'Correct the text at this row; indentation is by spaces, and text with a colon or # needs quotes.',
        place: { file: fileName, row: lines.linePos(error.pos[0]).line },
      })),
    );
  }
  // Aliases could blow a small file up to gigabytes; a profile has no need of any (maxAliasCount 0 refuses them).
  const content: unknown = readContent(document, fileName);
  const toFault = (fault: ProfileFault): Fault => ({
    code: fault.code,
    message: fault.message,
    remedy: fault.remedy,
    place: { file: fileName, row: rowOf(document, lines, fault.path), ...columnOf(fault.path) },
  });
  const shape = schemaFaults(content);
  if (shape.length > 0) throw new InputError(shape.map(toFault));
  const profile = content as SensorProfileContent;
  const faults = checkProfile(profile);
  if (faults.length > 0) throw new InputError(faults.map(toFault));
  return { ...profile, digest: digestOf(encodeUtf8(text)) };
}

function readContent(document: Document, fileName: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    const message = 'The profile uses YAML aliases.';
    throw new InputError([
      { code: 'profile-alias', message, remedy: 'Write the values out.', place: { file: fileName } },
    ]);
  }
}

/** Schema errors as faults: one a place, the most specific. */
function schemaFaults(content: unknown): ProfileFault[] {
  const faults: ProfileFault[] = [];
  for (const error of Errors(SensorProfileSchema, content)) {
    const path = pathOf(error.instancePath);
    if (error.keyword === 'additionalProperties') {
      for (const key of error.params.additionalProperties) faults.push(unknownKey([...path, String(key)], content));
    } else if (error.keyword === 'required') {
      for (const key of error.params.requiredProperties) faults.push(missingKey(path, String(key)));
    } else if (error.keyword !== 'boolean') {
      faults.push({
        code: 'profile-value',
        message: `${nameOf(path)} ${expectation(error.keyword, error.params, error.message)}.`,
        remedy: descriptionAt(path) ?? 'See the profile schema.',
        path,
      });
    }
  }
  return faults;
}

function unknownKey(path: string[], content: unknown): ProfileFault {
  const known = Object.keys(schemaAt(path.slice(0, -1))?.properties ?? {});
  const nearest = nearestOf(path.at(-1)!, known);
  void content;
  return {
    code: 'profile-key-unknown',
    message: `There is no key "${path.at(-1)}" in ${nameOf(path.slice(0, -1))}.`,
    remedy: nearest === undefined ? `Use one of: ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
    path,
  };
}

function missingKey(path: string[], key: string): ProfileFault {
  return {
    code: 'profile-key-missing',
    message: `${nameOf(path)} has no "${key}".`,
    remedy: `Add "${key}": ${descriptionAt([...path, key]) ?? 'see the profile schema'}`,
    path,
  };
}

function expectation(keyword: string, params: unknown, message: string): string {
  const allowed = (params as { allowedValues?: unknown[] }).allowedValues;
  return keyword === 'enum' && allowed ? `must be one of: ${allowed.join(', ')}` : message;
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Record<string, SchemaNode>;
  readonly items?: SchemaNode;
}

function schemaAt(path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = SensorProfileSchema as SchemaNode;
  for (const key of path) node = node?.properties?.[key] ?? (/^\d+$/.test(key) ? node?.items : undefined);
  return node;
}

const descriptionAt = (path: readonly string[]) => schemaAt(path)?.description;
const nameOf = (path: readonly string[]) => (path.length === 0 ? 'The profile' : path.join('.'));
const columnOf = (path: readonly string[]) => (path.length === 0 ? {} : { column: path.join('.') });

/** JSON pointer to keys (RFC 6901). */
function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Row of the deepest part of the path that is in the text: the key's own row for a map entry. */
function rowOf(document: Document, lines: LineCounter, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1).map(toKey), true);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === path[depth - 1]);
      if (pair && isScalar(pair.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
    }
    const node = document.getIn(path.slice(0, depth).map(toKey), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

const toKey = (key: string): string | number => (/^\d+$/.test(key) ? Number(key) : key);
