/**
 * Search of an area on nested lattices: every place is looked at roughly, what is likely is divided, and the lattice
 * on which the likely part has enough cells is evaluated in full, best first, until what is left cannot matter.
 */
import type { Area } from './flight.ts';

/** ln Bayes factor of a source somewhere in the square cell at (x, y). */
export type EvaluateRoughly = (x: number, y: number, cell_m: number) => number;

/** The same in full; fills `rateLn`. */
export type EvaluatePlace = (x: number, y: number, rateLn: Float64Array, cell_m: number) => number;

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
  readonly x_m: number;
  readonly y_m: number;
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
  /** Full evaluation begins on at most so many cells and ends at most at so many. */
  readonly startCells: number;
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
  startCells: 60,
  mostCells: 420,
};

/** Limits for a flight of so many passes over so large an area: long flights look over a finer first lattice, then at fewer cells. */
export function limitsFor(passes: number): SearchLimits {
  if (passes <= MANY_PASSES) return SEARCH_LIMITS;
  return { ...SEARCH_LIMITS, coarseCells: 36, mostRough: 600, enoughCells: 130, mostCells: 420 };
}

const MANY_PASSES = 40;
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

/**
 * Full evaluation about the likely part of a roughly searched lattice. It begins on cells coarse enough that all of
 * it is covered, grows until its rim is unlikely, and divides cells that hold mass and differ from their neighbours.
 * The rough values only say where to begin: they and the full ones differ by nats.
 */
export function evaluateLikely(
  rough: Lattice,
  rates: number,
  evaluate: EvaluatePlace,
  limits: SearchLimits,
  step: (fraction: number) => void = () => {},
): SearchedArea {
  let level: FullLevel = { lattice: coarsened(rough, limits.startCells), rateLn: new Map() };
  level.lattice.lnBayesFactor.set(lowered(level.lattice.lnBayesFactor));
  let spent = 0;
  const look = (cells: Iterable<number>) => {
    for (const cell of cells) {
      const { x_m, y_m } = centreOf(level.lattice, cell);
      const rateLn = new Float64Array(rates);
      level.lattice.lnBayesFactor[cell] = evaluate(x_m, y_m, rateLn, level.lattice.cell_m);
      level.rateLn.set(cell, rateLn);
      spent++;
      if (spent % 16 === 0) step(Math.min(0.99, spent / limits.mostCells));
    }
  };
  look(likeliest(level.lattice.lnBayesFactor, START_WITHIN));
  for (;;) {
    for (let rim = rimOf(level); rim.length > 0 && spent < limits.mostCells; rim = rimOf(level)) look(rim);
    const marked = unevenCells(level);
    const isFine =
      level.lattice.cell_m < 1.9 * limits.finestCell_m || level.lattice.lnBayesFactor.length > MOST_LATTICE_CELLS;
    if (isFine || marked.length === 0 || spent + 4 * marked.length > limits.mostCells) break;
    level = halved(level, marked);
    look(childrenOf(level.lattice, marked));
  }
  const cells: EvaluatedCell[] = [];
  for (const [cell, rateLn] of level.rateLn) {
    cells.push({ ...centreOf(level.lattice, cell), lnBayesFactor: level.lattice.lnBayesFactor[cell], rateLn });
  }
  return { lattice: level.lattice, cells };
}

/** A lattice with the cells evaluated in full on it, or on a coarser one from which they were inherited. */
interface FullLevel {
  readonly lattice: Lattice;
  readonly rateLn: Map<number, Float64Array>;
}

/** Cells within so many nats are where full evaluation begins; a rim within so many of the best grows. */
const START_WITHIN = 8;
const RIM_WITHIN = 6;
/** Cells holding more than this part of the mass are divided where a neighbour differs by so many nats. */
const LEAST_MASS = 1.5e-3;
const UNEVEN = 1;

/** Rough values put well below what will be evaluated: a place not looked at holds nothing. */
function lowered(ln: Float64Array): Float64Array {
  const best = largest(ln);
  return ln.map((value) => (value >= best - START_WITHIN ? value : value - START_WITHIN));
}

