/** Whatever is done to a file's bytes: it is read, or refused with an InputError that says where; never anything else. */
import { InputError } from '@plumeline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseProfile, type InputFile, ingest } from '../src/ingest.ts';
import { allProfiles, bytesOf, flight, flightLines, OPTIONS, profile } from './ingest-support.ts';

/** Slowest that a hundred-row file may be on a loaded machine [ms]. */
const HANG_MS = 2000;

const byte = fc.oneof(fc.constantFrom(10, 13, 34, 44, 59, 0, 46, 45, 48, 57, 0xff, 0xc3, 0xef), fc.nat(255));
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), byte }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), byte }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), byte }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), byte }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(bytes: Uint8Array, { kind, at, byte }: Mutation): Uint8Array {
  const index = Math.floor(at * bytes.length);
  if (kind === 'set') return bytes.map((old, i) => (i === index ? byte : old));
  if (kind === 'cut') return bytes.slice(0, index);
  if (kind === 'insert') return Uint8Array.from([...bytes.subarray(0, index), byte, ...bytes.subarray(index)]);
  return Uint8Array.from([...bytes.subarray(0, index), ...bytes.subarray(Math.max(0, index - byte))]);
}

const sim = profile('sim_flights');
const good = bytesOf(`${flightLines().join('\n')}\n`);
const profiles = allProfiles();

function check(files: readonly InputFile[], onBadRow: 'refuse' | 'exclude'): void {
  const start = performance.now();
  try {
    chooseProfile(files, profiles);
    const ingested = ingest(files, sim, { ...OPTIONS, onBadRow });
    for (const { series, recording } of ingested) {
      const rows = series.count + recording.excluded.reduce((sum, { count }) => sum + count, 0);
      expect(rows).toBeGreaterThan(0);
      if (onBadRow === 'refuse') expect(recording.excluded.filter(({ code }) => code !== 'lag-tail')).toEqual([]);
      for (const column of [
        series.time_s,
        series.lat_deg,
        series.lon_deg,
        series.heightAgl_m,
        series.moleFraction_ppm,
        series.windEast_mps!,
      ]) {
        expect(column).toHaveLength(series.count);
        expect(column.every(Number.isFinite)).toBe(true);
      }
      for (let i = 1; i < series.count; i++) expect(series.time_s[i]).toBeGreaterThan(series.time_s[i - 1]);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.faults.length).toBeGreaterThan(0);
    expect(
      error.faults.every(({ code, message, remedy }) => /^[a-z0-9-]+$/.test(code) && message !== '' && remedy !== ''),
    ).toBe(true);
  }
  expect(performance.now() - start).toBeLessThan(HANG_MS);
}

describe('mutated bytes', () => {
  it.each(['refuse', 'exclude'] as const)('of the samples (%s)', (onBadRow) => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        check([{ name: 'f1_1.csv', bytes: mutations.reduce(mutated, good) }], onBadRow);
      }),
      { numRuns: 250 },
    );
  });

  it('of the operator facts', () => {
    const facts = bytesOf('{"noise_ppm":0.02,"area":[[-107.41,24.79],[-107.39,24.81]],"instrument":{"lag_s":1}}');
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const sidecar = { name: 'f1_1.truth.json', bytes: mutations.reduce(mutated, facts) };
        check([flight(flightLines()), sidecar], 'refuse');
      }),
      { numRuns: 150 },
    );
  });

  it('that were never a table', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check([{ name: 'f1_1.csv', bytes }], 'exclude')),
      { numRuns: 250 },
    );
  });
});

describe('rows are never lost without a word', () => {
  it('in use plus excluded are all rows of the file, whichever cells are broken', () => {
    const lines = flightLines();
    const cells = fc.array(
      fc.record({
        row: fc.integer({ min: 1, max: 100 }),
        cell: fc.nat(7),
        text: fc.constantFrom('', 'NaN', 'x', '1e9', '-9999', '1,5', '<0.5', '>9', '0'),
      }),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(cells, (broken) => {
        const text = [...lines];
        for (const { row, cell, text: value } of broken) text[row] = text[row].split(',').with(cell, value).join(',');
        const [{ recording, series }] = ingest([flight(text)], sim, { ...OPTIONS, onBadRow: 'exclude' });
        expect(series.count + recording.excluded.reduce((sum, { count }) => sum + count, 0)).toBe(100);
      }),
      { numRuns: 150 },
    );
  });
});
