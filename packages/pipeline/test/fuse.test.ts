import { regionContains } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { exampleDetection, exampleEstimate, squareAt } from '../../formats/test/example-records.ts';
import { fuse } from '../src/fuse.ts';

const OPTIONS = { software: 'plumeline 0.0.0-test' };

/** Estimate with a 90 % region of 0.03 degrees half-width around a place. */
const estimateAt = (id: string, lon: number, change = {}) =>
  exampleEstimate({
    id,
    detectionIds: [`det-${id}`],
    recordingIds: [`rec-${id}`],
    position: { lat: 57, lon },
    region50: squareAt(57, lon, 0.01),
    region90: squareAt(57, lon, 0.03),
    ...change,
  });

describe('fuse', () => {
  it('makes one site of estimates of one place and takes its numbers from the strongest', () => {
    const weak = estimateAt('weak', 1.8, { lnBayesFactor: 6 });
    const strong = estimateAt('strong', 1.82, { lnBayesFactor: 60, rate_kgph: { p05: 1, p50: 2, p95: 3 } });
    const sites = fuse([weak, strong], [], OPTIONS);
    expect(sites).toHaveLength(1);
    expect(sites[0]).toMatchObject({
      position: strong.position,
      rate_kgph: { p50: 2 },
      lnBayesFactor: 60,
      sourceEstimateIds: ['strong', 'weak'],
      detectionIds: ['det-strong', 'det-weak'],
    });
    expect(regionContains(sites[0]!.region90, sites[0]!.position)).toBe(true);
    expect(sites[0]!.provenance).toMatchObject({ derivedFrom: ['strong', 'weak'], software: OPTIONS.software });
  });

  it('compares with the leading estimate only: a chain of regions does not become one place', () => {
    const chain = [
      estimateAt('a', 1.8, { lnBayesFactor: 30 }),
      estimateAt('b', 1.825, { lnBayesFactor: 20 }),
      estimateAt('c', 1.85, { lnBayesFactor: 10 }),
    ];
    const sites = fuse(chain, [], OPTIONS);
    expect(sites.map(({ sourceEstimateIds }) => sourceEstimateIds)).toEqual([['a', 'b'], ['c']]);
  });

  it('keeps apart two sources that one flight told apart, however near', () => {
    const flight = { recordingIds: ['rec-one'] };
    expect(fuse([estimateAt('a', 1.8, flight), estimateAt('b', 1.801, flight)], [], OPTIONS)).toHaveLength(2);
  });

  it.each([
    ['places apart', {}, { lon: 1.9 }],
    ['different substances', { substance: 'ethane' }, { lon: 1.8 }],
    ['exercise and real data', { exercise: true }, { lon: 1.8 }],
  ])('keeps apart: %s', (_, change, { lon }) => {
    const sites = fuse([estimateAt('a', 1.8), estimateAt('b', lon, change)], [], OPTIONS);
    expect(sites).toHaveLength(2);
    expect(sites.filter((site) => site.exercise)).toHaveLength('exercise' in change ? 1 : 0);
  });

  it('leaves every hypothesis open, a lawful one among them', () => {
    const [site] = fuse([estimateAt('a', 1.8)], [], OPTIONS);
    expect(site!.hypotheses.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'clandestine open',
      'lawful-facility open',
      'natural open',
      'sensor-fault open',
    ]);
  });

  it('says when emission was last seen: the last detection, not the end of the flight', () => {
    const detection = exampleDetection({ id: 'det-a', endAt: '2012-04-03T14:20:00.000Z' });
    const other = exampleDetection({ id: 'det-other', endAt: '2012-04-03T15:40:00.000Z' });
    expect(fuse([estimateAt('a', 1.8)], [detection, other], OPTIONS)[0]!.lastEmissionSeenAt).toBe(detection.endAt);
    expect(fuse([estimateAt('a', 1.8)], [], OPTIONS)[0]!.lastEmissionSeenAt).toBe('2012-04-03T15:45:00.000Z');
  });

  it('gives the same ids and labels whatever the order of the estimates', () => {
    const estimates = ['a', 'b', 'c', 'd'].map((id, i) => estimateAt(id, 1.8 + 0.05 * (i % 2) + i));
    const forward = fuse(estimates, [], OPTIONS);
    expect(fuse(estimates.toReversed(), [], OPTIONS)).toEqual(forward);
    expect(forward[0]!.label).toBe(`S-${forward[0]!.id.slice(4, 8).toUpperCase()}`);
  });

  it('never gives two sites of one result the same label', () => {
    const many = Array.from({ length: 600 }, (_, i) => estimateAt(`e${i}`, -150 + 0.4 * i));
    const labels = fuse(many, [], OPTIONS).map(({ label }) => label);
    expect(new Set(labels).size).toBe(600);
  });
});
