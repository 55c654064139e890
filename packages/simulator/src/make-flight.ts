/**
 * Flights with truth for calibration suites, in the style of a small rotorcraft over a field or of an aeroplane over a
 * few kilometres. Every condition is drawn from the seed; the caller may fix the sources.
 */
import {
  type LocalFrame,
  localFrameAt,
  type Position,
  type SampleSeries,
  SUBSTANCES,
  type Substance,
  type SubstanceKey,
  substanceOf,
} from '@plumeline/core';
import type { Weather } from './air.ts';
import { drawWaves, rateOf } from './emission.ts';
import { type Random, randomFrom } from './random.ts';
import {
  type Emitter,
  type FlightConditions,
  type SimulatedFlight,
  simulateFlight,
  type Track,
} from './simulate-flight.ts';
import { aeroplaneTrack, lawnmower, type Run, rotorcraftTrack } from './track.ts';

export type FlightStyle = 'rotorcraft' | 'aeroplane';

export interface FlightOptions {
  readonly seed: number;
  /** How many sources to draw, or the sources themselves (local metres about the area's centre). Default 1. */
  readonly sources?: number | readonly FlightSource[];
  /** Default `rotorcraft`: some 8 m/s, 10-25 m above ground, 600 m area. `aeroplane`: 50 m/s, 60-110 m, 3 km area. */
  readonly style?: FlightStyle;
  /** Side of the square search area [m]. */
  readonly area_m?: number;
  /** Aimed number of samples of a rotorcraft flight (whole legs, so within a leg of it). Default 440. */
  readonly samples?: number;
  readonly origin?: Position;
  /** Key of the substance library; methane unless told. */
  readonly substance?: SubstanceKey;
  /** Legs to fly instead of the pattern of the style, in turn, with straight transits between (local metres). */
  readonly runs?: readonly Run[];
  /** Height above ground of those legs [m]; drawn as for the style unless told. */
  readonly heightAgl_m?: number;
}

export interface FlightSource {
  readonly x_m: number;
  readonly y_m: number;
  readonly heightAgl_m: number;
  readonly rate_kgph: number;
  /** When it emits, in order [s since the flight's first sample; gas felt left earlier, so begin below zero]. Always, unless told. */
  readonly on?: readonly (readonly [number, number])[];
  /** Standard deviation of ln rate about `rate_kgph`, moving over 20 minutes to 4 hours; 0 unless told. */
  readonly lnRateSd?: number;
}

export interface TrueSource extends FlightSource {
  /** Rate at which the gas that was felt had been emitted, weighted by signal; absent when nothing was felt. */
  readonly observedRate_kgph?: number;
  readonly position: Position;
  /** Largest enhancement the analyser would have shown without noise [ppm]. */
  readonly peakEnhancement_ppm: number;
}

export interface FlightWithTruth {
  /** What an operator has: samples with context (noise and turbulence as estimated, search area). */
  readonly series: SampleSeries;
  readonly truth: {
    readonly sources: readonly TrueSource[];
    readonly weather: Weather;
    readonly noise_ppm: number;
    /** Per sample: clean background, and what the analyser would have shown of each source [ppm]. */
    readonly background_ppm: Float64Array;
    readonly enhancement_ppm: readonly Float64Array[];
  };
  readonly frame: LocalFrame;
}

/** About the place of the flights in `sim_flights`. */
const DEFAULT_ORIGIN: Position = { lat: 24.8, lon: -107.4 };
/** 2026-02-03T17:00:00Z, late morning in Sinaloa. */
const DEFAULT_START_S = 1_770_138_000;

interface Scale {
  readonly area_m: number;
  readonly speed_mps: readonly [number, number];
  readonly heightAgl_m: readonly [number, number];
  readonly heightSd_m: number;
  readonly rate_kgph: readonly [number, number];
  readonly separation_m: number;
  readonly puffInterval_s: number;
  readonly puffLife_s: number;
}

