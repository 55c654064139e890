/** Brings a database to the schema this version needs: all missing migrations in one transaction, or none. */
import { ConflictError, digestOf } from '@plumeline/core';
import type { Migration } from './migrations.ts';
import { MIGRATIONS } from './migrations.ts';

/** Runs statements inside one transaction; several at once only without parameters. */
export type RunInTransaction = (
  text: string,
  parameters?: readonly unknown[],
) => Promise<readonly Record<string, unknown>[]>;

export interface MigrateOptions {
  /** Whether other processes may migrate the same database at this moment (a server; never the embedded one). */
  readonly shared: boolean;
  /** This version's own when absent. */
  readonly migrations?: readonly Migration[] | undefined;
}

/** Any number that nothing else of ours uses: "plumelin" in ASCII, as a signed 64-bit integer. */
const MIGRATION_LOCK = '8100978942446168430';

/**
 * Call inside a transaction. Returns the names of the migrations that ran.
 * @throws ConflictError `database-newer` or `migration-edited` when the database was made by other code than this.
 */
export async function migrate(run: RunInTransaction, options: MigrateOptions): Promise<string[]> {
  const migrations = options.migrations ?? MIGRATIONS;
  // Before anything else: `create ... if not exists` itself races without it.
  if (options.shared) await run('select pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
  await run('create schema if not exists plumeline');
  await run(`create table if not exists plumeline.migration (
    name text primary key, digest text not null, applied_at timestamptz not null default now())`);
  const applied = await run('select name, digest from plumeline.migration order by name');
  assertKnown(applied as { name: string; digest: string }[], migrations);
  const missing = migrations.slice(applied.length);
  if (missing.length > 0) await ensurePostgis(run);
  for (const migration of missing) {
    await run(migration.sql);
    await run('insert into plumeline.migration (name, digest) values ($1, $2)', [
      migration.name,
      digestOfMigration(migration),
    ]);
  }
  return missing.map((migration) => migration.name);
}

async function ensurePostgis(run: RunInTransaction): Promise<void> {
  // Not `if not exists` alone: where an administrator installed it already, no right to create it is needed.
  const present = await run("select 1 from pg_extension where extname = 'postgis'");
  if (present.length > 0) return;
  try {
    // Named, because an account called plumeline would otherwise put it into our own schema.
    await run('create extension if not exists postgis schema public');
  } catch (error) {
    throw new ConflictError(
      'postgis-missing',
      `The database has no PostGIS, and it could not be added: ${(error as Error).message}`,
      'Install the postgis package of that server and run "create extension postgis" in this database as its administrator.',
    );
  }
}

function assertKnown(applied: readonly { name: string; digest: string }[], migrations: readonly Migration[]): void {
  for (const [index, row] of applied.entries()) {
    const known = migrations[index];
    if (known?.name !== row.name) {
      throw new ConflictError(
        'database-newer',
        `The database has the migration ${row.name}, which this version of Plumeline does not know.`,
        'Start the version that made the database, or a later one.',
      );
    }
    if (digestOfMigration(known) !== row.digest) {
      throw new ConflictError(
        'migration-edited',
        `The migration ${row.name} was changed after this database had run it.`,
        'Put the migration back as it was and add a new one for the change.',
      );
    }
  }
}

const encoder = new TextEncoder();
const digestOfMigration = (migration: Migration) => digestOf(encoder.encode(migration.sql));
