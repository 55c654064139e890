import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const ALLOWED =
  /^\(?(?:MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0|PostgreSQL|Zlib)\b/;
/** Packages under licences the list does not hold, each with its reason; most are build tools that never ship. */
const EXCEPTIONS: Record<string, string> = {
  'axe-core': 'MPL-2.0, used unmodified in browser tests; not shipped',
  lightningcss: 'MPL-2.0, used unmodified inside Vite while building; not shipped',
  h5wasm: 'NIST statement (public domain in the US, free to use, copy and modify with notice) over HDF5 (BSD-3-Clause)',
  'caniuse-lite': 'CC-BY-4.0 data, used while building; not shipped',
};

interface LockedPackage {
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
}

const locked = Object.entries(
  (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> })
    .packages,
).filter(([path, entry]) => path.startsWith('node_modules/') && entry.link !== true);

describe('dependencies', () => {
  it('are under a licence on the list', () => {
    expect(locked.length).toBeGreaterThan(100);
    const bad = locked.flatMap(([path, entry]) => {
      const manifest = join(root, path, 'package.json');
      if (!existsSync(manifest)) return entry.optional === true ? [] : [`${path}: not installed`];
      const { name, license } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; license?: unknown };
      const isAllowed = typeof license === 'string' && ALLOWED.test(license);
      const isException = Object.keys(EXCEPTIONS).some((key) => name === key || name.startsWith(`${key}-`));
      return isAllowed || isException ? [] : [`${name}: ${JSON.stringify(license)}`];
    });
    expect(bad).toEqual([]);
  });

  it('are installed from the lock file without running scripts', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
    expect(readFileSync(join(root, 'plumeline'), 'utf8')).toContain("'--ignore-scripts'");
  });

  it('are pinned exactly', () => {
    const manifests = ['package.json'];
    const workspaces = ['core', 'numerics', 'formats', 'simulator', 'pipeline', 'adapters'].map(
      (n) => `packages/${n}/package.json`,
    );
    const apps = ['server', 'workbench', 'cli'].map((n) => `apps/${n}/package.json`);
    const loose = [...manifests, ...workspaces, ...apps].flatMap((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<
        string,
        Record<string, string> | undefined
      >;
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((field) =>
        Object.entries(manifest[field] ?? {})
          .filter(([, range]) => !/^(?:npm:@?[\w/-]+@)?\d+\.\d+\.\d+$/.test(range))
          .map(([name, range]) => `${file}: ${name} ${range}`),
      );
    });
    expect(loose).toEqual([]);
  });
});
