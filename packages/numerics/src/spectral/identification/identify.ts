/**
 * Which gases a spectrum shows: Bayesian model averaging over sets of up to three listed gases, with and without an
 * unlisted one (Burr & Hengartner 2006; Heasler 2007). Sets are searched forward: all single gases, then the leading ones
 * extended by every other, each scored by its evidence (evidence.ts, what BIC approximates).
 */
import { dot, whiten } from './cholesky.ts';
import { type FittedSet, fitSet, type WeighedSet } from './evidence.ts';
import { leastZWithoutFeature } from './feature-loss.ts';
import { splitImpostors } from './impostors.ts';
import { type Identifier, project } from './prepare.ts';
import { type Identification, summarise } from './summary.ts';

/** Leading sets that are extended by one more gas. */
const EXTENDED_SINGLES = 10;
const EXTENDED_PAIRS = 6;
/** Beer-Lambert bends by half the depth: below this it does not show. */
const BEND_FROM = 0.03;
const BEND_ROUNDS = 3;
/** A band blacker than this tells no amount, and its correction would run away. */
const DEEPEST_STRAIGHTENED = 1.5;
/** Sets this far below the best [nats] hold no probability that matters and are not extended. */
const OCCAM_WINDOW = 14;

/**
 * Identification of one spectrum.
 * @param y [band] spectrum less its background, in the unit of the problem's covariance
 * @throws RangeError when y has another length or is not finite
 */
export function identifyGases(identifier: Identifier, y: ArrayLike<number>): Identification {
  const bands = identifier.problem.position_pcm.length;
  if (y.length !== bands) throw new RangeError(`The spectrum has ${y.length} bands, the problem ${bands}.`);
  for (let band = 0; band < bands; band++) {
    if (!Number.isFinite(y[band])) throw new RangeError(`Band ${band} of the spectrum is no number: mask it.`);
  }
  let straight = y;
  let sets = weighSets(identifier, y);
  if (identifier.problem.isBeerLambert) {
    for (let round = 0; round < BEND_ROUNDS && deepest(identifier, sets) > BEND_FROM; round++) {
      straight = straightened(identifier, sets, y);
      sets = weighSets(identifier, straight);
    }
  }
  const { featureWidth_pcm, featureZ } = identifier.settings;
  return summarise(identifier, splitImpostors(identifier, sets), (set, gas) => {
    if (featureWidth_pcm <= 0) return true;
    return leastZWithoutFeature(identifier, set, gas, straight, featureWidth_pcm) >= featureZ;
  });
}

function weighSets(identifier: Identifier, y: ArrayLike<number>): WeighedSet[] {
  return weigh(
    identifier,
    identifier.regimes.flatMap((_, index) => searchRegime(identifier, index, y)),
  );
}

/** Peak depth of the deepest gas of the best set. */
function deepest(identifier: Identifier, sets: readonly WeighedSet[]): number {
  const { gases, columns } = sets[0]!;
  return gases.reduce((top, gas, i) => Math.max(top, columns[i]! * identifier.peak[gas]!), 0);
}

/** The spectrum as it were if absorption were linear: y + c (tau - 1 + e^-tau), tau from the best set so far. */
function straightened(identifier: Identifier, sets: readonly WeighedSet[], y: ArrayLike<number>): Float64Array {
  const { candidates, contrast } = identifier.problem;
  const { gases, columns } = sets[0]!;
  return Float64Array.from(y, (value, band) => {
    const depth = gases.reduce((sum, gas, i) => sum + columns[i]! * candidates[gas]!.absorption[band]!, 0);
    const bounded = Math.min(depth, DEEPEST_STRAIGHTENED);
    return value + contrast[band]! * (bounded + Math.expm1(-bounded));
  });
}

/** All sets worth weighing in one regime. */
function searchRegime(identifier: Identifier, index: number, y: ArrayLike<number>): FittedSet[] {
  const regime = identifier.regimes[index]!;
  const white = project(regime.basis, whiten(regime.factor, identifier.problem.position_pcm.length, y));
  const energy = dot(white, white);
  const products = Float64Array.from(regime.signatures, (signature) => dot(signature, white));
  const total = products.length;
  const fit = (gases: readonly number[]) => fitSet(identifier, index, gases, products, energy);
  const empty = fit([])!;
  const singles = Array.from({ length: total }, (_, gas) => fit([gas])).filter((set) => set !== undefined);
  const sets = [empty, ...singles];
  const { maxGases } = identifier.settings;
  let leaders = leading(singles, EXTENDED_SINGLES);
  for (let size = 2; size <= maxGases; size++) {
    const seen = new Set<string>();
    const next: FittedSet[] = [];
    for (const leader of leaders) {
      for (let gas = 0; gas < total; gas++) {
        if (!isDistinct(identifier, leader.gases, gas)) continue;
        const gases = [...leader.gases, gas].sort((a, b) => a - b);
        const key = gases.join();
        if (seen.has(key)) continue;
        seen.add(key);
        const set = fit(gases);
        if (set !== undefined) next.push(set);
      }
    }
    sets.push(...next);
    leaders = leading(next, EXTENDED_PAIRS);
  }
  return sets;
}

function leading(sets: readonly FittedSet[], count: number): FittedSet[] {
  return [...sets].sort((a, b) => b.logEvidence - a.logEvidence).slice(0, count);
}

function isDistinct(identifier: Identifier, gases: readonly number[], gas: number): boolean {
  const { candidates } = identifier.problem;
  return gases.every((other) => candidates[other]!.substance !== candidates[gas]!.substance);
}

/** Posterior probabilities of the sets, with those outside the window left out. */
function weigh(identifier: Identifier, sets: readonly FittedSet[]): WeighedSet[] {
  const priors = setPriors(identifier);
  const scored = sets.map((set) => ({
    ...set,
    logPosterior: set.logEvidence + identifier.regimes[set.regime]!.logPrior + priors(set.gases),
  }));
  const best = scored.reduce((top, { logPosterior }) => Math.max(top, logPosterior), Number.NEGATIVE_INFINITY);
  const kept = scored.filter(({ logPosterior }) => logPosterior > best - OCCAM_WINDOW);
  const sum = kept.reduce((total, { logPosterior }) => total + Math.exp(logPosterior - best), 0);
  return kept
    .map((set) => ({ ...set, probability: Math.exp(set.logPosterior - best) / sum }))
    .sort((a, b) => b.probability - a.probability);
}

/** ln prior of a set: that of its size, even over sets of that many substances, halved again for double measurements. */
function setPriors(identifier: Identifier): (gases: readonly number[]) => number {
  const { candidates } = identifier.problem;
  const { countPrior, maxGases } = identifier.settings;
  const copies = new Map<string, number>();
  for (const { substance } of candidates) copies.set(substance, (copies.get(substance) ?? 0) + 1);
  const substances = copies.size;
  const mass = countPrior.slice(0, maxGases + 1).reduce((sum, share) => sum + share, 0);
  const choices = [1, substances, (substances * (substances - 1)) / 2, choose3(substances)];
  return (gases) => {
    const ways = Math.max(1, choices[gases.length]!);
    const entries = gases.reduce((product, gas) => product * copies.get(candidates[gas]!.substance)!, 1);
    return Math.log(countPrior[gases.length]! / mass / ways / entries);
  };
}

const choose3 = (n: number): number => (n * (n - 1) * (n - 2)) / 6;
