import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classFilter,
  columnTails,
  denoiseAmount,
  exceedance,
  falseDiscoveryKept,
  filterResponse,
  filterWeights,
  findPlumes,
  gasCurve,
  gaussianSmooth,
  hysteresis,
  invertResponse,
  logFilterNoise,
  nullTail,
  pixelSensitivity,
  plumeScore,
  thresholdAt,
} from '../src/index.ts';
import { normalFrom, seededGenerator } from '../src/planning/generator.ts';
import {
  choleskyFactor,
  finishOuter,
  outerSum,
  solveFactored,
  symmetricEigen,
} from '../src/spectral/detection/dense-matrix.ts';
import { lowerCentre } from '../src/spectral/detection/robust-statistics.ts';
import { BANDS, smallScene, smallTarget } from './spectral-scene.ts';

const normals = (count: number, seed: number) => {
  const random = seededGenerator(seed);
  return Float64Array.from({ length: count }, () => normalFrom(random));
};

describe('dense matrices', () => {
  it('solve and diagonalise what was put together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer(), (n, seed) => {
        const x = normals(n * 3 * n, seed);
        const rows = Array.from({ length: 3 * n }, (_, i) => i);
        const a = finishOuter(
          outerSum(rows, n, (row, out) => out.set(x.subarray(row * n, (row + 1) * n))),
          n,
          3 * n,
        );
        for (let i = 0; i < n; i++) a[i * n + i] += 0.1;
        const b = normals(n, seed + 1);
        const solved = solveFactored(choleskyFactor(a, n), n, b);
        const { values, vectors } = symmetricEigen(a, n);
        for (let i = 0; i < n; i++) {
          let [row, along] = [0, 0];
          for (let k = 0; k < n; k++) {
            row += a[i * n + k] * solved[k];
            along += a[k * n] * vectors[i * n + k];
          }
          expect(row).toBeCloseTo(b[i], 8);
          expect(along).toBeCloseTo(values[i] * vectors[i * n], 8);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('say when bands are copies', () => {
    expect(() => choleskyFactor(Float64Array.of(1, 1, 1, 1), 2)).toThrow(/copies/);
  });
});

describe('robust statistics', () => {
  it('find centre and scale under a tenth of gas', () => {
    const values = normals(4000, 3).map((v, i) => (i % 10 === 0 ? 6 + v : 2 + v));
    const { centre, scale } = lowerCentre(values);
    expect(Math.abs(centre - 2)).toBeLessThan(0.1);
    expect(Math.abs(scale - 1)).toBeLessThan(0.1);
  });
});

describe('gaussian smoothing', () => {
  it('keeps a constant, and leaves out what has no weight', () => {
    const map = new Float64Array(30 * 20).fill(3);
    const weights = map.map(() => 1);
    map[205] = 1e9;
    weights[205] = 0;
    for (const value of gaussianSmooth(map, 30, 20, 1.5, weights)) expect(value).toBeCloseTo(3, 10);
  });
});

describe('the threshold of a column', () => {
  it('lets through as many false alarms as asked, for heavy tails too', () => {
    // Two-sided exponential: the Gaussian threshold for 1e-4 would let 40 times as many through.
    const random = seededGenerator(8);
    const values = Float64Array.from({ length: 60_000 }, () => Math.sign(random() - 0.5) * -Math.log(1 - random()));
    const tail = nullTail(values.map((value) => -value));
    for (const rate of [1e-2, 1e-3, 1e-4]) {
      const above = values.filter((value) => value > thresholdAt(tail, rate)).length / values.length;
      expect(above / rate).toBeGreaterThan(0.3);
      expect(above / rate).toBeLessThan(3);
    }
    expect(exceedance(tail, 0)).toBeCloseTo(0.5, 2);
  });

  it('needs pixels', () => {
    expect(() => columnTails(new Float64Array(100), 10, 10)).toThrow(/needs/);
  });
});

describe('components', () => {
  it('grow low from a high seed and nowhere else', () => {
    const score = new Float64Array(100);
    for (const p of [22, 23, 34, 45]) score[p] = 3;
    score[34] = 6;
    score[88] = 3;
    const flat = (value: number) => new Float64Array(10).fill(value);
    const found = hysteresis(score, 10, 10, flat(2), flat(5));
    expect(found).toEqual([{ pixels: Int32Array.of(22, 23, 34, 45), peak: 6 }]);
  });

  it('keeps no more than the false discovery rate allows', () => {
    expect(falseDiscoveryKept([0.001, 0.5, 0.012, 0.04], 0.05, 4)).toEqual([true, false, true, false]);
    expect(falseDiscoveryKept([0.001, 0.5, 0.012], 0.05, 1000)).toEqual([false, false, false]);
  });
});

describe('sensitivity (Fahlen 2024)', () => {
  const { tau } = smallTarget();
  const noise = {
    a: new Float64Array(BANDS).fill(0.003),
    b: new Float64Array(BANDS).fill(0.2),
    c: new Float64Array(BANDS),
  };
  const mean = new Float64Array(BANDS).fill(0.4);
  const target = tau.map((t, b) => t * mean[b]);
  const weights = filterWeights(target, target);

  it('is one for the mean pixel and falls with brightness', () => {
    expect(pixelSensitivity(weights, tau, mean, noise).sensitivity).toBeCloseTo(1, 12);
    const dark = pixelSensitivity(weights, tau, new Float64Array(BANDS).fill(0.1), noise);
    expect(dark.sensitivity).toBeCloseTo(0.25, 12);
    expect(dark.correctedNoise_ppmm).toBeCloseTo(dark.noise_ppmm / 0.25, 9);
  });

  it('predicts the scatter of the answer', () => {
    const random = seededGenerator(4);
    let sum = 0;
    const COUNT = 4000;
    for (let i = 0; i < COUNT; i++)
      sum += weights.reduce((s, w) => s + w * 0.003 * Math.sqrt(0.6) * normalFrom(random), 0) ** 2;
    const { noise_ppmm } = pixelSensitivity(weights, tau, mean, noise);
    expect(Math.sqrt(sum / COUNT) / noise_ppmm).toBeCloseTo(1, 1);
    // On logarithms the same filter has the same noise at the mean pixel.
    const logNoise = logFilterNoise(filterWeights(tau, tau), mean, noise);
    expect(logNoise / noise_ppmm).toBeCloseTo(1, 6);
  });
});

describe('strong plumes', () => {
  it('are read back from a saturating table', () => {
    const { tau } = smallTarget();
    const nodes = Float64Array.of(0, 500, 1000, 2000, 4000, 8000, 16000);
    const radiance = Float64Array.from({ length: nodes.length * BANDS }, (_, i) => {
      const m = nodes[Math.floor(i / BANDS)];
      return 0.5 + 0.5 * Math.exp(2 * tau[i % BANDS] * m);
    });
    const curve = gasCurve(nodes, radiance);
    const response = filterResponse(curve, filterWeights(tau, tau));
    expect(response[6]).toBeLessThan(15_500);
    fc.assert(
      fc.property(fc.double({ min: -500, max: 15_900, noNaN: true }), (m) => {
        const at = nodes.findIndex((node) => node > m);
        const i = Math.max(0, at - 1);
        const answer = response[i] + ((m - nodes[i]) / (nodes[i + 1] - nodes[i])) * (response[i + 1] - response[i]);
        expect(invertResponse(curve, response, answer).amount_ppmm).toBeCloseTo(m, 6);
      }),
    );
    expect(invertResponse(curve, response, 2 * response[6]).beyondTable).toBe(true);
  });
});

describe('total variation', () => {
  it('takes noise off and leaves an edge', () => {
    const truth = Float64Array.from({ length: 60 * 40 }, (_, p) => (p % 40 >= 15 && p % 40 < 25 ? 1500 : 0));
    const noise = normals(truth.length, 6);
    const noisy = truth.map((value, p) => value + 300 * noise[p]);
    const smooth = denoiseAmount(noisy, new Float64Array(truth.length).fill(300), 60, 40);
    const error = (map: Float64Array) =>
      Math.sqrt(map.reduce((sum, v, p) => sum + (v - truth[p]) ** 2, 0) / map.length);
    expect(error(smooth)).toBeLessThan(0.4 * error(noisy));
  });

  it('keeps unknown pixels unknown', () => {
    const map = new Float64Array(100);
    map[50] = Number.NaN;
    const smooth = denoiseAmount(
      map,
      map.map(() => 1),
      10,
      10,
    );
    expect(Number.isNaN(smooth[50])).toBe(true);
    expect(smooth[51]).toBe(0);
  });
});

describe('the class filter and the search', () => {
  const scene = smallScene({ seed: 2, peak_ppmm: 1800 });
  const maps = classFilter(scene.block, scene.tau);
  const spectra = { block: scene.block, tau: scene.tau, wavelength_nm: scene.wavelength_nm };

  it('make z standard normal where there is no gas', () => {
    const clean = maps.z.filter((_, p) => scene.truth_ppmm[p] === 0).sort();
    const at = (q: number) => clean[Math.floor(q * clean.length)];
    expect(Math.abs(at(0.5))).toBeLessThan(0.1);
    expect((at(0.8413) - at(0.1587)) / 2).toBeCloseTo(1, 0);
    expect(at(0.999)).toBeLessThan(4);
  });

  it('give the amount, with the uncertainty it claims', () => {
    let [chi, count, sum, truth] = [0, 0, 0, 0];
    scene.truth_ppmm.forEach((m, p) => {
      if (m < 300) return;
      chi += ((maps.column_ppmm[p] - m) / maps.sigma_ppmm[p]) ** 2;
      sum += maps.column_ppmm[p];
      truth += m;
      count++;
    });
    expect(count).toBeGreaterThan(50);
    expect(sum / truth).toBeGreaterThan(0.85);
    expect(sum / truth).toBeLessThan(1.1);
    expect(chi / count).toBeLessThan(2);
  });

  it('find the plume and nothing else', () => {
    const { plumes, lookAlikes } = findPlumes(maps, { spectra });
    expect(plumes).toHaveLength(1);
    expect(lookAlikes).toHaveLength(0);
    const inside = plumes[0].pixels.filter((p) => scene.truth_ppmm[p] > 100).length;
    expect(inside / plumes[0].pixels.length).toBeGreaterThan(0.6);
    expect(plumes[0].spectrum!.gasShare).toBeGreaterThan(2 * plumes[0].spectrum!.rivalShare);
  });

  it('doubt a plume across the wind', () => {
    const { plumes } = findPlumes(maps, { spectra, windTo: { angle_rad: 0, sd_rad: 0.1 } });
    expect(plumes[0].doubts.join()).toContain('off the wind');
  });

  it('find nothing where there is no gas', () => {
    const { block, tau, wavelength_nm } = smallScene({ seed: 3, peak_ppmm: 0 });
    expect(findPlumes(classFilter(block, tau), { spectra: { block, tau, wavelength_nm } }).plumes).toHaveLength(0);
  });

  it('do not take a patch of carbonate for gas', () => {
    const { block, tau, wavelength_nm } = smallScene({ seed: 4, peak_ppmm: 0, carbonate: 0.08 });
    // A filter of one class does not know the patch: it is what the veto is for.
    const plain = classFilter(block, tau, { rounds: 1, groupings: [{ classes: 1, features: 4 }] });
    const judged = findPlumes(plain, { spectra: { block, tau, wavelength_nm } });
    const onPatch = (pixels: Int32Array) => pixels.some((p) => p === 36 * block.samples + 11);
    expect(judged.plumes.some(({ pixels }) => onPatch(pixels))).toBe(false);
    const patch = judged.lookAlikes.find(({ pixels }) => onPatch(pixels));
    expect(patch?.spectrum?.rival).toBe('calcite');
    expect(patch?.doubts.join()).toContain('looks like calcite');
    // Without the radiances nothing can say so, and the search admits it.
    const blind = findPlumes(plain).plumes.find(({ pixels }) => onPatch(pixels));
    expect(blind?.doubts.join()).toContain('spectrum not looked at');
  });

  it('is the same for the same radiances, and shuns pixels it is told to', () => {
    const usable = new Uint8Array(scene.truth_ppmm.length).fill(1);
    usable.fill(0, 0, 50);
    const again = classFilter({ ...scene.block, usable }, scene.tau);
    expect(Number.isNaN(again.z[20])).toBe(true);
    expect(Number.isFinite(again.z[60])).toBe(true);
    expect(classFilter(scene.block, scene.tau).z).toEqual(maps.z);
  });

  it('say what is wrong with what they are given', () => {
    expect(() => classFilter(scene.block, new Float64Array(5))).toThrow(/5 bands/);
    expect(() => classFilter({ ...scene.block, lines: 5 }, scene.tau)).toThrow(/check the header/);
    const dark = { ...scene.block, radiance: new Float32Array(scene.block.radiance.length) };
    expect(() => classFilter(dark, scene.tau)).toThrow(/No pixel/);
  });

  it('rank faint plumes above the skirts of strong ones', () => {
    const z = normals(120 * 40, 9);
    z[60 * 40 + 20] = 200;
    const { score } = plumeScore(z, 120, 40);
    // Cut at 5, one wild pixel is an outlier, not a plume.
    expect(score[60 * 40 + 26]).toBeLessThan(5);
  });
});
