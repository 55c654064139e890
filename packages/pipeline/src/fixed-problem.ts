/** A series of fixed instruments as the engine's problem: instruments, steps of one averaging period, air per step. */
import { type Caveat, InputError, type LocalFrame, type SampleSeries, substanceOf } from '@plumeline/core';
import { type Air, airFrom, type FixedInstrument, type FixedProblem, type FixedStep } from '@plumeline/numerics';

const DEGREE = Math.PI / 180;
const GAS_CONSTANT = 8.314462618; // J mol-1 K-1, CODATA 2018
/** Short grass (WMO class 4), where the profile does not say. */
const ASSUMED_ROUGHNESS_M = 0.03;
const ASSUMED_SOURCE_HEIGHT_M = 0.5;
/** Prior of an unknown height: most leaks are near the ground (a judgement, not a measurement). */
const SOURCE_HEIGHTS = [
  { height_m: ASSUMED_SOURCE_HEIGHT_M, weight: 0.5 },
  { height_m: 2, weight: 0.25 },
  { height_m: 5, weight: 0.15 },
  { height_m: 12, weight: 0.1 },
];
const ASSUMED_WIND_HEIGHT_M = 2;
/** Meandering keeps sigma_v above this in the lightest wind (AERMOD's default; Hanna 1983). */
const LEAST_SIGMA_V_MPS = 0.2;
/** Slower readings are below the threshold of most anemometers. */
const LEAST_WIND_MPS = 0.1;
/** Below this wind the plume model is an outline; a share of such steps above LIGHT_SHARE is told. */
const LIGHT_WIND_MPS = 1;
const LIGHT_SHARE = 0.25;

export interface FixedRows {
  readonly problem: FixedProblem;
  /** Row of the series for each row of the problem. */
  readonly order: Int32Array;
  readonly caveats: readonly Caveat[];
}

/** @throws InputError where wind or substance is missing. */
export function toFixedProblem(series: SampleSeries, frame: LocalFrame): FixedRows {
  const instrument = series.instrument!;
  const order = Int32Array.from({ length: series.count }, (_, row) => row).sort(
    (a, b) => series.time_s[a]! - series.time_s[b]! || instrument[a]! - instrument[b]!,
  );
  const molarMass = molarMassOf(series);
  const steps: FixedStep[] = [];
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && series.time_s[order[to]!] === series.time_s[order[from]!]) to++;
    const rows = order.subarray(from, to);
    const temperature = meanOf(rows, series.airTemperature_K) ?? series.context.airTemperature_K;
    const pressure = meanOf(rows, series.airPressure_Pa) ?? series.context.airPressure_Pa;
    steps.push({
      time_s: series.time_s[rows[0]!]!,
      air: airOf(series, rows),
      ppmPerDensity: (1e6 * GAS_CONSTANT * temperature) / pressure / molarMass,
      from,
      to,
    });
  }
  const { context } = series;
  return {
    problem: {
      instruments: instrumentsOf(series, frame),
      steps,
      instrument: Int32Array.from(order, (row) => instrument[row]!),
      value_ppm: Float64Array.from(order, (row) => series.moleFraction_ppm[row]!),
      ...(series.bound === undefined ? {} : { bound: Int8Array.from(order, (row) => series.bound![row]!) }),
      ...heightOf(series),
      ...knownOf(series, frame),
      ...(context.noise_ppm === undefined ? {} : { noise_ppm: context.noise_ppm }),
    },
    order,
    caveats: [...(series.caveats ?? []), ...caveatsOf(steps)],
  };
}

/** The stated height, or nodes of a prior. */
function heightOf({ context }: SampleSeries): Pick<FixedProblem, 'sourceHeight_m' | 'heightNodes'> {
  const { sourceHeightAgl_m } = context;
  if (sourceHeightAgl_m !== undefined) return { sourceHeight_m: sourceHeightAgl_m };
  return { sourceHeight_m: ASSUMED_SOURCE_HEIGHT_M, heightNodes: SOURCE_HEIGHTS };
}

function knownOf({ context }: SampleSeries, frame: LocalFrame): Pick<FixedProblem, 'known'> {
  const { registeredSources = [] } = context;
  if (registeredSources.length === 0) return {};
  return {
    known: registeredSources.map(({ position, rate_kgph, lnRateSd }) => ({
      ...frame.toLocal(position),
      rate_kgph,
      lnRateSd,
    })),
  };
}

function caveatsOf(steps: readonly FixedStep[]): Caveat[] {
  const caveats: Caveat[] = [];
  const light = steps.filter(({ air }) => air.speed_mps < LIGHT_WIND_MPS).length / steps.length;
  if (light > LIGHT_SHARE) caveats.push({ code: 'light-wind', params: { share: Number(light.toPrecision(2)) } });
  return caveats;
}

