/** One flight, or several over one area, to source estimates or null results. */
import {
  CancelledError,
  type Caveat,
  type Detection,
  InputError,
  type LocalFrame,
  localFrameAt,
  type NullResult,
  type PassWord,
  type Position,
  type RateDistribution,
  recordIdOf,
  type SourceEstimate,
} from '@plumeline/core';
import {
  type Area,
  type FlightFit,
  type FlightInput,
  finerRates,
  highestDensityRegion,
  type Inversion,
  type LocatedSource,
  locateOverFlights,
  type PlacePosterior,
  type RegisteredSource,
  regionAbove,
  type SearchMap,
} from '@plumeline/numerics';
import { instantOf } from './detect.ts';
import { toMultiPolygon, toPosition, toPosteriorGrid } from './estimate-geometry.ts';
import { type FlightReady, flightReady, middleMean, middleOfTrack, round, searchArea } from './flight-input.ts';
import type { IngestedRecording } from './ingest.ts';
import { changesOf, type Located, type LocateOptions, type ModelSeries, type PassAside } from './located.ts';

/** Mass at the area's edge from which the reader is told. */
const EDGE_MASS = 0.02;
/** Axis ratio from which a region along the wind is called so. */
const LONG_REGION = 3;
const SEARCH_STEPS = 4;

/** A recording with its detections. */
export interface DetectedRecording {
  readonly ingested: IngestedRecording;
  readonly detections: readonly Detection[];
}

/** What several flights say together. */
export interface LocatedTogether {
  readonly sources: readonly SourceEstimate[];
  /** One for each flight when no source is claimed. */
  readonly nullResults: readonly NullResult[];
  readonly series: readonly ModelSeries[];
  /** The engine's own answer in local metres: joint place and rate, what each flight would have seen. */
  readonly scene: LocatedScene;
}

export interface LocatedScene {
  readonly frame: LocalFrame;
  readonly area: Area;
  readonly flights: readonly FlightReady[];
  readonly found: Inversion;
}

export interface TogetherOptions extends LocateOptions {
  /** Other people's emissions with known place and rate. */
  readonly known?: readonly (Position & { readonly rate_kgph: number })[];
}

/** @throws CancelledError; InputError where wind or substance is missing. */
export function locateFlight(
  ingested: IngestedRecording,
  detections: readonly Detection[],
  options: LocateOptions,
): Located {
  const { sources, nullResults, series } = locateTogether([{ ingested, detections }], options);
  return {
    sources,
    series: series[0]!,
    ...(nullResults[0] === undefined ? {} : { nullResult: nullResults[0] }),
  };
}

/** Flights (or sensors, or days) over one area, judged on one grid. @throws as `locateFlight`; InputError for unlike substances. */
export function locateTogether(recordings: readonly DetectedRecording[], options: TogetherOptions): LocatedTogether {
  const all = recordings.map(({ ingested }) => ingested.series);
  const unlike = all.find(({ substance }) => substance !== all[0]!.substance);
  if (unlike !== undefined) throw unlikeSubstances(all[0]!.substance, unlike.substance);
  const frame = localFrameAt(middleOfTrack(all[0]!));
  const ready = recordings.map(({ ingested: { recording, series } }) =>
    flightReady(series, frame, { ...options, setAside: asideOf(recording.id, options) }),
  );
  const { area, caveats } = searchArea(all, ready, frame);
  const known = (options.known ?? []).map(
    (source): RegisteredSource => ({ ...frame.toLocal(source), rate_kgph: source.rate_kgph }),
  );
  const found = locateOverFlights(ready.map(toInput), area, {
    known,
    step: (fraction) => {
      if (options.cancellation?.aborted === true) throw new CancelledError();
      options.report?.({ stage: 'locate', fraction });
    },
  });
  options.report?.({ stage: 'locate', fraction: 1 });
  const scene: SceneContext = { frame, recordings, ready, caveats, found, options };
  const series = found.flights.map(({ background_ppm, fitted_ppm }) => ({ background_ppm, fitted_ppm }));
  const nullResults = found.sources.length > 0 ? [] : recordings.map((one, f) => nullResultOf(one, f, scene));
  return {
    sources: found.sources.map((source, index) => estimateOf(source, index, scene)),
    nullResults,
    series,
    scene: { frame, area, flights: ready, found },
  };
}

