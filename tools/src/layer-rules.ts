/** The layer rule of ARCHITECTURE.md as data: which folder may import which, and what pure folders may not touch. */

const PACKAGES = ['core', 'numerics', 'formats', 'simulator', 'pipeline', 'adapters'] as const;
type PackageName = (typeof PACKAGES)[number];

const MAY_IMPORT: Record<PackageName, readonly PackageName[]> = {
  core: [],
  numerics: ['core'],
  formats: ['core'],
  simulator: ['core', 'numerics', 'formats'],
  pipeline: ['core', 'numerics', 'formats'],
  adapters: ['core', 'formats'],
};
export const PURE_PACKAGES: readonly PackageName[] = ['core', 'numerics', 'formats', 'simulator', 'pipeline'];

/** Rules in dependency-cruiser's form, over paths from the repository's root. */
export const layerRules = [
  ...PACKAGES.map((name) => ({
    name: `${name}-imports-only-${MAY_IMPORT[name].join('-') || 'nothing'}`,
    severity: 'error' as const,
    from: { path: `^packages/${name}/src` },
    to: { path: '^(packages|apps|tools|bench)/', pathNot: `^packages/(${[name, ...MAY_IMPORT[name]].join('|')})/src` },
  })),
  {
    name: 'pure-packages-touch-no-platform',
    severity: 'error' as const,
    from: { path: `^packages/(${PURE_PACKAGES.join('|')})/src` },
    to: { dependencyTypes: ['core' as const] },
  },
  ...['postgres', 'objects', 'jobs'].map((adapter) => ({
    name: `adapter-${adapter}-imports-no-other`,
    severity: 'error' as const,
    from: { path: `^packages/adapters/src/${adapter}/` },
    to: { path: '^packages/adapters/src/', pathNot: `^packages/adapters/src/${adapter}/` },
  })),
  ...['server', 'workbench', 'cli'].map((app) => ({
    name: `app-${app}-imports-no-other-app`,
    severity: 'error' as const,
    from: { path: `^apps/${app}/src` },
    to: { path: '^(apps|tools|bench)/', pathNot: `^apps/${app}/` },
  })),
  { name: 'no-cycles', severity: 'error' as const, from: { path: '^(packages|apps)/' }, to: { circular: true } },
  {
    name: 'everything-resolves',
    severity: 'error' as const,
    from: { path: '^(packages|apps)/' },
    to: { couldNotResolve: true, pathNot: '\\?(worker|url)|^topojson-specification$' },
  },
];
