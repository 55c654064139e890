import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCrossingKernels } from '../scripts/build-kernels.ts';
import { lnCrossing, passFilter, WINDOW_WIDTHS } from '../src/inversion/crossing-filter.ts';
import { laidPass, passLength } from '../src/inversion/crossing-rows.ts';
import { crossingGrid, crossingTable } from '../src/inversion/crossing-table.ts';
import { DEFAULT_SETTINGS } from '../src/inversion/settings.ts';
import { CROSSING_WASM_HEX } from '../src/kernels/crossing-wasm.generated.ts';
import { exponential, logarithm } from '../src/kernels/elementary.ts';
import {
  type CrossingKernels,
  createCrossingKernels,
  createTwinCrossingKernels,
  createWasmCrossingKernels,
} from '../src/kernels/index.ts';
import { mulberry32 } from './support/spectral-columns.ts';

const NOISE_PPM = 0.02;

/** A pass with uneven steps, a plume, and samples set aside. */
function passOf(seed: number, count: number, largest: number) {
  const random = mulberry32(seed);
  const time_s = new Float64Array(count);
  for (let i = 1; i < count; i++) time_s[i] = time_s[i - 1] + (random() < 0.1 ? 0 : 0.5 + random());
  const middle = time_s[count - 1] * random();
  const value = time_s.map((t) => 2 + largest * Math.exp(-0.5 * ((t - middle) / 4) ** 2) + NOISE_PPM * random());
  const variance = time_s.map(() => (random() < 0.05 ? 0 : NOISE_PPM ** 2 * (1 + random())));
  return passFilter(time_s, value, variance, 1e-6, 2);
}

const passes = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }),
  count: fc.integer({ min: 2, max: 60 }),
  lnLargest: fc.double({ min: -4, max: 4, noNaN: true }),
});

function gridFor(largest: number) {
  return crossingGrid(DEFAULT_SETTINGS, NOISE_PPM, largest, 1, 40, 3);
}

/** ln likelihoods of rows of one width and what is filled beside them. */
function rowsOf(kernels: CrossingKernels, seed: number, count: number, largest: number, width_s: number) {
  const pass = passOf(seed, count, largest);
  const peaks = 12;
  const peak = passLength(count);
  const out = peak + peaks;
  const rows = 40;
  const memory = kernels.reserve(out + rows * peaks);
  for (let m = 0; m < peaks; m++) memory[peak + m] = 0.005 * Math.exp(0.9 * m);
  const cross = laidPass(kernels, memory, 0, pass, peak, peaks, 0.5);
  const first_s = -9 * width_s;
  const step_s = (pass.time_s[count - 1] + 18 * width_s) / (rows - 1);
  const most = cross({ first_s, step_s, width_s, rows }, out);
  const ln = memory.slice(out, out + rows * peaks);
  return { pass, peaks, rows, first_s, step_s, most, ln, peak_ppm: memory.slice(peak, peak + peaks) };
}

