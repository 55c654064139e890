import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plumeline, SOURCE, writeFlight } from './run-cli.ts';

const HAS_GDAL = spawnSync('ogrinfo', ['--version']).status === 0;
const TRUTH = `${SOURCE.lat},${SOURCE.lon}`;
const RESULT_FILES = [
  'detections.geojson',
  'records.json',
  'report.html',
  'result.json',
  'result.kml',
  'sites.geojson',
  'sources.geojson',
  'track.geojson',
];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumeline-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A new folder with one flight. */
function flightFolder(name: string, change = {}): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFlight(path, 'f1_1.csv', change);
  return path;
}

const readResult = (out: string) => JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));

describe('plumeline process', () => {
  let out = '';
  beforeAll(() => {
    out = join(folder, 'out');
    const run = plumeline(
      'process',
      flightFolder('flight'),
      '--out',
      out,
      '--profile',
      'SIM-flights',
      '--truth',
      TRUTH,
    );
    expect(run.stderr).not.toContain('Remedy');
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('EXERCISE  Methane source located');
    expect(run.stdout).toContain('from the known position');
  }, 60_000);

  it('writes the whole result and nothing beside it', () => {
    expect(readdirSync(out).sort()).toEqual(RESULT_FILES);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('writes result.json in the agreed form', () => {
    const result = readResult(out);
    const [source] = result.sources;
    expect(result.exercise).toBe(true);
    expect(result.software).toMatch(/^plumeline \d+\.\d+\.\d+/);
    expect(source.rate_kgph.p05).toBeLessThan(source.rate_kgph.p50);
    expect(source.rate_kgph.p50).toBeLessThan(source.rate_kgph.p95);
    expect(source.region90).toMatchObject({ type: 'MultiPolygon' });
    expect(result.truth.distance_m).toBeLessThan(60);
    expect(result.truth).toHaveProperty('insideRegion90');
    expect(result.files[0]).toMatchObject({ name: 'f1_1.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(result.recordings[0].sources).toEqual([source.id]);
  });

  it('lets a site be traced to the SHA-256 of the file', () => {
    const site = JSON.parse(readFileSync(join(out, 'records.json'), 'utf8')).find(
      ({ kind }: { kind: string }) => kind === 'site',
    );
    const run = plumeline('trace', site.id, '--in', out);
    expect(run.status).toBe(0);
    expect(run.stdout).toContain(`sha256:${readResult(out).files[0].sha256}`);
    expect(run.stdout.split('\n')[0]).toContain(`EXERCISE  site ${site.id}`);
    const chain = JSON.parse(plumeline('trace', site.id, '--in', out, '--json').stdout);
    expect(chain.from[0].kind).toBe('source-estimate');
  });

  it('gives the same bytes again, also in place of the former result', () => {
    const before = Object.fromEntries(RESULT_FILES.map((name) => [name, readFileSync(join(out, name), 'utf8')]));
    writeFileSync(join(out, 'my-notes.txt'), 'kept');
    const run = plumeline(
      'process',
      join(folder, 'flight'),
      '--out',
      out,
      '--profile',
      'sim_flights',
      '--truth',
      TRUTH,
      '--json',
    );
    expect(run.status).toBe(0);
    expect(JSON.parse(run.stdout)).toEqual(readResult(out));
    for (const name of RESULT_FILES) expect(readFileSync(join(out, name), 'utf8') === before[name], name).toBe(true);
    expect(readFileSync(join(out, 'my-notes.txt'), 'utf8')).toBe('kept');
  });

  it.skipIf(!HAS_GDAL).each(RESULT_FILES.filter((name) => /geojson|kml/.test(name)))('GDAL opens %s', (name) => {
    const run = spawnSync('ogrinfo', ['-so', '-al', join(out, name)], { encoding: 'utf8' });
    expect(run.status).toBe(0);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/Feature Count: [1-9]/);
  });

  it('finds nothing where there is no gas, says so, and ends well', () => {
    const quiet = join(folder, 'quiet-out');
    const run = plumeline(
      'process',
      flightFolder('quiet', { rate_kgph: 0 }),
      '--out',
      quiet,
      '--profile',
      'sim_flights',
      '--lang',
      'es',
    );
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('No se encontró ninguna fuente de metano');
    expect(readResult(quiet)).toMatchObject({ sources: [], nullResult: { substance: 'methane' } });
    expect(readFileSync(join(quiet, 'report.html'), 'utf8')).toContain('<html lang="es">');
  });

  it('gives many flights a folder each and names the flight of every source', () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let i = 0; i < 5; i++) writeFlight(many, `f1_${i}.csv`, { rate_kgph: i === 0 ? 0 : 20 });
    const manyOut = join(folder, 'many-out');
    expect(plumeline('process', many, '--out', manyOut).status).toBe(0);
    const result = readResult(manyOut);
    expect(result.recordings.map(({ name }: { name: string }) => name)).toEqual([
      'f1_0',
      'f1_1',
      'f1_2',
      'f1_3',
      'f1_4',
    ]);
    expect(result.recordings[0]).toMatchObject({ sources: [], nullResult: {} });
    expect(new Set(result.sources.map(({ recording }: { recording: string }) => recording)).size).toBe(4);
    expect(readResult(join(manyOut, 'flights', 'f1_3')).sources).toEqual(
      result.sources.filter(({ recording }: { recording: string }) => recording === 'f1_3'),
    );
    const links = [...readFileSync(join(manyOut, 'report.html'), 'utf8').matchAll(/href="([^"]+)"/g)].map(
      ([, href]) => href!,
    );
    expect(links.length).toBeGreaterThanOrEqual(5);
    for (const href of links) expect(statSync(join(manyOut, href)).isFile()).toBe(true);
  });
});

