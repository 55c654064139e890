/** Everything of the world that the server uses; main wires adapters in, tests wire memory. */
import type { JobQueue, ObjectStore, RecordStore } from '@plumeline/core';
import type { Analysis } from './analysis.ts';
import type { Basemap } from './basemap.ts';
import type { CubeAnalysis } from './cubes.ts';
import type { ProfileFile } from './profiles.ts';

export interface ServerPorts {
  readonly records: RecordStore;
  readonly objects: ObjectStore;
  readonly jobs: JobQueue;
  readonly analysis: Analysis;
  /** Work on cubes; on the calling thread unless given. */
  readonly cubes?: CubeAnalysis;
  readonly profiles: readonly ProfileFile[];
  readonly basemap: Basemap;
}
