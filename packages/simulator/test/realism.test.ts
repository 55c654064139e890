import { describe, expect, it } from 'vitest';
import { compare } from '../tools/comparison.ts';
import { generatedStatistics, simFlightStatistics } from '../tools/flight-sets.ts';

const reference = simFlightStatistics();

/** Largest ratio, either way, between the generator and sim_flights; margins for 42 against 100 flights. */
const TOLERANCES: readonly [RegExp, number][] = [
  [/^width .* median, (60|100|150|200)-/, 1.25],
  [/^offset .* sd, (100|150|200)-/, 1.4],
  [/^peak .* median, (60|100|150|200)-/, 1.5],
  [/^integral.*, (100|150|200)-/, 1.5],
  [/^ln roughness, median, (100|150|200)-/, 1.5],
  [/^width .*, p(10|90)$/, 1.25],
  [/^background drift/, 1.35],
  [/^clean residual \/ noise/, 1.3],
  [/^background level, mean/, 1.02],
  [/^background level, sd/, 1.4],
  [/^crosswind/, 1.35],
];

describe.skipIf(reference === undefined)('flights beside sim_flights', () => {
  it('have plumes, background and wind of the same size', () => {
    const rows = compare(reference!, generatedStatistics(100));
    let compared = 0;
    for (const [pattern, tolerance] of TOLERANCES) {
      const chosen = rows.filter(({ quantity }) => pattern.test(quantity));
      expect(chosen.length, String(pattern)).toBeGreaterThan(0);
      for (const { quantity, reference: a, generated: b } of chosen) {
        expect(Math.max(a / b, b / a), `${quantity}: ${a.toFixed(3)} against ${b.toFixed(3)}`).toBeLessThan(tolerance);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(20);
  });
});
