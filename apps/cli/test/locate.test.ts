/** `plumeline locate` as a process: answers, faults, standard input, Spanish, Ctrl-C. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { regionContains } from '@plumeline/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocateAnswer } from '../src/locate-answer.ts';
import { plumeline, ROOT, SOURCE, writeFlight } from './run-cli.ts';

const MAIN = ['--disable-warning=ExperimentalWarning', join(ROOT, 'apps/cli/src/main.ts')];

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumeline-locate-'));
  writeFlight(folder, 'f1_1.csv');
  file = join(folder, 'f1_1.csv');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('plumeline locate', () => {
  it('answers in JSON what the contract says, with the source inside its region', () => {
    const run = plumeline('locate', file, '--json', '--grid', '--next-leg', '--set-aside', '6:over a road');
    expect(run.status).toBe(0);
    const answer = JSON.parse(run.stdout) as LocateAnswer;
    const [finding] = answer.findings;
    const [source] = finding!.sources;
    expect(answer).toMatchObject({ form: 'plumeline-located-1', exercise: true, asked: { seed: 1, language: 'en' } });
    expect(finding!.nullResults).toEqual([]);
    expect(regionContains(source!.region90, SOURCE)).toBe(true);
    expect(source!.area50_m2).toBeLessThan(source!.area90_m2);
    expect(sum(source!.posterior!.mass)).toBeCloseTo(1, 3);
    expect(sum(source!.rateDistribution!.mass)).toBeCloseTo(1, 6);
    expect(source!.rate_kgph.p05).toBeLessThan(20);
    expect(source!.rate_kgph.p95).toBeGreaterThan(20);
    expect(source!.passes!.map(({ flight, index }) => `${flight}/${index}`)).toContain('f1_1/0');
    expect(source!.passes!.find(({ index }) => index === 6)!.setAside).toBe('over a road');
    expect(source!.provenance.settings?.['passesSetAside']).toContain('over a road');
    expect(source!.caveats.every(({ text }) => text.length > 20)).toBe(true);
    expect(finding!.nextLegs!.legs[0]!.gain_nats).toBeGreaterThan(0);
  }, 120_000);

  it('finds nothing once its source is registered, and says so in Spanish with a map', () => {
    const map = join(folder, 'seen.geojson');
    const known = `${SOURCE.lat},${SOURCE.lon},20`;
    const run = plumeline('locate', file, '--known', known, '--lang', 'es', '--next-leg', '--detection-map', map);
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('EJERCICIO');
    expect(run.stdout).toContain('No se encontró ninguna fuente de metano');
    expect(run.stdout).toContain('Se tuvieron en cuenta 1 fuentes registradas');
    expect(run.stdout).toContain('No se propone ninguna pasada');
    const { features } = JSON.parse(readFileSync(map, 'utf8'));
    expect(features.length).toBeGreaterThan(100);
    expect(features[0].properties).toMatchObject({ marking: 'EXERCISE', basis: 'samples-of-a-null-result' });
  }, 120_000);

  it.each([
    ['an option that is not there', ['--no-such'], 'option-invalid'],
    ['an option that cannot be read', ['--area', '1,2,3'], 'option-invalid'],
    ['a pass that the flight does not have', ['--set-aside', '99:road'], 'pass-unknown'],
  ])('answers %s with a fault in JSON and exit code 2', (_, words, code) => {
    const run = plumeline('locate', file, '--json', ...words);
    expect(run.status).toBe(2);
    const { form, faults } = JSON.parse(run.stdout);
    expect(form).toBe('plumeline-faults-1');
    expect(faults[0]).toMatchObject({ code, remedy: expect.stringMatching(/\w{3}/), place: expect.anything() });
  });

  it('reads standard input, and says where in it the fault is, in words without --json', () => {
    const input = '{"form":"plumeline-flights-1","flights":[]}';
    const run = spawnSync(process.execPath, [...MAIN, 'locate', '--input', '-'], { input, encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('at /flights');
    expect(run.stderr).toContain('Remedy');
  });

  it('stops at once by Ctrl-C and leaves nothing half written', async () => {
    const map = join(folder, 'stopped.geojson');
    const child = spawn(process.execPath, [...MAIN, 'locate', file, '--sensitivity', '--detection-map', map]);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (data: Buffer) => data.includes('locating') && resolve());
    });
    child.kill('SIGINT');
    const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
    expect(signal).toBe('SIGINT');
    expect(existsSync(map)).toBe(false);
  }, 60_000);

  it('says with --help what each option does and which exit codes there are', () => {
    const { stdout } = plumeline('locate', '--help');
    for (const option of ['--input', '--wind', '--area', '--known', '--set-aside', '--next-leg', '--detection-map']) {
      expect(stdout).toContain(option);
    }
    expect(stdout).toContain('Exit codes');
    const recipe = /docs\/recipes\/\S+\.md/.exec(stdout)![0];
    expect(statSync(join(ROOT, recipe)).size).toBeGreaterThan(1000);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
