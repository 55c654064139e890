import { defineConfig } from 'vitest/config';

// One runner, three suites. Database and browser files run one at a time: each starts servers of its own.
const suite = (name: string, include: string[], seconds: number, fileParallelism: boolean) => ({
  test: {
    name,
    include,
    setupFiles: ['./tools/src/fixed-seed.ts'],
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
    fileParallelism,
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', './tools/src/closing-line-reporter.ts'],
    projects: [
      suite(
        'unit',
        [
          'packages/{core,numerics,formats,simulator,pipeline}/test/**/*.test.ts',
          'tools/test/**/*.test.ts',
          'apps/{cli,server}/test/**/*.test.ts',
        ],
        120,
        true,
      ),
      suite('database', ['packages/adapters/test/**/*.test.ts'], 180, false),
      suite('browser', ['apps/workbench/test/**/*.test.ts'], 180, false),
    ],
  },
});
