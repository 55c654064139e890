/**
 * Flights of the simulator (puffs in a meandering wind: not the inversion's model) located as the product does, and where
 * the truth lies in each answer.
 */
import type { LocalFrame, SampleSeries } from '../../packages/core/src/index.ts';
import { highestDensityRegion, locateSources, type PlacePosterior } from '../../packages/numerics/src/index.ts';
import { placeRank, rateRank } from '../../packages/numerics/test/support/calibration-ranks.ts';
import { flightReady, searchArea } from '../../packages/pipeline/src/flight-input.ts';
import { type FlightStyle, makeFlight, randomFrom } from '../../packages/simulator/src/index.ts';

export interface FlightPlan {
  readonly style: FlightStyle;
  readonly sources: number;
  readonly seed: number;
  readonly samples?: number;
}

export interface RateInterval {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** A claimed source against the true one nearest to it. */
export interface ScoredSource {
  readonly distance_m: number;
  readonly trueRate_kgph: number;
  readonly rate_kgph: RateInterval;
  /** Posterior mass of the places denser than the true one, and posterior probability of a rate below the true one. */
  readonly placeRank: number;
  readonly rateRank: number;
  readonly isInside50: boolean;
  readonly isInside90: boolean;
}

export interface FlightOutcome extends FlightPlan {
  readonly count: number;
  /** Largest evidence for a source, claimed or not. */
  readonly lnBayesFactor: number;
  readonly claimed: readonly ScoredSource[];
  /** True sources and how far the estimate paired with each lies [m]; absent where none is left to pair. */
  readonly truth: readonly {
    readonly rate_kgph: number;
    readonly peakOverNoise: number;
    readonly pairedAt_m?: number;
  }[];
  readonly cpu_s: number;
}

export function locateSimulated(plan: FlightPlan): FlightOutcome {
  const { style, sources, seed, samples } = plan;
  const flight = makeFlight({ seed, style, sources, ...(samples === undefined ? {} : { samples }) });
  const before = process.cpuUsage();
  const found = locateSeries(flight.series, flight.frame);
  const { user, system } = process.cpuUsage(before);
  const truths = flight.truth.sources;
  const paired = pairUp(found.sources, truths);
  return {
    ...plan,
    count: flight.series.count,
    lnBayesFactor: found.lnBayesFactor,
    claimed: found.sources.map((posterior, k) =>
      scoreOf(posterior, nearest(posterior, truths), randomFrom(seed).stream(`rank ${k}`).uniform()),
    ),
    truth: truths.map(({ rate_kgph, peakEnhancement_ppm }, t) => ({
      rate_kgph,
      peakOverNoise: peakEnhancement_ppm / flight.truth.noise_ppm,
      ...(paired[t] === undefined ? {} : { pairedAt_m: paired[t] }),
    })),
    cpu_s: (user + system) / 1e6,
  };
}

/** As `locateFlight` of the pipeline does, but with the posterior as it is. */
export function locateSeries(series: SampleSeries, frame: LocalFrame) {
  const ready = flightReady(series, frame, { software: 'bench' });
  return locateSources(ready.samples, ready.conditions, searchArea([series], [ready], frame).area);
}

interface Place {
  readonly x_m: number;
  readonly y_m: number;
}

const apart = (a: Place, b: Place) => Math.hypot(a.x_m - b.x_m, a.y_m - b.y_m);

function nearest<T extends Place>({ mean }: PlacePosterior, truths: readonly T[]): T | undefined {
  return [...truths].sort((a, b) => apart(a, mean) - apart(b, mean))[0];
}

function scoreOf(
  posterior: PlacePosterior,
  truth: (Place & { readonly rate_kgph: number }) | undefined,
  u: number,
): ScoredSource {
  // Without a true source everything is wrong.
  const { x_m, y_m, rate_kgph } = truth ?? { x_m: Number.NaN, y_m: Number.NaN, rate_kgph: 0 };
  return {
    distance_m: apart(posterior.mean, { x_m, y_m }),
    trueRate_kgph: rate_kgph,
    rate_kgph: posterior.rate,
    placeRank: truth === undefined ? 1 : placeRank(posterior, x_m, y_m, u),
    rateRank: truth === undefined ? 0 : rateRank(posterior, rate_kgph),
    isInside50: highestDensityRegion(posterior.raster, 0.5).holds(x_m, y_m),
    isInside90: highestDensityRegion(posterior.raster, 0.9).holds(x_m, y_m),
  };
}

/** Distance from each true source to an estimate of its own, nearest pairs first. */
function pairUp(estimates: readonly PlacePosterior[], truths: readonly Place[]): (number | undefined)[] {
  const pairs = truths.flatMap((truth, t) => estimates.map(({ mean }, e) => ({ t, e, distance: apart(mean, truth) })));
  pairs.sort((a, b) => a.distance - b.distance);
  const paired: (number | undefined)[] = truths.map(() => undefined);
  const taken = new Set<number>();
  for (const { t, e, distance } of pairs) {
    if (paired[t] !== undefined || taken.has(e)) continue;
    paired[t] = distance;
    taken.add(e);
  }
  return paired;
}
