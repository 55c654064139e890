import { describe, expect, test } from 'vitest';
import { geodesicBetween } from '../../../packages/core/src/index.ts';
import { formatPosition, parsePosition } from '../src/format/coordinates.ts';
import { toMgrs } from '../src/format/mgrs.ts';
import { formatArea, formatBytes, formatDistance, formatRate, formatValue } from '../src/format/numbers.ts';
import { regionArea_m2 } from '../src/format/region-size.ts';
import { formatDuration, formatInstant, formatSpan } from '../src/format/times.ts';

describe('numbers', () => {
  test.each([
    [412.34, 'en', '412'],
    [12_345, 'en', '12,300'],
    [12_345, 'es', '12,300'],
    [0.001234, 'en', '0.00123'],
    [-107.3, 'en', '−107'],
    [0, 'en', '0'],
    [Number.NaN, 'en', '–'],
  ])('%s in %s is %s', (value, language, text) => {
    expect(formatValue(value, language)).toBe(text);
  });

  test.each([
    [{ p05: 258.6, p50: 412.3, p95: 611 }, '412', '260–610', 'kg/h'],
    [{ p05: 0.0031, p50: 0.0424, p95: 0.12 }, '42.4', '3.1–120', 'g/h'],
    [{ p05: 8200, p50: 12_840, p95: 31_000 }, '12.8', '8.2–31', 't/h'],
  ])('rate %o is %s, %s %s', (rate, value, interval, unit) => {
    expect(formatRate(rate, 'en')).toEqual({ value, interval, unit });
  });

  test('lengths, areas and bytes choose their unit', () => {
    expect([850, 2440].map((metres) => formatDistance(metres, 'en'))).toEqual(['850 m', '2.4 km']);
    expect([5300, 214_000, 3.21e6].map((area) => formatArea(area, 'en'))).toEqual(['5,300 m²', '21 ha', '3.2 km²']);
    expect([812, 41_250, 8_612_000].map((bytes) => formatBytes(bytes, 'en'))).toEqual(['812 B', '41.3 kB', '8.61 MB']);
  });
});

describe('positions', () => {
  const culiacan = { lat: 24.80912, lon: -107.39411 };

  test('are written as decimal degrees and DMS', () => {
    expect(formatPosition(culiacan, 'decimal')).toBe('24.80912, −107.39411');
    expect(formatPosition(culiacan, 'dms')).toBe('24°48′32.8″N 107°23′38.8″W');
    expect(formatPosition({ lat: 24.999_999, lon: 0 }, 'dms')).toBe('25°00′00.0″N 0°00′00.0″E');
  });

  // The origin of the grid, and a row of the test table of proj4js/mgrs.
  test.each([
    [0, 0, '31N AA 66021 00000'],
    [48.24949, 16.4145, '33U XP 05004 44997'],
  ])('%s, %s is %s in MGRS', (lat, lon, text) => {
    const [zone, square, east, north] = text.split(' ');
    const [z, s, e, n] = toMgrs({ lat, lon })!.split(' ');
    expect([z, s]).toEqual([zone, square]);
    // The tables round where the grid truncates: a metre either way.
    expect(Math.abs(Number(e) - Number(east))).toBeLessThanOrEqual(1);
    expect(Math.abs(Number(n) - Number(north))).toBeLessThanOrEqual(1);
  });

  // On a zone's own meridian UTM is the true distance from the equator, times 0.9996, by an independent geodesic.
  test.each([
    [24.8, -105],
    [60.1, 9],
    [-33.9, 153],
    [83.5, -33],
  ])('%s on the meridian %s is as far north as the ellipsoid says', (lat, lon) => {
    const [, , east, north] = toMgrs({ lat, lon })!.split(' ');
    const { distance_m } = geodesicBetween({ lat: 0, lon }, { lat, lon });
    const northing = lat < 0 ? 10_000_000 - 0.9996 * distance_m : 0.9996 * distance_m;
    expect(['00000', '99999']).toContain(east);
    expect(Math.abs(Number(north) - (Math.floor(northing) % 100_000))).toBeLessThanOrEqual(1);
  });

  test('beyond the grid there is no MGRS', () => {
    expect(toMgrs({ lat: 86, lon: 0 })).toBeUndefined();
    expect(formatPosition({ lat: 86, lon: 0 }, 'mgrs')).toBe('86.00000, 0.00000');
  });

  test.each([
    ['24.81, -107.39', 24.81, -107.39],
    ['24.81 −107.39', 24.81, -107.39],
    ['24 48 32.8 N 107 23 38.8 W', 24.80911, -107.39411],
    ['24°48′32.8″N 107°23′38.8″W', 24.80911, -107.39411],
    ['24°48′32.8″N 107°23′38.8″O', 24.80911, -107.39411],
  ])('%s is read', (text, lat, lon) => {
    const position = parsePosition(text)!;
    expect(position.lat).toBeCloseTo(lat, 4);
    expect(position.lon).toBeCloseTo(lon, 4);
  });

  test.each(['S-7F3A', '24.81', '124.8, 10', '95 N 10 E', ''])('%s is not a position', (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });
});

test('the area of a square kilometre is one', () => {
  const side = 1000 / 111_194.93;
  const ring: [number, number][] = [
    [0, 0],
    [side, 0],
    [side, side],
    [0, side],
    [0, 0],
  ];
  const hole: [number, number][] = [
    [0, 0],
    [side / 2, 0],
    [side / 2, side],
    [0, side],
    [0, 0],
  ];
  expect(regionArea_m2({ type: 'MultiPolygon', coordinates: [[ring]] })).toBeCloseTo(1e6, -3);
  expect(regionArea_m2({ type: 'MultiPolygon', coordinates: [[ring, hole]] })).toBeCloseTo(5e5, -3);
});

test('times are UTC in the words of the language', () => {
  expect(formatInstant('2026-03-14T16:05:30.000Z', 'en')).toBe('14 Mar 2026, 16:05 UTC');
  expect(formatInstant('2026-03-14T16:05:30.000Z', 'es')).toMatch(/^14 mar 2026,? 16:05 UTC$/);
  expect(formatSpan('2026-03-14T15:02:00.000Z', '2026-03-14T17:02:00.000Z', 'en')).toBe('14 Mar 2026, 15:02–17:02 UTC');
  expect(formatDuration('2026-03-14T15:02:00.000Z', '2026-03-14T17:16:00.000Z')).toBe('2 h 14 min');
});
