/** From weighed sets to an answer: probabilities by substance, rivals, amounts with intervals, and a verdict. */
import type { WeighedSet } from './evidence.ts';
import type { Identifier } from './prepare.ts';

/**
 * - `nothing`: no gas is the most likely answer.
 * - `named`: at least one substance is sure and no substitute comes near it.
 * - `ambiguous`: a listed gas is there, but two or more explain the data: see `substances` and `rivals`.
 * - `unknown`: something is there that the library does not hold.
 */
export type Verdict = 'nothing' | 'named' | 'ambiguous' | 'unknown';

export interface SubstanceEvidence {
  readonly substance: string;
  /** The library's entry that fits best. */
  readonly key: string;
  /** Probability that it is there in an amount that shows. */
  readonly probability: number;
  /** Probability that it is there and nothing is left that only another shape could explain. */
  readonly explainedProbability: number;
  /** Column given that it is there, averaged over models; in the unit of the candidate's absorption. */
  readonly column: number;
  readonly columnSd: number;
  /** 90 % interval of the column, not below 0. */
  readonly interval90: readonly [number, number];
  /** Column over its standard error in the best model that holds it, without the library's scale. */
  readonly z: number;
  /** ln of the best evidence with it over the best without it. */
  readonly logFactor: number;
  /** It would be named, but for the claim standing on a single narrow feature of the spectrum. */
  readonly restsOnOneFeature: boolean;
  readonly isNamed: boolean;
}

export interface RivalSet {
  readonly substances: readonly string[];
  readonly withUnlisted: boolean;
  readonly probability: number;
  /** The likeliest member of the set, for drawing: library keys and columns, in the order of `substances`. */
  readonly keys: readonly string[];
  readonly columns: readonly number[];
}

export interface Identification {
  readonly verdict: Verdict;
  /** By falling probability. */
  readonly substances: readonly SubstanceEvidence[];
  /** Sets of substances that together hold the probability, best first. */
  readonly rivals: readonly RivalSet[];
  readonly nothingProbability: number;
  readonly unlistedProbability: number;
  /** Chi-square per degree of freedom of the best set without an unlisted gas; near 1 when the noise is as stated. */
  readonly reducedChiSquare: number;
}

/** Standard normal 95 % point. */
const Z90 = 1.645;
/** Probabilities below this are not reported one by one. */
const LEAST_PROBABILITY = 0.001;

/** @param isBroad does a gas of a set stand on more than one narrow feature? Asked of gases that would be named. */
export function summarise(
  identifier: Identifier,
  sets: readonly WeighedSet[],
  isBroad: (set: WeighedSet, gas: number) => boolean,
): Identification {
  const { nameFrom, decisiveFactor } = identifier.settings;
  const rivals = collect(identifier, sets);
  const substances = substanceEvidence(identifier, sets).map(({ best, gas, ...entry }) => {
    // Where the listed gases leave something unexplained, a listed one may be standing in for it.
    const isSure = entry.explainedProbability >= nameFrom && entry.logFactor >= Math.log(decisiveFactor);
    const restsOnOneFeature = isSure && !isBroad(best, gas);
    return { ...entry, restsOnOneFeature, isNamed: isSure && !restsOnOneFeature };
  });
  const probabilityOf = (test: (rival: RivalSet) => boolean) =>
    rivals.reduce((sum, rival) => sum + (test(rival) ? rival.probability : 0), 0);
  const nothingProbability = probabilityOf((rival) => rival.substances.length === 0 && !rival.withUnlisted);
  const unlistedProbability = probabilityOf((rival) => rival.withUnlisted);
  const verdict = substances.some(({ isNamed }) => isNamed)
    ? 'named'
    : nothingProbability > 0.5
      ? 'nothing'
      : unlistedProbability > 0.5
        ? 'unknown'
        : 'ambiguous';
  const plain = sets.find((set) => set.regime === 0 && set.isImpostor !== true);
  return {
    verdict,
    substances,
    rivals: shortList(rivals, identifier.settings.listUntil),
    nothingProbability,
    unlistedProbability,
    reducedChiSquare: plain === undefined ? Number.NaN : plain.rss / (identifier.freedom - plain.gases.length),
  };
}

/** Sets by substance, regimes and double measurements summed; `sets` come likeliest first. */
function collect(identifier: Identifier, sets: readonly WeighedSet[]): RivalSet[] {
  const { candidates } = identifier.problem;
  const found = new Map<string, Omit<RivalSet, 'probability'> & { probability: number }>();
  for (const set of sets) {
    const members = set.gases.map((gas, i) => ({ ...candidates[gas]!, column: set.columns[i]! }));
    members.sort((a, b) => (a.substance < b.substance ? -1 : 1));
    const substances = members.map(({ substance }) => substance);
    const { withUnlisted, probability } = set;
    const id = [...substances, withUnlisted].join('\u0000');
    const entry = found.get(id);
    if (entry !== undefined) entry.probability += probability;
    else {
      const keys = members.map(({ key }) => key);
      const columns = members.map(({ column }) => column);
      found.set(id, { substances, withUnlisted, probability, keys, columns });
    }
  }
  return [...found.values()].sort((a, b) => b.probability - a.probability);
}

