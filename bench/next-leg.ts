/**
 * The planner against simulated flights (another model: puffs in a meandering wind):
 * `node bench/next-leg.ts [seen|gain] [flights]`.
 *
 * seen: probability of detection stated before the flight (forecast wind, 0.2 rad and 20 % off) and after it (wind
 *   measured on each leg) against the fraction truly seen: some leg whose noise-free signal has a matched-filter SNR of
 *   6 or more. Seeds 5000 up.
 * gain: after two legs, the leg proposed by expected gain against legs picked at random, from all candidates and from those
 *   across the wind at the least height: what each did to the posterior (weights on prior draws; what a leg shows is
 *   measured from its samples). Seeds 7000 up.
 */
import {
  type ConditionedLeg,
  DEFAULT_CROSSING,
  detectionProbability,
  rankNextLegs,
  type SurveyConditions,
  type SurveyLeg,
  seededGenerator,
  toMoleFraction_ppm,
} from '../packages/numerics/src/index.ts';
import { lookAlong, plumeProfile } from '../packages/numerics/src/planning/crossing.ts';
import {
  type Outcome,
  outcomeLikelihoods,
  predict,
  type SourceDraws,
} from '../packages/numerics/src/planning/expected-gain.ts';
import { PASS_SNR, strongPasses } from '../packages/simulator/src/detectability.ts';
import {
  type FlightSource,
  type FlightWithTruth,
  makeFlight,
  type Random,
  randomFrom,
} from '../packages/simulator/src/index.ts';

const AREA = { west_m: -300, south_m: -300, east_m: 300, north_m: 300 };
const METHANE_AIR = { molarMass_kgpmol: 0.016043, temperature_K: 298.15, pressure_Pa: 101_325 };
const FORECAST = { direction_rad: 0.2, lnSpeed: 0.2 };
/** Of a wind averaged over a leg: sensor bias and slow error, and that the gas left earlier. */
const MEASURED_DIRECTION_SD = 0.1;

/** Width of the kernel in which the draws' density at the true place is read [m]. */
const KERNEL_M = 20;

/** Side of the area [m] and rates [kg/h] that make some sources seen and some not. */
const STYLES = {
  rotorcraft: { area_m: 600, rates: [0.05, 5] },
  aeroplane: { area_m: 3000, rates: [0.5, 100] },
} as const;

const which = process.argv[2];
const flights = Number(process.argv[3] ?? 0);
if (which === undefined || which === 'seen') {
  reliability('rotorcraft', flights || 600);
  reliability('aeroplane', flights || 200);
}
if (which === undefined || which === 'gain') shrinkage(flights || 80);

