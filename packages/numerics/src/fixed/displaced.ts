/** A posterior of place convolved with an error of place that leans on the wind. fixed-instruments.md (4b, 4d). */
import type { Displacement, FixedRaster } from './place.ts';

/** Reach of the kernel in deviations. */
const REACH = 3;
/** More cells than this would draw what nobody can see; they are merged by fours. */
const MOST_CELLS = 40_000;

export function displaced(raster: FixedRaster, error: Displacement): FixedRaster {
  const { along_m, across_m, towardEast, towardNorth } = error;
  const { cell_m } = raster;
  const margin = Math.ceil((REACH * Math.max(along_m, across_m)) / cell_m);
  const [columns, rows] = [raster.columns + 2 * margin, raster.rows + 2 * margin];
  if (margin === 0) return raster;
  if (columns * rows > MOST_CELLS) return displaced(coarser(raster), error);
  const kernel: { readonly dx: number; readonly dy: number; readonly weight: number }[] = [];
  for (let dy = -margin; dy <= margin; dy++) {
    for (let dx = -margin; dx <= margin; dx++) {
      const along = cell_m * (dx * towardEast + dy * towardNorth);
      const across = cell_m * (dy * towardEast - dx * towardNorth);
      // A deviation finer than a cell is as wide as the cell.
      const z2 = (along / Math.max(along_m, cell_m / 3)) ** 2 + (across / Math.max(across_m, cell_m / 3)) ** 2;
      if (z2 < REACH * REACH) kernel.push({ dx, dy, weight: Math.exp(-0.5 * z2) });
    }
  }
  const total = kernel.reduce((sum, { weight }) => sum + weight, 0);
  const mass = new Float64Array(columns * rows);
  raster.mass.forEach((own, cell) => {
    if (own < 1e-9) return;
    const column = (cell % raster.columns) + margin;
    const row = Math.floor(cell / raster.columns) + margin;
    for (const { dx, dy, weight } of kernel) mass[(row + dy) * columns + column + dx] += (own * weight) / total;
  });
  return {
    west_m: raster.west_m - margin * cell_m,
    south_m: raster.south_m - margin * cell_m,
    cell_m,
    columns,
    rows,
    mass,
  };
}

/** Cells twice as wide. */
function coarser(raster: FixedRaster): FixedRaster {
  const [columns, rows] = [Math.ceil(raster.columns / 2), Math.ceil(raster.rows / 2)];
  const mass = new Float64Array(columns * rows);
  raster.mass.forEach((own, cell) => {
    const column = (cell % raster.columns) >> 1;
    mass[(Math.floor(cell / raster.columns) >> 1) * columns + column] += own;
  });
  return { ...raster, cell_m: 2 * raster.cell_m, columns, rows, mass };
}
