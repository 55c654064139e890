/** Which leg to fly next: from what the flights so far leave open about one source (docs/science/next-leg.md). */
import type { Position } from '@plumeline/core';
import {
  type LegKind,
  type PlacePosterior,
  type Platform,
  rankNextLegs,
  type SourceDraws,
  type SurveyConditions,
  type SurveyLeg,
  seededGenerator,
} from '@plumeline/numerics';
import { toPosition } from './estimate-geometry.ts';
import { type FlightReady, middleMean } from './flight-input.ts';
import type { LocatedScene } from './locate-flight.ts';

/** Error of a wind averaged over a leg, and of one value that stands for a flight [rad]: bench/next-leg.ts and next-leg.md. */
const MEASURED_WIND_SD_RAD = 0.1;
const SINGLE_WIND_SD_RAD = 0.2;
const DRAWS = 300;
/** A leg shorter than this shows no plume with background on both sides [s of flight, m]. */
const SHORTEST_LEG_S = 10;
const SHORTEST_LEG_M = 80;
/** Bank of a planned turn [rad]. */
const BANK_RAD = Math.PI / 6;
const GRAVITY_MPS2 = 9.81;

export interface NextLegOptions {
  readonly seed: number;
  /** Speed over ground; that of the last flight when left out. */
  readonly groundSpeed_mps?: number;
  /** Heights above ground that may be flown [m]; the mean height of the last flight when left out. */
  readonly heightsAgl_m?: readonly number[];
  readonly rankBy?: 'gain' | 'gain-per-minute';
}

export interface NextLeg {
  readonly kind: LegKind;
  readonly from: Position;
  readonly to: Position;
  readonly heightAgl_m: number;
  readonly groundSpeed_mps: number;
  /** Expected information about place and rate [nats], and the standard error of that figure. */
  readonly gain_nats: number;
  readonly gainSe_nats: number;
  /** Probability that the leg meets the plume. */
  readonly seenProbability: number;
  /** From where the aircraft was last: transit, a half turn and the leg [s]. */
  readonly duration_s: number;
  /** Likely distance from the source to where the leg crosses its plume [m], 10th to 90th percentile. */
  readonly crossingDistance_m?: { readonly p10: number; readonly p90: number };
}

export interface NextLegs {
  /** Number of the source in the estimates that the legs would settle: the one with the largest spread. */
  readonly source: number;
  /** Best first. */
  readonly legs: readonly NextLeg[];
  readonly draws: number;
  readonly seed: number;
}

/** Ranked legs in the air of the last flight; undefined when no source is claimed. @throws RangeError where no leg fits the area. */
export function nextLegs(scene: LocatedScene, options: NextLegOptions): NextLegs | undefined {
  const { found, frame, area, flights } = scene;
  const source = widest(found.sources);
  const last = flights.at(-1);
  if (source < 0 || last === undefined) return undefined;
  const next = seededGenerator(options.seed);
  const { samples } = last;
  const end = samples.count - 1;
  const platform = platformOf(last, options);
  const ranked = rankNextLegs(
    {
      draws: drawsOf(found.sources[source]!, DRAWS, next),
      conditions: surveyConditions(last),
      platform,
      area: withTracks(area, flights),
      position: { x_m: samples.x_m[end]!, y_m: samples.y_m[end]! },
      flown: flights.flatMap((flight, f) => flownLegs(flight, found.flights[f]!.passes.start)),
      ...(options.rankBy === undefined ? {} : { rankBy: options.rankBy }),
    },
    next,
  );
  const legs = ranked.map(({ kind, leg, gain_nats, standardError_nats, seen, duration_s, crossingDistance_m }) => ({
    kind,
    from: toPosition(frame, { x_m: leg.fromX_m, y_m: leg.fromY_m }),
    to: toPosition(frame, { x_m: leg.toX_m, y_m: leg.toY_m }),
    heightAgl_m: leg.heightAgl_m,
    groundSpeed_mps: leg.groundSpeed_mps,
    gain_nats,
    gainSe_nats: standardError_nats,
    seenProbability: seen,
    duration_s,
    ...(crossingDistance_m === undefined ? {} : { crossingDistance_m }),
  }));
  return { source, legs, draws: DRAWS, seed: options.seed };
}

/** Source whose place is least certain. */
function widest(sources: readonly PlacePosterior[]): number {
  const spread = sources.map(({ places, mean }) =>
    places.reduce((sum, { x_m, y_m, mass }) => sum + mass * ((x_m - mean.x_m) ** 2 + (y_m - mean.y_m) ** 2), 0),
  );
  return spread.reduce((best, value, index) => (best < 0 || value > spread[best]! ? index : best), -1);
}

/**
 * Draws of place and rate together: places by systematic resampling and evenly within their cell, the rate from the
 * place's own distribution and evenly (in ln) within its node. A share of rate 0 says that there may be no source: at
 * even odds before the data, 1 / (1 + Bayes factor).
 */
