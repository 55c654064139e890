/**
 * From a cube's maps to findings: plumes as detections, their rates and source points where a wind is known, or the
 * null result that says what would have been seen.
 */
import {
  type Caveat,
  type CubeReader,
  type Detection,
  type NullResult,
  type PlumeEvidence,
  type Recording,
  recordIdOf,
  type SourceEstimate,
} from '@plumeline/core';
import {
  type DetectedPlume,
  type EmissionRate,
  emissionRate,
  type Detection as FoundPlumes,
  findPlumes,
  takenForGround,
  type WindInImage,
} from '@plumeline/numerics';
import type { CubeMaps } from './cube-maps.ts';
import { molarMassOf, windInImage } from './cube-wind.ts';
import type { IngestedCube } from './ingest-cube.ts';
import { outlineOf, peakOf, plumeCaveats, rateCaveats } from './plume-facts.ts';
import { lookAtSpectrum, type SpectralLook } from './plume-spectrum.ts';
import { searchedOf } from './searched-area.ts';
import { sourceOf } from './source-of-plume.ts';

const RATE_SEED = 1;
/** Custom of satellite maps: a column spread over this much air gives its mean mole fraction. */
const MIXED_AIR_M = 8000;

export interface CubeFindings {
  readonly detections: readonly Detection[];
  readonly sources: readonly SourceEstimate[];
  readonly nullResult?: NullResult;
  /** What passed the thresholds but was taken for ground, for the report. */
  readonly lookAlikes: readonly {
    readonly at: { lat: number; lon: number };
    readonly rival: string;
    readonly pixelCount: number;
  }[];
}

/** @throws InputError of the reader, which gives the spectra of what was found */
export async function retrievePlumes(
  reader: CubeReader,
  cube: IngestedCube,
  recording: Recording,
  maps: CubeMaps,
): Promise<CubeFindings> {
  const { lines, columns } = cube.header;
  const wind = windInImage(cube);
  const found = findPlumes(
    { lines, samples: columns, z: Float64Array.from(maps.z), column_ppmm: Float64Array.from(maps.amount_ppmm) },
    wind === undefined ? {} : { windTo: { angle_rad: wind.towards_rad, sd_rad: wind.towardsSd_rad } },
  );
  const taken = new Uint8Array(lines * columns);
  for (const { pixels } of found.plumes) for (const p of pixels) taken[p] = 1;
  const looked = await Promise.all(
    found.plumes.map(async (plume) => ({
      plume,
      look: await lookAtSpectrum(reader, { pixels: plume.pixels, taken, ground: maps.ground }, cube.target),
    })),
  );
  const gas = looked.filter(({ look }) => look === undefined || !takenForGround(look.verdict));
  const all = new Uint8Array(lines * columns);
  for (const { plume } of gas) for (const p of plume.pixels) all[p] = 1;
  const made = gas.map(({ plume, look }) => plumeRecords({ cube, recording, maps, found, plume, look, wind, all }));
  const lookAlikes = looked.flatMap(({ plume, look }) =>
    look !== undefined && takenForGround(look.verdict)
      ? [
          {
            at: cube.places.at(plume.shape.sample + 0.5, plume.shape.line + 0.5),
            rival: look.verdict.rival,
            pixelCount: plume.pixels.length,
          },
        ]
      : [],
  );
  return {
    detections: made.map(({ detection }) => detection),
    sources: made.flatMap(({ source }) => (source === undefined ? [] : [source])),
    ...(made.length === 0 && { nullResult: nullResultOf(cube, recording, maps, found, wind) }),
    lookAlikes,
  };
}

interface PlumeInput {
  readonly cube: IngestedCube;
  readonly recording: Recording;
  readonly maps: CubeMaps;
  readonly found: FoundPlumes;
  readonly plume: DetectedPlume;
  readonly look: SpectralLook | undefined;
  readonly wind: WindInImage | undefined;
  readonly all: Uint8Array;
}

function plumeRecords(input: PlumeInput): { readonly detection: Detection; readonly source?: SourceEstimate } {
  const { cube, recording, plume, wind } = input;
  const rate = wind === undefined ? undefined : rateOf(input, wind);
  const detection = detectionOf(input, rate);
  if (rate === undefined) return { detection };
  const cells = (cube.header.lines * cube.header.columns) / CELL_PIXELS;
  return { detection, source: sourceOf({ cube, recording, detection, rate, falseAlarms: plume.pValue * cells }) };
}

/** Pixels of one resolution cell of detection's finest scale. */
const CELL_PIXELS = 4 * Math.PI;

