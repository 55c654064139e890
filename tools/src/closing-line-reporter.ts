/** Ends a test run with one plain line that any log reader understands: `Tests: 120 passed, 0 failed, 3 skipped`. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) states.failed += 1;
      for (const test of module.children.allTests()) states[stateOf(test)] += 1;
    }
    // After the default reporter's own summary, which it prints in the same turn.
    setImmediate(() =>
      process.stdout.write(`\nTests: ${states.passed} passed, ${states.failed} failed, ${states.skipped} skipped\n`),
    );
  }
}

/** A test that never ran (its file broke, or the run was cut) counts as failed. */
function stateOf(test: TestCase): 'passed' | 'failed' | 'skipped' {
  const { state } = test.result();
  return state === 'passed' || state === 'skipped' ? state : 'failed';
}
