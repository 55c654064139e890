/**
 * The records as JSON Schema, for validation and for the OpenAPI document. `describe` refuses to compile where a
 * schema and its type in core disagree, so the published contract cannot drift from the records.
 */
import type {
  Caveat,
  Detection,
  Exclusion,
  Fault,
  Hypothesis,
  Imaging,
  Job,
  MultiPolygon,
  NullResult,
  PlumeEvidence,
  PlumeSpectrum,
  Position,
  PosteriorGrid,
  Progress,
  Provenance,
  Quantiles,
  Recording,
  Site,
  SourceEstimate,
  StatedWind,
} from '@plumeline/core';
import Type, { type Static, type TSchema } from 'typebox';
import type {
  ExerciseState,
  Health,
  JobStarted,
  MapPicture,
  ProfileSummary,
  Relocated,
  RelocationWish,
  SiteEvidence,
  WireNextLegs,
  WireSamples,
} from './wire.ts';

type Frozen<T> = unknown extends T ? T : { readonly [K in keyof T]: Frozen<T[K]> };
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `S` where its static type is `T` but for `readonly`; otherwise a type that nothing can be assigned to. */
type Agreeing<S extends TSchema, T> = Same<Frozen<Static<S>>, Frozen<T>> extends true ? S : 'schema and type disagree';

/** Names a schema after the type that it describes. */
function describe<T>() {
  return <S extends TSchema>(name: string, schema: Agreeing<S, T>) =>
    Type.Unsafe<T>({ ...(schema as S), $id: name } as TSchema);
}

const closed = { additionalProperties: false } as const;
const integer = () => Type.Integer({ minimum: 0 });
const instant = () => Type.String({ format: 'date-time', description: 'UTC, ISO 8601 with milliseconds and Z' });
const recordId = () => Type.String({ pattern: '^[a-z]{3}-[0-9a-f]+$' });
const digest = () => Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, lower-case hex' });
const list = <S extends TSchema>(items: S) => Type.Array(items);

export const positionSchema = describe<Position>()(
  'Position',
  Type.Object(
    { lat: Type.Number({ minimum: -90, maximum: 90 }), lon: Type.Number({ minimum: -180, maximum: 180 }) },
    { ...closed, description: 'WGS84 degrees' },
  ),
);

const lonLat = Type.Unsafe<[number, number]>({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 });
const extent = Type.Unsafe<[number, number, number, number]>({
  type: 'array',
  items: { type: 'number' },
  minItems: 4,
  maxItems: 4,
  description: '[west, south, east, north] in degrees',
});

export const multiPolygonSchema = describe<MultiPolygon>()(
  'MultiPolygon',
  Type.Object(
    { type: Type.Literal('MultiPolygon'), coordinates: list(list(list(lonLat))) },
    { ...closed, description: 'GeoJSON (RFC 7946), longitude first' },
  ),
);

export const provenanceSchema = describe<Provenance>()(
  'Provenance',
  Type.Object(
    {
      objects: list(digest()),
      derivedFrom: list(recordId()),
      profile: Type.Object({ name: Type.String(), digest: digest() }, closed),
      software: Type.String(),
      seed: Type.Optional(Type.Number()),
      settings: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
    },
    closed,
  ),
);

const base = { id: recordId(), exercise: Type.Boolean(), provenance: provenanceSchema };

export const exclusionSchema = describe<Exclusion>()(
  'Exclusion',
  Type.Object(
    {
      code: Type.String(),
      reason: Type.String(),
      file: Type.String(),
      count: integer(),
      firstRow: integer(),
      lastRow: integer(),
    },
    closed,
  ),
);

export const caveatSchema = describe<Caveat>()(
  'Caveat',
  Type.Object(
    { code: Type.String(), params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])) },
    closed,
  ),
);

const fraction = () => Type.Number({ minimum: 0, maximum: 1 });

export const statedWindSchema = describe<StatedWind>()(
  'StatedWind',
  Type.Object(
    {
      from_deg: Type.Number(),
      fromSd_deg: Type.Number(),
      speed_mps: Type.Number(),
      speedSd_mps: Type.Number(),
      height_m: Type.Number(),
    },
    closed,
  ),
);

export const imagingSchema = describe<Imaging>()(
  'Imaging',
  Type.Object(
    {
      lines: integer(),
      columns: integer(),
      bands: integer(),
      from_nm: Type.Number(),
      to_nm: Type.Number(),
      pixel_m: Type.Number(),
      corners: list(lonLat),
      wind: Type.Optional(statedWindSchema),
    },
    closed,
  ),
);