const SCALES: Record<FlightStyle, Scale> = {
  rotorcraft: {
    area_m: 600,
    speed_mps: [7, 8.5],
    heightAgl_m: [10, 26],
    heightSd_m: 0.4,
    rate_kgph: [1, 20],
    separation_m: 100,
    puffInterval_s: 1,
    puffLife_s: 300,
  },
  aeroplane: {
    area_m: 3000,
    speed_mps: [48, 56],
    heightAgl_m: [60, 110],
    heightSd_m: 4,
    rate_kgph: [15, 300],
    separation_m: 500,
    puffInterval_s: 4,
    puffLife_s: 1200,
  },
};

export function makeFlight(options: FlightOptions): FlightWithTruth {
  const random = randomFrom(options.seed).stream('flight');
  const style = options.style ?? 'rotorcraft';
  const scale = SCALES[style];
  const area_m = options.area_m ?? scale.area_m;
  const substance = knownSubstance(options.substance ?? 'methane');
  const frame = localFrameAt(options.origin ?? DEFAULT_ORIGIN);
  const conditions = drawConditions(random.stream('conditions'), style, substance);
  const sources = drawSources(random.stream('sources'), options.sources ?? 1, scale, area_m);
  const track = drawTrack(random.stream('track'), style, conditions.weather, {
    area_m,
    samples: options.samples ?? 440,
    ...(options.runs !== undefined && { runs: options.runs }),
    ...(options.heightAgl_m !== undefined && { heightAgl_m: options.heightAgl_m }),
  });
  const emitters = sources.map((source, i) => emitterOf(source, random.stream('emission').stream(i)));
  const flight = simulateFlight(track, emitters, conditions, random.stream('simulation'));
  const half = area_m / 2;
  const corners = [frame.toPosition(-half, -half), frame.toPosition(half, half)];
  return {
    series: toSampleSeries(flight, frame, {
      substance: substance.key,
      conditions,
      operator: operatorView(conditions, random.stream('operator')),
      searchArea: [corners[0].lon, corners[0].lat, corners[1].lon, corners[1].lat],
      name: `flight-${options.seed}.csv`,
    }),
    truth: {
      sources: sources.map((source, i) => ({
        ...source,
        position: frame.toPosition(source.x_m, source.y_m),
        ...observedRate(flight, i),
        peakEnhancement_ppm: flight.perSource[i].enhancement_ppm.reduce((top, value) => Math.max(top, value), 0),
      })),
      weather: conditions.weather,
      noise_ppm: conditions.gas.noise_ppm,
      background_ppm: flight.background_ppm,
      enhancement_ppm: flight.perSource.map(({ enhancement_ppm }) => enhancement_ppm),
    },
    frame,
  };
}

const ALWAYS = [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]] as const;

function emitterOf(source: FlightSource, random: Random): Emitter {
  const { x_m, y_m, heightAgl_m, rate_kgph, on = ALWAYS, lnRateSd = 0 } = source;
  const emission = { nominalRate_kgph: rate_kgph, on, waves: lnRateSd > 0 ? drawWaves(random, lnRateSd) : [] };
  return { x_m, y_m, heightAgl_m, extent_m: 0.5, rateAt: (t) => rateOf(emission, t - DEFAULT_START_S) / 3600 };
}

function observedRate(flight: SimulatedFlight, i: number): { readonly observedRate_kgph?: number } {
  const { observedRate_kgps } = flight.perSource[i];
  return observedRate_kgps === undefined ? {} : { observedRate_kgph: 3600 * observedRate_kgps };
}

