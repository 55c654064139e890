/** Flights in, posteriors over their sources (or none) out: the steps in order. */
import { fitBackground } from './background.ts';
import { crossingsFor, crossPass } from './crossing.ts';
import { type FittedSource, fittedSource, wideRoom } from './fit.ts';
import type { Area, FlightConditions, FlightSamples } from './flight.ts';
import { type SearchMap, searchMap } from './null-result.ts';
import { type Passes, splitPasses } from './passes.ts';
import type { PlacePosterior } from './posterior.ts';
import { type Prepared, problemBeside, problemOf } from './problem.ts';
import type { Scene } from './scene.ts';
import { DEFAULT_SETTINGS, type InversionSettings } from './settings.ts';
import {
  findSources,
  type PassWord,
  passWords,
  type SceneFit,
  type SearchContext,
  totalSignal,
} from './several-sources.ts';
import { type RateRange, sharedNodes } from './shared-nodes.ts';
import { findSpikes } from './spikes.ts';
import { transportOf, verticalFactor } from './transport.ts';

/** ln Bayes factor at which a source is claimed. */
export const DECISION_LN_BAYES_FACTOR = 5;
/** Sources beyond this many are not looked for. */
const MOST_SOURCES = 6;

/** One flight (or one sensor of it). */
export interface FlightInput {
  readonly samples: FlightSamples;
  readonly conditions: FlightConditions;
}

/** A source whose place and rate are known: its plumes are not news. */
export interface RegisteredSource {
  readonly x_m: number;
  readonly y_m: number;
  readonly rate_kgph: number;
}

export interface LocateOptions {
  readonly settings?: InversionSettings;
  readonly known?: readonly RegisteredSource[];
  /** Is told the fraction done and may throw to cancel. */
  readonly step?: (fraction: number) => void;
}

export interface LocatedSource extends PlacePosterior {
  /** What every pass of every flight says for it and against it. */
  readonly passes: readonly PassWord[];
}

/** Series of one flight [per sample] and how it was cut. */
export interface FlightFit {
  readonly passes: Passes;
  readonly background_ppm: Float64Array;
  readonly fitted_ppm: Float64Array;
  /** What this flight would have seen; present when no source is claimed. */
  readonly search?: SearchMap;
}

export interface Inversion {
  readonly flights: readonly FlightFit[];
  /** Strongest evidence first. */
  readonly sources: readonly LocatedSource[];
  /** Largest evidence found, whether or not a source is claimed. */
  readonly lnBayesFactor: number;
}

export interface FlightInversion extends Omit<Inversion, 'flights'>, FlightFit {}

/** Locates the sources of one flight. */
export function locateSources(
  samples: FlightSamples,
  conditions: FlightConditions,
  area: Area,
  settings: InversionSettings = DEFAULT_SETTINGS,
  step: (fraction: number) => void = () => {},
): FlightInversion {
  const { flights, ...found } = locateOverFlights([{ samples, conditions }], area, { settings, step });
  return { ...found, ...flights[0] };
}

/** Locates the sources of several flights over one area together, in one local frame. */
export function locateOverFlights(
  inputs: readonly FlightInput[],
  area: Area,
  { settings = DEFAULT_SETTINGS, known = [], step = () => {} }: LocateOptions = {},
): Inversion {
  const flights = inputs.map((input) => prepare(input, settings, area));
  const alone = flights.map((flight) => {
    step(0);
    return problemOf(flight, settings);
  });
  const range = rateRange(flights, settings, area);
  const registered = known.map((source) =>
    alone.map((problem) => {
      const nodes = sharedNodes(settings, problem.conditions, problem.transport, range);
      return fittedSource(problem, wideRoom(problem, nodes), source.x_m, source.y_m, source.rate_kgph);
    }),
  );
  const context: SearchContext = {
    area,
    settings,
    range,
    prepare: (others) => sceneBeside(flights, alone, [...registered, ...others], settings),
    decision: DECISION_LN_BAYES_FACTOR,
    // One wind for a whole flight does not tell two plumes from one that turned.
    mostSources: inputs.every(({ conditions }) => conditions.singleWind) ? 1 : MOST_SOURCES,
    step,
  };
  const found = findSources(context);
  const fits = flights.map((flight, f) => fitOf(flight, [...registered, ...found.sources.map(({ fit }) => fit)], f));
  if (found.sources.length === 0) {
    const searched = fits.map((fit, f) => ({ ...fit, search: searchMap(found.first.flights[f], area, range) }));
    return { flights: searched, sources: [], lnBayesFactor: found.best };
  }
  const sources = found.sources.map((source, k) => ({
    ...source.posterior,
    passes: passWords(
      context,
      source,
      found.sources.filter((_, other) => other !== k),
    ),
  }));
  return {
    flights: fits,
    sources: sources.sort((a, b) => b.lnBayesFactor - a.lnBayesFactor),
    lnBayesFactor: found.best,
  };
}

