/** Numbers drawn from a search: mean, mode, raster and rate quantiles. */
import { forMesh, MESH_PER_RUNG, RUNG } from './evidence.ts';
import { type FixedRaster, lnSum, type PlaceCell, type SearchArea } from './place.ts';
import { rasterOf, type Search } from './search.ts';

export interface FixedPosterior {
  readonly raster: FixedRaster;
  readonly lnBayesFactor: number;
  readonly mean: { readonly x_m: number; readonly y_m: number };
  readonly mode: { readonly x_m: number; readonly y_m: number };
  readonly rate: { readonly p05: number; readonly p50: number; readonly p95: number };
  /** Posterior of the rate: probability of each of a ladder of rates [kg h-1], ascending. */
  readonly rates: { readonly rate_kgph: Float64Array; readonly mass: Float64Array };
  /** Posterior of the source's height above ground, at the nodes of its prior; absent where it was known. */
  readonly heights?: readonly { readonly height_m: number; readonly probability: number }[];
  /** Mass within one part in thirty of the area's edge. */
  readonly edgeMass: number;
}

const EDGE_PART = 1 / 30;

export function fixedPosterior(search: Search, area: SearchArea, rateBias: number): FixedPosterior {
  const total = lnSum(search.cells.map(({ lnEvidence }) => lnEvidence));
  const margin = EDGE_PART * Math.max(area.east_m - area.west_m, area.north_m - area.south_m);
  let [x_m, y_m, edgeMass] = [0, 0, 0];
  for (const cell of search.cells) {
    const mass = Math.exp(cell.lnEvidence - total);
    x_m += mass * cell.x_m;
    y_m += mass * cell.y_m;
    if (isNear(cell, area, margin)) edgeMass += mass;
  }
  const ordered = rateMasses(search.cells, rateBias);
  const at = (probability: number) => rateAt(ordered, probability);
  const mode = search.cells.reduce((a, b) => (b.lnEvidence > a.lnEvidence ? b : a));
  return {
    raster: rasterOf(search),
    lnBayesFactor: search.lnBayesFactor,
    mean: { x_m, y_m },
    mode: { x_m: mode.x_m, y_m: mode.y_m },
    rate: { p05: at(0.05), p50: at(0.5), p95: at(0.95) },
    rates: {
      rate_kgph: Float64Array.from(ordered, ([mesh]) => Math.exp(((mesh + 0.5) / MESH_PER_RUNG) * RUNG)),
      mass: Float64Array.from(ordered, ([, mass]) => mass),
    },
    edgeMass,
  };
}

function isNear({ x_m, y_m }: PlaceCell, { west_m, south_m, east_m, north_m }: SearchArea, margin: number): boolean {
  return x_m - west_m < margin || east_m - x_m < margin || y_m - south_m < margin || north_m - y_m < margin;
}

/** [index on the common mesh of ln rate, mass], ascending. */
type RateMasses = readonly (readonly [number, number])[];

/** Mixture of the cells' rate posteriors, convolved with the plume model's bias. */
function rateMasses(cells: readonly PlaceCell[], bias: number): RateMasses {
  const best = Math.max(...cells.flatMap(({ rates }) => rates.map(({ lnWeight }) => lnWeight)));
  const density = new Map<number, number>();
  for (const { rates } of cells) {
    for (const { lnWeight, evidence } of rates) {
      if (lnWeight < best - 20) continue;
      const offset = lnWeight - evidence.lnEvidence - best;
      forMesh(evidence.rungs, (mesh, lnL) => {
        density.set(mesh, (density.get(mesh) ?? 0) + Math.exp(lnL + offset));
      });
    }
  }
  const ordered = [...convolved(density, bias)].sort(([a], [b]) => a - b);
  const sum = ordered.reduce((total, [, mass]) => total + mass, 0);
  return ordered.map(([mesh, mass]) => [mesh, mass / sum]);
}

function rateAt(ordered: RateMasses, probability: number): number {
  let held = 0;
  for (const [mesh, mass] of ordered) {
    held += mass;
    // Within the mesh cell by its share of the mass.
    if (held >= probability) return Math.exp(((mesh + 1 - (held - probability) / mass) / MESH_PER_RUNG) * RUNG);
  }
  return Math.exp((ordered[ordered.length - 1][0] / MESH_PER_RUNG) * RUNG);
}

/** Mass per mesh index convolved with a normal of deviation `sd` in ln rate. */
function convolved(mass: Map<number, number>, sd: number): Map<number, number> {
  const meshSd = (sd / RUNG) * MESH_PER_RUNG;
  const reach = Math.ceil(4 * meshSd);
  const out = new Map<number, number>();
  for (const [mesh, value] of mass) {
    for (let shift = -reach; shift <= reach; shift++) {
      const weight = meshSd === 0 ? 1 : Math.exp(-0.5 * (shift / meshSd) ** 2);
      out.set(mesh + shift, (out.get(mesh + shift) ?? 0) + value * weight);
    }
  }
  return out;
}
