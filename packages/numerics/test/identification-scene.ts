/**
 * Longwave scenes with known gases, for the identification's tests and bench: an imaging spectrometer of 128 bands over
 * 780-1290 cm-1, three kinds of ground at about 300 K, a plume 10 K cooler, Beer-Lambert through it. The truth's spectra
 * are not quite the library's: a smooth gain error of a few per cent, as between two laboratories.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { GasAbsorption } from '@plumeline/core';
import { readGasFolder } from '../../formats/src/jcamp/gas-folder.ts';
import { type Random, randomFrom } from '../../simulator/src/random.ts';
import { resampleToBands } from '../src/spectral/gas/resample.ts';
import {
  type Candidate,
  type Identification,
  type Identifier,
  identifyGases,
  planckRadiance,
  prepareIdentifier,
  segmentBackground,
  thermalContrast,
} from '../src/spectral/identification/index.ts';

const FOLDER = new URL('../../../../shared/data/spectra_jcamp/data/infrared_spectra/', import.meta.url);
export const hasGasData = existsSync(FOLDER);

/** The library of the data folder: entries that name a substance. */
export function dataLibrary(): GasAbsorption[] {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.jdx'))
    .map((name) => ({ name, text: readFileSync(new URL(encodeURIComponent(name), FOLDER), 'latin1') }));
  return readGasFolder(files).gases.filter(({ cas }) => cas !== undefined);
}

const BANDS = 128;
const STEP_PCM = 4;
export const SENSOR = {
  centre_pcm: Float64Array.from({ length: BANDS }, (_, band) => 780 + STEP_PCM * band),
  fwhm_pcm: new Float64Array(BANDS).fill(6),
};
const PLUME_K = 290;
const NOISE_K = 0.05;
const GROUND_SPREAD_K = 1.5;
/** A gas is of this sensor when it absorbs in its bands at least this share of its strongest band anywhere. */
const VISIBLE_SHARE = 0.05;
const PIXELS = 1200;

/** Candidates on the sensor's bands, absorption for unit peak depth so that a "column" is an optical depth. */
export function visibleCandidates(library: readonly GasAbsorption[]): Candidate[] {
  return library.flatMap((gas) => {
    const { absorption_pppmm: absorption } = resampleToBands(gas, SENSOR);
    const peak = absorption.reduce((top, value) => Math.max(top, value), 0);
    const overall = gas.absorption_pppmm.reduce((top, value) => Math.max(top, value), 0);
    if (!absorption.every(Number.isFinite) || peak < VISIBLE_SHARE * overall) return [];
    return [
      {
        key: gas.key,
        substance: gas.cas ?? gas.key,
        absorption: absorption.map((value) => value / peak),
        scaleUncertainty: gas.scaleUncertainty,
      },
    ];
  });
}

export interface SceneTruth {
  readonly listed: readonly { readonly substance: string; readonly depth: number }[];
  readonly unlisted: boolean;
}

export interface World {
  readonly identifiers: readonly Identifier[];
  /** One spectrum with gas, identified. */
  readonly draw: (random: Random, kind: 'nothing' | 'one' | 'two' | 'unlisted', depth?: number, gas?: string) => Drawn;
}

export interface Drawn {
  readonly truth: SceneTruth;
  readonly result: Identification;
}

/** Every fifth substance, by fold, is kept out of the library and serves as "a gas outside the library". */
export const isWithheld = (substance: string, substances: readonly string[], fold: number): boolean =>
  substances.indexOf(substance) % 5 === fold;

/** A background with its identifiers, and gases to put over it. */
export function makeWorld(library: readonly GasAbsorption[], seed: number, fold: number): World {
  const random = randomFrom(seed);
  const all = visibleCandidates(library);
  const substances = [...new Set(all.map(({ substance }) => substance))].sort();
  const listed = all.filter(({ substance }) => !isWithheld(substance, substances, fold));
  const withheld = all.filter(({ substance }) => isWithheld(substance, substances, fold));
  const grounds = Array.from({ length: 3 }, () => smoothCurve(random, 0.93, 0.03));
  const pixel = (draw: Random) => groundRadiance(grounds[draw.below(3)]!, 300 + GROUND_SPREAD_K * draw.normal());
  const noisy = (draw: Random, radiance: Float64Array) =>
    radiance.map((value, band) => value + NOISE_K * kelvinStep(SENSOR.centre_pcm[band]!) * draw.normal());
  const background = segmentBackground(
    Array.from({ length: PIXELS }, () => noisy(random, pixel(random))),
    3,
  );
  const identifiers = background.segments.map(({ mean, covariance }) =>
    prepareIdentifier({
      position_pcm: SENSOR.centre_pcm,
      contrast: thermalContrast(SENSOR.centre_pcm, mean, PLUME_K),
      covariance,
      isBeerLambert: true,
      contrastUncertainty: GROUND_SPREAD_K / (300 - PLUME_K),
      nuisances: [],
      candidates: listed,
    }),
  );
  const draw: World['draw'] = (own, kind, depth, gas) => {
    const pool = kind === 'unlisted' ? withheld : listed;
    const count = { nothing: 0, one: 1, two: 2, unlisted: 1 }[kind];
    const gases: { candidate: Candidate; depth: number }[] = [];
    while (gases.length < count) {
      const candidate = pool.find(({ key }) => key === gas) ?? pool[own.below(pool.length)]!;
      if (gases.some((other) => other.candidate.substance === candidate.substance)) continue;
      gases.push({ candidate, depth: depth ?? 0.01 * 30 ** own.uniform() });
    }
    const radiance = throughGas(own, pixel(own), gases);
    const spectrum = noisy(own, radiance);
    const segment = background.segmentOf(spectrum);
    const { mean } = background.segments[segment]!;
    const result = identifyGases(
      identifiers[segment]!,
      spectrum.map((value, band) => value - mean[band]!),
    );
    const truth = {
      listed: kind === 'unlisted' ? [] : gases.map((g) => ({ substance: g.candidate.substance, depth: g.depth })),
      unlisted: kind === 'unlisted',
    };
    return { truth, result };
  };
  return { identifiers, draw };
}

function throughGas(
  random: Random,
  radiance: Float64Array,
  gases: readonly { candidate: Candidate; depth: number }[],
): Float64Array {
  const total = new Float64Array(BANDS);
  for (const { candidate, depth } of gases) {
    const gain = smoothCurve(random, 1, 0.03);
    for (let band = 0; band < BANDS; band++) total[band]! += depth * gain[band]! * candidate.absorption[band]!;
  }
  return radiance.map((value, band) => {
    const through = Math.exp(-total[band]!);
    return value * through + planckRadiance(SENSOR.centre_pcm[band]!, PLUME_K) * (1 - through);
  });
}

const groundRadiance = (emissivity: Float64Array, temperature_K: number): Float64Array =>
  emissivity.map((value, band) => value * planckRadiance(SENSOR.centre_pcm[band]!, temperature_K));

const kelvinStep = (v: number): number => planckRadiance(v, 300.5) - planckRadiance(v, 299.5);

/** A curve of a few broad waves about a mean. */
function smoothCurve(random: Random, mean: number, sd: number): Float64Array {
  const waves = Array.from({ length: 3 }, (_, k) => [random.normal(), random.uniform() * 2 * Math.PI, k + 1] as const);
  return Float64Array.from({ length: BANDS }, (_, band) =>
    waves.reduce((sum, [a, phase, k]) => sum + (sd / 2) * a * Math.sin((Math.PI * k * band) / BANDS + phase), mean),
  );
}
