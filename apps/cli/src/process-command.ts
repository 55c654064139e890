/** `plumeline process`: files in, a result folder out. */
import { relative } from 'node:path';
import type { Position, StatedWind } from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import {
  chooseProfile,
  headlineOf,
  type IngestOptions,
  type Language,
  localFrameOf,
  processFiles,
  type Result,
  resultOf,
} from '@plumeline/pipeline';
import { inputError } from './explain.ts';
import { findProfile, loadProfiles } from './load-profiles.ts';
import { ProgressLine } from './progress-line.ts';
import { readInput, withCompanions } from './read-input.ts';
import { filesOfResult } from './result-files.ts';
import { checkOut, writeFolder } from './result-folder.ts';
import { softwareVersion } from './software.ts';

/** In degrees, or east and north of the profile's anchor. */
export type KnownPosition = Position | { readonly x_m: number; readonly y_m: number };

interface ProcessCommandOptions {
  readonly out: string;
  readonly profile?: string;
  readonly truth?: KnownPosition;
  readonly lang: Language;
  readonly exercise?: true;
  readonly only?: readonly { readonly column: string; readonly value: string }[];
  readonly date?: string;
  readonly wind?: StatedWind;
  readonly onBadRow?: 'refuse' | 'exclude';
  readonly force?: true;
  readonly json?: true;
}

/** @throws InputError with every fault, before anything is written. */
export async function processCommand(path: string, options: ProcessCommandOptions): Promise<void> {
  const progress = new ProgressLine(process.stderr);
  try {
    checkOut(options.out, { input: path, force: options.force === true });
    progress.show({ stage: 'read', fraction: 0 });
    const input = readInput(path, options.out);
    const profile = profileFor(input.files, options.profile);
    const known = knownPosition(options.truth, profile);
    const software = softwareVersion();
    const exercise = options.exercise === true;
    const processed = await processFiles(withCompanions(input, profile), profile, {
      software,
      exercise,
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(options.date === undefined ? {} : { date: options.date }),
      ...(options.onBadRow === undefined ? {} : { onBadRow: options.onBadRow }),
      ...windOf(options.wind),
      report: (step) => progress.show(step),
    });
    const result = resultOf(processed, {
      software,
      exercise,
      profile,
      ...known,
    });
    progress.show({ stage: 'write', fraction: 1 });
    const files = filesOfResult(processed, result, {
      name: input.name,
      language: options.lang,
      profile,
      ...known,
    });
    writeFolder(options.out, files);
    progress.clear();
    const headline = headlineOf(processed, options.lang);
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : summaryOf(result, headline, options));
  } finally {
    progress.clear();
  }
}

/** One value for a flight has no doubt of its own: the inversion gives it that of a single wind. */
function windOf(wind: StatedWind | undefined): Pick<IngestOptions, 'wind'> {
  if (wind === undefined) return {};
  const { from_deg, speed_mps, height_m } = wind;
  return { wind: { from_deg, speed_mps, heightAgl_m: height_m } };
}

function profileFor(files: ReturnType<typeof readInput>['files'], name: string | undefined): SensorProfile {
  if (name !== undefined) return findProfile(name).profile;
  return chooseProfile(
    files,
    loadProfiles().map(({ profile }) => profile),
  );
}

function knownPosition(truth: KnownPosition | undefined, profile: SensorProfile): { truth?: Position } {
  if (truth === undefined) return {};
  if ('lat' in truth) return { truth };
  const frame = localFrameOf(profile);
  if (frame !== undefined) return { truth: frame.toPosition(truth.x_m, truth.y_m) };
  throw inputError(
    'truth-not-local',
    `Profile ${profile.name} has no local metres to give --truth in.`,
    'Give latitude and longitude in degrees.',
  );
}

/** More sources and recordings than this are counted, not listed; the report has them all. */
const MOST_LISTED = 8;

/** What a person wants to read when it ends. */
function summaryOf(result: Result, headline: string, options: ProcessCommandOptions): string {
  const lines = [`${result.exercise ? 'EXERCISE  ' : ''}${headline}`, ''];
  for (const source of result.sources.slice(0, MOST_LISTED)) {
    const { position, rate_kgph: rate, truth } = source;
    const where = `${position.lat.toFixed(5)}, ${position.lon.toFixed(5)}`;
    lines.push(
      `  ${where}   ${three(rate.p50)} kg/h (${three(rate.p05)}-${three(rate.p95)}, 90 %)   ${source.recording}`,
    );
    if (truth !== undefined) {
      const inside = (is: boolean, percent: number) => `${is ? 'inside' : 'outside'} the ${percent} % region`;
      lines.push(
        `    ${three(truth.distance_m)} m from the known position, which is ${inside(truth.insideRegion50, 50)} and ${inside(truth.insideRegion90, 90)}`,
      );
    }
  }
  if (result.sources.length > MOST_LISTED) lines.push(`  and ${result.sources.length - MOST_LISTED} more`);
  const empty = result.recordings.filter(({ sources }) => sources.length === 0);
  for (const { name, nullResult } of empty.slice(0, MOST_LISTED)) {
    const limit = nullResult?.upperLimit_kgph;
    lines.push(`  nothing in ${name}${limit === undefined ? '' : `; ${three(limit)} kg/h would have been seen`}`);
  }
  if (empty.length > MOST_LISTED) lines.push(`  nothing in ${empty.length - MOST_LISTED} more`);
  const excluded = result.recordings
    .flatMap((recording) => recording.excluded)
    .reduce((sum, { count }) => sum + count, 0);
  if (excluded > 0) lines.push(`  ${excluded} rows set aside; the report says why`);
  const out = relative('.', options.out) || '.';
  lines.push('', `Report: ${out}/report.html   Numbers: ${out}/result.json   Maps: ${out}/result.kml, *.geojson`);
  return `${lines.join('\n')}\n`;
}

function three(value: number): string {
  return String(Number(value.toPrecision(3)));
}
