import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AirObservation,
  airFrom,
  angular,
  gaussianPlume,
  gaussLegendre,
  type Observations,
  type PlumeSource,
  pathMeanCoupling,
  plumeKernel,
  plumeShape,
  pointCoupling,
  puffModel,
  surfaceRelease,
} from '../src/dispersion/index.ts';

const WEST = 1.5 * Math.PI;
const neutral: AirObservation = { from_rad: WEST, speed_mps: 4, speedHeight_m: 3, roughness_m: 0.02 };

function columns(points: readonly (readonly [number, number, number])[], air: AirObservation): Observations {
  return {
    count: points.length,
    x_m: Float64Array.from(points, (p) => p[0]),
    y_m: Float64Array.from(points, (p) => p[1]),
    height_m: Float64Array.from(points, (p) => p[2]),
    airIndex: new Int32Array(points.length),
    air: [airFrom(air)],
  };
}

/** The source as n x n points of equal rate. */
function byPoints(source: PlumeSource, n: number, observations: Observations): Float64Array {
  const [width, length] = [source.width_m!, source.length_m ?? source.width_m!];
  const [sin, cos] = [Math.sin(source.bearing_rad ?? 0), Math.cos(source.bearing_rad ?? 0)];
  const air = observations.air[0];
  const kernel = plumeKernel(air, source.height_m);
  const sum = new Float64Array(observations.count);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const [u, v] = [width * ((i + 0.5) / n - 0.5), length * ((j + 0.5) / n - 0.5)];
      for (let k = 0; k < sum.length; k++) {
        const east = observations.x_m[k] - source.x_m - u * cos - v * sin;
        const north = observations.y_m[k] - source.y_m - v * cos + u * sin;
        const d = east * air.towardEast + north * air.towardNorth;
        const e = north * air.towardEast - east * air.towardNorth;
        sum[k] += pointCoupling(kernel, d, e, observations.height_m[k], source.height_m) / (n * n);
      }
    }
  }
  return sum;
}

describe('area sources', () => {
  it('are the sum of many points: inside, at the edge, near and far, in any wind and turned any way', () =>
    fc.assert(
      fc.property(
        fc.record({
          from_rad: fc.double({ min: 0, max: 6.28, noNaN: true }),
          bearing_rad: fc.double({ min: 0, max: 3.1, noNaN: true }),
          length_m: fc.double({ min: 20, max: 120, noNaN: true }),
          x: fc.double({ min: -150, max: 150, noNaN: true }),
          y: fc.double({ min: -150, max: 150, noNaN: true }),
        }),
        ({ from_rad, bearing_rad, length_m, x, y }) => {
          const source = { x_m: 5, y_m: -3, height_m: 0.5, width_m: 60, length_m, bearing_rad };
          const seen = columns([[x, y, 4]], { ...neutral, from_rad });
          const [exact] = gaussianPlume().coupling(source, seen);
          const [points] = byPoints(source, 120, seen);
          // Sum of 120 x 120 points: a plume from a point half a metre to two metres off is narrower than their spacing.
          const [scale] = gaussianPlume().coupling(source, columns([[5, -3, 4]], { ...neutral, from_rad }));
          expect(Math.abs(exact - points)).toBeLessThan(0.03 * points + 0.01 * scale);
        },
      ),
      { numRuns: 25 },
    ));

  it('upwind see nothing, and give all their gas to a plane downwind', () => {
    const source = { x_m: 0, y_m: 0, height_m: 1, width_m: 50 };
    expect(gaussianPlume().coupling(source, columns([[-26, 0, 1]], neutral))[0]).toBe(0);
    // Flux through a plane 100 m downwind: sum of c U over it is 1. U varies over the source, so with each part's own.
    const { nodes, weights } = gaussLegendre(24);
    let flux = 0;
    for (let j = 0; j < nodes.length; j++) {
      const z = 60 * (1 + nodes[j]);
      const line = columns(
        Array.from({ length: 81 }, (_, i) => [100, (i - 40) * 4, z] as const),
        neutral,
      );
      const across = gaussianPlume()
        .coupling(source, line)
        .reduce((sum, c) => sum + 4 * c, 0);
      flux += 60 * weights[j] * across;
    }
    const speed = plumeShape(surfaceRelease, airFrom(neutral), 100, 1).speed_mps;
    expect(flux * speed).toBeCloseTo(1, 1);
  });

  it('that are high or deep mean over their heights', () => {
    const at = columns([[80, 5, 6]], neutral);
    const deep = gaussianPlume().coupling({ x_m: 0, y_m: 0, height_m: 8, width_m: 1, depth_m: 12 }, at)[0];
    const { nodes, weights } = gaussLegendre(40);
    // The kernel's table is that of the middle height, as in the model.
    const kernel = plumeKernel(airFrom(neutral), 8);
    const middle = nodes.reduce(
      (sum, node, i) => sum + (weights[i] / 2) * pointCoupling(kernel, 80, 5, 6, 8 + 6 * node),
      0,
    );
    expect(deep / middle).toBeCloseTo(1, 2);
    const flat = gaussianPlume().coupling({ x_m: 0, y_m: 0, height_m: 8, width_m: 1 }, at)[0];
    expect(Math.abs(deep / flat - 1)).toBeGreaterThan(0.02);
  });

  it('turned by a quarter swap their sides', () => {
    const at = columns(
      [
        [60, 10, 2],
        [0, 0, 2],
      ],
      neutral,
    );
    const lying = { x_m: 0, y_m: 0, height_m: 0, width_m: 80, length_m: 20 };
    const turned = { ...lying, width_m: 20, length_m: 80, bearing_rad: Math.PI / 2 };
    const [a, b] = [gaussianPlume().coupling(lying, at), gaussianPlume().coupling(turned, at)];
    for (let i = 0; i < 2; i++) expect(b[i] / a[i]).toBeCloseTo(1, 9);
  });

  it('seen by an open path agree with the mean over points on it', () => {
    const source = { x_m: 0, y_m: 0, height_m: 0.5, width_m: 30 };
    const near = columns([[60, -80, 2]], neutral);
    const end = { x_m: Float64Array.of(60), y_m: Float64Array.of(80), height_m: Float64Array.of(2) };
    const [path] = gaussianPlume().coupling(source, { ...near, end });
    const points = columns(
      Array.from({ length: 320 }, (_, i) => [60, -80 + (i + 0.5) * 0.5, 2] as const),
      neutral,
    );
    const mean = gaussianPlume()
      .coupling(source, points)
      .reduce((sum, c) => sum + c / 320, 0);
    expect(path / mean).toBeCloseTo(1, 2);
  });
});

