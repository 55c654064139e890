/** Writes ENVI maps: for scripting and for comparison with other tools. */
import type { MapGrid } from '@plumeline/core';

export interface EnviMap {
  /** One line of text for `description`. */
  readonly description: string;
  readonly lines: number;
  readonly columns: number;
  /** [line x column] of each band, band after band (BSQ). Float64 is written as data type 5, Float32 as 4. */
  readonly bands: readonly { readonly name: string; readonly values: Float64Array | Float32Array }[];
  readonly noData?: number;
  readonly map?: MapGrid;
}

/** Little-endian BSQ data and its header. @throws RangeError when a band has not lines x columns numbers. */
export function encodeEnviMap(map: EnviMap): { header: string; data: Uint8Array } {
  const count = map.lines * map.columns;
  const isDouble = map.bands.some(({ values }) => values instanceof Float64Array);
  const size = isDouble ? 8 : 4;
  const data = new Uint8Array(count * size * map.bands.length);
  const view = new DataView(data.buffer);
  map.bands.forEach(({ name, values }, band) => {
    if (values.length !== count) throw new RangeError(`Band ${name} has ${values.length} numbers, not ${count}.`);
    for (let index = 0; index < count; index++) {
      const at = (band * count + index) * size;
      if (isDouble) view.setFloat64(at, values[index]!, true);
      else view.setFloat32(at, values[index]!, true);
    }
  });
  return { header: headerText(map, isDouble), data };
}

function headerText(map: EnviMap, isDouble: boolean): string {
  const wkt = map.map?.crs.wkt;
  return [
    'ENVI',
    `description = {${plain(map.description)}}`,
    `samples = ${map.columns}`,
    `lines = ${map.lines}`,
    `bands = ${map.bands.length}`,
    'header offset = 0',
    'file type = ENVI Standard',
    `data type = ${isDouble ? 5 : 4}`,
    'interleave = bsq',
    'byte order = 0',
    `band names = {${map.bands.map(({ name }) => plain(name).replaceAll(',', ' ')).join(', ')}}`,
    ...(map.noData === undefined ? [] : [`data ignore value = ${map.noData}`]),
    ...(map.map === undefined ? [] : [`map info = {${mapWords(map.map)}}`]),
    ...(wkt === undefined ? [] : [`coordinate system string = {${wkt}}`]),
    '',
  ].join('\n');
}

const plain = (text: string): string => text.replace(/[{}\r\n]/g, ' ');

/** A north-up or rotated grid as map info words. @throws RangeError for a sheared grid, which map info cannot say. */
function mapWords({ affine, crs }: MapGrid): string {
  const [x0, xc, xl, y0, yc, yl] = affine;
  const dx = Math.hypot(xc, yc);
  const dy = Math.hypot(xl, yl);
  if (Math.abs(xc * xl + yc * yl) > 1e-9 * dx * dy || xc * yl - xl * yc > 0) {
    throw new RangeError('A sheared or mirrored grid has no map info.');
  }
  const rotation_deg = (Math.atan2(yc, xc) * 180) / Math.PI;
  const { epsg } = crs;
  const utm = epsg !== undefined && ((epsg > 32600 && epsg <= 32660) || (epsg > 32700 && epsg <= 32760));
  const crsWords = utm
    ? ['UTM', [`${epsg % 100}`, epsg < 32700 ? 'North' : 'South', 'WGS-84', 'units=Meters']]
    : epsg === 4326
      ? ['Geographic Lat/Lon', ['WGS-84', 'units=Degrees']]
      : [plain(crs.text).replaceAll(',', ' '), []];
  const [projection, rest] = crsWords as [string, string[]];
  const turn = rotation_deg === 0 ? [] : [`rotation=${rotation_deg}`];
  return [projection, 1, 1, x0, y0, dx, dy, ...rest, ...turn].join(', ');
}
