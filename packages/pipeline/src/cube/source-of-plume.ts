/**
 * From a plume to its source, as the same estimate that in-situ flights give: a Gaussian about the tail's end, as wide
 * along and across the plume as `sourcePoint` says, and the plume's rate.
 */
import { type Detection, type Recording, recordIdOf, type SourceEstimate } from '@plumeline/core';
import type { EmissionRate } from '@plumeline/numerics';
import { roundDegrees, toMultiPolygon, toPosition } from '../estimate-geometry.ts';
import type { IngestedCube } from './ingest-cube.ts';

export interface SourceInput {
  readonly cube: IngestedCube;
  readonly recording: Recording;
  readonly detection: Detection;
  readonly rate: EmissionRate;
  /** Plumes as strong as this that ground alone would give in the whole scene. */
  readonly falseAlarms: number;
}

/** Radii of the 50 % and 90 % regions of a two-dimensional Gaussian, in standard deviations: sqrt(-2 ln(1 - p)). */
const RADIUS_50 = Math.sqrt(2 * Math.LN2);
const RADIUS_90 = Math.sqrt(2 * Math.LN10);
const RING_POINTS = 72;
const GRID_CELLS = 41;
const GRID_REACH = 3.2;

export function sourceOf({ cube, recording, detection, rate, falseAlarms }: SourceInput): SourceEstimate {
  const { places } = cube;
  const { source } = rate;
  const centre = places.frame.toLocal(places.at(source.sample + 0.5, source.line + 0.5));
  const direction = (sample: number, line: number): readonly [number, number] => [
    sample * places.perColumn[0] + line * places.perLine[0],
    sample * places.perColumn[1] + line * places.perLine[1],
  ];
  // Standard deviations as vectors on the ground [m].
  const along = scaled(direction(source.alongSample, source.alongLine), source.alongSd_pixels);
  const across = scaled(direction(source.alongLine, -source.alongSample), source.acrossSd_pixels);
  const region = (radius: number) => toMultiPolygon([[ellipse(centre, along, across, radius)]], places.frame);
  const { software, profile, objects } = recording.provenance;
  const quantiles = detection.plume!.rate_kgph!;
  return {
    kind: 'source-estimate',
    id: recordIdOf('source-estimate', { detection: detection.id, software }),
    exercise: recording.exercise,
    provenance: { objects, derivedFrom: [detection.id, recording.id], profile, software, seed: 1 },
    recordingIds: [recording.id],
    detectionIds: [detection.id],
    substance: recording.substance,
    position: toPosition(places.frame, centre),
    rate_kgph: quantiles,
    region50: region(RADIUS_50),
    region90: region(RADIUS_90),
    lnBayesFactor: lnBayesBound(falseAlarms),
    firstObservedAt: detection.startAt,
    lastObservedAt: detection.endAt,
    posterior: gridOf(places.frame, centre, along, across),
    caveats: [{ code: 'source-from-plume', params: {} }, ...detection.plume!.caveats],
  };
}

/** The most that a chance p can say for a finding: B <= 1 / (-e p ln p) (Sellke, Bayarri & Berger 2001). */
export function lnBayesBound(chance: number): number {
  const p = Math.max(chance, 1e-300);
  if (p >= 1 / Math.E) return 0;
  return Number((-1 - Math.log(p) - Math.log(-Math.log(p))).toFixed(3));
}

type Vector = readonly [number, number];
const scaled = ([x, y]: Vector, factor: number): Vector => [x * factor, y * factor];

function ellipse(centre: { x_m: number; y_m: number }, a: Vector, b: Vector, radius: number): [number, number][] {
  const ring = Array.from({ length: RING_POINTS }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / RING_POINTS;
    const [c, s] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    return [centre.x_m + c * a[0] + s * b[0], centre.y_m + c * a[1] + s * b[1]];
  });
  const isClockwise = a[0] * b[1] - a[1] * b[0] < 0;
  if (isClockwise) ring.reverse();
  return [...ring, ring[0]!];
}

function gridOf(frame: IngestedCube['places']['frame'], centre: { x_m: number; y_m: number }, a: Vector, b: Vector) {
  const half = GRID_REACH * Math.max(Math.hypot(...a), Math.hypot(...b));
  const determinant = a[0] * b[1] - a[1] * b[0];
  const mass: number[] = [];
  for (let row = 0; row < GRID_CELLS; row++)
    for (let column = 0; column < GRID_CELLS; column++) {
      const [x, y] = [(2 * (column + 0.5)) / GRID_CELLS - 1, (2 * (row + 0.5)) / GRID_CELLS - 1].map(
        (u) => u * half,
      ) as [number, number];
      const [s, t] = [(x * b[1] - y * b[0]) / determinant, (y * a[0] - x * a[1]) / determinant];
      mass.push(Math.exp(-(s * s + t * t) / 2));
    }
  const total = mass.reduce((sum, value) => sum + value, 0);
  const corner = (x: number, y: number) => {
    const { lat, lon } = frame.toPosition(centre.x_m + x, centre.y_m + y);
    return { lat: roundDegrees(lat), lon: roundDegrees(lon) };
  };
  return {
    origin: corner(-half, -half),
    corner: corner(half, half),
    columns: GRID_CELLS,
    rows: GRID_CELLS,
    mass: mass.map((value) => Number((value / total).toPrecision(6))),
  };
}
