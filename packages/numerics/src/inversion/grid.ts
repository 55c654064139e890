/**
 * Search of an area on nested lattices: every place is looked at roughly, what is likely is divided, and the lattice
 * on which the likely part has enough cells is evaluated in full, best first, until what is left cannot matter.
 */
import type { Area } from './flight.ts';

/** Fills `rateLn` and returns the ln Bayes factor of a source at (x, y). */
/** ln Bayes factor of a source somewhere in the square cell at (x, y). */
export type EvaluateRoughly = (x: number, y: number, cell_m: number) => number;

export type EvaluatePlace = (x: number, y: number, rateLn: Float64Array) => number;

/** ln Bayes factor on a regular lattice of square cells, rows south to north. */
export interface Lattice {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  readonly lnBayesFactor: Float64Array;
}

/** A place evaluated in full. */
export interface EvaluatedCell {
  readonly cell: number;
  readonly lnBayesFactor: number;
  readonly rateLn: Float64Array;
}

export interface SearchedArea {
  readonly lattice: Lattice;
  readonly cells: readonly EvaluatedCell[];
}

export interface SearchLimits {
  /** Cells along the longer side at the first look. */
  readonly coarseCells: number;
  /** Rough ln Bayes factors within this of the best are divided. */
  readonly divideWithin: number;
  /**
   * The best so many are divided whatever they lack: strong plumes make a likelihood of spikes narrower than a first
   * cell, hundreds of nats apart, and the right one is often not the best of its level.
   */
  readonly leastDivided: number;
  /** Division ends at this many cells within `likelyWithin` of the best, or at this size. */
  readonly enoughCells: number;
  readonly likelyWithin: number;
  readonly finestCell_m: number;
  readonly mostRough: number;
  /** Full evaluations end when what is left is estimated to hold less than this. */
  readonly leftOver: number;
  readonly mostCells: number;
}

export const SEARCH_LIMITS: SearchLimits = {
  coarseCells: 26,
  divideWithin: 9,
  leastDivided: 48,
  enoughCells: 260,
  likelyWithin: 4.5,
  finestCell_m: 1,
  mostRough: 900,
  leftOver: 0.004,
  mostCells: 420,
};

/** Limits for a flight of so many passes over so large an area: long flights look over a finer first lattice, then at fewer cells. */
export function limitsFor(passes: number): SearchLimits {
  if (passes <= MANY_PASSES) return SEARCH_LIMITS;
  return { ...SEARCH_LIMITS, coarseCells: 36, mostRough: 500, enoughCells: 160, mostCells: 200 };
}

const MANY_PASSES = 40;
/** Cells this much below the best hold nothing [nats]. */
const OUT_OF_REACH = 30;
/** The best so many are divided whatever they lack on lattices up to this size; later what matters is evaluated. */
const SMALL_LATTICE = 12_000;
/** A lattice larger than this is no longer divided: sorting it would cost more than it shows. */
const MOST_LATTICE_CELLS = 2e6;

/** Rough ln Bayes factors on nested lattices; returns the finest, cells not divided carrying their parent's value. */
export function searchRoughly(
  area: Area,
  evaluate: EvaluateRoughly,
  limits: SearchLimits,
  step: (fraction: number) => void = () => {},
): Lattice {
  let lattice = emptyLattice(area, limits.coarseCells);
  for (let cell = 0; cell < lattice.lnBayesFactor.length; cell++) {
    if (cell % 64 === 0) step((0.7 * cell) / lattice.lnBayesFactor.length);
    const { x_m, y_m } = centreOf(lattice, cell);
    lattice.lnBayesFactor[cell] = evaluate(x_m, y_m, lattice.cell_m);
  }
  while (lattice.cell_m > 1.9 * limits.finestCell_m && lattice.lnBayesFactor.length < MOST_LATTICE_CELLS / 4) {
    const best = largest(lattice.lnBayesFactor);
    let likely = 0;
    for (const ln of lattice.lnBayesFactor) if (ln > best - limits.likelyWithin) likely++;
    if (likely >= limits.enoughCells) break;
    lattice = divide(lattice, best - limits.divideWithin, limits, evaluate);
    step(0.85);
  }
  return lattice;
}

