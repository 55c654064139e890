import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancelledError, InputError, type Progress } from '@plumeline/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { directAnalysis, shareOf } from '../src/analysis.ts';
import { profileFrom } from '../src/profiles.ts';
import { openThreadedAnalysis, type ThreadedAnalysis } from '../src/threaded-analysis.ts';
import { flightFile } from './support/flights.ts';
import { testProfile } from './support/test-app.ts';

const unruly = new URL('./support/unruly-thread.ts', import.meta.url);
const { profile } = testProfile;
const options = { software: 'test', exercise: false, recordings: 1 };
const deeds = (...names: string[]) => names.map((name) => ({ name, bytes: new Uint8Array(0) }));

let analysis: ThreadedAnalysis;
afterEach(() => analysis.close());

describe('analysis beside the event loop', () => {
  it('gives the same records, in the same order, as on one thread', async () => {
    analysis = openThreadedAnalysis(undefined, 2);
    const path = join(import.meta.dirname, '..', '..', '..', 'profiles', 'plumeline-exercise.yaml');
    const exercise = profileFrom('plumeline-exercise.yaml', readFileSync(path)).profile;
    const files = [flightFile(1, 60), flightFile(2, 120), flightFile(3, 60)];
    const stages: Progress[] = [];
    const report = (progress: Progress) => stages.push(progress);
    const shared = await analysis.process(files, exercise, { ...options, recordings: 3, report });
    const direct = await directAnalysis.process(files, exercise, options);
    expect(shared.records).toEqual(direct.records);
    expect(shared.models).toEqual(direct.models);
    expect(shared.records.filter(({ kind }) => kind === 'recording')).toHaveLength(3);
    expect(stages.every(({ fraction }) => fraction >= 0 && fraction <= 1)).toBe(true);
    expect(await analysis.examine(files, [exercise], options)).toEqual({
      profile: 'plumeline-exercise',
      recordings: 3,
    });
  });

  it('leaves the event loop free while a thread computes, and stops it when asked', async () => {
    analysis = openThreadedAnalysis(unruly, 1);
    let ticks = 0;
    const cancellation = { aborted: false };
    const timer = setInterval(() => {
      cancellation.aborted = ++ticks > 10;
    }, 10);
    await expect(analysis.process(deeds('hang'), profile, { ...options, cancellation })).rejects.toThrow(
      CancelledError,
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
    expect((await analysis.process(deeds('next'), profile, options)).models).toEqual(['next']);
  });

  it.each(['crash', 'exit'])('survives a thread that does %s', async (deed) => {
    analysis = openThreadedAnalysis(unruly, 1);
    await expect(analysis.process(deeds(deed), profile, options)).rejects.toThrow(/^Analysis/);
    await expect(analysis.examine(deeds(deed), [profile], options)).rejects.toThrow(/^Analysis/);
    expect((await analysis.process(deeds('next'), profile, options)).models).toEqual(['next']);
    expect((await analysis.examine(deeds('next'), [profile], options)).profile).toBe('next');
  });

  it('passes faults on with their place, and stops the other shares', async () => {
    analysis = openThreadedAnalysis(unruly, 2);
    const failing = analysis.process(deeds('hang', 'fault'), profile, { ...options, recordings: 2 });
    await expect(failing).rejects.toThrow(InputError);
    await expect(failing).rejects.toMatchObject({ faults: [{ code: 'bad', place: { row: 3 } }] });
    const after = await analysis.process(deeds('a', 'b'), profile, { ...options, recordings: 2 });
    expect(after.models).toEqual(['a', 'b']);
  });

  it('starts nothing for a call that is already cancelled, and takes no call once closed', async () => {
    analysis = openThreadedAnalysis(unruly, 1);
    const cancelled = analysis.process(deeds('hang'), profile, { ...options, cancellation: { aborted: true } });
    await expect(cancelled).rejects.toThrow(CancelledError);
    await analysis.close();
    await expect(analysis.examine(deeds('a'), [profile], options)).rejects.toThrow('stopping');
  });
});

describe('shares', () => {
  it('hold every recording once, in order, and are as even as the largest allows', () => {
    analysis = openThreadedAnalysis(unruly, 1);
    const counts = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 20 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 4 }), (sizes, of) => {
        const all = sizes.map((count, order) => ({ order, series: { count } }));
        const shares = Array.from(
          { length: of },
          (_, index) => shareOf(all as never, { index, of }) as never as typeof all,
        );
        expect(shares.flat().sort((a, b) => a.order - b.order)).toEqual(all);
        for (const share of shares) expect([...share].sort((a, b) => a.order - b.order)).toEqual(share);
        const loads = shares.map((share) => share.reduce((sum, { series }) => sum + series.count, 0));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(0, ...sizes));
      }),
    );
  });
});
