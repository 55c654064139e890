/**
 * Every change of the schema, in order, forward only. A migration that has been released is never edited: its digest
 * is recorded in the database and compared. Statements run on PGlite and on PostgreSQL 15 or later alike.
 */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

const EDGE_TABLE = (name: string) => `
create table plumeline.${name} (
  record_id text not null,
  record_exercise boolean not null,
  source_id text not null,
  source_exercise boolean not null,
  ordinal integer not null,
  primary key (record_id, source_id),
  -- The flags are those of the records, so that the check below cannot be talked round.
  foreign key (record_id, record_exercise) references plumeline.record (id, exercise),
  foreign key (source_id, source_exercise) references plumeline.record (id, exercise),
  constraint exercise_is_inherited check (record_exercise or not source_exercise)
);
create index ${name}_source on plumeline.${name} (source_id);`;

const APPEND_ONLY = (table: string) => `
create trigger never_changed before update or delete on plumeline.${table}
  for each row execute function plumeline.refuse_change();
create trigger never_emptied before truncate on plumeline.${table}
  for each statement execute function plumeline.refuse_change();`;

const RECORDS = `
create table plumeline.record (
  id text primary key,
  kind text not null check (kind in ('recording', 'detection', 'source-estimate', 'null-result', 'site')),
  exercise boolean not null,
  substance text not null,
  observed_from timestamptz not null,
  observed_to timestamptz not null,
  west_deg double precision check (west_deg between -180 and 180),
  south_deg double precision check (south_deg between -90 and 90),
  east_deg double precision check (east_deg between -180 and 180),
  north_deg double precision check (north_deg between -90 and 90),
  place geography(Point, 4326),
  -- json, not jsonb: the record comes back as the bytes it was written with.
  body json not null,
  stored_at timestamptz not null default now(),
  batch_ordinal integer not null,
  unique (id, exercise),
  constraint extent_is_whole check (num_nulls(west_deg, south_deg, east_deg, north_deg) in (0, 4)),
  constraint extent_is_ordered check (west_deg <= east_deg and south_deg <= north_deg)
);
create index record_newest on plumeline.record (kind, stored_at desc, batch_ordinal, id);
-- Plain boxes in degrees: a geography box has great-circle edges, which leave the parallels by kilometres.
create index record_extent on plumeline.record
  using gist (box(point(east_deg, north_deg), point(west_deg, south_deg)));
create index record_place on plumeline.record using gist (place);

create function plumeline.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'Records are evidence: rows of % are never changed or removed.', tg_table_name
    using errcode = 'PLM01';
end $$;
${EDGE_TABLE('record_derivation')}
${EDGE_TABLE('record_recording')}

create table plumeline.record_object (
  record_id text not null references plumeline.record (id),
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  primary key (record_id, digest)
);
create index record_object_digest on plumeline.record_object (digest);
${['record', 'record_derivation', 'record_recording', 'record_object'].map(APPEND_ONLY).join('')}

create table plumeline.attachment (
  record_id text not null references plumeline.record (id),
  name text not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  primary key (record_id, name)
);`;

const JOBS = `
create table plumeline.job (
  id uuid primary key,
  name text not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  stage text not null,
  fraction double precision not null check (fraction between 0 and 1),
  detail text,
  input json not null,
  output json,
  error text,
  cancel_requested boolean not null default false,
  attempt integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint ended_has_a_time check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null))
);
create index job_newest on plumeline.job (created_at desc, id);
create index job_open on plumeline.job (state) where state in ('queued', 'running');`;

export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-records', sql: RECORDS },
  { name: '0002-jobs', sql: JOBS },
];
