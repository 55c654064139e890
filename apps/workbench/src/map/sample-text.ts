/** Samples as GeoJSON text, for the map's worker to fetch. */

export interface SampleColumns {
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** Place on the colour ramp in [0, 1]; NaN for a sample without a value, which is left out. */
  readonly c: Float64Array;
}

/** One point a sample, with its index `i` and its place `c` on the ramp. */
export function sampleText({ lon, lat, c }: SampleColumns): string {
  const parts: string[] = [];
  for (let i = 0; i < c.length; i++) {
    if (Number.isNaN(c[i])) continue;
    const at = `[${lon[i]},${lat[i]}]`;
    const properties = `{"i":${i},"c":${Math.round(c[i]! * 1000) / 1000}}`;
    parts.push(`{"type":"Feature","properties":${properties},"geometry":{"type":"Point","coordinates":${at}}}`);
  }
  return `{"type":"FeatureCollection","features":[${parts.join(',')}]}`;
}
