/**
 * One flight: aircraft, air, sources and instruments put together second by second. Not the inversion's model:
 * puffs in a meandering wind, log-normal fluctuation inside the plume, drifting background, lag and wind error.
 */
import { type Air, logProfile, makeAir, meanderAt, type Weather } from './air.ts';
import {
  type Background,
  backgroundSeries,
  type GasInstrument,
  readGas,
  readWind,
  recordedMask,
  respond,
  type WindInstrument,
} from './instrument.ts';
import { addConcentration, type Felt, makePuffs, type SourceGeometry, type Stretch, stepPuffs } from './puffs.ts';
import { ornsteinUhlenbeck, type Random } from './random.ts';

/** Where the aircraft is, once a second from `start_s`: local metres east and north of the frame's origin. */
export interface Track {
  readonly start_s: number;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  readonly heightAgl_m: Float64Array;
  /** Direction of the nose [rad clockwise from north]. */
  readonly heading_rad: Float64Array;
  /** Straight runs and turns, numbered in the order flown. */
  readonly leg: Int32Array;
}

export interface Emitter extends SourceGeometry {
  /** Emission rate [kg s-1] at an instant [s since 1970]. */
  rateAt(time_s: number): number;
}

/** How concentration varies inside a plume about its mean: log-normal, mean one. */
export interface Fluctuation {
  /** Standard deviation of ln(factor); intensity is sqrt(exp(s^2) - 1). */
  readonly lnSd: number;
  readonly length_m: number;
  readonly time_s: number;
}

export interface FlightConditions {
  readonly weather: Weather;
  readonly fluctuation: Fluctuation;
  readonly gas: GasInstrument;
  readonly background: Background;
  readonly wind: WindInstrument;
  /** [K], [Pa]: for mole fraction from mass concentration. */
  readonly airTemperature_K: number;
  readonly airPressure_Pa: number;
  readonly molarMass_kgpmol: number;
  /** Seconds between puffs and how long one is followed. */
  readonly puffInterval_s: number;
  readonly puffLife_s: number;
}

export interface SimulatedSamples {
  readonly time_s: Float64Array;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  readonly heightAgl_m: Float64Array;
  readonly leg: Int32Array;
  readonly moleFraction_ppm: Float64Array;
  readonly windEast_mps: Float64Array;
  readonly windNorth_mps: Float64Array;
}

export interface SimulatedFlight {
  /** Recorded samples: dropouts taken out. */
  readonly samples: SimulatedSamples;
  /** Truth, one entry a source in the order given; per recorded sample what the analyser would have shown of it. */
  readonly perSource: readonly {
    readonly enhancement_ppm: Float64Array;
    readonly observedRate_kgps: number | undefined;
  }[];
  readonly background_ppm: Float64Array;
  readonly air: Air;
}

/** Distance flown within one averaging step that plumes are resolved to [m]. */
const STEP_LENGTH_M = 20;
const MOLAR_GAS_CONSTANT = 8.314462618;
/** Small eddies at the aircraft decorrelate over this length [m]. */
const SMALL_EDDY_M = 30;

export function simulateFlight(
  track: Track,
  emitters: readonly Emitter[],
  conditions: FlightConditions,
  random: Random,
): SimulatedFlight {
  const count = track.x_m.length;
  const spinUp = conditions.puffLife_s;
  const period = { start_s: track.start_s - spinUp, seconds: count + spinUp + 1 };
  const air = makeAir(conditions.weather, random.stream('air'), period);
  const felt = feelSources(track, emitters, conditions, air, spinUp);
  const toPpm =
    (MOLAR_GAS_CONSTANT * conditions.airTemperature_K * 1e6) /
    (conditions.airPressure_Pa * conditions.molarMass_kgpmol);
  const enhancements = felt.map(({ concentration }, index) => {
    const factor = fluctuationFactors(track, conditions.fluctuation, random.stream(`fluctuation-${index}`));
    return respond(
      concentration.map((c, i) => c * toPpm * factor[i]),
      conditions.gas,
    );
  });
  const background = backgroundSeries(conditions.background, random.stream('background'), count);
  const shown = respond(background, conditions.gas).map((value, i) =>
    enhancements.reduce((sum, e) => sum + e[i], value),
  );
  const reading = readGas(shown, conditions.gas, random.stream('gas-noise'));
  const wind = readWind(
    windAtAircraft(track, air, spinUp, random.stream('small-eddies')),
    conditions.wind,
    random.stream('wind-sensor'),
  );
  const mask = recordedMask(conditions.gas, random.stream('dropouts'), count);
  const keep = (values: Float64Array) => values.filter((_, i) => mask[i] === 1);
  return {
    samples: {
      time_s: keep(Float64Array.from({ length: count }, (_, i) => track.start_s + i)),
      x_m: keep(track.x_m),
      y_m: keep(track.y_m),
      heightAgl_m: keep(track.heightAgl_m),
      leg: track.leg.filter((_, i) => mask[i] === 1),
      moleFraction_ppm: keep(reading),
      windEast_mps: keep(wind.east),
      windNorth_mps: keep(wind.north),
    },
    perSource: felt.map(({ observedRate_kgps }, index) => ({
      enhancement_ppm: keep(enhancements[index]),
      observedRate_kgps,
    })),
    background_ppm: keep(background),
    air,
  };
}