/**
 * What a rival says the gas does to the spectrum: [band], to lay over the measured departure from the background. An
 * unlisted gas has no known shape and is not drawn.
 */
export function fittedChange(identifier: Identifier, rival: RivalSet): Float64Array {
  const { candidates, contrast, isBeerLambert } = identifier.problem;
  return contrast.map((change, band) => {
    const depth = rival.keys.reduce((sum, key, i) => {
      const candidate = candidates.find((other) => other.key === key)!;
      return sum + rival.columns[i]! * candidate.absorption[band]!;
    }, 0);
    return change * (isBeerLambert ? -Math.expm1(-depth) : depth);
  });
}

function shortList(rivals: readonly RivalSet[], until: number): RivalSet[] {
  const list: RivalSet[] = [];
  let held = 0;
  for (const rival of rivals) {
    if (held >= until) break;
    list.push(rival);
    held += rival.probability;
  }
  return list;
}

interface Found extends Omit<SubstanceEvidence, 'isNamed' | 'restsOnOneFeature'> {
  readonly best: WeighedSet;
  readonly gas: number;
}

function substanceEvidence(identifier: Identifier, sets: readonly WeighedSet[]): Found[] {
  const { candidates } = identifier.problem;
  const names = new Set(sets.flatMap(({ gases }) => gases.map((gas) => candidates[gas]!.substance)));
  const entries = [...names].map((substance) => {
    const place = (set: WeighedSet) => set.gases.findIndex((gas) => candidates[gas]!.substance === substance);
    const holding = sets.filter((set) => place(set) >= 0);
    const without = sets.find((set) => place(set) < 0 && set.isImpostor !== true);
    const probability = holding.reduce((sum, set) => sum + set.probability, 0);
    const explained = holding.reduce(
      (sum, set) => sum + (set.withUnlisted && set.isImpostor !== true ? 0 : set.probability),
      0,
    );
    const best = holding[0]!;
    const moments = holding.map((set) => momentsOf(identifier, set, place(set)));
    const mean = holding.reduce((sum, set, i) => sum + set.probability * moments[i]!.mean, 0) / probability;
    const square = holding.reduce(
      (sum, set, i) => sum + set.probability * (moments[i]!.variance + (moments[i]!.mean - mean) ** 2),
      0,
    );
    const first = moments[0]!;
    const columnSd = Math.sqrt(square / probability);
    const interval90 = [Math.max(0, mean - Z90 * columnSd), mean + Z90 * columnSd] as const;
    return {
      best,
      gas: best.gases[place(best)]!,
      substance,
      key: candidates[best.gases[place(best)]!]!.key,
      probability,
      explainedProbability: explained,
      column: mean,
      columnSd,
      interval90,
      z: first.mean / first.standardError,
      logFactor: bestFactor(identifier, holding, without, sets, place),
    };
  });
  return entries
    .filter(({ probability }) => probability >= LEAST_PROBABILITY)
    .sort((a, b) => b.probability - a.probability);
}

/**
 * ln of evidence with over without, set sizes' priors left aside: a rarer set that explains the data as well counts. What
 * is outside the search's window is at least that far away.
 */
function bestFactor(
  identifier: Identifier,
  holding: readonly WeighedSet[],
  without: WeighedSet | undefined,
  sets: readonly WeighedSet[],
  place: (set: WeighedSet) => number,
): number {
  if (without === undefined) return Number.POSITIVE_INFINITY;
  const value = (set: WeighedSet) => set.logEvidence + identifier.regimes[set.regime]!.logPrior;
  const top = (list: readonly WeighedSet[]) => list.reduce((most, set) => Math.max(most, value(set)), -Infinity);
  return top(holding) - top(sets.filter((set) => place(set) < 0 && set.isImpostor !== true));
}

/**
 * Column of one gas of a set: mean; variance with the library's scale, and the contrast's; standard error of the fit alone.
 */
function momentsOf(identifier: Identifier, set: WeighedSet, place: number) {
  const k = set.gases.length;
  const { noiseFreedom: nu } = identifier.settings;
  const scale2 = Number.isFinite(nu) ? (nu + set.rss) / (nu + identifier.freedom) : 1;
  const mean = set.columns[place]!;
  const own = set.covariance[place * k + place]! * scale2;
  const scale = identifier.problem.candidates[set.gases[place]!]!.scaleUncertainty;
  const contrast = identifier.problem.contrastUncertainty ?? 0;
  const variance = own + mean ** 2 * (scale ** 2 + contrast ** 2);
  return { mean, standardError: Math.sqrt(own), variance };
}
