import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dubinsPath, pointAlong } from '../src/dubins.ts';
import { randomFrom } from '../src/random.ts';
import { aeroplaneTrack, lawnmower } from '../src/track.ts';

const pose = fc.record({
  x: fc.double({ min: -3000, max: 3000, noNaN: true }),
  y: fc.double({ min: -3000, max: 3000, noNaN: true }),
  heading: fc.double({ min: -7, max: 7, noNaN: true }),
});

describe('Dubins path', () => {
  it('ends in the pose asked for, is no shorter than the chord, and bends no more than its radius', () => {
    fc.assert(
      fc.property(pose, pose, (a, b) => {
        const path = dubinsPath(a, b, 350);
        const end = pointAlong(path, path.length_m);
        expect(Math.hypot(end.x - b.x, end.y - b.y)).toBeLessThan(1e-3);
        expect(Math.cos(end.heading - b.heading)).toBeGreaterThan(1 - 1e-9);
        expect(path.length_m).toBeGreaterThanOrEqual(Math.hypot(a.x - b.x, a.y - b.y) - 1e-3);
        expect(path.length_m).toBeLessThan(Math.hypot(a.x - b.x, a.y - b.y) + 4 * Math.PI * 350);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the straight line where the poses are in line', () => {
    expect(dubinsPath({ x: 0, y: 0, heading: 0 }, { x: 0, y: 1000, heading: 0 }, 300).length_m).toBeCloseTo(1000, 9);
  });
});

describe('lawnmower', () => {
  it('covers the box: no place is further than half a spacing from a run, whatever the direction', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (direction, u, v) => {
          const runs = lawnmower([-1500, -1000, 1500, 1000], direction, 200, 0);
          const point = [1500 * u, 1000 * v];
          const nearest = Math.min(...runs.map(({ from, to }) => distanceToSegment(point, from, to)));
          // At a corner that a line just misses, up to a spacing over the sine of the corner's angle.
          expect(nearest).toBeLessThan(Math.abs(u) < 0.8 && Math.abs(v) < 0.8 ? 101 : 290);
        },
      ),
    );
  });
});

describe('aeroplane', () => {
  it('flies at its airspeed, within its turn radius, with every run and turn numbered', () => {
    const wind = { east_mps: 6, north_mps: -3 };
    const runs = lawnmower([-3000, -2000, 3000, 2000], 0.7, 400, 800);
    const track = aeroplaneTrack(
      runs,
      { airspeed_mps: 50, turnRadius_m: 380 },
      wind,
      { heightAgl_m: 80, sd_m: 5, time_s: 25 },
      0,
      randomFrom(1),
    );
    expect(new Set(track.leg).size).toBe(2 * runs.length - 1);
    for (let i = 1; i < track.x_m.length; i++) {
      const ground = [track.x_m[i] - track.x_m[i - 1], track.y_m[i] - track.y_m[i - 1]];
      const air = Math.hypot(ground[0] - wind.east_mps, ground[1] - wind.north_mps);
      expect(Math.abs(air - 50)).toBeLessThan(2.5);
      const turned = Math.abs(
        Math.atan2(
          Math.sin(track.heading_rad[i] - track.heading_rad[i - 1]),
          Math.cos(track.heading_rad[i] - track.heading_rad[i - 1]),
        ),
      );
      expect(turned).toBeLessThan((Math.hypot(...ground) * 1.02) / 380 + 1e-6);
    }
  });
});

function distanceToSegment(p: readonly number[], a: readonly [number, number], b: readonly [number, number]): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const t = Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}
