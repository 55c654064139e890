/**
 * What people who work on Plumeline run: `npm start`, `npm test`, `npm run check`, `npm run build`, `npm run bench`,
 * `npm run calibration`.
 * Each step prints one line when it starts and its time when it ends; the first that fails ends the run.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorkbench } from './build-workbench.ts';
import { startServer } from './start-server.ts';

const root = join(import.meta.dirname, '..', '..');
const node = process.execPath;
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

type Step = { readonly name: string; readonly run: () => Promise<void> };

const typescriptProjects = () => [
  ...['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(folder, name))
      .filter((path) => existsSync(join(root, path, 'tsconfig.json'))),
  ),
  '.',
];

const types: Step = {
  name: 'types',
  run: async () => {
    for (const project of typescriptProjects()) await runNode([bin('tsc'), '-p', project]);
  },
};
const lint: Step = { name: 'lint', run: () => runNode([bin('biome'), 'check', '--error-on-warnings', '.']) };
const suite = (...projects: string[]): Step => ({
  name: `tests (${projects.join(', ')})`,
  run: () => runNode([bin('vitest'), 'run', ...projects.flatMap((project) => ['--project', project])]),
});
const build: Step = { name: 'workbench build', run: () => buildWorkbench(root) };

const commands: Record<string, () => Promise<void>> = {
  start: async () => {
    await steps([build]);
    await startServer(root);
  },
  // The quick half: what should be green before every commit.
  check: () => steps([types, lint, suite('unit')]),
  test: () => steps([types, lint, build, suite('unit', 'database', 'browser')]),
  build: () => steps([build]),
  format: () => runNode([bin('biome'), 'check', '--write', '.']),
  calibration: () => runNode([join(root, 'tools', 'src', 'calibration.ts'), ...process.argv.slice(3)]),
  bench: async () => {
    const wanted = process.argv.slice(3);
    const files = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
    for (const file of files) {
      if (wanted.length > 0 && !wanted.includes(file.replace('.ts', ''))) continue;
      await runNode([join(root, 'bench', file)]);
    }
  },
};

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  process.stderr.write(`Usage: plumeline repo ${Object.keys(commands).join('|')}\n`);
  process.exit(2);
}
try {
  await command();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function steps(list: readonly Step[]): Promise<void> {
  for (const step of list) {
    const startedAt = performance.now();
    await step.run();
    // Nothing after the last step: the last lines of a test run are the test runner's.
    if (step === list.at(-1)) continue;
    process.stderr.write(`Plumeline: ${step.name} ok (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`);
  }
}

/** Runs a script under this same Node; npm's .bin entries are scripts, except Biome's, which finds its own binary. */
function runNode(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`Plumeline: failed: ${args[0]?.split('/').at(-1)} ${args.slice(1).join(' ')}`)),
    );
  });
}