/** Weather and instruments, over the range seen in `sim_flights` for the rotorcraft and a convective day for the aeroplane. */
function drawConditions(random: Random, style: FlightStyle, substance: Substance): FlightConditions {
  const small = style === 'rotorcraft';
  const air = random.stream('air');
  const speed = air.between(2.3, 7);
  const towards = air.between(0, 2 * Math.PI);
  const sigmaV = speed * air.logBetween(0.1, 0.24);
  const sensors = random.stream('sensors');
  const precise = sensors.uniform() < 0.5;
  return {
    weather: {
      windEast_mps: speed * Math.sin(towards),
      windNorth_mps: speed * Math.cos(towards),
      roughness_m: 0.05,
      sigmaV_mps: sigmaV,
      sigmaW_mps: sigmaV * air.between(0.35, 0.85),
      lagrangianTime_s: small ? air.logBetween(80, 250) : air.logBetween(120, 350),
      verticalTime_s: small ? air.logBetween(20, 70) : air.logBetween(60, 200),
      relativeShare: air.between(0.24, 0.38),
      meanderShare: air.between(0.25, 0.4),
      meanderLength_m: small ? [60, 900] : [150, 3000],
      driftTime_s: air.logBetween(200, 800),
      turning_radps: 1e-4 * air.normal(),
      mixingHeight_m: air.logBetween(500, 1600),
    },
    fluctuation: {
      lnSd: air.between(0.3, 0.65),
      length_m: small ? air.between(8, 25) : air.between(60, 200),
      time_s: 20,
    },
    gas: {
      noise_ppm: small
        ? precise
          ? sensors.between(0.004, 0.006)
          : sensors.between(0.016, 0.024)
        : sensors.between(0.002, 0.006),
      // What makeFlight returns is past the reader, which takes the lag off.
      lag_s: 0,
      response_s: small ? 0 : 0.5,
      detectionLimit_ppm: 0,
      dropoutsPerHour: 0,
      dropoutLength_s: 0,
    },
    background: {
      level_ppm: backgroundLevel(substance) + 0.017 * sensors.normal(),
      driftSd_ppm: sensors.logBetween(0.006, 0.022),
      driftTime_s: sensors.logBetween(80, 600),
      trend_ppmps: (0.02 / 900) * sensors.normal(),
      stepsPerHour: small ? 0 : 2,
      stepSd_ppm: 0.005,
    },
    wind: { noise_mps: 0.25, biasSd_mps: 0.25, slowSd_mps: 0.15, slowTime_s: 120, headingErrorSd_mps: small ? 0 : 0.3 },
    airTemperature_K: 298.15,
    airPressure_Pa: 101_325,
    molarMass_kgpmol: substance.molarMass_gpmol / 1000,
    puffInterval_s: SCALES[style].puffInterval_s,
    puffLife_s: SCALES[style].puffLife_s,
  };
}

/** @throws RangeError for a key that the library does not have. */
export function knownSubstance(key: SubstanceKey): Substance {
  const substance = substanceOf(key);
  if (substance !== undefined) return substance;
  throw new RangeError(`The substance library has no ${key}; it has ${SUBSTANCES.map((one) => one.key).join(', ')}.`);
}

/** Mole fraction of the country's air [ppm]: a twentieth over clean air, as over farmland. */
export function backgroundLevel(substance: Substance): number {
  return 1.05 * (substance.ambient_ppm ?? 0);
}

function drawSources(
  random: Random,
  wanted: number | readonly FlightSource[],
  scale: Scale,
  area_m: number,
): readonly FlightSource[] {
  if (typeof wanted !== 'number') return wanted;
  const sources: FlightSource[] = [];
  // The inner four fifths of the area, as an operator would centre it on a suspicion.
  const half = 0.4 * area_m;
  for (let i = 0; i < wanted; i++) {
    const own = random.stream(i);
    let [x_m, y_m] = [0, 0];
    let tries = 0;
    do {
      [x_m, y_m] = [own.between(-half, half), own.between(-half, half)];
      tries++;
      if (tries > 1000)
        throw new Error(
          `${wanted} sources ${scale.separation_m} m apart do not fit an area of ${area_m} m; ask for fewer.`,
        );
    } while (sources.some((s) => Math.hypot(s.x_m - x_m, s.y_m - y_m) < scale.separation_m));
    sources.push({ x_m, y_m, heightAgl_m: own.between(0.3, 3), rate_kgph: own.logBetween(...scale.rate_kgph) });
  }
  return sources;
}

