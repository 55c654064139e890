import { NotFoundError } from '@plumeline/core';
import { describe, expect, it } from 'vitest';
import {
  exampleDetection,
  exampleEstimate,
  exampleRecording,
  exampleSite,
} from '../../formats/test/example-records.ts';
import { formatTrace, traceOf } from '../src/trace.ts';

const RECORDS = [exampleSite(), exampleEstimate(), exampleDetection(), exampleRecording()];

describe('trace', () => {
  it('walks a site back to the bytes of its files', () => {
    const text = formatTrace(traceOf('sit-7f3a0000', RECORDS));
    // How a record was made is said once for as long as it stays the same.
    expect(text.split('\n').map((line) => line.replace(/^[│├└─ ]+/, '').split(' ')[0])).toEqual([
      'site',
      'by',
      'source-estimate',
      'detection',
      'recording',
      'file',
      '',
    ]);
    expect(text).toContain(`flight.csv  1234 bytes  sha256:${'a'.repeat(64)}`);
    expect(text).toContain(`profile example sha256:${'b'.repeat(64)}`);
    expect(text).toContain('plumeline 0.0.0-test');
  });

  it('shows the seed of a random step', () => {
    const estimate = exampleEstimate();
    const seeded = { ...estimate, provenance: { ...estimate.provenance, seed: 7 } };
    expect(formatTrace(traceOf('est-1', [seeded, ...RECORDS.slice(2)]))).toContain('seed 7');
  });

  it('opens a recording shared by two detections once', () => {
    const second = exampleDetection({ id: 'det-2' });
    const estimate = exampleEstimate();
    const both = { ...estimate, provenance: { ...estimate.provenance, derivedFrom: ['det-1', 'det-2', 'rec-1'] } };
    const text = formatTrace(traceOf('est-1', [both, second, ...RECORDS.slice(2)]));
    expect(text.match(/file flight\.csv/g)).toHaveLength(1);
    expect(text).toMatch(/detection det-2 .*<- rec-1$/m);
  });

  it('counts origins rather than listing thousands', () => {
    const many = Array.from({ length: 2000 }, (_, i) => exampleDetection({ id: `det-${i}` }));
    const estimate = exampleEstimate();
    const ids = many.map(({ id }) => id);
    const whole = { ...estimate, provenance: { ...estimate.provenance, derivedFrom: ids } };
    const node = traceOf('est-1', [whole, ...many, exampleRecording()]);
    expect(node.from).toHaveLength(2000);
    const text = formatTrace(node);
    expect(text.split('\n').length).toBeLessThan(25);
    expect(text).toContain('and 1988 more origins');
  });

  it('says where the chain is broken', () => {
    const node = traceOf('det-1', [exampleDetection()]);
    expect(node.missing).toEqual(['rec-1']);
    expect(formatTrace(node)).toContain('rec-1  MISSING');
  });

  it('takes a short id when it names one record, and refuses what it does not know', () => {
    expect(traceOf('sit-7f', RECORDS).id).toBe('sit-7f3a0000');
    expect(() => traceOf('sit-9', RECORDS)).toThrow(NotFoundError);
  });
});
