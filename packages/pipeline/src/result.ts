/** `result.json`: what a processed set of files says, in the form that external programs read. Field names are a contract. */
import {
  type Caveat,
  type Detection,
  geodesicBetween,
  type LocalFrame,
  localFrameAt,
  type MultiPolygon,
  type NullResult,
  type PassWord,
  type Position,
  type Quantiles,
  regionContains,
  type SampleSeries,
  type SourceEstimate,
} from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import type { ProcessedRecording } from './process.ts';

export interface Result {
  readonly software: string;
  readonly exercise: boolean;
  readonly profile: { readonly name: string; readonly digest: string };
  readonly sources: readonly ResultSource[];
  /** Present when no recording shows a source: of several, that of the recording which came nearest to one. */
  readonly nullResult?: ResultNull;
  /** Present with a known position: how the nearest source compares; absent when there is none. */
  readonly truth?: TruthCheck;
  readonly recordings: readonly ResultRecording[];
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
}

export interface ResultSource {
  readonly id: string;
  readonly substance: string;
  readonly position: Position;
  readonly rate_kgph: Quantiles;
  readonly region50: MultiPolygon;
  readonly region90: MultiPolygon;
  readonly lnBayesFactor: number;
  /** Name of the recording. */
  readonly recording: string;
  /** East and north of the profile's anchor [m], where it has one. */
  readonly local?: { readonly x_m: number; readonly y_m: number };
  readonly truth?: TruthCheck;
  /** What each pass says for it and against it; absent for instruments that stay. */
  readonly passes?: readonly PassWord[];
  readonly caveats: readonly Caveat[];
}

export interface ResultNull {
  readonly id: string;
  readonly substance: string;
  readonly recording: string;
  readonly lnBayesFactor: number;
  readonly upperLimit_kgph?: number;
  readonly searched: NullResult['searched'];
  readonly caveats: readonly Caveat[];
}

export interface ResultRecording {
  readonly id: string;
  readonly name: string;
  readonly period: { readonly startAt: string; readonly endAt: string };
  readonly samples: number;
  readonly sources: readonly string[];
  readonly nullResult?: ResultNull;
  readonly detections: number;
  readonly excluded: ProcessedRecording['recording']['excluded'];
  /** What the instrument did to the readings; absent when there is nothing to say. */
  readonly caveats?: readonly Caveat[];
}

/** An estimate against a known position. */
export interface TruthCheck {
  readonly distance_m: number;
  readonly insideRegion50: boolean;
  readonly insideRegion90: boolean;
  /** From the known position to the estimate, positive to the right when looking down the wind. Absent without a wind. */
  readonly acrossWind_m?: number;
  /** From the known position to the estimate, positive down the wind. */
  readonly alongWind_m?: number;
}

export interface ResultOptions {
  readonly software: string;
  readonly exercise: boolean;
  readonly profile: SensorProfile;
  readonly truth?: Position;
}

export function resultOf(processed: readonly ProcessedRecording[], options: ResultOptions): Result {
  const { software, exercise, profile, truth } = options;
  const sources = processed.flatMap((each) =>
    each.located.sources.map((source) => resultSource(source, each, options)),
  );
  const nearest = sources.flatMap((source) => source.truth ?? []).sort((a, b) => a.distance_m - b.distance_m)[0];
  const nulls = processed.flatMap((each) => resultNull(each) ?? []).sort((a, b) => b.lnBayesFactor - a.lnBayesFactor);
  return {
    software,
    exercise: exercise || processed.some(({ recording }) => recording.exercise),
    profile: { name: profile.name, digest: profile.digest },
    sources,
    ...(sources.length === 0 && nulls[0] !== undefined ? { nullResult: nulls[0] } : {}),
    ...(truth === undefined || nearest === undefined ? {} : { truth: nearest }),
    recordings: processed.map(resultRecording),
    files: filesOf(processed),
  };
}

/** Where a known position lies relative to an estimate and its regions. */
export function compareWithTruth(
  estimate: Pick<SourceEstimate, 'position' | 'region50' | 'region90'>,
  truth: Position,
  wind?: MeanWind,
): TruthCheck {
  const check = {
    distance_m: geodesicBetween(truth, estimate.position).distance_m,
    insideRegion50: regionContains(estimate.region50, truth),
    insideRegion90: regionContains(estimate.region90, truth),
  };
  if (wind === undefined) return check;
  const { x_m, y_m } = localFrameAt(truth).toLocal(estimate.position);
  const { east, north } = { east: wind.east_mps / wind.speed_mps, north: wind.north_mps / wind.speed_mps };
  return { ...check, acrossWind_m: x_m * north - y_m * east, alongWind_m: x_m * east + y_m * north };
}

