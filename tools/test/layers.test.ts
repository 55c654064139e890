import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import { layerRules } from '../src/layer-rules.ts';

const root = join(import.meta.dirname, '..', '..');

async function violationsOf(folders: string[], baseDir = root): Promise<{ modules: number; violations: string[] }> {
  const { output } = await cruise(folders, {
    baseDir,
    ruleSet: { forbidden: layerRules },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|build|dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  });
  const { summary, modules } = output as ICruiseResult;
  return {
    // Only our own sources count: a cruise that saw none would report no violations too.
    modules: modules.filter((module) => /^(packages|apps)\/[^/]+\/src\//.test(module.source)).length,
    violations: summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`),
  };
}

describe('layers', () => {
  it('hold in every package and app', async () => {
    const { modules, violations } = await violationsOf(['packages', 'apps']);
    expect(modules).toBeGreaterThan(20);
    expect(violations).toEqual([]);
  });

  it('are broken by a planted import, so the check can fail', async () => {
    const { violations } = await violationsOf(['packages'], join(import.meta.dirname, 'fixtures', 'broken-layers'));
    expect(violations).toEqual(
      expect.arrayContaining([
        expect.stringContaining(
          'core-imports-only-nothing: packages/core/src/index.ts -> packages/formats/src/index.ts',
        ),
        expect.stringContaining('pure-packages-touch-no-platform: packages/core/src/index.ts -> fs'),
        expect.stringContaining('no-cycles'),
      ]),
    );
  });
});
