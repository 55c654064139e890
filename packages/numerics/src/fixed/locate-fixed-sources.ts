/** From a record of fixed instruments to sources, or to what would have been seen: the engine's front. */
import { learnBackground } from './background.ts';
import { departuresFor, errorFor, firstDepartures, responseFor } from './departures.ts';
import { type FilterTrace, filterState, logLikelihood } from './filter.ts';
import { type FixedSearchMap, nullMap } from './null-map.ts';
import { type FixedPosterior, fixedPosterior } from './posterior.ts';
import type { FixedProblem } from './problem.ts';
import { redundancyOf } from './redundancy.ts';
import { emptyResponse, fillResponse, NO_DEPARTURE, stepTables } from './response.ts';
import { type SearchArea, type SearchInput, searchPlace } from './search.ts';
import { DEFAULT_FIXED_SETTINGS, type FixedSettings } from './settings.ts';

export interface FixedInversion {
  /** Strongest first; empty when nothing passes the decision. */
  readonly sources: readonly FixedPosterior[];
  /** Of the first source, reported or not. */
  readonly lnBayesFactor: number;
  /** Per row of the problem. */
  readonly background_ppm: Float64Array;
  readonly fitted_ppm: Float64Array;
  /** Only when no source is reported. */
  readonly search?: FixedSearchMap;
}

export function locateFixedSources(
  problem: FixedProblem,
  area: SearchArea,
  settings: FixedSettings = DEFAULT_FIXED_SETTINGS,
  onProgress?: (fraction: number) => void,
): FixedInversion {
  const input: SearchInput = {
    problem,
    background: learnBackground(problem, settings.background),
    error: errorFor(problem, settings),
    state: filterState(problem),
    tables: stepTables(problem, responseFor(problem, settings)),
    area,
    range: settings.range,
    redundancy: redundancyOf(problem, settings.persistence_s),
    departures: departuresFor(problem, settings),
    firstDepartures: firstDepartures(problem, settings),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  const search = searchPlace(input);
  const isFound = search.lnBayesFactor >= settings.decision;
  const posterior = fixedPosterior(search, area, settings.rateBias);
  const response = emptyResponse(problem.value_ppm.length);
  if (isFound) {
    const width_m = search.width_m;
    fillResponse(problem, input.tables, { ...posterior.mode, width_m }, NO_DEPARTURE, response);
  }
  const trace = emptyTrace(problem.value_ppm.length);
  logLikelihood(input, response, isFound ? posterior.rate.p50 : 0, 1, trace);
  const fitted_ppm = trace.background_ppm.map((value, row) => value + trace.signal_ppm[row]);
  return {
    sources: isFound ? [posterior] : [],
    lnBayesFactor: search.lnBayesFactor,
    background_ppm: trace.background_ppm,
    fitted_ppm,
    ...(isFound ? {} : { search: nullMap(input, trace.background_ppm, settings.decision) }),
  };
}

function emptyTrace(rows: number): FilterTrace {
  return {
    background_ppm: new Float64Array(rows),
    signal_ppm: new Float64Array(rows),
    innovation: new Float64Array(rows),
  };
}
