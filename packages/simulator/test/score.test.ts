import { localFrameAt, type MultiPolygon } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { formatScore, type ScoredEstimate, scoreExercise } from '../src/index.ts';
import { type SealedSource, type SealedTruth, seal } from '../src/seal.ts';

const frame = localFrameAt({ lat: 24.8, lon: -107.4 });

function source(id: string, x: number, y: number, rate: number, more: Partial<SealedSource> = {}): SealedSource {
  const { lat, lon } = frame.toPosition(x, y);
  const facts = { heightAgl_m: 1, extent_m: 1, nominalRate_kgph: rate, on: [], detectable: true, passes: [] };
  return { id, class: id.startsWith('C') ? 'clandestine' : 'lawful', kind: 'dairy', lat, lon, ...facts, ...more };
}

/** Square region about a place: half side in metres. */
function square(x: number, y: number, half: number): MultiPolygon {
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ].map(([u, v]) => {
    const { lat, lon } = frame.toPosition(x + u * half, y + v * half);
    return [lon, lat] as const;
  });
  return { type: 'MultiPolygon', coordinates: [[corners]] };
}

function estimate(x: number, y: number, p50: number, half50: number, half90: number): ScoredEstimate {
  return {
    position: frame.toPosition(x, y),
    rate_kgph: { p05: p50 / 2, p50, p95: 2 * p50 },
    region50: square(x, y, half50),
    region90: square(x, y, half90),
  };
}

function scored(sources: SealedSource[], estimates: ScoredEstimate[]) {
  const truth: SealedTruth = {
    format: 'plumeline-exercise-truth-1',
    exercise: true,
    name: 'Exercise Test 0000',
    seed: 1,
    nonce: '00',
    substance: 'methane',
    detectabilityRule: 'stated here',
    sources,
  };
  const { bytes, digest } = seal(truth);
  const briefing = new TextEncoder().encode(JSON.stringify({ exercise: true, name: truth.name, truth: { digest } }));
  return scoreExercise({ sealed: bytes, briefing }, estimates);
}

describe('score of a case worked by hand', () => {
  const score = scored(
    [
      source('C1', 0, 0, 10),
      source('L2', 2000, 0, 20, { observedRate_kgph: 40 }),
      source('L3', 4000, 0, 5, { detectable: false }),
      source('C4', 0, 3000, 8),
    ],
    [
      estimate(30, 0, 15, 10, 50), // C1, 30 m off, in 90 only, rate x1.5
      estimate(2000, 120, 16, 200, 300), // L2, 120 m off, in both, rate x0.4: 40 is outside 8-32
      estimate(2000, 400, 16, 10, 20), // second for L2
      estimate(9000, 9000, 3, 10, 20), // false
    ],
  );

  it('counts found, missed, false and second estimates', () => {
    expect(score.found).toEqual({ count: 2, of: 4 });
    expect(score.foundDetectable).toEqual({ count: 2, of: 3 });
    expect(score.foundClandestine).toEqual({ count: 1, of: 2 });
    expect(score.foundLawful).toEqual({ count: 1, of: 2 });
    expect([score.missed, score.missedDetectable]).toEqual([2, 1]);
    expect(score.falseEstimates).toEqual({ count: 1, of: 4 });
    expect(score.duplicates).toBe(1);
  });

  it('measures position, rate and coverage over what was found', () => {
    expect(score.positionError_m!.median).toBeCloseTo(75, 0);
    expect(score.positionError_m!.p90).toBeCloseTo(30 + 0.9 * 90, 0);
    expect(score.rateFactor!.median).toBeCloseTo((1.5 + 0.4) / 2, 9);
    expect(score.rateFactor!.within2).toEqual({ count: 1, of: 2 });
    expect(score.rateFactor!.within3).toEqual({ count: 2, of: 2 });
    expect(score.region50Holds).toEqual({ count: 1, of: 2 });
    expect(score.region90Holds).toEqual({ count: 2, of: 2 });
    expect(score.rate90Holds).toEqual({ count: 1, of: 2 });
  });

  it('reads as a table that says EXERCISE first, with how many, and its rules', () => {
    const table = formatScore(score);
    expect(table.startsWith('EXERCISE  Exercise Test 0000')).toBe(true);
    expect(table).toContain('Found                       2 of 4 (50 %)');
    expect(table).toContain('Missed                      2 (1 detectable)');
    expect(table).toMatch(/Position error {14}median 75 m, p90 111 m \(n = 2\)/);
    expect(table).toMatch(/C4 +dairy +yes +8\.0 +missed/);
    expect(table).toMatch(/L3 +dairy +no +5\.0 +-/);
    expect(table).toContain('within 500 m');
    expect(table).toContain('Detectable: stated here.');
  });
});

