import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geodesicBetween, localFrameAt, wrapDegrees } from '../src/index.ts';

describe('geodesicBetween', () => {
  // Karney's GeographicLib test set and well-known lines.
  it.each([
    { a: { lat: 0, lon: 0 }, b: { lat: 0, lon: 1 }, distance_m: 111_319.491, azimuth_deg: 90 },
    { a: { lat: 0, lon: 0 }, b: { lat: 1, lon: 0 }, distance_m: 110_574.389, azimuth_deg: 0 },
    { a: { lat: 40.6, lon: -73.8 }, b: { lat: 51.6, lon: -0.5 }, distance_m: 5_551_759.4, azimuth_deg: 51.198_883 },
  ])('$a to $b', ({ a, b, distance_m, azimuth_deg }) => {
    const line = geodesicBetween(a, b);
    expect(line.distance_m).toBeCloseTo(distance_m, 0);
    expect(line.azimuth_deg).toBeCloseTo(azimuth_deg, 4);
  });
});

describe('localFrameAt', () => {
  const nearby = fc.record({
    lat: fc.double({ min: -70, max: 70, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    x_m: fc.double({ min: -50_000, max: 50_000, noNaN: true }),
    y_m: fc.double({ min: -50_000, max: 50_000, noNaN: true }),
  });
  it('goes there and back, and agrees with the geodesic within 0.1 %', () => {
    fc.assert(
      fc.property(nearby, ({ lat, lon, x_m, y_m }) => {
        const frame = localFrameAt({ lat, lon });
        const position = frame.toPosition(x_m, y_m);
        const back = frame.toLocal(position);
        expect(Math.hypot(back.x_m - x_m, back.y_m - y_m)).toBeLessThan(1e-5);
        const planar_m = Math.hypot(x_m, y_m);
        const { distance_m } = geodesicBetween({ lat, lon }, position);
        expect(Math.abs(distance_m - planar_m)).toBeLessThanOrEqual(1e-3 * planar_m + 1e-5);
      }),
    );
  });
});

describe('wrapDegrees', () => {
  it.each([
    [0, 0],
    [180, -180],
    [-180, -180],
    [190, -170],
    [-190, 170],
    [720, 0],
  ])('%d -> %d', (angle, wrapped) => expect(wrapDegrees(angle)).toBe(wrapped));
});
