/**
 * Legs worth asking about, from where the source may be: across the wind at several ranges and heights, across the likely
 * places themselves, one upwind that should see nothing, and runs down the wind. All are clipped to the area.
 */
import type { SourceDraws } from './expected-gain.ts';
import type { SurveyLeg } from './survey-model.ts';

export type LegKind = 'across' | 'gap' | 'upwind-null' | 'run-out';

export interface Platform {
  readonly groundSpeed_mps: number;
  /** Heights above ground that may be flown, any order. */
  readonly heightsAgl_m: readonly number[];
  readonly turnRadius_m: number;
  readonly shortestLeg_m: number;
}

/** Rectangle that the legs stay in [m]: what was consented. */
export interface LegArea {
  readonly west_m: number;
  readonly south_m: number;
  readonly east_m: number;
  readonly north_m: number;
}

export interface CandidateLeg {
  readonly kind: LegKind;
  readonly leg: SurveyLeg;
}

/** What the likely places look like along (d) and across (e) the wind [m], by quantiles of the draws. */
interface Spread {
  readonly originX_m: number;
  readonly originY_m: number;
  readonly towardEast: number;
  readonly towardNorth: number;
  readonly along: { readonly p05: number; readonly p50: number; readonly p95: number };
  readonly across: { readonly p05: number; readonly p50: number; readonly p95: number };
}

/** Offsets of a leg in ranges past the likely places; steps of a factor 1.8. */
const RANGE_RATIO = 1.8;
const RANGES = 6;
/** A crossing leg reaches this many standard deviations of direction past the likely places on each side. */
const REACH_SDS = 2.5;
/** Height over range at which a plume has grown to the aircraft: nearer legs pass above it. */
const CLIMB = 2;
const MOST_CANDIDATES = 60;

/**
 * @param angleSd_rad all doubt of where a plume goes: wind direction, meander, and the plume's own width.
 * @param flown legs already flown, whose gaps along the wind are worth closing.
 */
export function candidateLegs(
  draws: SourceDraws,
  platform: Platform,
  area: LegArea,
  windFrom_rad: number,
  angleSd_rad: number,
  flown: readonly SurveyLeg[] = [],
): CandidateLeg[] {
  const spread = spreadOf(draws, windFrom_rad);
  const legs: CandidateLeg[] = [];
  const heights = [...platform.heightsAgl_m].sort((a, b) => a - b);
  const extent = farthestDownwind(spread, area);
  for (const heightAgl_m of heights) {
    const add = (kind: LegKind, from: readonly [number, number], to: readonly [number, number]) => {
      const leg = clipped(spread, from, to, area, heightAgl_m, platform);
      if (leg !== undefined) legs.push({ kind, leg });
    };
    const acrossAt = (kind: LegKind, d: number) => {
      const reach = REACH_SDS * angleSd_rad * Math.max(0, d - spread.along.p05) + 2 * platform.shortestLeg_m;
      add(kind, [d, spread.across.p05 - reach], [d, spread.across.p95 + reach]);
    };
    const nearest = Math.max(CLIMB * heightAgl_m, platform.shortestLeg_m / 2);
    for (let n = 0; n < RANGES; n++) {
      const d = spread.along.p50 + nearest * RANGE_RATIO ** n;
      if (d < extent) acrossAt('across', d);
    }
    for (const d of gaps(spread, flown, nearest)) acrossAt('gap', d);
    for (const e of [spread.across.p05, spread.across.p50, spread.across.p95]) {
      add('run-out', [spread.along.p50, e], [extent, e]);
    }
  }
  const margin = Math.max(platform.shortestLeg_m / 2, 0.1 * (spread.along.p95 - spread.along.p05));
  const side = 2 * platform.shortestLeg_m;
  const upwind = clipped(
    spread,
    [spread.along.p05 - margin, spread.across.p05 - side],
    [spread.along.p05 - margin, spread.across.p95 + side],
    area,
    heights[0],
    platform,
  );
  if (upwind !== undefined) legs.unshift({ kind: 'upwind-null', leg: upwind });
  return legs.slice(0, MOST_CANDIDATES);
}

