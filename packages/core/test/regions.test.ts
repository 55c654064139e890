import { describe, expect, it } from 'vitest';
import { type MultiPolygon, regionContains, regionExtent } from '../src/index.ts';

const square = (west: number, south: number, size: number, hole?: MultiPolygon): MultiPolygon => {
  const ring = (w: number, s: number, d: number): [number, number][] => [
    [w, s],
    [w + d, s],
    [w + d, s + d],
    [w, s + d],
    [w, s],
  ];
  return {
    type: 'MultiPolygon',
    coordinates: [[ring(west, south, size), ...(hole?.coordinates[0]?.slice(0, 1) ?? [])]],
  };
};

describe('regions', () => {
  const ringed = square(0, 0, 10, square(4, 4, 2));

  it.each([
    ['inside', { lat: 2, lon: 2 }, true],
    ['in the hole', { lat: 5, lon: 5 }, false],
    ['outside', { lat: 11, lon: 5 }, false],
    ['latitude and longitude are not swapped', { lat: 5, lon: 11 }, false],
  ])('contains: %s', (_, position, expected) => {
    expect(regionContains(ringed, position)).toBe(expected);
  });

  it('has an extent, or none when empty', () => {
    expect(regionExtent(square(1, 2, 3))).toEqual([1, 2, 4, 5]);
    expect(regionExtent({ type: 'MultiPolygon', coordinates: [] })).toBeUndefined();
  });
});
