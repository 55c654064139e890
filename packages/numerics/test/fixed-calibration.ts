/** Simulation-based calibration of the fixed-instrument engine: ranks of the truth in posteriors of drawn records. */
import { locateFixedSources, modelOf } from '../src/fixed/index.ts';
import { fixedPosterior } from '../src/fixed/posterior.ts';
import type { FixedSettings } from '../src/fixed/settings.ts';
import { drawShort, placeRank, rateRank, SHORT_AREA } from './fixed-short-generator.ts';

/** Instruments on each of three arcs. */
const PER_ARC = 6;

export interface Ranks {
  readonly place: number;
  readonly rate: number;
}

/** Ranks of one record drawn with `truth` and located with `engine`; undefined where nothing was reported. */
export function rankShort(seed: number, truth: FixedSettings, engine: FixedSettings = truth): Ranks | undefined {
  const { problem, x_m, y_m, rate_kgph } = drawShort(seed, truth, PER_ARC);
  const [source] = locateFixedSources(problem, SHORT_AREA, engine).sources;
  if (source === undefined) return undefined;
  return { place: placeRank(source, x_m, y_m), rate: rateRank(source, rate_kgph) };
}

/** Rank of the rate at the place where the plume begins: no search, so that a hundred take seconds. */
export function rankRateAtPlace(seed: number, truth: FixedSettings, engine: FixedSettings = truth): number {
  const { problem, origin, rate_kgph } = drawShort(seed, truth, PER_ARC);
  const model = modelOf(problem, engine);
  const here = { ...origin, width_m: 0 };
  const coarse = model.evaluate(here, 1);
  const cell = model.evaluate(here, model.stages - 1, coarse);
  const search = { cells: [cell], width_m: 1, lnNull: model.lnNull, lnBayesFactor: cell.lnEvidence - model.lnNull };
  return rateRank(fixedPosterior(search, SHORT_AREA, engine.short.rateBias), rate_kgph);
}

/** Counts of ranks in ten equal bins and their chi squared (9 degrees of freedom; 16.9 is the 95 % point). */
export function tenBins(ranks: readonly number[]): { readonly counts: readonly number[]; readonly chi2: number } {
  const counts = new Array<number>(10).fill(0);
  for (const rank of ranks) counts[Math.min(9, Math.floor(10 * rank))]++;
  const expected = ranks.length / 10;
  return { counts, chi2: counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) };
}

/** The planted bug: an engine that takes every error of the plume and its rate for a fifth of what the generator makes it. */
export function tooSure(settings: FixedSettings): FixedSettings {
  const { origin } = settings;
  const { field } = settings.short;
  const part = 0.2;
  const { amplitude, shift, width, lump, exponent, widthExponent, height, own } = field;
  const few = {
    amplitude: part * amplitude,
    shift: part * shift,
    width: part * width,
    lump: part * lump,
    exponent: part * exponent,
    widthExponent: part * widthExponent,
    height: part * height,
    own: part * own,
  };
  const nearer = { along: part * origin.along, across: part * origin.across };
  return {
    ...settings,
    origin: nearer,
    short: { ...settings.short, rateBias: part * settings.short.rateBias, field: { ...field, ...few } },
  };
}
