/**
 * Adaptive quadtree over an area: every place is evaluated coarsely, and what carries posterior mass is divided until
 * the region is resolved. Mass of a leaf is exp(ln likelihood at its centre) times its area (uniform prior).
 */
import type { Area } from './flight.ts';

/** Fills `rateLn` and returns the ln Bayes factor of a source at (x, y); roughly for the first look at the area. */
export type EvaluatePlace = (x: number, y: number, rateLn: Float64Array, rough: boolean) => number;

/** A square of the tree, not divided further. */
export interface Leaf {
  readonly x_m: number;
  readonly y_m: number;
  readonly size_m: number;
  readonly lnBayesFactor: number;
  /** ln likelihood ratio at each rate. */
  readonly rateLn: Float64Array;
}

export interface GridLimits {
  /** Cells along the longer side at the first level. */
  readonly coarseCells: number;
  readonly finestCell_m: number;
  /** Leaves within this many nats of the best are divided, at the coarsest level; half of it at the finest. */
  readonly keepWithin: number;
  /** Division ends when the region of 90 % is resolved by this many leaves. */
  readonly enoughLeaves: number;
  readonly mostLeavesDivided: number;
}

export const GRID_LIMITS: GridLimits = {
  coarseCells: 26,
  finestCell_m: 3,
  keepWithin: 11,
  enoughLeaves: 250,
  mostLeavesDivided: 150,
};

/** Evaluates the area coarse to fine. `step` is called between blocks of work; it may throw to cancel. */
export function divideArea(
  area: Area,
  rates: number,
  evaluate: EvaluatePlace,
  limits: GridLimits = GRID_LIMITS,
  step: (fraction: number) => void = () => {},
): Leaf[] {
  const width = area.east_m - area.west_m;
  const height = area.north_m - area.south_m;
  const size = Math.max(width, height) / limits.coarseCells;
  const columns = Math.max(1, Math.ceil(width / size - 1e-9));
  const rows = Math.max(1, Math.ceil(height / size - 1e-9));
  const place = (x_m: number, y_m: number, size_m: number, rough: boolean): Leaf => {
    const rateLn = new Float64Array(rates);
    return { x_m, y_m, size_m, lnBayesFactor: evaluate(x_m, y_m, rateLn, rough), rateLn };
  };
  let leaves: Leaf[] = [];
  for (let row = 0; row < rows; row++) {
    step((0.5 * row) / rows);
    for (let column = 0; column < columns; column++) {
      leaves.push(place(area.west_m + (column + 0.5) * size, area.south_m + (row + 0.5) * size, size, true));
    }
  }
  for (let level = 1; ; level++) {
    const chosen = leavesToDivide(leaves, level, limits);
    if (chosen.size === 0) return leaves;
    const next: Leaf[] = [];
    let done = 0;
    for (const leaf of leaves) {
      if (!chosen.has(leaf)) {
        next.push(leaf);
        continue;
      }
      if (done++ % 32 === 0) step(Math.min(0.99, 0.5 + 0.5 * (1 - 0.6 ** (level - 1 + done / chosen.size))));
      const quarter = leaf.size_m / 4;
      for (const [sx, sy] of [
        [-1, -1],
        [1, -1],
        [-1, 1],
        [1, 1],
      ] as const) {
        next.push(place(leaf.x_m + sx * quarter, leaf.y_m + sy * quarter, leaf.size_m / 2, false));
      }
    }
    leaves = next;
  }
}

/** The leaves near the best that are still large; none when the 90 % region is resolved. */
function leavesToDivide(leaves: readonly Leaf[], level: number, limits: GridLimits): Set<Leaf> {
  const largest = Math.max(...leaves.map((leaf) => leaf.lnBayesFactor));
  const ordered = [...leaves].sort((a, b) => lnMass(b) - lnMass(a));
  const total = ordered.reduce((sum, leaf) => sum + Math.exp(lnMass(leaf) - largest), 0);
  let mass = 0;
  let inside = 0;
  while (inside < ordered.length && mass < 0.9 * total) mass += Math.exp(lnMass(ordered[inside++]) - largest);
  const keep = limits.keepWithin * (level === 1 ? 1 : 0.6);
  const smallest = ordered
    .slice(0, inside)
    .reduce((size, leaf) => Math.min(size, leaf.size_m), Number.POSITIVE_INFINITY);
  const coarse = ordered.filter(
    (leaf) => leaf.lnBayesFactor > largest - keep && leaf.size_m > 1.9 * limits.finestCell_m,
  );
  if (inside >= limits.enoughLeaves) {
    // Only bring the region to one resolution.
    return new Set(
      ordered
        .slice(0, inside)
        .filter((leaf) => leaf.size_m > 1.5 * smallest)
        .slice(0, limits.mostLeavesDivided),
    );
  }
  return new Set(coarse.slice(0, limits.mostLeavesDivided));
}

function lnMass(leaf: Leaf): number {
  return leaf.lnBayesFactor + 2 * Math.log(leaf.size_m);
}
