/** What the calibration page is made of: runs over seeds never used for tuning, kept as a file so that it can be drawn again. */
import { DEFAULT_SETTINGS } from '../../packages/numerics/src/index.ts';
import {
  type CalibrationRank,
  calibrationRank,
  chiSquared,
  histogram,
  priorRates,
  withCrossingsTooSure,
} from '../../packages/numerics/test/support/calibration-ranks.ts';
import { type FlightOutcome, type FlightPlan, locateSimulated } from './simulated-flights.ts';

export interface CalibrationResults {
  /** Flights of the inversion's own model; the same with a planted fault. */
  readonly own: readonly CalibrationRank[];
  readonly planted: readonly CalibrationRank[];
  /** Flights of the simulator. */
  readonly simulated: readonly FlightOutcome[];
}

export interface CalibrationSize {
  readonly own: number;
  readonly planted: number;
  /** Of each kind of simulated flight, at most. */
  readonly simulated: number;
}

export const FULL_SIZE: CalibrationSize = { own: 330, planted: 60, simulated: 200 };

interface Kind extends Omit<FlightPlan, 'seed'> {
  readonly firstSeed: number;
  readonly most: number;
}

/** Seeds from 411000: nobody has tuned on them. */
const KINDS: readonly Kind[] = [
  { style: 'rotorcraft', sources: 0, firstSeed: 411_000, most: 200 },
  { style: 'rotorcraft', sources: 1, firstSeed: 412_000, most: 200 },
  { style: 'aeroplane', sources: 0, firstSeed: 413_000, most: 20 },
  { style: 'aeroplane', sources: 1, firstSeed: 414_000, most: 30 },
  { style: 'rotorcraft', sources: 2, firstSeed: 415_000, most: 40 },
];

/** Runs everything; `told` hears of each flight. Some second of CPU a flight. */
export function calibrate(size: CalibrationSize, told: (done: number, all: number) => void): CalibrationResults {
  const plans = KINDS.flatMap(({ firstSeed, most, ...kind }) =>
    Array.from({ length: Math.min(most, size.simulated) }, (_, i) => ({ ...kind, seed: firstSeed + i })),
  );
  const all = size.own + size.planted + plans.length;
  let done = 0;
  const each = <T>(result: T): T => {
    done++;
    told(done, all);
    return result;
  };
  const rates = priorRates();
  const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  return {
    own: seeds(size.own).map((seed) => each(calibrationRank(seed, rates))),
    planted: seeds(size.planted).map((seed) =>
      each(calibrationRank(seed, rates, withCrossingsTooSure(DEFAULT_SETTINGS))),
    ),
    simulated: plans.map((plan) => each(locateSimulated(plan))),
  };
}

/** One flight a line, four digits: small enough to commit, and a change of one flight is a change of one line. */
export function formatResults(results: CalibrationResults): string {
  const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row, rounded)).join(',\n');
  const parts = Object.entries(results).map(([name, rows]) => `"${name}": [\n${lines(rows)}\n]`);
  return `{\n${parts.join(',\n')}\n}\n`;
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** Ten equal bins and their chi-squared, whose expectation under calibration is 9 and whose 95 % point is 16.9. */
export function tenBins(ranks: readonly number[]): { readonly counts: readonly number[]; readonly chi2: number } {
  const counts = histogram(ranks, 10);
  return { counts, chi2: chiSquared(counts) };
}

export const CHI2_9_LIMIT = 16.9;

export function foundRanks(ranks: readonly CalibrationRank[]) {
  return ranks.flatMap(({ found }) => (found === undefined ? [] : [found]));
}

export function ofKind(
  { simulated }: CalibrationResults,
  style: FlightPlan['style'],
  sources: number,
): readonly FlightOutcome[] {
  return simulated.filter((outcome) => outcome.style === style && outcome.sources === sources);
}
