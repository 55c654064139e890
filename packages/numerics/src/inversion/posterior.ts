/** A searched area as a posterior: a raster of position, a histogram of rate, and the numbers drawn from them. */
import type { Area } from './flight.ts';
import { centreOf, type EvaluatedCell, type Lattice, largest, likeliest, type SearchedArea } from './grid.ts';

/** Probability mass on a regular raster, rows south to north, columns west to east. Sums to 1. */
export interface Raster {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  readonly mass: Float64Array;
}

export interface PlacePosterior {
  readonly raster: Raster;
  /** ln of the evidence of one source somewhere in the area against none. */
  readonly lnBayesFactor: number;
  /** ln of the evidence of a source at the mode. */
  readonly lnPeak: number;
  readonly mean: { readonly x_m: number; readonly y_m: number };
  readonly mode: { readonly x_m: number; readonly y_m: number };
  readonly rate: { readonly p05: number; readonly p50: number; readonly p95: number };
  /** Posterior probability of each rate node. */
  readonly rates_kgph: Float64Array;
  readonly rateMass: Float64Array;
  /** Places with their share of the mass and their own rates' [as `rates_kgph`]: place and rate are not independent. */
  readonly places: readonly PlaceMass[];
  /** Mass near the area's edge: a sign that the source may lie outside. */
  readonly edgeMass: number;
}

/** Lattice cells are interpolated onto this many raster cells a side. */
const SUBDIVISION = 3;
const RASTER_MOST_CELLS = 360;
/** Cells holding less than this in all are left out of the raster's extent. */
const RASTER_TAIL = 1e-5;
/** Part of the area's longer side that counts as its edge. */
const EDGE_PART = 0.03;

export function posteriorOf({ lattice, cells }: SearchedArea, area: Area, rates_kgph: Float64Array): PlacePosterior {
  const ln = lattice.lnBayesFactor;
  const best = largest(ln);
  let total = 0;
  for (const value of ln) total += Math.exp(value - best);
  const rateMass = rateHistogram(cells);
  const mode = cells.reduce((a, b) => (b.lnBayesFactor > a.lnBayesFactor ? b : a));
  const raster = rasterOf(lattice, total, best);
  let x = 0;
  let y = 0;
  let edgeMass = 0;
  for (let cell = 0; cell < ln.length; cell++) {
    const mass = Math.exp(ln[cell] - best) / total;
    const centre = centreOf(lattice, cell);
    x += mass * centre.x_m;
    y += mass * centre.y_m;
    if (isNearEdge(centre, lattice.cell_m, area)) edgeMass += mass;
  }
  return {
    raster,
    lnBayesFactor: best + Math.log(total / ln.length),
    lnPeak: mode.lnBayesFactor,
    mean: { x_m: x, y_m: y },
    mode: { x_m: mode.x_m, y_m: mode.y_m },
    rate: quantilesOf(rates_kgph, rateMass),
    rates_kgph,
    rateMass,
    places: placesOf(cells),
    edgeMass,
  };
}

/** One cell of a posterior. */
export interface PlaceMass {
  readonly x_m: number;
  readonly y_m: number;
  readonly mass: number;
  readonly rateMass: Float64Array;
}

/** Cells with less than this are left out. */
const LEAST_PLACE_MASS = 1e-4;

function placesOf(cells: readonly EvaluatedCell[]): PlaceMass[] {
  const best = cells.reduce((most, cell) => Math.max(most, cell.lnBayesFactor), Number.NEGATIVE_INFINITY);
  const total = cells.reduce((sum, cell) => sum + Math.exp(cell.lnBayesFactor - best), 0);
  const kept = cells.filter(({ lnBayesFactor }) => Math.exp(lnBayesFactor - best) >= LEAST_PLACE_MASS * total);
  const held = kept.reduce((sum, cell) => sum + Math.exp(cell.lnBayesFactor - best), 0);
  return kept.map(({ x_m, y_m, lnBayesFactor, rateLn }) => {
    const most = rateLn.reduce((high, ln) => Math.max(high, ln), Number.NEGATIVE_INFINITY);
    const rateMass = rateLn.map((ln) => Math.exp(ln - most));
    const sum = rateMass.reduce((all, value) => all + value, 0);
    return { x_m, y_m, mass: Math.exp(lnBayesFactor - best) / held, rateMass: rateMass.map((value) => value / sum) };
  });
}

function isNearEdge({ x_m, y_m }: { x_m: number; y_m: number }, cell_m: number, area: Area): boolean {
  const near = cell_m / 2 + Math.max(area.east_m - area.west_m, area.north_m - area.south_m) * EDGE_PART;
  return x_m - near < area.west_m || x_m + near > area.east_m || y_m - near < area.south_m || y_m + near > area.north_m;
}

