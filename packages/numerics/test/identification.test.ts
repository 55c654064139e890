import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../simulator/src/random.ts';
import {
  type Candidate,
  fittedChange,
  identifyGases,
  planckRadiance,
  prepareIdentifier,
  segmentBackground,
  segmentStatistics,
  thermalContrast,
} from '../src/spectral/identification/index.ts';
import { dataLibrary, hasGasData, makeWorld } from './identification-scene.ts';

const BANDS = 64;
const NOISE = 0.002;
const position_pcm = Float64Array.from({ length: BANDS }, (_, band) => 800 + 4 * band);
const bump = (centre: number, width: number) => position_pcm.map((v) => Math.exp(-0.5 * ((v - centre) / width) ** 2));
const sum = (...parts: Float64Array[]) => parts[0]!.map((_, i) => parts.reduce((s, part) => s + part[i]!, 0));

/** Ten gases of two bands each, at places that a fixed generator chose. */
const random = randomFrom('library');
const LIBRARY: Candidate[] = Array.from({ length: 10 }, (_, index) => {
  const bands = [0, 1].map(() => bump(random.between(815, 1040), random.between(5, 18)));
  const absorption = sum(
    bands[0]!,
    bands[1]!.map((value) => 0.6 * value),
  );
  const top = Math.max(...absorption);
  return candidate(
    `gas-${index}`,
    absorption.map((value) => value / top),
  );
});

function candidate(key: string, absorption: Float64Array, substance = key): Candidate {
  return { key, substance, absorption, scaleUncertainty: 0.02 };
}

function problem(candidates: readonly Candidate[], nuisances: readonly Float64Array[] = []) {
  const covariance = new Float64Array(BANDS * BANDS);
  for (let i = 0; i < BANDS; i++) covariance[i * BANDS + i] = NOISE ** 2;
  const contrast = new Float64Array(BANDS).fill(-1);
  return { position_pcm, contrast, isBeerLambert: false, covariance, nuisances, candidates };
}

function spectrum(seed: number | string, parts: readonly [Float64Array, number][]): Float64Array {
  const draw = randomFrom(seed);
  return position_pcm.map((_, i) => parts.reduce((s, [k, depth]) => s - depth * k[i]!, NOISE * draw.normal()));
}

const identifier = prepareIdentifier(problem(LIBRARY));

