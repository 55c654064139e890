/** From a record of fixed instruments to sources, or to what would have been seen: the engine's front. */
import { learnBackground } from './background.ts';
import { displaced } from './displaced.ts';
import { filterState } from './filter.ts';
import { heightPosterior, tablesByHeight } from './height-nodes.ts';
import { addTo, longModel } from './long-model.ts';
import { type FixedSearchMap, nullMap } from './null-map.ts';
import type { PlaceModel, SearchArea } from './place.ts';
import { type FixedPosterior, fixedPosterior } from './posterior.ts';
import type { FixedProblem } from './problem.ts';
import { redundancyOf } from './redundancy.ts';
import { emptyResponse, fillResponse, NO_DEPARTURE, type Response, type StepTables } from './response.ts';
import { searchPlace } from './search.ts';
import { DEFAULT_FIXED_SETTINGS, type FixedSettings } from './settings.ts';
import { isShort, shortModel } from './short-model.ts';

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
  const model = modelOf(problem, settings);
  const search = searchPlace(model, area, onProgress);
  const found = fixedPosterior(search, area, isShort(problem) ? settings.short.rateBias : settings.rateBias);
  const heights = heightPosterior(problem, search.cells);
  const likeliest = heights?.reduce((a, b) => (b.probability > a.probability ? b : a));
  const placed = {
    ...found.mode,
    rate_kgph: found.rate.p50,
    ...(likeliest === undefined ? {} : { sourceHeight_m: likeliest.height_m }),
  };
  const error = model.displacementAt({ ...placed, width_m: 0 });
  const posterior = {
    ...found,
    ...(error === undefined ? {} : { raster: displaced(found.raster, error) }),
    ...(heights === undefined ? {} : { heights }),
  };
  const { lnBayesFactor } = search;
  if (lnBayesFactor < settings.decision) {
    const { background_ppm, fitted_ppm } = model.trace(undefined);
    const map = nullMap(model, area, settings.range, background_ppm, settings.decision);
    return { sources: [], lnBayesFactor, background_ppm, fitted_ppm, search: map };
  }
  return {
    sources: [posterior],
    lnBayesFactor,
    ...model.trace({ ...placed, width_m: search.width_m }),
  };
}

/** The model of a record: short ones as a field of errors, long ones as states of a filter. */
export function modelOf(problem: FixedProblem, settings: FixedSettings): PlaceModel {
  const background = learnBackground(problem, settings.background);
  if (isShort(problem)) return shortModel(problem, background, settings);
  const tablesOf = tablesByHeight(problem, settings.response);
  return longModel({
    ...knownOf(problem, tablesOf(NO_DEPARTURE)),
    problem,
    background,
    settings,
    error: settings.error,
    state: filterState(problem),
    redundancy: redundancyOf(problem, settings.persistence_s),
    tablesOf,
  });
}

/** Response [ppm] of the registered sources; the filter's amplitude error stands for the errors of their rates. */
function knownOf(problem: FixedProblem, tables: StepTables): { readonly known?: Response } {
  if (problem.known === undefined || problem.known.length === 0) return {};
  const known = emptyResponse(problem.value_ppm.length);
  const one = emptyResponse(problem.value_ppm.length);
  for (const { x_m, y_m, rate_kgph } of problem.known) {
    fillResponse(problem, tables, { x_m, y_m, width_m: 0 }, NO_DEPARTURE, one);
    addTo(known, one, rate_kgph, known);
  }
  return { known };
}
