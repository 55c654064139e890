import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMatrixKernels, createTwinKernels } from '../src/kernels/index.ts';
import { loadColumn } from '../src/spectral/retrieval/column.ts';
import {
  AMOUNT_UNIT_PPMM,
  addSpectra,
  type ColumnBlock,
  covarianceOf,
  defaultSettings,
  emptyStatistics,
  meanOf,
  mergeStatistics,
  planBlocks,
  type RetrievalMethod,
  retrieveBlock,
  SHRINKAGE_GRID,
  toColumnBlock,
} from '../src/spectral/retrieval/index.ts';
import { shrinkageLikelihood } from '../src/spectral/retrieval/shrinkage.ts';
import { covarianceOfRows, dot, meanOfRows, publishedShrinkage, solveCholesky } from './support/published-filters.ts';
import { CHIP, hasChips, loadChip } from './support/spectral-chips.ts';
import { mulberry32, randomColumn } from './support/spectral-columns.ts';

const kernels = createMatrixKernels();
const METHODS: RetrievalMethod[] = ['cmf', 'mag1c', 'loo', 'ace', 'kelly', 'amsd'];
const MAPS = ['amount_ppmm', 'denseAmount_ppmm', 'z', 'albedo', 'sensitivity_perPpmm', 'statistic'] as const;

const LINES = 150;
const BANDS = 11;
/** Five different columns that share a target. */
function randomBlock(columnCount = 5): { block: ColumnBlock; target: ReturnType<typeof randomColumn>['target'] } {
  const columns = Array.from({ length: columnCount }, (_, k) =>
    randomColumn({ seed: 40 + k, pixels: LINES, bands: BANDS, gasShare: 0.08, gasAmount: 0.3 }),
  );
  const radiance = new Float64Array(columnCount * LINES * BANDS);
  for (const [k, column] of columns.entries()) radiance.set(column.radiance, k * LINES * BANDS);
  return { block: { radiance, columnCount, lineCount: LINES, bandCount: BANDS }, target: columns[0].target };
}

/** The textbook statistics of all pixels of one column. */
function textbook(radiance: Float64Array, tau: Float64Array) {
  const bands = tau.length;
  const n = radiance.length / bands;
  const rows = Array.from({ length: n }, (_, i) => i);
  const mean = meanOfRows(radiance, rows, bands);
  const covariance = covarianceOfRows(radiance, rows, mean, n);
  const target = tau.map((value, b) => value * mean[b]);
  const weights = solveCholesky(covariance, target);
  const centred = rows.map((i) => mean.map((value, b) => radiance[i * bands + b] - value));
  return { n, mean, covariance, target, weights, centred, information: dot(target, weights) };
}

function closeTo(found: Float64Array, wanted: Float64Array, relative = 1e-9): void {
  const scale = Math.max(...wanted.map(Math.abs));
  for (let k = 0; k < wanted.length; k++) expect(Math.abs(found[k] - wanted[k])).toBeLessThanOrEqual(relative * scale);
}