function reliability(style: keyof typeof STYLES, count: number): void {
  const stated: Record<'before' | 'after', { p: number; seen: boolean }[]> = { before: [], after: [] };
  for (let seed = 5000; seed < 5000 + count; seed++) {
    const random = randomFrom(seed).stream('bench');
    const source = drawSource(random, STYLES[style].rates, STYLES[style].area_m);
    const flight = makeFlight({ seed, sources: [source], style });
    // An aeroplane's odd legs are turns: no lines of a plan.
    const isLine = (leg: number) => style === 'rotorcraft' || leg % 2 === 0;
    const passes = strongPasses(0, flight.truth.enhancement_ppm, flight.series.leg!, flight.truth.noise_ppm);
    const seen = passes.some(({ leg }) => isLine(leg));
    const forecast = forecastOf(flight, random);
    const flown = legsOf(flight).filter((_, index) => isLine(index));
    const planned = flown.map(({ leg }) => ({ leg, conditions: forecast }));
    for (const [when, legs] of [
      ['before', planned],
      ['after', flown],
    ] as const) {
      const [p] = detectionProbability(legs, source, [source.rate_kgph]);
      stated[when].push({ p, seen });
    }
  }
  console.log(
    `\nSeen at SNR ${PASS_SNR} on some leg, ${count} ${style} flights, seeds 5000 up: stated probability and fraction seen.`,
  );
  for (const when of ['before', 'after'] as const) {
    const heading = `${when} the flight`.padEnd(20);
    console.log(`${heading}      n   stated     seen   sd of fraction`);
    for (const [low, high] of [
      [0, 0.05],
      [0.05, 0.2],
      [0.2, 0.4],
      [0.4, 0.6],
      [0.6, 0.8],
      [0.8, 0.95],
      [0.95, 1.01],
    ]) {
      const bin = stated[when].filter(({ p }) => p >= low && p < high);
      if (bin.length === 0) continue;
      const p = mean(bin.map((each) => each.p));
      const fraction = mean(bin.map(({ seen }) => Number(seen)));
      const sd = Math.sqrt((p * (1 - p)) / bin.length);
      const range = `${low} - ${Math.min(1, high)}`.padEnd(20);
      console.log(`${range}${String(bin.length).padStart(7)}${fixed(p)}${fixed(fraction)}${fixed(sd)}`);
    }
    const brier = mean(stated[when].map(({ p, seen }) => (p - Number(seen)) ** 2));
    console.log(`Brier score ${brier.toFixed(3)}; stated in all ${mean(stated[when].map(({ p }) => p)).toFixed(3)}`);
  }
}

function drawSource(random: Random, rates: readonly [number, number], area_m = 600): FlightSource {
  const own = random.stream('source');
  return {
    x_m: own.between(-0.4 * area_m, 0.4 * area_m),
    y_m: own.between(-0.4 * area_m, 0.4 * area_m),
    heightAgl_m: own.between(0.3, 3),
    rate_kgph: own.logBetween(...rates),
  };
}

/** The wind as a forecast would have it. */
function forecastOf({ truth, series }: FlightWithTruth, random: Random): SurveyConditions {
  const { windEast_mps, windNorth_mps } = truth.weather;
  const own = random.stream('forecast');
  const turn = FORECAST.direction_rad * own.normal();
  const speed = Math.hypot(windEast_mps, windNorth_mps) * Math.exp(FORECAST.lnSpeed * own.normal());
  const from = Math.atan2(-windEast_mps, -windNorth_mps) + turn;
  return conditionsOf(series, { from, speed, height_m: 10, directionSd: FORECAST.direction_rad });
}

function conditionsOf(
  series: FlightWithTruth['series'],
  wind: { from: number; speed: number; height_m: number; directionSd: number },
): SurveyConditions {
  const { context } = series;
  return {
    windFrom_rad: wind.from,
    windSpeed_mps: wind.speed,
    windHeight_m: wind.height_m,
    windDirectionSd_rad: wind.directionSd,
    roughness_m: context.roughness_m!,
    sigmaV_mps: context.sigmaV_mps!,
    sigmaW_mps: context.sigmaW_mps!,
    mixingHeight_m: 1000,
    sourceHeight_m: 1.5,
    noise_ppm: context.noise_ppm!,
    samplingInterval_s: 1,
    ppmPerKgM3: toMoleFraction_ppm(1, METHANE_AIR),
  };
}

/** Flown legs, each with the wind measured on it. */
function legsOf({ series, frame }: FlightWithTruth): (ConditionedLeg & { readonly rows: readonly number[] })[] {
  const numbers = [...new Set(series.leg!)];
  return numbers.map((number) => {
    const rows = Array.from(series.leg!.keys()).filter((i) => series.leg![i] === number);
    const place = (i: number) => frame.toLocal({ lat: series.lat_deg[i], lon: series.lon_deg[i] });
    const [from, to] = [place(rows[0]), place(rows[rows.length - 1])];
    const east = mean(rows.map((i) => series.windEast_mps![i]));
    const north = mean(rows.map((i) => series.windNorth_mps![i]));
    const heightAgl_m = mean(rows.map((i) => series.heightAgl_m[i]));
    const wind = {
      from: Math.atan2(-east, -north),
      speed: Math.hypot(east, north),
      height_m: heightAgl_m,
      directionSd: MEASURED_DIRECTION_SD,
    };
    const leg = {
      fromX_m: from.x_m,
      fromY_m: from.y_m,
      toX_m: to.x_m,
      toY_m: to.y_m,
      heightAgl_m,
      groundSpeed_mps: Math.hypot(to.x_m - from.x_m, to.y_m - from.y_m) / Math.max(1, rows.length - 1),
    };
    return { leg, conditions: conditionsOf(series, wind), rows };
  });
}

