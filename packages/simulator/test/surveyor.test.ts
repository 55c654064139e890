import { describe, expect, it } from 'vitest';
import { randomFrom } from '../src/random.ts';
import type { SimulatedSamples } from '../src/simulate-flight.ts';
import { suspicions } from '../src/surveyor.ts';

/** Eight lines 500 m apart across an east wind, with a plume seen on the lines downwind of a source. */
function survey(source: { x: number; y: number } | undefined): SimulatedSamples {
  const random = randomFrom(1);
  const rows = Array.from({ length: 8 }, (_, line) =>
    Array.from({ length: 160 }, (_, i) => ({ x: 500 * line, y: line % 2 === 0 ? 50 * i : 50 * (159 - i), line })),
  ).flat();
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    time_s: column((row) => rows.indexOf(row)),
    x_m: column((row) => row.x),
    y_m: column((row) => row.y),
    heightAgl_m: column(() => 100),
    leg: Int32Array.from(rows, ({ line }) => line),
    moleFraction_ppm: column(({ x, y }) => {
      const d = source === undefined ? -1 : x - source.x;
      const plume = d > 0 && d < 1800 ? 0.1 * Math.exp(-((y - source!.y) ** 2) / (2 * (60 + 0.1 * d) ** 2)) : 0;
      return 2 + plume + 0.004 * random.normal();
    }),
    windEast_mps: column(() => 5),
    windNorth_mps: column(() => 0),
  };
}

describe('suspicions', () => {
  it('point upwind of the first line that saw a plume, once', () => {
    const found = suspicions(survey({ x: 800, y: 4000 }), 500, 6);
    expect(found).toHaveLength(1);
    expect(Math.abs(found[0].x_m - 750)).toBeLessThan(1);
    expect(Math.abs(found[0].y_m - 4000)).toBeLessThan(150);
  });

  it('are none where nothing but noise was seen', () => {
    expect(suspicions(survey(undefined), 500, 6)).toEqual([]);
  });
});
