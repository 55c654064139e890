/** Writes profiles/profile.schema.json from the TypeBox schema, for editors: `node packages/formats/scripts/write-profile-schema.ts`. */
import { writeFileSync } from 'node:fs';
import { SensorProfileSchema } from '../src/profile/schema.ts';

const target = new URL('../../../profiles/profile.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(SensorProfileSchema, undefined, 2)}\n`);
