/** Lines of equal latitude and longitude, so that a map without roads still says where it is. */
import { type Collection, collection, type Extent } from './features.ts';

/** Spacings people read easily [arc seconds]. */
const STEPS_S = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000, 108_000];
/** Wanted distance between lines, at least [px]. */
const LEAST_GAP_PX = 150;
const DEGREE_S = 3600;

export interface Screen {
  readonly extent: Extent;
  readonly width_px: number;
  /** Position of a point on the screen, as [lon, lat]. */
  at(x: number, y: number): readonly [number, number];
}

/** Lines over the screen, and their names along its left and upper edge. */
export function graticule({ extent: [west, south, east, north], width_px, at }: Screen): {
  lines: Collection;
  names: Collection;
} {
  const least_s = ((east - west) * DEGREE_S * LEAST_GAP_PX) / width_px;
  const step_s = STEPS_S.find((step) => step >= least_s) ?? STEPS_S.at(-1)!;
  const lines: GeoJSON.Feature[] = [];
  const names: GeoJSON.Feature[] = [];
  for (const lon of multiples(west, east, step_s)) {
    lines.push(line([lon, Math.max(-85, south)], [lon, Math.min(85, north)]));
    names.push(name([lon, at(0, 6)[1]], toAngle(lon, 'E', 'W', step_s), 'top'));
  }
  for (const lat of multiples(Math.max(-85, south), Math.min(85, north), step_s)) {
    lines.push(line([west, lat], [east, lat]));
    names.push(name([at(6, 0)[0], lat], toAngle(lat, 'N', 'S', step_s), 'left'));
  }
  return { lines: collection(lines), names: collection(names) };
}

function multiples(from: number, to: number, step_s: number): number[] {
  const first = Math.ceil((from * DEGREE_S) / step_s);
  const last = Math.floor((to * DEGREE_S) / step_s);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ((first + i) * step_s) / DEGREE_S);
}

function toAngle(degrees: number, positive: string, negative: string, step_s: number): string {
  const seconds = Math.round(Math.abs(degrees) * DEGREE_S);
  const d = Math.floor(seconds / DEGREE_S);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = step_s % DEGREE_S === 0 ? '' : `${two(Math.floor(seconds / 60) % 60)}′`;
  const rest = step_s % 60 === 0 ? '' : `${two(seconds % 60)}″`;
  return `${d}°${minutes}${rest}${degrees < 0 ? negative : positive}`;
}

function line(from: readonly number[], to: readonly number[]): GeoJSON.Feature {
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[...from], [...to]] } };
}

function name(at: readonly number[], text: string, edge: 'top' | 'left'): GeoJSON.Feature {
  return { type: 'Feature', properties: { text, edge }, geometry: { type: 'Point', coordinates: [...at] } };
}
