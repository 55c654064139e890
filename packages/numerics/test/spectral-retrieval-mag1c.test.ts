import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMatrixKernels } from '../src/kernels/index.ts';
import { loadColumn } from '../src/spectral/retrieval/column.ts';
import {
  AMOUNT_UNIT_PPMM,
  defaultSettings,
  type RetrievalSettings,
  retrieveBlock,
} from '../src/spectral/retrieval/index.ts';
import { mag1c } from '../src/spectral/retrieval/mag1c.ts';
import { dot, type PublishedMag1c, publishedMag1c } from './support/published-filters.ts';
import { CHIP, type Chip, hasChips, loadChip } from './support/spectral-chips.ts';
import { type ColumnCase, mulberry32, randomColumn } from './support/spectral-columns.ts';

// The goal of shared/design/spectral.md: against mag1c in float64.
const ABSOLUTE_PPMM = 1e-3;
const RELATIVE = 2e-5;

const kernels = createMatrixKernels();

/** Largest excess over the tolerance (0 or less is agreement) and pixels that are zero in one and not in the other. */
function compare(found: Float64Array, wanted: Float64Array): { excess: number; supportChanges: number } {
  let [excess, supportChanges] = [Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < wanted.length; i++) {
    const gap = Math.abs(found[i] - wanted[i]) - ABSOLUTE_PPMM - RELATIVE * Math.abs(wanted[i]);
    // NaN is a failure, not a comparison that is false.
    excess = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(excess, gap);
    if (found[i] > 0 !== wanted[i] > 0) supportChanges++;
  }
  return { excess, supportChanges };
}

function chipColumns(chip: Chip, count: number, settings: Partial<RetrievalSettings> = {}): Float64Array {
  const { lineCount, bandCount } = CHIP;
  const radiance = chip.radiance.subarray(0, count * lineCount * bandCount);
  const block = { radiance, lineCount, bandCount, columnCount: count };
  return retrieveBlock(block, chip.target, { ...defaultSettings('mag1c'), ...settings }, kernels).amount_ppmm;
}

describe.skipIf(!hasChips)('MAG1C against mag1c itself (hsi_scenes)', () => {
  it.each(['town', 'desert'] as const)('%s: every pixel agrees, with the same support', (name) => {
    const chip = loadChip(name);
    const { excess, supportChanges } = compare(chipColumns(chip, CHIP.columnCount), chip.mag1c_ppmm);
    expect(excess).toBeLessThanOrEqual(0);
    expect(supportChanges).toBe(0);
  });

  it.each([
    ['one iteration fewer', { iterations: 29 }],
    ['no albedo correction', { isAlbedoCorrected: false }],
    ['no sparsity prior', { isSparse: false }],
    ['half the update', { covarianceUpdateScale: 0.5 }],
    ['two columns a group', { columnsPerGroup: 2 }],
    ['a trace of loading', { diagonalLoading: 1e-6 }],
  ] as const)('a planted error is caught: %s', (_, settings) => {
    const chip = loadChip('desert');
    const wanted = chip.mag1c_ppmm.subarray(0, 4 * CHIP.lineCount);
    const { excess } = compare(chipColumns(chip, 4, settings), wanted);
    expect(excess).toBeGreaterThan(0);
  });

  it('a radiance off by one part in a hundred thousand is caught', () => {
    const chip = loadChip('desert');
    const radiance = chip.radiance.slice();
    for (let k = 40; k < radiance.length; k += CHIP.bandCount) radiance[k] *= 1 + 1e-5 * ((k % 7) - 3);
    const { excess } = compare(chipColumns({ ...chip, radiance }, 1), chip.mag1c_ppmm.subarray(0, CHIP.lineCount));
    expect(excess).toBeGreaterThan(0);
  });

  it('float32 and float64 radiance of the same numbers give the same bits', () => {
    const chip = loadChip('town');
    const size = 2 * CHIP.lineCount * CHIP.bandCount;
    const wide = Float64Array.from(chip.radiance.subarray(0, size));
    const block = { ...CHIP, columnCount: 2, radiance: wide };
    expect(retrieveBlock(block, chip.target, defaultSettings('mag1c'), kernels).amount_ppmm).toEqual(
      chipColumns(chip, 2),
    );
  });
});

