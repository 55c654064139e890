/**
 * A series of single-beam spectra from a spectrometer that points: which gases each shows and how much of them, over time.
 *   ln(P - P_self) = baseline - sum_path (any amount) - sum_g N_g k_g + structure
 * (Griffith 1996; Smekens 2022 for vents). Baseline and the path's own gases may take any value; what neither they nor
 * the gases found explain becomes the covariance of structure, round by round; then every spectrum is identified by itself.
 */
import type { GasAbsorption } from '@plumeline/core';
import { bandAverages, resampleToBands } from '../gas/resample.ts';
import { dot } from '../identification/cholesky.ts';
import {
  type Identification,
  type IdentificationSettings,
  identifyGases,
  prepareIdentifier,
} from '../identification/index.ts';
import { type Candidate, type Identifier, project } from '../identification/prepare.ts';
import { baselineColumns, FTIR_GRID, type GridSettings, type LogGrid, type SingleBeam, toLogGrid } from './grid.ts';
import { structureCovariance } from './structure.ts';

export interface FtirSeriesInput {
  readonly spectra: readonly SingleBeam[];
  readonly selfEmission?: SingleBeam;
  /** Gases that are looked for. */
  readonly library: readonly GasAbsorption[];
  /** Substances (CAS number, else key) of the path itself: water vapour, carbon dioxide, methane. Any amount, no claim. */
  readonly pathSubstances: readonly string[];
  readonly grid?: GridSettings;
  readonly settings?: Partial<IdentificationSettings>;
}

/** One gas over the series. */
export interface GasSeries {
  readonly substance: string;
  readonly key: string;
  /** False: the library knows only the shape, and `column` is an optical depth at the peak. */
  readonly isQuantitative: boolean;
  /** [spectrum] amount on the path [ppm m], NaN where the gas is not in the answer. */
  readonly column: Float64Array;
  /** [spectrum] 90 % interval, structure and library's scale included: shared by all spectra for the most part. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Standard deviation from one spectrum to the next alone: what a change over time must exceed. */
  readonly stepSd: number;
}

export interface FtirSeriesResult {
  readonly grid: LogGrid;
  /** [spectrum] with the pipeline's facts: verdict, gases, intervals, z, rivals. */
  readonly identifications: readonly Identification[];
  readonly gases: readonly GasSeries[];
  /** Gases of the library that were not looked for, with the reason. */
  readonly leftOut: readonly { readonly key: string; readonly reason: string }[];
  /** Smallest column of each candidate that would have been seen at z = 5 [ppm m or depth]: the value of a null result. */
  readonly detectable: ReadonlyMap<string, number>;
  /** Root mean square of what is left, in optical depth. */
  readonly residualRms: number;
}

/** A gas must absorb this share of its strongest band inside the windows, else it is not looked for there. */
const VISIBLE_SHARE = 0.05;
const STRUCTURE_ROUNDS = 4;
/** Q branches and clusters of water lines are about this wide at most. */
const FEATURE_PCM = 12;
const DETECTABLE_Z = 5;
/** Residuals say little about their own scale: about one independent value every 25 cm-1. */
const FREEDOM_PER_BANDS = 12;

/** @throws RangeError when no band has light, or no gas of the library can be seen */
export function identifySeries(input: FtirSeriesInput): FtirSeriesResult {
  const settings = input.grid ?? FTIR_GRID;
  const grid = toLogGrid(input.spectra, input.selfEmission, settings);
  const { listed, path, leftOut } = sortLibrary(input, grid);
  const nuisances = [...baselineColumns(grid, settings.windows), ...path.flatMap((gas) => pathColumns(gas, grid))];
  const found = new Map<number, number>();
  let candidates = listed.map((gas) => toCandidate(gas, grid, 0));
  let identifier: Identifier | undefined;
  let residuals: Float64Array[] = [];
  const mean = average(grid.logs);
  for (let round = 0; round < STRUCTURE_ROUNDS; round++) {
    const isLast = round === STRUCTURE_ROUNDS - 1;
    residuals = residualsOf(
      grid,
      nuisances,
      [...found.keys()].map((index) => candidates[index]!.absorption),
    );
    const covariance = structureCovariance(residuals, grid.bands.centre_pcm, grid.windowOf);
    identifier = prepareIdentifier(
      {
        position_pcm: grid.bands.centre_pcm,
        contrast: new Float64Array(mean.length).fill(-1),
        isBeerLambert: false,
        covariance,
        nuisances,
        candidates,
      },
      {
        noiseFreedom: Math.max(8, mean.length / FREEDOM_PER_BANDS),
        featureWidth_pcm: FEATURE_PCM,
        ...input.settings,
        // Until the structure is known an unlisted gas would only take its part.
        ...(isLast ? {} : { unlistedPrior: 0 }),
      },
    );
    if (isLast) break;
    found.clear();
    for (const { key, isNamed, column } of identifyGases(identifier, mean).substances) {
      if (isNamed)
        found.set(
          candidates.findIndex((candidate) => candidate.key === key),
          column,
        );
    }
    // Strong lines grow less than in proportion: each gas found is taken at its own strength from here on.
    candidates = listed.map((gas, index) => toCandidate(gas, grid, found.get(index) ?? 0));
  }
  const identifications = grid.logs.map((log) => identifyGases(identifier!, log));
  return {
    grid,
    identifications,
    gases: gasSeries(identifications, listed),
    leftOut,
    detectable: detectableColumns(identifier!),
    residualRms: Math.sqrt(residuals.reduce((sum, r) => sum + dot(r, r) / r.length, 0) / residuals.length),
  };
}

