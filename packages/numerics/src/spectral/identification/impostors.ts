/**
 * A gas outside the library may look like one inside it. How often that happens is read from the library itself: as many
 * of its own pairs are alike, at this strength, as an outsider would be like a given entry. Of two gases with angle theta
 * between their whitened signatures, a spectrum of strength z [standard errors] along one leaves z^2 tan^2 theta
 * unexplained when it is the other's; up to `UNRECOGNISED`^2 that goes unnoticed, because a signature free to differ costs
 * more. A set's probability is shared with the sets in which one of its gases is an impostor, in the ratio of priors times
 * that number.
 */
import type { WeighedSet } from './evidence.ts';
import type { Identifier } from './prepare.ts';

const LEAST_Z = 4;
/**
 * Misfit [standard errors] below which an outsider passes for a listed gas: describing another shape takes about
 * UNRECOGNISED^2 / 2 nats. Set on folds 1 and 2 of bench/identification.ts.
 */
const UNRECOGNISED = 5;
/** Homologues that no strength tells apart within the library's own error, as a number of outsiders for each gas. */
const HOMOLOGUES = 0.06;

/** Sets with impostors split off; probabilities still sum to 1. */
export function splitImpostors(identifier: Identifier, sets: readonly WeighedSet[]): WeighedSet[] {
  const odds = impostorOdds(identifier);
  const split = sets.flatMap((set) => {
    if (set.withUnlisted || set.gases.length === 0) return [set];
    const own = set.gases.map((gas, i) => odds(gas, strength(identifier, set, i)));
    const whole = 1 + own.reduce((sum, value) => sum + value, 0);
    const impostors = own.map((value, i) => ({
      ...without(set, i),
      withUnlisted: true,
      isImpostor: true,
      probability: (set.probability * value) / whole,
    }));
    return [{ ...set, probability: set.probability / whole }, ...impostors];
  });
  return split.sort((a, b) => b.probability - a.probability);
}

/** Prior odds of "an outsider that looks like this gas" against the gas itself, by gas and strength. */
function impostorOdds(identifier: Identifier): (gas: number, z: number) => number {
  const { candidates } = identifier.problem;
  const { countPrior, unlistedPrior } = identifier.settings;
  const { gram } = identifier.regimes[0]!;
  const total = candidates.length;
  const tangents = candidates.map((candidate, g) =>
    candidates.flatMap((other, h) => {
      if (other.substance === candidate.substance) return [];
      const cosine = gram[g * total + h]! / Math.sqrt(gram[g * total + g]! * gram[h * total + h]!);
      return cosine > 0 ? [1 / cosine ** 2 - 1] : [];
    }),
  );
  const alike = (squares: readonly number[], z: number) =>
    squares.reduce((sum, square) => sum + Math.exp(-Math.max(0, z * z * square - UNRECOGNISED ** 2) / 2), 0);
  const prior = unlistedPrior / (1 - unlistedPrior) / (countPrior[1] / (1 - countPrior[0]));
  return (gas, z) => {
    // Weaker than this the random signature of the unlisted gas is as good a likeness as any.
    if (z < LEAST_Z) return 0;
    const mean = tangents.reduce((sum, squares) => sum + alike(squares, z), 0) / total;
    return prior * (HOMOLOGUES + (mean + alike(tangents[gas]!, z)) / 2);
  };
}

function strength(identifier: Identifier, set: WeighedSet, place: number): number {
  const { noiseFreedom: nu } = identifier.settings;
  const scale2 = Number.isFinite(nu) ? (nu + set.rss) / (nu + identifier.freedom) : 1;
  return set.columns[place]! / Math.sqrt(set.covariance[place * set.gases.length + place]! * scale2);
}

/** The set without one gas; the others keep their fit. */
function without(set: WeighedSet, place: number): WeighedSet {
  const k = set.gases.length;
  const others = set.gases.map((_, i) => i).filter((i) => i !== place);
  return {
    ...set,
    gases: others.map((i) => set.gases[i]!),
    columns: others.map((i) => set.columns[i]!),
    covariance: others.flatMap((i) => others.map((j) => set.covariance[i * k + j]!)),
  };
}
