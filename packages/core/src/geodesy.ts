/** Distances on the WGS84 ellipsoid and local east-north frames. Angles in degrees at this boundary, metres out. */
import geodesic from 'geographiclib-geodesic';
import type { Position } from './geometry.ts';

const WGS84_SEMI_MAJOR_M = 6_378_137;
const WGS84_FLATTENING = 1 / 298.257223563;
const DEGREE = Math.PI / 180;

/** Geodesic distance [m] and initial azimuth [deg, clockwise from true north] from a to b (Karney 2013). */
export function geodesicBetween(a: Position, b: Position): { distance_m: number; azimuth_deg: number } {
  const line = geodesic.Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon);
  return { distance_m: line.s12 ?? 0, azimuth_deg: ((line.azi1 ?? 0) + 360) % 360 };
}

/** East-north frame [m] tangent at an origin; better than 0.1 % within 50 km of it and 70 degrees of latitude. */
export interface LocalFrame {
  readonly origin: Position;
  toLocal(position: Position): { x_m: number; y_m: number };
  toPosition(x_m: number, y_m: number): Position;
}

/** Frame with the radii of curvature at the origin (Snyder 1987, eq. 4-18 to 4-20): x east, y north. */
export function localFrameAt(origin: Position): LocalFrame {
  const e2 = WGS84_FLATTENING * (2 - WGS84_FLATTENING);
  const sinLat = Math.sin(origin.lat * DEGREE);
  const w = Math.sqrt(1 - e2 * sinLat * sinLat);
  const meridian_m = ((WGS84_SEMI_MAJOR_M * (1 - e2)) / w ** 3) * DEGREE;
  const normal_m = (WGS84_SEMI_MAJOR_M / w) * DEGREE;
  // East metres per degree shrink with latitude; using the point's own latitude keeps the error second order.
  const eastPerDegree = (lat: number) => normal_m * Math.cos(lat * DEGREE);
  return {
    origin,
    toLocal: ({ lat, lon }) => ({
      x_m: wrapDegrees(lon - origin.lon) * eastPerDegree((lat + origin.lat) / 2),
      y_m: (lat - origin.lat) * meridian_m,
    }),
    toPosition: (x_m, y_m) => {
      const lat = origin.lat + y_m / meridian_m;
      return { lat, lon: wrapDegrees(origin.lon + x_m / eastPerDegree((lat + origin.lat) / 2)) };
    },
  };
}

/** Degrees into [-180, 180). */
export function wrapDegrees(angle: number): number {
  return ((((angle + 180) % 360) + 360) % 360) - 180;
}
