/** Maps and spectra of cubes as queries. */
import type { PlumeSpectrum } from '@plumeline/core';
import { queryOptions } from '@tanstack/react-query';
import { Problem, UNREACHABLE } from './api.ts';

export const CUBE_MAPS = ['amount', 'z', 'uncertainty'] as const;
export type CubeMap = (typeof CUBE_MAPS)[number];

/** A map thinned to a screen, row by row; corners as longitude, latitude from the first row's first cell, clockwise in the image. */
export interface MapPicture {
  readonly map: CubeMap;
  readonly unit: string;
  readonly rows: number;
  readonly columns: number;
  readonly corners: readonly (readonly [number, number])[];
  readonly low: number;
  readonly high: number;
  readonly values: readonly (number | null)[];
}

export const pictureQuery = (recordingId: string, map: CubeMap) =>
  queryOptions({
    queryKey: ['picture', recordingId, map],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => getJson<MapPicture>(`/recordings/${encodeURIComponent(recordingId)}/pictures/${map}`),
  });

export const spectrumQuery = (recordingId: string, { lat, lon }: { lat: number; lon: number }) =>
  queryOptions({
    queryKey: ['spectrum', recordingId, lat, lon],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      getJson<PlumeSpectrum>(`/recordings/${encodeURIComponent(recordingId)}/spectrum?lat=${lat}&lon=${lon}`),
  });

/** Where the full map is, for download. */
export function mapAddress(recordingId: string, map: CubeMap): string {
  return `/api/recordings/${encodeURIComponent(recordingId)}/maps/${map}`;
}

/** Which map the address asks for; the amount unless it says another. */
export function shownMap(raster: string | undefined): CubeMap | undefined {
  if (raster === 'off') return undefined;
  return CUBE_MAPS.find((map) => map === raster) ?? 'amount';
}

/** `lat,lon` of the pixel whose spectrum is shown. */
export function parsePixel(text: string | undefined): { lat: number; lon: number } | undefined {
  const [lat, lon, ...rest] = (text ?? '').split(',').map(Number);
  const isPlace = lat !== undefined && lon !== undefined && Number.isFinite(lat) && Number.isFinite(lon);
  return isPlace && rest.length === 0 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(`/api${path}`).catch(() => {
    throw new Problem(UNREACHABLE, 'The server does not answer.');
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const { detail, remedy } = (body ?? {}) as { detail?: string; remedy?: string };
  throw new Problem(response.status, detail ?? `${response.status}`, remedy);
}
