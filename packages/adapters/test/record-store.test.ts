import { type Database, PostgresRecordStore } from '@plumeline/adapters/postgres';
import { geodesicBetween, type PlumelineRecord } from '@plumeline/core';
import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { DATABASES } from './support/databases.ts';
import { sampleChain } from './support/sample-records.ts';

/** Each test numbers its records from a range of its own, so that one database serves the file. */
let nextNumber = 0;
const fresh = (options = {}) => sampleChain(nextNumber++, options);

describe.each(DATABASES)('record store on the $name database', ({ available, create }) => {
  let database: Database;
  let store: PostgresRecordStore;
  beforeAll(async () => {
    if (!available) return;
    database = await (await create()).open();
    store = new PostgresRecordStore(database);
  });
  const test = it.skipIf(!available);
  const countOf = async (ids: readonly string[]) =>
    (await database.tables.selectFrom('plumeline.record').select('id').where('id', 'in', ids).execute()).length;

  test('gives a record back as the bytes it was written with', async () => {
    const { all } = fresh();
    await store.save(all);
    for (const record of all) expect(JSON.stringify(await store.load(record.id))).toBe(JSON.stringify(record));
  });

  test('keeps odd text and numbers of a body', async () => {
    const property = fc.asyncProperty(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true }),
      async (name, number) => {
        const { recording } = fresh();
        const value = Number.isFinite(number) ? number : 0;
        const odd = { ...recording, name, provenance: { ...recording.provenance, settings: { value } } };
        await store.save([odd]);
        expect(JSON.stringify(await store.load(odd.id))).toBe(JSON.stringify(odd));
      },
    );
    await fc.assert(property, { numRuns: 25, seed: 7 });
  });

  test('stores a batch whole or not at all', async () => {
    const { recording, detection } = fresh();
    const orphan = {
      ...detection,
      id: 'det-orphan',
      provenance: { ...detection.provenance, derivedFrom: ['rec-none'] },
    };
    await expect(store.save([recording, detection, orphan])).rejects.toThrow('There is no record with id rec-none.');
    expect(await countOf([recording.id, detection.id, orphan.id])).toBe(0);
  });

  test('takes a batch in any order, and one larger than a statement', async () => {
    const chains = Array.from({ length: 260 }, () => fresh());
    const batch = chains.flatMap((chain) => chain.all).reverse();
    await store.save(batch);
    expect(await countOf(batch.map((record) => record.id))).toBe(1300);
  });

  test('changes nothing when the same id comes again', async () => {
    const { recording, all } = fresh();
    await store.save(all);
    await store.save([{ ...recording, name: 'another name' }, ...all.slice(1)]);
    expect(await store.load(recording.id)).toEqual(recording);
  });

  test('two savers of overlapping batches both succeed', async () => {
    const chains = Array.from({ length: 30 }, () => fresh());
    const batch = chains.flatMap((chain) => chain.all);
    await Promise.all([store.save(batch), store.save([...batch].reverse()), store.save(batch.slice(20))]);
    expect(await countOf(batch.map((record) => record.id))).toBe(batch.length);
  });

  test('lists newest batch first, a batch in its own order, up to the limit', async () => {
    const exercise = fresh({ exercise: true });
    const [first, second, third] = [fresh(), fresh(), fresh()];
    await store.save(exercise.all);
    await store.save([...first.all, ...second.all]);
    await store.save(third.all);
    const sites = await store.list('site', { limit: 3 });
    expect(sites.map((site) => site.id)).toEqual([third.site.id, first.site.id, second.site.id]);
    expect((await store.list('site', { exercise: true })).map((site) => site.id)).toEqual([exercise.site.id]);
    expect((await store.list('site', { exercise: false })).every((site) => !site.exercise)).toBe(true);
    expect(await store.list('recording', { limit: 0 })).toEqual([]);
  });

  test('lists what belongs to a recording', async () => {
    const chain = fresh();
    await store.save([...chain.all, ...fresh().all]);
    const filter = { recordingId: chain.recording.id };
    expect(await store.list('recording', filter)).toEqual([chain.recording]);
    expect(await store.list('detection', filter)).toEqual([chain.detection]);
    expect(await store.list('source-estimate', filter)).toEqual([chain.estimate]);
    expect(await store.list('null-result', filter)).toEqual([chain.nullResult]);
    expect(await store.list('site', filter)).toEqual([chain.site]);
    expect(await store.list('site', { recordingId: 'rec-none' })).toEqual([]);
  });

  test.each([
    ['around it', [10, 50, 11, 51], true],
    ['touching its region from the west', [9, 50, 10.47, 51], true],
    ['beside it', [11, 50, 12, 51], false],
    // On a sphere the straight line between these corners runs 3 degrees north of the parallel.
    ['a wide box whose southern edge is just below it', [-20, 50.4, 40, 60], true],
    ['a wide box whose northern edge is just below it', [-20, 40, 40, 50.4], false],
    ['across the antimeridian, without it', [170, 40, -170, 60], false],
    ['across the antimeridian, round to it', [170, 40, 15, 60], true],
  ] as const)('an extent %s finds it or not', async (_, extent, found) => {
    const chain = fresh({ at: { lat: 50.5, lon: 10.5 } });
    await store.save(chain.all);
    for (const kind of ['source-estimate', 'site'] as const) {
      const ids = (await store.list(kind, { extent })).map((record) => record.id);
      const id = kind === 'site' ? chain.site.id : chain.estimate.id;
      expect([kind, ids.includes(id)]).toEqual([kind, found]);
    }
  });

  test('every kind has an extent', async () => {
    const chain = fresh({ at: { lat: -33, lon: 151 } });
    await store.save(chain.all);
    for (const record of chain.all) {
      expect(await store.list(record.kind, { extent: [150.99, -33.03, 151.01, -32.97] })).toEqual([record]);
      expect(await store.list(record.kind, { extent: [152, -34, 153, -32] })).toEqual([]);
    }
  });

  test('finds what lies across the antimeridian', async () => {
    const { site, all } = fresh({ at: { lat: -17, lon: 179.99 } });
    const wide = { ...site, id: 'sit-antimeridian', region90: twoSides() };
    await store.save([...all.map((record) => withWrappedExtent(record)), wide]);
    const there = await store.list('site', { extent: [179, -18, -179, -16] });
    expect(there.map((one) => one.id)).toContain(wide.id);
  });

  test('refuses coordinates that are none', async () => {
    const { detection, recording } = fresh();
    const swapped = { ...detection, peakPosition: { lat: -107.4, lon: 24.8 } };
    await expect(store.save([recording, swapped])).rejects.toThrow('outside [-90, 90]');
    await expect(store.save([{ ...recording, extent: [Number.NaN, 0, 1, 1] }])).rejects.toThrow('NaN');
    expect(await countOf([recording.id])).toBe(0);
    await expect(store.list('site', { extent: [0, -91, 1, 0] })).rejects.toThrow(RangeError);
  });

  test('finds near ones by distance on the ellipsoid', async () => {
    const centre = { lat: 60, lon: 5 };
    const chains = [0.3, 0.1, 0.2, 2].map((east) => fresh({ at: { lat: 60, lon: 5 + east } }));
    await store.save(chains.flatMap((chain) => chain.all));
    const distances = chains.map((chain) => geodesicBetween(centre, chain.site.position).distance_m);
    const near = await store.listNear('site', centre, Math.max(...distances.slice(0, 3)) + 1);
    expect(near.map((site) => site.id)).toEqual([chains[1]?.site.id, chains[2]?.site.id, chains[0]?.site.id]);
    const nearer = await store.listNear('site', centre, (distances[0] ?? 0) - 1);
    expect(nearer.map((site) => site.id)).toEqual([chains[1]?.site.id, chains[2]?.site.id]);
  });

  test('traces a site back to its recording, nearest first, each once', async () => {
    const { site, estimate, detection, recording, all } = fresh();
    await store.save(all);
    expect(await store.trace(site.id)).toEqual([site, estimate, recording, detection]);
    expect(await store.trace(recording.id)).toEqual([recording]);
    await expect(store.trace('sit-none')).rejects.toThrow('There is no record with id sit-none.');
  });

  test('traces through many diamonds without multiplying', async () => {
    const chains = Array.from({ length: 40 }, () => fresh());
    const estimates = chains.map(({ estimate }) => ({
      ...estimate,
      id: `${estimate.id}-all`,
      provenance: { ...estimate.provenance, derivedFrom: chains.map((chain) => chain.detection.id) },
    }));
    const [first] = chains;
    const site = {
      ...first!.site,
      id: `${first!.site.id}-all`,
      provenance: { ...first!.site.provenance, derivedFrom: estimates.map((estimate) => estimate.id) },
    };
    await store.save([...chains.flatMap((chain) => chain.all), ...estimates, site]);
    const traced = await store.trace(site.id);
    expect(traced).toHaveLength(1 + 40 + 40 + 40);
    expect(new Set(traced.map((record) => record.id)).size).toBe(traced.length);
  });

  test('attaches objects to a record by name', async () => {
    const { recording } = fresh();
    await store.save([recording]);
    const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];
    expect(await store.attachment(recording.id, 'model-series')).toBeUndefined();
    await store.attach(recording.id, 'model-series', one);
    await store.attach(recording.id, 'model-series', two);
    await store.attach(recording.id, 'thumbnail', one);
    expect(await store.attachment(recording.id, 'model-series')).toBe(two);
    expect(await store.attachment(recording.id, 'thumbnail')).toBe(one);
    await expect(store.attach('rec-none', 'model-series', one)).rejects.toThrow('There is no record with id rec-none.');
    await expect(store.attach(recording.id, 'model-series', 'not a digest')).rejects.toThrow();
  });

  describe('exercise data', () => {
    test('is never the source of real data', async () => {
      const { recording } = fresh({ exercise: true });
      const { detection } = sampleChain(nextNumber++);
      const real = {
        ...detection,
        recordingId: recording.id,
        provenance: { ...detection.provenance, derivedFrom: [recording.id] },
      };
      await expect(store.save([recording, real])).rejects.toMatchObject({ code: 'exercise-not-inherited' });
      expect(await countOf([recording.id, real.id])).toBe(0);
      // Not even through the recording it belongs to, when it names no source.
      const sourceless = { ...real, provenance: { ...real.provenance, derivedFrom: [] } };
      await expect(store.save([recording, sourceless])).rejects.toMatchObject({ code: 'exercise-not-inherited' });
    });

    test('may rest on real data', async () => {
      const { recording } = fresh();
      const { detection } = sampleChain(nextNumber++, { exercise: true });
      const mixed = {
        ...detection,
        recordingId: recording.id,
        provenance: { ...detection.provenance, derivedFrom: [recording.id] },
      };
      await store.save([recording, mixed]);
      expect(await store.load(mixed.id)).toEqual(mixed);
    });

    test.each([true, false])('keeps the flag it was first stored with (%s)', async (exercise) => {
      const { recording } = fresh({ exercise });
      await store.save([recording]);
      const cleared = { ...recording, exercise: !exercise };
      await expect(store.save([cleared])).rejects.toMatchObject({ code: 'exercise-flag-differs' });
      expect(await store.load(recording.id)).toEqual(recording);
    });

    test.each([
      ['clearing the flag', "update plumeline.record set exercise = false where id = '$id'"],
      ['changing a body', "update plumeline.record set body = '{}' where id = '$id'"],
      ['deleting', "delete from plumeline.record where id = '$id'"],
      ['emptying', 'truncate plumeline.record cascade'],
      ['cutting its sources', "delete from plumeline.record_derivation where record_id = '$id'"],
      ['replacing a source', "update plumeline.record_derivation set source_id = 'x' where record_id = '$id'"],
    ])('%s by hand is refused by the database', async (_, statement) => {
      const { detection, all } = fresh({ exercise: true });
      await store.save(all);
      await expect(database.execute(statement.replace('$id', detection.id))).rejects.toMatchObject({ code: 'PLM01' });
      expect(await store.trace(detection.id)).toHaveLength(2);
    });

    test('an edge that lies about the flags is refused by the database', async () => {
      const exercise = fresh({ exercise: true }).recording;
      const real = fresh().recording;
      await store.save([exercise, real]);
      const insert = (flag: boolean, sourceFlag: boolean) =>
        sql`insert into plumeline.record_derivation (record_id, record_exercise, source_id, source_exercise, ordinal)
          values (${real.id}, ${flag}, ${exercise.id}, ${sourceFlag}, 0)`.execute(database.tables);
      await expect(insert(false, true)).rejects.toMatchObject({ constraint: 'exercise_is_inherited' });
      await expect(insert(false, false)).rejects.toMatchObject({ code: '23503' });
      await expect(insert(true, true)).rejects.toMatchObject({ code: '23503' });
    });
  });
});

function twoSides() {
  const ring = (west: number, east: number): [number, number][] => [
    [west, -17.1],
    [east, -17.1],
    [east, -16.9],
    [west, -16.9],
    [west, -17.1],
  ];
  return { type: 'MultiPolygon' as const, coordinates: [[ring(179.95, 180)], [ring(-180, -179.97)]] };
}

/** The sample's margins run over 180 degrees; a reader would have wrapped them. */
function withWrappedExtent(record: PlumelineRecord): PlumelineRecord {
  switch (record.kind) {
    case 'recording':
      return { ...record, extent: [179.89, -17.1, -179.91, -16.9] };
    case 'source-estimate':
    case 'site':
      return { ...record, region50: twoSides(), region90: twoSides() };
    case 'null-result':
      return { ...record, searched: [{ rate_kgph: 5, region: twoSides() }] };
    case 'detection':
      return record;
  }
}
