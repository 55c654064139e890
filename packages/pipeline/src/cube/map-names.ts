/** The maps that a cube gives, each with its unit and what it is called in files and addresses. */
import type { CubeMaps } from './cube-maps.ts';

export type MapName = 'amount' | 'z' | 'uncertainty';

export const EARTH_MAPS: readonly {
  readonly name: MapName;
  /** GDAL's unit; empty for a pure number. */
  readonly unit: string;
  readonly file: string;
  readonly values: (maps: CubeMaps) => Float32Array;
}[] = [
  { name: 'amount', unit: 'ppm m', file: 'amount_ppmm.tif', values: ({ amount_ppmm }) => amount_ppmm },
  { name: 'z', unit: '', file: 'z.tif', values: ({ z }) => z },
  { name: 'uncertainty', unit: 'ppm m', file: 'uncertainty_ppmm.tif', values: ({ sigma_ppmm }) => sigma_ppmm },
];