describe('MAG1C in closed form against the published iteration', () => {
  const cases = fc.record<ColumnCase>({
    seed: fc.integer({ min: 1, max: 1e9 }),
    pixels: fc.integer({ min: 60, max: 220 }),
    bands: fc.integer({ min: 5, max: 21 }),
    gasShare: fc.constantFrom(0, 0.02, 0.1, 0.4),
    gasAmount: fc.constantFrom(0.02, 0.1, 0.5),
  });
  const options = fc.record<Omit<PublishedMag1c, 'background'> & { maskShare: number }>({
    iterations: fc.constantFrom(1, 3, 12, 30),
    isSparse: fc.boolean(),
    isAlbedoCorrected: fc.boolean(),
    covarianceUpdateScale: fc.constantFrom(1, 0.7, 0),
    diagonalLoading: fc.constantFrom(0, 0, 1e-4, 0.05),
    covarianceDivisor: fc.constantFrom('background', 'valid'),
    maskShare: fc.constantFrom(0, 0.1, 0.4),
  });

  it('agrees for any column, mask, loading, prior and albedo setting', () => {
    fc.assert(
      fc.property(cases, options, (columnCase, { maskShare, ...option }) => {
        const { radiance, target } = randomColumn(columnCase);
        const { pixels, bands } = columnCase;
        const random = mulberry32(columnCase.seed + 1);
        const background = Uint8Array.from({ length: pixels }, () => (random() < maskShare ? 0 : 1));
        const block = { radiance, lineCount: pixels, bandCount: bands, columnCount: 1, background };
        const settings: RetrievalSettings = { ...defaultSettings('mag1c'), ...option };
        const found = retrieveBlock(block, target, settings, kernels).amount_ppmm;
        const wanted = publishedMag1c(radiance, target.unitAbsorption, { ...option, background });
        const { excess, supportChanges } = compare(
          found,
          wanted.map((m) => m * AMOUNT_UNIT_PPMM),
        );
        expect(excess).toBeLessThanOrEqual(0);
        expect(supportChanges).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves out only pixels that stay at zero: keeping them changes no bit of the support', () => {
    fc.assert(
      fc.property(cases, (columnCase) => {
        const { radiance, target } = randomColumn(columnCase);
        const input = { radiance, firstPixel: 0, pixelCount: columnCase.pixels, bandCount: columnCase.bands };
        const settings = defaultSettings('mag1c');
        const run = (isDense: boolean) => {
          const column = loadColumn(kernels, input, 'background');
          if (typeof column === 'string') throw new Error(column);
          const result = mag1c(column, target.unitAbsorption, { ...settings, isDense });
          if (typeof result === 'string') throw new Error(result);
          return result.amount.map((m) => m * AMOUNT_UNIT_PPMM);
        };
        const { excess, supportChanges } = compare(run(false), run(true));
        expect(excess).toBeLessThanOrEqual(0);
        expect(supportChanges).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('solves again where six powers of the absorption do not reach: a column full of strong gas', () => {
    const { radiance, target } = randomColumn({ seed: 5, pixels: 200, bands: 12, gasShare: 1, gasAmount: 3 });
    const options = defaultSettings('mag1c');
    const block = { radiance, lineCount: 200, bandCount: 12, columnCount: 1 };
    const found = retrieveBlock(block, target, options, kernels).amount_ppmm;
    const wanted = publishedMag1c(radiance, target.unitAbsorption, options).map((m) => m * AMOUNT_UNIT_PPMM);
    expect(compare(found, wanted)).toEqual({ excess: expect.any(Number), supportChanges: 0 });
    expect(compare(found, wanted).excess).toBeLessThanOrEqual(0);
  });

  it('falls back to every pixel where the weight at zero is within reach: a target so strong that scores pass 1e9', () => {
    const { radiance, target } = randomColumn({ seed: 6, pixels: 150, bands: 8, gasShare: 0.1, gasAmount: 0.1 });
    const strong = { ...target, unitAbsorption: target.unitAbsorption.map((value) => value * 1e9) };
    const options = { ...defaultSettings('mag1c'), iterations: 4 };
    const block = { radiance, lineCount: 150, bandCount: 8, columnCount: 1 };
    const found = retrieveBlock(block, strong, options, kernels).amount_ppmm;
    const wanted = publishedMag1c(radiance, strong.unitAbsorption, options).map((m) => m * AMOUNT_UNIT_PPMM);
    expect(found.some((value) => value > 0)).toBe(true);
    expect(compare(found, wanted).excess).toBeLessThanOrEqual(0);
    expect(compare(found, wanted).supportChanges).toBe(0);
  });

  it('keeps pixels outside the background in the list: one that starts at zero comes back', () => {
    const bands = 10;
    const { radiance, target } = randomColumn({ seed: 8, pixels: 200, bands, gasShare: 0.3, gasAmount: 0.5 });
    const background = new Uint8Array(200).fill(1);
    background[50] = 0;
    const block = { radiance, lineCount: 200, bandCount: bands, columnCount: 1, background };
    const settings = defaultSettings('mag1c');
    const [first, last] = [0, 30].map(
      (iterations) => retrieveBlock(block, target, { ...settings, iterations }, kernels).backgrounds[0],
    );
    // Orthogonal to the mean (albedo 1), against the filter of the start and along that of the end, and enormous.
    const [p, r] = [first, last].map(({ weights_perPpmm }) => unitWithout(weights_perPpmm, first.mean));
    for (let b = 0; b < bands; b++) radiance[50 * bands + b] = first.mean[b] + 1e12 * (r[b] - p[b]);
    const start = retrieveBlock(block, target, { ...settings, iterations: 0 }, kernels).amount_ppmm;
    const found = retrieveBlock(block, target, settings, kernels).amount_ppmm;
    const wanted = publishedMag1c(radiance, target.unitAbsorption, { ...settings, background });
    expect(start[50]).toBe(0);
    expect(wanted[50]).toBeGreaterThan(0);
    // At 1e12 the albedo of 1 is itself round-off to 1e-4.
    expect(Math.abs(found[50] / (wanted[50] * AMOUNT_UNIT_PPMM) - 1)).toBeLessThan(1e-3);
  });
});

/** The unit vector along what of `x` is orthogonal to `axis`. */
function unitWithout(x: Float64Array, axis: Float64Array): Float64Array {
  const along = dot(x, axis) / dot(axis, axis);
  const rest = x.map((value, b) => value - along * axis[b]);
  const norm = Math.sqrt(dot(rest, rest));
  return rest.map((value) => value / norm);
}
