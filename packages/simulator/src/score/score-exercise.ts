/** How well estimates answer an exercise: found, missed, false, position error, rate factor, coverage. */
import { geodesicBetween, type MultiPolygon, type Position, type Quantiles, regionContains } from '@plumeline/core';
import type { SealedSource } from '../seal.ts';
import { assign } from './assignment.ts';
import { openSealed, readCommitment } from './open-sealed.ts';

/** What is scored: a site or a source estimate. */
export interface ScoredEstimate {
  readonly id?: string;
  readonly position: Position;
  readonly rate_kgph: Quantiles;
  readonly region50: MultiPolygon;
  readonly region90: MultiPolygon;
  /** What whoever answers takes it for; left out where nothing is said. */
  readonly judgedAs?: SealedSource['class'];
}

export interface ScoreOptions {
  /** An estimate further than this from a source is not of it [m]. */
  readonly matchingDistance_m?: number;
}

/** One line spacing of the survey: what a surveyor would call the same place. Sources stand 700 m apart. */
export const MATCHING_DISTANCE_M = 500;

/** So many of so many. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

export interface SourceScore {
  readonly sourceId: string;
  readonly class: SealedSource['class'];
  readonly kind: string;
  readonly position: Position;
  readonly isDetectable: boolean;
  /** No gas had left it wherever a flight came downwind of it: not finding it is right. */
  readonly isOff: boolean;
  /** Its name in the briefing's register; absent for one that nobody listed. */
  readonly registeredAs?: string;
  /** Standard deviation of the source's own extent [m]. */
  readonly extent_m: number;
  /** Rate as observed, or nominal where nothing of it was felt [kg h-1]. */
  readonly rate_kgph: number;
  /** Absent for a missed source. */
  readonly match?: {
    readonly estimate: number;
    readonly id?: string;
    readonly distance_m: number;
    readonly estimatedRate_kgph: number;
    /** Estimated median over true. */
    readonly rateFactor: number;
    readonly isInRegion50: boolean;
    readonly isInRegion90: boolean;
    readonly isRateIn90: boolean;
    readonly judgedAs?: SealedSource['class'];
  };
}

export interface SpuriousEstimate {
  readonly estimate: number;
  readonly id?: string;
  readonly position: Position;
  readonly nearestSource_m: number;
  /** Within matching distance of a source that another estimate holds; counted apart from false ones. */
  readonly isDuplicate: boolean;
  /** Within matching distance of a source that was off: no gas of it was felt, so it is false all the same. */
  readonly isAtOffSource: boolean;
}

export interface ExerciseScore {
  readonly exercise: true;
  readonly marking: 'EXERCISE';
  readonly name: string;
  readonly substance: string;
  readonly matchingDistance_m: number;
  readonly detectabilityRule: string;
  /** Of the sources that emitted while a flight could have felt them. */
  readonly found: Share;
  readonly foundDetectable: Share;
  readonly foundClandestine: Share;
  readonly foundLawful: Share;
  /** Sources that were off whenever a flight was downwind of them: neither found nor missed. */
  readonly off: number;
  readonly missed: number;
  readonly missedDetectable: number;
  readonly falseEstimates: Share;
  readonly duplicates: number;
  /** Of found sources about which something was said: lawful ones taken for lawful, clandestine ones for clandestine. */
  readonly lawfulRecognised: Share;
  readonly clandestineRecognised: Share;
  /** Over found sources; absent when none. */
  readonly positionError_m?: { readonly median: number; readonly p90: number; readonly of: number };
  readonly rateFactor?: {
    readonly median: number;
    readonly p10: number;
    readonly p90: number;
    readonly within2: Share;
    readonly within3: Share;
  };
  readonly region50Holds: Share;
  readonly region90Holds: Share;
  readonly rate90Holds: Share;
  readonly sources: readonly SourceScore[];
  readonly spurious: readonly SpuriousEstimate[];
}

/**
 * @param files bytes of `truth.sealed` and `briefing.json` of the same exercise.
 * @throws InputError when either is not what it should be or the truth is not the one committed to.
 */
