/** `plumeline locate`: its options as the command line has them, each documented, and how their texts are read. */
import { type Command, InvalidArgumentError } from 'commander';

/** Options as parsed; what is undefined was not said. */
export interface LocateCommandOptions {
  readonly input?: string;
  readonly profile?: string;
  readonly json?: true;
  readonly together?: true;
  readonly wind?: { readonly from_deg: number; readonly speed_mps: number; readonly heightAgl_m: number };
  readonly area?: readonly [number, number, number, number];
  readonly height?: number | 'unknown';
  readonly known?: readonly { readonly lat: number; readonly lon: number; readonly rate_kgph: number }[];
  readonly setAside?: readonly SetAside[];
  readonly turnWind?: number;
  readonly windFactor?: number;
  readonly turbulenceFactor?: number;
  readonly sensitivity?: true;
  readonly nextLeg?: true;
  readonly legSpeed?: number;
  readonly legHeights?: readonly number[];
  readonly detectionMap?: string;
  readonly grid?: true;
  readonly seed?: number;
  readonly language?: 'en' | 'es';
  readonly exercise?: true;
  readonly only?: readonly { readonly column: string; readonly value: string }[];
  readonly date?: string;
  readonly onBadRow?: 'refuse' | 'exclude';
}

/** A pass that a person sets aside; the flight is named where there are several. */
export interface SetAside {
  readonly flight?: string;
  readonly pass: number;
  readonly reason: string;
}

/** Readers that other commands share. */
export interface SharedReaders {
  readonly filter: (text: string, before?: { column: string; value: string }[]) => { column: string; value: string }[];
  readonly badRow: (text: string) => 'refuse' | 'exclude';
  readonly language: (text: string) => 'en' | 'es';
  readonly seed: (text: string) => number;
}

export function describeLocate(command: Command, read: SharedReaders): Command {
  return command
    .summary('flights in, where the gas comes from out: for people and for scripts')
    .description(
      'Judges one flight, several by themselves, or several together (--together), and prints sources with their doubt, or what would have been seen. Writes nothing but --detection-map.',
    )
    .argument('[files...]', 'flight files, or folders with such')
    .option('-i, --input <file>', 'flights as JSON instead of files; - reads standard input')
    .option('-p, --profile <name>', 'sensor profile of the files, by name or path; otherwise chosen by the files')
    .option('-j, --json', 'print the answer (or the faults) as JSON on standard output')
    .optionsGroup('What is known besides the samples:')
    .option(
      '--wind <from_deg,speed_mps,height_m>',
      'one wind for files that carry none: from where, clockwise from true north; how fast; at which height above ground',
      readWind,
    )
    .option('--area <west,south,east,north>', 'where a source may be, in degrees; otherwise around the track', readArea)
    .option(
      '--height <m|unknown>',
      'height of the source above ground; unknown: the mean over heights it may have',
      (text) => (text === 'unknown' ? text : readNumber(text, { least: 0 })),
    )
    .option('--known <lat,lon,kgph>', "somebody else's source of known rate; may be repeated", collectKnown)
    .option(
      '--set-aside <pass:reason>',
      'do not use this pass; flight/pass:reason where there are several flights; may be repeated',
      collectAside,
    )
    .optionsGroup('What if:')
    .option('--together', 'several flights over one area as one question: a source that explains them all')
    .option('--turn-wind <deg>', 'turn the wind clockwise by this', (text) =>
      readNumber(text, { least: -180, most: 180 }),
    )
    .option('--wind-factor <number>', 'multiply the wind speed', (text) => readNumber(text, { above: 0 }))
    .option('--turbulence-factor <number>', 'multiply the turbulence', (text) => readNumber(text, { above: 0 }))
    .option(
      '--sensitivity',
      'also with the wind turned by 10 degrees, 15 % off, and turbulence 1.5 times off, both ways',
    )
    .optionsGroup('What next:')
    .option('--next-leg', 'rank legs to fly next by what they are expected to tell')
    .option('--leg-speed <mps>', 'their speed over ground; otherwise that of the last flight', (text) =>
      readNumber(text, { above: 0 }),
    )
    .option('--leg-heights <m,m,...>', 'their heights above ground; otherwise that of the last flight', readHeights)
    .option('--seed <number>', 'of the draws for the ranking; the same seed gives the same ranking', read.seed)
    .option(
      '--detection-map <file>',
      'write a GeoJSON map of which source rate would have been seen where (one finding only)',
    )
    .optionsGroup('Answer:')
    .option('--grid', 'put the grid of the probability of place into the JSON')
    .option('--lang, --language <en|es>', 'language of the words', read.language)
    .optionsGroup('Reading files, as in `plumeline process`:')
    .option('--exercise', 'mark everything as training data')
    .option('--only <column=value>', 'keep only rows whose column has this text; may be repeated', read.filter)
    .option('--date <YYYY-MM-DD>', 'date of files whose times have none')
    .option('--on-bad-row <refuse|exclude>', 'what to do with rows that cannot be used', read.badRow)
    .addHelpText('after', AFTER);
}

