/** What the environment says, with the defaults of a fresh clone. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Configuration {
  /** The checkout: profiles and the built workbench are found from it. */
  readonly root: string;
  /** Database and objects are kept here. */
  readonly data: string;
  /** A PostgreSQL server instead of the embedded database. */
  readonly databaseUrl?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Folder of map outlines; its files may be absent. */
  readonly geodata: string;
  /** Seed of the exercise that an empty database starts with; absent for none. */
  readonly exerciseSeed?: number;
  /** Version string that records name. */
  readonly software: string;
}

/** A setting that cannot be understood; says which and what it takes. */
export class ConfigurationError extends Error {}

const DEFAULT_PORT = 4780;
const MAX_PORT = 65_535;

/** @throws ConfigurationError */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const text = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  const root = resolve(text('PLUMELINE_ROOT') ?? join(import.meta.dirname, '..', '..', '..'));
  const databaseUrl = text('DATABASE_URL');
  const seed = text('PLUMELINE_EXERCISE_SEED') ?? '1';
  return {
    root,
    data: resolve(text('PLUMELINE_DATA') ?? join(root, '.plumeline')),
    port: wholeNumber('PLUMELINE_PORT', text('PLUMELINE_PORT') ?? String(DEFAULT_PORT), MAX_PORT),
    geodata: resolve(text('PLUMELINE_GEODATA') ?? join(root, '..', 'shared', 'data', 'mexico_geo')),
    software: `plumeline ${versionOf(root)}`,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(seed === 'none' ? {} : { exerciseSeed: wholeNumber('PLUMELINE_EXERCISE_SEED', seed, 2 ** 32 - 1) }),
  };
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new ConfigurationError(`${name}=${text} is not a whole number from 0 to ${most}.`);
}

function versionOf(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
