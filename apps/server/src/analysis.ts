/**
 * The heavy steps that the server asks of the pipeline, as one interface: done here directly (in a thread's own
 * process, or in a test), or by `threaded-analysis.ts` beside the event loop.
 */
import type {
  Cancellation,
  Detection,
  PlumelineRecord,
  RecordId,
  Recording,
  ReportProgress,
  SourceEstimate,
} from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import {
  chooseProfile,
  detect,
  fuse,
  type IngestedRecording,
  type IngestOptions,
  type InputFile,
  ingest,
  type LegProposals,
  type LegWishes,
  type Located,
  type LocateOptions,
  legsForEstimate,
  locate,
  optionsOf,
  processFiles,
} from '@plumeline/pipeline';

/** What files turned out to hold. */
export interface Examined {
  /** Name of the profile that reads them. */
  readonly profile: string;
  readonly recordings: number;
}

export interface ProcessOptions extends IngestOptions {
  /** How many recordings there are, as far as known; that many threads can share the work. */
  readonly recordings: number;
  readonly report?: ReportProgress;
  readonly cancellation?: Cancellation;
}

/** Background and fit of one recording, per sample. */
export interface RecordedModel {
  readonly recordingId: RecordId;
  readonly background_ppm: Float64Array;
  readonly fitted_ppm: Float64Array;
}

/** Everything that a set of files gave, each record once. */
export interface ProcessedFiles {
  readonly records: readonly PlumelineRecord[];
  readonly models: readonly RecordedModel[];
}

/** What an exercise shows to those who take part: files as sensors write them. Its truth is not here. */
export interface ExerciseFiles {
  /** Name a person recognises, e.g. `Exercise Ceiba 1f3a`. */
  readonly name: string;
  readonly files: readonly InputFile[];
}

export interface Analysis {
  /**
   * Reads every file with the profile that fits (of several, the one that the files look like).
   * @throws InputError with every fault of every file.
   */
  examine(files: readonly InputFile[], profiles: readonly SensorProfile[], options: IngestOptions): Promise<Examined>;
  /** What a stored recording's own files hold, read again as they were then. @throws InputError */
  read(
    files: readonly InputFile[],
    profile: SensorProfile,
    recording: Recording,
  ): Promise<readonly IngestedRecording[]>;
  /** @throws InputError; CancelledError */
  process(files: readonly InputFile[], profile: SensorProfile, options: ProcessOptions): Promise<ProcessedFiles>;
  exercise(seed: number): Promise<ExerciseFiles>;
  /** Starts what `relocate` needs, so that the first question need not wait for it. */
  makeReady(): Promise<void>;
  /** A flight already read, judged again with legs set aside or in other air. @throws InputError; CancelledError */
  relocate(ingested: IngestedRecording, detections: readonly Detection[], options: LocateOptions): Promise<Located>;
  /** @throws InputError; RangeError where no leg fits */
  nextLegs(ingested: IngestedRecording, estimate: SourceEstimate, options: LegWishes): Promise<LegProposals>;
}

/** The steps on the calling thread. */
export const directAnalysis: Analysis = {
  async examine(files, profiles, options) {
    const profile = profiles.length === 1 ? profiles[0]! : chooseProfile(files, profiles);
    return { profile: profile.name, recordings: ingest(files, profile, options).length };
  },
  async read(files, profile, recording) {
    return ingest(files, profile, optionsOf(recording));
  },
  async process(files, profile, options) {
    return gather(await processShare(files, profile, options, { index: 0, of: 1 }), options.software);
  },
  async exercise(seed) {
    // Wanted once in the life of a database, so not loaded with everything else.
    const { makeExercise } = await import('@plumeline/simulator');
    const { name, files } = makeExercise({ seed });
    return { name, files };
  },
  async makeReady() {},
  async relocate(ingested, detections, options) {
    return locate(ingested, detections, options);
  },
  async nextLegs(ingested, estimate, options) {
    return legsForEstimate(ingested, estimate, options);
  },
};

/** One of several equal parts of the work, by number from 0. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** A recording that went through every step but fusing, with its place among all recordings. */
export interface LocatedRecording {
  readonly order: number;
  readonly recording: Recording;
  readonly detections: readonly Detection[];
  readonly located: Located;
}

/** Processes the recordings of a share; every share reads all files, which is a hundredth of the work. */
export async function processShare(
  files: readonly InputFile[],
  profile: SensorProfile,
  { recordings: _, ...options }: ProcessOptions,
  share: Share,
): Promise<LocatedRecording[]> {
  let order: readonly RecordId[] = [];
  const ingestShare: typeof ingest = (...input) => {
    const all = ingest(...input);
    order = all.map(({ recording }) => recording.id);
    return shareOf(all, share);
  };
  const processed = await processFiles(files, profile, options, { ingest: ingestShare, detect, locate });
  return processed.map(({ recording, detections, located }) => ({
    order: order.indexOf(recording.id),
    recording,
    detections,
    located,
  }));
}

/** The recordings of a share: the largest first, each to the share that has the least, so that all end together. */
export function shareOf(all: readonly IngestedRecording[], { index, of }: Share): IngestedRecording[] {
  const loads = Array.from({ length: of }, () => 0);
  const owners = new Map<IngestedRecording, number>();
  for (const each of [...all].sort((a, b) => b.series.count - a.series.count)) {
    const owner = loads.indexOf(Math.min(...loads));
    loads[owner]! += each.series.count;
    owners.set(each, owner);
  }
  return all.filter((each) => owners.get(each) === index);
}

/** Fuses what the shares found into sites: the same records, in the same order, however the work was shared. */
export function gather(parts: readonly LocatedRecording[], software: string): ProcessedFiles {
  const all = [...parts].sort((a, b) => a.order - b.order);
  const sites = fuse(
    all.flatMap(({ located }) => located.sources),
    all.flatMap(({ detections }) => detections),
    { software },
  );
  const records = all.flatMap(({ recording, detections, located }): PlumelineRecord[] => [
    recording,
    ...detections,
    ...located.sources,
    ...(located.nullResult === undefined ? [] : [located.nullResult]),
  ]);
  return {
    records: [...new Map([...records, ...sites].map((record) => [record.id, record])).values()],
    models: all.map(({ recording, located }) => ({ recordingId: recording.id, ...located.series })),
  };
}