interface Weighted {
  readonly draws: SourceDraws;
  readonly weight: Float64Array;
}

interface Effect {
  /** KL divergence of the posterior after from that before [nats]; its expectation is the expected gain. */
  readonly gain: number;
  /** ln density at the true place, after less before: a proper score. */
  readonly atTruth: number;
  /** Equivalent area exp(entropy) of place, after over before. */
  readonly area: number;
  readonly error_m: number;
}

type Strategy = 'best' | 'low' | 'any';

function shrinkage(count: number): void {
  const RANDOM_PICKS = 3;
  const rows: { effects: Record<Strategy, Effect>; predicted: Record<Strategy, number>; before_m: number }[] = [];
  let cpu_s = 0;
  for (let seed = 7000; seed < 7000 + count; seed++) {
    const random = randomFrom(seed).stream('bench');
    const source = drawSource(random, [1, 20]);
    const empty = makeFlight({ seed, sources: [], samples: 60 });
    const forecast = forecastOf(empty, random);
    const first = [-60, 120].map((along) => runAcross(forecast.windFrom_rad, along));
    const initial = makeFlight({ seed, sources: [source], runs: first, heightAgl_m: 15 });
    let before = priorDraws(random.stream('prior'));
    for (const leg of legsOf(initial)) before = weighed(before, leg, outcomeOf(initial, leg.rows));
    const draws = resampled(before, 300, random.stream('resample'));
    const conditions = { ...legsOf(initial)[0].conditions, windHeight_m: 15 };
    const platform = { groundSpeed_mps: 8, heightsAgl_m: [12, 20, 30], turnRadius_m: 10, shortestLeg_m: 80 };
    const end = first[1].to;
    const started = process.cpuUsage();
    const ranked = rankNextLegs(
      {
        draws,
        conditions,
        platform,
        area: AREA,
        position: { x_m: end[0], y_m: end[1] },
        flown: legsOf(initial).map(({ leg }) => leg),
      },
      seededGenerator(seed),
    );
    cpu_s += process.cpuUsage(started).user / 1e6;
    const fly = (leg: SurveyLeg): Effect => {
      const from = [leg.fromX_m, leg.fromY_m] as const;
      const runs = [...first, { from, to: [leg.toX_m, leg.toY_m] as const }];
      const flown = makeFlight({ seed, sources: [source], runs, heightAgl_m: leg.heightAgl_m });
      const last = legsOf(flown).at(-1)!;
      return effect(before, weighed(before, last, outcomeOf(flown, last.rows)), source);
    };
    const pick = random.stream('pick');
    const low = ranked.filter(({ kind, leg }) => leg.heightAgl_m === 12 && (kind === 'across' || kind === 'gap'));
    const picks = (from: typeof ranked) => Array.from({ length: RANDOM_PICKS }, () => from[pick.below(from.length)]);
    const legs = { best: [ranked[0]], low: picks(low), any: picks(ranked) };
    const each = <T>(of: (legs: typeof ranked) => T): Record<Strategy, T> => ({
      best: of(legs.best),
      low: of(legs.low),
      any: of(legs.any),
    });
    rows.push({
      effects: each((some) => average(some.map(({ leg }) => fly(leg)))),
      predicted: each((some) => mean(some.map(({ gain_nats }) => gain_nats))),
      before_m: errorOf(before, source),
    });
  }
  console.log(`\nNext leg after two, ${count} flights, seeds 7000 up; random: mean of ${RANDOM_PICKS} candidates.`);
  console.log(`${''.padEnd(32)}     best  random low  random any   best - low (se)    best - any (se)`);
  const table = (name: string, of: (effect: Effect) => number) => {
    const column = (strategy: Strategy) => rows.map(({ effects }) => of(effects[strategy]));
    const [best, low, any] = [column('best'), column('low'), column('any')];
    const over = (other: readonly number[]) => {
      const difference = best.map((value, i) => value - other[i]);
      const se = Math.sqrt(mean(difference.map((d) => (d - mean(difference)) ** 2)) / count);
      return `${fixed(mean(difference))} (${se.toFixed(3)})`;
    };
    console.log(
      `${name.padEnd(32)}${fixed(mean(best))}   ${fixed(mean(low))}   ${fixed(mean(any))}${over(low)}${over(any)}`,
    );
  };
  const predicted = (strategy: Strategy) => fixed(mean(rows.map((row) => row.predicted[strategy])));
  console.log(`${'expected gain [nats]'.padEnd(32)}${predicted('best')}   ${predicted('low')}   ${predicted('any')}`);
  table('realised gain [nats]', ({ gain }) => gain);
  table('ln density at the true place', ({ atTruth }) => atTruth);
  table('ln area, after over before', ({ area }) => Math.log(area));
  table('error of the mean place [m]', ({ error_m }) => error_m);
  console.log(`error before the third leg ${mean(rows.map((row) => row.before_m)).toFixed(1)} m`);
  const smaller = (other: Strategy) => rows.filter(({ effects }) => effects.best.area < effects[other].area).length;
  console.log(`smaller area than low in ${smaller('low')}, than any in ${smaller('any')} of ${count}`);
  console.log(`CPU ${(cpu_s / count).toFixed(2)} s a plan`);
}

