/**
 * Where a source would be seen: before a flight from planned legs and a forecast wind, after it from flown legs.
 *
 *   P(seen | q, x) = sum_b w_b sum_s w_s [ 1 - prod_j (1 - sum_k w_k P_pass(q SNR_j(x, beta_b + delta_k, s))) ]      next-leg.md (4)
 *
 * beta the error of wind direction and s that of ln sigma_z, both common to all legs and so outside the product; delta
 * the meander of one crossing; SNR_j per kg/h from crossing.ts; P_pass from pass-probability.ts. A source that was off
 * while the legs were flown is not in this: it is the probability for one that emitted all the time.
 */
import { type Crossing, cross, type Look, lookAlong, newCrossing, plumeProfile, VERTICAL_WEIGHTS } from './crossing.ts';
import { passProbabilityTable } from './pass-probability.ts';
import { type CrossingSettings, DEFAULT_CROSSING, type SurveyConditions, type SurveyLeg } from './survey-model.ts';

/** A leg with the conditions it is flown in, where they differ from leg to leg. */
export interface ConditionedLeg {
  readonly leg: SurveyLeg;
  readonly conditions: SurveyConditions;
}

/** Probability on cells, rows south to north, columns west to east: [rate][row x column]. */
export interface DetectionMap {
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly rows: number;
  readonly rates_kgph: readonly number[];
  readonly probability: readonly Float64Array[];
  /** Per cell, the least rate seen with 90 % probability, between the ladder's rungs; Infinity where even the largest is not. */
  readonly limit90_kgph: Float64Array;
}

export interface DetectionQuestion {
  readonly legs: readonly ConditionedLeg[];
  readonly area: {
    readonly west_m: number;
    readonly south_m: number;
    readonly east_m: number;
    readonly north_m: number;
  };
  /** Cells along the longer side; default 32. */
  readonly cells?: number;
  /** Rising; default 31 rungs from 0.01 to 10,000 kg/h. */
  readonly rates_kgph?: readonly number[];
  readonly settings?: Partial<CrossingSettings>;
}

const DEFAULT_CELLS = 32;
const DEFAULT_RATES = Array.from({ length: 31 }, (_, n) => 10 ** (-2 + n / 5));
const LIMIT_PROBABILITY = 0.9;

/** @throws RangeError without legs or for rates that do not rise. */
export function detectionMap(question: DetectionQuestion): DetectionMap {
  const { area } = question;
  const rates_kgph = question.rates_kgph ?? DEFAULT_RATES;
  if (question.legs.length === 0) throw new RangeError('A detection map needs at least one leg.');
  if (rates_kgph.some((rate, n) => rate <= 0 || (n > 0 && rate <= rates_kgph[n - 1]))) {
    throw new RangeError('rates_kgph must be above zero and rise.');
  }
  const survey = readySurvey(question.legs, question.settings);
  const [width, height] = [area.east_m - area.west_m, area.north_m - area.south_m];
  const cell_m = Math.max(width, height) / (question.cells ?? DEFAULT_CELLS);
  const columns = Math.max(1, Math.ceil(width / cell_m - 1e-9));
  const rows = Math.max(1, Math.ceil(height / cell_m - 1e-9));
  const probability = rates_kgph.map(() => new Float64Array(columns * rows));
  const limit90_kgph = new Float64Array(columns * rows);
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = area.west_m + ((cell % columns) + 0.5) * cell_m;
    const y = area.south_m + (Math.floor(cell / columns) + 0.5) * cell_m;
    const seen = seenAt(survey, x, y, rates_kgph);
    for (let q = 0; q < rates_kgph.length; q++) probability[q][cell] = seen[q];
    limit90_kgph[cell] = limitOf(rates_kgph, seen);
  }
  return { west_m: area.west_m, south_m: area.south_m, cell_m, columns, rows, rates_kgph, probability, limit90_kgph };
}

/** P(seen | q, x) of one place for each rate. */
export function detectionProbability(
  legs: readonly ConditionedLeg[],
  place: { readonly x_m: number; readonly y_m: number },
  rates_kgph: readonly number[],
  settings?: Partial<CrossingSettings>,
): number[] {
  return Array.from(seenAt(readySurvey(legs, settings), place.x_m, place.y_m, rates_kgph));
}

