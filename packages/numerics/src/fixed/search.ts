/**
 * The posterior over the place of one source, exact on a grid that refines itself.
 *
 * Coarse cells use the response averaged over the cell and a part of the record, which widens their likelihood: a cell
 * is kept for splitting well below the best. The last levels use all of it. Cells of the last level are the posterior.
 */
import { climbed } from './climb.ts';
import type { PlaceEvidence } from './evidence.ts';
import type { PlumeDeparture } from './response.ts';

export interface SearchArea {
  readonly west_m: number;
  readonly south_m: number;
  readonly east_m: number;
  readonly north_m: number;
}

export interface Square {
  readonly x_m: number;
  readonly y_m: number;
  readonly width_m: number;
}

/** One node of the errors that are summed over, with its prior weight. */
export interface WeightedDeparture {
  readonly departure: PlumeDeparture;
  readonly weight: number;
}

export interface DepartureEvidence {
  readonly from: WeightedDeparture;
  readonly lnWeight: number;
  readonly evidence: PlaceEvidence;
}

export interface PlaceCell extends Square {
  /** ln evidence of a source in this cell, its prior area not counted. */
  readonly lnEvidence: number;
  /** Mixture over departures: ln weight and rungs of each. */
  readonly rates: readonly DepartureEvidence[];
}

/** What a search asks of a model of the record: the evidence of a cell, from coarse (stage 0) to all of the record. */
export interface PlaceModel {
  readonly stages: number;
  /** ln likelihood of the whole record without the source looked for. */
  readonly lnNull: number;
  /** True where a cell is judged by its middle alone and may miss a plume narrower than it: search by climbing. */
  readonly isSharp: boolean;
  evaluate(square: Square, stage: number, parent?: PlaceCell): PlaceCell;
  /** Places worth climbing from besides a lattice's best: upwind of the highest readings. */
  starts?(): readonly { readonly x_m: number; readonly y_m: number }[];
  /** Error of where the plume seems to begin, for a source there; absent where the model has it inside. */
  displacementAt?(square: Square): Displacement | undefined;
  /** Background and background with a source, per row [ppm]. */
  trace(source: (Square & { readonly rate_kgph: number }) | undefined): RecordTrace;
  /** ln likelihood ratio that a source of some rate would have shown on top of a background, chance errors aside. */
  ratioIfThere(square: Square, background_ppm: Float64Array): (rate_kgph: number) => number;
}

/** Normal error of a place along and across the wind [m]. */
export interface Displacement {
  readonly along_m: number;
  readonly across_m: number;
  readonly towardEast: number;
  readonly towardNorth: number;
}

export interface RecordTrace {
  readonly background_ppm: Float64Array;
  readonly fitted_ppm: Float64Array;
}

export interface Search {
  /** Cells of equal width that hold the posterior. */
  readonly cells: readonly PlaceCell[];
  readonly width_m: number;
  readonly lnNull: number;
  readonly lnBayesFactor: number;
}

/** Cells across the longer side at the first level. */
const FIRST_CELLS = 24;
/** Splitting ends when the posterior is spread over this many cells, or cells are this small [m]. */
const ENOUGH_CELLS = 40;
const LEAST_WIDTH_M = 0.4;
/** ln evidence below the best at which a cell is dropped. */
const DROP = 10;
/** Gain in ln evidence by halving cells below which they are fine enough. */
const RESOLVED_GAIN = 1.5;
/** Cells wider than this part of the area are never fine enough where the record hints at a source. */
const FINE_PART = 0.006;
const HINT = 2;
/** More cells than this are not split: the posterior is as wide as that. */
const MOST_SPLIT = 100;

export function searchPlace(model: PlaceModel, area: SearchArea, onProgress?: (fraction: number) => void): Search {
  return searchOf(model, area, model.isSharp ? climbed(model, area, onProgress) : divided(model, area, onProgress));
}

