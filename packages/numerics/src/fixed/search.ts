/**
 * The posterior over the place of one source, exact on a grid that refines itself.
 *
 * Coarse cells use the response averaged over the cell and a part of the steps, which tempers their likelihood: a cell
 * is kept for splitting well below the best. The last levels use every step. Cells of the last level are the posterior.
 */
import type { Raster } from '../inversion/posterior.ts';
import type { WeightedDeparture } from './departures.ts';
import { type PlaceEvidence, type RateRange, rateEvidence } from './evidence.ts';
import { type FilterInput, logLikelihood } from './filter.ts';
import type { Redundancy } from './redundancy.ts';
import { emptyResponse, fillResponse, type Response, type StepTables, viewsFrom } from './response.ts';

export interface SearchArea {
  readonly west_m: number;
  readonly south_m: number;
  readonly east_m: number;
  readonly north_m: number;
}

export interface SearchInput extends FilterInput {
  readonly tables: StepTables;
  readonly area: SearchArea;
  readonly range: RateRange;
  /** Readings per independent one, in time and in space (`redundancyOf`); ln L is divided by their product. */
  readonly redundancy: Redundancy;
  /** Errors of the whole record with their prior weights, summing to 1. */
  readonly departures: readonly WeightedDeparture[];
  /** Fewer of them, enough to sift the first level. */
  readonly firstDepartures: readonly WeightedDeparture[];
  /** Response in ppm of sources already found or registered, added to every hypothesis. */
  readonly known?: Response;
  readonly onProgress?: (fraction: number) => void;
}

export interface DepartureEvidence {
  readonly from: WeightedDeparture;
  readonly lnWeight: number;
  readonly evidence: PlaceEvidence;
}