/** Halves the resolution until the likely part has at most `most` cells. A parent is the mean of its cells. */
function coarsened(fine: Lattice, most: number): Lattice {
  let lattice = { ...fine, lnBayesFactor: Float64Array.from(fine.lnBayesFactor) };
  while (likeliest(lattice.lnBayesFactor, START_WITHIN).length > most && lattice.columns > 4 && lattice.rows > 4) {
    const columns = Math.ceil(lattice.columns / 2);
    const rows = Math.ceil(lattice.rows / 2);
    const ln = new Float64Array(columns * rows).fill(Number.NEGATIVE_INFINITY);
    for (let cell = 0; cell < lattice.lnBayesFactor.length; cell++) {
      const parent = (Math.floor(cell / lattice.columns) >> 1) * columns + ((cell % lattice.columns) >> 1);
      ln[parent] = lnSum(ln[parent], lattice.lnBayesFactor[cell] - Math.log(4));
    }
    lattice = { ...lattice, cell_m: 2 * lattice.cell_m, columns, rows, lnBayesFactor: ln };
  }
  return lattice;
}

function lnSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
}

/** Cells not yet evaluated beside one that is likely. */
function rimOf({ lattice, rateLn }: FullLevel): number[] {
  const ln = lattice.lnBayesFactor;
  let best = Number.NEGATIVE_INFINITY;
  for (const cell of rateLn.keys()) best = Math.max(best, ln[cell]);
  const rim = new Set<number>();
  for (const cell of rateLn.keys()) {
    if (ln[cell] < best - RIM_WITHIN) continue;
    for (const next of besides(lattice, cell)) if (!rateLn.has(next)) rim.add(next);
  }
  return [...rim].sort((a, b) => a - b);
}

/** Evaluated cells with mass that differ from a neighbour which is not nothing. */
function unevenCells({ lattice, rateLn }: FullLevel): number[] {
  const ln = lattice.lnBayesFactor;
  let best = Number.NEGATIVE_INFINITY;
  for (const cell of rateLn.keys()) best = Math.max(best, ln[cell]);
  let total = 0;
  for (const cell of rateLn.keys()) total += Math.exp(ln[cell] - best);
  return [...rateLn.keys()]
    .filter((cell) => {
      if (Math.exp(ln[cell] - best) < LEAST_MASS * total) return false;
      return besides(lattice, cell).some((next) => Math.abs(ln[next] - ln[cell]) > UNEVEN);
    })
    .sort((a, b) => a - b);
}

/** The four cells that share a side. */
function besides({ columns, rows }: Lattice, cell: number): number[] {
  const column = cell % columns;
  const row = Math.floor(cell / columns);
  const near: number[] = [];
  if (column > 0) near.push(cell - 1);
  if (column < columns - 1) near.push(cell + 1);
  if (row > 0) near.push(cell - columns);
  if (row < rows - 1) near.push(cell + columns);
  return near;
}

/** The next finer level: values interpolated, evaluated cells handed down to their children, but for those to divide. */
function halved({ lattice, rateLn }: FullLevel, divided: readonly number[]): FullLevel {
  const columns = 2 * lattice.columns;
  const rows = 2 * lattice.rows;
  const child: Lattice = {
    ...lattice,
    cell_m: lattice.cell_m / 2,
    columns,
    rows,
    lnBayesFactor: new Float64Array(columns * rows),
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      child.lnBayesFactor[row * columns + column] = interpolated(lattice, (column - 0.5) / 2, (row - 0.5) / 2);
    }
  }
  const again = new Set(divided);
  const handed = new Map<number, Float64Array>();
  for (const [cell, rateOf] of rateLn) {
    if (again.has(cell)) continue;
    for (const part of childrenOf(child, [cell])) handed.set(part, rateOf);
  }
  return { lattice: child, rateLn: handed };
}

function childrenOf(child: Lattice, parents: readonly number[]): number[] {
  const columns = child.columns / 2;
  return parents.flatMap((parent) => {
    const corner = 2 * Math.floor(parent / columns) * child.columns + 2 * (parent % columns);
    return [corner, corner + 1, corner + child.columns, corner + child.columns + 1];
  });
}

/** Bilinear in ln at a position counted in cells; -Infinity only beside nothing else. */
function interpolated({ columns, rows, lnBayesFactor: ln }: Lattice, column: number, row: number): number {
  const c = Math.max(0, Math.min(columns - 1, column));
  const r = Math.max(0, Math.min(rows - 1, row));
  const c0 = Math.floor(c);
  const r0 = Math.floor(r);
  const c1 = Math.min(columns - 1, c0 + 1);
  const r1 = Math.min(rows - 1, r0 + 1);
  const [u, v] = [c - c0, r - r0];
  const south = (1 - u) * ln[r0 * columns + c0] + u * ln[r0 * columns + c1];
  const north = (1 - u) * ln[r1 * columns + c0] + u * ln[r1 * columns + c1];
  return (1 - v) * south + v * north;
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
