/** EMIT L1B radiance and L2A reflectance granules (NetCDF-4), as their user guides lay them out. */
import type { ByteSource, CubeReader } from '@plumeline/core';
import { openArrayCube } from '../cube/array-cube.ts';
import { cubeError } from '../cube/cube-fault.ts';
import type { CubeOptions } from '../cube/cube-options.ts';
import { hdf5ArrayFile } from '../hdf5/array-file.ts';

/** The granule's cube, whichever of the two products it is. */
const CUBES = ['radiance', 'reflectance'];

/** @throws InputError, also for NetCDF-4 that is not EMIT's. */
export async function openEmitCube(source: ByteSource, options: CubeOptions = {}): Promise<CubeReader> {
  const file = await hdf5ArrayFile(source, options);
  const dataset = CUBES.find((name) => file.paths.includes(name));
  if (file.format === 'emit' && dataset !== undefined) return openArrayCube(file, { dataset, ...options });
  await file.close();
  throw cubeError(
    source.name,
    'emit-not-a-granule',
    'The file lacks radiance or reflectance with sensor_band_parameters/wavelengths.',
    'Choose an EMIT L1B RAD or L2A RFL granule, or open it as plain HDF5.',
  );
}
