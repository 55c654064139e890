/**
 * The sensor profile: a small text file that says what the columns of a data product mean. Strict: a key that is not
 * in this schema is an error. The JSON Schema form is published beside the profiles (`profiles/profile.schema.json`).
 */
import { type Static, type TSchema, Type } from 'typebox';

const strict = { additionalProperties: false } as const;
const object = <T extends Record<string, TSchema>>(properties: T, description: string) =>
  Type.Object(properties, { ...strict, description });
const optional = Type.Optional;
const text = (description: string) => Type.String({ minLength: 1, description });
const texts = (description: string) => Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description });
const number = (description: string, limits: { minimum?: number; maximum?: number; exclusiveMinimum?: number } = {}) =>
  Type.Number({ ...limits, description });
const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, description });

/** A measured column: its header (empty for a column without one), its unit, and the joined table it stands in. */
const Measure = Type.Object(
  {
    column: Type.String({ description: 'Header of the column, exactly as in the file.' }),
    unit: text('Unit of the column, e.g. ppb, m, hPa, degC, deg.'),
    table: optional(text('Name of the joined table that holds the column; left out for the sample file itself.')),
  },
  strict,
);
export type Measure = Static<typeof Measure>;

/** Wind conventions that real files use; there is no default on purpose. */
export const WIND_CONVENTIONS = ['compass from', 'compass to', 'components to', 'components from'] as const;
export type WindConvention = (typeof WIND_CONVENTIONS)[number];
const windConvention = oneOf(
  WIND_CONVENTIONS,
  'compass from/to: clockwise from true north, where the air comes from / goes to; components: east and north.',
);

const Anchor = object(
  {
    lat: number('Latitude of the local origin [deg, WGS84].', { minimum: -90, maximum: 90 }),
    lon: number('Longitude of the local origin [deg, WGS84].', { minimum: -180, maximum: 180 }),
    note: optional(text('How well the anchor is known.')),
  },
  'Where the origin of the local metres lies on the Earth.',
);

const State = object(
  {
    name: text('What the recording of this state is called, e.g. "release on".'),
    above: optional(number('Rows with a value above this belong to the state.')),
    equals: optional(number('Rows with exactly this value belong to the state.')),
  },
  'One state of the period column; exactly one of above and equals.',
);