describe('gas identification', () => {
  it('names the one gas that is there, with an amount whose interval holds the truth', () => {
    let covered = 0;
    for (let seed = 0; seed < 30; seed++) {
      const gas = LIBRARY[seed % 10]!;
      const { verdict, substances } = identifyGases(identifier, spectrum(seed, [[gas.absorption, 0.06]]));
      expect(verdict).toBe('named');
      const found = substances.filter(({ isNamed }) => isNamed);
      expect(found.map(({ substance }) => substance)).toEqual([gas.substance]);
      if (found[0]!.interval90[0] <= 0.06 && found[0]!.interval90[1] >= 0.06) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(23); // 27 expected of 30; 22 or fewer has probability 0.01
  });

  it('says nothing where there is only noise', () => {
    const verdicts = Array.from({ length: 40 }, (_, seed) => identifyGases(identifier, spectrum(`n${seed}`, [])));
    expect(verdicts.filter(({ verdict }) => verdict === 'named')).toEqual([]);
    expect(verdicts.filter(({ verdict }) => verdict === 'nothing').length).toBeGreaterThanOrEqual(36);
  });

  it('names both gases of a mixture', () => {
    const parts: [Float64Array, number][] = [
      [LIBRARY[0]!.absorption, 0.08],
      [LIBRARY[4]!.absorption, 0.05],
    ];
    const { substances } = identifyGases(identifier, spectrum('two', parts));
    const named = substances.filter(({ isNamed }) => isNamed).map(({ substance }) => substance);
    expect(named.sort()).toEqual(['gas-0', 'gas-4']);
  });

  it('never names one of two gases that explain the data as well, and ranks them as rivals', () => {
    const twin = candidate(
      'twin',
      sum(
        LIBRARY[2]!.absorption,
        bump(900, 30).map((value) => 0.01 * value),
      ),
    );
    const both = prepareIdentifier(problem([...LIBRARY, twin]));
    for (let seed = 0; seed < 10; seed++) {
      const { verdict, substances, rivals } = identifyGases(both, spectrum(seed, [[LIBRARY[2]!.absorption, 0.06]]));
      expect(verdict).not.toBe('named');
      expect(
        substances
          .slice(0, 2)
          .map(({ substance }) => substance)
          .sort(),
      ).toEqual(['gas-2', 'twin']);
      expect(rivals.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('names a substance that the library holds twice: copies are not rivals', () => {
    const copy = candidate(
      'gas-2 again',
      LIBRARY[2]!.absorption.map((value) => 1.01 * value),
      'gas-2',
    );
    const both = prepareIdentifier(problem([...LIBRARY, copy]));
    const { substances } = identifyGases(both, spectrum('copy', [[LIBRARY[2]!.absorption, 0.06]]));
    expect(substances.find(({ isNamed }) => isNamed)?.substance).toBe('gas-2');
  });

  it('answers unknown to a strong gas that the library does not hold', () => {
    const outsider = sum(bump(835, 6), bump(872, 4), bump(960, 7), bump(1003, 5));
    const { verdict, unlistedProbability } = identifyGases(identifier, spectrum('out', [[outsider, 0.15]]));
    expect(verdict).toBe('unknown');
    expect(unlistedProbability).toBeGreaterThan(0.95);
  });

  it('finds a gas beneath a baseline of any size that is declared free', () => {
    const tilt = position_pcm.map((v) => (v - 920) / 120);
    const free = prepareIdentifier(problem(LIBRARY, [new Float64Array(BANDS).fill(1), tilt]));
    const gas = LIBRARY[7]!.absorption;
    const y = spectrum('tilt', [[gas, 0.08]]).map((value, i) => value + 3 + 5 * tilt[i]!);
    const named = identifyGases(free, y).substances.filter(({ isNamed }) => isNamed);
    expect(named.map(({ substance }) => substance)).toEqual(['gas-7']);
    expect(named[0]!.column).toBeCloseTo(0.08, 2);
  });

  it('follows Beer-Lambert where the spectrum is a radiance', () => {
    const bent = prepareIdentifier({ ...problem(LIBRARY), isBeerLambert: true });
    const gas = LIBRARY[3]!.absorption;
    const draw = randomFrom('bent');
    const y = position_pcm.map((_, i) => Math.exp(-0.5 * gas[i]!) - 1 + NOISE * draw.normal());
    const [first] = identifyGases(bent, y).substances;
    expect(first!.substance).toBe('gas-3');
    expect(first!.column).toBeCloseTo(0.5, 1);
    expect(Math.abs(first!.column - 0.5)).toBeLessThan(0.03);
    const fitted = fittedChange(bent, identifyGases(bent, y).rivals[0]!);
    const misfit = y.reduce((total, value, i) => total + (value - fitted[i]!) ** 2, 0) / BANDS;
    expect(Math.sqrt(misfit)).toBeLessThan(1.4 * NOISE);
    // Without it the same spectrum gives a third less.
    const [straight] = identifyGases(identifier, y).substances;
    expect(straight!.column).toBeLessThan(0.46);
  });

  it('does not name a gas whose whole claim is one narrow feature, when asked to mind', () => {
    const wary = prepareIdentifier(problem(LIBRARY), { featureWidth_pcm: 12 });
    const spike = spectrum('spike', []);
    const gas = LIBRARY[5]!.absorption;
    const peak = gas.indexOf(Math.max(...gas));
    spike[peak]! -= 0.05;
    // Unasked, the spike passes for the gas or for something unlisted: it is no noise.
    expect(identifyGases(identifier, spike).nothingProbability).toBeLessThan(0.01);
    const { substances } = identifyGases(wary, spike);
    expect(substances.filter(({ isNamed }) => isNamed)).toEqual([]);
    const real = identifyGases(wary, spectrum('real', [[gas, 0.08]]));
    expect(real.substances.find(({ isNamed }) => isNamed)?.substance).toBe('gas-5');
  });

  it('gives probabilities that sum to one over the rivals', () => {
    for (let seed = 0; seed < 10; seed++) {
      const all = prepareIdentifier(problem(LIBRARY), { listUntil: 2 });
      const { rivals, nothingProbability } = identifyGases(all, spectrum(seed, [[LIBRARY[seed]!.absorption, 0.012]]));
      expect(rivals.reduce((total, { probability }) => total + probability, 0)).toBeCloseTo(1, 9);
      expect(nothingProbability).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses what does not fit, and says which', () => {
    const blind = candidate('blind', new Float64Array(BANDS));
    expect(() => prepareIdentifier(problem([...LIBRARY, blind]))).toThrow(/"blind" does not absorb/);
    expect(() => identifyGases(identifier, new Float64Array(3))).toThrow(/3 bands/);
    const holed = spectrum(1, []);
    holed[5] = Number.NaN;
    expect(() => identifyGases(identifier, holed)).toThrow(/Band 5/);
  });
});

describe('background by segment', () => {
  it('separates grounds that differ and gives each its own mean', () => {
    const draw = randomFrom('segments');
    const spectra = Array.from({ length: 300 }, (_, pixel) =>
      Float64Array.from({ length: 20 }, (__, band) => (pixel % 3) * (band % 2) * 5 + draw.normal()),
    );
    const { segments, labels, segmentOf } = segmentBackground(spectra, 3);
    expect(segments).toHaveLength(3);
    for (let pixel = 3; pixel < 300; pixel++) expect(labels[pixel]).toBe(labels[pixel % 3]);
    expect(segmentOf(spectra[1]!)).toBe(labels[1]);
  });

  it('keeps weak noise directions that shrinking to the diagonal would drown', () => {
    const draw = randomFrom('factors');
    const shape = Float64Array.from({ length: 40 }, (_, band) => Math.sin(band / 7));
    const spectra = Array.from({ length: 150 }, () => {
      const size = 10 * draw.normal();
      return shape.map((value) => size * value + 0.1 * draw.normal());
    });
    const { covariance, factors } = segmentStatistics(spectra, 40);
    expect(factors).toBe(1);
    // Variance along a direction without the common factor is the noise's: 0.01.
    const direction = Float64Array.from({ length: 40 }, (_, band) =>
      band === 10 ? shape[11]! : band === 11 ? -shape[10]! : 0,
    );
    const length2 = direction.reduce((total, value) => total + value * value, 0);
    let variance = 0;
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < 40; j++) variance += direction[i]! * covariance[i * 40 + j]! * direction[j]!;
    expect(variance / length2).toBeGreaterThan(0.006);
    expect(variance / length2).toBeLessThan(0.016);
  });

  it('refuses a background of too few pixels', () => {
    expect(() => segmentBackground([new Float64Array(100)], 1)).toThrow(/needs 25 pixels/);
  });
});

describe('thermal contrast', () => {
  it("follows Planck: Wien's displacement and a plume of the ground's temperature that does not show", () => {
    const at = Array.from({ length: 4000 }, (_, v) => planckRadiance(v + 1, 300));
    // Per wavenumber the peak is at 1.961 cm-1 K-1.
    expect(Math.abs(at.indexOf(Math.max(...at)) + 1 - 1.961 * 300)).toBeLessThan(2);
    const ground = position_pcm.map((v) => planckRadiance(v, 295));
    expect(Math.max(...thermalContrast(position_pcm, ground, 295).map(Math.abs))).toBeLessThan(1e-12);
    expect(thermalContrast(position_pcm, ground, 290).every((value) => value < 0)).toBe(true);
  });
});

describe.skipIf(!hasGasData)('identification with the spectra folder', () => {
  it('names acetone and SF6 over mixed ground, and no gas over ground alone', () => {
    const world = makeWorld(dataLibrary(), 5, 2);
    const draw = randomFrom('scene');
    for (const gas of ['acetone', 'sulphur hexafluoride']) {
      const { truth, result } = world.draw(draw, 'one', 0.2, gas);
      const named = result.substances.filter(({ isNamed }) => isNamed).map(({ substance }) => substance);
      expect(named).toEqual([truth.listed[0]!.substance]);
    }
    for (let run = 0; run < 10; run++) {
      expect(world.draw(draw, 'nothing').result.substances.filter(({ isNamed }) => isNamed)).toEqual([]);
    }
  });
});
