/**
 * A block of detector columns in, maps out: the function that a pipeline stage or a worker thread calls. Columns (or
 * groups of them) are independent, so any split into blocks and any number of threads gives the same bits.
 */
import { createMatrixKernels, type MatrixKernels } from '../../kernels/index.ts';
import { clusterPixels } from './clusters.ts';
import { type Column, type ColumnInput, columnMemory, loadColumn } from './column.ts';
import { detectorFilter, detectorMemory } from './detectors.ts';
import { mag1c } from './mag1c.ts';
import { type ColumnResult, matchedFilter } from './matched-filter.ts';
import {
  type AbsorptionTarget,
  AMOUNT_UNIT_PPMM,
  type ColumnFault,
  type RetrievalMethod,
  type RetrievalSettings,
} from './settings.ts';
import { shrinkageFilter, shrinkageMemory } from './shrinkage.ts';

/** Radiances of neighbouring columns, any linear unit. */
export interface ColumnBlock {
  /** [column x line x band]. Float32 is widened; every sum runs in float64. */
  readonly radiance: Float32Array | Float64Array;
  readonly columnCount: number;
  readonly lineCount: number;
  readonly bandCount: number;
  /** 1 where measured, [column x line]. Pixels that are not finite in every band are left out in any case. */
  readonly valid?: Uint8Array;
  /** 1 where a pixel may enter the background statistics, [column x line]: saturated or known plume pixels stay out. */
  readonly background?: Uint8Array;
}

/** Maps of a block, [column x line]; NaN where there is no number, and then `faults` or the masks say why. */
export interface BlockRetrieval {
  /** Amount of gas [ppm m]. For MAG1C with its prior: zero but where gas is supported. */
  readonly amount_ppmm: Float64Array;
  /** Amount without prior and without floor, against the same background [ppm m]: quantify on this. */
  readonly denseAmount_ppmm: Float64Array;
  /** Noise-normalised z = (x - mu)^T C^-1 t / sqrt(t^T C^-1 t): detect on this. */
  readonly z: Float64Array;
  /** x . xbar / xbar . xbar. */
  readonly albedo: Float64Array;
  /** What the method's detector says (`ace`, `kelly`, `amsd`), else empty. */
  readonly statistic: Float64Array;
  /** sqrt(t^T C^-1 t) [per ppm m], [column x line]: a pixel's amount has standard error 1 / this (over its albedo). */
  readonly sensitivity_perPpmm: Float64Array;
  /** Background of each group and cluster, for uncertainty and for showing spectra. */
  readonly backgrounds: readonly GroupBackground[];
}

export interface GroupBackground {
  readonly firstColumn: number;
  readonly columnCount: number;
  /** Cluster within the group, from 0. */
  readonly cluster: number;
  readonly pixelCount: number;
  /** Why there are no numbers; absent where there are. */
  readonly fault?: ColumnFault;
  /** The rest is empty where there is a fault. Background mean mu, [band]. */
  readonly mean: Float64Array;
  /** Target t [radiance per ppm m], [band]. */
  readonly target_perPpmm: Float64Array;
  /** C^-1 t [per radiance per ppm m], [band]: amount = (x - mu) . weights / information. */
  readonly weights_perPpmm: Float64Array;
  /** t^T C^-1 t [per (ppm m)^2]. */
  readonly information_perPpmm2: number;
  /** Shrinkage found by `loo`. */
  readonly shrinkage?: number;
}

/**
 * Runs one method over a block. Give each thread its own `kernels` and use them again for the next block; `into`, maps
 * of an earlier block that is done with and at least as large, are written over and handed out again as views.
 */
export function retrieveBlock(
  block: ColumnBlock,
  target: AbsorptionTarget,
  settings: RetrievalSettings,
  kernels: MatrixKernels = createMatrixKernels(),
  into?: BlockRetrieval,
): BlockRetrieval {
  checkBlock(block, target);
  const { columnCount, lineCount } = block;
  const size = columnCount * lineCount;
  const map = (old?: Float64Array) =>
    (old === undefined || old.length < size ? new Float64Array(size) : old.subarray(0, size)).fill(Number.NaN);
  const hasStatistic = settings.method === 'ace' || settings.method === 'kelly' || settings.method === 'amsd';
  const maps: Maps = {
    amount_ppmm: map(into?.amount_ppmm),
    denseAmount_ppmm: map(into?.denseAmount_ppmm),
    z: map(into?.z),
    albedo: map(into?.albedo),
    sensitivity_perPpmm: map(into?.sensitivity_perPpmm),
    statistic: hasStatistic ? map(into?.statistic) : new Float64Array(0),
  };
  // Multiplied once, so that a table already in mag1c's unit is used to the bit.
  const scale = AMOUNT_UNIT_PPMM / target.per_ppmm;
  const tau = scale === 1 ? target.unitAbsorption : target.unitAbsorption.map((value) => value * scale);
  const backgrounds: GroupBackground[] = [];
  for (let first = 0; first < columnCount; first += settings.columnsPerGroup) {
    const count = Math.min(settings.columnsPerGroup, columnCount - first);
    for (const [cluster, input] of clustersOf(block, first, count, settings, kernels).entries()) {
      const column = loadColumn(kernels, input, settings.covarianceDivisor, extraMemory(settings.method, input));
      const result = typeof column === 'string' ? column : retrieveColumn(column, tau, settings);
      const done = typeof column === 'string' || typeof result === 'string' ? undefined : { column, result };
      if (done !== undefined) writeMaps(maps, first * lineCount, done.column, done.result);
      backgrounds.push({
        firstColumn: first,
        columnCount: count,
        cluster,
        ...(done === undefined ? withoutBackground(result as ColumnFault) : backgroundOf(done.column, done.result)),
      });
    }
  }
  return { ...maps, backgrounds };
}

