import { describe, expect, it } from 'vitest';
import { locateSources } from '../src/index.ts';
import { DEFAULT_SETTINGS, type InversionSettings } from '../src/inversion/settings.ts';
import { AREA, CONDITIONS, flightOver, randomFrom } from './support/flight-over.ts';

/**
 * Simulation-based calibration in small: places and rates drawn from a prior, flights from the inversion's own model,
 * and the share of the posterior that is denser than the truth must not crowd at one. A full run (n >= 200) is a
 * matter of minutes: CALIBRATION_FLIGHTS=200. The generator is close to the model but not equal to it (sample noise
 * inside plumes, one width a flight), so the bounds are those of a gross error, and a planted one must break them.
 */
const FLIGHTS = Number(process.env.CALIBRATION_FLIGHTS ?? 10);

/** For each flight, the posterior mass at cells denser than the true place: uniform when calibrated. */
function credibleLevels(settings: InversionSettings): number[] {
  const random = randomFrom(20_25);
  const levels: number[] = [];
  for (let n = 0; n < FLIGHTS; n++) {
    const source = {
      x_m: -160 + 220 * random.uniform(),
      y_m: -160 + 220 * random.uniform(),
      rate_kgph: Math.exp(Math.log(4) + Math.log(5) * random.uniform()),
    };
    const [found] = locateSources(flightOver([source], 1000 + n), CONDITIONS, AREA, settings).sources;
    if (found === undefined) continue;
    const { west_m, south_m, cell_m, columns, rows, mass } = found.raster;
    const column = Math.floor((source.x_m - west_m) / cell_m);
    const row = Math.floor((source.y_m - south_m) / cell_m);
    const isOn = column >= 0 && row >= 0 && column < columns && row < rows;
    const here = isOn ? mass[row * columns + column] : 0;
    levels.push(mass.reduce((sum, value) => (value > here ? sum + value : sum), 0));
  }
  return levels;
}

describe('calibration on its own generator', () => {
  it('holds the truth in its regions, and a planted overconfidence does not', () => {
    const levels = credibleLevels(DEFAULT_SETTINGS);
    const inside = levels.filter((level) => level < 0.9).length / levels.length;
    expect(levels.length).toBeGreaterThanOrEqual(0.8 * FLIGHTS);
    expect(inside).toBeGreaterThanOrEqual(0.7);
    // Planted: crossings taken as exact in direction and amplitude, and the plume's own fluctuation as nothing.
    const planted = credibleLevels({
      ...DEFAULT_SETTINGS,
      meanderFraction: 0.05,
      windBiasSd_mps: 0.02,
      windErrorSd_mps: 0,
      fluctuation: 0.1,
      amplitudeSpread: 0.15,
    });
    const insidePlanted = planted.filter((level) => level < 0.9).length / Math.max(1, planted.length);
    expect(insidePlanted).toBeLessThan(0.7);
    expect(insidePlanted).toBeLessThan(inside);
  }, 300_000);
});
