/**
 * A short record (one or a few averaging periods) as a model to search: errors that turn or widen the whole plume are
 * nodes of an exact sum, all others the field of short-record.ts.
 */
import type { Background } from './background.ts';
import { throughLimits } from './censored.ts';
import { rateEvidence } from './evidence.ts';
import { heightDepartures, raised, tablesByHeight } from './height-nodes.ts';
import { lnSum, type PlaceCell, type PlaceModel, type Square, type WeightedDeparture } from './place.ts';
import type { FixedProblem } from './problem.ts';
import { NO_DEPARTURE, type PlumeDeparture, type StepTables, viewsFrom } from './response.ts';
import type { FixedSettings } from './settings.ts';
import { emptyShapes, fillShapes, type PlumeShapes } from './shape.ts';
import { type ShortRecord, shortLikelihood, shortRecord, shortScratch } from './short-record.ts';

/** Records with at most this many steps are short. */
const SHORT_STEPS = 12;
/** Rows at each stage: every n-th, so that about this many are left. Neighbours in a wide plume repeat one another. */
const MOST_ROWS = [30, 45, 60] as const;
/** A node this far in ln weight below a cell's best is not carried to its parts. */
const NODE_DROP = 4;
const GUESS_KGPH = 1;
/** Relative error of what a registered source adds is no larger than this. */
const MOST_KNOWN_SD = 2;
/** Within this many widths of the centre line a row is in the plume. */
const IN_PLUME = 2;
const TURNS = 9;
const WIDTHS = 3;

export function isShort({ steps }: FixedProblem): boolean {
  return steps.length <= SHORT_STEPS;
}

export function shortModel(problem: FixedProblem, background: Background, settings: FixedSettings): PlaceModel {
  const rows = problem.value_ppm.length;
  const stages = MOST_ROWS.map((most) =>
    evaluator(thinned(problem, Math.max(1, Math.round(rows / most))), background, settings),
  );
  const finest = stages[stages.length - 1];
  const whole = evaluator(problem, background, settings);
  const all = nodesOf(problem, settings);
  const first = coarseNodes(settings);
  const evaluate = (square: Square, stage: number, parent?: PlaceCell): PlaceCell => {
    const nodes =
      stage === 2 && parent !== undefined
        ? around(parent, all)
        : (stage === 0 ? first : all).map((from) => ({ from, ...guessOf(parent) }));
    const rates = stages[stage].evidenceOf(square, nodes);
    const { x_m, y_m, width_m } = square;
    return { x_m, y_m, width_m, lnEvidence: lnSum(rates.map(({ lnWeight }) => lnWeight)), rates };
  };
  return {
    stages: stages.length,
    lnNull: finest.lnNull,
    isSharp: true,
    evaluate,
    trace(source) {
      const background_ppm = new Float64Array(problem.value_ppm.length).fill(median(background.level_ppm));
      if (source === undefined) return { background_ppm, fitted_ppm: background_ppm };
      const { ln } = whole.shapesAt(source, raised(source));
      return { background_ppm, fitted_ppm: background_ppm.map((b, row) => b + source.rate_kgph * Math.exp(ln[row])) };
    },
    starts: () => upwindOfHighest(problem),
    displacementAt(place) {
      const { across, lnRadius, ln } = whole.shapesAt(place, raised(place));
      const radii = Array.from(lnRadius).filter((_, row) => ln[row] > -Infinity && Math.abs(across[row]) < IN_PLUME);
      if (radii.length === 0) return undefined;
      const nearest_m = Math.exp(Math.min(...radii));
      const { towardEast, towardNorth } = problem.steps[0].air;
      const { along, across: aside } = settings.origin;
      return { along_m: along * nearest_m, across_m: aside * nearest_m, towardEast, towardNorth };
    },
    ratioIfThere: (square) => (rate) => finest.ratioIfThere(square, rate),
  };
}

interface Node {
  readonly from: WeightedDeparture;
  /** Where to begin climbing; without it, the rate that explains the highest readings. */
  readonly guess_kgph?: number;
}

