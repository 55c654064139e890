import { InputError } from '@plumeline/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rateOf } from '../src/emission.ts';
import { drawScenario } from '../src/exercise-scenario.ts';
import { timeDownwind } from '../src/exercise-truth.ts';
import { type Briefing, type Exercise, makeExercise, randomFrom, scoreExercise } from '../src/index.ts';

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
    const small = { size_m: [6000, 5000], boxes: 1 } as const;
    const [one, again] = [makeExercise({ seed: 11, ...small }), makeExercise({ seed: 11, ...small })];
    expect(again.files.map(({ name }) => name)).toEqual(one.files.map(({ name }) => name));
    again.files.forEach(({ bytes }, i) => {
      expect(Buffer.compare(bytes, one.files[i].bytes)).toBe(0);
    });
    expect(Buffer.compare(again.sealed.bytes, one.sealed.bytes)).toBe(0);
    expect(makeExercise({ seed: 12, ...small }).name).not.toBe(one.name);
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
    for (const word of ['clandestine', 'unregistered', 'rate_kgph', 'sourceId', 'seed', 'detectable'])
      expect(known).not.toContain(word);
    const sealed = text(exercise.sealed.bytes.subarray(20));
    for (const word of ['clandestine', 'lat', 'rate']) expect(sealed).not.toContain(word);
    expect(() => JSON.parse(text(exercise.sealed.bytes))).toThrow();
  });

  it('hides four clandestine and eight lawful sources, of which those that never emitted count for nothing', () => {
    const score = scoreExercise({ sealed: exercise.sealed.bytes, briefing: briefingBytes(exercise) }, []);
    const of = (what: string) => score.sources.filter((source) => source.class === what);
    expect([of('clandestine').length, of('lawful').length]).toEqual([4, 8]);
    expect(score.foundClandestine.of).toBe(of('clandestine').filter(({ isOff }) => !isOff).length);
    expect(score.found.of + score.off).toBe(12);
    for (const { isOff, isDetectable } of score.sources) expect(isOff && isDetectable).toBe(false);
    const [[west, south], [east, north]] = briefing.area;
    for (const { position } of score.sources) {
      expect(position.lon > west && position.lon < east && position.lat > south && position.lat < north).toBe(true);
    }
  });

  it('briefs a register near the lawful emitters, not of all of them, with facilities that emit nothing', () => {
    const score = scoreExercise({ sealed: exercise.sealed.bytes, briefing: briefingBytes(exercise) }, []);
    const distance = ({ lat, lon }: { lat: number; lon: number }, other: { lat: number; lon: number }) =>
      Math.hypot((lat - other.lat) * 111_000, (lon - other.lon) * 111_000 * Math.cos((lat * Math.PI) / 180));
    const listed = score.sources.filter(({ registeredAs }) => registeredAs !== undefined);
    expect(listed.every((source) => source.class === 'lawful')).toBe(true);
    for (const { registeredAs, position } of listed) {
      const entry = briefing.register.find(({ name }) => name === registeredAs)!;
      expect(distance(entry, position)).toBeLessThan(400); // five deviations of 60 m a coordinate
      expect(distance(entry, position)).toBeGreaterThan(0.5);
    }
    expect(briefing.register).toHaveLength(listed.length + 3);
    // Over seeds one lawful emitter in four is not listed.
    const shares = Array.from({ length: 30 }, (_, seed) => {
      const made = drawScenario(randomFrom(seed), [12_000, 8000], [0, 86_400]);
      return made.register.filter(({ sourceId }) => sourceId !== undefined).length / 8;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(Math.abs(mean - 0.75)).toBeLessThan(0.1);
  });

  it('can hide nothing, or lawful emitters alone', () => {
    const empty = makeExercise({ seed: 11, scenario: 'none', size_m: [6000, 5000], boxes: 1 });
    const none = scoreExercise({ sealed: empty.sealed.bytes, briefing: briefingBytes(empty) }, []);
    expect(none.sources).toEqual([]);
    expect(none.found).toEqual({ count: 0, of: 0 });
    const lawful = drawScenario(randomFrom(1), [12_000, 8000], [0, 86_400], 'lawful-only');
    expect(lawful.sources.map((source) => source.class)).toEqual(Array(8).fill('lawful'));
    // The lawful emitters are where they are in the usual exercise only by chance; each stands free of the others.
    expect(new Set(lawful.sources.map(({ x_m }) => x_m)).size).toBe(8);
  });

  it('has intermittent sources that are on in some flights and off in others', () => {
    const spells = Array.from({ length: 10 }, (_, seed) =>
      drawScenario(randomFrom(seed), [12_000, 8000], [0, 172_800]),
    );
    const clandestine = spells.flatMap(({ sources }) => sources).filter((source) => source.class === 'clandestine');
    const shares = clandestine.map(({ on }) => on.reduce((sum, [from, to]) => sum + to - from, 0) / 172_800);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    // On 2.5 hours, off 1.5 in the mean: 0.625, with some 0.1 of scatter a source over 40 sources.
    expect(Math.abs(mean - 0.625)).toBeLessThan(0.08);
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
    const rates = clandestine.flatMap((source) =>
      source.on.map(([from]) => rateOf(source, from) / source.nominalRate_kgph),
    );
    const ln = rates.map(Math.log);
    const sd = Math.sqrt(ln.reduce((sum, value) => sum + value * value, 0) / ln.length);
    expect(sd).toBeGreaterThan(0.3);
    expect(sd).toBeLessThan(0.5); // lnSd 0.4
  });

  it('counts the time downwind of a source, and that in which its gas left while it was on', () => {
    // Eastward wind of 5 m/s; an hour along x = 1000 m, y from -1800 to 1800 m: inside the sector |y| <= 500 for 1001 s.
    const seconds = Array.from({ length: 3601 }, (_, i) => i);
    const samples = {
      time_s: Float64Array.from(seconds, (t) => 10_000 + t),
      x_m: new Float64Array(3601).fill(1000),
      y_m: Float64Array.from(seconds, (t) => t - 1800),
    };
    const wind = { windEast_mps: 5, windNorth_mps: 0 };
    const at = (on: [number, number][]) => timeDownwind({ x_m: 0, y_m: 0, on }, samples, wind);
    expect(at([[0, 1e6]])).toEqual({ inPlume_s: 1001, emitting_s: 1001 });
    // Gas takes 200 s: felt from 11,300 to 12,300, it left from 11,100 to 12,100.
    expect(at([[11_100, 11_200]])).toEqual({ inPlume_s: 1001, emitting_s: 100 });
    expect(at([[12_101, 20_000]])).toEqual({ inPlume_s: 1001, emitting_s: 0 });
    expect(timeDownwind({ x_m: 2000, y_m: 0, on: [] }, samples, wind).inPlume_s).toBe(0);
  });

  it('makes about two thirds of the sources detectable (two seeds; docs/science/simulator.md has twenty)', () => {
    const shares = Array.from({ length: 2 }, (_, seed) => {
      const made = makeExercise({ seed: 100 + seed });
      return scoreExercise({ sealed: made.sealed.bytes, briefing: briefingBytes(made) }, []).foundDetectable.of / 12;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.9);
  }, 300_000);

  it('writes the gas under the name its profile expects, censored at the limit where air is clean of it', () => {
    const made = makeExercise({ seed: 3, substance: 'ammonia', size_m: [8000, 6000], boxes: 0 });
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
    const other = makeExercise({ seed: 12, size_m: [6000, 5000], boxes: 0 });
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
