/**
 * Compiles the AssemblyScript kernels into `*-wasm.generated.ts`: `node packages/numerics/scripts/build-kernels.ts`.
 * The compiled forms are committed, so that nobody needs the compiler to run; tests compile again and compare.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = join(import.meta.dirname, '..', 'src', 'kernels');
const MODULES = ['matrix', 'crossing'] as const;

export const compileMatrixKernels = () => compileKernels('matrix');
export const compileCrossingKernels = () => compileKernels('crossing');

/** Hexadecimal text of a module compiled from its source as it is now. */
async function compileKernels(name: (typeof MODULES)[number]): Promise<string> {
  const source = readFileSync(join(folder, 'assembly', `${name}.ts`), 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      `${name}.ts`,
      '-o',
      `${name}.wasm`,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--disable',
      'gc',
    ],
    {
      readFile: (file) => (file === `${name}.ts` ? source : null),
      writeFile: (file, contents) => {
        if (file === `${name}.wasm` && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`The kernels do not compile: ${stderr.toString()}`);
  return Buffer.from(binary).toString('hex');
}

if (process.argv[1] === import.meta.filename) {
  for (const name of MODULES) {
    const hex = await compileKernels(name);
    const head = `// Compiled from assembly/${name}.ts by scripts/build-kernels.ts; do not edit.`;
    const text = `${head}\nexport const ${name.toUpperCase()}_WASM_HEX =\n  '${hex}';\n`;
    writeFileSync(join(folder, `${name}-wasm.generated.ts`), text);
    console.log(`${name}: ${hex.length / 2} bytes`);
  }
}
