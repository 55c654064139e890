/** Fixed instruments' samples to the engine's local metres, and its posterior back to records. */
import {
  CancelledError,
  type Caveat,
  type Detection,
  type LocalFrame,
  localFrameAt,
  type NullResult,
  recordIdOf,
  type SampleSeries,
  type SourceEstimate,
} from '@plumeline/core';
import {
  type FixedInversion,
  type FixedPosterior,
  highestDensityRegion,
  locateFixedSources,
  regionAbove,
  type SearchArea,
} from '@plumeline/numerics';
import { instantOf } from './detect.ts';
import { toMultiPolygon, toPosition, toPosteriorGrid } from './estimate-geometry.ts';
import { type FixedRows, toFixedProblem } from './fixed-problem.ts';
import type { IngestedRecording } from './ingest.ts';
import type { Located, LocateOptions } from './located.ts';

/** Room around the instruments in an assumed search area, as a part of their extent. */
const MARGIN = 0.5;
/** Mass at the area's edge from which the reader is told. */
const EDGE_MASS = 0.02;
/** @throws CancelledError; InputError where wind or substance is missing. */
export function locateFixed(
  ingested: IngestedRecording,
  detections: readonly Detection[],
  options: LocateOptions,
): Located {
  const { series } = ingested;
  const frame = localFrameAt({ lat: middleOf(series.lat_deg), lon: middleOf(series.lon_deg) });
  const rows = toFixedProblem(series, frame);
  const caveats = [...rows.caveats];
  const area = searchArea(series, rows, frame, caveats);
  const found = locateFixedSources(rows.problem, area, undefined, (fraction) => {
    if (options.cancellation?.aborted === true) throw new CancelledError();
    options.report?.({ stage: 'locate', fraction });
  });
  options.report?.({ stage: 'locate', fraction: 1 });
  const modelled = {
    background_ppm: inSeriesOrder(rows, found.background_ppm),
    fitted_ppm: inSeriesOrder(rows, found.fitted_ppm),
  };
  const context = { frame, caveats, options };
  if (found.sources.length === 0) {
    const { sourceHeight_m, heightNodes } = rows.problem;
    // Limits are those of a source at the assumed height.
    if (heightNodes !== undefined)
      caveats.push({ code: 'source-height-assumed', params: { height_m: sourceHeight_m } });
    return { sources: [], nullResult: nullResultOf(ingested, found, context), series: modelled };
  }
  const sources = found.sources.map((posterior, index) =>
    estimateOf(ingested, detections, posterior, { ...context, index }),
  );
  return { sources, series: modelled };
}

function middleOf(values: Float64Array): number {
  const [least, most] = extentOf(values);
  return (least + most) / 2;
}

function extentOf(values: ArrayLike<number>): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return [least, most];
}

/** The engine's rows are in order of time; the series keeps its own order. */
function inSeriesOrder({ order }: FixedRows, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[order[i]!] = values[i]!;
  return out;
}

/** The stated area, or the instruments' extent with room on all sides. */
function searchArea(series: SampleSeries, { problem }: FixedRows, frame: LocalFrame, caveats: Caveat[]): SearchArea {
  const stated = series.context.searchArea;
  if (stated !== undefined) {
    const low = frame.toLocal({ lon: stated[0], lat: stated[1] });
    const high = frame.toLocal({ lon: stated[2], lat: stated[3] });
    return { west_m: low.x_m, south_m: low.y_m, east_m: high.x_m, north_m: high.y_m };
  }
  caveats.push({ code: 'search-area-assumed', params: {} });
  const [west, east] = extentOf(problem.instruments.flatMap(({ x0_m, x1_m }) => [x0_m, x1_m]));
  const [south, north] = extentOf(problem.instruments.flatMap(({ y0_m, y1_m }) => [y0_m, y1_m]));
  const margin = MARGIN * Math.max(20, east - west, north - south);
  return { west_m: west - margin, east_m: east + margin, south_m: south - margin, north_m: north + margin };
}

interface ResultContext {
  readonly frame: LocalFrame;
  readonly caveats: readonly Caveat[];
  readonly options: LocateOptions;
}

function estimateOf(
  { recording, series }: IngestedRecording,
  detections: readonly Detection[],
  posterior: FixedPosterior,
  { frame, caveats, options, index }: ResultContext & { readonly index: number },
): SourceEstimate {
  const half = highestDensityRegion(posterior.raster, 0.5);
  const nine = highestDensityRegion(posterior.raster, 0.9);
  const isMeanInside = half.holds(posterior.mean.x_m, posterior.mean.y_m);
  const detectionIds = detections.map((detection) => detection.id);
  const starts = detections.map((detection) => detection.startAt).sort();
  const ends = detections.map((detection) => detection.endAt).sort();
  const { objects, profile } = recording.provenance;
  const edge: Caveat[] =
    posterior.edgeMass > EDGE_MASS
      ? [
          {
            code: 'source-may-be-outside-search-area',
            params: { probability: Number(posterior.edgeMass.toPrecision(3)) },
          },
        ]
      : [];
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
    caveats: [...caveats, ...heightCaveat(posterior), ...edge],
  };
}

/** Where the height was not stated: the likeliest, and how sure of it the record is. */
function heightCaveat({ heights }: FixedPosterior): Caveat[] {
  if (heights === undefined) return [];
  const { height_m, probability } = heights.reduce((a, b) => (b.probability > a.probability ? b : a));
  return [{ code: 'source-height-inferred', params: { height_m, probability: Number(probability.toPrecision(2)) } }];
}

/** Rates for which the searched region is drawn, as multiples of the median limit. */
const SEARCHED_MULTIPLES = [0.5, 1, 2, 5];

function nullResultOf(
  { recording, series }: IngestedRecording,
  found: FixedInversion,
  { frame, caveats, options }: ResultContext,
): NullResult {
  const map = found.search!;
  const limits = Array.from(map.limit_kgph).sort((a, b) => a - b);
  const middle = limits[limits.length >> 1]!;
  const least = limits[0]!;
  const base = Number.isFinite(middle) ? middle : least;
  const searched = (Number.isFinite(base) ? SEARCHED_MULTIPLES : [])
    .map((multiple) => Number((multiple * base).toPrecision(3)))
    .map((rate_kgph) => {
      const mass = map.limit_kgph.map((limit) => (limit <= rate_kgph ? 1 : 0));
      return { rate_kgph, region: toMultiPolygon(regionAbove({ ...map, mass }, 0.5), frame) };
    })
    .filter(({ region }) => region.coordinates.length > 0);
  const { objects, profile } = recording.provenance;
  const times = extentOf(series.time_s);
  return {
    id: recordIdOf('null-result', { recording: recording.id, software: options.software }),
    kind: 'null-result',
    exercise: recording.exercise,
    provenance: { objects, derivedFrom: [recording.id], profile, software: options.software },
    recordingIds: [recording.id],
    substance: series.substance,
    startAt: instantOf(times[0]),
    endAt: instantOf(times[1]),
    lnBayesFactor: found.lnBayesFactor,
    searched,
    ...(Number.isFinite(middle) ? { upperLimit_kgph: middle } : {}),
    caveats,
  };
}
