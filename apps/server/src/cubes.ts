/**
 * What the server asks about cubes: are these files one, what is in it, what does a pixel's spectrum say. Done here on
 * the calling thread; `threaded-cubes.ts` does the same beside the event loop.
 */
import {
  type Cancellation,
  type CubeReader,
  type Detection,
  digestOf,
  InputError,
  type PlumelineRecord,
  type PlumeSpectrum,
  type Position,
  type RecordId,
  type ReportProgress,
  regionContains,
} from '@plumeline/core';
import { memoryFiles, openCube } from '@plumeline/formats';
import {
  type CubeFacts,
  checkCube,
  cogsOf,
  EARTH_MAPS,
  type GasTarget,
  type InputFile,
  lookAtSpectrum,
  type MapName,
  parseCubeFacts,
  parseTargetCsv,
  pixelAt,
  pixelPlaces,
  processCube,
  recordsOfCube,
  targetOn,
} from '@plumeline/pipeline';
import { pictureOf } from './map-picture.ts';
import type { MapPicture } from './wire.ts';

export interface CubeWork {
  readonly software: string;
  readonly exercise: boolean;
  readonly report?: ReportProgress;
  readonly cancellation?: Cancellation;
}

export interface MadeMap {
  readonly name: MapName;
  /** Cloud-optimised GeoTIFF. */
  readonly cog: Uint8Array;
  readonly picture: MapPicture;
}

export interface ProcessedUpload {
  readonly recordingId: RecordId;
  readonly records: readonly PlumelineRecord[];
  readonly maps: readonly MadeMap[];
}

export interface CubeAnalysis {
  /** Judges header, facts and target. @throws InputError with every fault */
  examine(files: readonly InputFile[]): Promise<void>;
  /** @throws InputError; CancelledError */
  process(files: readonly InputFile[], work: CubeWork): Promise<ProcessedUpload>;
  /** The spectrum of the pixel at a place, against ground that is in no plume; undefined where there is none. */
  spectrum(
    files: readonly InputFile[],
    place: Position,
    detections: readonly Detection[],
  ): Promise<PlumeSpectrum | undefined>;
  exercise(seed: number): Promise<readonly InputFile[]>;
}

/** Name of the cube among uploaded files; undefined when they are a flight's samples. */
export function cubeAmong(files: readonly { readonly name: string }[]): string | undefined {
  return files.find(({ name }) => /\.(hdr|nc|nc4|h5|hdf5|tiff?)$/i.test(name))?.name;
}

export const directCubes: CubeAnalysis = {
  async examine(files) {
    const { reader, facts, target } = await openUpload(files);
    checkCube(reader.header, facts);
    targetOn(reader.header, target);
    await pixelPlaces(reader.header, facts.place);
    await reader.close();
  },
  async process(files, { software, exercise, report, cancellation }) {
    const { reader, facts, target, name } = await openUpload(files);
    const processed = await processCube(reader, {
      facts,
      target,
      identity: {
        name: stemOf(name),
        files: files.map((file) => ({ name: file.name, digest: digestOf(file.bytes), bytes: file.bytes.length })),
        software,
        exercise: exercise || facts.exercise === true,
        settingsDigest: digestOf(new TextEncoder().encode(JSON.stringify([facts, target.name]))),
      },
      ...(report === undefined ? {} : { report }),
      ...(cancellation === undefined ? {} : { cancellation }),
    });
    const cogs = await cogsOf(processed);
    await reader.close();
    const { recording, maps, cube } = processed;
    return {
      recordingId: recording.id,
      records: recordsOfCube(processed),
      maps: EARTH_MAPS.map(({ name: map, unit, values }) => ({
        name: map,
        cog: cogs.get(map)!,
        picture: pictureOf({ recording, map, unit, values: values(maps), header: cube.header }),
      })),
    };
  },
  async spectrum(files, place, detections) {
    const { reader, facts, target } = await openUpload(files);
    try {
      const { header } = reader;
      const places = await pixelPlaces(header, facts.place);
      const pixel = pixelAt(places, place);
      if (pixel.line < 0 || pixel.line >= header.lines || pixel.column < 0 || pixel.column >= header.columns)
        return undefined;
      const taken = new Uint8Array(header.lines * header.columns);
      const outlines = detections.flatMap(({ plume }) => (plume === undefined ? [] : [plume.outline]));
      for (let l = Math.max(0, pixel.line - NEAR); l <= Math.min(header.lines - 1, pixel.line + NEAR); l++)
        for (let c = Math.max(0, pixel.column - NEAR); c <= Math.min(header.columns - 1, pixel.column + NEAR); c++) {
          const at = places.at(c + 0.5, l + 0.5);
          if (outlines.some((outline) => regionContains(outline, at))) taken[l * header.columns + c] = 1;
        }
      const at = pixel.line * header.columns + pixel.column;
      taken[at] = 1;
      return (await lookAtSpectrum(reader, { pixels: Int32Array.of(at), taken }, targetOn(header, target)))?.spectrum;
    } finally {
      await reader.close();
    }
  },
  async exercise(seed) {
    // Wanted once in the life of a database, so not loaded with everything else.
    const { makeExerciseCube } = await import('@plumeline/simulator');
    return makeExerciseCube({ seed }).files;
  },
};

/** Pixels about the chosen one whose background is looked at. */
const NEAR = 14;
const stemOf = (name: string): string => name.replace(/\.[^./]*$/, '');

interface OpenUpload {
  readonly reader: CubeReader;
  readonly facts: CubeFacts;
  readonly target: GasTarget;
  readonly name: string;
}

/** The cube with its facts and its target, which lie beside it. @throws InputError */
async function openUpload(files: readonly InputFile[]): Promise<OpenUpload> {
  const name = cubeAmong(files)!;
  const textOf = (wanted: string) => {
    const found = files.find((file) => file.name === wanted);
    return found === undefined ? undefined : new TextDecoder().decode(found.bytes);
  };
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const factsName = `${stemOf(name)}.facts.json`;
  const factsText = textOf(factsName);
  const facts = factsText === undefined ? {} : parseCubeFacts(factsText, factsName);
  const targetName = facts.target === undefined ? `${stemOf(name)}_target.csv` : `${folder}${facts.target}`;
  const targetText = textOf(targetName);
  if (targetText === undefined) {
    throw new InputError([
      {
        code: 'target-missing',
        message: 'Nobody says which gas to look for in the cube.',
        remedy: `Send its target with it: ${targetName}, with wavelength and absorption of each band.`,
        place: { file: name },
      },
    ]);
  }
  const target = parseTargetCsv(targetText, targetName, {
    substance: facts.substance ?? 'methane',
    ...(facts.targetPer_ppmm === undefined ? {} : { per_ppmm: facts.targetPer_ppmm }),
  });
  const contents = Object.fromEntries(files.map((file) => [file.name, file.bytes]));
  return { reader: await openCube(memoryFiles(contents), name), facts, target, name };
}
