/** What `plumeline locate` is given: recordings from files or from JSON, and what is asked of them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Fault, InputError } from '@plumeline/core';
import type { AskedOptions } from '@plumeline/formats';
import {
  chooseProfile,
  type IngestedRecording,
  ingest,
  ingestForm,
  type TogetherOptions,
  type WhatIf,
  withStated,
} from '@plumeline/pipeline';
import { inputError } from './explain.ts';
import { findProfile, loadProfiles } from './load-profiles.ts';
import type { LocateCommandOptions, SetAside } from './locate-options.ts';
import { readBytes, readInput, withCompanions } from './read-input.ts';

/** Everything asked, with nothing left open. */
export interface Asked {
  readonly together: boolean;
  readonly known: NonNullable<TogetherOptions['known']>;
  readonly setAside: readonly SetAside[];
  /** The mean over heights that a source may have, in place of the one stated or assumed. */
  readonly isHeightUnknown?: true;
  readonly whatIf?: WhatIf;
  readonly sensitivity: boolean;
  readonly nextLeg?: { readonly groundSpeed_mps?: number; readonly heightsAgl_m?: readonly number[] };
  readonly grid: boolean;
  readonly seed: number;
  readonly language: 'en' | 'es';
}

export interface LocateInput {
  readonly recordings: readonly IngestedRecording[];
  readonly asked: Asked;
}

const DEFAULT_SEED = 1;

/** @throws InputError with every fault of what was given. */
export function readLocateInput(
  paths: readonly string[],
  options: LocateCommandOptions,
  software: string,
): LocateInput {
  const { input } = options;
  if ((input === undefined) === (paths.length === 0)) {
    throw input === undefined
      ? inputError('input-unsaid', 'Nothing to locate was given.', 'Name flight files, or JSON with --input.')
      : inputError('input-twice', 'Files and --input were both given.', 'Give one of them.');
  }
  const read = input === undefined ? readFiles(paths, options, software) : readForm(input, options, software);
  const { recordings, asked, known } = read;
  const stated = {
    ...(options.area === undefined ? {} : { searchArea: options.area }),
    ...(options.height === undefined || options.height === 'unknown' ? {} : { sourceHeightAgl_m: options.height }),
  };
  const all = recordings.map((one) => withStated(one, stated));
  checkAsked(all, { ...asked, known }, options);
  return { recordings: all, asked: { ...asked, known } };
}

type Read = { recordings: readonly IngestedRecording[]; asked: Omit<Asked, 'known'>; known: Asked['known'] };