describe('deposition', () => {
  const VD = 0.02;

  /** E1(x) by quadrature of exp(-x / u) / u over u in (0, 1]. */
  function exponentialIntegral(x: number): number {
    const { nodes, weights } = gaussLegendre(80);
    return nodes.reduce((sum, node, i) => {
      const u = (1 + node) / 2;
      return sum + (0.5 * weights[i] * Math.exp(-x / u)) / u;
    }, 0);
  }

  it('of a high release in growing spread has the closed form sqrt(2 / pi) vd / (2 U a) E1(h^2 / 2 a^2 x^2)', () => {
    const air = { ...airFrom({ ...neutral, sigmaW_mps: 0.4, sigmaV_mps: 0.6 }) };
    const h = 40;
    const lossy = plumeKernel(air, h, { spread: angular, depositionVelocity_mps: VD });
    const inert = plumeKernel(air, h, { spread: angular });
    const { speed_mps, sigmaZ_m } = plumeShape(angular, air, 300, h);
    const slope = sigmaZ_m / 300;
    for (const x of [350, 500, 700]) {
      // Below 0.56 sigma_z = h the transport speed is that at h throughout.
      expect(0.56 * slope * x).toBeLessThan(h);
      const closed =
        (Math.sqrt(2 / Math.PI) * VD * 0.5 * exponentialIntegral((h / (slope * x)) ** 2 / 2)) / (speed_mps * slope);
      const ratio = pointCoupling(lossy, x, 0, 2, h) / pointCoupling(inert, x, 0, 2, h);
      expect(closed).toBeGreaterThan(0.001);
      // The table is linear in ln x between nodes a factor 1.2 apart, where this rises like exp(-1 / x^2).
      expect(Math.abs(-Math.log(ratio) / closed - 1)).toBeLessThan(0.02);
    }
  });

  it('takes from the plume what falls on the ground', () => {
    const air = airFrom(neutral);
    const kernel = plumeKernel(air, 2, { depositionVelocity_mps: VD });
    const inert = plumeKernel(air, 2);
    // vd times the ground concentration over the ground up to 400 m, crosswind integrated: 1 - K(400).
    const steps = 4000;
    let fallen = 0;
    for (let i = 0; i < steps; i++) {
      const x = 0.5 * 800 ** ((i + 0.5) / steps);
      const dx = (x * Math.log(800)) / steps;
      const { sigmaY_m } = plumeShape(surfaceRelease, air, x, 2);
      fallen += VD * pointCoupling(kernel, x, 0, 0, 2) * Math.sqrt(2 * Math.PI) * sigmaY_m * dx;
    }
    const left = pointCoupling(kernel, 400, 0, 1, 2) / pointCoupling(inert, 400, 0, 1, 2);
    expect(left).toBeLessThan(0.9);
    expect(fallen + left).toBeCloseTo(1, 2);
  });

  it('is the same on a path, and in puffs in steady wind', () => {
    const kernel = plumeKernel(airFrom(neutral), 1, { depositionVelocity_mps: VD, lifetime_s: 200 });
    const mean = pathMeanCoupling(kernel, { d0: 100, e0: -60, z0: 2, d1: 100, e1: 60, z1: 2 }, 1);
    let sum = 0;
    for (let i = 0; i < 2000; i++) sum += pointCoupling(kernel, 100, -60 + (i + 0.5) * 0.06, 2, 1) / 2000;
    expect(mean / sum).toBeCloseTo(1, 3);
    const steady = {
      ...columns([[120, 0, 1]], neutral),
      time_s: Float64Array.of(3600),
      airStart_s: Float64Array.of(0),
    };
    const source = { x_m: 0, y_m: 0, height_m: 1 };
    const share = (options: { depositionVelocity_mps?: number }) =>
      puffModel({ puffsPerDoubling: 40, ...options }).coupling(source, steady)[0];
    const inPuffs = share({ depositionVelocity_mps: VD }) / share({});
    const inPlume =
      pointCoupling(plumeKernel(airFrom(neutral), 1, { depositionVelocity_mps: VD }), 120, 0, 1, 1) /
      pointCoupling(plumeKernel(airFrom(neutral), 1), 120, 0, 1, 1);
    expect(inPuffs / inPlume).toBeCloseTo(1, 1);
    expect(inPlume).toBeLessThan(0.95);
  });
});