/** A run across the wind so many metres downwind of the middle, inside the area. */
function runAcross(windFrom_rad: number, along_m: number) {
  const [east, north] = [-Math.sin(windFrom_rad), -Math.cos(windFrom_rad)];
  const at = (e: number) => [along_m * east - e * north, along_m * north + e * east] as const;
  return { from: at(-240), to: at(240) };
}

function priorDraws(random: Random): Weighted {
  const count = 6000;
  const column = (make: () => number) => Float64Array.from({ length: count }, make);
  const draws = {
    count,
    x_m: column(() => random.between(-300, 300)),
    y_m: column(() => random.between(-300, 300)),
    rate_kgph: column(() => random.logBetween(0.3, 60)),
  };
  return { draws, weight: new Float64Array(count).fill(1 / count) };
}

function weighed({ draws, weight }: Weighted, { leg, conditions }: ConditionedLeg, outcome: Outcome): Weighted {
  const profile = plumeProfile(conditions, DEFAULT_CROSSING);
  const shiftSd = Math.hypot(profile.meanderSd_rad, conditions.windDirectionSd_rad);
  const predictions = predict(lookAlong(leg, conditions, DEFAULT_CROSSING, profile), draws, shiftSd, DEFAULT_CROSSING);
  const likelihood = outcomeLikelihoods(predictions, outcome, DEFAULT_CROSSING);
  const next = weight.map((value, m) => value * likelihood[m]);
  const sum = next.reduce((total, value) => total + value, 0);
  return { draws, weight: next.map((value) => value / sum) };
}

function resampled({ draws, weight }: Weighted, count: number, random: Random): SourceDraws {
  const picks: number[] = [];
  let held = 0;
  const offset = random.uniform();
  weight.forEach((value, m) => {
    held += value * count;
    while (picks.length + offset < held && picks.length < count) picks.push(m);
  });
  const take = (column: ArrayLike<number>) => Float64Array.from(picks, (m) => column[m]);
  return { count: picks.length, x_m: take(draws.x_m), y_m: take(draws.y_m), rate_kgph: take(draws.rate_kgph) };
}