/** Mixture of the cells' rate posteriors. */
function rateHistogram(cells: readonly EvaluatedCell[]): Float64Array {
  const best = cells.reduce((most, cell) => Math.max(most, cell.lnBayesFactor), Number.NEGATIVE_INFINITY);
  const rates = cells[0].rateLn.length;
  const mass = new Float64Array(rates);
  let sum = 0;
  for (const { rateLn } of cells) {
    for (let q = 0; q < rates; q++) {
      const m = Math.exp(rateLn[q] - best - Math.log(rates));
      mass[q] += m;
      sum += m;
    }
  }
  return mass.map((value) => value / sum);
}

/** Parts that a step between rate nodes is cut into. */
const RATE_PARTS = 16;

/** A density on equal steps of ln rate, on finer ones: geometric between the nodes, as a posterior of a rate is near log-normal. */
export function finerRates(rates: Float64Array, mass: Float64Array, parts = RATE_PARTS) {
  const step = rates.length > 1 ? Math.log(rates[1] / rates[0]) / parts : 0;
  const count = Math.max(1, (mass.length - 1) * parts + 1);
  const fine = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const q = Math.max(0, Math.min(mass.length - 2, Math.floor(i / parts)));
    const u = i / parts - q;
    const a = Math.log(Math.max(1e-300, mass[q]));
    const b = Math.log(Math.max(1e-300, mass[Math.min(mass.length - 1, q + 1)]));
    fine[i] = Math.exp((1 - u) * a + u * b);
    sum += fine[i];
  }
  return {
    rates_kgph: Float64Array.from(fine, (_, i) => rates[0] * Math.exp(i * step)),
    mass: fine.map((value) => value / sum),
    step,
  };
}

/** Quantiles of a density on equal steps of ln rate, interpolated between the nodes. */
export function quantilesOf(rates: Float64Array, mass: Float64Array): { p05: number; p50: number; p95: number } {
  const fine = finerRates(rates, mass);
  const at = (p: number): number => {
    let held = 0;
    for (let i = 0; i < fine.mass.length; i++) {
      if (held + fine.mass[i] >= p) {
        return fine.rates_kgph[i] * Math.exp(fine.step * ((p - held) / fine.mass[i] - 0.5));
      }
      held += fine.mass[i];
    }
    return rates[rates.length - 1];
  };
  return { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
}

/** Bilinear interpolation of ln mass onto finer cells, over the extent of the cells that matter. */
function rasterOf(lattice: Lattice, total: number, best: number): Raster {
  const ln = lattice.lnBayesFactor;
  const box = extentOfMass(lattice, total, best);
  const width = box.lastColumn - box.firstColumn + 1;
  const height = box.lastRow - box.firstRow + 1;
  const split = Math.max(1, Math.min(SUBDIVISION, Math.floor(RASTER_MOST_CELLS / Math.max(width, height))));
  const columns = width * split;
  const rows = height * split;
  const mass = new Float64Array(columns * rows);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const [row0, row1, v] = neighbours(box.firstRow + (r + 0.5) / split - 0.5, lattice.rows);
    for (let c = 0; c < columns; c++) {
      const [column0, column1, u] = neighbours(box.firstColumn + (c + 0.5) / split - 0.5, lattice.columns);
      const south = (1 - u) * ln[row0 * lattice.columns + column0] + u * ln[row0 * lattice.columns + column1];
      const north = (1 - u) * ln[row1 * lattice.columns + column0] + u * ln[row1 * lattice.columns + column1];
      const m = Math.exp((1 - v) * south + v * north - best);
      mass[r * columns + c] = m;
      sum += m;
    }
  }
  for (let i = 0; i < mass.length; i++) mass[i] /= sum;
  return {
    west_m: lattice.west_m + box.firstColumn * lattice.cell_m,
    south_m: lattice.south_m + box.firstRow * lattice.cell_m,
    cell_m: lattice.cell_m / split,
    columns,
    rows,
    mass,
  };
}

function neighbours(position: number, count: number): [number, number, number] {
  const clamped = Math.max(0, Math.min(count - 1, position));
  const low = Math.min(count - 1, Math.floor(clamped));
  return [low, Math.min(count - 1, low + 1), clamped - low];
}

function extentOfMass(lattice: Lattice, total: number, best: number) {
  const ln = lattice.lnBayesFactor;
  const order = likeliest(ln, 20);
  const box = { firstColumn: Infinity, lastColumn: -Infinity, firstRow: Infinity, lastRow: -Infinity };
  let held = 0;
  for (const cell of order) {
    if (held > 1 - RASTER_TAIL) break;
    held += Math.exp(ln[cell] - best) / total;
    const column = cell % lattice.columns;
    const row = Math.floor(cell / lattice.columns);
    box.firstColumn = Math.min(box.firstColumn, column);
    box.lastColumn = Math.max(box.lastColumn, column);
    box.firstRow = Math.min(box.firstRow, row);
    box.lastRow = Math.max(box.lastRow, row);
  }
  return box;
}
