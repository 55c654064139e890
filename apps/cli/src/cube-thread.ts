/** A worker thread over one cube: opens it for itself and does the pieces that it is given, one after the other. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { InputError } from '@plumeline/core';
import { openCube } from '@plumeline/formats';
import { type ColumnWork, columnWork, filterTile, retrieveColumns, targetOn } from '@plumeline/pipeline';
import { openDisk } from './cube-files.ts';
import type { CubeAnswer, CubePiece, CubeThreadData } from './cube-threads.ts';

const { cube, options, target } = workerData as CubeThreadData;
const port: MessagePort = parentPort!;
const files = openDisk(cube);
const reader = await openCube(files, cube.name, options);
const onBands = targetOn(reader.header, target);
let work: ColumnWork | undefined;

port.on('message', (piece: CubePiece) => {
  perform(piece).then(
    (value) => port.postMessage({ index: piece.index, value } satisfies CubeAnswer),
    (error: unknown) =>
      port.postMessage({
        index: piece.index,
        ...(error instanceof InputError ? { faults: error.faults } : { defect: String((error as Error).stack) }),
      } satisfies CubeAnswer),
  );
});

async function perform(piece: CubePiece): Promise<unknown> {
  if (piece.kind === 'tile') return filterTile(reader, piece.tile, onBands);
  work ??= columnWork();
  return retrieveColumns(reader, piece.span, onBands, piece.settings, work);
}