/** Nodes of the common wind error and of one crossing's meander, in standard deviations: Gauss-Hermite of five points. */
const NODES = [-2.8569700138728, -1.3556261799743, 0, 1.3556261799743, 2.8569700138728];
const WEIGHTS = [0.0112574113277, 0.2220759220057, 0.5333333333333, 0.2220759220057, 0.0112574113277];

interface ReadySurvey {
  readonly looks: readonly (Look & { readonly windSd_rad: number })[];
  readonly pass: (lnSnr: number) => number;
  readonly crossing: Crossing;
}

function readySurvey(legs: readonly ConditionedLeg[], given: Partial<CrossingSettings> | undefined): ReadySurvey {
  const settings = { ...DEFAULT_CROSSING, ...given };
  const profiles = new Map<SurveyConditions, ReturnType<typeof plumeProfile>>();
  const looks = legs.map(({ leg, conditions }) => {
    const profile = profiles.get(conditions) ?? plumeProfile(conditions, settings);
    profiles.set(conditions, profile);
    return { ...lookAlong(leg, conditions, settings, profile), windSd_rad: conditions.windDirectionSd_rad };
  });
  return { looks, pass: passProbabilityTable(settings), crossing: newCrossing() };
}

/** Below this ln(SNR per kg/h) nothing is seen at any rate. */
const NOTHING = -60;

function seenAt({ looks, pass, crossing }: ReadySurvey, x: number, y: number, rates: readonly number[]): Float64Array {
  const count = rates.length;
  const lnRate = rates.map(Math.log);
  const common = NODES.length * VERTICAL_WEIGHTS.length;
  // Probability that all legs so far missed, [wind node x sigma_z node x rate].
  const missed = new Float64Array(common * count).fill(1);
  const lnSnr = new Float64Array(VERTICAL_WEIGHTS.length * NODES.length);
  const here = new Float64Array(VERTICAL_WEIGHTS.length * count);
  for (const look of looks) {
    for (let b = 0; b < NODES.length; b++) {
      let isCrossed = false;
      lnSnr.fill(NOTHING);
      for (let k = 0; k < NODES.length; k++) {
        const shift = NODES[b] * look.windSd_rad + NODES[k] * look.profile.meanderSd_rad;
        if (!cross(look, x, y, shift, crossing)) continue;
        isCrossed = true;
        for (let s = 0; s < VERTICAL_WEIGHTS.length; s++) {
          if (crossing.snr[s] > 0) lnSnr[s * NODES.length + k] = Math.log(crossing.snr[s]);
        }
      }
      if (!isCrossed) continue;
      here.fill(0);
      for (let s = 0; s < VERTICAL_WEIGHTS.length; s++) {
        for (let k = 0; k < NODES.length; k++) {
          const ln = lnSnr[s * NODES.length + k];
          if (ln <= NOTHING) continue;
          for (let q = 0; q < count; q++) here[s * count + q] += WEIGHTS[k] * pass(ln + lnRate[q]);
        }
      }
      const first = b * here.length;
      for (let n = 0; n < here.length; n++) missed[first + n] *= 1 - here[n];
    }
  }
  const seen = new Float64Array(count).fill(1);
  for (let b = 0; b < NODES.length; b++) {
    for (let s = 0; s < VERTICAL_WEIGHTS.length; s++) {
      const weight = WEIGHTS[b] * VERTICAL_WEIGHTS[s];
      for (let q = 0; q < count; q++) seen[q] -= weight * missed[(b * VERTICAL_WEIGHTS.length + s) * count + q];
    }
  }
  return seen.map((value) => Math.min(1, Math.max(0, value)));
}

/** Least rate seen with 90 % probability, by straight lines in ln rate between rungs. */
function limitOf(rates: readonly number[], seen: Float64Array): number {
  const rung = seen.findIndex((value) => value >= LIMIT_PROBABILITY);
  if (rung < 0) return Number.POSITIVE_INFINITY;
  if (rung === 0) return rates[0];
  const part = (LIMIT_PROBABILITY - seen[rung - 1]) / (seen[rung] - seen[rung - 1]);
  return rates[rung - 1] * (rates[rung] / rates[rung - 1]) ** part;
}