function evaluator(problem: FixedProblem, background: Background, settings: FixedSettings) {
  const rows = problem.value_ppm.length;
  const tablesOf = tablesByHeight(problem, { directionError: { base_rad: 0, light_radmps: 0 } });
  const noise_ppm = Math.hypot(median(background.noise_ppm), median(background.levelSd_ppm));
  const level_ppm = median(background.level_ppm);
  const record = shortRecord(problem, level_ppm, noise_ppm, settings.short.common_ppm);
  const [shapes, scratch] = [emptyShapes(rows), shortScratch(rows)];
  addKnown(problem, tablesOf(NO_DEPARTURE), settings, record, shapes);
  const { field } = settings.short;
  shapes.ln.fill(Number.NEGATIVE_INFINITY);
  const lnNull = shortLikelihood(record, shapes, 1, field, 0, scratch);
  const evidenceOf = (square: Square, nodes: readonly Node[]) => {
    const views = viewsFrom(problem, { ...square, width_m: 0 });
    return nodes.map(({ from, guess_kgph }) => {
      fillShapes(problem, tablesOf(from.departure), from.departure, views, shapes);
      const evidence = rateEvidence(
        (rate) => shortLikelihood(record, shapes, rate, field, square.width_m, scratch),
        guess_kgph ?? rateOfHighest(problem, level_ppm, shapes.ln),
        settings.range,
      );
      return { from, lnWeight: Math.log(from.weight) + evidence.lnEvidence, evidence };
    });
  };
  const shapesAt = (square: Square, departure: PlumeDeparture) => {
    fillShapes(problem, tablesOf(departure), departure, viewsFrom(problem, { ...square, width_m: 0 }), shapes);
    return shapes;
  };
  const ratioIfThere = (square: Square, rate: number) => {
    const { ln } = shapesAt(square, NO_DEPARTURE);
    const air_ppm = ln.map((value) => level_ppm + rate * Math.exp(value));
    const fake = shortRecord(
      { ...problem, ...throughLimits(problem, air_ppm) },
      level_ppm,
      noise_ppm,
      settings.short.common_ppm,
    );
    const seen = shortLikelihood(fake, shapes, rate, field, square.width_m, scratch);
    shapes.ln.fill(Number.NEGATIVE_INFINITY);
    return seen - shortLikelihood(fake, shapes, 1, field, 0, scratch);
  };
  return { lnNull, evidenceOf, shapesAt, ratioIfThere };
}

/** Distances upwind [m], a third apart, and how many of the highest readings to go upwind of. */
const UPWIND_M = Array.from({ length: 20 }, (_, i) => 5 * 1.33 ** i);
const HIGHEST = 2;

function upwindOfHighest({ instruments, steps, instrument, value_ppm }: FixedProblem) {
  return steps.flatMap(({ from, to, air }) =>
    Array.from({ length: to - from }, (_, i) => from + i)
      .sort((a, b) => value_ppm[b] - value_ppm[a])
      .slice(0, HIGHEST)
      .flatMap((row) => {
        const { x0_m, y0_m, x1_m, y1_m } = instruments[instrument[row]];
        return UPWIND_M.map((r) => ({
          x_m: (x0_m + x1_m) / 2 - r * air.towardEast,
          y_m: (y0_m + y1_m) / 2 - r * air.towardNorth,
        }));
      }),
  );
}

/** What registered sources add to every row, with the errors of their rates and of one row's place in a plume. */
function addKnown(
  problem: FixedProblem,
  tables: StepTables,
  { short }: FixedSettings,
  { known, knownSd, noise_ppm }: ShortRecord,
  shapes: PlumeShapes,
): void {
  for (const { x_m, y_m, rate_kgph, lnRateSd } of problem.known ?? []) {
    fillShapes(problem, tables, NO_DEPARTURE, viewsFrom(problem, { x_m, y_m, width_m: 0 }), shapes);
    for (let row = 0; row < known.length; row++) {
      const own = (rate_kgph * Math.exp(shapes.ln[row])) / noise_ppm;
      if (own === 0) continue;
      const lump = short.field.lump * (1 + short.field.lumpGrowth * shapes.across[row] ** 2);
      const turn = short.turnSd_rad * shapes.turn[row];
      const sd = Math.min(MOST_KNOWN_SD, Math.hypot(lnRateSd, short.rateBias, lump, turn));
      knownSd[row] = Math.hypot(known[row] * knownSd[row], own * sd) / (known[row] + own);
      known[row] += own;
    }
  }
}

