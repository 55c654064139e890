/** What a person states of a recording beyond its files: then it is another recording, which says so. */
import { recordIdOf } from '@plumeline/core';
import type { IngestedRecording } from './ingest.ts';

export interface Stated {
  /** Where a source may be: [west, south, east, north] in degrees. */
  readonly searchArea?: readonly [number, number, number, number];
  /** Height of the source above ground [m]. */
  readonly sourceHeightAgl_m?: number;
}

/** The recording with the statements in its context, its provenance and so in its id; itself where nothing is stated. */
export function withStated(ingested: IngestedRecording, stated: Stated): IngestedRecording {
  const { searchArea, sourceHeightAgl_m } = stated;
  if (searchArea === undefined && sourceHeightAgl_m === undefined) return ingested;
  const { recording, series } = ingested;
  const settings = {
    ...recording.provenance.settings,
    ...(searchArea === undefined ? {} : { searchArea: JSON.stringify(searchArea) }),
    ...(sourceHeightAgl_m === undefined ? {} : { sourceHeightAgl_m }),
  };
  return {
    recording: {
      ...recording,
      id: recordIdOf('recording', { of: recording.id, settings }),
      provenance: { ...recording.provenance, settings },
    },
    series: {
      ...series,
      context: {
        ...series.context,
        ...(searchArea === undefined ? {} : { searchArea }),
        ...(sourceHeightAgl_m === undefined ? {} : { sourceHeightAgl_m }),
      },
    },
  };
}