export function scoreExercise(
  files: { readonly sealed: Uint8Array; readonly briefing: Uint8Array },
  estimates: readonly ScoredEstimate[],
  options: ScoreOptions = {},
): ExerciseScore {
  const matchingDistance_m = options.matchingDistance_m ?? MATCHING_DISTANCE_M;
  const truth = openSealed(files.sealed, readCommitment(files.briefing));
  const distance = truth.sources.map((source) =>
    estimates.map(({ position }) => geodesicBetween(source, position).distance_m),
  );
  // A source that was off was not felt, so nothing can be an estimate of it.
  const estimateOf = assign(
    distance.map((row, i) => (wasOff(truth.sources[i]) ? row.map(() => Number.POSITIVE_INFINITY) : row)),
    matchingDistance_m,
  );
  const sources = truth.sources.map((source, i) =>
    scoreSource(source, estimates, estimateOf[i], distance[i][estimateOf[i]]),
  );
  const taken = new Set(estimateOf);
  const spurious = estimates.flatMap((estimate, index) => {
    if (taken.has(index)) return [];
    const nearest = (isOff: boolean) =>
      Math.min(
        ...distance.map((row, i) => (wasOff(truth.sources[i]) === isOff ? row[index] : Number.POSITIVE_INFINITY)),
      );
    const nearestSource_m = nearest(false);
    const isDuplicate = nearestSource_m <= matchingDistance_m;
    return [
      {
        estimate: index,
        ...idOf(estimate),
        position: estimate.position,
        nearestSource_m,
        isDuplicate,
        isAtOffSource: !isDuplicate && nearest(true) <= matchingDistance_m,
      },
    ];
  });
  const duplicates = spurious.filter(({ isDuplicate }) => isDuplicate).length;
  return {
    exercise: true,
    marking: 'EXERCISE',
    name: truth.name,
    substance: truth.substance,
    matchingDistance_m,
    detectabilityRule: truth.detectabilityRule,
    ...summary(sources),
    falseEstimates: { count: spurious.length - duplicates, of: estimates.length },
    duplicates,
    sources,
    spurious,
  };
}

function scoreSource(
  source: SealedSource,
  estimates: readonly ScoredEstimate[],
  index: number,
  distance_m: number,
): SourceScore {
  const position = { lat: source.lat, lon: source.lon };
  const rate_kgph = source.observedRate_kgph ?? source.nominalRate_kgph;
  const facts = {
    sourceId: source.id,
    class: source.class,
    kind: source.kind,
    position,
    isDetectable: source.detectable,
    isOff: wasOff(source),
    ...(source.registeredAs !== undefined && { registeredAs: source.registeredAs }),
    extent_m: source.extent_m,
    rate_kgph,
  };
  if (index < 0) return facts;
  const estimate = estimates[index];
  const { p05, p50, p95 } = estimate.rate_kgph;
  return {
    ...facts,
    match: {
      estimate: index,
      ...idOf(estimate),
      distance_m,
      estimatedRate_kgph: p50,
      rateFactor: p50 / rate_kgph,
      isInRegion50: regionContains(estimate.region50, position),
      isInRegion90: regionContains(estimate.region90, position),
      isRateIn90: rate_kgph >= p05 && rate_kgph <= p95,
      ...(estimate.judgedAs !== undefined && { judgedAs: estimate.judgedAs }),
    },
  };
}

function wasOff({ flights }: SealedSource): boolean {
  return flights !== undefined && flights.length > 0 && flights.every(({ onShare }) => onShare === 0);
}

function summary(sources: readonly SourceScore[]) {
  const matches = sources.flatMap(({ match }) => (match === undefined ? [] : [match]));
  const among = (isCounted: (source: SourceScore) => boolean): Share => {
    const counted = sources.filter((source) => !source.isOff && isCounted(source));
    return { count: counted.filter(({ match }) => match !== undefined).length, of: counted.length };
  };
  const share = (is: (match: (typeof matches)[number]) => boolean): Share => ({
    count: matches.filter(is).length,
    of: matches.length,
  });
  const within = (factor: number) => share(({ rateFactor }) => rateFactor <= factor && rateFactor >= 1 / factor);
  const recognised = (what: SealedSource['class']): Share => {
    const judged = sources.filter((source) => source.class === what && source.match?.judgedAs !== undefined);
    return { count: judged.filter(({ match }) => match?.judgedAs === what).length, of: judged.length };
  };
  const errors = matches.map(({ distance_m }) => distance_m);
  const factors = matches.map(({ rateFactor }) => rateFactor);
  const found = among(() => true);
  const foundDetectable = among(({ isDetectable }) => isDetectable);
  return {
    found,
    foundDetectable,
    foundClandestine: among((source) => source.class === 'clandestine'),
    foundLawful: among((source) => source.class === 'lawful'),
    off: sources.filter(({ isOff }) => isOff).length,
    missed: found.of - found.count,
    missedDetectable: foundDetectable.of - foundDetectable.count,
    lawfulRecognised: recognised('lawful'),
    clandestineRecognised: recognised('clandestine'),
    ...(matches.length > 0 && {
      positionError_m: { median: quantile(errors, 0.5), p90: quantile(errors, 0.9), of: errors.length },
      rateFactor: {
        median: quantile(factors, 0.5),
        p10: quantile(factors, 0.1),
        p90: quantile(factors, 0.9),
        within2: within(2),
        within3: within(3),
      },
    }),
    region50Holds: share(({ isInRegion50 }) => isInRegion50),
    region90Holds: share(({ isInRegion90 }) => isInRegion90),
    rate90Holds: share(({ isRateIn90 }) => isRateIn90),
  };
}

/** Quantile with linear interpolation between order statistics (type 7 of Hyndman & Fan 1996). */
function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

function idOf({ id }: ScoredEstimate): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
