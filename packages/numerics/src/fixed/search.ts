/**
 * The posterior over the place of one source, exact on a grid that refines itself.
 *
 * Coarse cells use the response averaged over the cell and a part of the record, which widens their likelihood: a cell
 * is kept for splitting well below the best. The last levels use all of it. Cells of the last level are the posterior.
 */
import { climbed } from './climb.ts';
import {
  effectiveCells,
  type FixedRaster,
  firstCells,
  lnSum,
  type PlaceCell,
  type PlaceModel,
  type SearchArea,
  type Square,
} from './place.ts';

export interface Search {
  /** Cells of equal width that hold the posterior. */
  readonly cells: readonly PlaceCell[];
  readonly width_m: number;
  readonly lnNull: number;
  readonly lnBayesFactor: number;
}

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