function rateOf({ cube, maps, plume, all }: PlumeInput, wind: WindInImage): EmissionRate {
  const { lines, columns } = cube.header;
  const map = {
    lines,
    samples: columns,
    pixel_m: cube.places.pixel_m,
    amount_ppmm: Float64Array.from(maps.amount_ppmm),
    sigma_ppmm: Float64Array.from(maps.sigma_ppmm),
  };
  const molarMass_kgpmol = molarMassOf(cube);
  return emissionRate(map, plume.pixels, { molarMass_kgpmol, wind, seed: RATE_SEED, otherPlumes: all });
}

function detectionOf(input: PlumeInput, rate: EmissionRate | undefined): Detection {
  const { cube, recording, maps, plume, look } = input;
  const { columns } = cube.header;
  const evidence = evidenceOf(input, rate);
  const peak = peakOf(plume.pixels, maps);
  const at = cube.places.at((peak % columns) + 0.5, Math.floor(peak / columns) + 0.5);
  const { software, profile, objects } = recording.provenance;
  const pixels = [plume.pixels[0], plume.pixels.at(-1), plume.pixels.length];
  return {
    kind: 'detection',
    id: recordIdOf('detection', { recording: recording.id, pixels, software }),
    exercise: recording.exercise,
    provenance: {
      objects,
      derivedFrom: [recording.id],
      profile,
      software,
      settings: { hasSpectrum: look !== undefined },
    },
    recordingId: recording.id,
    substance: recording.substance,
    startAt: recording.startAt,
    endAt: recording.endAt,
    peakPosition: at,
    peakEnhancement_ppm: evidence.peakColumn_ppmm / MIXED_AIR_M,
    peakEnhancementSd_ppm: evidence.peakColumnSd_ppmm / MIXED_AIR_M,
    signalToNoise: Math.max(0, evidence.peakColumn_ppmm / evidence.peakColumnSd_ppmm),
    sampleCount: plume.pixels.length,
    plume: evidence,
  };
}

function evidenceOf(
  { cube, maps, found, plume, look, wind }: PlumeInput,
  rate: EmissionRate | undefined,
): PlumeEvidence {
  const { columns } = cube.header;
  const peak = peakOf(plume.pixels, maps);
  const strongest = plume.pixels.reduce(
    (best, p) => (found.score[p]! > found.score[best]! ? p : best),
    plume.pixels[0]!,
  );
  const caveats: Caveat[] = [
    ...plumeCaveats(plume.doubts, look?.verdict, cube.target.substance),
    ...(rate === undefined ? [] : rateCaveats(rate.doubts)),
    ...(wind === undefined ? [{ code: 'plume-no-wind', params: {} }] : []),
  ];
  const three = (value: number) => Number(value.toPrecision(4));
  return {
    outline: outlineOf(plume.pixels, cube),
    pixelCount: plume.pixels.length,
    area_m2: three(plume.pixels.length * cube.places.pixel_m ** 2),
    peakColumn_ppmm: three(maps.amount_ppmm[peak]!),
    peakColumnSd_ppmm: three(Math.max(maps.sigma_ppmm[peak]!, 1e-6)),
    peakScore: three(plume.peakScore),
    startThreshold: three(found.startThreshold[strongest % columns]!),
    growThreshold: three(found.growThreshold[strongest % columns]!),
    falseAlarm: Math.min(1, Math.max(0, plume.pValue)),
    ...(rate === undefined
      ? {}
      : {
          mass_kg: three(rate.mass_kg),
          rate_kgph: {
            p05: three(rate.rate_kgph.low90),
            p50: three(rate.rate_kgph.median),
            p95: three(rate.rate_kgph.high90),
          },
        }),
    ...(look === undefined ? {} : { spectrum: look.spectrum }),
    caveats,
  };
}

function nullResultOf(
  cube: IngestedCube,
  recording: Recording,
  maps: CubeMaps,
  found: FoundPlumes,
  wind: WindInImage | undefined,
): NullResult {
  const { software, profile, objects } = recording.provenance;
  const searched = wind === undefined ? undefined : searchedOf(cube, maps, found, wind);
  return {
    kind: 'null-result',
    id: recordIdOf('null-result', { recording: recording.id, software }),
    exercise: recording.exercise,
    provenance: { objects, derivedFrom: [recording.id], profile, software },
    recordingIds: [recording.id],
    substance: recording.substance,
    startAt: recording.startAt,
    endAt: recording.endAt,
    lnBayesFactor: 0,
    searched: searched?.searched ?? [],
    ...(searched?.upperLimit_kgph === undefined ? {} : { upperLimit_kgph: searched.upperLimit_kgph }),
    caveats: [{ code: wind === undefined ? 'cube-null-no-wind' : 'cube-null-look-alikes', params: {} }],
  };
}