describe('scores at the edges', () => {
  it('without estimates has nothing found and no medians', () => {
    const score = scored([source('C1', 0, 0, 10)], []);
    expect(score.found).toEqual({ count: 0, of: 1 });
    expect(score.positionError_m).toBeUndefined();
    expect(score.rateFactor).toBeUndefined();
    expect(formatScore(score)).toContain('Position error              -');
  });

  it('matches by the best whole: one estimate between two sources leaves the other to the second', () => {
    const score = scored(
      [source('C1', 0, 0, 10), source('L2', 700, 0, 10)],
      [estimate(340, 0, 10, 1, 1), estimate(-400, 0, 10, 1, 1)],
    );
    expect(score.sources.map(({ match }) => match?.estimate)).toEqual([1, 0]);
  });

  it('counts just inside and not just outside the stated distance', () => {
    expect(scored([source('C1', 0, 0, 10)], [estimate(499, 0, 10, 1, 1)]).found.count).toBe(1);
    expect(scored([source('C1', 0, 0, 10)], [estimate(501, 0, 10, 1, 1)]).falseEstimates.count).toBe(1);
  });
});

describe('sources that were off', () => {
  const flown = (...shares: number[]) => ({
    flights: shares.map((onShare, i) => ({ file: `${i}.csv`, downwind_s: 100, onShare })),
    detectable: false,
  });

  it('are neither found nor missed, and an estimate there is false', () => {
    const score = scored(
      [
        source('C1', 0, 0, 10),
        source('C2', 3000, 0, 10, flown(0, 0)),
        source('L3', 6000, 0, 10, flown(0, 0.2)),
        source('L4', 9000, 0, 10, flown()),
      ],
      [estimate(10, 0, 10, 50, 90), estimate(3000, 20, 10, 50, 90)],
    );
    expect(score.off).toBe(1);
    expect(score.found).toEqual({ count: 1, of: 3 });
    expect(score.foundClandestine).toEqual({ count: 1, of: 1 });
    expect(score.missed).toBe(2);
    expect(score.falseEstimates).toEqual({ count: 1, of: 2 });
    expect(score.duplicates).toBe(0);
    expect(score.spurious).toMatchObject([{ estimate: 1, isAtOffSource: true }]);
    expect(score.sources.map(({ isOff }) => isOff)).toEqual([false, true, false, false]);
    const table = formatScore(score);
    expect(table).toContain('Off when flown past         1, neither found nor missed');
    expect(table).toMatch(/C2 +dairy +no +10\.0 +off/);
  });

  it('count as before in a truth that says nothing of them', () => {
    const score = scored([source('C1', 0, 0, 10)], []);
    expect([score.off, score.missed]).toEqual([0, 1]);
    expect(formatScore(score)).not.toContain('Off when');
  });
});

describe('lawful emitters', () => {
  it('are told from clandestine ones where the answer says what it takes them for', () => {
    const said = (x: number, judgedAs?: 'lawful' | 'clandestine') => ({
      ...estimate(x, 0, 10, 50, 90),
      ...(judgedAs !== undefined && { judgedAs }),
    });
    const score = scored(
      [
        source('L1', 0, 0, 10, { registeredAs: 'R-2' }),
        source('L2', 2000, 0, 10),
        source('C3', 4000, 0, 10),
        source('C4', 6000, 0, 10),
      ],
      [said(0, 'lawful'), said(2000, 'clandestine'), said(4000, 'clandestine'), said(6000)],
    );
    expect(score.lawfulRecognised).toEqual({ count: 1, of: 2 });
    expect(score.clandestineRecognised).toEqual({ count: 1, of: 1 });
    expect(score.sources[0].registeredAs).toBe('R-2');
    expect(formatScore(score)).toContain('Lawful taken for lawful     1 of 2 (50 %)');
    expect(formatScore(scored([source('L1', 0, 0, 10)], []))).not.toContain('taken for');
  });
});