describe('puffs in light and turning wind', () => {
  it('hold all the gas that was released, less what was lost, wherever the wind took it', () => {
    // 0.5 m/s, turning from west through north to east; the gas of 60 to 300 s ago, so that puffs are wider than the lattice.
    const airs = [270, 320, 10, 80].map((from) =>
      airFrom({
        ...neutral,
        from_rad: (from * Math.PI) / 180,
        speed_mps: 0.5,
        sigmaV_mps: 0.4,
        frictionVelocity_mps: 0.12,
      }),
    );
    const { nodes, weights } = gaussLegendre(14);
    const side = Array.from({ length: 64 }, (_, i) => (i - 31.5) * 6);
    const lifetime_s = 400;
    let held = 0;
    nodes.forEach((node, j) => {
      const points = side.flatMap((x) => side.map((y) => [x, y, 60 * (1 + node)] as const));
      const observations = {
        ...columns(points, neutral),
        air: airs,
        airIndex: new Int32Array(points.length).fill(3),
        time_s: new Float64Array(points.length).fill(1000),
        airStart_s: Float64Array.of(0, 760, 840, 920),
      };
      const source = { x_m: 0, y_m: 0, height_m: 1 };
      const old = puffModel({ lifetime_s, longestAge_s: 300 }).coupling(source, observations);
      const young = puffModel({ lifetime_s, longestAge_s: 60 }).coupling(source, observations);
      held += 60 * weights[j] * old.reduce((sum, c, i) => sum + 36 * (c - young[i]), 0);
    });
    const released = lifetime_s * (Math.exp(-60 / lifetime_s) - Math.exp(-300 / lifetime_s));
    expect(held / released).toBeCloseTo(1, 1);
  });

  it('of a wind that turns back lie on both sides, of a steady one on one', () => {
    const seen = (from_deg: readonly [number, number]) => {
      const airs = from_deg.map((from) =>
        airFrom({ ...neutral, from_rad: (from * Math.PI) / 180, speed_mps: 0.6, sigmaV_mps: 0.15 }),
      );
      const points = [
        [40, 0, 1],
        [-40, 0, 1],
      ] as const;
      return puffModel().coupling(
        { x_m: 0, y_m: 0, height_m: 1 },
        {
          ...columns(points, neutral),
          air: airs,
          airIndex: new Int32Array(2).fill(1),
          time_s: new Float64Array(2).fill(1000),
          airStart_s: Float64Array.of(0, 900),
        },
      );
    };
    const [east, west] = seen([270, 270]);
    expect(west / east).toBeLessThan(1e-3);
    const [back, fresh] = seen([270, 90]);
    expect(fresh / east).toBeGreaterThan(0.2);
    expect(back).toBeLessThan(east);
  });
});
