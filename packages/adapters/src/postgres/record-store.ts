/** Records in PostgreSQL: append-only, whole batches, exercise data kept apart by the database itself. */
import {
  ConflictError,
  type Digest,
  NotFoundError,
  type PlumelineRecord,
  type Position,
  type RecordFilter,
  type RecordId,
  type RecordKind,
  type RecordStore,
} from '@plumeline/core';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { boxesOf, columnsOf } from './record-columns.ts';
import type { RecordEdgeTable, Schema } from './schema.ts';

/** Rows a statement; PostgreSQL takes 65,535 parameters. */
const ROWS_PER_STATEMENT = 500;
/** Records a list gives when nobody says how many. */
const DEFAULT_LIMIT = 1000;
/** Longest chain followed; far above recording -> ... -> package, and an end to a cycle of a faulty producer. */
const DEEPEST_CHAIN = 50;

type KindOf<K extends RecordKind> = Extract<PlumelineRecord, { kind: K }>;

export class PostgresRecordStore implements RecordStore {
  readonly #tables: Kysely<Schema>;

  constructor(database: Pick<Database, 'tables'>) {
    this.#tables = database.tables;
  }

  /**
   * @throws NotFoundError when a record names one that is neither stored nor in the batch; ConflictError when a record
   * is there already with the other exercise flag, or rests on exercise data without being exercise.
   */
  async save(records: readonly PlumelineRecord[]): Promise<void> {
    const batch = [...new Map(records.map((record) => [record.id, record])).values()];
    if (batch.length === 0) return;
    await this.#tables.transaction().execute(async (tables) => {
      const fresh = await insertRecords(tables, batch);
      await assertSameFlags(tables, batch);
      const added = batch.filter((record) => fresh.has(record.id));
      await insertEdges(tables, 'plumeline.record_derivation', added, (record) => record.provenance.derivedFrom);
      await insertEdges(tables, 'plumeline.record_recording', added, (record) => columnsOf(record).recordingIds);
      await insertObjects(tables, added);
    });
  }

  async load(id: RecordId): Promise<PlumelineRecord> {
    const row = await this.#tables
      .selectFrom('plumeline.record')
      .select('body')
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw new NotFoundError('record', id);
    return row.body as unknown as PlumelineRecord;
  }

  /** Newest batch first; within a batch in the order it was saved in. */
  async list<K extends RecordKind>(kind: K, filter: RecordFilter = {}): Promise<KindOf<K>[]> {
    let query = this.#tables.selectFrom('plumeline.record').select('body').where('kind', '=', kind);
    const { exercise, extent, recordingId, limit } = filter;
    if (exercise !== undefined) query = query.where('exercise', '=', exercise);
    if (recordingId !== undefined) {
      query = query.where('id', 'in', (where) =>
        where.selectFrom('plumeline.record_recording').select('record_id').where('source_id', '=', recordingId),
      );
    }
    if (extent !== undefined) query = query.where((where) => where.or(boxesOf(extent).map(touches)));
    const rows = await query
      .orderBy('stored_at', 'desc')
      .orderBy('batch_ordinal')
      .orderBy('id')
      .limit(limit ?? DEFAULT_LIMIT)
      .execute();
    return rows.map((row) => row.body as unknown as KindOf<K>);
  }

  /** Records of a kind whose place lies within a geodesic distance [m], nearest first. */
  async listNear<K extends RecordKind>(kind: K, position: Position, within_m: number): Promise<KindOf<K>[]> {
    const point = geographyOf(position);
    const rows = await this.#tables
      .selectFrom('plumeline.record')
      .select('body')
      .where('kind', '=', kind)
      .where(sql<boolean>`st_dwithin(place, ${point}, ${within_m}::double precision)`)
      .orderBy(sql`st_distance(place, ${point})`)
      .orderBy('id')
      .execute();
    return rows.map((row) => row.body as unknown as KindOf<K>);
  }

  async trace(id: RecordId): Promise<PlumelineRecord[]> {
    // `union` drops what was reached twice at the same depth, so diamonds do not multiply.
    const { rows } = await sql<{ body: PlumelineRecord }>`
      with recursive chain (id, depth) as (
        select id, 0 from plumeline.record where id = ${id}
        union
        select edge.source_id, chain.depth + 1
        from chain join plumeline.record_derivation edge on edge.record_id = chain.id
        where chain.depth < ${sql.lit(DEEPEST_CHAIN)}
      ),
      nearest as (select id, min(depth) as depth from chain group by id)
      select record.body from nearest join plumeline.record record using (id)
      order by nearest.depth, record.stored_at, record.batch_ordinal, record.id`.execute(this.#tables);
    if (rows.length === 0) throw new NotFoundError('record', id);
    return rows.map((row) => row.body);
  }

  async attach(id: RecordId, name: string, digest: Digest): Promise<void> {
    await this.#tables.transaction().execute(async (tables) => {
      const row = await tables.selectFrom('plumeline.record').select('id').where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new NotFoundError('record', id);
      await tables
        .insertInto('plumeline.attachment')
        .values({ record_id: id, name, digest })
        .onConflict((conflict) => conflict.columns(['record_id', 'name']).doUpdateSet({ digest }))
        .execute();
    });
  }

  async attachment(id: RecordId, name: string): Promise<Digest | undefined> {
    const row = await this.#tables
      .selectFrom('plumeline.attachment')
      .select('digest')
      .where('record_id', '=', id)
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.digest;
  }
}

