/** `plumeline retrieve`: one published filter over a cube, one ENVI float64 map out; for scripting and comparison. */
import { closeSync, existsSync, ftruncateSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { CancelledError, type CubeHeader, MASK_REASONS } from '@plumeline/core';
import { type CubeOptions, openCube } from '@plumeline/formats';
import {
  type BandTarget,
  defaultSettings,
  planBlocks,
  type RetrievalMethod,
  type RetrievalSettings,
  type RetrievedColumns,
  targetOn,
} from '@plumeline/pipeline';
import { findCube, openDisk } from './cube-files.ts';
import { loadTarget } from './cube-target.ts';
import { type CubePiece, shareCube, workingLimits } from './cube-threads.ts';
import { inputError } from './explain.ts';
import { ProgressLine } from './progress-line.ts';
import { softwareVersion } from './software.ts';

export interface RetrieveOptions {
  readonly target: string;
  readonly method: RetrievalMethod;
  readonly out: string;
  readonly substance?: string;
  readonly targetPer?: number;
  readonly group?: number;
  readonly iterations?: number;
  readonly float32?: true;
  readonly memory?: number;
  readonly threads?: number;
}

/** Writes `<out>` and `<out>.hdr` whole or not at all. @throws InputError; CancelledError */
export async function retrieveCommand(path: string, options: RetrieveOptions): Promise<void> {
  const cube = findCube(path);
  if (cube === undefined)
    throw inputError(
      'cube-missing',
      `There is no cube at ${path}.`,
      'Give an ENVI header, NetCDF, HDF5, TIFF or Zarr.',
    );
  const target = loadTarget(options.target, options);
  const readerOptions: CubeOptions = {};
  const { header, onBands } = await look(cube, readerOptions, target);
  const settings = settingsOf(options);
  const limits = workingLimits(options, availableParallelism());
  const plan = planOf(header, onBands, settings, limits);
  const progress = new ProgressLine(process.stderr);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const map = openMap(options, header);
  const notes: string[] = [];
  try {
    let done = 0;
    await shareCube<RetrievedColumns>(
      { cube, options: readerOptions, target },
      {
        threads: plan.threads,
        pieces: plan.blocks.map((span, index): CubePiece => ({ index, kind: 'columns', span, settings })),
        cancellation: stop.signal,
        onDone: (columns) => {
          map.write(columns);
          notes.push(...notesOf(columns));
          progress.show({ stage: 'retrieve', fraction: ++done / plan.blocks.length, detail: cube.name });
        },
      },
    );
    map.keep(headerText(header, onBands, options));
  } catch (error) {
    map.drop();
    throw error instanceof CancelledError ? inputError('cancelled', 'Stopped.', 'Start it again.') : error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    progress.clear();
  }
  for (const note of notes.sort()) process.stderr.write(`${note}\n`);
  process.stdout.write(
    `${relative('.', options.out) || options.out}: ${header.lines} lines x ${header.columns} samples, ${unitOf(options.method)}\n`,
  );
}

async function look(
  cube: NonNullable<ReturnType<typeof findCube>>,
  options: CubeOptions,
  target: Parameters<typeof targetOn>[1],
) {
  const files = openDisk(cube);
  try {
    const reader = await openCube(files, cube.name, options);
    const { header } = reader;
    await reader.close();
    return { header, onBands: targetOn(header, target) };
  } finally {
    files.close();
  }
}

function settingsOf({ method, group, iterations }: RetrieveOptions): RetrievalSettings {
  return {
    ...defaultSettings(method),
    ...(group === undefined ? {} : { columnsPerGroup: group }),
    ...(iterations === undefined ? {} : { iterations }),
  };
}

/** Blocks within the budget; fewer threads where the budget does not hold all. @throws InputError where not even one fits */
function planOf(
  header: CubeHeader,
  { bands }: BandTarget,
  settings: RetrievalSettings,
  limits: { readonly threads: number; readonly budget_bytes: number },
) {
  const shape = {
    lineCount: header.lines,
    sampleCount: header.columns,
    bandCount: bands.length,
    bytesPerValue: 8,
  } as const;
  for (let threads = limits.threads; ; threads--) {
    try {
      const budget = { budget_byte: limits.budget_bytes, threadCount: threads };
      return { threads, blocks: planBlocks(shape, settings, budget).blocks };
    } catch (error) {
      if (threads > 1) continue;
      throw inputError('memory-too-small', (error as Error).message, 'Raise --memory, or give fewer columns a group.');
    }
  }
}

/** The map under construction: blocks arrive in any order, each is written to its place at once. */
function openMap({ out, float32 }: RetrieveOptions, { lines, columns }: CubeHeader) {
  const size = float32 === true ? 4 : 8;
  const partial = `${out}.partial-${process.pid}`;
  if (existsSync(partial)) rmSync(partial);
  const file = openSync(partial, 'w');
  ftruncateSync(file, lines * columns * size);
  return {
    write({ firstColumn, columnCount, values }: RetrievedColumns): void {
      const typed = float32 === true ? Float32Array.from(values) : values;
      const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
      const row = columnCount * size;
      // Whole lines lie together; part of each line goes to its own place.
      const pieces =
        columnCount === columns
          ? [[0, bytes.length, 0]]
          : Array.from({ length: lines }, (_, line) => [line * row, row, (line * columns + firstColumn) * size]);
      for (const [from, length, to] of pieces) writeSync(file, bytes, from!, length!, to!);
    },
    keep(header: string): void {
      closeSync(file);
      writeFileSync(`${out}.hdr`, header);
      renameSync(partial, out);
    },
    drop(): void {
      closeSync(file);
      rmSync(partial, { force: true });
    },
  };
}

function headerText(header: CubeHeader, target: BandTarget, { method, float32 }: RetrieveOptions): string {
  const plain = (text: string) => text.replace(/[{}\r\n]/g, ' ');
  return [
    'ENVI',
    `description = {${plain(`${softwareVersion()}, ${method} of ${target.substance} (${target.name}) in ${header.file}, ${unitOf(method)}`)}}`,
    `samples = ${header.columns}`,
    `lines = ${header.lines}`,
    'bands = 1',
    'header offset = 0',
    'file type = ENVI Standard',
    `data type = ${float32 === true ? 4 : 5}`,
    'interleave = bsq',
    'byte order = 0',
    `band names = {${method}}`,
    '',
  ].join('\n');
}

function unitOf(method: RetrievalMethod): string {
  return method === 'ace' || method === 'kelly' || method === 'amsd' ? `${method} statistic` : 'ppm m';
}

function notesOf({ faults, masked, firstColumn, columnCount }: RetrievedColumns): string[] {
  const last = firstColumn + columnCount - 1;
  return [
    ...faults.map(({ firstColumn: first, reason }) => `column ${first}: ${reason}`),
    ...MASK_REASONS.filter((reason) => masked[reason] > 0).map(
      (reason) => `columns ${firstColumn} to ${last}: ${masked[reason]} pixels left out (${reason})`,
    ),
  ];
}
