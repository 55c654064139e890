/** A cube in HDF5 or NetCDF-4 with named or stated axes. */
import type { ByteSource, CubeReader } from '@plumeline/core';
import { openArrayCube } from '../cube/array-cube.ts';
import type { CubeOptions } from '../cube/cube-options.ts';
import { hdf5ArrayFile } from './array-file.ts';

/** @throws InputError. */
export async function openHdf5Cube(source: ByteSource, options: CubeOptions = {}): Promise<CubeReader> {
  return openArrayCube(await hdf5ArrayFile(source, options), options);
}
