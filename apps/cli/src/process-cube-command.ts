/** `plumeline process cube.hdr`: an imaging spectrometer's cube in; maps, plumes, rates and a report out. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import {
  CancelledError,
  type CubeFiles,
  digestOf,
  type Position,
  type Recording,
  type StatedWind,
} from '@plumeline/core';
import { formatGeoJson, openCube, toDetectionFeatures, toSiteFeatures, toSourceFeatures } from '@plumeline/formats';
import {
  type CubeFacts,
  cogsOf,
  EARTH_MAPS,
  formatPlumes,
  type GasTarget,
  type Language,
  type ProcessedCube,
  parseCubeFacts,
  processCube,
  recordsOfCube,
  renderCubeReport,
  type StatedPlace,
  type TileMaps,
  targetOn,
  threadsWithin,
} from '@plumeline/pipeline';
import { type DiskCube, digestFile, openDisk } from './cube-files.ts';
import { loadTarget } from './cube-target.ts';
import { type CubePiece, shareCube, workingLimits } from './cube-threads.ts';
import { inputError } from './explain.ts';
import { ProgressLine } from './progress-line.ts';
import { checkOut, writeFolder } from './result-folder.ts';
import { softwareVersion } from './software.ts';

export interface ProcessCubeCommandOptions {
  readonly out: string;
  readonly lang: Language;
  readonly exercise?: true;
  readonly force?: true;
  readonly json?: true;
  readonly target?: string;
  readonly targetPer?: number;
  readonly substance?: string;
  readonly wind?: StatedWind;
  readonly at?: string;
  readonly place?: StatedPlace;
  readonly memory?: number;
  readonly threads?: number;
}

/** @throws InputError with every fault, before anything is written */
export async function processCubeCommand(
  path: string,
  cube: DiskCube,
  options: ProcessCubeCommandOptions,
): Promise<void> {
  checkOut(options.out, { input: path, force: options.force === true });
  const progress = new ProgressLine(process.stderr);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const files = openDisk(cube);
  try {
    progress.show({ stage: 'read', fraction: 0 });
    const facts = factsOf(cube, options);
    const target = targetOf(cube, facts, options);
    const processed = await run({ cube, files, facts, target, options, progress, stop });
    progress.show({ stage: 'write', fraction: 1 });
    writeFolder(options.out, await filesOf(processed, options));
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(resultOf(processed))}\n` : summaryOf(processed, options));
  } catch (error) {
    throw error instanceof CancelledError ? inputError('cancelled', 'Stopped.', 'Start it again.') : error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    progress.clear();
    files.close();
  }
}

interface Run {
  readonly cube: DiskCube;
  readonly files: CubeFiles;
  readonly facts: CubeFacts;
  readonly target: GasTarget;
  readonly options: ProcessCubeCommandOptions;
  readonly progress: ProgressLine;
  readonly stop: AbortController;
}

async function run({ cube, files, facts, target, options, progress, stop }: Run): Promise<ProcessedCube> {
  const reader = await openCube(files, cube.name);
  try {
    const limits = workingLimits(options, availableParallelism());
    const bands = targetOn(reader.header, target).bands.length;
    const threads = threadsWithin(reader.header, bands, limits.threads, limits.budget_bytes);
    return await processCube(reader, {
      facts,
      target,
      identity: {
        name: cube.name.replace(/\.[^.]*$/, ''),
        files: await originals(cube),
        software: softwareVersion(),
        exercise: options.exercise === true || facts.exercise === true,
        settingsDigest: digestOf(new TextEncoder().encode(JSON.stringify([facts, target.name]))),
      },
      filter: (tiles, onDone) =>
        shareCube<TileMaps>(
          { cube, options: {}, target },
          {
            threads,
            pieces: tiles.map((tile, index): CubePiece => ({ index, kind: 'tile', tile })),
            onDone,
            cancellation: stop.signal,
          },
        ),
      report: (step) => progress.show(step),
      cancellation: stop.signal,
    });
  } finally {
    await reader.close();
  }
}

/** The sidecar, overruled by what the command line says. */
function factsOf({ folder, name }: DiskCube, options: ProcessCubeCommandOptions): CubeFacts {
  const path = join(folder, `${stemOf(name)}.facts.json`);
  const beside = existsSync(path) ? parseCubeFacts(readFileSync(path, 'utf8'), `${stemOf(name)}.facts.json`) : {};
  return {
    ...beside,
    ...(options.wind === undefined ? {} : { wind: options.wind }),
    ...(options.at === undefined ? {} : { startAt: options.at }),
    ...(options.place === undefined ? {} : { place: options.place }),
    ...(options.substance === undefined ? {} : { substance: options.substance }),
  };
}

function targetOf({ folder, name }: DiskCube, facts: CubeFacts, options: ProcessCubeCommandOptions): GasTarget {
  const beside = [facts.target, `${stemOf(name)}_target.csv`].flatMap((file) =>
    file === undefined ? [] : [join(folder, file)],
  );
  const path = options.target ?? beside.find((file) => existsSync(file));
  if (path === undefined) {
    throw inputError(
      'target-missing',
      `Nobody says which gas to look for in ${name}.`,
      `Give --target: a CSV for its bands, or mag1c's ch4.lut; or put ${stemOf(name)}_target.csv beside it.`,
    );
  }
  const targetPer = options.targetPer ?? facts.targetPer_ppmm;
  return loadTarget(path, {
    ...(facts.substance === undefined ? {} : { substance: facts.substance }),
    ...(targetPer === undefined ? {} : { targetPer }),
  });
}

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '');

