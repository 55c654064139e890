/** The whole path of one set of files: ingest -> detect -> locate -> fuse. Stages that other files hold, in order. */
import {
  type Cancellation,
  CancelledError,
  type Detection,
  type Recording,
  type ReportProgress,
  type SampleSeries,
  type Site,
} from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import { detect } from './detect.ts';
import { fuse } from './fuse.ts';
import { type IngestedRecording, type IngestOptions, type InputFile, ingest } from './ingest.ts';
import { locate } from './locate.ts';
import type { Located, LocateOptions } from './located.ts';

export interface ProcessOptions extends IngestOptions {
  readonly report?: ReportProgress;
  readonly cancellation?: Cancellation;
  /** Waited for before each recording, so that other work of the thread can run: a progress line, a cancel request. */
  readonly pause?: () => Promise<void>;
}

/** Everything that one recording gave. */
export interface ProcessedRecording {
  readonly recording: Recording;
  readonly series: SampleSeries;
  readonly detections: readonly Detection[];
  readonly located: Located;
  /** Sites that rest on this recording; one that rests on several recordings is listed with each. */
  readonly sites: readonly Site[];
}

/** The stages as functions, so that a test can put its own in place. */
export interface Stages {
  readonly ingest: (
    files: readonly InputFile[],
    profile: SensorProfile,
    options: IngestOptions,
  ) => readonly IngestedRecording[];
  readonly detect: (ingested: IngestedRecording) => readonly Detection[];
  readonly locate: (
    ingested: IngestedRecording,
    detections: readonly Detection[],
    options: LocateOptions,
  ) => Located | Promise<Located>;
}

/** Shares of the progress bar; locating is nearly all of the work. */
const INGEST_SHARE = 0.1;

/**
 * Processes files into records, in the order of the recordings. Nothing is stored.
 * @throws InputError with every fault of every file, before any other stage; CancelledError.
 */
export async function processFiles(
  files: readonly InputFile[],
  profile: SensorProfile,
  options: ProcessOptions,
  stages: Stages = { ingest, detect, locate },
): Promise<ProcessedRecording[]> {
  const { software } = options;
  options.report?.({ stage: 'ingest', fraction: 0 });
  const all = stages.ingest(files, profile, ingestOptionsOf(options));
  const done: Omit<ProcessedRecording, 'sites'>[] = [];
  for (const [index, ingested] of all.entries()) {
    await options.pause?.();
    stopIfCancelled(options.cancellation);
    const { recording, series } = ingested;
    const step = stepOf(options.report, recording.name, index, all.length);
    step('detect', 0);
    const detections = stages.detect(ingested);
    const located = await stages.locate(ingested, detections, {
      software,
      report: ({ stage, fraction }) => step(stage, fraction),
      ...(options.cancellation === undefined ? {} : { cancellation: options.cancellation }),
    });
    done.push({ recording, series, detections, located });
  }
  const sites = fuse(
    done.flatMap(({ located }) => located.sources),
    done.flatMap(({ detections }) => detections),
    { software },
  );
  options.report?.({ stage: 'fuse', fraction: 1 });
  return done.map((each) => ({
    ...each,
    sites: sites.filter((site) => site.recordingIds.includes(each.recording.id)),
  }));
}

function ingestOptionsOf({ report: _, cancellation: __, pause: ___, ...ingestOptions }: ProcessOptions): IngestOptions {
  return ingestOptions;
}

/** Progress of one recording as a part of the whole. */
function stepOf(report: ReportProgress | undefined, name: string, index: number, count: number) {
  return (stage: string, fraction: number): void => {
    const whole = INGEST_SHARE + ((1 - INGEST_SHARE) * (index + Math.min(1, Math.max(0, fraction)))) / count;
    report?.({ stage, fraction: whole, detail: name });
  };
}

function stopIfCancelled(cancellation: Cancellation | undefined): void {
  if (cancellation?.aborted === true) throw new CancelledError();
}
