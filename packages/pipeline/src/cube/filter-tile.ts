/**
 * A cube in tiles of fixed size, each filtered on its own: the tiles depend on the cube's shape alone, never on memory
 * or threads, so that maps are the same bytes however the work is shared.
 */
import { type CubeHeader, type CubeReader, InputError, type MaskReason, type PixelWindow } from '@plumeline/core';
import { classFilter } from '@plumeline/numerics';
import type { BandTarget } from './gas-target.ts';
import { countMasked } from './retrieve-columns.ts';

export interface Tile extends PixelWindow {
  readonly index: number;
}

/** Maps of a tile [line x column of the tile], NaN where a pixel cannot be used. */
export interface TileMaps {
  readonly tile: Tile;
  readonly z: Float32Array;
  readonly amount_ppmm: Float32Array;
  readonly sigma_ppmm: Float32Array;
  /** Class of ground; alike only within a tile. */
  readonly ground: Uint16Array;
  readonly masked: Readonly<Record<MaskReason, number>>;
  /** Why the whole tile has no numbers; absent where it has. */
  readonly refusal?: string;
}

/** Pixels of a tile: enough for some two hundred classes of ground, few enough for the smallest budget. */
const TILE_PIXELS = 65_536;
/** Wider tiles would be too short for the statistics of a column. */
const TILE_COLUMNS = 256;
/** Bytes that the class filter takes a pixel: radiance and its logarithm per band, features, maps. Measured. */
const BYTES_A_BAND = 12;
const BYTES_A_PIXEL = 400;

/** Tiles of nearly equal size that cover the cube, line by line of tiles. */
export function tilesOf({ lines, columns }: Pick<CubeHeader, 'lines' | 'columns'>): Tile[] {
  const across = Math.ceil(columns / TILE_COLUMNS);
  const width = Math.ceil(columns / across);
  const down = Math.ceil((lines * width) / TILE_PIXELS);
  return Array.from({ length: down * across }, (_, index) => {
    const [row, column] = [Math.floor(index / across), index % across];
    const edge = (k: number, of: number, size: number) => Math.floor((k * size) / of);
    const [firstLine, firstColumn] = [edge(row, down, lines), edge(column, across, columns)];
    return {
      index,
      firstLine,
      lines: edge(row + 1, down, lines) - firstLine,
      firstColumn,
      columns: edge(column + 1, across, columns) - firstColumn,
    };
  });
}

/** What the largest tile takes in one thread [byte]. */
export function tileMemory_bytes(tiles: readonly Tile[], bands: number): number {
  const pixels = tiles.reduce((most, { lines, columns }) => Math.max(most, lines * columns), 0);
  return pixels * (bands * BYTES_A_BAND + BYTES_A_PIXEL);
}

/** Threads that the budget holds at once. @throws InputError where it does not hold one */
export function threadsWithin(header: CubeHeader, bands: number, threads: number, budget_bytes: number): number {
  const needed = tileMemory_bytes(tilesOf(header), bands);
  const fitting = Math.min(threads, Math.floor(budget_bytes / needed));
  if (fitting >= 1) return fitting;
  throw new InputError([
    {
      code: 'cube-budget-too-small',
      message: `A tile of the cube takes ${Math.ceil(needed / 2 ** 20)} MB; the memory budget is ${Math.floor(budget_bytes / 2 ** 20)} MB.`,
      remedy: 'Raise the memory budget, or use a target with fewer bands.',
      place: { file: header.file },
    },
  ]);
}

/** Noise-normalised score and amount of every pixel of a tile against its classes of ground. @throws InputError of the reader */
export async function filterTile(reader: CubeReader, tile: Tile, target: BandTarget): Promise<TileMaps> {
  const { radiance, usable, masked } = await readTile(reader, tile, target.bands);
  const pixels = tile.lines * tile.columns;
  const empty = (refusal: string): TileMaps => ({
    tile,
    z: new Float32Array(pixels).fill(Number.NaN),
    amount_ppmm: new Float32Array(pixels).fill(Number.NaN),
    sigma_ppmm: new Float32Array(pixels).fill(Number.NaN),
    ground: new Uint16Array(pixels),
    masked,
    refusal,
  });
  if (usable.every((each) => each === 0)) return empty('No pixel of this part of the cube can be used.');
  try {
    const block = { lines: tile.lines, samples: tile.columns, bands: target.bands.length, radiance, usable };
    const maps = classFilter(block, target.tau_pppmm, target.curve === undefined ? {} : { curve: target.curve });
    return {
      tile,
      z: Float32Array.from(maps.z),
      amount_ppmm: Float32Array.from(maps.column_ppmm),
      sigma_ppmm: Float32Array.from(maps.sigma_ppmm),
      ground: maps.ground,
      masked,
    };
  } catch (error) {
    if (error instanceof RangeError) return empty(error.message);
    throw error;
  }
}

/** Columns read at a time, so that the reader's order needs no second copy of the tile. */
const COLUMNS_AT_ONCE = 16;

/** Radiance [line x column x band] of a window, and 1 where a pixel can be used. */
export async function readTile(reader: CubeReader, window: PixelWindow, bands: readonly number[]) {
  const { lines, columns, firstLine, firstColumn } = window;
  const count = bands.length;
  const radiance = new Float32Array(lines * columns * count);
  const usable = new Uint8Array(lines * columns);
  const step = Math.min(columns, COLUMNS_AT_ONCE);
  const values = new Float32Array(lines * step * count);
  const mask = new Uint8Array(lines * step);
  const masked: Record<MaskReason, number> = { noData: 0, nonFinite: 0, saturated: 0, flat: 0 };
  for (let first = 0; first < columns; first += step) {
    const width = Math.min(step, columns - first);
    const [some, bits] = [values.subarray(0, lines * width * count), mask.subarray(0, lines * width)];
    await reader.read({
      firstLine,
      lines,
      firstColumn: firstColumn + first,
      columns: width,
      bands,
      values: some,
      mask: bits,
    });
    for (const [reason, number] of Object.entries(countMasked(bits))) masked[reason as MaskReason] += number;
    for (let column = 0; column < width; column++)
      for (let line = 0; line < lines; line++) {
        const from = column * lines + line;
        const to = line * columns + first + column;
        usable[to] = bits[from] === 0 ? 1 : 0;
        radiance.set(some.subarray(from * count, (from + 1) * count), to * count);
      }
  }
  return { radiance, usable, masked };
}
