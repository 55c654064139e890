import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConditionedLeg,
  DEFAULT_CROSSING,
  detectionMap,
  detectionProbability,
  type SurveyConditions,
  seededGenerator,
} from '../src/index.ts';
import { cross, lookAlong, newCrossing, plumeProfile } from '../src/planning/crossing.ts';
import { normalFrom } from '../src/planning/generator.ts';

const conditions: SurveyConditions = {
  windFrom_rad: 1.5 * Math.PI,
  windSpeed_mps: 4,
  windHeight_m: 10,
  windDirectionSd_rad: 0.15,
  roughness_m: 0.05,
  sigmaV_mps: 0.6,
  sigmaW_mps: 0.35,
  mixingHeight_m: 800,
  sourceHeight_m: 1,
  noise_ppm: 0.005,
  samplingInterval_s: 1,
  ppmPerKgM3: 1.5e6,
};
const area = { west_m: -300, south_m: -300, east_m: 300, north_m: 300 };
const acrossAt = (x: number, heightAgl_m = 20): ConditionedLeg => ({
  leg: { fromX_m: x, fromY_m: -300, toX_m: x, toY_m: 300, heightAgl_m, groundSpeed_mps: 8 },
  conditions,
});
const legs = [-150, 0, 150].map((x) => acrossAt(x));

describe('probability of detection', () => {
  it('is that of a plain simulation of wind, spread, meander, amplitude, miss and noise', () => {
    const settings = DEFAULT_CROSSING;
    const amplitudeSd = Math.sqrt(Math.log(1 + settings.amplitudeSd ** 2));
    const next = seededGenerator(3);
    const crossing = newCrossing();
    for (const [x_m, y_m, rate] of [
      [-200, 0, 0.5],
      [-60, 200, 1],
      [60, -100, 3],
    ]) {
      let seen = 0;
      const trials = 1500;
      for (let trial = 0; trial < trials; trial++) {
        const beta = 0.15 * normalFrom(next);
        const vertical = settings.verticalLnSd * normalFrom(next);
        // sigma_z scales with sigma_w but for the transport height; a profile of its own carries it exactly.
        const own = { ...settings, verticalLnSd: Math.abs(vertical) / Math.sqrt(3) };
        const profile = plumeProfile(conditions, own);
        const isSeen = legs.some(({ leg }) => {
          const delta = profile.meanderSd_rad * normalFrom(next);
          const amplitude = Math.exp(amplitudeSd * normalFrom(next) - 0.5 * amplitudeSd ** 2);
          const [noise, luck] = [normalFrom(next), next()];
          if (!cross(lookAlong(leg, conditions, own, profile), x_m, y_m, beta + delta, crossing)) return false;
          return (
            luck >= settings.miss && amplitude * rate * crossing.snr[vertical < 0 ? 0 : 2] + noise > settings.threshold
          );
        });
        if (isSeen) seen++;
      }
      const [stated] = detectionProbability(legs, { x_m, y_m }, [rate]);
      expect(stated, `${x_m} ${y_m}`).toBeGreaterThan(0.05);
      expect(stated).toBeLessThan(0.99);
      // Three standard errors of 1,500 trials and 0.02 of quadrature (five nodes of wind, three of spread).
      expect(Math.abs(stated - seen / trials)).toBeLessThan(3 * Math.sqrt((stated * (1 - stated)) / trials) + 0.02);
    }
  });

  it('keeps what legs have in common out of the product: a wrong wind or spread is wrong for all', () => {
    const sure = { ...conditions, windDirectionSd_rad: 0 };
    const certain = { verticalLnSd: 0 };
    const high = [1, 2, 3, 4].map(() => ({ ...acrossAt(100, 25), conditions: sure }));
    const [one] = detectionProbability([high[0]], { x_m: 0, y_m: 0 }, [2], certain);
    expect(one).toBeGreaterThan(0.2);
    expect(one).toBeLessThan(0.8);
    const [four] = detectionProbability(high, { x_m: 0, y_m: 0 }, [2], certain);
    expect(four).toBeCloseTo(1 - (1 - one) ** 4, 9);
    const [oneDoubtful] = detectionProbability([high[0]], { x_m: 0, y_m: 0 }, [2]);
    const [fourDoubtful] = detectionProbability(high, { x_m: 0, y_m: 0 }, [2]);
    expect(fourDoubtful).toBeLessThan(1 - (1 - oneDoubtful) ** 4 - 0.02);
  });

  it('never falls with rate or with another leg, and stays a probability', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -280, max: 280, noNaN: true }),
        fc.double({ min: -280, max: 280, noNaN: true }),
        fc.double({ min: 5, max: 80, noNaN: true }),
        (x_m, y_m, height) => {
          const rates = [0.1, 1, 10, 100];
          const few = detectionProbability(legs.slice(0, 2), { x_m, y_m }, rates);
          const more = detectionProbability([...legs.slice(0, 2), acrossAt(200, height)], { x_m, y_m }, rates);
          return rates.every(
            (_, q) => more[q] >= few[q] - 1e-9 && more[q] <= 1 && few[q] >= 0 && (q === 0 || few[q] >= few[q - 1]),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows that altitude costs: from 20 to 40 m the detectable rate rises many times (inversion.md: 18-54)', () => {
    const limit = (height: number) => {
      const spaced = [-150, 0, 150].map((x) => acrossAt(x, height));
      const { limit90_kgph } = detectionMap({ legs: spaced, area, cells: 12 });
      const finite = Array.from(limit90_kgph)
        .filter(Number.isFinite)
        .sort((a, b) => a - b);
      return finite[finite.length >> 1];
    };
    expect(limit(40) / limit(20)).toBeGreaterThan(3);
  });
});

describe('detection map', () => {
  const map = detectionMap({ legs, area, cells: 16 });
  const cellAt = (x: number, y: number) =>
    Math.floor((y - map.south_m) / map.cell_m) * map.columns + Math.floor((x - map.west_m) / map.cell_m);

  it('has the probability of each cell centre, and a limit that is seen with 90 %', () => {
    expect([map.columns, map.rows, map.cell_m]).toEqual([16, 16, 37.5]);
    const cell = cellAt(-200, 10);
    const place = { x_m: -300 + ((cell % 16) + 0.5) * 37.5, y_m: -300 + (Math.floor(cell / 16) + 0.5) * 37.5 };
    detectionProbability(legs, place, map.rates_kgph).forEach((value, q) => {
      expect(map.probability[q][cell]).toBeCloseTo(value, 12);
    });
    const [atLimit] = detectionProbability(legs, place, [map.limit90_kgph[cell]]);
    expect(Math.abs(atLimit - 0.9)).toBeLessThan(0.03); // straight lines between rungs a factor 1.6 apart
  });

  it('says Infinity downwind of every leg: nothing flown could have seen a source there', () => {
    expect(map.limit90_kgph[cellAt(290, 0)]).toBe(Number.POSITIVE_INFINITY);
    expect(map.probability[map.rates_kgph.length - 1][cellAt(290, 0)]).toBe(0);
    expect(map.limit90_kgph[cellAt(-200, 0)]).toBeLessThan(30);
  });

  it('says what is wrong with a question', () => {
    expect(() => detectionMap({ legs: [], area })).toThrow(/at least one leg/);
    expect(() => detectionMap({ legs, area, rates_kgph: [3, 1] })).toThrow(/rise/);
  });
});
