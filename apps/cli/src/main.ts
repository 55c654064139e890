/** The `plumeline` command: says what can be done, hands each command its options, turns faults into exit codes. */

import type { StatedWind } from '@plumeline/core';
import type { RetrievalMethod, StatedPlace } from '@plumeline/pipeline';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ExitCode, explain, explainAsJson, inputError } from './explain.ts';
import { describeLocate } from './locate-options.ts';
import type { KnownPosition } from './process-command.ts';
import { DEFAULT_SERVER, softwareVersion } from './software.ts';

// Each command's code is loaded when it is called, so that --help and --version answer at once.
const program = new Command('plumeline')
  .description(
    'Finds where on the ground a gas comes from, using unarmed aircraft. Flight files in, a source with its doubt out.',
  )
  .version(softwareVersion(), '-V, --version', 'Print the version.')
  .helpOption('-h, --help', 'Show help.')
  .helpCommand(false)
  .showHelpAfterError('(plumeline --help shows what there is)')
  .configureHelp({ showGlobalOptions: false })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  plumeline process flight-folder --out result          flight files to a source with its regions, a report and maps
  plumeline process flight.csv --out result --profile uav_so2_vulcano2022
  plumeline trace sit-0e673198513630fca5df --in result  walk a record back to the bytes it rests on
  plumeline profiles                                    which sensors it can read
  plumeline up                                          build what changed, start the server and the workbench

Exit codes: 0 done (also when nothing was found), 2 the input or the command is at fault, 1 Plumeline is.`,
  );

program
  .command('process')
  .summary('files of a flight in, a source with its uncertainty out')
  .description(
    'Reads the files of one or many flights, looks for gas and for where it comes from, writes a result folder.',
  )
  .argument('<input>', 'folder with flight files, or one file')
  .requiredOption('-o, --out <folder>', 'folder to write; made whole or not at all')
  .option('-p, --profile <name>', 'sensor profile by name or path; otherwise chosen by the files')
  .option(
    '--truth <lat,lon>',
    'known position of the source, to compare with, never used to find it; xm,ym for local metres',
    parsePosition,
  )
  .option('--lang <en|es>', 'language of the report', parseLanguage, 'en')
  .option('--exercise', 'mark everything as training data')
  .option('--only <column=value>', 'keep only rows whose column has this text; may be repeated', collectFilter)
  .option('--date <YYYY-MM-DD>', 'date of files whose times have none')
  .option(
    '--on-bad-row <refuse|exclude>',
    'what to do with rows that cannot be used; the profile says otherwise',
    parseBadRow,
  )
  .option('--force', 'write into a folder that holds other things; they are kept')
  .option('--json', 'print result.json on stdout')
  .option('--target <file>', "cubes: the gas, as a CSV for its bands or mag1c's radiance table (.lut)")
  .option(
    '--target-per <ppmm>',
    "cubes: amount that the CSV's absorption is for; mag1c's 100000 otherwise",
    parseAmount,
  )
  .option('--substance <key>', 'cubes: key of the substance library; methane otherwise')
  .option(
    '--wind <from_deg,speed_mps,height_m>',
    'one wind for files that carry none: from where, how fast, at which height (cubes: no rate without)',
    parseWind,
  )
  .option('--at <time>', 'cubes: when it was flown, UTC, where the file does not say', parseInstant)
  .option(
    '--place <lat,lon,pixel_m>',
    'cubes: north-west corner and pixel of a north-up cube without a place',
    parsePlace,
  )
  .option('--memory <MB>', 'cubes: memory budget of all threads', parseCount)
  .option('--threads <number>', 'cubes: worker threads; every processor otherwise', parseCount)
  .addHelpText(
    'after',
    `
An imaging spectrometer's cube (ENVI, EMIT NetCDF, HDF5, GeoTIFF, Zarr) gives maps as COG (ppm m, z, uncertainty), plumes
with rate as GeoJSON and a report; <cube>.facts.json beside it may state wind, time, place and target.
Flights give result.json, report.html, result.kml, sources.geojson, sites.geojson, detections.geojson, track.geojson and
records.json; with many recordings also flights/<name>/ with the result and report of each.

