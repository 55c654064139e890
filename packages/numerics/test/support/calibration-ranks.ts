/**
 * Simulation-based calibration (Cook, Gelman & Rubin 2006; Talts et al. 2018): truths drawn from the prior, flights from
 * the model given them; then where the truth lies in its own posterior is uniform on [0, 1], whatever the prior. It
 * stays uniform among flights picked by their samples, so also among those in which a source was claimed.
 */
import { type Area, type FlightConditions, locateSources, type PlacePosterior } from '../../src/index.ts';
import type { InversionSettings } from '../../src/inversion/settings.ts';
import { AREA, CONDITIONS, flightOver, randomFrom, type Source } from './flight-over.ts';

export interface CalibrationRank {
  readonly seed: number;
  readonly truth: Source;
  /** Of the source claimed first; absent when none was. */
  readonly found?: {
    /** Posterior mass of the places denser than the true one. */
    readonly place: number;
    /** Posterior probability of a rate below the true one. */
    readonly rate: number;
    readonly distance_m: number;
    readonly sources: number;
  };
}

/** The engine's prior range of the rate over this area, as it states it when it finds nothing. */
export function priorRates(area: Area = AREA, conditions: FlightConditions = CONDITIONS): readonly [number, number] {
  const { search } = locateSources(flightOver([], 1), conditions, area);
  if (search === undefined) throw new Error('The flight over clean air was taken for one over a source.');
  return [search.rates_kgph[0]!, search.rates_kgph.at(-1)!];
}

/** A place anywhere in the area and a rate anywhere in the prior. */
export function drawTruth(seed: number, [least, most]: readonly [number, number]): Source {
  const random = randomFrom(0x5bc0_0000 + seed);
  return {
    x_m: AREA.west_m + (AREA.east_m - AREA.west_m) * random.uniform(),
    y_m: AREA.south_m + (AREA.north_m - AREA.south_m) * random.uniform(),
    rate_kgph: least * (most / least) ** random.uniform(),
  };
}

/** One draw of truth and flight, and the truth's ranks under `settings`. */
export function calibrationRank(
  seed: number,
  rates: readonly [number, number],
  settings?: InversionSettings,
): CalibrationRank {
  const truth = drawTruth(seed, rates);
  const { sources } = locateSources(flightOver([truth], seed), CONDITIONS, AREA, settings);
  const [first] = sources;
  if (first === undefined) return { seed, truth };
  const { x_m, y_m } = truth;
  return {
    seed,
    truth,
    found: {
      place: placeRank(first, x_m, y_m, randomFrom(0x7a4e_0000 + seed).uniform()),
      rate: rateRank(first, truth.rate_kgph),
      distance_m: Math.hypot(first.mean.x_m - x_m, first.mean.y_m - y_m),
      sources: sources.length,
    },
  };
}

/** Mass denser than (x, y); of its own cell the part `u`, for a mass is uniform inside a cell. */
export function placeRank({ raster }: Pick<PlacePosterior, 'raster'>, x_m: number, y_m: number, u: number): number {
  const column = Math.floor((x_m - raster.west_m) / raster.cell_m);
  const row = Math.floor((y_m - raster.south_m) / raster.cell_m);
  if (column < 0 || row < 0 || column >= raster.columns || row >= raster.rows) return 1;
  const here = raster.mass[row * raster.columns + column]!;
  let denser = 0;
  for (const mass of raster.mass) if (mass > here) denser += mass;
  return denser + u * here;
}

const PARTS = 32;

/** Posterior probability below a rate: mass at nodes of equal steps of ln rate, its density geometric between them. */
export function rateRank(
  { rates_kgph, rateMass }: Pick<PlacePosterior, 'rates_kgph' | 'rateMass'>,
  rate_kgph: number,
): number {
  const step = Math.log(rates_kgph[1]! / rates_kgph[0]!);
  const position = Math.log(rate_kgph / rates_kgph[0]!) / step;
  let below = 0;
  let all = 0;
  for (let n = 0; n + 1 < rateMass.length; n++) {
    const ln = Math.log(Math.max(1e-300, rateMass[n]!));
    const rise = Math.log(Math.max(1e-300, rateMass[n + 1]!)) - ln;
    for (let part = 0; part < PARTS; part++) {
      const u = (part + 0.5) / PARTS;
      const mass = Math.exp(ln + u * rise);
      all += mass;
      below += mass * Math.max(0, Math.min(1, (position - n) * PARTS - part));
    }
  }
  return below / all;
}

/** Counts of values of [0, 1] in equal bins. */
export function histogram(values: readonly number[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor(value * bins))]!++;
  return counts;
}

/** Pearson's chi-squared of counts against equal ones; under calibration its expectation is bins - 1. */
export function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/**
 * Fisher's combination of ranks: mean of -ln(1 - rank), 1 +- 1 / sqrt(n) under calibration. Where chi-squared needs hundreds
 * of flights, truths far out in the tail show in a handful.
 */
export function surprise(ranks: readonly number[]): number {
  return ranks.reduce((sum, rank) => sum - Math.log(Math.max(LEAST_TAIL, 1 - rank)), 0) / ranks.length;
}

const LEAST_TAIL = 1e-9;

/** Settings with a planted fault: shifts, amplitudes and fluctuation of crossings three times too small. */
export function withCrossingsTooSure(settings: InversionSettings): InversionSettings {
  return {
    ...settings,
    meanderFraction: settings.meanderFraction / 3,
    windBiasSd_mps: settings.windBiasSd_mps / 3,
    windErrorSd_mps: settings.windErrorSd_mps / 3,
    amplitudeSpread: settings.amplitudeSpread / 3,
    fluctuation: settings.fluctuation / 3,
  };
}
