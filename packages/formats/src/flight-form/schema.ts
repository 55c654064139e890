/**
 * Flights as one JSON text, for programs that call `plumeline locate --input`: samples with their units in their names,
 * the air, the instrument, and what is asked. Strict: a key that is not here is a fault.
 */
import { type Static, type TSchema, Type } from 'typebox';

const strict = { additionalProperties: false } as const;
const object = <T extends Record<string, TSchema>>(properties: T, description: string) =>
  Type.Object(properties, { ...strict, description });
const optional = Type.Optional;
const number = (description: string, limits: { minimum?: number; maximum?: number; exclusiveMinimum?: number } = {}) =>
  Type.Number({ ...limits, description });
const latitude = number('Degrees north, WGS84.', { minimum: -90, maximum: 90 });
const longitude = number('Degrees east, WGS84.', { minimum: -180, maximum: 180 });

/** Longest record of one flight that is taken as JSON; longer ones are files. */
const MOST_SAMPLES = 500_000;

/** Measures of a sample; `null` is "no value" in all but place and time, which every sample needs. */
const MEASURES = {
  time_s: number('Seconds since 1970-01-01T00:00:00Z.'),
  time_utc: Type.String({ description: 'ISO 8601 with Z or an offset; instead of time_s.' }),
  lat_deg: latitude,
  lon_deg: longitude,
  heightAgl_m: number('Height above ground.'),
  moleFraction_ppm: Type.Union([Type.Number(), Type.Null()], { description: 'The gas.' }),
  windEastTo_mps: Type.Union([Type.Number(), Type.Null()], { description: 'Where the air goes TO: east component.' }),
  windNorthTo_mps: Type.Union([Type.Number(), Type.Null()], { description: 'Where the air goes TO: north component.' }),
  windFrom_deg: Type.Union([Type.Number(), Type.Null()], {
    description: 'Where the wind comes FROM, clockwise from true north; with windSpeed_mps, instead of the components.',
  }),
  windSpeed_mps: Type.Union([Type.Number(), Type.Null()], { description: 'With windFrom_deg.' }),
  leg: Type.Integer({ description: 'Number of the straight run.' }),
} as const;
export type SampleMeasure = keyof typeof MEASURES;
export const SAMPLE_MEASURES = Object.keys(MEASURES) as SampleMeasure[];
export const NEEDED_MEASURES: readonly SampleMeasure[] = ['lat_deg', 'lon_deg', 'heightAgl_m', 'moleFraction_ppm'];

const columns = Object.fromEntries(
  Object.entries(MEASURES).map(([name, schema]) => [
    name,
    optional(Type.Array(schema as TSchema, { minItems: 1, maxItems: MOST_SAMPLES })),
  ]),
);
const row = Object.fromEntries(Object.entries(MEASURES).map(([name, schema]) => [name, optional(schema as TSchema)]));
export const SampleColumnsSchema = object(columns, 'Columns of equal length.');
export const SampleRowSchema = object(row, 'One sample.');

const Wind = object(
  {
    from_deg: number('Where the wind comes FROM, clockwise from true north.', { minimum: 0, maximum: 360 }),
    speed_mps: number('Speed.', { exclusiveMinimum: 0 }),
    heightAgl_m: number('Height above ground that this holds for.', { exclusiveMinimum: 0 }),
  },
  'One wind for the whole flight; only where the samples carry none.',
);

const Conditions = object(
  {
    airTemperature_K: number('Air temperature.', { minimum: 200, maximum: 340 }),
    airPressure_Pa: number('Air pressure.', { minimum: 10_000, maximum: 110_000 }),
    wind: optional(Wind),
    windHeightAgl_m: optional(number("Height of the wind sensor where it is not the sample's own.")),
    sigmaV_mps: optional(number('Standard deviation of the crosswind velocity.', { exclusiveMinimum: 0 })),
    sigmaW_mps: optional(number('Standard deviation of the vertical velocity.', { exclusiveMinimum: 0 })),
    sigmaTheta_deg: optional(number('Standard deviation of wind direction.', { exclusiveMinimum: 0 })),
    roughness_m: optional(number('Aerodynamic roughness length.', { exclusiveMinimum: 0 })),
    mixingHeight_m: optional(number('Mixing height above ground.', { exclusiveMinimum: 0 })),
    sourceHeightAgl_m: optional(number('Height of the source above ground.', { minimum: 0 })),
  },
  'The air as one number for the flight.',
);

