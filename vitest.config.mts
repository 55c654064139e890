import { defineConfig } from 'vitest/config';

// One runner for all suites; a suite is a folder pattern, so `npm test` can run them one after another on two cores.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/{core,numerics,formats,simulator,pipeline}/test/**/*.test.ts',
            'tools/test/**/*.test.ts',
            'apps/{cli,server}/test/**/*.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'database',
          include: ['packages/adapters/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['apps/workbench/test/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