function divided(model: PlaceModel, area: SearchArea, onProgress?: (fraction: number) => void): readonly PlaceCell[] {
  let cells = firstCells(area).map((cell) => model.evaluate(cell, 0));
  const fine_m = FINE_PART * Math.max(area.east_m - area.west_m, area.north_m - area.south_m);
  let lastBest = Number.NEGATIVE_INFINITY;
  for (let level = 1, stage = 0; ; level++) {
    onProgress?.(Math.min(0.9, level / 6));
    const width = cells[0].width_m;
    const best = Math.max(...cells.map(({ lnEvidence }) => lnEvidence));
    // Cells wider than the plume see it blurred: while splitting still gains, the posterior is not known yet.
    const isFine = width <= fine_m || best - model.lnNull < HINT;
    const isResolved = isFine && best - lastBest < RESOLVED_GAIN;
    lastBest = best;
    const kept = strongest(cells, isResolved ? cells.length : MOST_SPLIT);
    const isWide = isResolved && (kept.length > MOST_SPLIT || effectiveCells(kept) >= ENOUGH_CELLS);
    const canSplit = !isWide && width > LEAST_WIDTH_M;
    if (stage === model.stages - 1 && !canSplit) break;
    stage = Math.min(model.stages - 1, stage + 1);
    cells = kept.flatMap((cell) =>
      (canSplit ? quarters(cell) : [cell]).map((square) => model.evaluate(square, stage, cell)),
    );
  }
  return cells;
}

function searchOf(model: PlaceModel, area: SearchArea, cells: readonly PlaceCell[]): Search {
  const width_m = cells[0].width_m;
  const lnTotal = lnSum(cells.map(({ lnEvidence }) => lnEvidence)) + Math.log((width_m * width_m) / areaOf(area));
  return { cells, width_m, lnNull: model.lnNull, lnBayesFactor: lnTotal - model.lnNull };
}

function areaOf({ west_m, south_m, east_m, north_m }: SearchArea): number {
  return (east_m - west_m) * (north_m - south_m);
}

export function firstCells({ west_m, south_m, east_m, north_m }: SearchArea): Square[] {
  const width_m = Math.max(east_m - west_m, north_m - south_m) / FIRST_CELLS;
  const columns = Math.max(1, Math.round((east_m - west_m) / width_m));
  const rows = Math.max(1, Math.round((north_m - south_m) / width_m));
  return Array.from({ length: columns * rows }, (_, i) => ({
    x_m: west_m + ((i % columns) + 0.5) * width_m,
    y_m: south_m + (Math.floor(i / columns) + 0.5) * width_m,
    width_m,
  }));
}

function quarters({ x_m, y_m, width_m }: Square): Square[] {
  const shift = width_m / 4;
  return [-1, 1].flatMap((sx) =>
    [-1, 1].map((sy) => ({ x_m: x_m + sx * shift, y_m: y_m + sy * shift, width_m: width_m / 2 })),
  );
}

function strongest(cells: readonly PlaceCell[], most: number): PlaceCell[] {
  const best = Math.max(...cells.map(({ lnEvidence }) => lnEvidence));
  return cells
    .filter(({ lnEvidence }) => lnEvidence > best - DROP)
    .sort((a, b) => b.lnEvidence - a.lnEvidence)
    .slice(0, most);
}

/** exp of the entropy of the cells' mass. */
export function effectiveCells(cells: readonly PlaceCell[]): number {
  const total = lnSum(cells.map(({ lnEvidence }) => lnEvidence));
  let entropy = 0;
  for (const { lnEvidence } of cells) entropy -= Math.exp(lnEvidence - total) * (lnEvidence - total);
  return Math.exp(entropy);
}

export function lnSum(values: readonly number[]): number {
  const most = Math.max(...values);
  if (most === Number.NEGATIVE_INFINITY) return most;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

/** Probability mass on a regular raster, rows south to north, columns west to east. Sums to 1. */
export interface FixedRaster {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  readonly mass: Float64Array;
}

/** The cells as a raster of probability. */
export function rasterOf({ cells, width_m }: Search): FixedRaster {
  const west_m = Math.min(...cells.map(({ x_m }) => x_m)) - width_m / 2;
  const south_m = Math.min(...cells.map(({ y_m }) => y_m)) - width_m / 2;
  const columns = Math.round((Math.max(...cells.map(({ x_m }) => x_m)) - west_m) / width_m + 0.5);
  const rows = Math.round((Math.max(...cells.map(({ y_m }) => y_m)) - south_m) / width_m + 0.5);
  const mass = new Float64Array(columns * rows);
  const total = lnSum(cells.map(({ lnEvidence }) => lnEvidence));
  for (const { x_m, y_m, lnEvidence } of cells) {
    const column = Math.round((x_m - west_m) / width_m - 0.5);
    const row = Math.round((y_m - south_m) / width_m - 0.5);
    mass[row * columns + column] = Math.exp(lnEvidence - total);
  }
  return { west_m, south_m, cell_m: width_m, columns, rows, mass };
}
