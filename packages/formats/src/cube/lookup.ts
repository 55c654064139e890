import { cubeError } from './cube-fault.ts';

/** Entries counted from 1 with sign to pixels from 0. @throws InputError when an entry points outside the cube. */
export function toLookup(
  cube: { readonly file: string; readonly lines: number; readonly columns: number },
  sampleEntries: ArrayLike<number>,
  lineEntries: ArrayLike<number>,
): { line: Int32Array; column: Int32Array; filled: Uint8Array } {
  const count = sampleEntries.length;
  const line = new Int32Array(count).fill(-1);
  const column = new Int32Array(count).fill(-1);
  const filled = new Uint8Array(count);
  for (let cell = 0; cell < count; cell++) {
    const s = sampleEntries[cell]!;
    const l = lineEntries[cell]!;
    if (s === 0 || l === 0) continue;
    if (!(Math.abs(s) <= cube.columns && Math.abs(l) <= cube.lines && Number.isInteger(s) && Number.isInteger(l))) {
      throw cubeError(
        cube.file,
        'glt-entry-outside',
        `The lookup table points to sample ${s}, line ${l}; the cube has ${cube.columns} samples and ${cube.lines} lines.`,
        'Put the GLT of this very cube beside it.',
      );
    }
    column[cell] = Math.abs(s) - 1;
    line[cell] = Math.abs(l) - 1;
    filled[cell] = s < 0 || l < 0 ? 1 : 0;
  }
  return { line, column, filled };
}
