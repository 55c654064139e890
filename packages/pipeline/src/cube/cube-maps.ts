/** Maps of a whole cube, put together from its tiles. */
import type { CubeHeader, MaskReason } from '@plumeline/core';
import type { TileMaps } from './filter-tile.ts';

/** [line x column], NaN where a pixel cannot be used. */
export interface CubeMaps {
  readonly z: Float32Array;
  readonly amount_ppmm: Float32Array;
  readonly sigma_ppmm: Float32Array;
  /** Class of ground, numbered through all tiles. */
  readonly ground: Uint32Array;
  readonly masked: Record<MaskReason, number>;
  /** Parts of the cube that have no numbers, and why. */
  readonly refusals: { readonly firstLine: number; readonly firstColumn: number; readonly reason: string }[];
}

export function emptyMaps({ lines, columns }: Pick<CubeHeader, 'lines' | 'columns'>): CubeMaps {
  const pixels = lines * columns;
  return {
    z: new Float32Array(pixels).fill(Number.NaN),
    amount_ppmm: new Float32Array(pixels).fill(Number.NaN),
    sigma_ppmm: new Float32Array(pixels).fill(Number.NaN),
    ground: new Uint32Array(pixels),
    masked: { noData: 0, nonFinite: 0, saturated: 0, flat: 0 },
    refusals: [],
  };
}

/** Numbers of ground classes that one tile may use: the filter's labels are 16 bits. */
const CLASSES_A_TILE = 65_536;

/** Puts a tile in its place; the order of tiles does not matter. */
export function addTile(maps: CubeMaps, columns: number, part: TileMaps): void {
  const { tile } = part;
  for (let line = 0; line < tile.lines; line++) {
    const from = line * tile.columns;
    const to = (tile.firstLine + line) * columns + tile.firstColumn;
    for (const name of ['z', 'amount_ppmm', 'sigma_ppmm'] as const)
      maps[name].set(part[name].subarray(from, from + tile.columns), to);
    for (let c = 0; c < tile.columns; c++) maps.ground[to + c] = tile.index * CLASSES_A_TILE + part.ground[from + c]!;
  }
  for (const [reason, count] of Object.entries(part.masked)) maps.masked[reason as MaskReason] += count;
  if (part.refusal !== undefined)
    maps.refusals.push({ firstLine: tile.firstLine, firstColumn: tile.firstColumn, reason: part.refusal });
}
