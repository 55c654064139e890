/** Flight paths: zigzag of a small rotorcraft, and lawnmower of an aeroplane whose turns are Dubins paths. */
import { dubinsPath, type Pose, pointAlong } from './dubins.ts';
import { ornsteinUhlenbeck, type Random } from './random.ts';
import type { Track } from './simulate-flight.ts';

/** A straight run between two points in local metres. */
export interface Run {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export interface Height {
  readonly heightAgl_m: number;
  /** Height keeping: standard deviation [m] and time scale [s]. */
  readonly sd_m: number;
  readonly time_s: number;
}

/** Collects positions once a second. */
interface TrackPen {
  readonly x: number[];
  readonly y: number[];
  readonly heading: number[];
  readonly leg: number[];
}

/** Runs joined directly: the aircraft turns on the spot, as a rotorcraft does. Constant ground speed. */
export function rotorcraftTrack(
  runs: readonly Run[],
  ground_mps: number,
  height: Height,
  start_s: number,
  random: Random,
): Track {
  const pen: TrackPen = { x: [], y: [], heading: [], leg: [] };
  runs.forEach(({ from, to }, leg) => {
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const heading = Math.atan2(to[0] - from[0], to[1] - from[1]);
    for (let s = 0; s <= length; s += ground_mps) {
      put(pen, from[0] + Math.sin(heading) * s, from[1] + Math.cos(heading) * s, heading, leg);
    }
  });
  return finish(pen, height, start_s, random);
}

/**
 * Runs flown by an aeroplane at constant airspeed in a steady wind; turns between runs are shortest Dubins paths of the
 * given radius over ground. Runs have even leg numbers, the turns between them odd ones.
 */
export function aeroplaneTrack(
  runs: readonly Run[],
  aircraft: { airspeed_mps: number; turnRadius_m: number },
  wind: { east_mps: number; north_mps: number },
  height: Height,
  start_s: number,
  random: Random,
): Track {
  const pen: TrackPen = { x: [], y: [], heading: [], leg: [] };
  let carry = 0;
  runs.forEach((run, index) => {
    const path = dubinsPath(poseAtStart(run), poseAtEnd(run), aircraft.turnRadius_m);
    carry = fly(pen, path, 2 * index, carry, aircraft.airspeed_mps, wind);
    const next = runs[index + 1];
    if (next !== undefined) {
      const turn = dubinsPath(poseAtEnd(run), poseAtStart(next), aircraft.turnRadius_m);
      carry = fly(pen, turn, 2 * index + 1, carry, aircraft.airspeed_mps, wind);
    }
  });
  return finish(pen, height, start_s, random);
}

/** Puts a point each second along a path; returns how far into the next path the next second falls [m]. */
function fly(
  pen: TrackPen,
  path: ReturnType<typeof dubinsPath>,
  leg: number,
  carry: number,
  airspeed: number,
  wind: { east_mps: number; north_mps: number },
): number {
  let s = carry;
  while (s < path.length_m) {
    const pose = pointAlong(path, s);
    put(pen, pose.x, pose.y, pose.heading, leg);
    s += groundSpeed(pose.heading, airspeed, wind);
  }
  return s - path.length_m;
}

/** Speed over ground on a course flown with crab against the wind (wind triangle) [m s-1]. */
function groundSpeed(course: number, airspeed: number, wind: { east_mps: number; north_mps: number }): number {
  const along = wind.east_mps * Math.sin(course) + wind.north_mps * Math.cos(course);
  const across = wind.east_mps * Math.cos(course) - wind.north_mps * Math.sin(course);
  return along + Math.sqrt(Math.max(airspeed * airspeed - across * across, (airspeed / 4) ** 2));
}

function poseAtStart({ from, to }: Run): Pose {
  return { x: from[0], y: from[1], heading: Math.atan2(to[0] - from[0], to[1] - from[1]) };
}
function poseAtEnd({ from, to }: Run): Pose {
  return { x: to[0], y: to[1], heading: Math.atan2(to[0] - from[0], to[1] - from[1]) };
}

function put(pen: TrackPen, x: number, y: number, heading: number, leg: number): void {
  pen.x.push(x);
  pen.y.push(y);
  pen.heading.push(heading);
  pen.leg.push(leg);
}

function finish(pen: TrackPen, height: Height, start_s: number, random: Random): Track {
  const wobble = ornsteinUhlenbeck(random, pen.x.length, 1 / height.time_s);
  return {
    start_s,
    x_m: Float64Array.from(pen.x),
    y_m: Float64Array.from(pen.y),
    heading_rad: Float64Array.from(pen.heading),
    leg: Int32Array.from(pen.leg),
    heightAgl_m: wobble.map((value) => Math.max(2, height.heightAgl_m + height.sd_m * value)),
  };
}

/**
 * Parallel runs over a rectangle [west, south, east, north] (local metres), across a direction (heading of the wind,
 * radians clockwise from north), from downwind to upwind, alternately there and back. Runs shorter than `shortest_m` are left out.
 */
export function lawnmower(
  box: readonly [number, number, number, number],
  across_rad: number,
  spacing_m: number,
  shortest_m: number,
): Run[] {
  const [west, south, east, north] = box;
  const centre = [(west + east) / 2, (south + north) / 2];
  const along = [Math.sin(across_rad), Math.cos(across_rad)];
  const side = [along[1], -along[0]];
  const half = (Math.abs(along[0]) * (east - west) + Math.abs(along[1]) * (north - south)) / 2;
  const runs: Run[] = [];
  const lines = Math.floor((2 * half) / spacing_m) + 1;
  for (let line = 0; line < lines; line++) {
    const offset = ((lines - 1) / 2 - line) * spacing_m;
    const clipped = clipLine([centre[0] + along[0] * offset, centre[1] + along[1] * offset], side, box);
    if (clipped === undefined) continue;
    const [a, b] = clipped;
    if (Math.hypot(b[0] - a[0], b[1] - a[1]) < shortest_m) continue;
    runs.push(runs.length % 2 === 0 ? { from: a, to: b } : { from: b, to: a });
  }
  return runs;
}

/** The part of an endless line inside a box (Liang & Barsky 1984), or undefined. */
function clipLine(
  point: readonly number[],
  direction: readonly number[],
  box: readonly [number, number, number, number],
) {
  let [low, high] = [-Infinity, Infinity];
  for (const axis of [0, 1]) {
    const [a, b] = [(box[axis] - point[axis]) / direction[axis], (box[axis + 2] - point[axis]) / direction[axis]];
    if (Math.abs(direction[axis]) < 1e-12) {
      if (point[axis] < box[axis] || point[axis] > box[axis + 2]) return undefined;
      continue;
    }
    low = Math.max(low, Math.min(a, b));
    high = Math.min(high, Math.max(a, b));
  }
  if (high <= low) return undefined;
  const at = (t: number): [number, number] => [point[0] + t * direction[0], point[1] + t * direction[1]];
  return [at(low), at(high)] as const;
}