/** Mean concentration of every source along the track [kg m-3], and the signal-weighted rate at which it was emitted. */
function feelSources(
  track: Track,
  emitters: readonly Emitter[],
  conditions: FlightConditions,
  air: Air,
  spinUp: number,
) {
  const span = {
    interval_s: conditions.puffInterval_s,
    life_s: conditions.puffLife_s,
    lastAlong_m: furthestAlong(track, conditions.weather),
  };
  return emitters.map((emitter) => {
    const cloud = makePuffs(air, emitter, span);
    const concentration = new Float64Array(track.x_m.length);
    const total: Felt = { concentration_kgpm3: 0, weightedRate: 0 };
    for (let second = 0; second < spinUp + track.x_m.length; second++) {
      stepPuffs(cloud, air, second, emitter.rateAt(air.start_s + second));
      if (second < spinUp) continue;
      const i = second - spinUp;
      const felt: Felt = { concentration_kgpm3: 0, weightedRate: 0 };
      addConcentration(cloud, air, stretchBefore(track, i), second, felt);
      concentration[i] = felt.concentration_kgpm3;
      total.concentration_kgpm3 += felt.concentration_kgpm3;
      total.weightedRate += felt.weightedRate;
    }
    const observedRate_kgps =
      total.concentration_kgpm3 > 0 ? total.weightedRate / total.concentration_kgpm3 : undefined;
    return { concentration, observedRate_kgps };
  });
}

/** How far along the mean wind the track reaches, with room for puffs that a lull carries back [m]. */
function furthestAlong(track: Track, { windEast_mps, windNorth_mps }: Weather): number {
  const wind = Math.hypot(windEast_mps, windNorth_mps);
  const LULL_M = 500;
  let furthest = -Infinity;
  track.x_m.forEach((x, i) => {
    furthest = Math.max(furthest, (x * windEast_mps + track.y_m[i] * windNorth_mps) / wind);
  });
  return wind > 0 ? furthest + LULL_M : Infinity;
}

/** The stretch flown in the second that ends at sample i. */
function stretchBefore(track: Track, i: number): Stretch {
  const before = Math.max(0, i - 1);
  const dx = track.x_m[i] - track.x_m[before];
  const dy = track.y_m[i] - track.y_m[before];
  const parts = Math.max(1, Math.ceil(Math.hypot(dx, dy) / STEP_LENGTH_M));
  return { x: track.x_m[i], y: track.y_m[i], z: track.heightAgl_m[i], dx, dy, parts };
}

/** Log-normal factors of mean one, correlated over a length flown and a time. */
function fluctuationFactors(track: Track, fluctuation: Fluctuation, random: Random): Float64Array {
  const s = fluctuation.lnSd;
  let g = random.normal();
  return track.x_m.map((x, i) => {
    if (i > 0) {
      const moved = Math.hypot(x - track.x_m[i - 1], track.y_m[i] - track.y_m[i - 1]);
      const keep = Math.exp(-moved / fluctuation.length_m - 1 / fluctuation.time_s);
      g = keep * g + Math.sqrt(1 - keep * keep) * random.normal();
    }
    return Math.exp(s * g - (s * s) / 2);
  });
}

/** True wind at the aircraft: profile of the large-scale wind, meander, and eddies too small to carry a plume. */
function windAtAircraft(track: Track, air: Air, spinUp: number, random: Random) {
  const { weather } = air;
  const count = track.x_m.length;
  const small = weather.sigmaV_mps * Math.sqrt(weather.relativeShare);
  const step = count > 1 ? Math.hypot(track.x_m[1] - track.x_m[0], track.y_m[1] - track.y_m[0]) : SMALL_EDDY_M;
  const eddyEast = ornsteinUhlenbeck(random.stream('east'), count, step / SMALL_EDDY_M);
  const eddyNorth = ornsteinUhlenbeck(random.stream('north'), count, step / SMALL_EDDY_M);
  const meander = new Float64Array(2);
  const east = new Float64Array(count);
  const north = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const ratio = logProfile(track.heightAgl_m[i], weather.roughness_m);
    meanderAt(air, track.x_m[i], track.y_m[i], spinUp + i, 0, meander);
    east[i] = air.east_mps[spinUp + i] * ratio + meander[0] + small * eddyEast[i];
    north[i] = air.north_mps[spinUp + i] * ratio + meander[1] + small * eddyNorth[i];
  }
  return { east, north, heading: track.heading_rad };
}
