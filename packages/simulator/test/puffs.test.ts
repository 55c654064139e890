import { describe, expect, it } from 'vitest';
import { logProfile, makeAir, meanderAt, type Weather } from '../src/air.ts';
import { addConcentration, makePuffs, stepPuffs, taylorVariance, verticalDensity } from '../src/puffs.ts';
import { randomFrom } from '../src/random.ts';

const STEADY: Weather = {
  windEast_mps: 5,
  windNorth_mps: 0,
  roughness_m: 0.05,
  sigmaV_mps: 0.7,
  sigmaW_mps: 0.4,
  lagrangianTime_s: 150,
  verticalTime_s: 60,
  relativeShare: 1,
  meanderShare: 0,
  meanderLength_m: [60, 900],
  driftTime_s: 300,
  turning_radps: 0,
  mixingHeight_m: 1000,
};
const GUSTY: Weather = { ...STEADY, relativeShare: 0.3, meanderShare: 0.4 };
const SOURCE = { x_m: 0, y_m: 0, heightAgl_m: 2, extent_m: 1 };
const RATE_KGPS = 0.003;

function run(weather: Weather, seconds: number, seed = 1, rate: (second: number) => number = () => RATE_KGPS) {
  const air = makeAir(weather, randomFrom(seed), { start_s: 0, seconds });
  const cloud = makePuffs(air, SOURCE, { interval_s: 1, life_s: 400, lastAlong_m: Infinity });
  for (let second = 0; second < seconds; second++) stepPuffs(cloud, air, second, rate(second));
  return { air, cloud, last: seconds - 1 };
}

function concentrationAt({ cloud, air, last }: ReturnType<typeof run>, x: number, y: number, z: number): number {
  const felt = { concentration_kgpm3: 0, weightedRate: 0 };
  addConcentration(cloud, air, { x, y, z, dx: 0, dy: 0, parts: 1 }, last, felt);
  return felt.concentration_kgpm3;
}

describe('mass', () => {
  it('in the air is what was emitted, in a meandering wind and from a source that changes', () => {
    const rate = (second: number) => (second % 60 < 40 ? 0.001 * (1 + second / 200) : 0);
    const { cloud } = run(GUSTY, 200, 5, rate);
    const emitted = Array.from({ length: 200 }, (_, second) => rate(second)).reduce((sum, value) => sum + value, 0);
    expect(cloud.mass_kg.reduce((sum, value) => sum + value, 0)).toBeCloseTo(emitted, 12);
  });

  it('is the integral of the concentration over space (four-spread cut: 3e-4)', () => {
    // Emission ends 60 s before, so that the grid resolves the youngest puff.
    const made = run(GUSTY, 120, 1, (second) => (second < 60 ? RATE_KGPS : 0));
    const [STEP, RISE] = [8, 4];
    let sum = 0;
    for (let x = 0; x < 1200; x += STEP) {
      for (let y = -400; y < 400; y += STEP) {
        for (let z = RISE / 2; z < 200; z += RISE) sum += concentrationAt(made, x, y, z);
      }
    }
    expect(Math.abs((sum * STEP * STEP * RISE) / (60 * RATE_KGPS) - 1)).toBeLessThan(0.002);
  });

  it('is reflected by the ground and the lid at every size', () => {
    for (const sigma of [5, 100, 400, 900, 1150, 1300, 5000]) {
      let sum = 0;
      for (let z = 0.5; z < 1000; z++) sum += verticalDensity(z, 10, sigma, 1000);
      expect(Math.abs(sum - 1), `sigma ${sigma} m`).toBeLessThan(0.02);
    }
    expect(verticalDensity(1001, 10, 100, 1000)).toBe(0);
  });
});

describe('steady wind', () => {
  it('gives the Gaussian plume within 4 % on and off the axis', () => {
    const made = run(STEADY, 300);
    for (const age of [30, 60, 120]) {
      // Travel and local speed of a puff by summing its own speed; slender-plume formula at that place.
      const x = made.cloud.speedRatio.slice(0, age).reduce((sum, ratio) => sum + 5 * ratio, 0);
      const u = 5 * made.cloud.speedRatio[age];
      const sigmaY = Math.sqrt(1 + taylorVariance(0.49, 150, age));
      const sigmaZ = Math.sqrt(0.25 + taylorVariance(0.16, 60, age));
      for (const [y, z] of [
        [0, 2],
        [sigmaY, 10],
        [-1.5 * sigmaY, 15],
      ]) {
        const bell = (d: number, s: number) => Math.exp(-(d * d) / (2 * s * s));
        const plume =
          (RATE_KGPS / (2 * Math.PI * u * sigmaY * sigmaZ)) *
          bell(y, sigmaY) *
          (bell(z - 2, sigmaZ) + bell(z + 2, sigmaZ));
        expect(concentrationAt(made, x, y, z) / plume, `age ${age} s, y ${y} m`).toBeGreaterThan(0.96);
        expect(concentrationAt(made, x, y, z) / plume, `age ${age} s, y ${y} m`).toBeLessThan(1.04);
      }
    }
  });

  it('carries no gas upwind', () => {
    const made = run(STEADY, 300);
    expect(concentrationAt(made, -30, 0, 2)).toBe(0);
  });
});

describe('meandering wind', () => {
  it('leaves on average the Gaussian plume of the whole turbulence: centre-line variance (n = 300, 3.5 standard errors)', () => {
    const T = 20;
    const runs = 300;
    // By the time of emission the eddies are long in being; each run is one draw of them.
    const offsets = Array.from({ length: runs }, (_, seed) => {
      const { cloud } = run(GUSTY, T + 1, seed);
      return cloud.y_m[0];
    });
    const variance = offsets.reduce((sum, y) => sum + y * y, 0) / runs;
    // Eddies that carry puffs keep their velocity for 20 s, but for those the puff outgrows and outruns: some 15 %.
    const expected = (1 - GUSTY.relativeShare) * GUSTY.sigmaV_mps ** 2 * T ** 2;
    expect(variance / expected).toBeGreaterThan(0.85 - 3.5 * Math.sqrt(2 / runs));
    expect(variance / expected).toBeLessThan(1 + 3.5 * Math.sqrt(2 / runs));
  });

  it('has the variance it is told and no divergence', () => {
    const n = 400;
    let square = 0;
    const out = new Float64Array(2);
    const air = makeAir(GUSTY, randomFrom(1), { start_s: 0, seconds: 10 });
    const at = (x: number, y: number) => {
      meanderAt(air, x, y, 5, 0, out);
      return [out[0], out[1]];
    };
    for (let i = 0; i < n; i++) {
      meanderAt(makeAir(GUSTY, randomFrom(i), { start_s: 0, seconds: 10 }), 100, 200, 5, 0, out);
      square += (out[0] ** 2 + out[1] ** 2) / (2 * n);
    }
    const expected = GUSTY.meanderShare * GUSTY.sigmaV_mps ** 2;
    expect(Math.abs(square / expected - 1)).toBeLessThan(4 / Math.sqrt(n));
    const h = 0.01;
    const divergence = (at(50 + h, 80)[0] - at(50 - h, 80)[0] + at(50, 80 + h)[1] - at(50, 80 - h)[1]) / (2 * h);
    expect(Math.abs(divergence)).toBeLessThan(1e-6);
  });
});

describe('wind profile', () => {
  it('is one at ten metres, zero at the ground, and grows', () => {
    expect(logProfile(10, 0.05)).toBe(1);
    expect(logProfile(0, 0.05)).toBe(0);
    expect(logProfile(100, 0.05)).toBeGreaterThan(1.3);
  });
});
