/** What a search works on: an area, its cells, and a model of the record that gives each cell's evidence. */
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

export interface PlacedSource extends Square {
  readonly rate_kgph: number;
  /** Where the problem's is not it. */
  readonly sourceHeight_m?: number;
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
  /** Error of where the plume seems to begin, for a source there; undefined where no instrument is in its plume. */
  displacementAt(place: PlacedSource): Displacement | undefined;
  /** Background and background with a source, per row [ppm]. */
  trace(source: PlacedSource | undefined): RecordTrace;
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

/** Probability mass on a regular raster, rows south to north, columns west to east. Sums to 1. */
export interface FixedRaster {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  readonly mass: Float64Array;
}

/** Cells across the longer side at the first level. */
const FIRST_CELLS = 24;

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