function sortLibrary({ library, pathSubstances }: FtirSeriesInput, grid: LogGrid) {
  const listed: GasAbsorption[] = [];
  const path: GasAbsorption[] = [];
  const leftOut: { key: string; reason: string }[] = [];
  for (const gas of library) {
    const { absorption_pppmm: onBands } = resampleToBands(gas, grid.bands);
    if (!onBands.every(Number.isFinite)) {
      leftOut.push({ key: gas.key, reason: 'its spectrum does not cover all bands' });
      continue;
    }
    const inWindows = onBands.reduce((top, value) => Math.max(top, value), 0);
    const overall = gas.absorption_pppmm.reduce((top, value) => Math.max(top, value), 0);
    if (pathSubstances.includes(gas.cas ?? gas.key)) path.push(gas);
    else if (inWindows < VISIBLE_SHARE * overall) {
      leftOut.push({ key: gas.key, reason: 'its bands lie outside the windows' });
    } else listed.push(gas);
  }
  return { ...bestOfEach(listed, leftOut), path, leftOut };
}

/** One entry a substance, the one with the surest scale: a digitised chart adds nothing to a quantitative spectrum. */
function bestOfEach(gases: readonly GasAbsorption[], leftOut: { key: string; reason: string }[]) {
  const best = new Map<string, GasAbsorption>();
  for (const gas of gases) {
    const substance = gas.cas ?? gas.key;
    const other = best.get(substance);
    const isBetter = other === undefined || gas.scaleUncertainty < other.scaleUncertainty;
    const worse = isBetter ? other : gas;
    if (isBetter) best.set(substance, gas);
    if (worse !== undefined) leftOut.push({ key: worse.key, reason: 'a surer spectrum of the substance is used' });
  }
  return { listed: [...best.values()] };
}

/** Optical depth per unit column on the grid, at a given strength: -ln(mean exp(-N k)) / N. */
function toCandidate(gas: GasAbsorption, grid: LogGrid, column_ppmm: number): Candidate {
  const thin = resampleToBands(gas, grid.bands).absorption_pppmm;
  const light = gas.absorption_pppmm.map((value) => Math.exp(-value * column_ppmm));
  const absorption =
    column_ppmm > 0
      ? bandAverages(gas.wavenumber_pcm, light, grid.bands).map((share) => -Math.log(share) / column_ppmm)
      : thin;
  return {
    key: gas.key,
    substance: gas.cas ?? gas.key,
    absorption,
    scaleUncertainty: gas.scaleUncertainty,
  };
}

/** A path gas at two strengths, thin and with its strong lines black: together they follow its curve of growth. */
function pathColumns(gas: GasAbsorption, grid: LogGrid): Float64Array[] {
  const peak = gas.absorption_pppmm.reduce((top, value) => Math.max(top, value), 0);
  return [0, 10 / peak].map((column) => toCandidate(gas, grid, column).absorption);
}

/** What baseline, path and the gases found leave, by ordinary least squares. */
function residualsOf(
  grid: LogGrid,
  nuisances: readonly Float64Array[],
  gases: readonly Float64Array[],
): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of [...nuisances, ...gases]) {
    const rest = project(basis, project(basis, column));
    const norm = Math.sqrt(dot(rest, rest));
    if (norm > 1e-9 * Math.sqrt(dot(column, column))) basis.push(rest.map((value) => value / norm));
  }
  return grid.logs.map((log) => project(basis, log));
}

function average(spectra: readonly Float64Array[]): Float64Array {
  return spectra[0]!.map((_, band) => spectra.reduce((sum, spectrum) => sum + spectrum[band]!, 0) / spectra.length);
}

function gasSeries(identifications: readonly Identification[], listed: readonly GasAbsorption[]): GasSeries[] {
  const named = new Set(
    identifications.flatMap(({ substances }) => substances.filter((s) => s.isNamed).map((s) => s.substance)),
  );
  return [...named].map((substance) => {
    const evidence = identifications.map(({ substances }) => substances.find((s) => s.substance === substance));
    const key = evidence.find((entry) => entry !== undefined)!.key;
    const column = Float64Array.from(evidence, (entry) => entry?.column ?? Number.NaN);
    return {
      substance,
      key,
      isQuantitative: listed.find((gas) => gas.key === key)!.isQuantitative,
      column,
      low: Float64Array.from(evidence, (entry) => entry?.interval90[0] ?? Number.NaN),
      high: Float64Array.from(evidence, (entry) => entry?.interval90[1] ?? Number.NaN),
      stepSd: stepDeviation(column),
    };
  });
}

/** Robust standard deviation between neighbours, over sqrt 2 (von Neumann 1941, with the median of Rousseeuw). */
function stepDeviation(values: Float64Array): number {
  const steps = Array.from(values.subarray(1), (value, i) => Math.abs(value - values[i]!)).filter(Number.isFinite);
  if (steps.length === 0) return Number.NaN;
  const sorted = steps.sort((a, b) => a - b);
  return (1.4826 * sorted[Math.floor(sorted.length / 2)]!) / Math.SQRT2;
}

/** z = N sqrt(s^T C^-1 s) with everything of free amount projected out. */
function detectableColumns(identifier: Identifier): Map<string, number> {
  const { gram } = identifier.regimes[0]!;
  const { candidates } = identifier.problem;
  return new Map(
    candidates.map(({ key }, index) => [key, DETECTABLE_Z / Math.sqrt(gram[index * candidates.length + index]!)]),
  );
}