/** Places along the wind that split the likely ones: between flown legs where there are some, else at their quarters. */
function gaps({ along, ...spread }: Spread, flown: readonly SurveyLeg[], nearest: number): number[] {
  const at = flown
    .map(
      (leg) =>
        ((leg.fromX_m + leg.toX_m) / 2 - spread.originX_m) * spread.towardEast +
        ((leg.fromY_m + leg.toY_m) / 2 - spread.originY_m) * spread.towardNorth,
    )
    .filter((d) => d > along.p05 - nearest && d < along.p95 + 4 * nearest)
    .sort((a, b) => a - b);
  const between = at
    .slice(1)
    .map((d, i) => ({ middle: (d + at[i]) / 2, width: d - at[i] }))
    .sort((a, b) => b.width - a.width)
    .slice(0, 2)
    .map(({ middle }) => middle);
  const quarters = [0.25, 0.5, 0.75].map((part) => along.p05 + part * (along.p95 - along.p05));
  return [...between, ...quarters, along.p95 + nearest / 2];
}

function spreadOf(draws: SourceDraws, windFrom_rad: number): Spread {
  const [towardEast, towardNorth] = [-Math.sin(windFrom_rad), -Math.cos(windFrom_rad)];
  const real = Array.from({ length: draws.count }, (_, m) => m).filter((m) => draws.rate_kgph[m] > 0);
  if (real.length === 0) throw new RangeError('No draw has a rate above zero: there is no source to plan a leg for.');
  const mean = (values: ArrayLike<number>) => real.reduce((sum, m) => sum + values[m], 0) / real.length;
  const [originX_m, originY_m] = [mean(draws.x_m), mean(draws.y_m)];
  const along = real.map((m) => (draws.x_m[m] - originX_m) * towardEast + (draws.y_m[m] - originY_m) * towardNorth);
  const across = real.map((m) => (draws.y_m[m] - originY_m) * towardEast - (draws.x_m[m] - originX_m) * towardNorth);
  return { originX_m, originY_m, towardEast, towardNorth, along: quantiles(along), across: quantiles(across) };
}

function quantiles(values: number[]) {
  values.sort((a, b) => a - b);
  const at = (p: number) => values[Math.round(p * (values.length - 1))];
  return { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
}

/** How far downwind the area reaches from the middle of the likely places [m]. */
function farthestDownwind({ originX_m, originY_m, towardEast, towardNorth }: Spread, area: LegArea): number {
  const corners = [area.west_m, area.east_m].flatMap((x) => [area.south_m, area.north_m].map((y) => [x, y]));
  return Math.max(...corners.map(([x, y]) => (x - originX_m) * towardEast + (y - originY_m) * towardNorth));
}

/** The part inside the area of a leg given in wind coordinates (Liang & Barsky 1984); undefined when it is too short. */
function clipped(
  { originX_m, originY_m, towardEast, towardNorth }: Spread,
  from: readonly [number, number],
  to: readonly [number, number],
  area: LegArea,
  heightAgl_m: number,
  platform: Platform,
): SurveyLeg | undefined {
  const place = ([d, e]: readonly [number, number]) => [
    originX_m + d * towardEast - e * towardNorth,
    originY_m + d * towardNorth + e * towardEast,
  ];
  const [x0, y0] = place(from);
  const [x1, y1] = place(to);
  let [low, high] = [0, 1];
  const edges = [
    [x0 - x1, x0 - area.west_m],
    [x1 - x0, area.east_m - x0],
    [y0 - y1, y0 - area.south_m],
    [y1 - y0, area.north_m - y0],
  ];
  for (const [slope, room] of edges) {
    if (slope === 0 && room < 0) return undefined;
    if (slope < 0) low = Math.max(low, room / slope);
    if (slope > 0) high = Math.min(high, room / slope);
  }
  if ((high - low) * Math.hypot(x1 - x0, y1 - y0) < platform.shortestLeg_m) return undefined;
  return {
    fromX_m: x0 + low * (x1 - x0),
    fromY_m: y0 + low * (y1 - y0),
    toX_m: x0 + high * (x1 - x0),
    toY_m: y0 + high * (y1 - y0),
    heightAgl_m,
    groundSpeed_mps: platform.groundSpeed_mps,
  };
}
