/** Which leg to fly next for a stored estimate: its summary and its flight put to the planner of numerics. Only proposals. */
import { type LocalFrame, localFrameAt, type Position, type SourceEstimate } from '@plumeline/core';
import {
  drawsFromSummary,
  type LegKind,
  type Platform,
  type RankedLeg,
  rankNextLegs,
  type SurveyLeg,
  seededGenerator,
  splitPasses,
} from '@plumeline/numerics';
import { toPosition } from './estimate-geometry.ts';
import { flightReady, middleOfTrack, round, searchArea } from './flight-input.ts';
import type { IngestedRecording } from './ingest.ts';
import { flownLegs, surveyConditions } from './next-leg.ts';

/** A candidate leg with what it is expected to tell. */
export interface ProposedLeg {
  readonly kind: LegKind;
  readonly from: Position;
  readonly to: Position;
  readonly heightAgl_m: number;
  readonly length_m: number;
  /** Transit, one half turn and the leg. */
  readonly duration_s: number;
  /** Expected information gain. */
  readonly gain_nats: number;
  /** Probability that it sees the plume. */
  readonly seen: number;
  /** 10th to 90th percentile of the distance from source to crossing. */
  readonly crossingDistance_m?: { readonly p10: number; readonly p90: number };
}

/** What the ranking takes for given; from the flight's own samples unless said. */
export interface LegAssumptions {
  readonly groundSpeed_mps: number;
  readonly heightsAgl_m: readonly number[];
  readonly turnRadius_m: number;
  readonly windFrom_deg: number;
  readonly windSpeed_mps: number;
  /** [west, south, east, north] in degrees: legs stay inside. */
  readonly area: readonly [number, number, number, number];
}

export interface LegProposals {
  /** Best first. */
  readonly legs: readonly ProposedLeg[];
  readonly assumed: LegAssumptions;
}

export interface LegWishes {
  readonly groundSpeed_mps?: number;
  readonly heightsAgl_m?: readonly number[];
}

const DRAWS = 300;
/** A fixed seed: the same question has the same answer. */
const SEED = 20_260_301;
/** A 30 degree bank: radius = v^2 / (g tan 30). */
const BANK = 9.81 * Math.tan(Math.PI / 6);
const MOST_LEGS = 6;
/** Legs of one kind differ little: no more than these of each are shown. */
const MOST_OF_A_KIND = 3;
const SHORTEST_LEG_M = 200;

/** @throws InputError where wind or substance is missing; RangeError where no leg fits the searched area. */
export function legsForEstimate(
  { series }: IngestedRecording,
  estimate: SourceEstimate,
  wishes: LegWishes,
): LegProposals {
  const frame = localFrameAt(middleOfTrack(series));
  const ready = flightReady(series, frame, { software: estimate.provenance.software });
  const { samples } = ready;
  const { area } = searchArea([series], [ready], frame);
  const flown = flownLegs(ready, splitPasses(samples).start);
  const platform = platformOf(flown, wishes);
  const conditions = surveyConditions(ready);
  const next = seededGenerator(SEED);
  const ranked = rankNextLegs(
    {
      draws: drawsFromSummary(summaryOf(estimate, frame), DRAWS, next),
      conditions,
      platform,
      area,
      position: { x_m: samples.x_m[samples.count - 1]!, y_m: samples.y_m[samples.count - 1]! },
      flown,
    },
    next,
  );
  const southWest = toPosition(frame, { x_m: area.west_m, y_m: area.south_m });
  const northEast = toPosition(frame, { x_m: area.east_m, y_m: area.north_m });
  return {
    legs: fewOfEachKind(ranked).map((leg) => proposalOf(leg, frame)),
    assumed: {
      groundSpeed_mps: round(platform.groundSpeed_mps),
      heightsAgl_m: platform.heightsAgl_m,
      turnRadius_m: round(platform.turnRadius_m),
      windFrom_deg: (Math.round((conditions.windFrom_rad * 180) / Math.PI) + 360) % 360,
      windSpeed_mps: round(conditions.windSpeed_mps),
      area: [southWest.lon, southWest.lat, northEast.lon, northEast.lat],
    },
  };
}

/** The posterior in local metres, and the chance that there is no source at even odds before the data. */
function summaryOf({ posterior, rate_kgph, lnBayesFactor }: SourceEstimate, frame: LocalFrame) {
  const low = frame.toLocal(posterior.origin);
  const high = frame.toLocal(posterior.corner);
  return {
    place: {
      west_m: low.x_m,
      south_m: low.y_m,
      cell_m: (high.x_m - low.x_m) / posterior.columns,
      columns: posterior.columns,
      mass: posterior.mass,
    },
    rate_kgph,
    noSource: 1 / (1 + Math.exp(lnBayesFactor)),
  };
}

/** Speed, and the lowest, middle and highest height to ten metres, of the legs that were flown. */
function platformOf(flown: readonly SurveyLeg[], wishes: LegWishes): Platform {
  const speeds = flown.map((leg) => leg.groundSpeed_mps).sort((a, b) => a - b);
  const groundSpeed_mps = wishes.groundSpeed_mps ?? speeds[speeds.length >> 1] ?? 50;
  const tens = flown.map(({ heightAgl_m }) => Math.max(10, 10 * Math.round(heightAgl_m / 10))).sort((a, b) => a - b);
  const heights = [...new Set([tens[0] ?? 150, tens[tens.length >> 1] ?? 150, tens.at(-1) ?? 150])];
  const turnRadius_m = groundSpeed_mps ** 2 / BANK;
  return {
    groundSpeed_mps,
    heightsAgl_m: wishes.heightsAgl_m ?? heights,
    turnRadius_m,
    shortestLeg_m: Math.max(SHORTEST_LEG_M, turnRadius_m),
  };
}

function fewOfEachKind(ranked: readonly RankedLeg[]): RankedLeg[] {
  const held = new Map<LegKind, number>();
  const few = ranked.filter(({ kind }) => {
    held.set(kind, (held.get(kind) ?? 0) + 1);
    return held.get(kind)! <= MOST_OF_A_KIND;
  });
  return few.slice(0, MOST_LEGS);
}

function proposalOf({ kind, leg, duration_s, gain_nats, seen, crossingDistance_m }: RankedLeg, frame: LocalFrame) {
  return {
    kind,
    from: toPosition(frame, { x_m: leg.fromX_m, y_m: leg.fromY_m }),
    to: toPosition(frame, { x_m: leg.toX_m, y_m: leg.toY_m }),
    heightAgl_m: leg.heightAgl_m,
    length_m: Math.hypot(leg.toX_m - leg.fromX_m, leg.toY_m - leg.fromY_m),
    duration_s,
    gain_nats,
    seen,
    ...(crossingDistance_m === undefined ? {} : { crossingDistance_m }),
  };
}
