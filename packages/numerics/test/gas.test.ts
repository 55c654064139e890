import { existsSync, readFileSync } from 'node:fs';
import type { GasAbsorption } from '@plumeline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandAverages, bandsFromWavelengths, resampleToBands, unitAbsorption } from '../src/spectral/gas/index.ts';

const SWIR = new URL('../../../../shared/data/hsi_swir/', import.meta.url);

const table = (x: Float64Array, y: Float64Array): GasAbsorption => ({
  key: 'gas',
  name: 'gas',
  wavenumber_pcm: x,
  absorption_pppmm: y,
  isQuantitative: true,
  scaleUncertainty: 0.02,
  licence: { text: 'made here', isShippable: true },
  source: 'test',
  assumptions: [],
});

describe('resampling to bands', () => {
  const x = Float64Array.from({ length: 2001 }, (_, i) => 900 + 0.1 * i);

  it('widens a Gaussian line as convolution says: sigma^2 adds, area stays', () => {
    const sigma = 1.5;
    const line = x.map((v) => Math.exp(-0.5 * ((v - 1000) / sigma) ** 2));
    const bands = { centre_pcm: Float64Array.of(1000, 1003), fwhm_pcm: Float64Array.of(8, 8) };
    const total = Math.hypot(sigma, 8 / (2 * Math.sqrt(2 * Math.LN2)));
    const [top, flank] = resampleToBands(table(x, line), bands).absorption_pppmm;
    expect(top).toBeCloseTo(sigma / total, 4);
    expect(flank).toBeCloseTo((sigma / total) * Math.exp(-0.5 * (3 / total) ** 2), 4);
  });

  it('keeps a straight line, whatever the band', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 930, max: 1070, noNaN: true }),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        (c, w) => {
          const bands = { centre_pcm: Float64Array.of(c), fwhm_pcm: Float64Array.of(w) };
          expect(
            bandAverages(
              x,
              x.map((v) => 2 * v - 7),
              bands,
            )[0],
          ).toBeCloseTo(2 * c - 7, 1);
        },
      ),
      { seed: 4 },
    );
  });

  it('gives no number beyond the table', () => {
    const bands = { centre_pcm: Float64Array.of(850, 901, 1000, 1099, 1200), fwhm_pcm: new Float64Array(5).fill(5) };
    const values = [...resampleToBands(table(x, x), bands).absorption_pppmm];
    expect(values.map(Number.isNaN)).toEqual([true, true, false, true, true]);
  });

  it('turns wavelengths into wavenumbers: 10 um and 20 nm are 1000 cm-1 and 2 cm-1', () => {
    const { centre_pcm, fwhm_pcm } = bandsFromWavelengths([10_000], [20]);
    expect([centre_pcm[0], fwhm_pcm[0]]).toEqual([1000, 2]);
  });
});

describe('unit absorption from radiances', () => {
  const wavelength_nm = Float64Array.from({ length: 400 }, (_, i) => 2200 + 0.5 * i);
  const k = wavelength_nm.map((l) => 1e-5 * (1 + Math.sin(l / 20)));
  const column_ppmm = Float64Array.of(0, 500, 1000, 2000);
  const radiance = [...column_ppmm].map((c) => wavelength_nm.map((l, i) => (l / 1000) * Math.exp(-c * k[i]!)));

  it('gives back the absorption that made the radiances', () => {
    const bands = { centre_nm: [2250, 2300, 2350], fwhm_nm: [5, 5, 5] };
    const { absorption_pppmm, validTo_ppmm, nonlinearity } = unitAbsorption(
      { wavelength_nm, column_ppmm, radiance },
      bands,
    );
    bands.centre_nm.forEach((l, band) => {
      // A band of 5 nm flattens waves of 126 nm by 0.6 %.
      expect(Math.abs(absorption_pppmm[band]! - 1e-5 * (1 + Math.sin(l / 20)))).toBeLessThan(1e-7);
      expect(nonlinearity[band]!).toBeLessThan(1e-4);
    });
    expect(validTo_ppmm).toBe(2000);
  });

  it('refuses a fit through one column', () => {
    const bands = { centre_nm: [2250], fwhm_nm: [5] };
    expect(() => unitAbsorption({ wavelength_nm, column_ppmm, radiance }, bands, 100)).toThrow(/Fewer than two/);
  });

  it.skipIf(!existsSync(SWIR))("agrees with a published AVIRIS-NG methane target from MODTRAN's table", () => {
    const header = readFileSync(new URL('ch4.hdr', SWIR), 'latin1');
    const numbers = /wavelength = \{([^}]*)\}/.exec(header)![1]!.split(',').map(Number);
    const bytes = readFileSync(new URL('ch4.lut', SWIR));
    const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    // BIP per SOURCE.md would interleave the columns; the header says BSQ with 7 samples: [band][column] either way.
    const columns = Float64Array.of(0, 500, 1000, 2000, 4000, 8000, 16_000);
    const lut = [...columns.keys()].map((c) => Float64Array.from(numbers, (_, band) => all[band * 7 + c]!));
    const rows = readFileSync(new URL('ang_ch4_unit_3col_425chan.txt', SWIR), 'latin1')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, nm]) => nm! > 2150 && nm! < 2450);
    const bands = { centre_nm: rows.map(([, nm]) => nm!), fwhm_nm: rows.map(() => 5.5) };
    const { absorption_pppmm } = unitAbsorption(
      { wavelength_nm: Float64Array.from(numbers), column_ppmm: columns, radiance: lut },
      bands,
      2000,
    );
    const published = rows.map(([, , value]) => -value!);
    expect(Math.abs(correlation([...absorption_pppmm], published))).toBeGreaterThan(0.95);
    expect(Math.max(...absorption_pppmm)).toBeGreaterThan(0);
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (v: readonly number[]) => v.map((value) => value - v.reduce((s, x) => s + x, 0) / v.length);
  const [p, q] = [centred(a), centred(b)];
  const dot = (u: readonly number[], v: readonly number[]) => u.reduce((s, value, i) => s + value * v[i]!, 0);
  return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
}
