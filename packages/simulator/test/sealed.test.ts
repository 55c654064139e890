import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Who may know how to open a sealed file, and who may name it: to write it, to score it, to leave it out, to refuse it. Paths from the root of the repository. */
const OPENERS = /^packages\/simulator\/src\/score\//;
const SEALERS = /^packages\/simulator\/src\/(seal|exercise|exercise-truth|cube\/sealed-truth)\.ts$/;
const NAMERS =
  /^(packages\/simulator\/src\/|apps\/cli\/src\/exercise|apps\/cli\/src\/read-input\.ts$|apps\/server\/src\/uploads\.ts$)/;

describe('the sealed truth', () => {
  const sources = ['packages', 'apps', 'tools', 'bench']
    .flatMap(filesUnder)
    .filter((path) => /\.(ts|tsx|mts|js|mjs)$/.test(path) && !/\/(test|tools)\//.test(path.replace(/^tools\//, '')));

  it('is looked for in all of the product', () => {
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.some((path) => path.startsWith('apps/'))).toBe(true);
    expect(sources).toContain('packages/simulator/src/score/open-sealed.ts');
  });

  it('is opened by scoring alone', () => {
    const strangers = sources.filter((path) => {
      const text = readFileSync(ROOT + path, 'utf8');
      const opens = /openSealed|open-sealed|openCubeTruth|open-cube-truth|applyKeyStream|SealedTruth/.test(text);
      return opens && !OPENERS.test(path) && !SEALERS.test(path);
    });
    expect(strangers).toEqual([]);
  });

  it('is named only where it is written, scored, left out or refused', () => {
    const strangers = sources.filter(
      (path) =>
        /truth\.sealed|SEALED_FILE_NAME|PLUMELINE-SEALED/.test(readFileSync(ROOT + path, 'utf8')) && !NAMERS.test(path),
    );
    expect(strangers).toEqual([]);
  });

  it('is not opened by making an exercise, and the opener is not exported', () => {
    const index = readFileSync(`${ROOT}packages/simulator/src/index.ts`, 'utf8');
    const cubes = readFileSync(`${ROOT}packages/simulator/src/cube/index.ts`, 'utf8');
    expect(index + cubes).not.toMatch(/openSealed|open-sealed|openCubeTruth|open-cube-truth|applyKeyStream/);
    const simulator = sources.filter(
      (path) => path.startsWith('packages/simulator/src/') && !OPENERS.test(path) && !path.endsWith('/index.ts'),
    );
    for (const path of simulator) expect(readFileSync(ROOT + path, 'utf8'), path).not.toMatch(/from '\.\/score\//);
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'build') return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}
