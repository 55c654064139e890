/** The samples of a stored recording, read again from its original bytes; the last few stay in memory. */
import { ConflictError, InputError, type Recording, type SampleSeries } from '@plumeline/core';
import type { IngestedRecording } from '@plumeline/pipeline';
import { profileFrom } from './profiles.ts';
import { decodeModelSeries, MODEL_SERIES, type ModelColumns } from './sample-columns.ts';
import type { ServerPorts } from './server-ports.ts';

/** Samples held at once over all recordings: about 150 bytes each, so 300 MB at most. */
const KEPT_SAMPLES = 2_000_000;

export interface RecordedSeries {
  readonly series: SampleSeries;
  /** Absent until the fit is stored. */
  readonly model?: ModelColumns;
}

export interface SeriesReader {
  /** @throws ConflictError where this version reads other recordings from those bytes */
  load(recording: Recording): Promise<RecordedSeries>;
}

export function openSeriesReader(ports: Pick<ServerPorts, 'objects' | 'records' | 'analysis'>): SeriesReader {
  const kept = new Map<string, Promise<RecordedSeries>>();
  const sizes = new Map<string, number>();
  return {
    load(recording) {
      const pending = kept.get(recording.id) ?? readAgain(recording, ports);
      kept.delete(recording.id); // Re-inserted at the end: the map's order is the order of last use.
      kept.set(recording.id, pending);
      sizes.set(recording.id, recording.sampleCount);
      pending.then(
        ({ model }) => model === undefined && forget(recording.id),
        () => forget(recording.id),
      );
      makeRoom();
      return pending;
    },
  };

  function makeRoom(): void {
    for (const id of kept.keys()) {
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      if (total <= KEPT_SAMPLES || kept.size === 1) return;
      forget(id);
    }
  }

  function forget(id: string): void {
    kept.delete(id);
    sizes.delete(id);
  }
}

async function readAgain(
  recording: Recording,
  { objects, records, analysis }: Pick<ServerPorts, 'objects' | 'records' | 'analysis'>,
): Promise<RecordedSeries> {
  const { name, digest } = recording.provenance.profile;
  const profileBytes = await objects.load(digest);
  const files = await Promise.all(
    recording.files.map(async (file) => ({ name: file.name, bytes: await objects.load(file.digest) })),
  );
  const ingested = await readFiles().catch((error: unknown) => {
    throw error instanceof InputError ? changedReader(recording) : error;
  });
  const found = ingested.find((each) => each.recording.id === recording.id);
  if (found === undefined) throw changedReader(recording);
  const attached = await records.attachment(recording.id, MODEL_SERIES);
  if (attached === undefined) return { series: found.series };
  return { series: found.series, model: decodeModelSeries(await objects.load(attached)) };

  async function readFiles(): Promise<readonly IngestedRecording[]> {
    return analysis.read(files, profileFrom(name, profileBytes).profile, recording);
  }
}

function changedReader({ name, provenance }: Recording): ConflictError {
  return new ConflictError(
    'samples-not-reproduced',
    `This version of Plumeline reads the files of ${name} differently from ${provenance.software}.`,
    'Upload the files again to process them with this version.',
  );
}
