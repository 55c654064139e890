import { type Detection, localFrameAt, regionContains } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import { detect } from '../src/detect.ts';
import { type IngestedRecording, ingest } from '../src/ingest.ts';
import { locateFixed } from '../src/locate-fixed.ts';
import { dataFiles, hasData, OPTIONS, profile } from './ingest-support.ts';

const anchor = localFrameAt({ lat: -35.195, lon: 149.1 });
const truth = anchor.toPosition(-21.78, 21.09);

function period(name: string, group?: string): IngestedRecording {
  const choice = group === undefined ? OPTIONS : { ...OPTIONS, only: [{ column: 'inst_group', value: group }] };
  const files = dataFiles('ginninderra2015').filter(({ name: file }) => file.endsWith('.csv'));
  const found = ingest(files, profile('ginninderra2015'), choice).find(({ recording }) =>
    recording.name.endsWith(name),
  );
  if (found === undefined) throw new Error(`No recording "${name}".`);
  return found;
}

describe('Ginninderra 2015 (skipped where ../shared/data/ginninderra2015 is absent)', { timeout: 400_000 }, () => {
  const isAbsent = !hasData('ginninderra2015');

  it.skipIf(isAbsent)('release on, point instruments of one group: place and rate', () => {
    const recording = period('release on', 'EC');
    const detections: Detection[] = detect(recording);
    const { sources, nullResult, series } = locateFixed(recording, detections, { software: 'test' });
    expect(nullResult).toBeUndefined();
    expect(sources).toHaveLength(1);
    const [source] = sources;
    const { x_m, y_m } = anchor.toLocal(source!.position);
    expect(Math.hypot(x_m + 21.78, y_m - 21.09)).toBeLessThan(15);
    expect(regionContains(source!.region90, truth)).toBe(true);
    // 36 % of 0.348 kg/h either way.
    expect(source!.rate_kgph.p50).toBeGreaterThan(0.223);
    expect(source!.rate_kgph.p50).toBeLessThan(0.473);
    expect(source!.posterior.mass.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 3);
    expect(source!.detectionIds.length).toBe(detections.length);
    expect(series.fitted_ppm.length).toBe(recording.series.count);
    expect(series.background_ppm.every((value) => value > 1 && value < 4)).toBe(true);
  });

  it.skipIf(isAbsent)(
    'release off, all instruments through the evenings: nothing, and what would have been seen',
    () => {
      const { sources, nullResult } = locateFixed(period('release off'), [], { software: 'test' });
      expect(sources).toHaveLength(0);
      expect(nullResult!.lnBayesFactor).toBeLessThan(5);
      // The release of the other days would have been seen.
      expect(nullResult!.upperLimit_kgph).toBeLessThan(0.348);
      expect(nullResult!.searched.length).toBeGreaterThan(0);
    },
  );

  it.skipIf(isAbsent)('refuses a record without wind, naming the row', () => {
    const recording = period('release off', 'FTIR');
    const { windEast_mps: _east, windNorth_mps: _north, ...series } = recording.series;
    expect(() => locateFixed({ ...recording, series }, [], { software: 'test' })).toThrow(/carry no wind/);
  });

  it.skipIf(isAbsent)('stops when asked to', () => {
    const cancelled = { software: 'test', cancellation: { aborted: true } };
    expect(() => locateFixed(period('release on', 'Picarro'), [], cancelled)).toThrow(/Cancelled/);
  });
});
