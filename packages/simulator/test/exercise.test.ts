import { InputError } from '@plumeline/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Briefing, type Exercise, makeExercise, scoreExercise } from '../src/index.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const briefingBytes = (of: Exercise) => of.files[of.files.length - 1].bytes;

let exercise: Exercise;
let briefing: Briefing;
let cpu_ms: number;
beforeAll(() => {
  const before = process.cpuUsage();
  exercise = makeExercise({ seed: 11 });
  cpu_ms = process.cpuUsage(before).user / 1000;
  briefing = JSON.parse(text(briefingBytes(exercise)));
}, 60_000);

describe('an exercise', () => {
  it('is made in under five seconds of processor', () => {
    expect(cpu_ms).toBeLessThan(5000);
  });

  it('is the same bytes for the same seed', () => {
    const again = makeExercise({ seed: 11 });
    expect(again.files.map(({ name }) => name)).toEqual(exercise.files.map(({ name }) => name));
    again.files.forEach(({ bytes }, i) => {
      expect(Buffer.compare(bytes, exercise.files[i].bytes)).toBe(0);
    });
    expect(Buffer.compare(again.sealed.bytes, exercise.sealed.bytes)).toBe(0);
    expect(makeExercise({ seed: 12, boxes: 0 }).name).not.toBe(exercise.name);
  });

  it('says EXERCISE in its name, its briefing and every file name', () => {
    expect(exercise.name).toMatch(/^Exercise /);
    expect(briefing).toMatchObject({ exercise: true, marking: 'EXERCISE', name: exercise.name });
    for (const { file } of briefing.flights) expect(file).toMatch(/^exercise-.*\.csv$/);
  });

  it('has a survey and boxes of 1,500 to 7,200 samples over the Culiacan plain, at heights and speeds of an aeroplane', () => {
    expect(briefing.flights.map(({ purpose }) => purpose)).toEqual([
      'survey',
      ...Array(briefing.flights.length - 1).fill('box'),
    ]);
    for (const { file, samples } of briefing.flights) {
      const rows = rowsOf(exercise, file);
      expect(rows).toHaveLength(samples);
      expect(samples, file).toBeGreaterThanOrEqual(1500);
      expect(samples, file).toBeLessThanOrEqual(7200);
      for (const [, lat, lon, height] of rows) {
        expect(Number(lat) > 24 && Number(lat) < 25 && Number(lon) > -108 && Number(lon) < -106.8).toBe(true);
        expect(Number(height) > 40 && Number(height) < 150).toBe(true);
      }
    }
  });

  it('has gaps where the analyser dropped out, never an empty or invalid field', () => {
    const rows = briefing.flights.flatMap(({ file }) => rowsOf(exercise, file));
    expect(
      rows.every(
        (row) => row.length === 8 && row.slice(1).every((field) => field !== '' && Number.isFinite(Number(field))),
      ),
    ).toBe(true);
    const seconds = rows.map(([time]) => Date.parse(time) / 1000);
    const steps = seconds.slice(1).map((time, i) => time - seconds[i]);
    expect(steps.filter((step) => step > 1 && step < 60).length).toBeGreaterThan(3);
    expect(steps.every((step) => step > 0)).toBe(true);
  });

  it('gives nothing of the truth to the operator', () => {
    const known = text(briefingBytes(exercise));
    for (const word of ['clandestine', 'landfill', 'unregistered', 'rate_kgph', 'seed', 'detectable'])
      expect(known).not.toContain(word);
    const sealed = text(exercise.sealed.bytes.subarray(20));
    for (const word of ['clandestine', 'lat', 'rate']) expect(sealed).not.toContain(word);
    expect(() => JSON.parse(text(exercise.sealed.bytes))).toThrow();
  });

  it('hides four clandestine and eight lawful sources', () => {
    const score = scoreExercise({ sealed: exercise.sealed.bytes, briefing: briefingBytes(exercise) }, []);
    expect(score.foundClandestine).toEqual({ count: 0, of: 4 });
    expect(score.foundLawful).toEqual({ count: 0, of: 8 });
    const [[west, south], [east, north]] = briefing.area;
    for (const { position } of score.sources) {
      expect(position.lon > west && position.lon < east && position.lat > south && position.lat < north).toBe(true);
    }
  });

  it('makes about two thirds of the sources detectable (five seeds)', () => {
    const shares = Array.from({ length: 5 }, (_, seed) => {
      const made = makeExercise({ seed: 100 + seed });
      return scoreExercise({ sealed: made.sealed.bytes, briefing: briefingBytes(made) }, []).foundDetectable.of / 12;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.5);
    expect(mean).toBeLessThan(0.85);
    expect(Math.max(...shares)).toBeGreaterThan(Math.min(...shares));
  }, 300_000);

  it('writes the gas under the name its profile expects, censored at the limit where air is clean of it', () => {
    const made = makeExercise({ seed: 3, substance: 'ammonia', boxes: 0 });
    const [header, ...lines] = text(made.files[0].bytes).trim().split('\n');
    expect(header.split(',')[5]).toBe('ammonia_ppm');
    const known: Briefing = JSON.parse(text(briefingBytes(made)));
    const values = lines.map((line) => Number(line.split(',')[5]));
    expect(Math.min(...values)).toBe(known.instrument.detectionLimit_ppm);
    expect(values.filter((value) => value > 0.03).length).toBeGreaterThan(0);
  });
});

describe('the commitment', () => {
  it('refuses a truth that was changed, one of another exercise, and what is no truth or briefing', () => {
    const sealed = Uint8Array.from(exercise.sealed.bytes);
    sealed[sealed.length - 100] ^= 1;
    const other = makeExercise({ seed: 12, boxes: 0 });
    const codeOf = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return error instanceof InputError ? error.faults[0].code : error;
      }
      return 'nothing';
    };
    const score = (truth: Uint8Array, known: Uint8Array) =>
      codeOf(() => scoreExercise({ sealed: truth, briefing: known }, []));
    expect(score(sealed, briefingBytes(exercise))).toBe('exercise-commitment');
    expect(score(other.sealed.bytes, briefingBytes(exercise))).toBe('exercise-commitment');
    expect(score(briefingBytes(exercise), briefingBytes(exercise))).toBe('exercise-not-sealed');
    expect(score(exercise.sealed.bytes, exercise.sealed.bytes)).toBe('exercise-briefing');
    expect(score(exercise.sealed.bytes, new TextEncoder().encode('{"name":"x"}'))).toBe('exercise-briefing');
    expect(score(exercise.sealed.bytes, briefingBytes(exercise))).toBe('nothing');
  });
});

function rowsOf(of: Exercise, file: string): string[][] {
  const bytes = of.files.find(({ name }) => name === file)!.bytes;
  return text(bytes)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}
