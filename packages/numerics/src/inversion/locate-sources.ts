/** One flight in, posteriors over its sources (or none) out: the steps in order. */
import { fitBackground } from './background.ts';
import { crossingsFor, crossPass } from './crossing.ts';
import type { FittedSource } from './fit.ts';
import type { Area, FlightConditions, FlightSamples } from './flight.ts';
import { type FlightProblem, type RateRange, sharedNodes } from './likelihood.ts';
import { type SearchMap, searchMap } from './null-result.ts';
import { splitPasses } from './passes.ts';
import type { PlacePosterior } from './posterior.ts';
import { type Prepared, problemOf } from './problem.ts';
import { DEFAULT_SETTINGS, type InversionSettings } from './settings.ts';
import { findSources, totalSignal } from './several-sources.ts';
import { findSpikes } from './spikes.ts';
import { transportOf, verticalFactor } from './transport.ts';

/** ln Bayes factor at which a source is claimed. */
export const DECISION_LN_BAYES_FACTOR = 5;
/** Sources beyond this many are not looked for in one flight. */
const MOST_SOURCES = 3;

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
  const passes = splitPasses(samples);
  const aside = findSpikes(samples.value_ppm, conditions.noise_ppm);
  const background = fitBackground(samples.time_s, samples.value_ppm, conditions.noise_ppm);
  const transport = transportOf(samples, passes, conditions, settings, reachOf(samples, area));
  const flight: Prepared = { samples, passes, conditions, transport, background, aside };
  const prepare = (others: readonly FittedSource[]) => problemOf(flight, settings, others);
  const range = rateRange(flight, settings, area);
  const found = findSources({
    area,
    settings,
    range,
    prepare,
    decision: DECISION_LN_BAYES_FACTOR,
    // One wind for a whole flight does not tell two plumes from one that turned.
    mostSources: conditions.singleWind ? 1 : MOST_SOURCES,
    step,
  });
  if (found.sources.length === 0) {
    const { level_ppm } = background;
    const search = searchMap(found.first, area, range);
    return { background_ppm: level_ppm, fitted_ppm: level_ppm, sources: [], lnBayesFactor: found.best, search };
  }
  const signal = totalSignal(
    found.sources.map(({ fit }) => fit),
    samples.count,
  );
  const rest = samples.value_ppm.map((value, i) => value - signal[i]);
  const { level_ppm } = fitBackground(samples.time_s, rest, conditions.noise_ppm);
  return {
    background_ppm: level_ppm,
    fitted_ppm: signal.map((value, i) => value + level_ppm[i]),
    sources: found.sources.map(({ posterior }) => posterior).sort((a, b) => b.lnBayesFactor - a.lnBayesFactor),
    lnBayesFactor: found.best,
  };
}

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
const LONG_S = 60;

/** Prior range of the rate: from the rate whose strongest crossing has a peak of the noise at the median place. */
function rateRange(flight: Prepared, settings: InversionSettings, area: Area): RateRange {
  const { samples, transport, passes, conditions } = flight;
  const nodes = sharedNodes({ ...settings, biasNodes: 5 }, conditions, transport, { least_kgph: 1, most_kgph: 2 });
  const crossings = crossingsFor(nodes.beta.length);
  const least: number[] = [];
  for (let cell = 0; cell < RANGE_CELLS * RANGE_CELLS; cell++) {
    const x = area.west_m + (((cell % RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.east_m - area.west_m);
    const y = area.south_m + ((Math.floor(cell / RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.north_m - area.south_m);
    let most = 0;
    for (let j = 0; j < passes.count; j++) {
      if (!crossPass(samples, transport, j, x, y, nodes.beta, LONG_S, crossings)) continue;
      for (let b = 0; b < nodes.beta.length; b++) {
        if (crossings.width_s[b] === 0) continue;
        const sigmaZ = Math.exp(crossings.lnSigmaZ[b]);
        const V = verticalFactor(crossings.height_m[b], conditions.sourceHeight_m, sigmaZ);
        const samplesIn = Math.min(LONG_S, Math.max(1, crossings.width_s[b]));
        most = Math.max(most, Math.exp(crossings.lnStrength[b]) * V * Math.sqrt(samplesIn));
      }
    }
    if (most > 0) least.push(conditions.noise_ppm / most);
  }
  least.sort((a, b) => a - b);
  const middle = least.length > 0 ? least[least.length >> 1] : 1;
  return { least_kgph: middle, most_kgph: middle * settings.ratePriorFactor };
}

export type { FlightProblem };