/** What a leg showed: the bump (position, width) of highest SNR after a level and a slope. */
function outcomeOf({ series, frame }: FlightWithTruth, rows: readonly number[]): Outcome {
  const y = rows.map((i) => series.moleFraction_ppm[i]);
  const places = rows.map((i) => frame.toLocal({ lat: series.lat_deg[i], lon: series.lon_deg[i] }));
  const l = places.map(({ x_m, y_m }) => Math.hypot(x_m - places[0].x_m, y_m - places[0].y_m));
  const length = l[l.length - 1];
  const best: Outcome = { isSeen: false, centroid_m: 0, lnWidth: 0, lnSnr: Number.NEGATIVE_INFINITY };
  for (let width = length / rows.length; width < length / 5; width *= 1.25) {
    for (const centre of l) {
      const bump = detrended(
        l.map((at) => Math.exp(-0.5 * ((at - centre) / width) ** 2)),
        l,
      );
      const norm = Math.sqrt(bump.reduce((sum, value) => sum + value * value, 0));
      const snr = bump.reduce((sum, value, i) => sum + value * y[i], 0) / norm / series.context.noise_ppm!;
      if (snr > 0 && Math.log(snr) > best.lnSnr) {
        Object.assign(best, { centroid_m: centre, lnWidth: Math.log(width), lnSnr: Math.log(snr) });
      }
    }
  }
  best.isSeen = best.lnSnr > Math.log(DEFAULT_CROSSING.threshold);
  return best;
}

function detrended(values: readonly number[], at: readonly number[]): number[] {
  const [middle, level] = [mean(at), mean(values)];
  const slope =
    at.reduce((sum, x, i) => sum + (x - middle) * values[i], 0) / at.reduce((sum, x) => sum + (x - middle) ** 2, 0);
  return values.map((value, i) => value - level - slope * (at[i] - middle));
}

function effect(before: Weighted, after: Weighted, source: FlightSource): Effect {
  const gain = after.weight.reduce((sum, w, m) => (w > 0 ? sum + w * Math.log(w / before.weight[m]) : sum), 0);
  const density = ({ draws, weight }: Weighted) =>
    weight.reduce((sum, w, m) => {
      const square = (draws.x_m[m] - source.x_m) ** 2 + (draws.y_m[m] - source.y_m) ** 2;
      return sum + w * Math.exp((-0.5 * square) / KERNEL_M ** 2);
    }, 1e-9);
  return {
    gain,
    atTruth: Math.log(density(after) / density(before)),
    area: areaOf(after) / areaOf(before),
    error_m: errorOf(after, source),
  };
}

/** exp(entropy) over cells of 30 m. */
function areaOf({ draws, weight }: Weighted): number {
  const cells = new Float64Array(400);
  weight.forEach((w, m) => {
    cells[Math.floor((draws.x_m[m] + 300) / 30) * 20 + Math.floor((draws.y_m[m] + 300) / 30)] += w;
  });
  return Math.exp(-cells.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0));
}

function errorOf({ draws, weight }: Weighted, source: FlightSource): number {
  const x = weight.reduce((sum, w, m) => sum + w * draws.x_m[m], 0);
  const y = weight.reduce((sum, w, m) => sum + w * draws.y_m[m], 0);
  return Math.hypot(x - source.x_m, y - source.y_m);
}

function average(effects: readonly Effect[]): Effect {
  const of = (key: keyof Effect) => mean(effects.map((each) => each[key]));
  return {
    gain: of('gain'),
    atTruth: of('atTruth'),
    area: Math.exp(mean(effects.map(({ area }) => Math.log(area)))),
    error_m: of('error_m'),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function fixed(value: number): string {
  return value.toFixed(3).padStart(9);
}
