/** What is only true of the embedded database: the traps of PGlite and what stands against each. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { postgis } from '@electric-sql/pglite-postgis';
import { type Database, openDatabase, SwallowedError } from '@plumeline/adapters/postgres';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { startChild } from './support/child.ts';
import { DATABASES, temporaryFolder } from './support/databases.ts';

/** GEOS throws a TopologyException for these two bow-ties; a PostgreSQL server reports it as an error. */
const THROWS = `st_intersection(st_geomfromtext('POLYGON((0 0,10 10,10 0,0 10,0 0))'),
  st_geomfromtext('POLYGON((5 0,15 10,15 0,5 10,5 0))'))`;

describe('PGlite itself', () => {
  // When this test fails, PGlite has learnt to report such errors: the guard of embedded-protocol.ts can go.
  it('still swallows what its C++ parts throw, and commits', async () => {
    const pglite = await PGlite.create({ dataDir: await aCluster(), extensions: { postgis } });
    try {
      await pglite.exec('create table t (a int)');
      expect(await pglite.query(`select ${THROWS}`)).toMatchObject({ rows: [] });
      expect((await pglite.query(`select ${THROWS}`)).command).toBeUndefined();
      await pglite.exec('begin');
      await pglite.exec('insert into t values (1)');
      await pglite.query(`insert into t select 2 where ${THROWS} is not null`);
      expect((await pglite.query('commit')).command).toBe('COMMIT');
      expect((await pglite.query('select a from t')).rows).toEqual([{ a: 1 }]);
      // A batch ends there without a word, and what came before stays.
      await pglite.exec(`insert into t values (3); select ${THROWS}; insert into t values (4)`);
      expect((await pglite.query('select a from t')).rows).toEqual([{ a: 1 }, { a: 3 }]);
    } finally {
      await pglite.close();
    }
  });

  async function aCluster(): Promise<string> {
    const dataDirectory = temporaryFolder();
    await (await openDatabase({ dataDirectory })).close();
    return join(dataDirectory, 'cluster');
  }
});

describe('embedded database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await (await DATABASES[0]!.create()).open();
    await database.execute('create table t (a int)');
  });
  const countOfT = async () => (await database.execute('select a from t')).rows.length;

  it('reports a swallowed error of a statement, in Kysely and raw', async () => {
    await expect(database.execute(`select ${THROWS}`)).rejects.toThrow('lost an error of this statement');
    await expect(database.execute(`select ${THROWS}, $1::int`, [1])).rejects.toThrow('lost an error');
    await expect(sql.raw(`select ${THROWS}`).execute(database.tables)).rejects.toMatchObject({
      code: new SwallowedError('').code,
    });
    expect((await database.execute('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('rolls a transaction back that holds a swallowed error', async () => {
    const transaction = database.tables.transaction().execute(async (tables) => {
      await sql`insert into t values (1)`.execute(tables);
      await sql.raw(`insert into t select 2 where ${THROWS} is not null`).execute(tables);
    });
    await expect(transaction).rejects.toThrow('lost an error');
    expect(await countOfT()).toBe(0);
  });

  it('reports a swallowed error in a batch, wherever it is', async () => {
    for (const batch of [`select ${THROWS}; select 1`, `select 1; select ${THROWS}`, `select ${THROWS} -- end`]) {
      await expect(database.execute(batch)).rejects.toThrow('lost an error');
    }
    await expect(database.execute(`begin; insert into t values (1); select ${THROWS}; commit`)).rejects.toThrow('lost');
    expect(await countOfT()).toBe(0);
  });

  it('takes batches that end in a comment or a semicolon, and gives all their rows', async () => {
    const { rows } = await database.execute('select 1 as a; select 2 as a; -- the end');
    expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
    expect((await database.execute('select 3 as a;')).rows).toEqual([{ a: 3 }]);
  });

  it('passes PostgreSQL errors on with their code, and the next caller is not in their transaction', async () => {
    await expect(database.execute('begin; select 1 / 0; commit')).rejects.toMatchObject({ code: '22012' });
    await expect(database.execute('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await database.execute('insert into t values (9)');
    await database.execute('rollback');
    expect(await countOfT()).toBe(1);
    await database.execute('delete from t');
  });

  it('keeps other callers out of an open transaction', async () => {
    let other: Promise<unknown> = Promise.resolve();
    const transaction = database.tables.transaction().execute(async (tables) => {
      await sql`insert into t values (1)`.execute(tables);
      // With Kysely's own driver this runs inside the transaction and is rolled back with it.
      other = database.execute('insert into t values (2)');
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error('changed my mind');
    });
    await expect(transaction).rejects.toThrow('changed my mind');
    await other;
    expect((await database.execute('select a from t')).rows).toEqual([{ a: 2 }]);
  });

  it('says so when a commit was turned into a rollback', async () => {
    const transaction = database.tables.transaction().execute(async (tables) => {
      await sql`select 1 / 0`.execute(tables).catch(() => {});
    });
    await expect(transaction).rejects.toThrow('rolled back instead of committed');
  });

  it('hears what is published in the process', async () => {
    const heard: string[] = [];
    const stop = await database.subscribe('a_channel', (payload) => heard.push(payload));
    await database.publish('a_channel', 'one');
    await database.publish('another_channel', 'two');
    await stop();
    await database.publish('a_channel', 'three');
    expect(heard).toEqual(['one']);
  });
});

describe('opening the embedded database', () => {
  it('refuses a directory in use, and says after closing that it is closed', async () => {
    const dataDirectory = temporaryFolder();
    const database = await openDatabase({ dataDirectory });
    database.setAddress('http://127.0.0.1:4780');
    await expect(openDatabase({ dataDirectory })).rejects.toMatchObject({
      code: 'data-directory-in-use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await database.close();
    await expect(database.execute('select 1')).rejects.toThrow('it was closed');
    await (await openDatabase({ dataDirectory })).close();
  });

  it('begins anew where a process was killed while it copied the template', async () => {
    const dataDirectory = temporaryFolder();
    const half = join(dataDirectory, 'cluster.part-1');
    mkdirSync(half);
    writeFileSync(join(half, 'PG_VERSION'), '18');
    await (await openDatabase({ dataDirectory })).close();
    expect(readdirSync(dataDirectory).toSorted()).toEqual(['cluster', 'owner.guard']);
  });

  it('stops a worker that does not answer, fails every caller, frees the directory, and lets the process end', async () => {
    const dataDirectory = temporaryFolder();
    const child = startChild('./endless-query.ts', dataDirectory);
    expect(await child.nextLine()).toBe('onEnd: DatabaseEndedError');
    const said = JSON.parse(await child.nextLine());
    expect(said.first).toEqual({ rows: [{ '?column?': 1 }] });
    expect(said.endless).toContain('did not answer within 5 s');
    expect(said.behind).toBe('DatabaseEndedError');
    await child.ended;
    expect(existsSync(join(dataDirectory, 'owner.json'))).toBe(false);
    const database = await openDatabase({ dataDirectory });
    expect((await database.execute('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
  });
});