describe('R0 column statistics', () => {
  const { radiance } = randomColumn({ seed: 3, pixels: 700, bands: 9, gasShare: 0, gasAmount: 0 });
  const shift = radiance.slice(350 * 9, 351 * 9);

  it('are the same to the bit however the lines are cut', () => {
    const whole = addSpectra(kernels, emptyStatistics(shift), radiance);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 6 }), (cuts) => {
        let pieces = emptyStatistics(shift);
        const edges = [0, ...cuts.sort((a, b) => a - b), 700];
        for (let k = 1; k < edges.length; k++) {
          pieces = addSpectra(kernels, pieces, radiance.subarray(edges[k - 1] * 9, edges[k] * 9));
        }
        expect(pieces).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('merge to what one pass gives, from different shifts', () => {
    const first = addSpectra(kernels, emptyStatistics(shift), radiance.subarray(0, 200 * 9));
    const second = addSpectra(kernels, emptyStatistics(radiance.slice(0, 9)), radiance.subarray(200 * 9));
    const whole = addSpectra(kernels, emptyStatistics(shift), radiance);
    const merged = mergeStatistics(first, second);
    expect(merged.count).toBe(700);
    closeTo(covarianceOf(merged), covarianceOf(whole), 1e-12);
    closeTo(meanOf(merged), meanOf(whole), 1e-13);
    expect(() => mergeStatistics(first, emptyStatistics(new Float64Array(3)))).toThrow(/9 and of 3 bands/);
  });

  it('are the textbook mean and covariance, masked and damaged spectra passed over', () => {
    const damaged = radiance.slice();
    damaged[5 * 9 + 2] = Number.NaN;
    const mask = Uint8Array.from({ length: 700 }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const rows = Array.from({ length: 700 }, (_, i) => i).filter((i) => i % 3 !== 0 && i !== 5);
    const found = addSpectra(kernels, emptyStatistics(shift), damaged, mask);
    const mean = meanOfRows(damaged, rows, 9);
    expect(found.count).toBe(rows.length);
    closeTo(meanOf(found), mean, 1e-13);
    closeTo(covarianceOf(found, { isUnbiased: true }), covarianceOfRows(damaged, rows, mean, rows.length - 1), 1e-11);
  });

  it('are those that the retrieval rests on', () => {
    const column = loadColumn(kernels, { radiance, firstPixel: 0, pixelCount: 700, bandCount: 9 }, 'background');
    if (typeof column === 'string') throw new Error(column);
    const { memory, places, width } = column;
    const inside = Float64Array.from({ length: 81 }, (_, k) => {
      const [i, j] = [Math.max(Math.floor(k / 9), k % 9), Math.min(Math.floor(k / 9), k % 9)];
      return memory[places.covariance + i * width + j];
    });
    closeTo(covarianceOf(addSpectra(kernels, emptyStatistics(shift), radiance)), inside, 1e-12);
  });
});

describe('R1 matched filter', () => {
  it('is the textbook formula, with and without albedo', () => {
    const { radiance, target } = randomColumn({ seed: 9, pixels: 300, bands: BANDS, gasShare: 0.05, gasAmount: 0.2 });
    const { centred, weights, information, mean } = textbook(radiance, target.unitAbsorption);
    const block = { radiance, columnCount: 1, lineCount: 300, bandCount: BANDS };
    const wanted = Float64Array.from(centred, (x) => dot(x, weights) / information);
    const albedo = Float64Array.from(centred, (x) => 1 + dot(x, mean) / dot(mean, mean));
    const found = retrieveBlock(block, target, defaultSettings('cmf'), kernels);
    closeTo(
      found.amount_ppmm,
      wanted.map((m) => m * AMOUNT_UNIT_PPMM),
    );
    closeTo(found.albedo, albedo);
    closeTo(
      found.z,
      wanted.map((m) => m * Math.sqrt(information)),
    );
    closeTo(
      found.sensitivity_perPpmm,
      wanted.map(() => Math.sqrt(information) / AMOUNT_UNIT_PPMM),
    );
    const corrected = retrieveBlock(block, target, { ...defaultSettings('cmf'), isAlbedoCorrected: true }, kernels);
    closeTo(
      corrected.amount_ppmm,
      wanted.map((m, i) => (m * AMOUNT_UNIT_PPMM) / albedo[i]),
    );
    const [background] = found.backgrounds;
    closeTo(
      background.weights_perPpmm,
      weights.map((w) => w / AMOUNT_UNIT_PPMM),
    );
    expect(background.pixelCount).toBe(300);
  });

  it('z has unit variance over a background without gas', () => {
    const { radiance, target } = randomColumn({ seed: 10, pixels: 4000, bands: BANDS, gasShare: 0, gasAmount: 0 });
    const block = { radiance, columnCount: 1, lineCount: 4000, bandCount: BANDS };
    const { z } = retrieveBlock(block, target, defaultSettings('cmf'), kernels);
    expect(z.reduce((sum, value) => sum + value * value, 0) / 4000).toBeCloseTo(1, 9);
  });

  it('gives amounts in ppm m whatever amount the table stands for', () => {
    const { block, target } = randomBlock(1);
    const perPpmm = { unitAbsorption: target.unitAbsorption.map((v) => v / AMOUNT_UNIT_PPMM), per_ppmm: 1 };
    const [a, b] = [target, perPpmm].map((t) => retrieveBlock(block, t, defaultSettings('mag1c'), kernels).amount_ppmm);
    closeTo(a, b);
  });

  it('grouped columns share the background of all their pixels', () => {
    const { block, target } = randomBlock(4);
    const grouped = retrieveBlock(block, target, { ...defaultSettings('cmf'), columnsPerGroup: 2 }, kernels);
    const long = { ...block, columnCount: 2, lineCount: 2 * LINES };
    expect(grouped.amount_ppmm).toEqual(retrieveBlock(long, target, defaultSettings('cmf'), kernels).amount_ppmm);
    expect(grouped.backgrounds.map((b) => b.firstColumn)).toEqual([0, 2]);
    expect(grouped.amount_ppmm).not.toEqual(retrieveBlock(block, target, defaultSettings('cmf'), kernels).amount_ppmm);
  });

  it('tuned to clusters, two unlike surfaces each get their own background, and gas stands out more', () => {
    const parts = [31, 32].map((seed) => randomColumn({ seed, pixels: 400, bands: BANDS, gasShare: 0, gasAmount: 0 }));
    const { target } = parts[0];
    const radiance = new Float64Array(800 * BANDS);
    // A surface whose slope and shape differ from the other's, interleaved with it line by line.
    for (let i = 0; i < 800; i++) {
      const from = parts[i % 2].radiance.subarray((i >> 1) * BANDS, ((i >> 1) + 1) * BANDS);
      for (let b = 0; b < BANDS; b++) radiance[i * BANDS + b] = from[b] * (i % 2 === 0 ? 1 : 5 + 2 * Math.sin(1.3 * b));
      if (i === 100)
        for (let b = 0; b < BANDS; b++) radiance[i * BANDS + b] *= Math.exp(0.05 * target.unitAbsorption[b]);
    }
    const block = { radiance, columnCount: 1, lineCount: 800, bandCount: BANDS };
    const pooled = retrieveBlock(block, target, defaultSettings('cmf'), kernels);
    const tuned = retrieveBlock(block, target, { ...defaultSettings('cmf'), clusterCount: 2 }, kernels);
    expect(tuned.backgrounds.length).toBe(2);
    expect(tuned.amount_ppmm.every(Number.isFinite)).toBe(true);
    expect(tuned.z[100]).toBeGreaterThan(1.5 * Math.abs(pooled.z[100]));
  });
});

describe('R3 leave-one-out shrinkage', () => {
  it('has the likelihood of the published loop, and its alpha, for any column', () => {
    const cases = fc.record({ seed: fc.integer({ min: 1, max: 1e9 }), pixels: fc.integer({ min: 20, max: 90 }) });
    fc.assert(
      fc.property(cases, ({ seed, pixels }) => {
        const { radiance } = randomColumn({ seed, pixels, bands: 9, gasShare: 0.1, gasAmount: 0.2 });
        const wanted = publishedShrinkage(radiance, 9, SHRINKAGE_GRID);
        const input = { radiance, firstPixel: 0, pixelCount: pixels, bandCount: 9 };
        const column = loadColumn(kernels, input, 'background', 40_000);
        if (typeof column === 'string') throw new Error(column);
        const found = shrinkageLikelihood(column);
        if (typeof found === 'string') throw new Error(found);
        for (let k = 0; k < wanted.length; k++) {
          if (Number.isNaN(wanted[k])) expect(found[k]).toBe(Number.POSITIVE_INFINITY);
          else expect(Math.abs(found[k] - wanted[k])).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(wanted[k])));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('finds more shrinkage where pixels are few, and gives numbers where the plain covariance has none', () => {
    const alphas = [14, 60, 900].map((pixels) => {
      const { radiance, target } = randomColumn({ seed: 77, pixels, bands: 16, gasShare: 0, gasAmount: 0 });
      const block = { radiance, columnCount: 1, lineCount: pixels, bandCount: 16 };
      const found = retrieveBlock(block, target, defaultSettings('loo'), kernels);
      expect(found.amount_ppmm.every(Number.isFinite)).toBe(true);
      return found.backgrounds[0].shrinkage!;
    });
    expect(alphas[0]).toBeGreaterThan(alphas[1]);
    expect(alphas[1]).toBeGreaterThan(alphas[2]);
  });

  it.skipIf(!hasChips)('chooses the published alpha on a real-sized column (hsi_scenes)', () => {
    const chip = loadChip('town');
    const size = CHIP.lineCount * CHIP.bandCount;
    const radiance = chip.radiance.subarray(7 * size, 8 * size);
    const block = { ...CHIP, columnCount: 1, radiance };
    const found = retrieveBlock(block, chip.target, defaultSettings('loo'), kernels).backgrounds[0].shrinkage!;
    // The full grid takes seconds: the chosen alpha and its neighbours on both sides suffice to say it is the least.
    const k = SHRINKAGE_GRID.indexOf(found);
    const near = SHRINKAGE_GRID.slice(k - 2, k + 3);
    const nll = publishedShrinkage(Float64Array.from(radiance), CHIP.bandCount, near);
    expect(nll.indexOf(Math.min(...nll))).toBe(2);
  });
});

describe('R6 detectors', () => {
  const { radiance, target } = randomColumn({ seed: 12, pixels: 300, bands: BANDS, gasShare: 0.1, gasAmount: 0.3 });
  const block = { radiance, columnCount: 1, lineCount: 300, bandCount: BANDS };
  const book = textbook(radiance, target.unitAbsorption);
  const distances = book.centred.map((x) => dot(x, solveCholesky(book.covariance, x)));

  it.each([
    ['ace', 0],
    ['kelly', 300],
  ] as const)('%s is the textbook statistic, with the sign of the score', (method, counted) => {
    const found = retrieveBlock(block, target, defaultSettings(method), kernels);
    const wanted = Float64Array.from(book.centred, (x, i) => {
      const s = dot(x, book.weights);
      return (s * Math.abs(s)) / (book.information * (counted + distances[i]));
    });
    closeTo(found.statistic, wanted);
    expect(Math.max(...found.statistic.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(found.amount_ppmm).toEqual(retrieveBlock(block, target, defaultSettings('cmf'), kernels).amount_ppmm);
  });

  it('amsd is the energy that the gas explains over what is left, by projections written out', () => {
    const perNoise = Float64Array.from({ length: BANDS }, (_, b) => {
      const unit = Float64Array.from({ length: BANDS }, (_, k) => (k === b ? 1 : 0));
      return Math.sqrt(solveCholesky(book.covariance, unit)[b]);
    });
    const scaled = book.centred.map((x) => x.map((value, b) => value * perNoise[b]));
    const axes = powerAxes(scaled, 3);
    const [t, ...rows] = [book.target.map((value, b) => value * perNoise[b]), ...scaled].map((x) => without(x, axes));
    const wanted = Float64Array.from(rows, (x) => {
      const along = dot(x, t);
      const explained = (along * along) / dot(t, t);
      return (Math.sign(along) * (BANDS - 4) * explained) / (dot(x, x) - explained);
    });
    const settings = { ...defaultSettings('amsd'), subspaceDimensions: 3 };
    closeTo(retrieveBlock(block, target, settings, kernels).statistic, wanted, 1e-6);
  });
});

/** Leading axes by power iteration with deflation: no eigenvalue routine of the product. */
function powerAxes(rows: Float64Array[], count: number): Float64Array[] {
  const axes: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    let axis = Float64Array.from({ length: BANDS }, (_, b) => 1 + b * k);
    for (let pass = 0; pass < 400; pass++) {
      const next = new Float64Array(BANDS);
      for (const row of rows) {
        const weight = dot(row, axis);
        for (let b = 0; b < BANDS; b++) next[b] += weight * row[b];
      }
      const free = without(next, axes);
      const norm = Math.sqrt(dot(free, free));
      axis = free.map((value) => value / norm);
    }
    axes.push(axis);
  }
  return axes;
}

function without(x: Float64Array, axes: Float64Array[]): Float64Array {
  let rest = Float64Array.from(x);
  for (const axis of axes) {
    const along = dot(rest, axis);
    rest = rest.map((value, b) => value - along * axis[b]);
  }
  return rest;
}

describe('blocks', () => {
  it.each(METHODS)('%s: the same bits for any block size, in any order, on either kernel', (method) => {
    const { block, target } = randomBlock();
    const settings = { ...defaultSettings(method), subspaceDimensions: 3 };
    const whole = retrieveBlock(block, target, settings, kernels);
    for (const size of [1, 2, 3]) {
      const firsts = Array.from({ length: Math.ceil(5 / size) }, (_, k) => k * size).reverse();
      for (const first of firsts) {
        const count = Math.min(size, 5 - first);
        const [from, to] = [first * LINES, (first + count) * LINES];
        const part = { ...block, columnCount: count, radiance: block.radiance.slice(from * BANDS, to * BANDS) };
        const found = retrieveBlock(part, target, settings, size === 2 ? createTwinKernels() : kernels);
        for (const map of MAPS) if (whole[map].length > 0) expect(found[map]).toEqual(whole[map].slice(from, to));
      }
    }
  });

  it('pixels that are masked or not finite get no number and move no other', () => {
    const { block, target } = randomBlock(1);
    const keep = Array.from({ length: LINES }, (_, i) => i).filter((i) => i !== 75 && i !== 10);
    const radiance = block.radiance.slice();
    radiance[75 * BANDS + 3] = Number.POSITIVE_INFINITY;
    const valid = new Uint8Array(LINES).fill(1);
    valid[10] = 0;
    const fewer = Float64Array.from(keep.flatMap((i) => [...block.radiance.subarray(i * BANDS, (i + 1) * BANDS)]));
    for (const method of METHODS) {
      const settings = { ...defaultSettings(method), subspaceDimensions: 3 };
      const found = retrieveBlock({ ...block, radiance, valid }, target, settings, kernels);
      const wanted = retrieveBlock({ ...block, radiance: fewer, lineCount: keep.length }, target, settings, kernels);
      expect(found.amount_ppmm[75]).toBeNaN();
      expect(found.z[10]).toBeNaN();
      expect(Float64Array.from(keep, (i) => found.amount_ppmm[i])).toEqual(wanted.amount_ppmm);
    }
  });

  it('pixels outside the background are retrieved against it, and do not shape it', () => {
    const { block, target } = randomBlock(1);
    const background = Uint8Array.from({ length: LINES }, (_, i) => (i >= 40 && i < 50 ? 0 : 1));
    const bright = block.radiance.slice();
    for (let k = 40 * BANDS; k < 50 * BANDS; k++) bright[k] *= 30;
    const found = retrieveBlock({ ...block, radiance: bright, background }, target, defaultSettings('cmf'), kernels);
    const plain = retrieveBlock({ ...block, background }, target, defaultSettings('cmf'), kernels);
    expect(found.backgrounds).toEqual(plain.backgrounds);
    expect(found.amount_ppmm[60]).toBe(plain.amount_ppmm[60]);
    expect(found.amount_ppmm[45]).not.toBe(plain.amount_ppmm[45]);
  });

  it.each([
    ['nothing valid', 'no-valid-pixels', (x: Float64Array) => x.fill(Number.NaN)],
    ['fewer pixels than bands', 'too-few-pixels', (x: Float64Array) => x.fill(Number.NaN, BANDS * (BANDS - 1))],
    ['a dead band', 'singular-covariance', (x: Float64Array) => x.map((v, k) => (k % BANDS === 4 ? 0.25 : v))],
    [
      'a band that repeats another',
      'singular-covariance',
      (x: Float64Array) => x.map((v, k) => (k % BANDS === 4 ? x[k - 1] : v)),
    ],
    ['no light', 'no-light', (x: Float64Array) => x.fill(0)],
  ] as const)('a column with %s says so and leaves the next alone', (_, fault, spoil) => {
    const { block, target } = randomBlock(2);
    const radiance = block.radiance.slice();
    radiance.set(spoil(Float64Array.from(radiance.subarray(0, LINES * BANDS))));
    const whole = retrieveBlock(block, target, defaultSettings('mag1c'), kernels);
    const found = retrieveBlock({ ...block, radiance }, target, defaultSettings('mag1c'), kernels);
    expect(found.backgrounds.map((b) => b.fault)).toEqual([fault, undefined]);
    expect(found.amount_ppmm.subarray(0, LINES).every(Number.isNaN)).toBe(true);
    expect(found.amount_ppmm.subarray(LINES)).toEqual(whole.amount_ppmm.subarray(LINES));
  });

  it('a block whose arrays do not fit its shape is refused with both numbers', () => {
    const { block, target } = randomBlock(1);
    const run = (part: Partial<ColumnBlock>) => () =>
      retrieveBlock({ ...block, ...part }, target, defaultSettings('cmf'), kernels);
    expect(run({ lineCount: 10 })).toThrow('The radiance holds 1650 numbers, not the 110');
    expect(run({ valid: new Uint8Array(3) })).toThrow('The valid mask holds 3 numbers, not the 150');
    expect(() =>
      retrieveBlock(block, { ...target, unitAbsorption: new Float64Array(2) }, defaultSettings('cmf')),
    ).toThrow('The target holds 2');
  });

  it('writes over the maps of an earlier block, and leaves nothing of it', () => {
    const { block, target } = randomBlock(3);
    const run = (part: ColumnBlock, into?: ReturnType<typeof retrieveBlock>) =>
      retrieveBlock(part, target, defaultSettings('ace'), kernels, into);
    const first = run(block);
    const small = {
      ...block,
      columnCount: 1,
      radiance: block.radiance.slice(0, LINES * BANDS).fill(Number.NaN, 0, 22),
    };
    const fresh = run(small);
    const again = run(small, first);
    expect(again.amount_ppmm.buffer).toBe(first.amount_ppmm.buffer);
    for (const map of MAPS) expect(again[map]).toEqual(fresh[map]);
    expect(run(block, fresh).z).toEqual(run(block).z);
  });

  it("takes a reader's block: masked pixels are not valid", () => {
    const mask = Uint8Array.of(0, 1, 4);
    const window = { firstLine: 0, lines: 3, firstColumn: 5, columns: 1 };
    const block = toColumnBlock({ ...window, bands: [3, 4], values: new Float32Array(6), mask });
    expect(block).toMatchObject({ lineCount: 3, columnCount: 1, bandCount: 2, valid: Uint8Array.of(1, 0, 0) });
  });
});

describe('the memory budget', () => {
  const shape = { lineCount: 6000, sampleCount: 598, bandCount: 72, bytesPerValue: 4 } as const;

  it('covers every column once, in whole groups, within the budget', () => {
    const random = mulberry32(4);
    for (let k = 0; k < 200; k++) {
      const settings = { method: METHODS[k % 6], columnsPerGroup: 1 + Math.floor(3 * random()) };
      const threadCount = 1 + Math.floor(4 * random());
      const budget_byte = 2 ** (26 + 3 * random());
      const line = { ...shape, lineCount: 200 + Math.floor(4000 * random()) };
      const plan = planBlocks(line, settings, { budget_byte, threadCount });
      expect(plan.blockMemory_byte * threadCount).toBeLessThanOrEqual(budget_byte);
      let next = 0;
      for (const { firstColumn, columnCount } of plan.blocks) {
        expect(firstColumn).toBe(next);
        expect(firstColumn % settings.columnsPerGroup).toBe(0);
        next += columnCount;
      }
      expect(next).toBe(598);
    }
  });

  it('is not stretched: what does not fit is refused with what would', () => {
    const budget = { budget_byte: 2 ** 20, threadCount: 2 };
    expect(() => planBlocks(shape, defaultSettings('mag1c'), budget)).toThrow(/Give at least \d+ MB/);
  });
});
