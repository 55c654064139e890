/** Writes apps/server/openapi.json from the routes: `node apps/server/src/write-openapi.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeApi } from './describe-api.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
writeFileSync(join(import.meta.dirname, '..', 'openapi.json'), await describeApi(version));
