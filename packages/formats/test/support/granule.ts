/** An EMIT-like granule as GDAL's multidimensional VRT, for GDAL to write as NetCDF-4 or Zarr. */
import { valueAt } from './cube-fixtures.ts';

export const GRANULE = { lines: 5, columns: 4, bands: 9 };

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

interface GranuleOptions {
  readonly value?: (line: number, column: number, band: number) => number;
  readonly without?: string;
  readonly type?: string;
  readonly dimensions?: readonly [string, string, string];
}

export function granuleVrt(options: GranuleOptions = {}): string {
  const { value = valueAt, type = 'Float32', dimensions = ['downtrack', 'crosstrack', 'bands'] } = options;
  const { lines, columns, bands } = GRANULE;
  const [d0, d1, d2] = dimensions;
  const cube = range(lines).flatMap((l) => range(columns).flatMap((c) => range(bands).map((b) => value(l, c, b))));
  const raw = (of: (l: number, c: number) => number) =>
    range(lines).flatMap((l) => range(columns).map((c) => of(l, c)));
  const pixel = [d0, d1].map((name) => `/${name}`);
  const ortho = ['/ortho_y', '/ortho_x'];
  const groups = [
    `<Group name="sensor_band_parameters">`,
    array(
      'wavelengths',
      'Float32',
      [`/${d2}`],
      range(bands).map((b) => 2100 + 5 * b),
      '<Unit>nm</Unit>',
    ),
    array(
      'fwhm',
      'Float32',
      [`/${d2}`],
      range(bands).map((b) => 8 + b),
      '<Unit>nm</Unit>',
    ),
    `</Group><Group name="location">`,
    array(
      'lon',
      'Float64',
      pixel,
      raw((_, c) => -104 + c),
    ),
    array(
      'lat',
      'Float64',
      pixel,
      raw((l) => 32 - l),
    ),
    array(
      'elev',
      'Float64',
      pixel,
      raw((l, c) => (l === 1 && c === 1 ? -9999 : 1000 + l)),
      '<NoDataValue>-9999</NoDataValue>',
    ),
    array('glt_x', 'Int32', ortho, [0, 1, 2, 3, 4, 0]),
    array('glt_y', 'Int32', ortho, [0, 5, 1, 2, -3, 0]),
    '</Group>',
  ];
  return [
    '<VRTDataset><Group name="/">',
    ...[
      [d0, lines],
      [d1, columns],
      [d2, bands],
      ['ortho_y', 2],
      ['ortho_x', 3],
    ].map(([name, size]) => `<Dimension name="${name}" size="${size}"/>`),
    attribute('time_coverage_start', 'String', ['2022-08-15T04:28:38+0000']),
    attribute('instrument', 'String', ['EMIT']),
    attribute('geotransform', 'Float64', [-104.5, 0.0005, 0, 32.5, 0, -0.0004]),
    attribute('spatial_ref', 'String', ['GEOGCS[&quot;WGS 84&quot;,AUTHORITY[&quot;EPSG&quot;,&quot;4326&quot;]]']),
    array('radiance', type, [d0, d1, d2], cube, '<NoDataValue>-9999</NoDataValue><Unit>uW/cm^2/SR/nm</Unit>'),
    ...(options.without === 'groups' ? [] : groups),
    '</Group></VRTDataset>',
  ].join('\n');
}

function array(name: string, type: string, dims: readonly string[], values: readonly number[], more = ''): string {
  const refs = dims.map((dim) => `<DimensionRef ref="${dim}"/>`).join('');
  return `<Array name="${name}"><DataType>${type}</DataType>${refs}${more}<InlineValues>${values.join(' ')}</InlineValues></Array>`;
}

function attribute(name: string, type: string, values: readonly (string | number)[]): string {
  const list = values.map((value) => `<Value>${value}</Value>`).join('');
  return `<Attribute name="${name}"><DataType>${type}</DataType>${list}</Attribute>`;
}