export const recordingSchema = describe<Recording>()(
  'Recording',
  Type.Object(
    {
      kind: Type.Literal('recording'),
      ...base,
      name: Type.String(),
      substance: Type.String(),
      startAt: instant(),
      endAt: instant(),
      sampleCount: integer(),
      excluded: list(exclusionSchema),
      caveats: Type.Optional(list(caveatSchema)),
      files: list(Type.Object({ name: Type.String(), digest: digest(), bytes: integer() }, closed)),
      extent,
      imaging: Type.Optional(imagingSchema),
    },
    closed,
  ),
);

export const mapPictureSchema = describe<MapPicture>()(
  'MapPicture',
  Type.Object(
    {
      recordingId: recordId(),
      map: Type.Enum(['amount', 'z', 'uncertainty']),
      unit: Type.String(),
      rows: integer(),
      columns: integer(),
      corners: list(lonLat),
      low: Type.Number(),
      high: Type.Number(),
      values: list(Type.Union([Type.Number(), Type.Null()])),
    },
    closed,
  ),
);

export const quantilesSchema = describe<Quantiles>()(
  'Quantiles',
  Type.Object({ p05: Type.Number(), p50: Type.Number(), p95: Type.Number() }, closed),
);

export const plumeSpectrumSchema = describe<PlumeSpectrum>()(
  'PlumeSpectrum',
  Type.Object(
    {
      wavelength_nm: list(Type.Number()),
      contrast: list(Type.Number()),
      fits: list(Type.Object({ name: Type.String(), share: fraction(), fitted: list(Type.Number()) }, closed)),
      gas_ppmm: Type.Number(),
    },
    closed,
  ),
);

export const plumeEvidenceSchema = describe<PlumeEvidence>()(
  'PlumeEvidence',
  Type.Object(
    {
      outline: multiPolygonSchema,
      pixelCount: integer(),
      area_m2: Type.Number(),
      peakColumn_ppmm: Type.Number(),
      peakColumnSd_ppmm: Type.Number(),
      peakScore: Type.Number(),
      startThreshold: Type.Number(),
      growThreshold: Type.Number(),
      falseAlarm: fraction(),
      mass_kg: Type.Optional(Type.Number()),
      rate_kgph: Type.Optional(quantilesSchema),
      spectrum: Type.Optional(plumeSpectrumSchema),
      caveats: list(caveatSchema),
    },
    closed,
  ),
);

export const detectionSchema = describe<Detection>()(
  'Detection',
  Type.Object(
    {
      kind: Type.Literal('detection'),
      ...base,
      recordingId: recordId(),
      substance: Type.String(),
      startAt: instant(),
      endAt: instant(),
      peakPosition: positionSchema,
      peakHeightAgl_m: Type.Optional(Type.Number()),
      peakEnhancement_ppm: Type.Number(),
      peakEnhancementSd_ppm: Type.Number(),
      signalToNoise: Type.Number(),
      peakIsAtLeast: Type.Optional(Type.Literal(true)),
      sampleCount: integer(),
      instrument: Type.Optional(Type.String()),
      plume: Type.Optional(plumeEvidenceSchema),
    },
    closed,
  ),
);

export const posteriorGridSchema = describe<PosteriorGrid>()(
  'PosteriorGrid',
  Type.Object(
    {
      origin: positionSchema,
      corner: positionSchema,
      columns: integer(),
      rows: integer(),
      mass: Type.Array(Type.Number(), { description: 'row-major, south to north, west to east; sums to 1' }),
    },
    closed,
  ),
);

const passWordSchema = Type.Object(
  {
    recordingId: recordId(),
    index: integer(),
    startAt: instant(),
    endAt: instant(),
    lnFor: Type.Number({ description: 'ln evidence with the pass less that without it' }),
    expected: Type.Optional(
      Type.Object(
        {
          at: instant(),
          width_s: Type.Number(),
          peakEnhancement_ppm: Type.Number(),
          range_m: Type.Number(),
        },
        closed,
      ),
    ),
    setAside: Type.Optional(Type.String({ description: 'why a person set it aside' })),
  },
  closed,
);