Examples:
  plumeline process faam_elgin_b689 --out out --truth 57.011619,1.838534
  plumeline process ginninderra2015 --out out --only inst_group=EC
  plumeline process exercise --out out --exercise --lang es
  plumeline process line.hdr --target ch4.lut --wind 240,3.5,10 --out out`,
  )
  .action(async (path, options) => {
    const cube = (await import('./cube-files.ts')).findCube(path);
    if (cube !== undefined) {
      return (await import('./process-cube-command.ts')).processCubeCommand(path, cube, options);
    }
    return (await import('./process-command.ts')).processCommand(path, options);
  });

program
  .command('retrieve')
  .summary('one published filter over a cube, one ENVI map out')
  .description(
    'Writes one ENVI band, line x sample: the amount of gas in ppm m (the statistic itself for ace, kelly and amsd).',
  )
  .argument('<cube>', 'ENVI header or data, EMIT NetCDF, HDF5, GeoTIFF or Zarr')
  .requiredOption('-t, --target <file>', "CSV of band centres and unit absorption, or mag1c's radiance table (.lut)")
  .requiredOption('-o, --out <map>', 'data file to write; its header is <map>.hdr')
  .option('-m, --method <name>', 'mag1c, cmf, loo, ace, kelly or amsd', parseMethod, 'mag1c')
  .option('--target-per <ppmm>', "amount that the CSV's absorption is for; mag1c's 100000 otherwise", parseAmount)
  .option('--substance <key>', 'key of the substance library', 'methane')
  .option('--group <columns>', 'neighbouring columns that share a background', parseCount)
  .option('--iterations <number>', "mag1c's iterations", parseCount)
  .option('--float32', 'write float32 instead of float64')
  .option('--memory <MB>', 'memory budget of all threads', parseCount)
  .option('--threads <number>', 'worker threads; every processor otherwise', parseCount)
  .addHelpText(
    'after',
    `
The map is the same, bit for bit, for any --memory and --threads. It has no floor or mask but the method's own.

