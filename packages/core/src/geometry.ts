/** Geometry as GeoJSON (RFC 7946) has it, and positions as people say them. Longitude-first arrays only in GeoJSON. */

/** WGS84 degrees. */
export interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** GeoJSON MultiPolygon, longitude first, outer rings counter-clockwise. */
export interface MultiPolygon {
  readonly type: 'MultiPolygon';
  readonly coordinates: readonly (readonly (readonly (readonly [number, number])[])[])[];
}