/** Full evaluation of the likely cells of a roughly searched lattice. Others keep rough values, shifted to fit. */
export function evaluateLikely(
  rough: Lattice,
  rates: number,
  evaluate: EvaluatePlace,
  limits: SearchLimits,
  step: (fraction: number) => void = () => {},
): SearchedArea {
  const ln = rough.lnBayesFactor;
  const order = likeliest(ln, OUT_OF_REACH);
  const full = Float64Array.from(ln);
  const cells: EvaluatedCell[] = [];
  const block = 32;
  let shift = 0;
  for (let next = 0; next < order.length && cells.length < limits.mostCells; ) {
    for (const end = Math.min(order.length, next + block); next < end; next++) {
      const { x_m, y_m } = centreOf(rough, order[next]);
      const rateLn = new Float64Array(rates);
      const lnBayesFactor = evaluate(x_m, y_m, rateLn);
      full[order[next]] = lnBayesFactor;
      cells.push({ cell: order[next], lnBayesFactor, rateLn });
    }
    step(Math.min(0.99, cells.length / limits.mostCells));
    const recent = cells.slice(-2 * block).map(({ cell, lnBayesFactor }) => lnBayesFactor - ln[cell]);
    shift = recent.sort((a, b) => a - b)[recent.length >> 1];
    const best = cells.reduce((most, cell) => Math.max(most, cell.lnBayesFactor), Number.NEGATIVE_INFINITY);
    let held = 0;
    let left = 0;
    for (const cell of cells) held += Math.exp(cell.lnBayesFactor - best);
    for (let rest = next; rest < order.length; rest++) left += Math.exp(Math.min(50, ln[order[rest]] + shift - best));
    if (left < limits.leftOver * held) break;
  }
  const isFull = new Uint8Array(full.length);
  for (const { cell } of cells) isFull[cell] = 1;
  for (let cell = 0; cell < full.length; cell++) if (isFull[cell] === 0) full[cell] += shift;
  return { lattice: { ...rough, lnBayesFactor: full }, cells };
}

export function centreOf(lattice: Lattice, cell: number): { x_m: number; y_m: number } {
  return {
    x_m: lattice.west_m + ((cell % lattice.columns) + 0.5) * lattice.cell_m,
    y_m: lattice.south_m + (Math.floor(cell / lattice.columns) + 0.5) * lattice.cell_m,
  };
}

/** Cells within so many nats of the best, best first; ties by number. */
export function likeliest(ln: Float64Array, within: number): number[] {
  const least = largest(ln) - within;
  const cells: number[] = [];
  for (let cell = 0; cell < ln.length; cell++) if (ln[cell] >= least) cells.push(cell);
  return cells.sort((a, b) => ln[b] - ln[a] || a - b);
}

export function largest(values: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** Square cells that cover the area, centred on it. */
function emptyLattice(area: Area, cellsAlong: number): Lattice {
  const width = area.east_m - area.west_m;
  const height = area.north_m - area.south_m;
  const cell_m = Math.max(width, height) / cellsAlong;
  const columns = Math.max(1, Math.ceil(width / cell_m - 1e-6));
  const rows = Math.max(1, Math.ceil(height / cell_m - 1e-6));
  return {
    west_m: (area.west_m + area.east_m - columns * cell_m) / 2,
    south_m: (area.south_m + area.north_m - rows * cell_m) / 2,
    cell_m,
    columns,
    rows,
    lnBayesFactor: new Float64Array(columns * rows),
  };
}

/** Halves the cells; children of cells above the threshold are evaluated, at most `mostRough`, best parents first. */
function divide(parent: Lattice, threshold: number, limits: SearchLimits, evaluate: EvaluateRoughly): Lattice {
  const columns = 2 * parent.columns;
  const rows = 2 * parent.rows;
  const child: Lattice = {
    ...parent,
    cell_m: parent.cell_m / 2,
    columns,
    rows,
    lnBayesFactor: new Float64Array(columns * rows),
  };
  const ln = parent.lnBayesFactor;
  const least = ln.length <= SMALL_LATTICE ? limits.leastDivided : 0;
  const order = likeliest(ln, least > 0 ? Number.POSITIVE_INFINITY : limits.divideWithin);
  const chosen = new Set(
    order.filter((cell, rank) => ln[cell] > threshold || rank < least).slice(0, limits.mostRough / 4),
  );
  for (let cell = 0; cell < child.lnBayesFactor.length; cell++) {
    const above = (Math.floor(cell / columns) >> 1) * parent.columns + ((cell % columns) >> 1);
    if (chosen.has(above)) {
      const { x_m, y_m } = centreOf(child, cell);
      child.lnBayesFactor[cell] = evaluate(x_m, y_m, child.cell_m);
    } else {
      child.lnBayesFactor[cell] = ln[above];
    }
  }
  return child;
}