Examples:
  plumeline retrieve desert.hdr --target target_ppmm.csv --method mag1c --out desert_ch4
  plumeline retrieve line.hdr --target ch4.lut --method cmf --out line_ch4 --memory 128 --threads 2`,
  )
  .action(async (path, options) => (await import('./retrieve-command.ts')).retrieveCommand(path, options));

describeLocate(program.command('locate'), {
  filter: collectFilter,
  badRow: parseBadRow,
  language: parseLanguage,
  seed: parseSeed,
}).action(async (paths, options) => (await import('./locate-command.ts')).locateCommand(paths, options));

const profiles = program
  .command('profiles')
  .summary('list, show and check sensor profiles')
  .description('What the columns of a file mean.');
profiles
  .command('list', { isDefault: true })
  .description('Names and titles of all profiles.')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./profiles-command.ts')).listProfilesCommand(options));
profiles
  .command('show')
  .description('The text of a profile.')
  .argument('<name>', 'name of the profile')
  .action(async (name) => (await import('./profiles-command.ts')).showProfileCommand(name));
profiles
  .command('check')
  .description('Says every fault of a profile file.')
  .argument('<file>', 'YAML file')
  .action(async (file) => (await import('./profiles-command.ts')).checkProfileCommand(file));

program
  .command('trace')
  .summary('walk a record back to the bytes it rests on')
  .description(
    'Prints the chain of a record: what it was derived from, down to files with their SHA-256, profile, version and seed.',
  )
  .argument('<id>', 'id of a record, e.g. of a site; with --in its first digits are enough')
  .option('--in <folder>', 'look in a result folder')
  .option('--server <url>', 'ask a running server', DEFAULT_SERVER)
  .option('--json', 'as JSON')
  .action(async (id, options) => (await import('./trace-command.ts')).traceCommand(id, options));

program
  .command('up')
  .description('Build what changed and start the server with the workbench.')
  .action(async () => (await import('./server-command.ts')).upCommand());
program
  .command('server')
  .description('Start the server only.')
  .action(async () => (await import('./server-command.ts')).serverCommand());

const exercise = program
  .command('exercise')
  .summary('make and score exercises')
  .description('Training data with a sealed truth.');
exercise
  .command('new')
  .description('Make a seeded exercise: flight files, and the truth in a sealed file.')
  .requiredOption('--seed <number>', 'the same seed makes the same exercise', parseSeed)
  .requiredOption('-o, --out <folder>', 'folder to write')
  .action(async (options) => (await import('./exercise-command.ts')).exerciseNewCommand(options));
exercise
  .command('cube')
  .description('Make a seeded cube of an imaging spectrometer with its target and wind, the truth sealed.')
  .requiredOption('--seed <number>', 'the same seed makes the same cube', parseSeed)
  .requiredOption('-o, --out <folder>', 'folder to write')
  .option('--sources <number>', 'how many hidden sources; 0 for a search that finds nothing', parseSources, 1)
  .action(async (options) => (await import('./exercise-cube-command.ts')).exerciseCubeCommand(options));
exercise
  .command('score')
  .description('Compare a result with the sealed truth: found, missed, false, position error, rate factor, coverage.')
  .argument('<folder>', 'folder of the exercise')
  .requiredOption('--result <folder>', 'result folder that `plumeline process` wrote')
  .option('--json', 'as JSON')
  .action(async (folder, options) => (await import('./exercise-command.ts')).exerciseScoreCommand(folder, options));

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** `locate --json` answers in JSON whatever happens, also to an option that it cannot read. */
function exitCodeOf(error: unknown): number {
  const asJson = process.argv[2] === 'locate' && process.argv.some((word) => word === '--json' || word === '-j');
  if (!(error instanceof CommanderError)) return asJson ? explainAsJson(error) : explain(error);
  if (error.exitCode === 0) return ExitCode.done;
  if (asJson) {
    const message = error.message.replace(/^error: /, '');
    explainAsJson(inputError('option-invalid', message, 'plumeline locate --help shows what there is.'));
  }
  return ExitCode.badInput;
}

function parsePosition(text: string): KnownPosition {
  const isLocal = /m\s*$/.test(text);
  const numbers = text
    .split(',')
    .map((part) => Number((isLocal ? part.replace(/m\s*$/, '') : part).trim() || Number.NaN));
  const [first = Number.NaN, second = Number.NaN] = numbers;
  const isWhole = numbers.length === 2 && numbers.every(Number.isFinite);
  if (isWhole && isLocal) return { x_m: first, y_m: second };
  if (isWhole && Math.abs(first) <= 90 && Math.abs(second) <= 180) return { lat: first, lon: second };
  throw new InvalidArgumentError(
    'Give latitude and longitude in degrees, e.g. 57.0116,1.8385, or local metres, e.g. 12m,-4m.',
  );
}

function parseLanguage(text: string): 'en' | 'es' {
  if (text !== 'en' && text !== 'es') throw new InvalidArgumentError('Reports exist in en and es.');
  return text;
}

function parseBadRow(text: string): 'refuse' | 'exclude' {
  if (text !== 'refuse' && text !== 'exclude') throw new InvalidArgumentError('Give refuse or exclude.');
  return text;
}

function collectFilter(
  text: string,
  before: { column: string; value: string }[] = [],
): { column: string; value: string }[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give column=value, e.g. inst_group=EC.');
  return [...before, { column: text.slice(0, at), value: text.slice(at + 1) }];
}

function parseMethod(text: string): RetrievalMethod {
  const methods: readonly RetrievalMethod[] = ['mag1c', 'cmf', 'loo', 'ace', 'kelly', 'amsd'];
  const found = methods.find((method) => method === text);
  if (found === undefined) throw new InvalidArgumentError(`Give one of ${methods.join(', ')}.`);
  return found;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

function parseSources(text: string): number {
  if (!/^\d$/.test(text)) throw new InvalidArgumentError('Give a number from 0 to 9.');
  return Number(text);
}

function parseAmount(text: string): number {
  const amount = Number(text);
  if (!(amount > 0) || !Number.isFinite(amount)) throw new InvalidArgumentError('Give an amount in ppm m above zero.');
  return amount;
}

function parseWind(text: string): StatedWind {
  const [from_deg = Number.NaN, speed_mps = Number.NaN, height_m = Number.NaN, ...rest] = text.split(',').map(Number);
  const isWind =
    from_deg >= 0 && from_deg <= 360 && speed_mps > 0 && speed_mps < 100 && height_m > 0 && height_m <= 1000;
  if (!isWind || rest.length > 0)
    throw new InvalidArgumentError('Give where it comes from, its speed and the height of both, e.g. 240,3.5,10.');
  return { from_deg: from_deg % 360, fromSd_deg: 20, speed_mps, speedSd_mps: 0.25 * speed_mps, height_m };
}

function parseInstant(text: string): string {
  const time = /Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('Give UTC, e.g. 2026-02-03T17:05:00Z.');
  return new Date(time).toISOString();
}

function parsePlace(text: string): StatedPlace {
  const [lat = Number.NaN, lon = Number.NaN, pixel_m = Number.NaN, ...rest] = text.split(',').map(Number);
  if (!(Math.abs(lat) < 89 && Math.abs(lon) <= 180 && pixel_m > 0 && pixel_m < 1e4) || rest.length > 0)
    throw new InvalidArgumentError('Give the north-west corner and the side of a pixel, e.g. 24.86,-107.52,5.');
  return { northWest: { lat, lon }, pixel_m };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 2 ** 32 - 1)
    throw new InvalidArgumentError('Give a whole number from 0 to 4294967295.');
  return seed;
}
