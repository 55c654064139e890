/**
 * Cube readers: `node bench/cube-readers.ts [speed | memory | fuzz COPIES [SEED]]`.
 * speed: column blocks of a 256 MB ENVI file in each interleave. memory: a sparse 2 GB ENVI file in column blocks under
 * a budget of 64 MB. fuzz: damaged copies of every format, shared out over the specimens.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnBlocks } from '../packages/core/src/cube.ts';
import { openEnviCube } from '../packages/formats/src/envi/decode.ts';
import { enviHeader, type Interleave } from '../packages/formats/test/support/cube-fixtures.ts';
import { specimens, tryDamaged } from '../packages/formats/test/support/cube-mutations.ts';
import { diskFiles } from '../packages/formats/test/support/disk-files.ts';

const MB = 1 << 20;
const [which = 'speed', count = '10000', seed = '20261121'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'plumeline-cubes-'));
try {
  if (which === 'fuzz') await fuzz(Number(count), Number(seed));
  else if (which === 'memory') await blocks({ lines: 6000, columns: 598, bands: 150 }, 64 * MB);
  else await blocks({ lines: 2000, columns: 320, bands: 105 }, 64 * MB);
} finally {
  rmSync(folder, { recursive: true });
}

interface Size {
  readonly lines: number;
  readonly columns: number;
  readonly bands: number;
}

/** A sparse file of float32 zeros: what is measured is reading, turning and masking, not the disk. */
async function blocks(size: Size, budget_bytes: number): Promise<void> {
  const bytes = size.lines * size.columns * size.bands * 4;
  console.log(
    `${size.lines} lines x ${size.columns} columns x ${size.bands} bands, float32, ${(bytes / MB).toFixed(0)} MB`,
  );
  console.log('interleave  blocks  read MB  wall s  MB/s of cube  resident MB (peak; before)');
  for (const interleave of ['bil', 'bip', 'bsq'] as Interleave[]) {
    writeFileSync(join(folder, 'c.hdr'), enviHeader(size, { interleave }));
    const descriptor = openSync(join(folder, 'c.img'), 'w');
    ftruncateSync(descriptor, bytes);
    closeSync(descriptor);
    const before = process.memoryUsage().rss;
    let peak = before;
    let number = 0;
    let pixels = 0;
    const begun = performance.now();
    const reader = await openEnviCube(diskFiles(folder), 'c.hdr');
    for await (const block of columnBlocks(reader, { number: 'float32', budget_bytes })) {
      number++;
      pixels += block.mask.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    const wall_s = (performance.now() - begun) / 1000;
    if (pixels !== size.lines * size.columns) throw new Error('pixels were left out');
    const figures = [number, (bytes / MB).toFixed(0), wall_s.toFixed(1), (bytes / MB / wall_s).toFixed(0)];
    console.log(`${interleave}  ${figures.join('  ')}  ${(peak / MB).toFixed(0)}; ${(before / MB).toFixed(0)}`);
  }
}

/** Every copy must read or be refused with words; the first that does neither ends the run with its seed. */
async function fuzz(copies: number, first: number): Promise<void> {
  const all = await specimens();
  const share = Math.ceil(copies / all.length);
  let total = 0;
  for (const [index, specimen] of all.entries()) {
    const outcomes = { read: 0, refused: 0 };
    const begun = performance.now();
    let slowest_ms = 0;
    for (let copy = 0; copy < share; copy++) {
      const started = performance.now();
      const own = first + index * 100_000_003 + copy;
      const outcome = await tryDamaged(specimen, own).catch((error: unknown) => {
        throw new Error(`${specimen.family}, specimen ${index}, seed ${own}`, { cause: error });
      });
      outcomes[outcome]++;
      slowest_ms = Math.max(slowest_ms, performance.now() - started);
    }
    total += share;
    const wall_s = (performance.now() - begun) / 1000;
    const words = `${outcomes.read} read, ${outcomes.refused} refused, slowest ${slowest_ms.toFixed(0)} ms`;
    console.log(`${specimen.family} (specimen ${index}): ${share} copies in ${wall_s.toFixed(0)} s: ${words}`);
  }
  console.log(
    `${total} damaged copies: none crashed, none hung; ${(process.memoryUsage().rss / MB).toFixed(0)} MB resident`,
  );
}