/** Ids that were not there before. */
async function insertRecords(tables: Transaction<Schema>, batch: readonly PlumelineRecord[]): Promise<Set<RecordId>> {
  const rows = batch.map((record, ordinal) => {
    const { extent, place, observedFrom, observedTo } = columnsOf(record);
    return {
      id: record.id,
      kind: record.kind,
      exercise: record.exercise,
      substance: record.substance,
      observed_from: observedFrom,
      observed_to: observedTo,
      west_deg: extent?.west_deg ?? null,
      south_deg: extent?.south_deg ?? null,
      east_deg: extent?.east_deg ?? null,
      north_deg: extent?.north_deg ?? null,
      place: place === undefined ? null : geographyOf(place),
      body: JSON.stringify(record),
      batch_ordinal: ordinal,
    };
  });
  // In the order of ids, so that two processes that save overlapping batches wait for each other in one direction.
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const fresh = new Set<RecordId>();
  for (const part of inParts(rows)) {
    const inserted = await tables
      .insertInto('plumeline.record')
      .values(part)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute();
    for (const row of inserted) fresh.add(row.id);
  }
  return fresh;
}

/** The same bytes cannot be exercise and real: whoever stored them first decided it. */
async function assertSameFlags(tables: Transaction<Schema>, batch: readonly PlumelineRecord[]): Promise<void> {
  const stored = await flagsOf(
    tables,
    batch.map((record) => record.id),
  );
  const other = batch.find((record) => stored.get(record.id) !== record.exercise);
  if (other === undefined) return;
  throw new ConflictError(
    'exercise-flag-differs',
    `The record ${other.id} is stored already as ${other.exercise ? 'real' : 'exercise'} data; the flag is never changed.`,
    'Ingest the files under the flag they were first ingested with, or use another database.',
  );
}

type EdgeTableName = 'plumeline.record_derivation' | 'plumeline.record_recording';

async function insertEdges(
  tables: Transaction<Schema>,
  table: EdgeTableName,
  records: readonly PlumelineRecord[],
  sourcesOf: (record: PlumelineRecord) => readonly RecordId[],
): Promise<void> {
  const pairs = records.flatMap((record) =>
    [...new Set(sourcesOf(record))].map((sourceId, ordinal) => ({ record, sourceId, ordinal })),
  );
  const flags = await flagsOf(
    tables,
    pairs.map((pair) => pair.sourceId),
  );
  const rows = pairs.map(({ record, sourceId, ordinal }): RecordEdgeTable => {
    const sourceFlag = flags.get(sourceId);
    if (sourceFlag === undefined) throw new NotFoundError('record', sourceId);
    return {
      record_id: record.id,
      record_exercise: record.exercise,
      source_id: sourceId,
      source_exercise: sourceFlag,
      ordinal,
    };
  });
  for (const part of inParts(rows)) {
    await tables.insertInto(table).values(part).execute().catch(sayExerciseRule);
  }
}

/** The rule is the database's; only the words are ours. */
function sayExerciseRule(error: unknown): never {
  if ((error as { constraint?: string }).constraint !== 'exercise_is_inherited') throw error;
  throw new ConflictError(
    'exercise-not-inherited',
    'A record that rests on exercise data is not marked as exercise; nothing was stored.',
    'Pass the exercise flag of the recording on to everything derived from it.',
  );
}

async function insertObjects(tables: Transaction<Schema>, records: readonly PlumelineRecord[]): Promise<void> {
  const rows = records.flatMap((record) =>
    columnsOf(record).objects.map((digest) => ({ record_id: record.id, digest })),
  );
  for (const part of inParts(rows)) await tables.insertInto('plumeline.record_object').values(part).execute();
}

async function flagsOf(tables: Transaction<Schema>, ids: readonly RecordId[]): Promise<Map<RecordId, boolean>> {
  const flags = new Map<RecordId, boolean>();
  for (const part of inParts([...new Set(ids)])) {
    const rows = await tables
      .selectFrom('plumeline.record')
      .select(['id', 'exercise'])
      .where('id', 'in', part)
      .execute();
    for (const row of rows) flags.set(row.id, row.exercise);
  }
  return flags;
}

function inParts<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) parts.push(rows.slice(at, at + ROWS_PER_STATEMENT));
  return parts;
}

/** Must stay the expression of the index record_extent. */
function touches(box: { west_deg: number; south_deg: number; east_deg: number; north_deg: number }) {
  return sql<boolean>`box(point(east_deg, north_deg), point(west_deg, south_deg)) &&
    box(point(${box.east_deg}::double precision, ${box.north_deg}::double precision),
        point(${box.west_deg}::double precision, ${box.south_deg}::double precision))`;
}

function geographyOf({ lat, lon }: Position) {
  const point = JSON.stringify({ type: 'Point', coordinates: [lon, lat] });
  return sql<unknown>`st_geomfromgeojson(${point}::text)::geography`;
}