/** Vector mean wind [m/s], where the air goes; `speed_mps` is the length of that vector. */
export interface MeanWind {
  readonly east_mps: number;
  readonly north_mps: number;
  readonly speed_mps: number;
}

/** A mean vector shorter than this share of the mean speed is no prevailing wind. */
const LEAST_STEADINESS = 0.3;

/**
 * Mean wind while gas was seen (over all samples when it never was), or the recording's single wind. Undefined when
 * there is none or it turned so much that a mean says nothing.
 */
export function meanWindOf(series: SampleSeries, detections: readonly Detection[]): MeanWind | undefined {
  const single = series.context.wind;
  const { windEast_mps, windNorth_mps } = series;
  if (windEast_mps === undefined || windNorth_mps === undefined) {
    if (single === undefined) return undefined;
    const towards = ((single.from_deg + 180) * Math.PI) / 180;
    const { speed_mps } = single;
    return { east_mps: speed_mps * Math.sin(towards), north_mps: speed_mps * Math.cos(towards), speed_mps };
  }
  const spans = detections.map(({ startAt, endAt }) => [Date.parse(startAt) / 1000, Date.parse(endAt) / 1000] as const);
  const sum = { east: 0, north: 0, speed: 0, count: 0 };
  for (let i = 0; i < series.count; i++) {
    const t = series.time_s[i]!;
    if (spans.length > 0 && !spans.some(([start, end]) => t >= start && t <= end)) continue;
    sum.east += windEast_mps[i]!;
    sum.north += windNorth_mps[i]!;
    sum.speed += Math.hypot(windEast_mps[i]!, windNorth_mps[i]!);
    sum.count++;
  }
  const length = Math.hypot(sum.east, sum.north);
  if (!(length > LEAST_STEADINESS * sum.speed)) return undefined;
  return { east_mps: sum.east / sum.count, north_mps: sum.north / sum.count, speed_mps: length / sum.count };
}

/** Frame of the profile's local metres, when its positions are given in such. */
export function localFrameOf(profile: SensorProfile): LocalFrame | undefined {
  const anchor = profile.position.anchor;
  return anchor === undefined ? undefined : localFrameAt({ lat: anchor.lat, lon: anchor.lon });
}

function resultSource(source: SourceEstimate, processed: ProcessedRecording, options: ResultOptions): ResultSource {
  const { id, substance, position, rate_kgph, region50, region90, lnBayesFactor, caveats, passes } = source;
  const { recording, series, detections } = processed;
  const frame = localFrameOf(options.profile);
  const truth =
    options.truth === undefined ? undefined : compareWithTruth(source, options.truth, meanWindOf(series, detections));
  return {
    ...{ id, substance, position, rate_kgph, region50, region90, lnBayesFactor, recording: recording.name },
    ...(frame === undefined ? {} : { local: frame.toLocal(position) }),
    ...(truth === undefined ? {} : { truth }),
    ...(passes === undefined ? {} : { passes }),
    caveats,
  };
}

function resultNull({ recording, located: { nullResult } }: ProcessedRecording): ResultNull | undefined {
  if (nullResult === undefined) return undefined;
  const { id, substance, lnBayesFactor, upperLimit_kgph, searched, caveats } = nullResult;
  return {
    ...{ id, substance, recording: recording.name, lnBayesFactor },
    ...(upperLimit_kgph === undefined ? {} : { upperLimit_kgph }),
    ...{ searched, caveats },
  };
}

function resultRecording(processed: ProcessedRecording): ResultRecording {
  const { recording, detections, located } = processed;
  const nullResult = resultNull(processed);
  return {
    id: recording.id,
    name: recording.name,
    period: { startAt: recording.startAt, endAt: recording.endAt },
    samples: recording.sampleCount,
    sources: located.sources.map(({ id }) => id),
    ...(nullResult === undefined ? {} : { nullResult }),
    detections: detections.length,
    excluded: recording.excluded,
    ...(recording.caveats === undefined ? {} : { caveats: recording.caveats }),
  };
}

/** Files of all recordings, each once. */
function filesOf(processed: readonly ProcessedRecording[]): Result['files'] {
  const files = new Map<string, Result['files'][number]>();
  for (const { recording } of processed) {
    for (const { name, digest, bytes } of recording.files)
      files.set(`${name} ${digest}`, { name, sha256: digest, bytes });
  }
  return [...files.values()];
}
