import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryFiles, openCube } from '@plumeline/formats';
import { makeExerciseCube } from '@plumeline/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plumeline, ROOT } from './run-cli.ts';

const CHIPS = join(ROOT, '..', 'shared', 'data', 'hsi_scenes');
const hasChips = existsSync(join(CHIPS, 'desert.bil'));
const folder = mkdtempSync(join(tmpdir(), 'plumeline-cube-'));
const cube = join(folder, 'cube');
const header = join(cube, 'exercise-cube-4.hdr');

beforeAll(() => {
  mkdirSync(cube);
  const { files, sealed } = makeExerciseCube({ seed: 4, lines: 130, samples: 60 });
  for (const { name, bytes } of [...files, sealed]) writeFileSync(join(cube, name), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const doubles = (path: string) => new Float64Array(new Uint8Array(readFileSync(path)).buffer);

describe('plumeline retrieve', () => {
  it.skipIf(!hasChips).each(['desert', 'town'])(
    "agrees with mag1c's own output on %s to 1e-3 ppm m + 2e-5 relative, file to file",
    (chip) => {
      const out = join(folder, chip);
      const target = join(CHIPS, 'target_ppmm.csv');
      const run = plumeline(
        'retrieve',
        join(CHIPS, `${chip}.hdr`),
        '--target',
        target,
        '--method',
        'mag1c',
        '--out',
        out,
      );
      expect(run.status, run.stderr).toBe(0);
      const [ours, theirs] = [doubles(out), doubles(join(CHIPS, `${chip}_mag1c_ppmm.f64`))];
      expect(ours).toHaveLength(theirs.length);
      const off = ours.filter((value, i) => !(Math.abs(value - theirs[i]!) <= 1e-3 + 2e-5 * theirs[i]!));
      expect(off).toHaveLength(0);
      expect(ours.filter((value, i) => value > 0 !== theirs[i]! > 0)).toHaveLength(0);
    },
  );

  it.each(['cmf', 'ace'])('%s writes the same bytes for any memory and number of threads', async (method) => {
    const target = join(cube, 'exercise-cube-4_target.csv');
    const run = (out: string, ...more: string[]) =>
      plumeline('retrieve', header, '--target', target, '--method', method, '--out', join(folder, out), ...more);
    const first = run(`${method}-1`, '--threads', '1', '--memory', '256');
    expect(first.status, first.stderr).toBe(0);
    const second = run(`${method}-2`, '--threads', '2', '--memory', '8');
    expect(second.status, second.stderr).toBe(0);
    const [a, b] = [readFileSync(join(folder, `${method}-1`)), readFileSync(join(folder, `${method}-2`))];
    expect(a.equals(b)).toBe(true);
    expect(a.length).toBe(130 * 60 * 8);
    const files = memoryFiles({ 'm.hdr': readFileSync(join(folder, `${method}-1.hdr`)), m: a });
    const reader = await openCube(files, 'm.hdr', { wavelength_nm: [1] });
    expect(reader.header).toMatchObject({ lines: 130, columns: 60, bands: 1 });
  });

  it('refuses a budget that holds no column, and a target in another unit, and leaves nothing behind', () => {
    const out = join(folder, 'refused');
    const long = plumeline(
      'retrieve',
      header,
      '--target',
      join(cube, 'exercise-cube-4_target.csv'),
      '--out',
      out,
      '--target-per',
      '1',
    );
    expect(long.status).toBe(2);
    expect(long.stderr).toContain('--target-per');
    expect(existsSync(out)).toBe(false);
    const missing = plumeline('retrieve', header, '--target', join(folder, 'none.csv'), '--out', out);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('Remedy');
  });
});

describe('plumeline process of a cube', () => {
  const out = join(folder, 'result');
  let result: {
    exercise: boolean;
    plumes: { rate_kgph?: { p05: number; p95: number }; caveats: { code: string }[] }[];
    sources: { region90: unknown }[];
  };

  beforeAll(() => {
    const run = plumeline('process', header, '--out', out, '--threads', '2', '--memory', '256');
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^EXERCISE {2}1 plume\(s\) of methane/);
    result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  });

  it('gives a plume with rate and interval, and its source', () => {
    expect(result.exercise).toBe(true);
    expect(result.plumes).toHaveLength(1);
    expect(result.plumes[0]!.rate_kgph!.p05).toBeLessThan(result.plumes[0]!.rate_kgph!.p95);
    expect(result.sources).toHaveLength(1);
  });

  it('writes maps that read back on their grid, polygons, and a report that says it is an exercise', async () => {
    for (const name of ['amount_ppmm.tif', 'z.tif', 'uncertainty_ppmm.tif']) {
      const files = memoryFiles({ [name]: readFileSync(join(out, name)) });
      const reader = await openCube(files, name, { wavelength_nm: [1] });
      expect(reader.header).toMatchObject({ lines: 130, columns: 60 });
      expect(reader.header.georeference.map?.crs.epsg).toBe(4326);
    }
    const { features } = JSON.parse(readFileSync(join(out, 'plumes.geojson'), 'utf8')) as {
      features: { geometry: { type: string }; properties: { marking: string; rate_kgph_p50: number } }[];
    };
    expect(features[0]).toMatchObject({ geometry: { type: 'MultiPolygon' }, properties: { marking: 'EXERCISE' } });
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('EXERCISE');
  });

  it('a record can be walked back to the cube’s bytes', () => {
    const records = JSON.parse(readFileSync(join(out, 'records.json'), 'utf8')) as { kind: string; id: string }[];
    const site = records.find(({ kind }) => kind === 'site')!;
    const run = plumeline('trace', site.id, '--in', out);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain('exercise-cube-4.img');
  });

  it('without a wind gives the plume but no rate, and says why', () => {
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    const stem = 'exercise-cube-4';
    for (const name of [`${stem}.hdr`, `${stem}.img`, `${stem}_target.csv`])
      writeFileSync(join(bare, name), readFileSync(join(cube, name)));
    const run = plumeline(
      'process',
      join(bare, `${stem}.hdr`),
      '--out',
      join(folder, 'no-wind'),
      '--exercise',
      '--lang',
      'es',
    );
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain('no rate: no wind was stated');
    const without = JSON.parse(readFileSync(join(folder, 'no-wind', 'result.json'), 'utf8')) as typeof result;
    expect(without.plumes[0]).not.toHaveProperty('rate_kgph');
    expect(without.plumes[0]!.caveats).toContainEqual({ code: 'plume-no-wind', params: {} });
    expect(without.sources).toEqual([]);
  });

  it('without a target, or where a cube has no time, says what to do and writes nothing', () => {
    const lone = join(folder, 'lone');
    mkdirSync(lone);
    const text = readFileSync(header, 'utf8').replace(/acquisition time.*\n/, '');
    writeFileSync(join(lone, 'a.hdr'), text);
    writeFileSync(join(lone, 'a.img'), readFileSync(join(cube, 'exercise-cube-4.img')));
    const none = plumeline('process', join(lone, 'a.hdr'), '--out', join(folder, 'x'));
    expect(none.status).toBe(2);
    expect(none.stderr).toContain('--target');
    const target = join(cube, 'exercise-cube-4_target.csv');
    const timeless = plumeline('process', join(lone, 'a.hdr'), '--target', target, '--out', join(folder, 'x'));
    expect(timeless.status).toBe(2);
    expect(timeless.stderr).toContain('--at');
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});
