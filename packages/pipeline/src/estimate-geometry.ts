/** Rasters and rings of the local frame as the geographic forms that records hold. */
import type { LocalFrame, MultiPolygon, Position, PosteriorGrid } from '@plumeline/core';
import type { LocalMultiPolygon, Raster } from '@plumeline/numerics';

/** About a centimetre; keeps records small and equal on every machine. */
const DEGREE_DIGITS = 1e7;
/** A posterior grid in a record is at most this many cells a side. */
const GRID_CELLS = 64;

export function toMultiPolygon(polygons: LocalMultiPolygon, frame: LocalFrame): MultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: polygons.map((rings) =>
      rings.map((ring) =>
        ring.map(([x, y]) => {
          const { lat, lon } = frame.toPosition(x, y);
          return [roundDegrees(lon), roundDegrees(lat)] as const;
        }),
      ),
    ),
  };
}

export function toPosition(frame: LocalFrame, place: { x_m: number; y_m: number }): Position {
  const { lat, lon } = frame.toPosition(place.x_m, place.y_m);
  return { lat: roundDegrees(lat), lon: roundDegrees(lon) };
}

export function roundDegrees(angle: number): number {
  return Math.round(angle * DEGREE_DIGITS) / DEGREE_DIGITS;
}

/** The raster summed into blocks, so that a record stays some tens of kilobytes. */
export function toPosteriorGrid(raster: Raster, frame: LocalFrame): PosteriorGrid {
  const block = Math.max(1, Math.ceil(Math.max(raster.columns, raster.rows) / GRID_CELLS));
  const columns = Math.ceil(raster.columns / block);
  const rows = Math.ceil(raster.rows / block);
  const mass = new Array<number>(columns * rows).fill(0);
  for (let r = 0; r < raster.rows; r++) {
    for (let c = 0; c < raster.columns; c++) {
      mass[Math.floor(r / block) * columns + Math.floor(c / block)]! += raster.mass[r * raster.columns + c]!;
    }
  }
  const side = block * raster.cell_m;
  return {
    origin: toPosition(frame, { x_m: raster.west_m, y_m: raster.south_m }),
    corner: toPosition(frame, { x_m: raster.west_m + columns * side, y_m: raster.south_m + rows * side }),
    columns,
    rows,
    mass: mass.map((value) => Number(value.toPrecision(6))),
  };
}