export const sourceEstimateSchema = describe<SourceEstimate>()(
  'SourceEstimate',
  Type.Object(
    {
      kind: Type.Literal('source-estimate'),
      ...base,
      recordingIds: list(recordId()),
      detectionIds: list(recordId()),
      substance: Type.String(),
      position: positionSchema,
      rate_kgph: quantilesSchema,
      region50: multiPolygonSchema,
      region90: multiPolygonSchema,
      lnBayesFactor: Type.Number(),
      firstObservedAt: instant(),
      lastObservedAt: instant(),
      posterior: posteriorGridSchema,
      passes: Type.Optional(list(passWordSchema)),
      rateDistribution: Type.Optional(
        Type.Object({ rates_kgph: Type.Array(Type.Number()), mass: Type.Array(Type.Number()) }, closed),
      ),
      caveats: list(caveatSchema),
    },
    closed,
  ),
);

export const nullResultSchema = describe<NullResult>()(
  'NullResult',
  Type.Object(
    {
      kind: Type.Literal('null-result'),
      ...base,
      recordingIds: list(recordId()),
      substance: Type.String(),
      startAt: instant(),
      endAt: instant(),
      lnBayesFactor: Type.Number(),
      searched: list(Type.Object({ rate_kgph: Type.Number(), region: multiPolygonSchema }, closed)),
      upperLimit_kgph: Type.Optional(Type.Number()),
      caveats: list(caveatSchema),
    },
    closed,
  ),
);

export const hypothesisSchema = describe<Hypothesis>()(
  'Hypothesis',
  Type.Object(
    {
      key: Type.Enum(['clandestine', 'lawful-facility', 'natural', 'sensor-fault']),
      state: Type.Enum(['open', 'considered', 'rejected']),
    },
    closed,
  ),
);

export const siteSchema = describe<Site>()(
  'Site',
  Type.Object(
    {
      kind: Type.Literal('site'),
      ...base,
      label: Type.String(),
      substance: Type.String(),
      position: positionSchema,
      region50: multiPolygonSchema,
      region90: multiPolygonSchema,
      rate_kgph: quantilesSchema,
      lnBayesFactor: Type.Number(),
      sourceEstimateIds: list(recordId()),
      detectionIds: list(recordId()),
      recordingIds: list(recordId()),
      lastEmissionSeenAt: instant(),
      hypotheses: list(hypothesisSchema),
    },
    closed,
  ),
);

export const siteEvidenceSchema = describe<SiteEvidence>()(
  'SiteEvidence',
  Type.Object(
    {
      site: siteSchema,
      estimates: list(sourceEstimateSchema),
      detections: list(detectionSchema),
      recordings: list(recordingSchema),
    },
    closed,
  ),
);

export const progressSchema = describe<Progress>()(
  'Progress',
  Type.Object(
    {
      stage: Type.String(),
      fraction: Type.Number({ minimum: 0, maximum: 1 }),
      detail: Type.Optional(Type.String()),
    },
    closed,
  ),
);

export const jobSchema = describe<Job>()(
  'Job',
  Type.Object(
    {
      id: Type.String(),
      name: Type.String(),
      state: Type.Enum(['queued', 'running', 'done', 'failed', 'cancelled']),
      progress: progressSchema,
      input: Type.Unknown(),
      output: Type.Optional(Type.Unknown()),
      error: Type.Optional(Type.String()),
      createdAt: instant(),
      endedAt: Type.Optional(instant()),
    },
    closed,
  ),
);

const column = (description: string) => Type.Array(Type.Union([Type.Number(), Type.Null()]), { description });
const optionalColumn = (description: string) => Type.Optional(column(description));

export const samplesSchema = describe<WireSamples>()(
  'Samples',
  Type.Object(
    {
      recordingId: recordId(),
      substance: Type.String(),
      total: Type.Integer({ minimum: 0, description: 'samples of the recording' }),
      returned: Type.Integer({ minimum: 0, description: 'samples here: the length of every column' }),
      time_s: column('seconds since 1970-01-01T00:00:00Z'),
      lat: column('degrees, WGS84; the first end of an open path'),
      lon: column('degrees, WGS84'),
      heightAgl_m: column('metres above ground'),
      moleFraction_ppm: column('as measured'),
      background_ppm: optionalColumn('fitted background'),
      fitted_ppm: optionalColumn('background and fitted plumes'),
      windEast_mps: optionalColumn('where the air goes to, east component'),
      windNorth_mps: optionalColumn('where the air goes to, north component'),
      pathEnd: Type.Optional(Type.Object({ lat: column('degrees'), lon: column('degrees') }, closed)),
      instrument: optionalColumn('index into instruments'),
      instruments: Type.Optional(list(Type.Object({ name: Type.String(), group: Type.String() }, closed))),
    },
    { ...closed, description: 'Columns of equal length; null where a sample has no value.' },
  ),
);

