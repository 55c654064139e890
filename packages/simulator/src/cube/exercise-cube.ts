/**
 * A cube for an exercise, as a sensor's files: ENVI radiance with its place and time, the gas target, the operator's
 * facts, and the truth sealed beside them. Same seed, same bytes.
 */
import { type Digest, localFrameAt, type Position } from '@plumeline/core';
import { asciiToBytes } from '../ascii.ts';
import type { NamedBytes } from '../exercise.ts';
import { randomFrom } from '../random.ts';
import { SEALED_FILE_NAME } from '../seal.ts';
import { sealCubeTruth } from './sealed-truth.ts';
import { type SimulatedCube, simulateCube } from './simulate-cube.ts';
import type { Regime } from './surface-map.ts';

export interface ExerciseCubeOptions {
  readonly seed: number;
  /** Default desert, which shows gas best. */
  readonly regime?: Regime;
  /** Default 300 x 200. */
  readonly lines?: number;
  readonly samples?: number;
  /** North-west corner; default beside the plain where the flights of exercises are. */
  readonly northWest?: Position;
  /** Sources hidden; default 1. 0 makes a cube for the null result. */
  readonly sources?: number;
}

export interface ExerciseCube {
  readonly name: string;
  /** All that an operator has. */
  readonly files: readonly NamedBytes[];
  /** The truth; only scoring reads it. */
  readonly sealed: NamedBytes;
  /** SHA-256 of what is in the seal. */
  readonly commitment: Digest;
}

const PIXEL_M = 5;
const NORTH_WEST: Position = { lat: 24.86, lon: -107.52 };
const SOURCE_RATES_KGPH = [300, 900] as const;
/** 2026-02-03; exercise cubes fall in the eighty days after it, towards noon in Sinaloa. */
const FIRST_NOON_MS = Date.UTC(2026, 1, 3, 18, 10);
const DAY_MS = 86_400_000;

export function makeExerciseCube(options: ExerciseCubeOptions): ExerciseCube {
  const { seed, regime = 'desert', lines = 300, samples = 200, northWest = NORTH_WEST } = options;
  const random = randomFrom(seed).stream('exercise-cube');
  const places = random.stream('sources');
  const sources = Array.from({ length: options.sources ?? 1 }, () => ({
    // Well inside, so that a plume of any wind is seen.
    line: lines * places.between(0.35, 0.65),
    sample: samples * places.between(0.35, 0.65),
    rate_kgph: places.between(...SOURCE_RATES_KGPH),
    extent_m: 4,
  }));
  const { cube, truth } = simulateCube({ seed, regime, lines, samples, pixel_m: PIXEL_M, sources });
  const stem = `exercise-cube-${seed}`;
  const startMs = FIRST_NOON_MS + DAY_MS * random.stream('day').below(80);
  const { bytes, digest } = sealCubeTruth(truth);
  const facts = {
    exercise: true,
    substance: 'methane',
    target: `${stem}_target.csv`,
    wind: {
      from_deg: Number(cube.windFrom_deg.toFixed(1)),
      fromSd_deg: cube.windFromSd_deg,
      speed_mps: Number(cube.windSpeed_mps.toFixed(2)),
      speedSd_mps: Number(cube.windSpeedSd_mps.toFixed(2)),
      height_m: 10,
    },
  };
  return {
    name: stem,
    files: [
      { name: `${stem}.hdr`, bytes: asciiToBytes(headerOf(cube, northWest, startMs)) },
      { name: `${stem}.img`, bytes: littleEndian(cube.radiance) },
      { name: `${stem}_target.csv`, bytes: asciiToBytes(targetOf(cube)) },
      { name: `${stem}.facts.json`, bytes: asciiToBytes(`${JSON.stringify(facts, null, 1)}\n`) },
    ],
    sealed: { name: SEALED_FILE_NAME, bytes },
    commitment: digest,
  };
}

function headerOf(cube: SimulatedCube['cube'], northWest: Position, startMs: number): string {
  const frame = localFrameAt(northWest);
  const east = frame.toPosition(cube.pixel_m, 0).lon - northWest.lon;
  const south = northWest.lat - frame.toPosition(0, -cube.pixel_m).lat;
  const list = (values: Float64Array, digits: number) =>
    Array.from(values, (value) => value.toFixed(digits)).join(', ');
  return [
    'ENVI',
    `description = {${cube.description}, radiance, ${cube.radianceUnit}}`,
    `samples = ${cube.samples}`,
    `lines = ${cube.lines}`,
    `bands = ${cube.bands.centre_nm.length}`,
    'header offset = 0',
    'file type = ENVI Standard',
    'data type = 4',
    'interleave = bip',
    'byte order = 0',
    'sensor type = Plumeline exercise',
    `acquisition time = ${new Date(startMs).toISOString().replace('.000Z', 'Z')}`,
    `map info = {Geographic Lat/Lon, 1, 1, ${northWest.lon}, ${northWest.lat}, ${east.toFixed(12)}, ${south.toFixed(12)}, WGS-84, units=Degrees}`,
    'wavelength units = Nanometers',
    `wavelength = {${list(cube.bands.centre_nm, 4)}}`,
    `fwhm = {${list(cube.bands.fwhm_nm, 4)}}`,
    '',
  ].join('\n');
}

/** Per 1e5 ppm m, as mag1c writes its targets. */
function targetOf({ bands, unitAbsorption_perPpmM }: SimulatedCube['cube']): string {
  const rows = Array.from(bands.centre_nm, (centre, b) =>
    [centre.toFixed(4), bands.fwhm_nm[b].toFixed(4), (unitAbsorption_perPpmM[b] * 1e5).toExponential(12)].join(','),
  );
  return `wavelength_nm,fwhm_nm,unit_absorption_per_1e5_ppmm\n${rows.join('\n')}\n`;
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i], true);
  return new Uint8Array(view.buffer);
}
