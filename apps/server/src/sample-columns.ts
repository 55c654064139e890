/** Samples of a recording and its fit as columns for a plot, thinned so that no peak is lost. */
import type { SampleSeries } from '@plumeline/core';
import type { WireColumn, WireSamples } from './wire.ts';

/** Fit of a recording, per sample; kept as the object `model-series` beside the recording. */
export interface ModelColumns {
  readonly background_ppm: readonly (number | null)[];
  readonly fitted_ppm: readonly (number | null)[];
}

/** Name under which a recording's fit is attached to it. */
export const MODEL_SERIES = 'model-series';

/** JSON columns in UTF-8; NaN becomes null. */
export function encodeModelSeries(model: { background_ppm: Float64Array; fitted_ppm: Float64Array }): Uint8Array {
  const columns: ModelColumns = {
    background_ppm: Array.from(model.background_ppm, finiteOrNull),
    fitted_ppm: Array.from(model.fitted_ppm, finiteOrNull),
  };
  return new TextEncoder().encode(JSON.stringify(columns));
}

export function decodeModelSeries(bytes: Uint8Array): ModelColumns {
  return JSON.parse(new TextDecoder().decode(bytes)) as ModelColumns;
}

/**
 * At most `limit` (>= 4) samples as columns of equal length.
 * @param model of the same length as the series, where there is a fit
 */
export function sampleColumns(
  recordingId: string,
  series: SampleSeries,
  model: ModelColumns | undefined,
  limit: number,
): WireSamples {
  const kept = thinned(series.moleFraction_ppm, limit);
  const pick = (column: ArrayLike<number | null>): WireColumn => kept.map((i) => finiteOrNull(column[i] ?? null));
  const optional = <K extends string>(key: K, column: ArrayLike<number | null> | undefined) =>
    (column === undefined ? {} : { [key]: pick(column) }) as { readonly [P in K]?: WireColumn };
  const { pathEnd, instruments } = series;
  return {
    recordingId,
    substance: series.substance,
    total: series.count,
    returned: kept.length,
    time_s: pick(series.time_s),
    lat: pick(series.lat_deg),
    lon: pick(series.lon_deg),
    heightAgl_m: pick(series.heightAgl_m),
    moleFraction_ppm: pick(series.moleFraction_ppm),
    ...optional('background_ppm', model?.background_ppm),
    ...optional('fitted_ppm', model?.fitted_ppm),
    ...optional('windEast_mps', series.windEast_mps),
    ...optional('windNorth_mps', series.windNorth_mps),
    ...(pathEnd === undefined ? {} : { pathEnd: { lat: pick(pathEnd.lat_deg), lon: pick(pathEnd.lon_deg) } }),
    ...optional('instrument', series.instrument),
    ...(instruments === undefined ? {} : { instruments }),
  };
}

/**
 * Indices, ascending, of at most `limit` samples: the first, the last, and the smallest and largest of each of
 * equal runs, so that a one-sample peak survives any thinning.
 */
export function thinned(values: Float64Array, limit: number): number[] {
  const count = values.length;
  if (count <= limit) return Array.from(values, (_, i) => i);
  const runs = Math.floor((limit - 2) / 2);
  const kept = new Set([0]);
  for (let run = 0; run < runs; run++) {
    const from = Math.floor((run * count) / runs);
    const to = Math.floor(((run + 1) * count) / runs);
    const { least, most } = extremes(values, from, to);
    kept.add(Math.min(least, most)).add(Math.max(least, most));
  }
  kept.add(count - 1);
  return [...kept];
}

/** Where the smallest and largest of values[from, to) are; `from` where all are NaN. */
function extremes(values: Float64Array, from: number, to: number): { least: number; most: number } {
  let least = from;
  let most = from;
  for (let i = from + 1; i < to; i++) {
    if (values[i]! < values[least]! || Number.isNaN(values[least])) least = i;
    if (values[i]! > values[most]! || Number.isNaN(values[most])) most = i;
  }
  return { least, most };
}

export function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
