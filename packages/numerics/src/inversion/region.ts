/** Highest-density regions of a raster as rings in local metres, ready to be made geographic. */
import { contours } from 'd3-contour';
import type { Raster } from './posterior.ts';

/** Polygons with holes: [polygon][ring][vertex] = [x, y] in metres, rings closed, outer counter-clockwise. */
export type LocalMultiPolygon = [number, number][][][];

export interface Region {
  /** Cell mass at the edge of the region. */
  readonly threshold: number;
  /** Mass of the cells inside: the stated mass, to within the last cell. */
  readonly mass: number;
  readonly polygons: LocalMultiPolygon;
  /** True when the raster cell of (x, y) is in the region. */
  holds(x_m: number, y_m: number): boolean;
}

/** Smallest region that holds `mass` of the raster. */
export function highestDensityRegion(raster: Raster, mass: number): Region {
  const { threshold, held } = thresholdFor(raster.mass, mass);
  const holds = (x_m: number, y_m: number) => {
    const column = Math.floor((x_m - raster.west_m) / raster.cell_m);
    const row = Math.floor((y_m - raster.south_m) / raster.cell_m);
    const isOn = column >= 0 && row >= 0 && column < raster.columns && row < raster.rows;
    return isOn && raster.mass[row * raster.columns + column] >= threshold;
  };
  return { threshold, mass: held, polygons: regionAbove(raster, threshold), holds };
}

/** The cell mass above which cells hold at least `mass` in all. */
export function thresholdFor(cells: Float64Array, mass: number): { threshold: number; held: number } {
  const sorted = Float64Array.from(cells).sort().reverse();
  let held = 0;
  for (let i = 0; i < sorted.length; i++) {
    held += sorted[i];
    if (held >= mass) {
      const next = i + 1 < sorted.length ? sorted[i + 1] : 0;
      return { threshold: (sorted[i] + next) / 2, held };
    }
  }
  return { threshold: 0, held };
}

/** Where values exceed a threshold: contours between cell centres; a frame of zeros closes rings at the edge. */
export function regionAbove(raster: Raster, threshold: number): LocalMultiPolygon {
  const columns = raster.columns + 2;
  const rows = raster.rows + 2;
  const framed = new Float64Array(columns * rows);
  for (let r = 0; r < raster.rows; r++) {
    framed.set(raster.mass.subarray(r * raster.columns, (r + 1) * raster.columns), (r + 1) * columns + 1);
  }
  const [shape] = contours().size([columns, rows]).thresholds([threshold])(Array.from(framed));
  // d3 puts the centre of cell (c, r) at (c + 0.5, r + 0.5); its rings are clockwise where y grows downward.
  return shape.coordinates
    .map((polygon) =>
      polygon.map((ring) => {
        const local = ring.map(
          ([c, r]) =>
            [raster.west_m + (c - 1) * raster.cell_m, raster.south_m + (r - 1) * raster.cell_m] as [number, number],
        );
        return local;
      }),
    )
    .map((polygon) => polygon.map((ring, index) => oriented(ring, index === 0)));
}

/** Outer rings counter-clockwise, holes clockwise (RFC 7946). */
function oriented(ring: [number, number][], counterClockwise: boolean): [number, number][] {
  let twice = 0;
  for (let i = 0; i + 1 < ring.length; i++) twice += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return twice > 0 === counterClockwise ? ring : [...ring].reverse();
}
