/** The tables as Kysely sees them. The SQL that makes them is in migrations.ts; both change together. */
import type { JobState, RecordKind } from '@plumeline/core';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** JSON columns are written as text, so that the bytes come back in the order they were written. */
type Json = JSONColumnType<Record<string, unknown>, string, string>;
type Timestamp = ColumnType<Date, string, string>;

export interface RecordTable {
  readonly id: string;
  readonly kind: RecordKind;
  readonly exercise: boolean;
  readonly substance: string;
  readonly observed_from: Timestamp;
  readonly observed_to: Timestamp;
  /** Extent in degrees; null where a record covers no place. */
  readonly west_deg: number | null;
  readonly south_deg: number | null;
  readonly east_deg: number | null;
  readonly north_deg: number | null;
  /** geography(Point, 4326), written as GeoJSON through ST_GeomFromGeoJSON. */
  readonly place: ColumnType<unknown, unknown, never>;
  readonly body: Json;
  readonly stored_at: Generated<Date>;
  /** Place in the batch it was saved in, from 0. */
  readonly batch_ordinal: number;
}

/** An edge from a record to a record it rests on; the exercise columns are there for the foreign keys. */
export interface RecordEdgeTable {
  readonly record_id: string;
  readonly record_exercise: boolean;
  readonly source_id: string;
  readonly source_exercise: boolean;
  readonly ordinal: number;
}

export interface RecordObjectTable {
  readonly record_id: string;
  readonly digest: string;
}

export interface AttachmentTable {
  readonly record_id: string;
  readonly name: string;
  readonly digest: string;
}

export interface JobTable {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  readonly stage: string;
  readonly fraction: number;
  readonly detail: string | null;
  readonly input: ColumnType<unknown, string, string>;
  readonly output: ColumnType<unknown, string | undefined, string>;
  readonly error: string | null;
  readonly cancel_requested: Generated<boolean>;
  /** How many times a worker has taken it up; a write of an earlier attempt changes nothing. */
  readonly attempt: Generated<number>;
  readonly created_at: Generated<Date>;
  readonly ended_at: ColumnType<Date | null, string | undefined, string>;
}

export interface MigrationTable {
  readonly name: string;
  readonly digest: string;
  readonly applied_at: Generated<Date>;
}

export interface Schema {
  'plumeline.record': RecordTable;
  'plumeline.record_derivation': RecordEdgeTable;
  'plumeline.record_recording': RecordEdgeTable;
  'plumeline.record_object': RecordObjectTable;
  'plumeline.attachment': AttachmentTable;
  'plumeline.job': JobTable;
  'plumeline.migration': MigrationTable;
}
