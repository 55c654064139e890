import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AVIRIS_NG_NOISE,
  addPlume,
  METHANE_KG_PER_M2_PPMM,
  methaneWindowBands,
  REGIMES,
  radianceTable,
  readRadiance,
  sceneAir,
  sealCubeTruth,
  simulateCube,
  unitAbsorption,
} from '../src/cube/index.ts';
import { reflectance, SURFACES, surfaceNamed } from '../src/cube/surface-spectra.ts';
import { randomFrom } from '../src/random.ts';
import { openCubeTruth } from '../src/score/open-cube-truth.ts';

const TARGET = new URL('../../../../shared/data/hsi_scenes/target_ppmm.csv', import.meta.url);
const small = { seed: 5, lines: 40, samples: 10 } as const;

describe('the radiance table of the exercise methane', () => {
  const table = radianceTable(methaneWindowBands());
  const bands = table.bands.centre_nm.length;

  it('darkens every band with more gas, and ever more slowly', () => {
    const nodes = table.enhancement_ppmm;
    for (let b = 0; b < bands; b++)
      for (let n = 2; n < nodes.length; n++) {
        const slope = (i: number) =>
          Math.log(table.radiance[i * bands + b] / table.radiance[(i - 1) * bands + b]) / (nodes[i] - nodes[i - 1]);
        expect(slope(n)).toBeLessThanOrEqual(1e-18);
        expect(slope(n)).toBeGreaterThanOrEqual(slope(n - 1) - 1e-12);
      }
  });

  it('reads its nodes exactly and between them geometrically', () => {
    const out = new Float64Array(bands);
    readRadiance(table, 500, out);
    expect(out[40]).toBe(table.radiance[3 * bands + 40]);
    readRadiance(table, 750, out);
    expect(out[40]).toBeCloseTo(Math.sqrt(table.radiance[3 * bands + 40] * table.radiance[4 * bands + 40]), 12);
  });

  it('refuses bands beyond the modelled spectrum', () => {
    expect(() => radianceTable({ centre_nm: Float64Array.of(2600), fwhm_nm: Float64Array.of(6) })).toThrow(/leave/);
  });

  it.skipIf(!existsSync(TARGET))('absorbs about as the MODTRAN table of mag1c does', () => {
    const real = readFileSync(TARGET, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[2]) * 1e-5);
    const own = [...unitAbsorption(table)];
    const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    // Measured 0.98 and 1.0: shape and strength, not line by line.
    expect(product(own, real) / Math.sqrt(product(own, own) * product(real, real))).toBeGreaterThan(0.96);
    expect(product(own, real) / product(real, real)).toBeGreaterThan(0.8);
    expect(product(own, real) / product(real, real)).toBeLessThan(1.2);
  });
});

describe('surfaces', () => {
  it.each(SURFACES.map((s) => [s.name]))('%s reflects between nothing and all', (name) => {
    for (const value of reflectance(surfaceNamed(name), methaneWindowBands().centre_nm)) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(0.95);
    }
  });

  it('names what it knows when asked for another', () => {
    expect(() => surfaceNamed('moon')).toThrow(/quartz sand/);
  });
});

describe('exercise cubes', () => {
  it.each(REGIMES.map((regime) => [regime]))('%s: finite, positive, the same bytes from the same seed', (regime) => {
    const first = simulateCube({ ...small, regime });
    const again = simulateCube({ ...small, regime });
    expect(again.cube.radiance).toEqual(first.cube.radiance);
    expect(first.cube.radiance.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
    expect(first.cube.description).toContain('EXERCISE');
    expect(simulateCube({ ...small, seed: 6, regime }).cube.radiance).not.toEqual(first.cube.radiance);
  });

  it('hold the gas that the source gave off while it crossed the scene', () => {
    const weather = {
      windEast_mps: 0,
      windNorth_mps: -4,
      roughness_m: 0.05,
      sigmaV_mps: 0.4,
      sigmaW_mps: 0.3,
      lagrangianTime_s: 100,
      verticalTime_s: 50,
      relativeShare: 0.3,
      meanderShare: 0.3,
      meanderLength_m: [60, 900] as const,
      driftTime_s: 400,
      turning_radps: 0,
      mixingHeight_m: 1000,
    };
    const grid = { lines: 110, samples: 120, pixel_m: 5 };
    const masses = Array.from({ length: 12 }, (_, seed) => {
      const random = randomFrom(seed);
      const column = new Float32Array(grid.lines * grid.samples);
      const source = { line: 10, sample: 60, rate_kgph: 500 };
      addPlume(column, grid, source, sceneAir(weather, grid, random.stream('air')), random.stream('puffs'));
      return column.reduce((sum, m) => sum + m, 0) * grid.pixel_m ** 2 * METHANE_KG_PER_M2_PPMM;
    });
    // 500 m at 3 to 3.5 m/s (4 m/s at 10 m, less near the ground) hold some 150 s of 500 kg/h: 21 kg. One plume
    // differs by gusts and puffs of a fifth, their mean of twelve by 6 %.
    const mean_kg = masses.reduce((sum, mass) => sum + mass, 0) / masses.length;
    expect(mean_kg).toBeGreaterThan(17);
    expect(mean_kg).toBeLessThan(25);
  });

  it('without noise and gain error differ from the clean scene only where there is gas', () => {
    const quiet = { ...small, regime: 'desert', noise: { a: 0, b: 0, c: 0 }, columnGainSd: 0, spill: 0 } as const;
    const source = [{ line: 20, sample: 5, rate_kgph: 800 }];
    const gas = simulateCube({ ...quiet, sources: source });
    const clean = simulateCube({ ...quiet, sources: [] });
    const bands = gas.cube.bands.centre_nm.length;
    let darker = 0;
    gas.truth.enhancement_ppmm.forEach((m, p) => {
      const ratio = gas.cube.radiance[p * bands + 44] / clean.cube.radiance[p * bands + 44];
      if (m === 0) expect(ratio).toBe(1);
      else if (m > 100) {
        expect(ratio).toBeLessThan(1);
        darker++;
      }
    });
    expect(darker).toBeGreaterThan(5);
  });

  it('scatter as the noise model says', () => {
    const flat = { ...small, regime: 'desert', columnGainSd: 0, sources: [] } as const;
    const noisy = simulateCube(flat).cube.radiance;
    const clean = simulateCube({ ...flat, noise: { a: 0, b: 0, c: 0 } }).cube.radiance;
    let sum = 0;
    noisy.forEach((value, i) => {
      sum += ((value - clean[i]) / (Number(AVIRIS_NG_NOISE.a) * Math.sqrt(0.27 + clean[i]))) ** 2;
    });
    expect(sum / noisy.length).toBeCloseTo(1, 1);
  });

  it('seal their truth, and open only what was committed to', () => {
    const { truth } = simulateCube({ ...small, regime: 'coast' });
    const { bytes, digest } = sealCubeTruth(truth);
    expect(openCubeTruth(bytes, digest).sources).toHaveLength(truth.sources.length);
    const changed = bytes.slice();
    changed[changed.length - 5] ^= 1;
    expect(() => openCubeTruth(changed, digest)).toThrow(/committed/);
    expect(() => openCubeTruth(bytes.slice(3), digest)).toThrow(/first line/);
  });
});