/** Passes set aside that are of this recording: those that name it, and those that name none. */
function asideOf(recordingId: string, { setAside = [] }: LocateOptions): readonly PassAside[] {
  return setAside.filter((aside) => aside.recordingId === undefined || aside.recordingId === recordingId);
}

function toInput({ samples, conditions }: FlightReady): FlightInput {
  return { samples, conditions };
}

function unlikeSubstances(a: string, b: string): InputError {
  return new InputError([
    {
      code: 'substances-differ',
      message: `The recordings measure different gases (${a} and ${b}), so they cannot be judged as one source.`,
      remedy: 'Locate each substance by itself.',
      place: {},
    },
  ]);
}

interface SceneContext {
  readonly frame: LocalFrame;
  readonly recordings: readonly DetectedRecording[];
  readonly ready: readonly FlightReady[];
  /** Of the scene; those of each flight are its own. */
  readonly caveats: readonly Caveat[];
  readonly found: Inversion;
  readonly options: TogetherOptions;
}

function estimateOf(source: LocatedSource, index: number, scene: SceneContext): SourceEstimate {
  const { frame, recordings, found, options } = scene;
  const half = highestDensityRegion(source.raster, 0.5);
  const nine = highestDensityRegion(source.raster, 0.9);
  const isMeanInside = half.holds(source.mean.x_m, source.mean.y_m);
  const detections = recordings.flatMap((one) => one.detections);
  const detectionIds = detections.map((detection) => detection.id);
  const starts = detections.map((detection) => detection.startAt).sort();
  const ends = detections.map((detection) => detection.endAt).sort();
  const of = recordings.map(({ ingested }) => ingested.recording);
  const recordingIds = of.map(({ id }) => id);
  const changes = changesOf(options);
  const others = found.sources.filter((other) => other !== source);
  return {
    id: recordIdOf('source-estimate', {
      recording: recordingIds.length === 1 ? recordingIds[0]! : recordingIds.join(' '),
      index,
      software: options.software,
      ...(changes === undefined ? {} : { changes: JSON.stringify(changes) }),
    }),
    kind: 'source-estimate',
    exercise: of.some(({ exercise }) => exercise),
    provenance: {
      objects: of.flatMap(({ provenance }) => provenance.objects),
      derivedFrom: [...detectionIds, ...recordingIds],
      profile: of[0]!.provenance.profile,
      software: options.software,
      ...(changes === undefined ? {} : { settings: changes }),
    },
    recordingIds,
    detectionIds,
    substance: recordings[0]!.ingested.series.substance,
    position: toPosition(frame, isMeanInside ? source.mean : source.mode),
    rate_kgph: source.rate,
    region50: toMultiPolygon(half.polygons, frame),
    region90: toMultiPolygon(nine.polygons, frame),
    lnBayesFactor: source.lnBayesFactor,
    firstObservedAt: starts[0] ?? of[0]!.startAt,
    lastObservedAt: ends.at(-1) ?? of.at(-1)!.endAt,
    posterior: toPosteriorGrid(source.raster, frame),
    passes: source.passes.map((word) => passWordOf(word, scene)),
    rateDistribution: rateDistributionOf(source),
    caveats: [...allCaveats(scene), ...ownCaveats(source, others, scene)],
  };
}

/** Steps of the record's distribution between the nodes of the inversion, and what is left out at its ends. */
const RATE_PARTS = 4;
const RATE_TAIL = 1e-5;

function rateDistributionOf({ rates_kgph, rateMass }: LocatedSource): RateDistribution {
  const fine = finerRates(rates_kgph, rateMass, RATE_PARTS);
  const kept = [...fine.mass.keys()].filter((n) => fine.mass[n]! > RATE_TAIL);
  const [first, last] = [kept[0] ?? 0, kept.at(-1) ?? 0];
  const mass = [...fine.mass.slice(first, last + 1)];
  const sum = mass.reduce((total, value) => total + value, 0);
  return { rates_kgph: [...fine.rates_kgph.slice(first, last + 1)], mass: mass.map((value) => value / sum) };
}