const Instrument = object(
  {
    averaging_s: number('Averaging time of a reading; 0 for instantaneous.', { minimum: 0 }),
    noise_ppm: optional(number('One-sigma noise.', { exclusiveMinimum: 0 })),
    lag_s: optional(number('How long after its air a reading comes; 0 when already corrected.', { minimum: 0 })),
    findLag: optional(Type.Boolean({ description: 'Find the lag from runs there and back.' })),
    response_s: optional(number('First-order response time (1/e).', { exclusiveMinimum: 0 })),
    detectionLimit_ppm: optional(number('Lowest mole fraction told from none.', { exclusiveMinimum: 0 })),
    ceiling_ppm: optional(number('Highest reading; readings there say "at least".', { exclusiveMinimum: 0 })),
  },
  'The gas instrument.',
);

const Flight = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 120, description: 'What a person calls it; unlike the others.' }),
    substance: Type.String({ minLength: 1, description: 'Key of the substance library, e.g. methane.' }),
    samples: Type.Unknown({ description: 'An object of columns, or an array of rows.' }),
    conditions: Conditions,
    instrument: Instrument,
  },
  strict,
);

const Asked = object(
  {
    together: optional(Type.Boolean({ description: 'Judge all flights as one; false: each by itself.' })),
    setAside: optional(
      Type.Array(
        object(
          {
            flight: optional(Type.String({ description: 'Name of the flight; needed where there are several.' })),
            pass: Type.Integer({ minimum: 0, description: 'Number of the pass, from 0, as in the answer.' }),
            reason: Type.String({ minLength: 1, maxLength: 300 }),
          },
          'A pass that a person sets aside.',
        ),
      ),
    ),
    turnWind_deg: optional(number('Turns the wind clockwise.', { minimum: -180, maximum: 180 })),
    windFactor: optional(number('Multiplies the wind speed.', { exclusiveMinimum: 0 })),
    turbulenceFactor: optional(number('Multiplies sigma_v and sigma_w.', { exclusiveMinimum: 0 })),
    sensitivity: optional(Type.Boolean({ description: 'Also run the other airs.' })),
    nextLeg: optional(
      object(
        {
          speed_mps: optional(number('Speed over ground.', { exclusiveMinimum: 0 })),
          heights_m: optional(Type.Array(number('Height above ground.', { exclusiveMinimum: 0 }), { minItems: 1 })),
        },
        'Also rank legs to fly next; an empty object will do.',
      ),
    ),
    grid: optional(Type.Boolean({ description: 'Put the posterior grid into the answer.' })),
    seed: optional(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'Of the draws for the next leg.' })),
    language: optional(Type.Unsafe<'en' | 'es'>({ type: 'string', enum: ['en', 'es'] })),
  },
  'What is asked; the same as the options of the command line, which go before it.',
);

export const FlightFormSchema = Type.Object(
  {
    form: Type.Literal('plumeline-flights-1'),
    exercise: optional(Type.Boolean({ description: 'True for training or simulated data.' })),
    flights: Type.Array(Flight, { minItems: 1, maxItems: 64 }),
    searchArea: optional(
      object(
        { west_deg: longitude, south_deg: latitude, east_deg: longitude, north_deg: latitude },
        'Where a source may be.',
      ),
    ),
    known: optional(
      Type.Array(
        object(
          { lat_deg: latitude, lon_deg: longitude, rate_kgph: number('Its rate.', { exclusiveMinimum: 0 }) },
          "Somebody else's source.",
        ),
      ),
    ),
    options: optional(Asked),
  },
  { ...strict, $id: 'https://plumeline.invalid/schemas/flights-1.json', title: 'Plumeline flights' },
);

/** The checked content, samples apart. */
export type FlightForm = Static<typeof FlightFormSchema>;
export type FormFlight = FlightForm['flights'][number];
export type AskedOptions = NonNullable<FlightForm['options']>;