function drawTrack(
  random: Random,
  style: FlightStyle,
  weather: Weather,
  size: { area_m: number; samples: number; runs?: readonly Run[]; heightAgl_m?: number },
): Track {
  const speed = random.between(...SCALES[style].speed_mps);
  const height = {
    heightAgl_m: size.heightAgl_m ?? random.between(...SCALES[style].heightAgl_m),
    sd_m: SCALES[style].heightSd_m,
    time_s: 15,
  };
  // Across the wind as forecast: some fifteen degrees off.
  const across = Math.atan2(weather.windEast_mps, weather.windNorth_mps) + 0.25 * random.normal();
  const own = random.stream('height');
  if (style === 'rotorcraft') {
    const joined = size.runs === undefined ? zigzag(size, speed, across) : withTransits(size.runs);
    return rotorcraftTrack(joined, speed, height, DEFAULT_START_S, own);
  }
  const half = size.area_m / 2;
  const runs = size.runs ?? lawnmower([-half, -half, half, half], across, size.area_m / 16, size.area_m / 4);
  // Forty degrees of bank: radius v^2 / (g tan 40), with the wind behind.
  const turnRadius_m = (speed + 5) ** 2 / (9.81 * Math.tan((40 * Math.PI) / 180));
  const wind = { east_mps: weather.windEast_mps, north_mps: weather.windNorth_mps };
  return aeroplaneTrack(runs, { airspeed_mps: speed, turnRadius_m }, wind, height, DEFAULT_START_S, own);
}

/** Runs with the straight ways between them, so that a rotorcraft does not jump: given runs are the even legs. */
function withTransits(runs: readonly Run[]): Run[] {
  return runs.flatMap((run, i) => (i === 0 ? [run] : [{ from: runs[i - 1].to, to: run.from }, run]));
}

/** Legs that lean to and fro across the wind from the upwind edge to the downwind one, end to end. */
function zigzag({ area_m, samples }: { area_m: number; samples: number }, speed: number, across: number): Run[] {
  const length = 0.83 * area_m;
  const legs = Math.max(3, Math.round((samples * speed) / length));
  const [along, side] = [
    [Math.sin(across), Math.cos(across)],
    [Math.cos(across), -Math.sin(across)],
  ];
  const corner = (i: number): [number, number] => {
    const d = (i / legs - 0.5) * length;
    const e = ((i % 2 === 0 ? -1 : 1) * length) / 2;
    return [along[0] * d + side[0] * e, along[1] * d + side[1] * e];
  };
  return Array.from({ length: legs }, (_, i) => ({ from: corner(i), to: corner(i + 1) }));
}

/** What an operator knows of the air and the instrument: right but for some 15 %. */
export interface OperatorView {
  readonly noise_ppm: number;
  readonly roughness_m: number;
  readonly sigma_v_mps: number;
  readonly sigma_w_mps: number;
}

export function operatorView(conditions: FlightConditions, random: Random): OperatorView {
  const about = (value: number, spread: number) => value * Math.exp(spread * random.normal());
  return {
    noise_ppm: about(conditions.gas.noise_ppm, 0.05),
    roughness_m: conditions.weather.roughness_m,
    sigma_v_mps: about(conditions.weather.sigmaV_mps, 0.15),
    sigma_w_mps: about(conditions.weather.sigmaW_mps, 0.15),
  };
}

function toSampleSeries(
  flight: SimulatedFlight,
  frame: LocalFrame,
  known: {
    substance: string;
    conditions: FlightConditions;
    operator: OperatorView;
    searchArea: readonly [number, number, number, number];
    name: string;
  },
): SampleSeries {
  const { samples } = flight;
  const count = samples.time_s.length;
  const positions = Array.from(samples.x_m, (x, i) => frame.toPosition(x, samples.y_m[i]));
  const { conditions, operator } = known;
  return {
    substance: known.substance,
    count,
    time_s: samples.time_s,
    lat_deg: Float64Array.from(positions, ({ lat }) => lat),
    lon_deg: Float64Array.from(positions, ({ lon }) => lon),
    heightAgl_m: samples.heightAgl_m,
    moleFraction_ppm: samples.moleFraction_ppm,
    windEast_mps: samples.windEast_mps,
    windNorth_mps: samples.windNorth_mps,
    leg: samples.leg,
    source: {
      files: [known.name],
      file: new Int32Array(count),
      row: Int32Array.from({ length: count }, (_, i) => i + 2),
    },
    context: {
      noise_ppm: operator.noise_ppm,
      lag_s: 0,
      averaging_s: 1,
      roughness_m: operator.roughness_m,
      sigmaV_mps: operator.sigma_v_mps,
      sigmaW_mps: operator.sigma_w_mps,
      airTemperature_K: conditions.airTemperature_K,
      airPressure_Pa: conditions.airPressure_Pa,
      searchArea: known.searchArea,
    },
    excluded: [],
  };
}
