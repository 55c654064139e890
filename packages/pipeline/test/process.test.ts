import { CancelledError, InputError, type Progress } from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import { describe, expect, it } from 'vitest';
import {
  exampleDetection,
  exampleEstimate,
  exampleRecording,
  exampleSeries,
} from '../../formats/test/example-records.ts';
import { processFiles, type Stages } from '../src/process.ts';

const PROFILE = { name: 'example', digest: 'b'.repeat(64) } as SensorProfile;
const OPTIONS = { software: 'plumeline 0.0.0-test', exercise: false };
const MODEL = { background_ppm: new Float64Array(6), fitted_ppm: new Float64Array(6) };

/** Stages that find one source in each of the named recordings, all at one place. */
function stagesFor(names: readonly string[]): Stages {
  return {
    ingest: () => names.map((id) => ({ recording: exampleRecording({ id, name: id }), series: exampleSeries() })),
    detect: ({ recording }) => [exampleDetection({ id: `det-${recording.id}`, recordingId: recording.id })],
    locate: ({ recording }, detections, { report }) => {
      report?.({ stage: 'locate', fraction: 0.5 });
      const detectionIds = detections.map(({ id }) => id);
      return {
        sources: [exampleEstimate({ id: `est-${recording.id}`, recordingIds: [recording.id], detectionIds })],
        series: MODEL,
      };
    },
  };
}

describe('processFiles', () => {
  it('hands each recording from stage to stage and fuses over all of them', async () => {
    const processed = await processFiles([], PROFILE, OPTIONS, stagesFor(['a', 'b']));
    expect(processed.map(({ recording }) => recording.id)).toEqual(['a', 'b']);
    expect(processed[0]!.located.sources[0]!.detectionIds).toEqual(['det-a']);
    // Both estimates lie on one place: one site, named by both recordings.
    expect(processed[0]!.sites).toEqual(processed[1]!.sites);
    expect(processed[0]!.sites[0]!.recordingIds.toSorted()).toEqual(['a', 'b']);
  });

  it('passes what a person chose at ingest on, and nothing of the apps', async () => {
    let seen: unknown;
    const stages = stagesFor(['a']);
    const only = [{ column: 'inst_group', value: 'EC' }];
    await processFiles(
      [],
      PROFILE,
      { ...OPTIONS, only, report: () => {} },
      {
        ...stages,
        ingest: (files, profile, options) => {
          seen = options;
          return stages.ingest(files, profile, options);
        },
      },
    );
    expect(seen).toEqual({ ...OPTIONS, only });
  });

  it('reports progress that never goes back and ends at one', async () => {
    const steps: Progress[] = [];
    await processFiles([], PROFILE, { ...OPTIONS, report: (step) => steps.push(step) }, stagesFor(['a', 'b', 'c']));
    const fractions = steps.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(steps.filter(({ stage }) => stage === 'locate').map(({ detail }) => detail)).toEqual(['a', 'b', 'c']);
  });

  it('stops between recordings when asked to', async () => {
    const cancellation = { aborted: false };
    const located: string[] = [];
    const stages = stagesFor(['a', 'b']);
    const run = processFiles(
      [],
      PROFILE,
      { ...OPTIONS, cancellation },
      {
        ...stages,
        locate: (ingested, detections, options) => {
          located.push(ingested.recording.id);
          cancellation.aborted = true;
          return stages.locate(ingested, detections, options);
        },
      },
    );
    await expect(run).rejects.toThrow(CancelledError);
    expect(located).toEqual(['a']);
  });

  it('runs no stage after files with faults', async () => {
    const fault = { code: 'x', message: 'Bad.', remedy: 'Mend.', place: { file: 'a.csv', row: 3 } };
    const run = processFiles([], PROFILE, OPTIONS, {
      ...stagesFor(['a']),
      ingest: () => {
        throw new InputError([fault]);
      },
      detect: () => {
        throw new Error('must not be reached');
      },
    });
    await expect(run).rejects.toThrow('a.csv, row 3: Bad. Remedy: Mend.');
  });
});