describe('plumeline process, bad input', () => {
  const broken: [string, (cells: string[], index: number) => string[], RegExp][] = [
    ['a number that is none', (cells, i) => (i === 20 ? cells.with(5, 'NaN') : cells), /row 22.*\n.*Remedy: /],
    [
      'time that runs backwards',
      (cells, i) => (i === 30 ? cells.with(0, '2025-02-03T16:00:00.000Z') : cells),
      /row 32.*\n.*Remedy: /,
    ],
    ['latitude and longitude swapped', (cells) => cells.with(1, cells[2]!).with(2, cells[1]!), /Remedy: /],
  ];

  it.each(broken)('%s: names file, row and remedy, exits 2 and writes nothing', (name, row, expected) => {
    const out = join(folder, `out ${name}`);
    const run = plumeline('process', flightFolder(`in ${name}`, { row }), '--out', out, '--profile', 'sim_flights');
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('f1_1.csv');
    expect(run.stderr).toMatch(expected);
    expect(run.stdout).toBe('');
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((entry) => entry.startsWith('.'))).toEqual([]);
  });

  it.each([
    ['no such input', ['process', 'nowhere', '--out', 'out'], /There is no file or folder nowhere/],
    [
      'no such profile',
      ['process', import.meta.dirname, '--out', 'out', '--profile', 'sim_flight'],
      /did you mean "sim_flights"/,
    ],
    ['nothing that looks like a flight', ['process', import.meta.dirname, '--out', 'out'], /No sensor profile fits/],
    ['no output folder', ['process', 'nowhere'], /required option '-o, --out/],
    ['a position that is none', ['process', 'nowhere', '--out', 'out', '--truth', '57'], /latitude and longitude/],
    ['an unknown command', ['prozess'], /unknown command/],
    ['an unknown record', ['trace', 'sit-1', '--in', 'nowhere'], /records of the result cannot be read/],
    ['no server', ['trace', 'sit-1', '--server', 'http://127.0.0.1:9'], /plumeline up/],
  ])('%s', (_, args, expected) => {
    const run = plumeline(...args);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(expected);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it('leaves a folder alone that is no former result, unless told to write into it', () => {
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'thesis.txt'), 'mine');
    const input = flightFolder('for-taken');
    const refused = plumeline('process', input, '--out', taken, '--profile', 'sim_flights');
    expect(refused.status).toBe(2);
    expect(readdirSync(taken)).toEqual(['thesis.txt']);
    const forced = plumeline('process', input, '--out', taken, '--profile', 'sim_flights', '--force');
    expect(forced.status).toBe(0);
    expect(readdirSync(taken)).toEqual([...RESULT_FILES, 'thesis.txt'].sort());
    expect(readFileSync(join(taken, 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it('does not write over its input', () => {
    const input = flightFolder('self');
    const run = plumeline('process', input, '--out', input, '--force');
    expect(run.status).toBe(2);
    expect(readdirSync(input)).toEqual(['f1_1.csv']);
  });
});

describe('plumeline profiles', () => {
  it('lists, shows and checks', () => {
    const rows = JSON.parse(plumeline('profiles', 'list', '--json').stdout);
    expect(rows.map(({ name }: { name: string }) => name)).toContain('faam_elgin_b689');
    const text = plumeline('profiles', 'show', 'FAAM-elgin-b689').stdout;
    const file = join(folder, 'faam_elgin_b689.yaml');
    writeFileSync(file, text);
    expect(plumeline('profiles', 'check', file).status).toBe(0);
    writeFileSync(file, text.replace(/unit: ppb/, 'unit: furlong'));
    const faulty = plumeline('profiles', 'check', file);
    expect(faulty.status).toBe(2);
    expect(faulty.stderr).toMatch(/row \d+.*furlong/s);
  });
});
