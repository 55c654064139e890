/** A recording's samples as the flight inversion takes them: local metres, the air, the area, and what had to be assumed. */
import {
  type Caveat,
  InputError,
  type LocalFrame,
  type Position,
  type SampleSeries,
  substanceOf,
} from '@plumeline/core';
import { type Area, type FlightConditions, type FlightSamples, profileFactor, splitPasses } from '@plumeline/numerics';
import { sampleNoise } from './detect.ts';
import { type LocateOptions, UNKNOWN_HEIGHTS, type WhatIf } from './located.ts';

const DEGREE = Math.PI / 180;
const GAS_CONSTANT = 8.314462618; // J mol-1 K-1, CODATA 2018
/** Short grass (WMO class 4), where the profile does not say. */
const ASSUMED_ROUGHNESS_M = 0.03;
const ASSUMED_SOURCE_HEIGHT_M = 1.5;
/** Upwind margin of an assumed search area, as a part of the track's diagonal; other sides get a fifth of that. */
const UPWIND_MARGIN = 0.3;

/** One recording ready for the inversion. */
export interface FlightReady {
  readonly samples: FlightSamples;
  readonly conditions: FlightConditions;
  readonly caveats: readonly Caveat[];
}

/** Middle of the track. */
export function middleOfTrack(series: SampleSeries): Position {
  return { lat: middleOf(series.lat_deg), lon: middleOf(series.lon_deg) };
}

/** @throws InputError where wind or substance is missing, or a pass to set aside does not exist. */
export function flightReady(series: SampleSeries, frame: LocalFrame, options: LocateOptions): FlightReady {
  const columns = turned(toFlightSamples(series, frame), options.whatIf ?? {});
  const { conditions, caveats } = conditionsOf(series, columns);
  const factor = options.whatIf?.turbulenceFactor ?? 1;
  return {
    samples: withAside(series, columns, options),
    conditions: {
      ...conditions,
      sigmaV_mps: factor * conditions.sigmaV_mps,
      sigmaW_mps: factor * conditions.sigmaW_mps,
      ...(options.isHeightUnknown === true ? { sourceHeights: UNKNOWN_HEIGHTS } : {}),
    },
    caveats: [...(series.caveats ?? []), ...caveats],
  };
}

function turned(samples: FlightSamples, { windTurn_deg = 0, windFactor = 1 }: WhatIf): FlightSamples {
  if (windTurn_deg === 0 && windFactor === 1) return samples;
  const cos = windFactor * Math.cos(windTurn_deg * DEGREE);
  const sin = windFactor * Math.sin(windTurn_deg * DEGREE);
  const { windEast_mps: east, windNorth_mps: north } = samples;
  return {
    ...samples,
    windEast_mps: east.map((u, i) => cos * u + sin * north[i]!),
    windNorth_mps: north.map((v, i) => cos * v - sin * east[i]!),
  };
}

/** Bounds are no measurements, and passes set aside are not used. */
function withAside(series: SampleSeries, samples: FlightSamples, { setAside = [] }: LocateOptions): FlightSamples {
  if (series.bound === undefined && setAside.length === 0) return samples;
  const aside = Uint8Array.from({ length: samples.count }, (_, i) => ((series.bound?.[i] ?? 0) === 0 ? 0 : 1));
  const { start, count } = splitPasses(samples);
  for (const { index } of setAside) {
    if (!(index >= 0 && index < count)) {
      throw new InputError([
        {
          code: 'pass-unknown',
          message: `There is no pass ${index}; the flight has passes 0 to ${count - 1}.`,
          remedy: 'Name a pass by its number in the estimate.',
          place: {},
        },
      ]);
    }
    aside.fill(1, start[index]!, start[index + 1]!);
  }
  return { ...samples, aside };
}

function middleOf(values: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return (least + most) / 2;
}

/** Columns in local metres; one wind is repeated where the samples carry none. */
function toFlightSamples(series: SampleSeries, frame: LocalFrame): FlightSamples {
  const { count, context } = series;
  const x_m = new Float64Array(count);
  const y_m = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const local = frame.toLocal({ lat: series.lat_deg[i]!, lon: series.lon_deg[i]! });
    x_m[i] = local.x_m;
    y_m[i] = local.y_m;
  }
  const wind = series.windEast_mps !== undefined && series.windNorth_mps !== undefined;
  if (!wind && context.wind === undefined) throw noWind(series);
  const constant = (part: (angle: number) => number) =>
    new Float64Array(count).fill(-part(context.wind!.from_deg * DEGREE) * context.wind!.speed_mps);
  return {
    count,
    time_s: series.time_s,
    x_m,
    y_m,
    z_m: series.heightAgl_m,
    value_ppm: series.moleFraction_ppm,
    windEast_mps: wind ? series.windEast_mps! : constant(Math.sin),
    windNorth_mps: wind ? series.windNorth_mps! : constant(Math.cos),
    ...(series.leg === undefined ? {} : { leg: series.leg }),
  };
}

