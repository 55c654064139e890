/** One flight in, posteriors over its sources (or none) out: the steps in order. */
import { fitBackground } from './background.ts';
import { excessEnvelope, hasUnexplained } from './envelope.ts';
import type { Area, FlightConditions, FlightSamples } from './flight.ts';
import {
  couplePass,
  crossingTerms,
  type FlightProblem,
  problemOf,
  type RateRange,
  workspaceFor,
} from './likelihood.ts';
import { inflationOf, noiseTerms } from './noise.ts';
import { type SearchMap, searchMap } from './null-result.ts';
import { type Passes, splitPasses } from './passes.ts';
import type { PlacePosterior } from './posterior.ts';
import { DEFAULT_SETTINGS, type InversionSettings, roughSettings } from './settings.ts';
import { findSources, type PrepareProblem, totalSignal } from './several-sources.ts';
import { findSpikes } from './spikes.ts';
import { transportOf } from './transport.ts';

/** ln Bayes factor at which a source is claimed. */
export const DECISION_LN_BAYES_FACTOR = 5;
/** Sources beyond this many are not looked for in one flight. */
const MOST_SOURCES = 3;
/** A spike is given this many noise deviations: no weight. */
const SPIKE_DEVIATION = 1e5;

export interface FlightInversion {
  readonly background_ppm: Float64Array;
  readonly fitted_ppm: Float64Array;
  /** Strongest evidence first. */
  readonly sources: readonly PlacePosterior[];
  /** Largest evidence found, whether or not a source is claimed. */
  readonly lnBayesFactor: number;
  /** Present when no source is claimed. */
  readonly search?: SearchMap;
}

/** Locates the sources of a flight. `step` is told the fraction done and may throw to cancel. */
export function locateSources(
  samples: FlightSamples,
  conditions: FlightConditions,
  area: Area,
  settings: InversionSettings = DEFAULT_SETTINGS,
  step: (fraction: number) => void = () => {},
): FlightInversion {
  const { noise_ppm } = conditions;
  const passes = splitPasses(samples);
  const { level_ppm } = fitBackground(samples.time_s, samples.value_ppm, noise_ppm);
  const spike = findSpikes(samples.value_ppm, noise_ppm);
  const excess = samples.value_ppm.map((value, i) => (spike[i] === 1 ? 0 : value - level_ppm[i]));
  const envelope = excessEnvelope(samples.time_s, excess, noise_ppm);
  const transport = transportOf(samples, conditions, settings, reachOf(samples, area));
  const quiet = quietPasses(passes, envelope, noise_ppm);
  const rough = roughSettings(settings);
  const prepare: PrepareProblem = (form, range, expected, others) => {
    const deviation = envelope.map((seen, i) =>
      spike[i] === 1
        ? SPIKE_DEVIATION * noise_ppm
        : Math.hypot(
            noise_ppm,
            settings.fluctuation *
              (expected === undefined ? seen : Math.max(settings.envelopeFloor * seen, expected[i])),
          ),
    );
    const explained = envelope.map((_, i) =>
      spike[i] === 1
        ? deviation[i]
        : Math.min(deviation[i], Math.hypot(noise_ppm, settings.fluctuation * (others?.mean[i] ?? 0))),
    );
    const residual = others === undefined ? excess : excess.map((value, i) => value - others.mean[i]);
    const inflation = inflationOf(residual, deviation, explained, passes, quiet);
    const noise = noiseTerms(samples, passes, deviation, inflation, others);
    return problemOf(samples, passes, conditions, form === 'rough' ? rough : settings, transport, noise, range, quiet);
  };
  const range = rateRange(prepare('rough', { least_kgph: 1, most_kgph: 2 }, undefined, undefined), area);
  const found = findSources({
    area,
    settings,
    range,
    prepare,
    isUnexplained: (fitted) => hasUnexplained(excess, fitted, noise_ppm, settings.fluctuation),
    decision: DECISION_LN_BAYES_FACTOR,
    // One wind for a whole flight does not tell two plumes from one that turned.
    mostSources: conditions.singleWind ? 1 : MOST_SOURCES,
    step,
  });
  if (found.sources.length === 0) {
    const search = searchMap(found.rough, workspaceFor(found.rough), area, range);
    return { background_ppm: level_ppm, fitted_ppm: level_ppm, sources: [], lnBayesFactor: found.best, search };
  }
  return {
    background_ppm: level_ppm,
    fitted_ppm: totalSignal(found.sources).map((signal, i) => signal + level_ppm[i]),
    sources: found.sources.map(({ posterior }) => posterior).sort((a, b) => b.lnBayesFactor - a.lnBayesFactor),
    lnBayesFactor: found.best,
  };
}

/** 1 for passes whose envelope never passes a few deviations of a five-sample mean. */
function quietPasses(passes: Passes, envelope: Float64Array, noise: number): Uint8Array {
  return Uint8Array.from({ length: passes.count }, (_, j) => {
    for (let i = passes.start[j]; i < passes.start[j + 1]; i++) if (envelope[i] > QUIET_NOISES * noise) return 0;
    return 1;
  });
}

const QUIET_NOISES = 2;

/** Longest distance from a place of the area to a sample. */
function reachOf(samples: FlightSamples, area: Area): number {
  let { west_m, south_m, east_m, north_m } = area;
  for (let i = 0; i < samples.count; i++) {
    west_m = Math.min(west_m, samples.x_m[i]);
    east_m = Math.max(east_m, samples.x_m[i]);
    south_m = Math.min(south_m, samples.y_m[i]);
    north_m = Math.max(north_m, samples.y_m[i]);
  }
  return Math.hypot(east_m - west_m, north_m - south_m);
}

const RANGE_CELLS = 10;

/** Prior range of the rate: from the rate whose best crossing has signal-to-noise 1 at the median place. */
function rateRange(p: FlightProblem, area: Area): RateRange {
  const space = workspaceFor(p);
  const least: number[] = [];
  for (let cell = 0; cell < RANGE_CELLS * RANGE_CELLS; cell++) {
    const x = area.west_m + (((cell % RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.east_m - area.west_m);
    const y = area.south_m + ((Math.floor(cell / RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.north_m - area.south_m);
    let most = 0;
    for (let j = 0; j < p.passes.count; j++) {
      if (couplePass(p, space, j, x, y) < 0) continue;
      const count = (p.quiet[j] === 1 ? p.coarse : p.fine).delta.length;
      crossingTerms(p, space, 0, count);
      for (let k = 0; k < count; k++) most = Math.max(most, space.root[k]);
    }
    if (most > 0) least.push(1 / most);
  }
  least.sort((a, b) => a - b);
  const middle = least.length > 0 ? least[least.length >> 1] : 1;
  return { least_kgph: middle, most_kgph: middle * p.settings.ratePriorFactor };
}