/** Each file or folder by itself, so that what stands beside a file belongs to it; faults of all are told together. */
function readFiles(paths: readonly string[], options: LocateCommandOptions, software: string): Read {
  const inputs = paths.map((path) => readInput(path));
  const profile =
    options.profile === undefined
      ? chooseProfile(
          inputs.flatMap(({ files }) => files),
          loadProfiles().map(({ profile: one }) => one),
        )
      : findProfile(options.profile).profile;
  const faults: Fault[] = [];
  const recordings = inputs.flatMap((input) => {
    try {
      return ingest(withCompanions(input, profile), profile, {
        software,
        exercise: options.exercise === true,
        ...(options.only === undefined ? {} : { only: options.only }),
        ...(options.date === undefined ? {} : { date: options.date }),
        ...(options.onBadRow === undefined ? {} : { onBadRow: options.onBadRow }),
        ...(options.wind === undefined ? {} : { wind: options.wind }),
      });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
  if (faults.length > 0) throw new InputError(faults);
  return { recordings, asked: askedOf(options, {}), known: options.known ?? [] };
}

/** Options that say how files are read; the JSON says all of that itself. */
const OF_FILES = ['profile', 'wind', 'only', 'date', 'onBadRow'] as const;

function readForm(path: string, options: LocateCommandOptions, software: string): Read {
  const useless = OF_FILES.filter((name) => options[name] !== undefined);
  if (useless.length > 0) {
    const names = useless.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    const message = `${names.join(', ')}: said of files, and JSON was given.`;
    throw inputError('option-of-files', message, 'Say it in the JSON.');
  }
  const isStandardInput = path === '-';
  const bytes = isStandardInput ? readStandardInput() : readJsonFile(path);
  const name = isStandardInput ? 'standard input' : basename(path);
  const { form, recordings } = ingestForm(bytes, name, { software, exercise: options.exercise === true });
  const known = [
    ...(form.known ?? []).map(({ lat_deg, lon_deg, rate_kgph }) => ({ lat: lat_deg, lon: lon_deg, rate_kgph })),
    ...(options.known ?? []),
  ];
  return { recordings, asked: askedOf(options, form.options ?? {}), known };
}

function readStandardInput(): Uint8Array {
  if (process.stdin.isTTY) {
    throw inputError('input-terminal', 'Standard input is a terminal.', 'Pipe the JSON in, e.g. `< flights.json`.');
  }
  return readFileSync(0);
}

function readJsonFile(path: string): Uint8Array {
  try {
    return readBytes(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw inputError('input-missing', `There is no file ${path}.`, 'Check the path; it is relative to where you are.');
  }
}

/** The command line first, then the JSON, then the defaults. */
function askedOf(options: LocateCommandOptions, form: AskedOptions): Omit<Asked, 'known'> {
  const whatIf: WhatIf = {
    ...given('windTurn_deg', options.turnWind ?? form.turnWind_deg),
    ...given('windFactor', options.windFactor ?? form.windFactor),
    ...given('turbulenceFactor', options.turbulenceFactor ?? form.turbulenceFactor),
  };
  const wantsLeg = options.nextLeg === true || form.nextLeg !== undefined;
  const nextLeg = {
    ...given('groundSpeed_mps', options.legSpeed ?? form.nextLeg?.speed_mps),
    ...given('heightsAgl_m', options.legHeights ?? form.nextLeg?.heights_m),
  };
  return {
    together: options.together ?? form.together ?? false,
    setAside: [...(form.setAside ?? []), ...(options.setAside ?? [])],
    ...(options.height === 'unknown' ? { isHeightUnknown: true as const } : {}),
    ...(Object.keys(whatIf).length === 0 ? {} : { whatIf }),
    sensitivity: options.sensitivity ?? form.sensitivity ?? false,
    ...(wantsLeg ? { nextLeg } : {}),
    grid: options.grid ?? form.grid ?? false,
    seed: options.seed ?? form.seed ?? DEFAULT_SEED,
    language: options.language ?? form.language ?? 'en',
  };
}

function given<K extends string, T>(name: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: T });
}

/** What is asked must fit what was given. @throws InputError */
function checkAsked(recordings: readonly IngestedRecording[], asked: Asked, options: LocateCommandOptions): void {
  const names = recordings.map(({ recording }) => recording.name);
  const ids = recordings.map(({ recording }) => recording.id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0) {
    const remedy = 'Give each flight once: twice the same samples would count as twice the evidence.';
    throw inputError('flight-twice', `The flight ${names[twice]} was given twice.`, remedy);
  }
  for (const { flight, pass } of asked.setAside) {
    const named = names.filter((name) => name === flight).length;
    if (flight === undefined ? names.length > 1 : named !== 1) {
      const message =
        flight === undefined
          ? `Pass ${pass} is to be set aside, and there are several flights.`
          : `There ${named === 0 ? 'is no flight' : 'are several flights called'} "${flight}".`;
      throw inputError('flight-unknown', message, `Say flight/pass:reason with one of: ${names.join(', ')}.`);
    }
  }
  if ((options.legSpeed !== undefined || options.legHeights !== undefined) && asked.nextLeg === undefined) {
    throw inputError('leg-unasked', '--leg-speed and --leg-heights say how to fly the next leg.', 'Add --next-leg.');
  }
  if (options.detectionMap !== undefined && !asked.together && recordings.length > 1) {
    const remedy = 'Add --together, or give one flight.';
    throw inputError('map-of-many', `There are ${recordings.length} flights and one map.`, remedy);
  }
  const fixed = recordings.find(({ series }) => series.instrument !== undefined);
  const asks = flightOnly(asked, options);
  if (fixed !== undefined && asks.length > 0) {
    const message = `${fixed.recording.name} is of instruments that stay; ${asks.join(', ')} can be asked of flights only.`;
    throw inputError('flight-only', message, 'Leave these out.');
  }
}

function flightOnly(
  { together, known, setAside, isHeightUnknown, whatIf, sensitivity, nextLeg }: Asked,
  options: LocateCommandOptions,
) {
  return [
    ...(together ? ['--together'] : []),
    ...(known.length > 0 ? ['--known'] : []),
    ...(setAside.length > 0 ? ['--set-aside'] : []),
    ...(isHeightUnknown === true ? ['--height unknown'] : []),
    ...(whatIf === undefined ? [] : ['--turn-wind, --wind-factor and --turbulence-factor']),
    ...(sensitivity ? ['--sensitivity'] : []),
    ...(nextLeg === undefined ? [] : ['--next-leg']),
    ...(options.detectionMap === undefined ? [] : ['--detection-map']),
  ];
}
