/**
 * The heavy steps that the server asks of the pipeline, as one interface: done here directly (in a thread's own
 * process, or in a test), or by `threaded-analysis.ts` beside the event loop.
 */
import type { Cancellation, PlumelineRecord, RecordId, Recording, ReportProgress } from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import {
  chooseProfile,
  type IngestedRecording,
  type IngestOptions,
  type InputFile,
  ingest,
  optionsOf,
  processFiles,
} from '@plumeline/pipeline';

export interface ProcessOptions extends IngestOptions {
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
   * Name of the profile that fits (of several, the one that the files look like), once every file has been read with it.
   * @throws InputError with every fault of every file.
   */
  examine(files: readonly InputFile[], profiles: readonly SensorProfile[], options: IngestOptions): Promise<string>;
  /** What a stored recording's own files hold, read again as they were then. @throws InputError */
  read(
    files: readonly InputFile[],
    profile: SensorProfile,
    recording: Recording,
  ): Promise<readonly IngestedRecording[]>;
  /** @throws InputError; CancelledError */
  process(files: readonly InputFile[], profile: SensorProfile, options: ProcessOptions): Promise<ProcessedFiles>;
  exercise(seed: number): Promise<ExerciseFiles>;
}

/** The steps on the calling thread. */
export const directAnalysis: Analysis = {
  async examine(files, profiles, options) {
    const profile = profiles.length === 1 ? profiles[0]! : chooseProfile(files, profiles);
    ingest(files, profile, options);
    return profile.name;
  },
  async read(files, profile, recording) {
    return ingest(files, profile, optionsOf(recording));
  },
  async process(files, profile, options) {
    const processed = await processFiles(files, profile, options);
    const records = processed.flatMap(({ recording, detections, located, sites }): PlumelineRecord[] => [
      recording,
      ...detections,
      ...located.sources,
      ...(located.nullResult === undefined ? [] : [located.nullResult]),
      ...sites,
    ]);
    return {
      records: [...new Map(records.map((record) => [record.id, record])).values()],
      models: processed.map(({ recording, located }) => ({ recordingId: recording.id, ...located.series })),
    };
  },
  async exercise(seed) {
    // Wanted once in the life of a database, so not loaded with everything else.
    const { makeExercise } = await import('@plumeline/simulator');
    const { name, files } = makeExercise({ seed });
    return { name, files };
  },
};
