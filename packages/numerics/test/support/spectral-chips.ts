/** The simulated chips of `hsi_scenes` with truth and mag1c's own output, read in place. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AbsorptionTarget, AMOUNT_UNIT_PPMM } from '../../src/spectral/retrieval/index.ts';

/** Where the chips lie. */
export const CHIP_FOLDER = join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared', 'data', 'hsi_scenes');

/** False where the data folder is not beside the checkout. */
export const hasChips = existsSync(join(CHIP_FOLDER, 'desert.bil'));
export const CHIP = { lineCount: 1242, columnCount: 32, bandCount: 72 };

export interface Chip {
  /** [column x line x band], as retrieval wants it. */
  readonly radiance: Float32Array;
  /** What mag1c returned [ppm m], [column x line]. */
  readonly mag1c_ppmm: Float64Array;
  /** What was put in [ppm m], [column x line]. */
  readonly truth_ppmm: Float64Array;
  readonly target: AbsorptionTarget;
}

export function loadChip(name: 'town' | 'desert'): Chip {
  const { lineCount, columnCount, bandCount } = CHIP;
  const bil = new Float32Array(bytesOf(`${name}.bil`));
  const mag1c = new Float64Array(bytesOf(`${name}_mag1c_ppmm.f64`));
  const truth = new Float32Array(bytesOf(`${name}_truth_ppmm.f32`));
  const radiance = new Float32Array(bil.length);
  const mag1c_ppmm = new Float64Array(lineCount * columnCount);
  const truth_ppmm = new Float64Array(lineCount * columnCount);
  for (let column = 0; column < columnCount; column++) {
    for (let line = 0; line < lineCount; line++) {
      const pixel = column * lineCount + line;
      mag1c_ppmm[pixel] = mag1c[line * columnCount + column];
      truth_ppmm[pixel] = truth[line * columnCount + column];
      for (let band = 0; band < bandCount; band++) {
        radiance[pixel * bandCount + band] = bil[(line * bandCount + band) * columnCount + column];
      }
    }
  }
  return { radiance, mag1c_ppmm, truth_ppmm, target: chipTarget() };
}

/** The chips' methane target: the table is for one of mag1c's units. */
function chipTarget(): AbsorptionTarget {
  const rows = readFileSync(join(CHIP_FOLDER, 'target_ppmm.csv'), 'utf8').trim().split('\n').slice(1);
  return {
    unitAbsorption: Float64Array.from(rows, (row) => Number(row.split(',')[2])),
    per_ppmm: AMOUNT_UNIT_PPMM,
  };
}

function bytesOf(name: string): ArrayBuffer {
  const bytes = readFileSync(join(CHIP_FOLDER, name));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