/** Caveats of all flights and of the scene, each once. */
function allCaveats({ ready, caveats }: SceneContext): Caveat[] {
  const seen = new Map<string, Caveat>();
  for (const caveat of [...ready.flatMap((one) => one.caveats), ...caveats]) seen.set(JSON.stringify(caveat), caveat);
  return [...seen.values()];
}

function ownCaveats(source: LocatedSource, others: readonly LocatedSource[], { ready }: SceneContext): Caveat[] {
  const caveats: Caveat[] = [];
  if (source.edgeMass > EDGE_MASS) {
    caveats.push({ code: 'source-may-be-outside-search-area', params: { probability: round(source.edgeMass) } });
  }
  if (others.some((other) => isNotSeparate(source, other))) caveats.push({ code: 'sources-not-separated', params: {} });
  const ratio = alongWindRatio(source, ready[0]!);
  if (ratio > LONG_REGION) caveats.push({ code: 'region-along-wind', params: { ratio: round(ratio) } });
  return caveats;
}

function passWordOf(word: LocatedSource['passes'][number], { recordings, found, options }: SceneContext): PassWord {
  const { recording, series } = recordings[word.flight]!.ingested;
  const { start } = (found.flights[word.flight] as FlightFit).passes;
  const { expected } = word;
  const reason = asideOf(recording.id, options).find(({ index }) => index === word.pass)?.reason;
  return {
    recordingId: recording.id,
    index: word.pass,
    startAt: instantOf(series.time_s[start[word.pass]!]!),
    endAt: instantOf(series.time_s[start[word.pass + 1]! - 1]!),
    lnFor: word.lnFor,
    ...(expected === undefined
      ? {}
      : {
          expected: {
            at: instantOf(expected.at_s),
            width_s: expected.width_s,
            peakEnhancement_ppm: expected.peak_ppm,
            range_m: expected.range_m,
          },
        }),
    ...(reason === undefined ? {} : { setAside: reason }),
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
function alongWindRatio({ raster, mean }: PlacePosterior, { samples }: FlightReady): number {
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

function nullResultOf({ ingested }: DetectedRecording, flight: number, scene: SceneContext): NullResult {
  const { recording, series } = ingested;
  const { frame, options, found } = scene;
  const changes = changesOf(options);
  const { objects, profile } = recording.provenance;
  return {
    id: recordIdOf('null-result', {
      recording: recording.id,
      software: options.software,
      ...(changes === undefined ? {} : { changes: JSON.stringify(changes) }),
    }),
    kind: 'null-result',
    exercise: recording.exercise,
    provenance: {
      objects,
      derivedFrom: [recording.id],
      profile,
      software: options.software,
      ...(changes === undefined ? {} : { settings: changes }),
    },
    recordingIds: [recording.id],
    substance: series.substance,
    startAt: instantOf(series.time_s[0]!),
    endAt: instantOf(series.time_s[series.count - 1]!),
    lnBayesFactor: found.lnBayesFactor,
    ...whatWasSearched(found.flights[flight]!.search!, frame),
    caveats: allCaveats(scene),
  };
}

/** Where a source of each of some rates would have been seen, and the rate seen at the median place. */
function whatWasSearched(map: SearchMap, frame: LocalFrame): Pick<NullResult, 'searched' | 'upperLimit_kgph'> {
  const finite = Array.from(map.limit_kgph).sort((a, b) => a - b);
  const middle = finite[finite.length >> 1]!;
  const searched = map.rates_kgph
    .map((rate_kgph, q) => ({ rate_kgph, q }))
    .filter(({ q }) => q % SEARCH_STEPS === 0)
    .map(({ rate_kgph, q }) => ({
      rate_kgph,
      region: toMultiPolygon(regionAbove({ ...map, mass: map.probability[q]! }, 0.9), frame),
    }))
    .filter(({ region }) => region.coordinates.length > 0);
  return { searched, ...(Number.isFinite(middle) ? { upperLimit_kgph: middle } : {}) };
}
