/** Halved levels of a map, for a viewer's zoom. */

export interface MapLevel {
  readonly lines: number;
  readonly columns: number;
  /** [line x column] of each band. */
  readonly bands: readonly Float32Array[];
}

interface FullMap {
  readonly lines: number;
  readonly columns: number;
  readonly bands: readonly { readonly values: Float32Array; readonly overview?: 'mean' | 'nearest' }[];
}

/** The full map first, then levels of half the size until one fits a tile. */
export function overviewLevels(map: FullMap, tile: number): MapLevel[] {
  const levels: MapLevel[] = [{ lines: map.lines, columns: map.columns, bands: map.bands.map(({ values }) => values) }];
  for (let last = levels[0]!; Math.max(last.lines, last.columns) > tile; last = levels.at(-1)!) {
    const bands = last.bands.map((values, band) => halve(values, last, map.bands[band]!.overview ?? 'mean'));
    levels.push({ lines: Math.ceil(last.lines / 2), columns: Math.ceil(last.columns / 2), bands });
  }
  return levels;
}

/** Mean of the up to four values that are numbers, or the upper left of them; NaN where none is. */
function halve(values: Float32Array, { lines, columns }: MapLevel, how: 'mean' | 'nearest'): Float32Array {
  const halfColumns = Math.ceil(columns / 2);
  const half = new Float32Array(Math.ceil(lines / 2) * halfColumns);
  for (let cell = 0; cell < half.length; cell++) {
    const line = 2 * Math.floor(cell / halfColumns);
    const column = 2 * (cell % halfColumns);
    let sum = 0;
    let count = 0;
    for (let l = line; l < Math.min(line + 2, lines); l++) {
      for (let c = column; c < Math.min(column + 2, columns); c++) {
        const value = values[l * columns + c]!;
        if (Number.isNaN(value) || (how === 'nearest' && count > 0)) continue;
        sum += value;
        count++;
      }
    }
    half[cell] = count === 0 ? Number.NaN : sum / count;
  }
  return half;
}
