/** A flight's samples to the inversion's local metres, and its posterior back to records. */
import {
  CancelledError,
  type Caveat,
  type Detection,
  InputError,
  type LocalFrame,
  localFrameAt,
  type NullResult,
  recordIdOf,
  type SampleSeries,
  type SourceEstimate,
  substanceOf,
} from '@plumeline/core';
import {
  type Area,
  type FlightConditions,
  type FlightInversion,
  type FlightSamples,
  highestDensityRegion,
  locateSources,
  type PlacePosterior,
  profileFactor,
  regionAbove,
} from '@plumeline/numerics';
import { instantOf, sampleNoise } from './detect.ts';
import { toMultiPolygon, toPosition, toPosteriorGrid } from './estimate-geometry.ts';
import type { IngestedRecording } from './ingest.ts';
import type { Located, LocateOptions } from './located.ts';

const DEGREE = Math.PI / 180;
const GAS_CONSTANT = 8.314462618; // J mol-1 K-1, CODATA 2018
/** Short grass (WMO class 4), where the profile does not say. */
const ASSUMED_ROUGHNESS_M = 0.03;
const ASSUMED_SOURCE_HEIGHT_M = 1.5;
/** Upwind margin of an assumed search area, as a part of the track's diagonal; other sides get a fifth of that. */
const UPWIND_MARGIN = 0.3;
/** Mass at the area's edge from which the reader is told. */
const EDGE_MASS = 0.02;
/** Axis ratio from which a region along the wind is called so. */
const LONG_REGION = 3;
const SEARCH_STEPS = 4;

/** @throws CancelledError; InputError where wind or substance is missing. */
export function locateFlight(
  ingested: IngestedRecording,
  detections: readonly Detection[],
  options: LocateOptions,
): Located {
  const { series } = ingested;
  const frame = localFrameAt({ lat: middleOf(series.lat_deg), lon: middleOf(series.lon_deg) });
  const samples = toFlightSamples(series, frame);
  const { conditions, caveats } = conditionsOf(series, samples);
  const area = searchArea(series, samples, frame, caveats);
  const found = locateSources(samples, conditions, area, undefined, (fraction) => {
    if (options.cancellation?.aborted === true) throw new CancelledError();
    options.report?.({ stage: 'locate', fraction });
  });
  options.report?.({ stage: 'locate', fraction: 1 });
  const modelled = { background_ppm: found.background_ppm, fitted_ppm: found.fitted_ppm };
  if (found.sources.length === 0) {
    return { sources: [], nullResult: nullResultOf(ingested, found, frame, caveats, options), series: modelled };
  }
  const sources = found.sources.map((posterior, index) =>
    estimateOf(ingested, detections, posterior, {
      frame,
      samples,
      caveats,
      index,
      others: found.sources.filter((_, other) => other !== index),
      options,
    }),
  );
  return { sources, series: modelled };
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
export function toFlightSamples(series: SampleSeries, frame: LocalFrame): FlightSamples {
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
      message: 'The samples carry no wind and the recording states none, so nothing says where the gas came from.',
      remedy: 'Add wind columns, or one wind for the flight in the sensor profile or its side file.',
      place: series.source.files[0] === undefined ? {} : { file: series.source.files[0] },
    },
  ]);
}

