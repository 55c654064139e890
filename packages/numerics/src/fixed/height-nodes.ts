/** An unknown height of the source, as nodes of an exact sum. */
import { type DepartureEvidence, lnSum, type PlaceCell, type PlacedSource, type WeightedDeparture } from './place.ts';
import type { FixedProblem, HeightNode } from './problem.ts';
import { NO_DEPARTURE, type PlumeDeparture, type ResponseOptions, type StepTables, stepTables } from './response.ts';

const WHOLE: readonly WeightedDeparture[] = [{ departure: NO_DEPARTURE, weight: 1 }];
/** A node this far in ln weight below a cell's best is not carried to its parts. */
const NODE_DROP = 6;

const made = new WeakMap<readonly HeightNode[], readonly WeightedDeparture[]>();

/** The problem's nodes of height, the same objects every time; one that departs from nothing where it is known. */
export function heightDepartures({ heightNodes }: FixedProblem): readonly WeightedDeparture[] {
  if (heightNodes === undefined) return WHOLE;
  let nodes = made.get(heightNodes);
  if (nodes === undefined) {
    nodes = heightNodes.map(({ height_m, weight }) => ({
      departure: { ...NO_DEPARTURE, sourceHeight_m: height_m },
      weight,
    }));
    made.set(heightNodes, nodes);
  }
  return nodes;
}

/** Spread and speed of every step for each height, made when first asked for. */
export function tablesByHeight(
  problem: FixedProblem,
  options: ResponseOptions,
): (departure: PlumeDeparture) => StepTables {
  const tables = new Map<number, StepTables>();
  return ({ sourceHeight_m = problem.sourceHeight_m }) => {
    let own = tables.get(sourceHeight_m);
    if (own === undefined) {
      own = stepTables({ ...problem, sourceHeight_m }, options);
      tables.set(sourceHeight_m, own);
    }
    return own;
  };
}

/** Nodes to evaluate for a cell: the assumed height in coarse ones, then all, then those that count in the parent. */
export function heightsFor(problem: FixedProblem, isLast: boolean, parent?: PlaceCell): readonly WeightedDeparture[] {
  if (!isLast || problem.heightNodes === undefined) return WHOLE;
  const all = heightDepartures(problem);
  const before = parent?.rates.filter(({ from }) => all.includes(from)) ?? [];
  if (before.length === 0) return all;
  const best = Math.max(...before.map(({ lnWeight }) => lnWeight));
  return before.filter(({ lnWeight }) => lnWeight > best - NODE_DROP).map(({ from }) => from);
}

export function raised({ sourceHeight_m }: PlacedSource): PlumeDeparture {
  return sourceHeight_m === undefined ? NO_DEPARTURE : { ...NO_DEPARTURE, sourceHeight_m };
}

/** Posterior of the height; undefined where it was known. */
export function heightPosterior(
  { heightNodes }: FixedProblem,
  cells: readonly PlaceCell[],
): { readonly height_m: number; readonly probability: number }[] | undefined {
  if (heightNodes === undefined) return undefined;
  const weightOf = (isCounted: (rate: DepartureEvidence) => boolean) =>
    lnSum(cells.flatMap(({ rates }) => rates.filter(isCounted).map(({ lnWeight }) => lnWeight)));
  const total = weightOf(() => true);
  return heightNodes.map(({ height_m }) => ({
    height_m,
    probability: Math.exp(weightOf(({ from }) => from.departure.sourceHeight_m === height_m) - total),
  }));
}