const AFTER = `
Examples:
  plumeline locate f1.csv --profile sim_flights
  plumeline locate day1.csv day2.csv --together --sensitivity --lang es
  plumeline locate f1.csv --set-aside "3:flew over a road" --known 24.8012,-107.4031,2.5
  plumeline locate --input flights.json --json | jq '.findings[0].sources[0].rate_kgph'
  my-logger | plumeline locate --input - --json --next-leg --leg-heights 15,30

The JSON of --input and of the answer: docs/recipes/locating-from-the-command-line.md
Options said here go before those in the JSON of --input.

Exit codes: 0 answered (also when nothing was found), 2 the input or the command is at fault, 1 Plumeline is,
130 stopped by Ctrl-C. With --json, faults are JSON on standard output too.`;

export function readNumber(text: string, limits: { least?: number; most?: number; above?: number } = {}): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const {
    least = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
    above = Number.NEGATIVE_INFINITY,
  } = limits;
  if (Number.isFinite(value) && value >= least && value <= most && value > above) return value;
  const bounds = [
    ...(limits.least === undefined ? [] : [`at least ${limits.least}`]),
    ...(limits.most === undefined ? [] : [`at most ${limits.most}`]),
    ...(limits.above === undefined ? [] : [`above ${limits.above}`]),
  ];
  throw new InvalidArgumentError(`Give a number${bounds.length === 0 ? '' : ` ${bounds.join(' and ')}`}.`);
}

/** `from_deg,speed_mps,height_m`. */
export function readWind(text: string): NonNullable<LocateCommandOptions['wind']> {
  const [from_deg = -1, speed_mps = 0, heightAgl_m = 0, ...rest] = numbersIn(text);
  if (rest.length === 0 && from_deg >= 0 && from_deg <= 360 && speed_mps > 0 && heightAgl_m > 0) {
    return { from_deg, speed_mps, heightAgl_m };
  }
  throw new InvalidArgumentError(
    'Give where it comes from [deg], speed [m/s] and height above ground [m], e.g. 225,4.5,10.',
  );
}

function readArea(text: string): readonly [number, number, number, number] {
  const [west = 0, south = 0, east = 0, north = 0, ...rest] = numbersIn(text);
  const inRange = Math.max(-west, east) <= 180 && Math.max(-south, north) <= 90;
  if (rest.length === 0 && west < east && south < north && inRange) return [west, south, east, north];
  throw new InvalidArgumentError(
    'Give degrees with west below east and south below north, e.g. -107.41,24.79,-107.39,24.81.',
  );
}

type Known = NonNullable<LocateCommandOptions['known']>[number];

function collectKnown(text: string, before: readonly Known[] = []): Known[] {
  const [lat = 999, lon = 999, rate_kgph = 0, ...rest] = numbersIn(text);
  if (rest.length === 0 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && rate_kgph > 0) {
    return [...before, { lat, lon, rate_kgph }];
  }
  throw new InvalidArgumentError('Give latitude, longitude [deg] and rate [kg/h], e.g. 24.8012,-107.4031,2.5.');
}

function collectAside(text: string, before: readonly SetAside[] = []): SetAside[] {
  const bare = /^(\d+)\s*:\s*(\S.*)$/.exec(text.trim());
  if (bare !== null) return [...before, { pass: Number(bare[1]), reason: bare[2]! }];
  const named = /^(.+?)\/(\d+)\s*:\s*(\S.*)$/.exec(text.trim());
  if (named !== null) return [...before, { flight: named[1]!, pass: Number(named[2]), reason: named[3]! }];
  throw new InvalidArgumentError('Give the number of the pass and why, e.g. "3:flew over a road", or "flight/3:why".');
}

function readHeights(text: string): number[] {
  const heights = numbersIn(text);
  if (heights.length > 0 && heights.every((height) => height > 0)) return heights;
  throw new InvalidArgumentError('Give heights above ground [m], e.g. 15,30.');
}

/** Numbers between commas; a text that is no number makes the list fail every check. */
function numbersIn(text: string): number[] {
  return text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
}
