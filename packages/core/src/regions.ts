/**
 * Questions about regions in degrees: contains, overlaps, extent. Planar in longitude and latitude, which is exact for
 * containment of the polygon as drawn; regions do not cross the antimeridian or hold a pole.
 */
import type { MultiPolygon, Position } from './geometry.ts';

type Point = readonly [number, number];
type Ring = readonly Point[];

/** True when the position is inside a polygon of the region and outside that polygon's holes (even-odd rule). */
export function regionContains(region: MultiPolygon, position: Position): boolean {
  return region.coordinates.some((rings) => isInRings(rings, [position.lon, position.lat]));
}

/** True when the two regions share at least one point of their interiors or cross at an edge. */
export function regionsOverlap(a: MultiPolygon, b: MultiPolygon): boolean {
  return a.coordinates.some((ringsOfA) => b.coordinates.some((ringsOfB) => polygonsOverlap(ringsOfA, ringsOfB)));
}

/** [west, south, east, north] in degrees; undefined for a region without points. */
export function regionExtent(region: MultiPolygon): [number, number, number, number] | undefined {
  const points = region.coordinates.flatMap((rings) => rings.flat());
  if (points.length === 0) return undefined;
  const extent: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of points) {
    extent[0] = Math.min(extent[0], lon);
    extent[1] = Math.min(extent[1], lat);
    extent[2] = Math.max(extent[2], lon);
    extent[3] = Math.max(extent[3], lat);
  }
  return extent;
}

function polygonsOverlap(a: readonly Ring[], b: readonly Ring[]): boolean {
  if (a[0] === undefined || b[0] === undefined || !boxesTouch(a[0], b[0])) return false;
  const firstOfA = a[0][0];
  const firstOfB = b[0][0];
  if (firstOfA !== undefined && isInRings(b, firstOfA)) return true;
  if (firstOfB !== undefined && isInRings(a, firstOfB)) return true;
  return a.some((ringOfA) => b.some((ringOfB) => ringsCross(ringOfA, ringOfB)));
}

function isInRings(rings: readonly Ring[], [x, y]: Point): boolean {
  let isInside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i]!;
      const [xj, yj] = ring[j]!;
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) isInside = !isInside;
    }
  }
  return isInside;
}

function boxesTouch(a: Ring, b: Ring): boolean {
  const [westA, southA, eastA, northA] = boxOf(a);
  const [westB, southB, eastB, northB] = boxOf(b);
  return westA <= eastB && westB <= eastA && southA <= northB && southB <= northA;
}

function boxOf(ring: Ring): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of ring) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

function ringsCross(a: Ring, b: Ring): boolean {
  for (let i = 1; i < a.length; i++) {
    for (let j = 1; j < b.length; j++) {
      if (segmentsCross(a[i - 1]!, a[i]!, b[j - 1]!, b[j]!)) return true;
    }
  }
  return false;
}

/** Proper crossing: the ends of each segment lie on different sides of the other. */
function segmentsCross(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function side([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}
