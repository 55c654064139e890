/**
 * Compiles the AssemblyScript kernels into `matrix-wasm.generated.ts`: `node packages/numerics/scripts/build-kernels.ts`.
 * The compiled form is committed, so that nobody needs the compiler to run; a test compiles again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = join(import.meta.dirname, '..', 'src', 'kernels');
const generated = join(folder, 'matrix-wasm.generated.ts');

/** Hexadecimal text of the module compiled from the sources as they are now. */
export async function compileMatrixKernels(): Promise<string> {
  const source = readFileSync(join(folder, 'assembly', 'matrix.ts'), 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['matrix.ts', '-o', 'matrix.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--disable', 'gc'],
    {
      readFile: (name) => (name === 'matrix.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'matrix.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`The kernels do not compile: ${stderr.toString()}`);
  return Buffer.from(binary).toString('hex');
}

if (process.argv[1] === import.meta.filename) {
  const hex = await compileMatrixKernels();
  writeFileSync(
    generated,
    `// Compiled from assembly/matrix.ts by scripts/build-kernels.ts; do not edit.\nexport const MATRIX_WASM_HEX =\n  '${hex}';\n`,
  );
  console.log(`${hex.length / 2} bytes`);
}
