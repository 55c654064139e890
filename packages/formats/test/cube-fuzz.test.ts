/**
 * Damaged headers and files of every cube format: a sound block or an InputError, nothing else, and soon.
 * `node bench/cube-readers.ts fuzz 1000000` runs a million; PLUMELINE_TEST_SEED looks at other damage.
 */
import { readBlock } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../src/cube/bytes.ts';
import { openCube } from '../src/cube/open-cube.ts';
import { valueAt } from './support/cube-fixtures.ts';
import { specimens, tryDamaged } from './support/cube-mutations.ts';

const SEED = Number(process.env.PLUMELINE_TEST_SEED ?? 20261121);
/** Damaged copies of each specimen: 2,800 in all. */
const COPIES = 400;
const SLOW_MS = 5000;
const all = await specimens();

describe('damaged cubes', () => {
  it.each(all.map((specimen, index) => ({ specimen, index })))(
    '$specimen.family (specimen $index): whole it reads, damaged it reads or is refused',
    async ({ specimen, index }) => {
      const reader = await openCube(memoryFiles(specimen.files), specimen.name);
      const window = { firstLine: 0, lines: 4, firstColumn: 0, columns: 3 };
      const { values } = await readBlock(reader, window, [7]);
      const expected = [0, 1, 2].flatMap((c) => [0, 1, 2, 3].map((l) => valueAt(l, c, 7)));
      expect([...values]).toEqual(expected);
      const outcomes = { read: 0, refused: 0 };
      for (let copy = 0; copy < COPIES; copy++) {
        const seed = SEED + index * 1_000_003 + copy;
        const begun = performance.now();
        const outcome = await tryDamaged(specimen, seed).catch((error: unknown) => {
          throw new Error(`${specimen.family}, seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
        });
        outcomes[outcome]++;
        expect(performance.now() - begun, `seed ${seed}`).toBeLessThan(SLOW_MS);
      }
      // Damage that never bites, or always, would test nothing.
      expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(COPIES / 50);
    },
  );
});
