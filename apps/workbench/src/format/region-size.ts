/** How large a region is, so that doubt about the place has a number. */
import type { MultiPolygon } from '@plumeline/core';

const EARTH_RADIUS_M = 6_371_008.8;
const DEGREE = Math.PI / 180;

/** Area [m2] on the sphere: outer rings less holes (Chamberlain and Duquette 2007, eq. 5). */
export function regionArea_m2(region: MultiPolygon): number {
  let total = 0;
  for (const rings of region.coordinates) {
    rings.forEach((ring, index) => {
      total += index === 0 ? ringArea_m2(ring) : -ringArea_m2(ring);
    });
  }
  return total;
}

/** Radius [m] of the disc with the same area: "within about 1.2 km". */
export function regionRadius_m(region: MultiPolygon): number {
  return Math.sqrt(regionArea_m2(region) / Math.PI);
}

function ringArea_m2(ring: readonly (readonly [number, number])[]): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [lonA, latA] = ring[j]!;
    const [lonB, latB] = ring[i]!;
    sum += (lonB - lonA) * DEGREE * (2 + Math.sin(latA * DEGREE) + Math.sin(latB * DEGREE));
  }
  return Math.abs((sum * EARTH_RADIUS_M ** 2) / 2);
}
