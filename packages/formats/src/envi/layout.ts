/** How an ENVI data file is laid out, from its header, checked against the file's size before a byte is read. */
import type { ByteSource } from '@plumeline/core';
import { cubeError } from '../cube/cube-fault.ts';
import type { WordType } from '../cube/words.ts';
import { type EnviHeader, enviError, numberField, textField } from './parse-header.ts';

/** ENVI's `data type` numbers (ENVI header reference): word size, and two words a number where complex. */
export const ENVI_TYPES: Readonly<Record<number, WordType>> = {
  1: { word: 'uint8', wordBytes: 1, words: 1 },
  2: { word: 'int16', wordBytes: 2, words: 1 },
  3: { word: 'int32', wordBytes: 4, words: 1 },
  4: { word: 'float32', wordBytes: 4, words: 1 },
  5: { word: 'float64', wordBytes: 8, words: 1 },
  6: { word: 'float32', wordBytes: 4, words: 2 },
  9: { word: 'float64', wordBytes: 8, words: 2 },
  12: { word: 'uint16', wordBytes: 2, words: 1 },
  13: { word: 'uint32', wordBytes: 4, words: 1 },
  14: { word: 'int64', wordBytes: 8, words: 1 },
  15: { word: 'uint64', wordBytes: 8, words: 1 },
};

export interface EnviLayout {
  readonly lines: number;
  readonly samples: number;
  readonly bands: number;
  readonly type: WordType;
  readonly littleEndian: boolean;
  readonly interleave: 'bil' | 'bip' | 'bsq';
  readonly headerOffset_bytes: number;
}

/** Largest extent of one axis: ENVI's own integers are 32 bit. */
const MAX_EXTENT = 2 ** 31 - 1;

/** @throws InputError with the header's row for what is missing, unknown or impossible. */
export function enviLayout(header: EnviHeader): EnviLayout {
  const type = ENVI_TYPES[required(header, 'data type', 0)];
  if (type === undefined) {
    const { row, value } = header.fields.get('data type')!;
    const known = Object.keys(ENVI_TYPES).join(', ');
    throw enviError(
      header.file,
      row,
      'envi-data-type',
      `Data type ${value} is not one of ${known}.`,
      'Correct the header.',
    );
  }
  const compression = numberField(header, 'file compression') ?? 0;
  if (compression !== 0) {
    const { row } = header.fields.get('file compression')!;
    throw enviError(
      header.file,
      row,
      'envi-compressed',
      'The data file is compressed.',
      'Unpack it and set file compression to 0.',
    );
  }
  return {
    lines: required(header, 'lines', 1),
    samples: required(header, 'samples', 1),
    bands: required(header, 'bands', 1),
    type,
    littleEndian: littleEndian(header, type),
    interleave: interleave(header),
    headerOffset_bytes: optionalCount(header, 'header offset'),
  };
}

export function layoutBytes(layout: EnviLayout): number {
  return layout.lines * layout.samples * layout.bands * layout.type.wordBytes * layout.type.words;
}

/** @throws InputError when the file is shorter than its header says. Returns a remark when it is longer. */
export function checkSize(source: ByteSource, layout: EnviLayout): string | undefined {
  const expected = layout.headerOffset_bytes + layoutBytes(layout);
  const { lines, samples, bands, type } = layout;
  const product = `${lines} lines x ${samples} samples x ${bands} bands x ${type.wordBytes * type.words} bytes`;
  if (!Number.isSafeInteger(expected) || source.size < expected) {
    throw cubeError(
      source.name,
      'cube-file-truncated',
      `The header says ${product} after ${layout.headerOffset_bytes} bytes, ${expected} in all; the file has ${source.size}.`,
      'Copy the data file again from its origin, or correct the header.',
      source.size,
    );
  }
  if (source.size === expected) return undefined;
  return `The data file has ${source.size - expected} bytes more than ${product}; they were not read.`;
}

function required(header: EnviHeader, key: string, least: number): number {
  const value = numberField(header, key);
  if (value !== undefined && Number.isInteger(value) && value >= least && value <= MAX_EXTENT) return value;
  const field = header.fields.get(key);
  throw enviError(
    header.file,
    field?.row ?? 1,
    value === undefined ? 'envi-field-missing' : 'envi-field-value',
    field === undefined ? `The header has no "${key}".` : `"${key}" is ${field.value.slice(0, 40)}, which cannot be.`,
    'Complete the header from the file that the instrument wrote.',
  );
}

function optionalCount(header: EnviHeader, key: string): number {
  const value = numberField(header, key) ?? 0;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  const { row } = header.fields.get(key)!;
  throw enviError(
    header.file,
    row,
    'envi-field-value',
    `"${key}" is ${value}, which cannot be.`,
    'Correct the header.',
  );
}

function littleEndian(header: EnviHeader, type: WordType): boolean {
  const order = numberField(header, 'byte order');
  if (order === 0 || order === 1) return order === 0;
  if (order === undefined && type.wordBytes === 1) return true;
  throw enviError(
    header.file,
    header.fields.get('byte order')?.row ?? 1,
    'envi-byte-order',
    order === undefined ? 'The header has no "byte order".' : `Byte order ${order} is neither 0 nor 1.`,
    'State 0 for little endian (Intel) or 1 for big endian (network).',
  );
}

function interleave(header: EnviHeader): 'bil' | 'bip' | 'bsq' {
  const word = textField(header, 'interleave')?.toLowerCase();
  if (word === 'bil' || word === 'bip' || word === 'bsq') return word;
  throw enviError(
    header.file,
    header.fields.get('interleave')?.row ?? 1,
    'envi-interleave',
    word === undefined ? 'The header has no "interleave".' : `Interleave "${word}" is not bil, bip or bsq.`,
    'State bil, bip or bsq.',
  );
}