function prepare({ samples, conditions }: FlightInput, settings: InversionSettings, area: Area): Prepared {
  const passes = splitPasses(samples);
  const aside = findSpikes(samples.value_ppm, conditions.noise_ppm);
  samples.aside?.forEach((one, i) => {
    if (one === 1) aside[i] = 1;
  });
  const background = fitBackground(samples.time_s, samples.value_ppm, conditions.noise_ppm);
  const transport = transportOf(samples, passes, conditions, settings, reachOf(samples, area));
  return { samples, passes, conditions, transport, background, aside };
}

function sceneBeside(
  flights: readonly Prepared[],
  alone: Scene['flights'],
  others: readonly SceneFit[],
  settings: InversionSettings,
): Scene {
  return {
    flights: flights.map((flight, f) =>
      problemBeside(
        flight,
        alone[f],
        others.map((fit) => fit[f]),
      ),
    ),
    on: flights.length > 1 ? settings.on : 1,
  };
}

/** Background and background with plumes of one flight. */
function fitOf({ samples, passes, conditions }: Prepared, fits: readonly SceneFit[], f: number): FlightFit {
  const signal = totalSignal(
    fits.map((fit): FittedSource => fit[f]),
    samples.count,
  );
  const rest = samples.value_ppm.map((value, i) => value - signal[i]);
  const { level_ppm } = fitBackground(samples.time_s, rest, conditions.noise_ppm);
  return { passes, background_ppm: level_ppm, fitted_ppm: signal.map((value, i) => value + level_ppm[i]) };
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

/** Prior range of the rate: from the rate whose strongest crossing shows a peak of the noise, at the median place. */
function rateRange(flights: readonly Prepared[], settings: InversionSettings, area: Area): RateRange {
  const least: number[] = [];
  for (let cell = 0; cell < RANGE_CELLS * RANGE_CELLS; cell++) {
    const x = area.west_m + (((cell % RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.east_m - area.west_m);
    const y = area.south_m + ((Math.floor(cell / RANGE_CELLS) + 0.5) / RANGE_CELLS) * (area.north_m - area.south_m);
    const seen = Math.max(...flights.map((flight) => largestCrossing(flight, settings, x, y)));
    if (seen > 0) least.push(1 / seen);
  }
  least.sort((a, b) => a - b);
  const middle = least.length > 0 ? least[least.length >> 1] : 1;
  return { least_kgph: middle, most_kgph: middle * settings.ratePriorFactor };
}

/** Signal-to-noise per unit rate of the strongest crossing of a place, background apart. */
function largestCrossing(flight: Prepared, settings: InversionSettings, x: number, y: number): number {
  const { samples, transport, passes, conditions } = flight;
  const nodes = sharedNodes({ ...settings, biasNodes: 5 }, conditions, transport, { least_kgph: 1, most_kgph: 2 });
  const crossings = crossingsFor(nodes.beta.length);
  let most = 0;
  for (let j = 0; j < passes.count; j++) {
    if (!crossPass(samples, transport, j, x, y, nodes.beta, LONG_S, crossings)) continue;
    for (let b = 0; b < nodes.beta.length; b++) {
      if (crossings.width_s[b] === 0) continue;
      const sigmaZ = Math.exp(crossings.lnSigmaZ[b]);
      const factor = verticalFactor(crossings.height_m[b], conditions.sourceHeight_m, sigmaZ);
      const samplesIn = Math.min(LONG_S, Math.max(1, crossings.width_s[b]));
      most = Math.max(most, (Math.exp(crossings.lnStrength[b]) * factor * Math.sqrt(samplesIn)) / conditions.noise_ppm);
    }
  }
  return most;
}
