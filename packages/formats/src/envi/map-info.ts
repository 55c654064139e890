/** ENVI's `map info`: {projection, tie column, tie line, x, y, x size, y size, [zone, North|South,] [datum,] units=, rotation=}. */
import type { CrsStatement, MapGrid } from '@plumeline/core';
import { type EnviHeader, enviError, listField, textField } from './parse-header.ts';

const DEGREE = Math.PI / 180;

/**
 * The grid of a header's map info; undefined when it has none, or only the pixel grid ("Arbitrary").
 * The tie point is counted from 1 at the outer corner of the first pixel. Rotation [deg] turns the grid anticlockwise:
 * x = x0 + dx cos r c + dy sin r l, y = y0 + dx sin r c - dy cos r l (as GDAL reads AVIRIS-NG; a test compares).
 */
export function mapInfo(header: EnviHeader): MapGrid | undefined {
  const words = listField(header, 'map info');
  if (words === undefined || /^arbitrary/i.test(words[0] ?? '')) return undefined;
  const numbers = words.slice(1, 7).map(Number);
  const named = new Map(words.flatMap((word) => namedWord(word)));
  const rotation_deg = Number(named.get('rotation') ?? 0);
  const [tieColumn, tieLine, tieX, tieY, dx, dy] = numbers as [number, number, number, number, number, number];
  const isBad = numbers.length < 6 || [...numbers, rotation_deg].some((value) => !Number.isFinite(value));
  if (isBad || dx === 0 || dy === 0) {
    const { row } = header.fields.get('map info')!;
    throw enviError(
      header.file,
      row,
      'envi-map-info',
      'The map info does not hold a projection, tie point, position and pixel size.',
      'Correct or delete it; a cube without map info can be placed by its GLT or IGM file.',
    );
  }
  const cos = Math.cos(rotation_deg * DEGREE);
  const sin = Math.sin(rotation_deg * DEGREE);
  const [xc, xl, yc, yl] = [dx * cos, dy * sin, dx * sin, -dy * cos];
  const c0 = tieColumn - 1;
  const l0 = tieLine - 1;
  return { affine: [tieX - xc * c0 - xl * l0, xc, xl, tieY - yc * c0 - yl * l0, yc, yl], crs: crsOf(header, words) };
}

function namedWord(word: string): [string, string][] {
  const at = word.indexOf('=');
  return at === -1 ? [] : [[word.slice(0, at).trim().toLowerCase(), word.slice(at + 1).trim()]];
}

const WGS84 = /^wgs[-_ ]?(19)?84$/i;

/** EPSG only for WGS-84, geographic or UTM, in degrees or metres; everything else keeps its own words. */
function crsOf(header: EnviHeader, words: readonly string[]): CrsStatement {
  const wkt = textField(header, 'coordinate system string');
  const statement = { text: words[0]!, ...(wkt === undefined ? {} : { wkt }) };
  const isWgs84 = words.slice(7).some((word) => WGS84.test(word));
  const units = words.map((word) => namedWord(word)[0]).find((pair) => pair?.[0] === 'units')?.[1];
  if (!isWgs84) return { ...statement, text: words.filter((word) => !word.includes('=')).join(', ') };
  if (/^geographic/i.test(words[0]!) && (units === undefined || /^degrees?$/i.test(units))) {
    return { ...statement, text: 'WGS 84 longitude, latitude', epsg: 4326 };
  }
  const zone = Number(words[7]);
  const hemisphere = words[8]?.toLowerCase();
  const isUtm = /^utm$/i.test(words[0]!) && zone >= 1 && zone <= 60 && Number.isInteger(zone);
  const isMetric = units === undefined || /^met(er|re)s?$/i.test(units);
  if (isUtm && isMetric && (hemisphere === 'north' || hemisphere === 'south')) {
    const epsg = (hemisphere === 'north' ? 32600 : 32700) + zone;
    return { ...statement, text: `WGS 84 / UTM zone ${zone} ${hemisphere}`, epsg };
  }
  return { ...statement, text: words.filter((word) => !word.includes('=')).join(', ') };
}