/** The air and the instrument, with what had to be assumed. */
export function conditionsOf(series: SampleSeries, samples: FlightSamples) {
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

function middleMean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
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

/** The stated area, or the track's extent with room upwind. */
export function searchArea(series: SampleSeries, samples: FlightSamples, frame: LocalFrame, caveats: Caveat[]): Area {
  const stated = series.context.searchArea;
  if (stated !== undefined) {
    const low = frame.toLocal({ lon: stated[0], lat: stated[1] });
    const high = frame.toLocal({ lon: stated[2], lat: stated[3] });
    return { west_m: low.x_m, south_m: low.y_m, east_m: high.x_m, north_m: high.y_m };
  }
  caveats.push({ code: 'search-area-assumed', params: {} });
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

interface EstimateContext {
  readonly frame: LocalFrame;
  readonly samples: FlightSamples;
  readonly caveats: readonly Caveat[];
  readonly index: number;
  /** Posteriors of the flight's other sources. */
  readonly others: readonly PlacePosterior[];
  readonly options: LocateOptions;
}

function estimateOf(
  { recording, series }: IngestedRecording,
  detections: readonly Detection[],
  posterior: PlacePosterior,
  { frame, samples, caveats, index, others, options }: EstimateContext,
): SourceEstimate {
  const half = highestDensityRegion(posterior.raster, 0.5);
  const nine = highestDensityRegion(posterior.raster, 0.9);
  const isMeanInside = half.holds(posterior.mean.x_m, posterior.mean.y_m);
  const detectionIds = detections.map((detection) => detection.id);
  const starts = detections.map((detection) => detection.startAt).sort();
  const ends = detections.map((detection) => detection.endAt).sort();
  const { objects, profile } = recording.provenance;
  const extra: Caveat[] = [];
  if (posterior.edgeMass > EDGE_MASS) {
    extra.push({ code: 'source-may-be-outside-search-area', params: { probability: round(posterior.edgeMass) } });
  }
  if (others.some((other) => isNotSeparate(posterior, other)))
    extra.push({ code: 'sources-not-separated', params: {} });
  const ratio = alongWindRatio(posterior, samples);
  if (ratio > LONG_REGION) extra.push({ code: 'region-along-wind', params: { ratio: round(ratio) } });
  return {
    id: recordIdOf('source-estimate', { recording: recording.id, index, software: options.software }),
    kind: 'source-estimate',
    exercise: recording.exercise,
    provenance: { objects, derivedFrom: [...detectionIds, recording.id], profile, software: options.software },
    recordingIds: [recording.id],
    detectionIds,
    substance: series.substance,
    position: toPosition(frame, isMeanInside ? posterior.mean : posterior.mode),
    rate_kgph: posterior.rate,
    region50: toMultiPolygon(half.polygons, frame),
    region90: toMultiPolygon(nine.polygons, frame),
    lnBayesFactor: posterior.lnBayesFactor,
    firstObservedAt: starts[0] ?? recording.startAt,
    lastObservedAt: ends.at(-1) ?? recording.endAt,
    posterior: toPosteriorGrid(posterior.raster, frame),
    caveats: [...caveats, ...extra],
  };
}

/** True when two sources lie nearer than twice the spread of either. */
function isNotSeparate(a: PlacePosterior, b: PlacePosterior): boolean {
  const apart = Math.hypot(a.mean.x_m - b.mean.x_m, a.mean.y_m - b.mean.y_m);
  return apart < 2 * Math.max(spreadOf(a), spreadOf(b));
}

function spreadOf({ raster, mean }: PlacePosterior): number {
  let sum = 0;
  for (let cell = 0; cell < raster.mass.length; cell++) {
    const dx = raster.west_m + ((cell % raster.columns) + 0.5) * raster.cell_m - mean.x_m;
    const dy = raster.south_m + (Math.floor(cell / raster.columns) + 0.5) * raster.cell_m - mean.y_m;
    sum += raster.mass[cell]! * (dx * dx + dy * dy);
  }
  return Math.sqrt(sum);
}

/** Standard deviation of the posterior along the mean wind over that across it. */
function alongWindRatio({ raster, mean }: PlacePosterior, samples: FlightSamples): number {
  const angle = Math.atan2(middleMean(samples.windNorth_mps), middleMean(samples.windEast_mps));
  let along = 0;
  let across = 0;
  for (let cell = 0; cell < raster.mass.length; cell++) {
    const dx = raster.west_m + ((cell % raster.columns) + 0.5) * raster.cell_m - mean.x_m;
    const dy = raster.south_m + (Math.floor(cell / raster.columns) + 0.5) * raster.cell_m - mean.y_m;
    along += raster.mass[cell]! * (dx * Math.cos(angle) + dy * Math.sin(angle)) ** 2;
    across += raster.mass[cell]! * (dy * Math.cos(angle) - dx * Math.sin(angle)) ** 2;
  }
  return Math.sqrt(along / Math.max(across, 1e-12));
}

function nullResultOf(
  { recording, series }: IngestedRecording,
  found: FlightInversion,
  frame: LocalFrame,
  caveats: readonly Caveat[],
  options: LocateOptions,
): NullResult {
  const map = found.search!;
  const finite = Array.from(map.limit_kgph).sort((a, b) => a - b);
  const middle = finite[finite.length >> 1]!;
  const chosen = map.rates_kgph.filter((_, q) => q % SEARCH_STEPS === 0);
  const searched = chosen
    .map((rate_kgph) => ({
      rate_kgph,
      region: toMultiPolygon(
        regionAbove({ ...map, mass: map.probability[map.rates_kgph.indexOf(rate_kgph)]! }, 0.9),
        frame,
      ),
    }))
    .filter(({ region }) => region.coordinates.length > 0);
  const { objects, profile } = recording.provenance;
  return {
    id: recordIdOf('null-result', { recording: recording.id, software: options.software }),
    kind: 'null-result',
    exercise: recording.exercise,
    provenance: { objects, derivedFrom: [recording.id], profile, software: options.software },
    recordingIds: [recording.id],
    substance: series.substance,
    startAt: instantOf(series.time_s[0]!),
    endAt: instantOf(series.time_s[series.count - 1]!),
    lnBayesFactor: found.lnBayesFactor,
    searched,
    ...(Number.isFinite(middle) ? { upperLimit_kgph: middle } : {}),
    caveats,
  };
}