/** Median over the highest readings (every tenth) of reading over response [kg h-1]. */
function rateOfHighest({ value_ppm }: FixedProblem, level_ppm: number, ln: Float64Array): number {
  const rows = Array.from(value_ppm.keys())
    .filter((row) => ln[row] > Number.NEGATIVE_INFINITY && value_ppm[row] > level_ppm)
    .sort((a, b) => value_ppm[b] - value_ppm[a])
    .slice(0, Math.max(3, value_ppm.length / 10));
  if (rows.length === 0) return GUESS_KGPH;
  return Math.exp(median(Float64Array.from(rows, (row) => Math.log(value_ppm[row] - level_ppm) - ln[row])));
}

/** The same record with every `every`-th row. */
function thinned(problem: FixedProblem, every: number): FixedProblem {
  if (every === 1) return problem;
  const kept: number[] = [];
  const steps = problem.steps.map((step) => {
    const from = kept.length;
    for (let row = step.from; row < step.to; row += every) kept.push(row);
    return { ...step, from, to: kept.length };
  });
  return {
    ...problem,
    steps,
    instrument: Int32Array.from(kept, (row) => problem.instrument[row]),
    value_ppm: Float64Array.from(kept, (row) => problem.value_ppm[row]),
    ...(problem.bound === undefined ? {} : { bound: Int8Array.from(kept, (row) => problem.bound![row]) }),
  };
}

function nodesOf(problem: FixedProblem, { short }: FixedSettings): WeightedDeparture[] {
  const widths = normalNodes(short.lnSigmaYSd, WIDTHS);
  return heightDepartures(problem).flatMap((height) =>
    normalNodes(short.turnSd_rad, TURNS).flatMap((turn) =>
      widths.map((width) => ({
        departure: { ...height.departure, turn_rad: turn.value, lnSigmaY: width.value },
        weight: height.weight * turn.weight * width.weight,
      })),
    ),
  );
}

/** For the first level: the turns alone. */
function coarseNodes({ short }: FixedSettings): WeightedDeparture[] {
  return normalNodes(short.turnSd_rad, 3).map(({ value, weight }) => ({
    departure: { ...NO_DEPARTURE, turn_rad: value },
    weight,
  }));
}

/** `count` equally spaced nodes to 2 sd (1.5 sd for three), weighted by the density. */
function normalNodes(sd: number, count: number): { readonly value: number; readonly weight: number }[] {
  const reach = count > 3 ? 2 : 1.5;
  const nodes = Array.from({ length: count }, (_, i) => reach * ((2 * i) / (count - 1) - 1));
  const sum = nodes.reduce((total, z) => total + Math.exp(-0.5 * z * z), 0);
  return nodes.map((z) => ({ value: sd * z, weight: Math.exp(-0.5 * z * z) / sum }));
}

/** The nodes that hold a cell's evidence, and their neighbours: those of the cell beside it. */
function around({ rates }: PlaceCell, all: readonly WeightedDeparture[]): Node[] {
  const best = Math.max(...rates.map(({ lnWeight }) => lnWeight));
  const strong = rates.filter(({ lnWeight }) => lnWeight > best - NODE_DROP);
  return all.flatMap((from) => {
    const near = strong.filter((node) => isBeside(node.from.departure, from.departure, all));
    if (near.length === 0) return [];
    const nearest = near.find((node) => node.from === from) ?? near[0];
    return [{ from, guess_kgph: nearest.evidence.bestRate_kgph }];
  });
}

function isBeside(a: PlumeDeparture, b: PlumeDeparture, all: readonly WeightedDeparture[]): boolean {
  const spacing = Math.abs(all[WIDTHS].departure.turn_rad - all[0].departure.turn_rad);
  const isOneTurn = Math.abs(a.turn_rad - b.turn_rad) < 0.5 * spacing;
  const isNextTurn = Math.abs(a.turn_rad - b.turn_rad) < 1.5 * spacing;
  if (a.sourceHeight_m !== b.sourceHeight_m) return false;
  return isOneTurn || (isNextTurn && a.lnSigmaY === b.lnSigmaY);
}

function guessOf(cell: PlaceCell | undefined): { readonly guess_kgph?: number } {
  if (cell === undefined) return {};
  return { guess_kgph: cell.rates.reduce((a, b) => (b.lnWeight > a.lnWeight ? b : a)).evidence.bestRate_kgph };
}

function median(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1];
}