export function drawsOf(source: PlacePosterior, count: number, next: () => number): SourceDraws {
  const { places, rates_kgph, lnBayesFactor } = source;
  const cell_m = spacingOf(places.map(({ x_m }) => x_m)) ?? spacingOf(places.map(({ y_m }) => y_m)) ?? 0;
  const lnStep = rates_kgph.length > 1 ? Math.log(rates_kgph[1]! / rates_kgph[0]!) : 0;
  const [x_m, y_m, rate_kgph] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const total = places.reduce((sum, { mass }) => sum + mass, 0);
  const offset = next();
  let at = 0;
  let held = places[0]!.mass;
  for (let m = 0; m < count; m++) {
    while (held < ((m + offset) / count) * total && at < places.length - 1) held += places[++at]!.mass;
    const place = places[at]!;
    x_m[m] = place.x_m + (next() - 0.5) * cell_m;
    y_m[m] = place.y_m + (next() - 0.5) * cell_m;
    rate_kgph[m] = rates_kgph[pick(place.rateMass, next())]! * Math.exp((next() - 0.5) * lnStep);
  }
  const silent = Math.round(count / (1 + Math.exp(lnBayesFactor)));
  for (let n = 0; n < silent; n++) rate_kgph[Math.floor(((n + 0.5) * count) / silent)] = 0;
  return { count, x_m, y_m, rate_kgph };
}

function pick(mass: Float64Array, u: number): number {
  let held = 0;
  for (let q = 0; q < mass.length; q++) {
    held += mass[q]!;
    if (held >= u) return q;
  }
  return mass.length - 1;
}

/** Least distance between distinct values: the side of the lattice they lie on. */
function spacingOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const steps = sorted.slice(1).flatMap((value, i) => (value - sorted[i]! > 1e-6 ? [value - sorted[i]!] : []));
  return steps.length === 0 ? undefined : Math.min(...steps);
}

/** The air of a flight as planning takes it. */
export function surveyConditions({ samples, conditions }: FlightReady): SurveyConditions {
  const east = middleMean(samples.windEast_mps);
  const north = middleMean(samples.windNorth_mps);
  const { noise_ppm, roughness_m, sigmaV_mps, sigmaW_mps, mixingHeight_m, sourceHeight_m, ppmPerKgM3 } = conditions;
  return {
    windFrom_rad: Math.atan2(-east, -north),
    windSpeed_mps: Math.hypot(east, north),
    windHeight_m: conditions.windHeight_m ?? middleMean(samples.z_m),
    windDirectionSd_rad: conditions.singleWind ? SINGLE_WIND_SD_RAD : MEASURED_WIND_SD_RAD,
    ...{ roughness_m, sigmaV_mps, sigmaW_mps, mixingHeight_m, sourceHeight_m, noise_ppm, ppmPerKgM3 },
    samplingInterval_s: medianStep(samples.time_s),
  };
}

function platformOf({ samples }: FlightReady, { groundSpeed_mps, heightsAgl_m }: NextLegOptions): Platform {
  const speed = groundSpeed_mps ?? groundSpeedOf(samples);
  return {
    groundSpeed_mps: speed,
    heightsAgl_m: heightsAgl_m ?? [Math.round(middleMean(samples.z_m))],
    turnRadius_m: speed ** 2 / (GRAVITY_MPS2 * Math.tan(BANK_RAD)),
    shortestLeg_m: Math.max(SHORTEST_LEG_M, SHORTEST_LEG_S * speed),
  };
}

/** Way over time, holes included [m/s]. */
function groundSpeedOf({ count, x_m, y_m, time_s }: FlightReady['samples']): number {
  let way_m = 0;
  for (let i = 1; i < count; i++) way_m += Math.hypot(x_m[i]! - x_m[i - 1]!, y_m[i]! - y_m[i - 1]!);
  return way_m / Math.max(1, time_s[count - 1]! - time_s[0]!);
}

function medianStep(time_s: Float64Array): number {
  const steps = Array.from(time_s.subarray(1), (time, i) => time - time_s[i]!).sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 1;
}

/** The passes as straight legs. */
export function flownLegs({ samples }: FlightReady, start: Int32Array): SurveyLeg[] {
  const { x_m, y_m, z_m, time_s } = samples;
  return Array.from({ length: start.length - 1 }, (_, pass) => {
    const [from, to] = [start[pass]!, start[pass + 1]! - 1];
    const length_m = Math.hypot(x_m[to]! - x_m[from]!, y_m[to]! - y_m[from]!);
    return {
      fromX_m: x_m[from]!,
      fromY_m: y_m[from]!,
      toX_m: x_m[to]!,
      toY_m: y_m[to]!,
      heightAgl_m: middleMean(z_m.subarray(from, to + 1)),
      groundSpeed_mps: length_m / Math.max(1e-3, time_s[to]! - time_s[from]!),
    };
  }).filter((leg) => leg.groundSpeed_mps > 0);
}

/** Where the search looked and where the aircraft already was. */
function withTracks(area: LocatedScene['area'], flights: readonly FlightReady[]): LocatedScene['area'] {
  let { west_m, south_m, east_m, north_m } = area;
  for (const { samples } of flights) {
    for (let i = 0; i < samples.count; i++) {
      west_m = Math.min(west_m, samples.x_m[i]!);
      east_m = Math.max(east_m, samples.x_m[i]!);
      south_m = Math.min(south_m, samples.y_m[i]!);
      north_m = Math.max(north_m, samples.y_m[i]!);
    }
  }
  return { west_m, south_m, east_m, north_m };
}