type Maps = Omit<BlockRetrieval, 'backgrounds'>;
type Background = Omit<GroupBackground, 'firstColumn' | 'columnCount' | 'cluster'>;

function checkBlock(
  { radiance, columnCount, lineCount, bandCount, valid, background }: ColumnBlock,
  target: AbsorptionTarget,
) {
  const pixels = columnCount * lineCount;
  const complain = (what: string, found: number, wanted: number) => {
    throw new RangeError(`The ${what} holds ${found} numbers, not the ${wanted} that the block's shape asks for.`);
  };
  if (radiance.length !== pixels * bandCount) complain('radiance', radiance.length, pixels * bandCount);
  if (target.unitAbsorption.length !== bandCount) complain('target', target.unitAbsorption.length, bandCount);
  if (valid !== undefined && valid.length !== pixels) complain('valid mask', valid.length, pixels);
  if (background !== undefined && background.length !== pixels) complain('background mask', background.length, pixels);
}

/** The pixel sets that get a background each: one for the group, or one for each surface cluster in it. */
function clustersOf(
  { radiance, lineCount, bandCount, valid, background }: ColumnBlock,
  firstColumn: number,
  count: number,
  { clusterCount }: RetrievalSettings,
  kernels: MatrixKernels,
): ColumnInput[] {
  const input: ColumnInput = {
    radiance,
    firstPixel: firstColumn * lineCount,
    pixelCount: count * lineCount,
    bandCount,
    ...(valid === undefined ? {} : { valid }),
    ...(background === undefined ? {} : { background }),
  };
  return clusterCount > 1 ? clusterPixels(kernels, input, clusterCount) : [input];
}

function extraMemory(method: RetrievalMethod, { pixelCount, bandCount }: ColumnInput): number {
  if (method === 'loo') return shrinkageMemory(pixelCount, bandCount);
  return method === 'ace' || method === 'kelly' || method === 'amsd' ? detectorMemory(pixelCount, bandCount) : 0;
}

/** Kernel memory [bytes] that one group of `pixelCount` pixels takes with a method. */
export function kernelMemoryOf(method: RetrievalMethod, pixelCount: number, bandCount: number): number {
  const empty = { radiance: new Float64Array(0), firstPixel: 0, pixelCount, bandCount };
  return 8 * (columnMemory(pixelCount, bandCount) + extraMemory(method, empty));
}

function retrieveColumn(column: Column, tau: Float64Array, settings: RetrievalSettings): ColumnResult | ColumnFault {
  // Below this the sample covariance has no inverse; shrinkage and loading give it one.
  const isRegular = settings.method === 'loo' || settings.diagonalLoading > 0;
  if (!isRegular && column.backgroundCount <= column.bandCount) return 'too-few-pixels';
  switch (settings.method) {
    case 'cmf':
      return matchedFilter(column, tau, settings);
    case 'mag1c':
      return mag1c(column, tau, settings);
    case 'loo':
      return shrinkageFilter(column, tau, settings);
    default:
      return detectorFilter(column, tau, { ...settings, detector: settings.method });
  }
}

function writeMaps(maps: Maps, firstPixel: number, column: Column, result: ColumnResult): void {
  const root = Math.sqrt(result.information);
  for (let row = 0; row < column.rowCount; row++) {
    const pixel = firstPixel + column.pixels[row];
    maps.amount_ppmm[pixel] = result.amount[row] * AMOUNT_UNIT_PPMM;
    maps.denseAmount_ppmm[pixel] = result.denseAmount[row] * AMOUNT_UNIT_PPMM;
    maps.z[pixel] = result.score[row] / root;
    maps.albedo[pixel] = column.albedo[row];
    maps.sensitivity_perPpmm[pixel] = root / AMOUNT_UNIT_PPMM;
    if (result.statistic !== undefined) maps.statistic[pixel] = result.statistic[row];
  }
}

function backgroundOf(column: Column, result: ColumnResult): Background {
  return {
    pixelCount: column.backgroundCount,
    mean: result.mean,
    target_perPpmm: result.target.map((value) => value / AMOUNT_UNIT_PPMM),
    weights_perPpmm: result.weights.map((value) => value / AMOUNT_UNIT_PPMM),
    information_perPpmm2: result.information / AMOUNT_UNIT_PPMM ** 2,
    ...(result.shrinkage === undefined ? {} : { shrinkage: result.shrinkage }),
  };
}

function withoutBackground(fault: ColumnFault): Background {
  const none = new Float64Array(0);
  return {
    pixelCount: 0,
    fault,
    mean: none,
    target_perPpmm: none,
    weights_perPpmm: none,
    information_perPpmm2: Number.NaN,
  };
}
