/** The answer of `plumeline locate` as JSON. Field names are a contract: docs/recipes/locating-from-the-command-line.md. */
import type {
  Caveat,
  Exclusion,
  NullResult,
  PassWord,
  Position,
  PosteriorGrid,
  Quantiles,
  RateDistribution,
  SourceEstimate,
} from '@plumeline/core';
import { areaOf, type DetectedRecording, type NextLegs, type SensitivityRun, sayCaveat } from '@plumeline/pipeline';
import type { Asked } from './locate-input.ts';

/** What flights that were judged together gave. */
export interface Finding {
  readonly group: readonly DetectedRecording[];
  readonly sources: readonly SourceEstimate[];
  readonly nullResults: readonly NullResult[];
  readonly sensitivity?: readonly SensitivityRun[];
  readonly nextLegs?: NextLegs;
}

export interface LocateAnswer {
  readonly form: 'plumeline-located-1';
  readonly software: string;
  readonly exercise: boolean;
  /** What was asked, defaults included. */
  readonly asked: Asked;
  readonly flights: readonly AnswerFlight[];
  /** One for all flights where they were judged together, else one a flight. */
  readonly findings: readonly AnswerFinding[];
}

export interface AnswerFlight {
  readonly name: string;
  readonly recordingId: string;
  readonly substance: string;
  readonly startAt: string;
  readonly endAt: string;
  readonly samples: number;
  readonly detections: number;
  readonly excluded: readonly Exclusion[];
  /** Of the instrument and the reading; those of an estimate are with it. */
  readonly caveats: readonly SaidCaveat[];
}

/** A caveat with its sentence in the language asked for. */
export interface SaidCaveat extends Caveat {
  readonly text: string;
}

export interface AnswerFinding {
  /** Names of the flights. */
  readonly flights: readonly string[];
  /** Strongest evidence first; empty exactly when there are null results. */
  readonly sources: readonly AnswerSource[];
  readonly nullResults: readonly AnswerNull[];
  readonly sensitivity?: readonly SensitivityRun[];
  /** Absent also when no source is claimed: then there is no place to plan for. */
  readonly nextLegs?: NextLegs;
}

export interface AnswerSource {
  readonly id: string;
  readonly substance: string;
  readonly position: Position;
  readonly rate_kgph: Quantiles;
  readonly rateDistribution?: RateDistribution;
  /** GeoJSON geometries, longitude first. */
  readonly region50: SourceEstimate['region50'];
  readonly region90: SourceEstimate['region90'];
  readonly area50_m2: number;
  readonly area90_m2: number;
  readonly lnBayesFactor: number;
  readonly firstObservedAt: string;
  readonly lastObservedAt: string;
  /** Absent for instruments that stay. */
  readonly passes?: readonly (PassWord & { readonly flight: string })[];
  readonly posterior?: PosteriorGrid;
  readonly caveats: readonly SaidCaveat[];
  readonly provenance: SourceEstimate['provenance'];
}

export interface AnswerNull {
  readonly id: string;
  readonly flight: string;
  readonly substance: string;
  readonly startAt: string;
  readonly endAt: string;
  readonly lnBayesFactor: number;
  readonly upperLimit_kgph?: number;
  readonly searched: NullResult['searched'];
  readonly caveats: readonly SaidCaveat[];
  readonly provenance: NullResult['provenance'];
}

export function answerOf(
  detected: readonly DetectedRecording[],
  findings: readonly Finding[],
  asked: Asked,
  software: string,
): LocateAnswer {
  const say = sayIn(asked.language);
  return {
    form: 'plumeline-located-1',
    software,
    exercise: detected.some(({ ingested }) => ingested.recording.exercise),
    asked,
    flights: detected.map(({ ingested: { recording }, detections }) => ({
      name: recording.name,
      recordingId: recording.id,
      substance: recording.substance,
      startAt: recording.startAt,
      endAt: recording.endAt,
      samples: recording.sampleCount,
      detections: detections.length,
      excluded: recording.excluded,
      caveats: (recording.caveats ?? []).map(say),
    })),
    findings: findings.map((finding) => answerFinding(finding, asked)),
  };
}

function answerFinding({ group, sources, nullResults, ...more }: Finding, asked: Asked): AnswerFinding {
  const names = new Map(group.map(({ ingested: { recording } }) => [recording.id, recording.name]));
  const say = sayIn(asked.language);
  return {
    flights: [...names.values()],
    sources: sources.map((source) => answerSource(source, names, asked)),
    nullResults: nullResults.map((one) => ({
      id: one.id,
      flight: names.get(one.recordingIds[0]!)!,
      substance: one.substance,
      startAt: one.startAt,
      endAt: one.endAt,
      lnBayesFactor: one.lnBayesFactor,
      ...(one.upperLimit_kgph === undefined ? {} : { upperLimit_kgph: one.upperLimit_kgph }),
      searched: one.searched,
      caveats: one.caveats.map(say),
      provenance: one.provenance,
    })),
    ...more,
  };
}

function answerSource(source: SourceEstimate, names: ReadonlyMap<string, string>, asked: Asked): AnswerSource {
  const { id, substance, position, rate_kgph, region50, region90, lnBayesFactor, posterior, passes } = source;
  const { rateDistribution, firstObservedAt, lastObservedAt, provenance } = source;
  return {
    ...{ id, substance, position, rate_kgph },
    ...(rateDistribution === undefined ? {} : { rateDistribution }),
    ...{ region50, region90, area50_m2: Math.round(areaOf(region50)), area90_m2: Math.round(areaOf(region90)) },
    ...{ lnBayesFactor, firstObservedAt, lastObservedAt },
    ...(passes === undefined
      ? {}
      : { passes: passes.map((word) => ({ flight: names.get(word.recordingId)!, ...word })) }),
    ...(asked.grid ? { posterior } : {}),
    caveats: source.caveats.map(sayIn(asked.language)),
    provenance,
  };
}

function sayIn(language: 'en' | 'es'): (caveat: Caveat) => SaidCaveat {
  return ({ code, params }) => ({ code, params, text: sayCaveat(language, code, params) });
}