describe('crossing kernels', () => {
  it('compiled ones run on this engine, so the comparisons below compare two things', () => {
    expect(createWasmCrossingKernels()?.kind).toBe('wasm');
    expect(createCrossingKernels().kind).toBe('wasm');
  });

  it('the committed module is what the sources compile to', async () => {
    expect(await compileCrossingKernels()).toBe(CROSSING_WASM_HEX);
  });

  it('plain ones stand in where WebAssembly is absent', () => {
    const { WebAssembly: engine } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'WebAssembly');
      expect(createCrossingKernels().kind).toBe('plain');
    } finally {
      globalThis.WebAssembly = engine;
    }
  });

  it('rows of ln likelihoods: compiled and plain give the same bits', () => {
    const [wasm, twin] = [createWasmCrossingKernels()!, createTwinCrossingKernels()];
    fc.assert(
      fc.property(passes, fc.double({ min: 0.3, max: 40, noNaN: true }), ({ seed, count, lnLargest }, width_s) => {
        const [a, b] = [wasm, twin].map((kernels) => rowsOf(kernels, seed, count, Math.exp(lnLargest), width_s));
        expect(bitsOf(a.ln)).toEqual(bitsOf(b.ln));
        expect(a.most).toBe(b.most);
      }),
      { numRuns: 60 },
    );
  });

  it('rows of ln likelihoods are those of the plain filter', () => {
    const kernels = createWasmCrossingKernels()!;
    let compared = 0;
    fc.assert(
      fc.property(passes, fc.double({ min: 0.3, max: 40, noNaN: true }), ({ seed, count, lnLargest }, width_s) => {
        const { pass, peaks, rows, first_s, step_s, ln, peak_ppm } = rowsOf(
          kernels,
          seed,
          count,
          Math.exp(lnLargest),
          width_s,
        );
        for (let i = 0; i < rows; i += 3) {
          const tau = first_s + i * step_s;
          const seen = [...pass.time_s.keys()].filter((n) => Math.abs(pass.time_s[n] - tau) <= WINDOW_WIDTHS * width_s);
          if (seen.length === 0) {
            expect(ln[i * peaks]).toBe(0);
            continue;
          }
          const [from, to] = [seen[0], seen[seen.length - 1] + 1];
          const shape = Float64Array.from(seen, (n) => Math.exp(-0.5 * ((pass.time_s[n] - tau) / width_s) ** 2));
          for (let m = 0; m < peaks; m++) {
            const wanted = lnCrossing(pass, from, to, shape, peak_ppm[m], 0.5);
            const found = ln[i * peaks + m];
            if (found === Number.NEGATIVE_INFINITY) {
              if (m === 0 || ln[i * peaks + m - 1] > found) expect(wanted).toBe(found);
              continue;
            }
            expect(Math.abs(found - wanted)).toBeLessThan(1e-7 * (1 + Math.abs(wanted)));
            compared++;
          }
        }
      }),
      { numRuns: 40 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it('whole tables: compiled and plain give the same bits, with one view and with more', () => {
    const [wasm, twin] = [createWasmCrossingKernels()!, createTwinCrossingKernels()];
    fc.assert(
      fc.property(passes, fc.integer({ min: 1, max: 3 }), ({ seed, count, lnLargest }, views) => {
        const largest = Math.exp(lnLargest);
        const ways = Array.from({ length: views }, (_, n) => ({
          pass: passOf(seed, count, largest / (n + 1)),
          lnWeight: -4 * n,
        }));
        const [a, b] = [wasm, twin].map((kernels) => crossingTable(ways, gridFor(largest), DEFAULT_SETTINGS, kernels));
        expect(Buffer.from(a.likelihood.buffer).equals(Buffer.from(b.likelihood.buffer))).toBe(true);
        expect({ ...a, likelihood: 0 }).toEqual({ ...b, likelihood: 0 });
      }),
      { numRuns: 12 },
    );
  });

  it('heights and rates: compiled and plain give the same bits, odd numbers of rates among them', () => {
    const [wasm, twin] = [createWasmCrossingKernels()!, createTwinCrossingKernels()];
    const cases = fc.tuple(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 1, max: 27 }),
      fc.integer({ min: 3, max: 9 }),
    );
    fc.assert(
      fc.property(cases, ([seed, rates, count]) => {
        const [peaks, row] = [16, 40];
        const [peak, height] = [120, 140];
        const out = height + count * 28;
        const [a, b] = [wasm, twin].map((kernels) => {
          const memory = kernels.reserve(1000);
          const random = mulberry32(seed);
          for (let n = 0; n < peak; n++) memory[n] = random();
          for (let v = 0; v < count; v++) memory[peak + v] = 60 * random() - 40;
          kernels.mixHeights(row, peaks - 1, rates, peak, count, random(), 0.9, 0.01, 0.2, height, out);
          return memory.slice(out, out + (count - 2) * rates);
        });
        expect(a.every((value) => value > 0)).toBe(true);
        expect(bitsOf(a)).toEqual(bitsOf(b));
      }),
      { numRuns: 60 },
    );
  });

  it('what an earlier table left in the memory does not show in a later one', () => {
    const grid = gridFor(3);
    const views = [{ pass: passOf(5, 40, 3), lnWeight: 0 }];
    const kernels = createWasmCrossingKernels()!;
    const fresh = crossingTable(views, grid, DEFAULT_SETTINGS, kernels);
    crossingTable([{ pass: passOf(6, 60, 50), lnWeight: 0 }], gridFor(50), DEFAULT_SETTINGS, kernels);
    expect(crossingTable(views, grid, DEFAULT_SETTINGS, kernels)).toEqual(fresh);
  });

  it('weights of a level in another order are caught by the comparison of bits', () => {
    const kernels = createTwinCrossingKernels();
    const memory = new Float32Array(kernels.reserve(64).buffer);
    const random = mulberry32(3);
    for (let n = 0; n < 40; n++) memory[n] = random();
    const smooth = (weights: readonly number[]) => {
      memory.set(weights, 64);
      kernels.smoothRows(0, 10, 1, 32, 1, 4, 1, 40, 10);
      return memory.slice(80, 120);
    };
    expect(smooth([0.2, 0.5, 0.3])).not.toEqual(smooth([0.3, 0.5, 0.2]));
  });
});

describe('exponential and logarithm of the kernels', () => {
  it('agree with those of the engine', () => {
    fc.assert(
      fc.property(fc.double({ min: -600, max: 600, noNaN: true }), (x) => {
        const e = Math.exp(x);
        expect(Math.abs(exponential(x) / e - 1)).toBeLessThan(2e-14);
        expect(Math.abs(logarithm(e) - Math.log(e))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(x)));
      }),
      { numRuns: 2000 },
    );
  });
});

function bitsOf(values: Float64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}