export const SensorProfileSchema = Type.Object(
  {
    profile: Type.Literal(1, { description: 'Version of this format.' }),
    name: text('Name of the profile: that of its file.'),
    title: text('One line that a person recognises.'),
    substance: text('Key of the substance library, e.g. methane.'),
    exercise: optional(
      Type.Boolean({ description: 'True when every file of this kind is simulated or training data.' }),
    ),
    match: object(
      {
        files: texts('File names of the samples: * within a name, ** across folders, {stem} not allowed here.'),
        columns: optional(texts('Further headers that a file must have to be of this kind.')),
      },
      'How files of this kind are told from others.',
    ),
    text: optional(
      object(
        {
          delimiter: optional(oneOf([',', ';', 'tab'], 'What stands between fields; comma by default.')),
          decimal: optional(oneOf(['.', ','], 'Decimal mark; point by default.')),
        },
        'How the text is written.',
      ),
    ),
    recordings: optional(
      object(
        {
          per: optional(oneOf(['file', 'folder'], 'Whether each file is a recording (default) or all files are one.')),
          splitBy: optional(Type.String({ description: 'Column whose every distinct value is a recording.' })),
          period: optional(
            object(
              {
                column: Type.String({ description: 'Column that says in which state a row was measured.' }),
                states: Type.Array(State, { minItems: 1 }),
              },
              'Splits a file into one recording per state. Only the state is used, never the value.',
            ),
          ),
        },
        'What makes one recording.',
      ),
    ),
    missing: optional(
      Type.Array(
        object(
          {
            columns: texts('Columns the rule holds for.'),
            values: optional(Type.Array(Type.String(), { minItems: 1, description: 'Texts that mean "no value".' })),
            below: optional(number('Numbers below this mean "no value".')),
            above: optional(number('Numbers above this mean "no value".')),
            reason: text('Why the value is missing; it is kept with every excluded row.'),
          },
          'Declared gaps. A needed value that is missing excludes its row with the reason; other bad values are errors.',
        ),
      ),
    ),
    truthColumns: optional(texts('Columns that hold the answer of an experiment. No measure may be read from them.')),
    time: object(
      {
        columns: Type.Array(Type.String(), { minItems: 1, description: 'Columns joined by one space.' }),
        format: text('iso, unix_s, or a pattern of yyyy yy MM dd HH mm ss SSS, literals, and * for any rest.'),
        zone: text('UTC or an offset such as +10:00; used where the text itself has none.'),
        date: optional(text('Date of a time of day: YYYY-MM-DD, or "option" when whoever ingests must say.')),
        century: optional(Type.Integer({ description: 'Century of yy, e.g. 1900.', minimum: 1800, maximum: 2100 })),
      },
      'When each row was measured.',
    ),
    position: object(
      {
        lat: optional(Measure),
        lon: optional(Measure),
        x: optional(Measure),
        y: optional(Measure),
        x2: optional(Measure),
        y2: optional(Measure),
        distance: optional(Measure),
        azimuth: optional(Measure),
        anchor: optional(Anchor),
        area: optional(
          Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()], {
            description: 'Where such data are measured: [west, south, east, north] deg; outside it is an error.',
          }),
        ),
      },
      'Either lat and lon; or x and y (and x2, y2 for open paths) east and north of the anchor; or distance and azimuth.',
    ),
    height: object(
      {
        column: optional(Type.String({ description: 'Column of the height above ground.' })),
        unit: optional(text('Unit of that column.')),
        constant_m: optional(number('Height above ground when no column says [m].')),
        pressure: optional(Measure),
      },
      'Exactly one of column with unit, constant_m, and pressure (height above the lowest point flown, hydrostatic).',
    ),
    concentration: object(
      {
        column: optional(Type.String({ description: 'Column of the gas.' })),
        gases: optional(
          Type.Record(Type.String(), Type.String(), {
            description: 'Instead of column: header -> substance, for files that name their gas in the header.',
          }),
        ),
        unit: text('ppm, ppb, ppt, %, mg/m3, ug/m3 or g/m3.'),
        lag_s: optional(
          number('How long after the air its reading comes [s], without response_s; 0 when already corrected.', {
            minimum: 0,
          }),
        ),
        lag: optional(
          oneOf(
            ['find'],
            'Find the lag (and any offset between clocks) by comparing opposite headings; lag_s then holds where the legs do not tell.',
          ),
        ),
        response_s: optional(
          number('First-order response time (1/e) [s]. Undone where the noise allows, otherwise counted as lag.', {
            exclusiveMinimum: 0,
          }),
        ),
        averaging_s: number('Averaging time of a reading [s]; 0 for instantaneous.', { minimum: 0 }),
        noise_ppm: optional(number('One-sigma instrument noise [ppm].', { exclusiveMinimum: 0 })),
        detectionLimit_ppm: optional(
          number('Lowest mole fraction the instrument tells from none [ppm].', { exclusiveMinimum: 0 }),
        ),
        ceiling_ppm: optional(number('Highest reading [ppm]; readings there say "at least".', { exclusiveMinimum: 0 })),
        censored: optional(
          object(
            {
              below: optional(texts('Texts that mean "below the detection limit", e.g. BDL. <0.5 needs no entry.')),
              above: optional(texts('Texts that mean "above the ceiling", e.g. OVER. >500 needs no entry.')),
              zeros: optional(Type.Boolean({ description: 'True when 0 is written for "below the detection limit".' })),
            },
            'How the file writes readings outside what the instrument can measure.',
          ),
        ),
      },
      'The gas that was measured.',
    ),
    wind: object(
      {
        convention: optional(windConvention),
        direction: optional(Measure),
        speed: optional(Measure),
        east: optional(Measure),
        north: optional(Measure),
        heightAgl_m: optional(number("Height of the wind sensor above ground when it is not the sample's own [m].")),
        absent: optional(text('Why samples carry no wind; locate repeats it unless a sidecar gives a wind.')),
      },
      'Direction and speed, or east and north, with their convention; or the reason why there is none.',
    ),
    turbulence: optional(
      object(
        {
          sigmaU: optional(Measure),
          obukhovLength: optional(Measure),
          sigmaV: optional(Measure),
          sigmaW: optional(Measure),
          sigmaTheta: optional(Measure),
          mixingHeight: optional(Measure),
        },
        'sigmaU and obukhovLength are read per row; the others must be one value a recording.',
      ),
    ),
    air: optional(object({ temperature: optional(Measure), pressure: optional(Measure) }, 'State of the air per row.')),
    instrument: optional(
      object(
        {
          name: texts('Columns that together name the instrument.'),
          group: optional(Type.String({ description: 'Column of the group it is judged in.' })),
        },
        'For fixed instruments: times need to ascend within each, not over the file.',
      ),
    ),
    leg: optional(object({ column: Type.String() }, 'Integer column that numbers the straight runs of a flight.')),
    tables: optional(
      Type.Array(
        object(
          {
            name: text('Name that measures refer to.'),
            files: texts('File names of the table.'),
            key: Type.String({ description: 'Column that is in both files and joins them.' }),
            nearest_s: optional(
              number('Join by time instead of by equal keys: the row nearest in time, at most this far off [s].', {
                minimum: 0,
              }),
            ),
            clockOffset_s: optional(
              number("How far the table's clock is ahead of the samples' [s]; with nearest_s only."),
            ),
            absent: optional(text('Reason to exclude rows whose key the table does not have; an error when left out.')),
          },
          'A second file joined to the samples by a key column.',
        ),
      ),
    ),
    sidecars: optional(
      object(
        {
          admsMet: optional(
            object(
              {
                files: texts('File names of the ADMS .met file; one line of data for the whole recording.'),
                windConvention: oneOf(
                  ['compass from', 'compass to'],
                  'What PHI means. ADMS says from; real files differ.',
                ),
                windHeightAgl_m: number('Height of that wind [m above ground].', { minimum: 0 }),
                required: optional(Type.Boolean()),
              },
              'ADMS meteorology of a flight.',
            ),
          ),
          operatorFacts: optional(
            object(
              {
                file: text('Name of the JSON file; {stem} is the sample file without its ending.'),
                required: optional(Type.Boolean()),
              },
              'Instrument, wind, roughness, turbulence and search area as the operator knows them; nothing else is read.',
            ),
          ),
        },
        'Files beside the samples.',
      ),
    ),
    defaults: object(
      {
        airTemperature_K: number('Air temperature where no column gives it [K].', { minimum: 200, maximum: 340 }),
        airPressure_Pa: number('Air pressure where no column gives it [Pa].', { minimum: 10_000, maximum: 110_000 }),
        roughness_m: optional(number('Aerodynamic roughness length [m].', { exclusiveMinimum: 0 })),
        mixingHeight_m: optional(number('Mixing height [m above ground].', { exclusiveMinimum: 0 })),
        sigmaV_mps: optional(number('Standard deviation of crosswind velocity [m/s].', { exclusiveMinimum: 0 })),
        sigmaW_mps: optional(number('Standard deviation of vertical velocity [m/s].', { exclusiveMinimum: 0 })),
        sigmaTheta_deg: optional(number('Standard deviation of wind direction [deg].', { exclusiveMinimum: 0 })),
        sourceHeightAgl_m: optional(number('Height of a source above ground [m].', { minimum: 0 })),
      },
      'What holds where no file says otherwise.',
    ),
    limits: optional(
      object(
        {
          onBadRow: optional(
            oneOf(['refuse', 'exclude'], 'Refuse a file with bad rows (default) or exclude and record them.'),
          ),
          maxSpeed_mps: optional(number('Fastest the platform can be [m/s].', { exclusiveMinimum: 0 })),
          lowestHeightAgl_m: optional(number('Lowest believable height above ground [m].')),
          lowest_ppm: optional(number('Lowest believable reading [ppm]; readings near zero scatter below it.')),
          stuckAfter_samples: optional(
            Type.Integer({ minimum: 3, description: 'A run of one value this long is a stuck sensor.' }),
          ),
          ambientCheck: optional(
            Type.Boolean({ description: 'False for chambers: the median need not be near clean air.' }),
          ),
        },
        'Bounds of what is believable.',
      ),
    ),
  },
  { ...strict, $id: 'https://plumeline.invalid/schemas/sensor-profile-1.json', title: 'Plumeline sensor profile' },
);

/** The checked content of a profile file. */
export type SensorProfileContent = Static<typeof SensorProfileSchema>;

/** A sensor profile with the digest of the text it was read from. */
export interface SensorProfile extends SensorProfileContent {
  readonly digest: string;
}
