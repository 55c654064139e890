/**
 * Search for a record whose evidence is sharper than a coarse cell: uphill from the best of a lattice to every summit,
 * then outward from the summits, cell by cell, as far as the evidence counts.
 */
import { effectiveCells, firstCells, type PlaceCell, type PlaceModel, type SearchArea, type Square } from './place.ts';

/** Summits are sought from this many of the best lattice points. */
const STARTS = 8;
/** Steps from a hint are this many times shorter than from a lattice point. */
const HINT_PART = 8;
/** Climbing ends at steps of this part of the lattice's spacing. */
const LAST_HALVINGS = 6;
/** A summit this far in ln evidence below the best is left out. */
const SUMMIT_DROP = 12;
/** Halvings of the lattice at which a posterior is first laid out; it is refined or coarsened from there. */
const FIRST_LAYOUT = 4;
const MOST_HALVINGS = 9;
/** Cells this far in ln evidence below the best hold nothing that counts: e^-7 each. */
const DROP = 7;
/** A layout that grows past this many cells is too fine. */
const MOST_CELLS = 320;
/** Effective cells that show a shape: a halving makes four times as many. */
const ENOUGH_EFFECTIVE = 14;

export function climbed(model: PlaceModel, area: SearchArea, onProgress?: (fraction: number) => void): PlaceCell[] {
  const lattice = firstCells(area);
  const spacing_m = lattice[0].width_m;
  const strongest = (squares: readonly Square[], most: number) =>
    squares
      .map((square) => model.evaluate(square, 0))
      .sort((a, b) => b.lnEvidence - a.lnEvidence)
      .slice(0, most);
  const hints = (model.starts?.() ?? []).filter(({ x_m, y_m }) => isIn(area, x_m, y_m));
  // A hint is a place, not a cell: its first steps are short.
  const near = hints.map((hint) => ({ ...hint, width_m: spacing_m / HINT_PART }));
  const starts = [...strongest(lattice, STARTS), ...strongest(near, STARTS / 2)];
  onProgress?.(0.3);
  const seen = new Map<string, PlaceCell>();
  const summits = starts.map((start) => summitFrom(model, area, start, seen));
  const best = Math.max(...summits.map(({ lnEvidence }) => lnEvidence));
  const seeds = new Map<string, PlaceCell>();
  for (const summit of summits) {
    if (summit.lnEvidence > best - SUMMIT_DROP)
      seeds.set(keyOf(summit.x_m, summit.y_m), model.evaluate(summit, 1, summit));
  }
  onProgress?.(0.5);
  return layout(model, area, spacing_m, [...seeds.values()], onProgress);
}

/** Pattern search: to the best of eight neighbours while one is better, then with half the step. */
function summitFrom(model: PlaceModel, area: SearchArea, start: PlaceCell, seen: Map<string, PlaceCell>): PlaceCell {
  let summit = start;
  const at = (x_m: number, y_m: number, step: number) => {
    const key = `${keyOf(x_m, y_m)} ${step}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const cell = model.evaluate({ x_m, y_m, width_m: step }, 0, summit);
    seen.set(key, cell);
    return cell;
  };
  let step = start.width_m / 2;
  for (let halving = 0; halving < LAST_HALVINGS; halving++, step /= 2) {
    for (let isHigher = true; isHigher; ) {
      const { x_m, y_m } = summit;
      isHigher = false;
      summit = at(x_m, y_m, step);
      for (const [dx, dy] of NEIGHBOURS) {
        if (!isIn(area, x_m + dx * step, y_m + dy * step)) continue;
        const cell = at(x_m + dx * step, y_m + dy * step, step);
        if (cell.lnEvidence > summit.lnEvidence) {
          summit = cell;
          isHigher = true;
        }
      }
    }
  }
  return summit;
}

const NEIGHBOURS = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const)).filter(([x, y]) => x || y);

/** Cells of one width around the seeds, fine enough to show the posterior's shape and no finer. */
function layout(
  model: PlaceModel,
  area: SearchArea,
  spacing_m: number,
  seeds: readonly PlaceCell[],
  onProgress?: (fraction: number) => void,
): PlaceCell[] {
  let halvings = FIRST_LAYOUT;
  let [finest, coarsest] = [MOST_HALVINGS, 0];
  for (let round = 0; ; round++) {
    onProgress?.(Math.min(0.9, 0.5 + 0.1 * round));
    const stage = model.stages - 1;
    const cells = flood(model, area, spacing_m / 2 ** halvings, seeds, stage);
    const isFull = cells.length >= MOST_CELLS;
    const isSparse = effectiveCells(cells) < ENOUGH_EFFECTIVE;
    if (isFull && halvings > coarsest) {
      finest = halvings - 1;
      halvings--;
    } else if (isSparse && halvings < finest) {
      coarsest = halvings + 1;
      halvings++;
    } else return cells;
  }
}

/** Outward from the seeds through every cell whose evidence is within `DROP` of the best. */
function flood(
  model: PlaceModel,
  area: SearchArea,
  width_m: number,
  seeds: readonly PlaceCell[],
  stage: number,
): PlaceCell[] {
  const seen = new Set<string>();
  const cells: PlaceCell[] = [];
  const queue: { readonly column: number; readonly row: number; readonly parent: PlaceCell }[] = [];
  const push = (column: number, row: number, parent: PlaceCell) => {
    const key = `${column} ${row}`;
    if (seen.has(key)) return;
    seen.add(key);
    queue.push({ column, row, parent });
  };
  for (const seed of seeds) {
    push(Math.floor((seed.x_m - area.west_m) / width_m), Math.floor((seed.y_m - area.south_m) / width_m), seed);
  }
  let best = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < queue.length && cells.length < MOST_CELLS; at++) {
    const { column, row, parent } = queue[at];
    const x_m = area.west_m + (column + 0.5) * width_m;
    const y_m = area.south_m + (row + 0.5) * width_m;
    if (!isIn(area, x_m, y_m)) continue;
    const cell = model.evaluate({ x_m, y_m, width_m }, stage, parent);
    cells.push(cell);
    best = Math.max(best, cell.lnEvidence);
    if (cell.lnEvidence < best - DROP) continue;
    for (const [dx, dy] of NEIGHBOURS) push(column + dx, row + dy, cell);
  }
  return cells;
}

function isIn({ west_m, south_m, east_m, north_m }: SearchArea, x_m: number, y_m: number): boolean {
  return x_m > west_m && x_m < east_m && y_m > south_m && y_m < north_m;
}

function keyOf(x_m: number, y_m: number): string {
  return `${x_m.toFixed(3)} ${y_m.toFixed(3)}`;
}
