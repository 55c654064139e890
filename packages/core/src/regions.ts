/**
 * Questions about regions in degrees: contains, extent. Planar in longitude and latitude, which is exact for
 * containment of the polygon as drawn; regions do not cross the antimeridian or hold a pole.
 */
import type { MultiPolygon, Position } from './geometry.ts';

type Point = readonly [number, number];
type Ring = readonly Point[];

/** True when the position is inside a polygon of the region and outside that polygon's holes (even-odd rule). */
export function regionContains(region: MultiPolygon, position: Position): boolean {
  return region.coordinates.some((rings) => isInRings(rings, [position.lon, position.lat]));
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