export const healthSchema = describe<Health>()(
  'Health',
  Type.Object({ status: Type.Literal('ok'), software: Type.String() }, closed),
);

export const profileSummarySchema = describe<ProfileSummary>()(
  'ProfileSummary',
  Type.Object(
    { name: Type.String(), title: Type.String(), substance: Type.String(), digest: digest(), exercise: Type.Boolean() },
    closed,
  ),
);

export const exerciseStateSchema = describe<ExerciseState>()(
  'ExerciseState',
  Type.Object({ exercise: Type.Boolean(), names: list(Type.String()) }, closed),
);

export const jobStartedSchema = describe<JobStarted>()('JobStarted', Type.Object({ jobId: Type.String() }, closed));

export const faultSchema = describe<Fault>()(
  'Fault',
  Type.Object(
    {
      code: Type.String({ description: 'stable, kebab-case; translate by it' }),
      message: Type.String({ description: 'what is wrong' }),
      remedy: Type.String({ description: 'what to do' }),
      place: Type.Object(
        {
          file: Type.Optional(Type.String()),
          row: Type.Optional(Type.Number()),
          column: Type.Optional(Type.String()),
          byte: Type.Optional(Type.Number()),
          path: Type.Optional(Type.String()),
        },
        closed,
      ),
    },
    closed,
  ),
);

const passIndex = () => Type.Integer({ minimum: 0, maximum: 100_000 });
const factor = (description: string) => Type.Optional(Type.Number({ minimum: 0.2, maximum: 5, description }));

export const relocationWishSchema = describe<RelocationWish>()(
  'RelocationWish',
  Type.Object(
    {
      setAside: Type.Optional(
        Type.Array(
          Type.Object(
            {
              index: passIndex(),
              reason: Type.Optional(Type.String({ maxLength: 300, description: 'needed where the answer is stored' })),
            },
            closed,
          ),
          { maxItems: 1000, description: 'passes by their number in the estimate' },
        ),
      ),
      whatIf: Type.Optional(
        Type.Object(
          {
            windTurn_deg: Type.Optional(Type.Number({ minimum: -180, maximum: 180, description: 'clockwise' })),
            windFactor: factor('of the wind speed'),
            turbulenceFactor: factor('of sigma_v and sigma_w'),
          },
          closed,
        ),
      ),
      store: Type.Optional(Type.Boolean({ description: 'keeps the answer as new records; a what-if is never kept' })),
    },
    closed,
  ),
);

export const relocatedSchema = describe<Relocated>()(
  'Relocated',
  Type.Object(
    {
      estimateId: recordId(),
      sources: list(sourceEstimateSchema),
      nearestId: Type.Optional(recordId()),
      nullResult: Type.Optional(nullResultSchema),
      fit: Type.Object(
        { background_ppm: column('fitted background'), fitted_ppm: column('background and fitted plumes') },
        closed,
      ),
      took_ms: Type.Number({ description: 'wall time of the analysis' }),
      stored: Type.Boolean(),
    },
    closed,
  ),
);

export const nextLegsSchema = describe<WireNextLegs>()(
  'NextLegs',
  Type.Object(
    {
      legs: list(
        Type.Object(
          {
            kind: Type.Enum(['across', 'gap', 'upwind-null', 'run-out']),
            from: positionSchema,
            to: positionSchema,
            heightAgl_m: Type.Number(),
            length_m: Type.Number(),
            duration_s: Type.Number({ description: 'transit, one half turn and the leg' }),
            gain_nats: Type.Number({ description: 'expected information gain' }),
            seen: Type.Number({ description: 'probability that the leg sees the plume' }),
            crossingDistance_m: Type.Optional(Type.Object({ p10: Type.Number(), p90: Type.Number() }, closed)),
          },
          closed,
        ),
      ),
      assumed: Type.Object(
        {
          groundSpeed_mps: Type.Number(),
          heightsAgl_m: Type.Array(Type.Number()),
          turnRadius_m: Type.Number(),
          windFrom_deg: Type.Number(),
          windSpeed_mps: Type.Number(),
          area: extent,
        },
        closed,
      ),
    },
    closed,
  ),
);
