/** Opens a cube of any format that Plumeline reads, told by its first bytes or its folder, never by its name alone. */
import type { ByteSource, CubeFiles, CubeReader } from '@plumeline/core';
import { openEmitCube } from '../emit/decode.ts';
import { openEnviCube } from '../envi/decode.ts';
import { openGeoTiffCube } from '../geotiff/decode.ts';
import { hdf5ArrayFile } from '../hdf5/array-file.ts';
import { openZarrCube } from '../zarr/decode.ts';
import { openArrayCube } from './array-cube.ts';
import { cubeError } from './cube-fault.ts';
import type { CubeOptions } from './cube-options.ts';

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** `name` is an ENVI header or data file, a TIFF, an HDF5 or NetCDF-4 file, or a Zarr folder. @throws InputError. */
export async function openCube(files: CubeFiles, name: string, options: CubeOptions = {}): Promise<CubeReader> {
  const source = await files.open(name);
  if (source === undefined) {
    const folder = `${name.replace(/\/+$/, '')}/`;
    if (files.names.some((path) => path.startsWith(folder))) return openZarrCube(files, name, options);
    throw cubeError(name, 'cube-file-missing', 'There is no such file or folder.', 'Check the name.');
  }
  const head = await source.read(0, Math.min(8, source.size));
  if (HDF5_SIGNATURE.every((byte, index) => head[index] === byte)) return openAnyHdf5(source, options);
  const order = String.fromCharCode(...head.subarray(0, 2));
  const version = order === 'II' ? head[2] : head[3];
  const isTiff = (order === 'II' || order === 'MM') && (version === 42 || version === 43);
  if (isTiff && !hasEnviHeader(files, name)) return openGeoTiffCube(source, options);
  if (head[0] === 0x43 && head[1] === 0x44 && head[2] === 0x46) {
    throw cubeError(name, 'netcdf-classic', 'This is NetCDF classic, not NetCDF-4.', 'Convert it: nccopy -k nc4.');
  }
  return openEnviCube(files, name, options);
}

/** Raw ENVI data may begin with any bytes; its header settles it. */
function hasEnviHeader(files: CubeFiles, name: string): boolean {
  const stem = name.replace(/\.[^./]*$/, '');
  return files.names.includes(`${name}.hdr`) || files.names.includes(`${stem}.hdr`);
}

async function openAnyHdf5(source: ByteSource, options: CubeOptions): Promise<CubeReader> {
  if (options.dataset !== undefined) return openArrayCube(await hdf5ArrayFile(source, options), options);
  const file = await hdf5ArrayFile(source, options);
  if (file.format !== 'emit') return openArrayCube(file, options);
  await file.close();
  return openEmitCube(source, options);
}
