import { type Database, openDatabase } from '@plumeline/adapters/postgres';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS, type Migration } from '../src/postgres/migrations.ts';
import { DATABASES, hasServer } from './support/databases.ts';

/** Words that no table or column may carry, in part or whole (product.md, invariant 1). */
const FORBIDDEN = /weapon|munition|strike|target|person|face|plate|ammunition|kill|suspect/;

const appliedIn = async (database: Database) =>
  (await database.tables.selectFrom('plumeline.migration').select('name').orderBy('name').execute()).map(
    (row) => row.name,
  );

describe.each(DATABASES)('schema of the $name database', ({ available, create }) => {
  const test = it.skipIf(!available);

  test('is recorded, runs once, and names nothing for a weapon, a target or a person', async () => {
    const source = await create();
    await (await source.open()).close();
    const database = await source.open();
    expect(await appliedIn(database)).toEqual(MIGRATIONS.map((migration) => migration.name));
    const names = await namesIn(database);
    expect(names.filter((name) => name.startsWith('plumeline.')).length).toBeGreaterThan(30);
    expect(names.filter((name) => FORBIDDEN.test(name))).toEqual([]);
  });

  test('grows by what is missing, whole or not at all, and never silently differs', async () => {
    const { options } = await create();
    const open = (migrations: readonly Migration[]) => openDatabase({ ...options, migrations });
    const later = { name: '9999-later', sql: 'create table plumeline.one (a int); create table plumeline.two (a int)' };
    const broken = { name: '9999-later', sql: 'create table plumeline.one (a int); select 1 / 0' };
    await expect(open([...MIGRATIONS, broken])).rejects.toThrow('division by zero');
    const grown = await open([...MIGRATIONS, later]);
    expect(await appliedIn(grown)).toEqual([...MIGRATIONS.map((migration) => migration.name), later.name]);
    await grown.close();
    await expect(open(MIGRATIONS)).rejects.toMatchObject({ code: 'database-newer' });
    await expect(open([...MIGRATIONS, broken])).rejects.toMatchObject({ code: 'migration-edited' });
    // A refusal lets go of everything: the same process can open it again.
    await (await open([...MIGRATIONS, later])).close();
  });
});

describe('schema of a server', () => {
  it.skipIf(!hasServer)('is made once when several processes start at once', async () => {
    const server = DATABASES.find((database) => database.name === 'server');
    const source = await server!.create();
    const opened = await Promise.all(Array.from({ length: 4 }, () => source.open()));
    for (const database of opened) expect(await appliedIn(database)).toEqual(MIGRATIONS.map((one) => one.name));
  });
});

/** Every column of every table, and our own functions, with their schema. */
async function namesIn(database: Database): Promise<string[]> {
  const { rows } = await database.execute(`
    select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema')
    union select routine_schema || '.' || routine_name from information_schema.routines
    where routine_schema = 'plumeline'`);
  return rows.map((row) => String(row.name));
}