function noWind(series: SampleSeries): InputError {
  return new InputError([
    {
      code: 'wind-missing',
      message: `The samples carry no wind and the recording states none, so nothing says where the gas came from.${series.context.windAbsentReason === undefined ? '' : ` (${series.context.windAbsentReason})`}`,
      remedy: 'Add wind columns, or one wind for the flight in the sensor profile or its side file.',
      place: series.source.files[0] === undefined ? {} : { file: series.source.files[0] },
    },
  ]);
}

/** The air and the instrument, with what had to be assumed. */
function conditionsOf(series: SampleSeries, samples: FlightSamples) {
  const { context } = series;
  const caveats: Caveat[] = [];
  const singleWind = series.windEast_mps === undefined;
  if (singleWind) caveats.push({ code: 'wind-single-value', params: { fromDeg: context.wind!.from_deg } });
  const roughness_m = context.roughness_m ?? ASSUMED_ROUGHNESS_M;
  const windHeight = singleWind ? context.wind!.heightAgl_m : context.windHeightAgl_m;
  const speed = Math.hypot(middleMean(samples.windEast_mps), middleMean(samples.windNorth_mps));
  const frictionVelocity = speed / profileFactor(windHeight ?? middleMean(samples.z_m), roughness_m, Infinity);
  const fromAngle = context.sigmaTheta_deg === undefined ? undefined : context.sigmaTheta_deg * DEGREE * speed;
  // Neutral surface layer (Panofsky et al. 1977): sigma_v = 1.9 u*, sigma_w = 1.3 u*.
  const sigmaV_mps = context.sigmaV_mps ?? fromAngle ?? 1.9 * frictionVelocity;
  const sigmaW_mps = context.sigmaW_mps ?? 1.3 * frictionVelocity;
  if (context.sigmaV_mps === undefined || context.sigmaW_mps === undefined) {
    caveats.push({
      code: 'turbulence-assumed',
      params: { sigmaV_mps: round(sigmaV_mps), sigmaW_mps: round(sigmaW_mps) },
    });
  }
  const molarMass = molarMassOf(series);
  const conditions: FlightConditions = {
    noise_ppm: sampleNoise(series),
    roughness_m,
    sigmaV_mps,
    sigmaW_mps,
    ...(windHeight === undefined ? {} : { windHeight_m: windHeight }),
    mixingHeight_m: context.mixingHeight_m ?? Number.POSITIVE_INFINITY,
    sourceHeight_m: context.sourceHeightAgl_m ?? ASSUMED_SOURCE_HEIGHT_M,
    ppmPerKgM3: (1e6 * GAS_CONSTANT * context.airTemperature_K) / context.airPressure_Pa / (molarMass * 1e-3),
    singleWind,
  };
  return { conditions, caveats };
}

export function middleMean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function molarMassOf(series: SampleSeries): number {
  const substance = substanceOf(series.substance);
  if (substance !== undefined) return substance.molarMass_gpmol;
  throw new InputError([
    {
      code: 'substance-unknown',
      message: `The library has no molar mass for "${series.substance}", so mole fractions give no rate.`,
      remedy: 'Add the substance to the library, or correct its key in the sensor profile.',
      place: {},
    },
  ]);
}

/** The stated areas together, or the tracks' extent with room upwind. */
export function searchArea(
  all: readonly SampleSeries[],
  flights: readonly FlightReady[],
  frame: LocalFrame,
): { area: Area; caveats: Caveat[] } {
  const stated = all.flatMap(({ context }) => (context.searchArea === undefined ? [] : [context.searchArea]));
  if (stated.length === all.length) {
    const low = stated.map(([west, south]) => frame.toLocal({ lon: west, lat: south }));
    const high = stated.map(([, , east, north]) => frame.toLocal({ lon: east, lat: north }));
    const area = {
      west_m: Math.min(...low.map(({ x_m }) => x_m)),
      south_m: Math.min(...low.map(({ y_m }) => y_m)),
      east_m: Math.max(...high.map(({ x_m }) => x_m)),
      north_m: Math.max(...high.map(({ y_m }) => y_m)),
    };
    return { area, caveats: [] };
  }
  const boxes = flights.map(({ samples }) => trackArea(samples));
  const area = {
    west_m: Math.min(...boxes.map(({ west_m }) => west_m)),
    south_m: Math.min(...boxes.map(({ south_m }) => south_m)),
    east_m: Math.max(...boxes.map(({ east_m }) => east_m)),
    north_m: Math.max(...boxes.map(({ north_m }) => north_m)),
  };
  return { area, caveats: [{ code: 'search-area-assumed', params: {} }] };
}

function trackArea(samples: FlightSamples): Area {
  const [west, east] = extentOf(samples.x_m);
  const [south, north] = extentOf(samples.y_m);
  const diagonal = Math.max(100, Math.hypot(east - west, north - south));
  const windEast = middleMean(samples.windEast_mps);
  const windNorth = middleMean(samples.windNorth_mps);
  const speed = Math.max(1e-6, Math.hypot(windEast, windNorth));
  const margin = (towards: number) => diagonal * UPWIND_MARGIN * Math.max(0.2, towards / speed);
  return {
    west_m: west - margin(windEast),
    east_m: east + margin(-windEast),
    south_m: south - margin(windNorth),
    north_m: north + margin(-windNorth),
  };
}

function extentOf(values: Float64Array): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** Three significant digits. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
