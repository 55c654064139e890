import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeApi } from '../src/describe-api.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const committed = readFileSync(join(root, 'apps', 'server', 'openapi.json'), 'utf8');

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>;
  readonly components: { schemas: Record<string, unknown> };
}

describe('openapi.json', () => {
  it('is what the routes say; if not, run `node apps/server/src/write-openapi.ts`', async () => {
    expect(committed).toBe(await describeApi(version));
  });

  const document = JSON.parse(committed) as Document;
  it('is OpenAPI 3.1 and every reference in it leads somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    const references = [...committed.matchAll(/"\$ref": "([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(40);
    for (const reference of references) {
      expect(document.components.schemas).toHaveProperty(reference.replace('#/components/schemas/', ''));
    }
  });

  it('has every route of the contract, each with its problem', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );
    expect(operations.map(({ name }) => name).sort()).toEqual([
      'get /api/basemap/{layer}',
      'get /api/detections',
      'get /api/events',
      'get /api/exercise',
      'get /api/health',
      'get /api/jobs',
      'get /api/jobs/{id}',
      'get /api/null-results',
      'get /api/profiles',
      'get /api/recordings',
      'get /api/recordings/{id}',
      'get /api/recordings/{id}/maps/{map}',
      'get /api/recordings/{id}/pictures/{map}',
      'get /api/recordings/{id}/samples',
      'get /api/recordings/{id}/spectrum',
      'get /api/sites',
      'get /api/sites/{id}',
      'get /api/source-estimates',
      'get /api/source-estimates/{id}',
      'get /api/source-estimates/{id}/next-legs',
      'get /api/trace/{id}',
      'post /api/jobs/{id}/cancel',
      'post /api/recordings',
      'post /api/source-estimates/{id}/relocate',
    ]);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(JSON.stringify(operation.responses['4XX'])).toContain('application/problem+json');
    }
  });
});