export interface PlaceCell {
  readonly x_m: number;
  readonly y_m: number;
  readonly width_m: number;
  /** ln evidence of a source in this cell, its prior area not counted. */
  readonly lnEvidence: number;
  /** Mixture over departures: ln weight and rungs of each. */
  readonly rates: readonly DepartureEvidence[];
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
/** Steps used at the first level; four times as many at each next one, to `STEPS_PER_PERSISTENCE`. */
const FIRST_STEPS = 64;
const STEPS_PER_PERSISTENCE = 5;
/** ln evidence below the best at which a cell is dropped. */
const DROP = 10;
const DEPARTURE_DROP = 6;
/** Gain in ln evidence by halving cells below which they are fine enough. */
const RESOLVED_GAIN = 1.5;
/** Cells wider than this part of the area are never fine enough where the record hints at a source. */
const FINE_PART = 0.006;
const HINT = 2;
/** More cells than this are not split: the posterior is as wide as that. */
const MOST_SPLIT = 100;
const GUESS_KGPH = 1;

export function searchPlace(input: SearchInput): Search {
  const count = input.problem.steps.length;
  const response = emptyResponse(input.problem.value_ppm.length);
  const last = Math.max(1, Math.floor(input.redundancy.time / STEPS_PER_PERSISTENCE));
  const lnNull = nullLikelihood(input, last);
  let stride = Math.max(last, Math.floor(count / FIRST_STEPS));
  let cells = firstCells(input.area).map((cell) =>
    evaluate(input, response, cell, stride, guesses(input.firstDepartures, GUESS_KGPH)),
  );
  const fine_m = FINE_PART * Math.max(input.area.east_m - input.area.west_m, input.area.north_m - input.area.south_m);
  let lastBest = Number.NEGATIVE_INFINITY;
  for (let level = 1; ; level++) {
    input.onProgress?.(Math.min(0.9, level / 6));
    const width = cells[0].width_m;
    const best = Math.max(...cells.map(({ lnEvidence }) => lnEvidence));
    // Cells wider than the plume see it blurred: while splitting still gains, the posterior is not known yet.
    const isFine = width <= fine_m || (input.firstDepartures.length === 1 && best - lnNull < HINT);
    const isResolved = isFine && best - lastBest < RESOLVED_GAIN;
    lastBest = best;
    const kept = strongest(cells, isResolved ? cells.length : MOST_SPLIT);
    const isWide = isResolved && (kept.length > MOST_SPLIT || effectiveCells(kept) >= ENOUGH_CELLS);
    const canSplit = !isWide && width > LEAST_WIDTH_M;
    if (stride === last && !canSplit) break;
    stride = Math.max(last, Math.floor(stride / 4));
    const next = (cell: PlaceCell) => (level === 1 ? guesses(input.departures, guessOf(cell)) : survivors(cell));
    cells = kept.flatMap((cell) =>
      (canSplit ? quarters(cell) : [cell]).map((square) => evaluate(input, response, square, stride, next(cell))),
    );
  }
  const area = (input.area.east_m - input.area.west_m) * (input.area.north_m - input.area.south_m);
  const width_m = cells[0].width_m;
  const lnTotal = lnSum(cells.map(({ lnEvidence }) => lnEvidence)) + Math.log((width_m * width_m) / area);
  return { cells, width_m, lnNull, lnBayesFactor: lnTotal - lnNull };
}

/** ln likelihood, per independent reading, without a source (but with the known ones). */
export function nullLikelihood(input: SearchInput, stride: number): number {
  const none = emptyResponse(input.problem.value_ppm.length);
  return input.known === undefined
    ? temperedLikelihood(input, none, 0, stride)
    : temperedLikelihood(input, input.known, 1, stride);
}

/** ln L divided by the redundancy left after taking every `stride`-th step. */
export function temperedLikelihood(input: SearchInput, response: Response, rate: number, stride: number): number {
  return (
    logLikelihood(input, response, rate, stride) /
    (Math.max(1, input.redundancy.time / stride) * input.redundancy.space)
  );
}

type Square = { readonly x_m: number; readonly y_m: number; readonly width_m: number };

function firstCells({ west_m, south_m, east_m, north_m }: SearchArea): Square[] {
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

interface Guess {
  readonly from: WeightedDeparture;
  readonly rate_kgph: number;
}

function guesses(departures: readonly WeightedDeparture[], rate_kgph: number): Guess[] {
  return departures.map((from) => ({ from, rate_kgph }));
}

/** Departures that a cell has left, each with its own rate; the others hold less than e^-DROP of it. */
function survivors({ rates }: PlaceCell): Guess[] {
  const best = Math.max(...rates.map(({ lnWeight }) => lnWeight));
  return rates
    .filter(({ lnWeight }) => lnWeight > best - DEPARTURE_DROP)
    .map(({ from, evidence }) => ({ from, rate_kgph: evidence.bestRate_kgph }));
}

function evaluate(
  input: SearchInput,
  response: Response,
  square: Square,
  stride: number,
  departures: readonly Guess[],
): PlaceCell {
  const views = viewsFrom(input.problem, square);
  const { x_m, y_m, width_m } = square;
  const rates = departures.map(({ from, rate_kgph }) => {
    fillResponse(input.problem, input.tables, square, from.departure, response, stride, views);
    const evidence = rateEvidence(
      (rate) =>
        input.known === undefined
          ? temperedLikelihood(input, response, rate, stride)
          : temperedLikelihood(input, withKnown(response, rate, input.known), 1, stride),
      rate_kgph,
      input.range,
    );
    return { from, lnWeight: Math.log(from.weight) + evidence.lnEvidence, evidence };
  });
  return { x_m, y_m, width_m, lnEvidence: lnSum(rates.map(({ lnWeight }) => lnWeight)), rates };
}

/** Responses of the known sources [ppm] plus `rate` of this one. */
export function withKnown(response: Response, rate: number, known: Response): Response {
  const sum = (a: Float64Array, b: Float64Array) => a.map((value, i) => rate * value + b[i]);
  return {
    mean: sum(response.mean, known.mean),
    byDirection: sum(response.byDirection, known.byDirection),
    byHeight: sum(response.byHeight, known.byHeight),
    edge: sum(response.edge, known.edge),
  };
}

function guessOf(cell: PlaceCell): number {
  return cell.rates.reduce((a, b) => (b.lnWeight > a.lnWeight ? b : a)).evidence.bestRate_kgph;
}

function strongest(cells: readonly PlaceCell[], most: number): PlaceCell[] {
  const best = Math.max(...cells.map(({ lnEvidence }) => lnEvidence));
  return cells
    .filter(({ lnEvidence }) => lnEvidence > best - DROP)
    .sort((a, b) => b.lnEvidence - a.lnEvidence)
    .slice(0, most);
}

/** exp of the entropy of the cells' mass. */
function effectiveCells(cells: readonly PlaceCell[]): number {
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

/** The cells as a raster of probability. */
export function rasterOf({ cells, width_m }: Search): Raster {
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