/** First reading's ends of each instrument. */
function instrumentsOf(series: SampleSeries, frame: LocalFrame): FixedInstrument[] {
  const out = new Array<FixedInstrument>(series.instruments!.length);
  for (let row = series.count - 1; row >= 0; row--) {
    const end = series.pathEnd;
    const near = frame.toLocal({ lat: series.lat_deg[row]!, lon: series.lon_deg[row]! });
    const far = end === undefined ? near : frame.toLocal({ lat: end.lat_deg[row]!, lon: end.lon_deg[row]! });
    out[series.instrument![row]!] = {
      x0_m: near.x_m,
      y0_m: near.y_m,
      z0_m: series.heightAgl_m[row]!,
      x1_m: far.x_m,
      y1_m: far.y_m,
      z1_m: end?.heightAgl_m[row] ?? series.heightAgl_m[row]!,
    };
  }
  return out;
}

/** Mean wind of a step's rows, with the turbulence its rows or the recording state. */
function airOf(series: SampleSeries, rows: Int32Array): Air {
  const { context } = series;
  const east = meanOf(rows, series.windEast_mps);
  const north = meanOf(rows, series.windNorth_mps);
  if ((east === undefined || north === undefined) && context.wind === undefined) throw noWind(series, rows[0]!);
  const from_rad =
    east !== undefined && north !== undefined ? Math.atan2(-east, -north) : context.wind!.from_deg * DEGREE;
  const speed = east !== undefined && north !== undefined ? Math.hypot(east, north) : context.wind!.speed_mps;
  const speed_mps = Math.max(LEAST_WIND_MPS, speed);
  const fromAngle = context.sigmaTheta_deg === undefined ? undefined : context.sigmaTheta_deg * DEGREE * speed_mps;
  // Along-wind turbulence stands for crosswind where only that was measured; they differ by some 10 % near the ground.
  const sigmaV = meanOf(rows, series.sigmaU_mps) ?? context.sigmaV_mps ?? fromAngle;
  const obukhovLength_m = meanOf(rows, series.obukhovLength_m);
  const windHeight = (east === undefined ? context.wind?.heightAgl_m : undefined) ?? context.windHeightAgl_m;
  const air = airFrom({
    from_rad,
    speed_mps,
    speedHeight_m: windHeight ?? ASSUMED_WIND_HEIGHT_M,
    roughness_m: context.roughness_m ?? ASSUMED_ROUGHNESS_M,
    ...(obukhovLength_m === undefined ? {} : { obukhovLength_m }),
    ...(context.mixingHeight_m === undefined ? {} : { mixingHeight_m: context.mixingHeight_m }),
    ...(context.sigmaW_mps === undefined ? {} : { sigmaW_mps: context.sigmaW_mps }),
    ...(sigmaV === undefined ? {} : { sigmaV_mps: sigmaV }),
  });
  // A recording's own sigma_theta is believed; a single row's turbulence in calm air is not.
  const isStated = sigmaV !== undefined && sigmaV === fromAngle;
  return isStated ? air : { ...air, sigmaV_mps: Math.max(LEAST_SIGMA_V_MPS, air.sigmaV_mps) };
}

/** Mean over the rows that have a value; undefined where none has. */
function meanOf(rows: Int32Array, column: Float64Array | undefined): number | undefined {
  if (column === undefined) return undefined;
  let [sum, count] = [0, 0];
  for (const row of rows) {
    if (Number.isNaN(column[row]!)) continue;
    sum += column[row]!;
    count++;
  }
  return count === 0 ? undefined : sum / count;
}

function noWind(series: SampleSeries, row: number): InputError {
  const file = series.source.files[series.source.file[row]!];
  const absent = series.context.windAbsentReason;
  return new InputError([
    {
      code: 'wind-missing',
      message: `These samples carry no wind and the recording states none, so nothing says where the gas came from.${absent === undefined ? '' : ` (${absent})`}`,
      remedy: 'Add wind columns, or one wind for the recording in the sensor profile.',
      place: { ...(file === undefined ? {} : { file }), row: series.source.row[row]! },
    },
  ]);
}

/** [kg mol-1] */
function molarMassOf(series: SampleSeries): number {
  const substance = substanceOf(series.substance);
  if (substance !== undefined) return substance.molarMass_gpmol * 1e-3;
  throw new InputError([
    {
      code: 'substance-unknown',
      message: `The library has no molar mass for "${series.substance}", so mole fractions give no rate.`,
      remedy: 'Add the substance to the library, or correct its key in the sensor profile.',
      place: {},
    },
  ]);
}