/** The cube's own files with what names their bytes: header and data, or every part of a Zarr folder. */
async function originals({ folder, name }: DiskCube): Promise<Recording['files']> {
  const { names } = openDisk({ folder, name });
  const stem = stemOf(name);
  const own = names.filter(
    (each) => each === name || each.startsWith(`${name}/`) || each.startsWith(`${stem}.`) || each === stem,
  );
  const files: { name: string; digest: string; bytes: number }[] = [];
  for (const each of own.sort()) files.push({ name: each, ...(await digestFile(join(folder, each))) });
  return files;
}

/** What the result says, in the form that programs read; `software` first, so that the folder is known as a result. */
function resultOf({ recording, findings, sites, cube, maps }: ProcessedCube) {
  return {
    software: recording.provenance.software,
    exercise: recording.exercise,
    recording: recording.id,
    name: recording.name,
    substance: recording.substance,
    target: cube.target.name,
    imaging: recording.imaging,
    plumes: findings.detections.map(({ id, peakPosition, plume }) => {
      const { outline, spectrum, ...numbers } = plume!;
      return { id, peakPosition, ...numbers };
    }),
    sources: findings.sources.map(({ id, position, rate_kgph, region50, region90, lnBayesFactor }) => {
      return { id, position, rate_kgph, region50, region90, lnBayesFactor };
    }),
    sites: sites.map(({ id, label }) => ({ id, label })),
    ...(findings.nullResult === undefined ? {} : { nullResult: findings.nullResult }),
    lookAlikes: findings.lookAlikes,
    excluded: recording.excluded,
    withoutNumbers: maps.refusals,
    maps: EARTH_MAPS.map(({ name, unit, file }) => ({ name, unit, file })),
    files: recording.files.map(({ name, digest, bytes }) => ({ name, sha256: digest, bytes })),
  };
}

async function filesOf(processed: ProcessedCube, { lang }: ProcessCubeCommandOptions) {
  const { detections, sources } = processed.findings;
  const cogs = await cogsOf(processed);
  return new Map<string, string | Uint8Array>([
    ['result.json', `${JSON.stringify(resultOf(processed), null, 1)}\n`],
    [
      'records.json',
      `[\n${recordsOfCube(processed)
        .map((record) => JSON.stringify(record))
        .join(',\n')}\n]\n`,
    ],
    ['plumes.geojson', formatPlumes(detections)],
    ['detections.geojson', formatGeoJson(toDetectionFeatures(detections))],
    ['sources.geojson', formatGeoJson(toSourceFeatures(sources))],
    ['sites.geojson', formatGeoJson(toSiteFeatures(processed.sites))],
    ['report.html', renderCubeReport(processed, lang)],
    ...EARTH_MAPS.map(({ name, file }): [string, Uint8Array] => [file, cogs.get(name)!]),
  ]);
}

function summaryOf({ recording, findings }: ProcessedCube, options: ProcessCubeCommandOptions): string {
  const three = (value: number) => String(Number(value.toPrecision(3)));
  const where = ({ lat, lon }: Position) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  const lines = [
    `${recording.exercise ? 'EXERCISE  ' : ''}${findings.detections.length} plume(s) of ${recording.substance} in ${recording.name}`,
    '',
  ];
  for (const { peakPosition, plume } of findings.detections) {
    const rate = plume!.rate_kgph;
    const says =
      rate === undefined
        ? 'no rate: no wind was stated (--wind)'
        : `${three(rate.p50)} kg/h (${three(rate.p05)}-${three(rate.p95)}, 90 %)`;
    lines.push(`  ${where(peakPosition)}   up to ${three(plume!.peakColumn_ppmm)} ppm m   ${says}`);
  }
  const { nullResult, lookAlikes } = findings;
  if (nullResult !== undefined) {
    const limit = nullResult.upperLimit_kgph;
    lines.push(
      limit === undefined
        ? '  nothing found'
        : `  nothing found; ${three(limit)} kg/h would have been seen in half of the area or more`,
    );
  }
  if (lookAlikes.length > 0) lines.push(`  ${lookAlikes.length} look-alike(s) left out; the report says which`);
  const out = relative('.', options.out) || '.';
  lines.push('', `Report: ${out}/report.html   Numbers: ${out}/result.json   Maps: ${out}/*.tif, *.geojson`);
  return `${lines.join('\n')}\n`;
}
