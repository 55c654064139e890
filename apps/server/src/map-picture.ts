/** A map thinned to what a screen shows, as numbers that the page colours. */
import type { CubeHeader, Recording } from '@plumeline/core';
import type { MapName } from '@plumeline/pipeline';
import type { MapPicture } from './wire.ts';

/** Cells along the longer side, at most. */
const MOST_CELLS = 320;
/** The scale leaves out this share of the values at each end. */
const TAIL = 0.002;

export interface PictureInput {
  readonly recording: Recording;
  readonly map: MapName;
  readonly unit: string;
  /** [line x column] */
  readonly values: Float32Array;
  readonly header: Pick<CubeHeader, 'lines' | 'columns'>;
}

/** Means of square blocks of pixels, null where none has a number. */
export function pictureOf({ recording, map, unit, values, header: { lines, columns } }: PictureInput): MapPicture {
  const step = Math.max(1, Math.ceil(Math.max(lines, columns) / MOST_CELLS));
  const [rows, cells] = [Math.ceil(lines / step), Math.ceil(columns / step)];
  const out = Array.from({ length: rows * cells }, (_, i) => {
    let [sum, count] = [0, 0];
    const [line, column] = [Math.floor(i / cells) * step, (i % cells) * step];
    for (let l = line; l < Math.min(lines, line + step); l++)
      for (let c = column; c < Math.min(columns, column + step); c++) {
        const value = values[l * columns + c]!;
        if (!Number.isFinite(value)) continue;
        sum += value;
        count++;
      }
    return count === 0 ? null : Number((sum / count).toPrecision(3));
  });
  const sorted = Float64Array.from(out.filter((value) => value !== null)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return {
    recordingId: recording.id,
    map,
    unit,
    rows,
    columns: cells,
    corners: recording.imaging!.corners,
    low: at(TAIL),
    high: at(1 - TAIL),
    values: out,
  };
}
