/** What is only true of a PostgreSQL server: several processes, lost connections, rights. */
import { type Database, openDatabase } from '@plumeline/adapters/postgres';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { migrate } from '../src/postgres/migrate.ts';
import { DATABASES, hasServer, type TestDatabase } from './support/databases.ts';

const WAIT = { timeout: 20_000, interval: 50 };

describe.skipIf(!hasServer)('PostgreSQL server', () => {
  let source: TestDatabase;
  let one: Database;
  let two: Database;
  beforeAll(async () => {
    const server = DATABASES.find((database) => database.name === 'server');
    source = await server!.create();
    [one, two] = await Promise.all([source.open(), source.open()]);
  });

  it('keeps PostGIS out of the product schema, also when the account has its name', async () => {
    const { rows } = await one.execute(
      "select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'postgis'",
    );
    expect(rows).toEqual([{ nspname: 'public' }]);
  });

  it('tells the other processes what is published', async () => {
    const heard: string[] = [];
    const stop = await two.subscribe('a_channel', (payload) => heard.push(payload));
    await one.publish('a_channel', 'it is "quoted"');
    await one.publish('another_channel', 'not this');
    await vi.waitFor(() => expect(heard).toEqual(['it is "quoted"']), WAIT);
    await stop();
    await expect(two.subscribe('a_channel; drop schema plumeline', () => {})).rejects.toThrow('lower-case words');
  });

  it('hears again after its connection was cut, and says that something may be missing', async () => {
    const heard: string[] = [];
    const gap = vi.fn();
    await two.subscribe('cut_channel', (payload) => heard.push(payload), gap);
    const cut = await one.execute(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`);
    expect(cut.rows.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(gap).toHaveBeenCalled(), WAIT);
    await one.publish('cut_channel', 'after');
    await vi.waitFor(() => expect(heard).toEqual(['after']), WAIT);
  });

  it('goes on when the server cuts its idle connections', async () => {
    await one.execute(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await vi.waitFor(async () => expect((await two.execute('select 1 as one')).rows).toEqual([{ one: 1 }]), WAIT);
  });

  it('does not use a connection again that a failed batch left in a transaction', async () => {
    for (let tries = 0; tries < 15; tries++) {
      await expect(one.execute('begin; select 1 / 0; commit')).rejects.toMatchObject({ code: '22012' });
    }
    expect((await one.execute('select 1 as one; select 2 as one')).rows).toEqual([{ one: 1 }, { one: 2 }]);
  });
});

it('says which server cannot be reached, without the password', async () => {
  const url = 'postgresql://somebody:secret@127.0.0.1:9/plumes';
  const error: Error = await openDatabase({ url }).catch((caught) => caught);
  expect(error.message).toContain('The PostgreSQL server at 127.0.0.1:9 (database plumes) cannot be used');
  expect(error.message).toContain('DATABASE_URL');
  expect(error.message).not.toContain('secret');
});

it('says what to do when PostGIS may not be added', async () => {
  const run = async (text: string) => {
    if (text.startsWith('create extension')) throw new Error('permission denied to create extension "postgis"');
    return [];
  };
  await expect(migrate(run, { shared: true })).rejects.toMatchObject({
    code: 'postgis-missing',
    message: expect.stringContaining('permission denied'),
    remedy: expect.stringContaining('create extension postgis'),
  });
});
