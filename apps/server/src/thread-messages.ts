/** What goes to an analysis thread and what comes back; all of it survives a structured clone. */
import type { Detection, Fault, Progress, Recording, SourceEstimate } from '@plumeline/core';
import type { SensorProfile } from '@plumeline/formats';
import type { IngestedRecording, IngestOptions, InputFile, LegWishes, LocateOptions } from '@plumeline/pipeline';
import type { LocatedRecording, ProcessOptions, Share } from './analysis.ts';

interface Files {
  readonly files: readonly InputFile[];
}

export type ThreadStep =
  | (Files & {
      readonly step: 'examine';
      readonly profiles: readonly SensorProfile[];
      readonly options: IngestOptions;
    })
  | (Files & { readonly step: 'read'; readonly profile: SensorProfile; readonly recording: Recording })
  | (Files & {
      readonly step: 'process-share';
      readonly profile: SensorProfile;
      readonly options: Omit<ProcessOptions, 'report' | 'cancellation'>;
      readonly share: Share;
    })
  | { readonly step: 'gather'; readonly parts: readonly LocatedRecording[]; readonly software: string }
  | { readonly step: 'exercise'; readonly seed: number }
  | { readonly step: 'make-ready' }
  | {
      readonly step: 'relocate';
      readonly ingested: IngestedRecording;
      readonly detections: readonly Detection[];
      readonly options: Omit<LocateOptions, 'report' | 'cancellation'>;
    }
  | {
      readonly step: 'next-legs';
      readonly ingested: IngestedRecording;
      readonly estimate: SourceEstimate;
      readonly options: LegWishes;
    };

export type ThreadCall = ThreadStep & { readonly id: number };

export type ThreadFault =
  | { readonly kind: 'input'; readonly faults: readonly Fault[] }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'defect'; readonly message: string; readonly stack?: string };

export type ThreadAnswer =
  | { readonly id: number; readonly kind: 'progress'; readonly progress: Progress }
  | { readonly id: number; readonly kind: 'done'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly fault: ThreadFault };
