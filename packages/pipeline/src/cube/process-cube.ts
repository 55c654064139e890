/**
 * The whole path of one cube: header and facts -> recording -> maps, tile by tile -> plumes, rates and sources, or the
 * null result -> sites. How the tiles are shared among threads is the app's; their maps are the same however it is.
 */
import {
  type Cancellation,
  CancelledError,
  type CubeReader,
  type PlumelineRecord,
  type Recording,
  type ReportProgress,
  type Site,
} from '@plumeline/core';
import { fuse } from '../fuse.ts';
import type { CubeFacts } from './cube-facts.ts';
import { addTile, type CubeMaps, emptyMaps } from './cube-maps.ts';
import { filterTile, type Tile, type TileMaps, tilesOf } from './filter-tile.ts';
import { type GasTarget, targetOn } from './gas-target.ts';
import { type CubeIdentity, checkCube, type IngestedCube, recordingOf } from './ingest-cube.ts';
import { pixelPlaces } from './pixel-places.ts';
import { type CubeFindings, retrievePlumes } from './retrieve-plumes.ts';

export interface ProcessCubeOptions {
  readonly facts: CubeFacts;
  readonly target: GasTarget;
  readonly identity: CubeIdentity;
  /** Filters the tiles, in any order, on any threads; one after the other here unless given. */
  readonly filter?: (tiles: readonly Tile[], onDone: (part: TileMaps) => void) => Promise<void>;
  readonly report?: ReportProgress;
  readonly cancellation?: Cancellation;
}

export interface ProcessedCube {
  readonly cube: IngestedCube;
  readonly recording: Recording;
  readonly maps: CubeMaps;
  readonly findings: CubeFindings;
  readonly sites: readonly Site[];
}

/** Share of the progress bar that the filter takes. */
const FILTER_SHARE = 0.9;

/** @throws InputError with every fault before the work begins; CancelledError */
export async function processCube(reader: CubeReader, options: ProcessCubeOptions): Promise<ProcessedCube> {
  const { facts, identity, report, cancellation } = options;
  const { header } = reader;
  report?.({ stage: 'ingest', fraction: 0 });
  checkCube(header, facts);
  const target = targetOn(header, options.target);
  const cube: IngestedCube = { header, facts, target, places: await pixelPlaces(header, facts.place), identity };
  const maps = emptyMaps(header);
  const tiles = tilesOf(header);
  let done = 0;
  const onDone = (part: TileMaps) => {
    addTile(maps, header.columns, part);
    report?.({ stage: 'retrieve', fraction: (FILTER_SHARE * ++done) / tiles.length, detail: identity.name });
  };
  report?.({ stage: 'retrieve', fraction: 0, detail: identity.name });
  if (options.filter !== undefined) await options.filter(tiles, onDone);
  else
    for (const tile of tiles) {
      stopIfCancelled(cancellation);
      onDone(await filterTile(reader, tile, target));
    }
  stopIfCancelled(cancellation);
  report?.({ stage: 'detect', fraction: FILTER_SHARE, detail: identity.name });
  const usable = maps.z.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  const recording = recordingOf(cube, usable, maps.masked);
  const findings = await retrievePlumes(reader, cube, recording, maps);
  const sites = fuse(findings.sources, findings.detections, { software: identity.software });
  report?.({ stage: 'fuse', fraction: 1 });
  return { cube, recording, maps, findings, sites };
}

/** Every record that a cube gave, those it rests on first. */
export function recordsOfCube({ recording, findings, sites }: ProcessedCube): PlumelineRecord[] {
  const { detections, sources, nullResult } = findings;
  return [recording, ...detections, ...sources, ...(nullResult === undefined ? [] : [nullResult]), ...sites];
}

function stopIfCancelled(cancellation: Cancellation | undefined): void {
  if (cancellation?.aborted === true) throw new CancelledError();
}
