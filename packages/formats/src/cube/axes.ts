/** Which axis of an array is along track, across track and spectral, by the names that files give them. */
import { cubeError } from './cube-fault.ts';
import type { CubeAxis, CubeOptions } from './cube-options.ts';

/** Array axes of line, column and band. */
export type NamedAxes = readonly [line: number, column: number, band: number];

export const CUBE_AXES: readonly CubeAxis[] = ['line', 'column', 'band'];

const NAMES: Readonly<Record<CubeAxis, readonly string[]>> = {
  line: ['line', 'lines', 'y', 'row', 'rows', 'downtrack', 'along_track', 'alongtrack', 'lat', 'latitude', 'northing'],
  column: [
    'column',
    'columns',
    'col',
    'x',
    'sample',
    'samples',
    'crosstrack',
    'across_track',
    'acrosstrack',
    'cross_track',
    'lon',
    'longitude',
    'easting',
    'pixel',
    'pixels',
  ],
  band: ['band', 'bands', 'wavelength', 'wavelengths', 'channel', 'channels', 'spectral', 'wave', 'wl'],
};

/** @throws InputError when the names do not tell every axis apart: the order of axes is never guessed. */
export function cubeAxes(
  file: string,
  array: { readonly path: string; readonly dimensions?: readonly string[] },
  options: CubeOptions,
): NamedAxes {
  const kinds = options.axes ?? array.dimensions?.map(kindOf) ?? [];
  const axes = CUBE_AXES.map((kind) => kinds.indexOf(kind));
  if (kinds.length === 3 && axes.every((axis) => axis !== -1)) return axes as unknown as NamedAxes;
  const stated = array.dimensions === undefined ? 'has no axis names' : `names its axes ${array.dimensions.join(', ')}`;
  throw cubeError(
    file,
    'cube-axes-unknown',
    `${array.path} ${stated}: it is not known which is line, column and band.`,
    'State the order in the options, e.g. axes: line, column, band.',
  );
}

function kindOf(name: string): CubeAxis | undefined {
  const plain = name.toLowerCase();
  return CUBE_AXES.find((kind) => NAMES[kind].includes(plain));
}
