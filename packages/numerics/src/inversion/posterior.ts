/** Leaves of the quadtree as a posterior: a raster of position, a histogram of rate, and the numbers drawn from them. */
import type { Area } from './flight.ts';
import type { Leaf } from './grid.ts';

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
  readonly mean: { readonly x_m: number; readonly y_m: number };
  readonly mode: { readonly x_m: number; readonly y_m: number };
  readonly rate: { readonly p05: number; readonly p50: number; readonly p95: number };
  /** Posterior probability of each rate node. */
  readonly rateMass: Float64Array;
  /** Mass in the outermost coarse cells: a sign that the source may lie outside the area. */
  readonly edgeMass: number;
}

const RASTER_MOST_CELLS = 400;
/** Leaves holding less than this in all are left out of the raster's extent. */
const RASTER_TAIL = 1e-6;

export function posteriorOf(leaves: readonly Leaf[], area: Area, rates_kgph: Float64Array): PlacePosterior {
  const lnMass = leaves.map((leaf) => leaf.lnBayesFactor + 2 * Math.log(leaf.size_m));
  const largest = Math.max(...lnMass);
  const weight = Float64Array.from(lnMass, (ln) => Math.exp(ln - largest));
  const total = weight.reduce((sum, w) => sum + w, 0);
  for (let i = 0; i < weight.length; i++) weight[i] /= total;
  const areaSize = (area.east_m - area.west_m) * (area.north_m - area.south_m);
  const rateMass = rateHistogram(leaves, weight);
  let best = 0;
  let x = 0;
  let y = 0;
  let edgeMass = 0;
  leaves.forEach((leaf, i) => {
    x += weight[i] * leaf.x_m;
    y += weight[i] * leaf.y_m;
    if (leaf.lnBayesFactor > leaves[best].lnBayesFactor) best = i;
    if (touchesEdge(leaf, area)) edgeMass += weight[i];
  });
  return {
    raster: rasterOf(leaves, weight),
    lnBayesFactor: largest + Math.log(total) - Math.log(areaSize),
    mean: { x_m: x, y_m: y },
    mode: { x_m: leaves[best].x_m, y_m: leaves[best].y_m },
    rate: quantilesOf(rates_kgph, rateMass),
    rateMass,
    edgeMass,
  };
}

function touchesEdge({ x_m, y_m, size_m }: Leaf, area: Area): boolean {
  const near = size_m / 2 + Math.max(area.east_m - area.west_m, area.north_m - area.south_m) * 0.03;
  return x_m - near < area.west_m || x_m + near > area.east_m || y_m - near < area.south_m || y_m + near > area.north_m;
}

function rateHistogram(leaves: readonly Leaf[], weight: Float64Array): Float64Array {
  const rates = leaves[0].rateLn.length;
  const mass = new Float64Array(rates);
  leaves.forEach((leaf, i) => {
    if (weight[i] < 1e-12) return;
    let sum = 0;
    for (let q = 0; q < rates; q++) sum += Math.exp(leaf.rateLn[q] - leaf.lnBayesFactor);
    for (let q = 0; q < rates; q++) mass[q] += (weight[i] * Math.exp(leaf.rateLn[q] - leaf.lnBayesFactor)) / sum;
  });
  return mass;
}

/** Quantiles of a density on equal steps of ln rate: each node's mass spread evenly over its step. */
export function quantilesOf(rates: Float64Array, mass: Float64Array): { p05: number; p50: number; p95: number } {
  const step = rates.length > 1 ? Math.log(rates[1] / rates[0]) : 0;
  const at = (p: number): number => {
    let sum = 0;
    for (let q = 0; q < mass.length; q++) {
      if (sum + mass[q] >= p) return rates[q] * Math.exp(step * ((p - sum) / mass[q] - 0.5));
      sum += mass[q];
    }
    return rates[rates.length - 1];
  };
  return { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
}

/** Raster at the size of the smallest leaf with mass, over the extent of the leaves that matter. */
function rasterOf(leaves: readonly Leaf[], weight: Float64Array): Raster {
  const order = leaves.map((_, i) => i).sort((a, b) => weight[b] - weight[a]);
  const kept: number[] = [];
  let mass = 0;
  for (const i of order) {
    if (mass > 1 - RASTER_TAIL) break;
    kept.push(i);
    mass += weight[i];
  }
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  let cell = Infinity;
  for (const i of kept) {
    const { x_m, y_m, size_m } = leaves[i];
    west = Math.min(west, x_m - size_m / 2);
    east = Math.max(east, x_m + size_m / 2);
    south = Math.min(south, y_m - size_m / 2);
    north = Math.max(north, y_m + size_m / 2);
    cell = Math.min(cell, size_m);
  }
  while (Math.max(east - west, north - south) / cell > RASTER_MOST_CELLS) cell *= 2;
  const columns = Math.max(1, Math.round((east - west) / cell));
  const rows = Math.max(1, Math.round((north - south) / cell));
  const raster = new Float64Array(columns * rows);
  for (const i of kept) spreadLeaf(leaves[i], weight[i] / mass, { west, south, cell, columns, rows }, raster);
  return { west_m: west, south_m: south, cell_m: cell, columns, rows, mass: raster };
}

/** A leaf's mass evenly over the raster cells it covers. */
function spreadLeaf(
  { x_m, y_m, size_m }: Leaf,
  mass: number,
  grid: { west: number; south: number; cell: number; columns: number; rows: number },
  raster: Float64Array,
): void {
  const span = Math.max(1, Math.round(size_m / grid.cell));
  const column = Math.max(
    0,
    Math.min(grid.columns - span, Math.floor((x_m - size_m / 2 - grid.west) / grid.cell + 0.25)),
  );
  const row = Math.max(0, Math.min(grid.rows - span, Math.floor((y_m - size_m / 2 - grid.south) / grid.cell + 0.25)));
  for (let r = row; r < Math.min(grid.rows, row + span); r++) {
    for (let c = column; c < Math.min(grid.columns, column + span); c++)
      raster[r * grid.columns + c] += mass / span ** 2;
  }
}
