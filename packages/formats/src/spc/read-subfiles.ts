/** Subfiles of an SPC file: each a header of 32 bytes, its own abscissae when flagged, then ordinates. */
import type { Fault } from '@plumeline/core';
import { FLOAT_EXPONENT, HEADER_BYTES } from './layout.ts';
import { type SpcHeader, subfileHeader } from './read-header.ts';
import type { SpcSource } from './source.ts';

export interface Subfile {
  readonly index: number;
  readonly z: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** One place to read a subfile from. */
interface SubfilePlace {
  readonly start: number;
  readonly points: number;
}

/** As many subfiles as are whole; the first that is not ends the list with a fault. */
export function readSubfiles(source: SpcSource, header: SpcHeader): { subfiles: Subfile[]; faults: Fault[] } {
  if (header.isXPerSubfile && header.isMultifile) return directorySubfiles(source, header);
  const common = commonAbscissa(source, header);
  if ('message' in common) return { subfiles: [], faults: [common] };
  const subfiles: Subfile[] = [];
  const size = HEADER_BYTES.subfile + header.points * ordinateBytes(header, header.exponent, false);
  const count = subfilesToRead(source, header, common.end, size);
  for (let index = 0, start = common.end; index < count; index++) {
    const read = readOne(source, header, { start, points: header.points }, common.x);
    if ('message' in read) return { subfiles, faults: [read] };
    subfiles.push({ ...read.subfile, index });
    start = read.end;
  }
  return { subfiles, faults: [] };
}

function subfilesToRead(source: SpcSource, header: SpcHeader, start: number, size: number): number {
  if (!header.isMultifile) return 1;
  if (!header.isOld) return Math.max(1, header.subfileCount);
  // The old format counts none: as many whole ones as the file has room for, and at least one to complain about.
  return Math.max(1, Math.floor((source.bytes.length - start) / size));
}

function directorySubfiles(source: SpcSource, header: SpcHeader): { subfiles: Subfile[]; faults: Fault[] } {
  const subfiles: Subfile[] = [];
  const { bytes, view, isLittle, fault } = source;
  let total = 0;
  for (let index = 0; index < header.subfileCount; index++) {
    const entry = header.points + index * HEADER_BYTES.directoryEntry;
    if (header.points < HEADER_BYTES.new || entry + HEADER_BYTES.directoryEntry > bytes.length) {
      const message = `Entry ${index + 1} of the subfile directory lies outside the file.`;
      return { subfiles, faults: [fault('spc-directory', message, 'The file is cut short: get it again.', entry)] };
    }
    const start = view.getUint32(entry, isLittle);
    if (start < HEADER_BYTES.new || start + HEADER_BYTES.subfile > bytes.length) {
      const message = `Subfile ${index + 1} is said to begin at byte ${start}, where none can.`;
      return { subfiles, faults: [fault('spc-directory', message, 'The file is damaged: get it again.', entry)] };
    }
    const { points } = subfileHeader(source, start);
    // X and Y of a point take eight bytes; overlapping entries could make a small file into an endless one.
    total += points;
    if (8 * total > bytes.length) {
      const message = `The subfiles up to number ${index + 1} claim ${total} points, more than the file has bytes for.`;
      return { subfiles, faults: [fault('spc-directory', message, 'The file is damaged: get it again.', entry)] };
    }
    const abscissae = floatsAt(source, start + HEADER_BYTES.subfile, points);
    const read = 'message' in abscissae ? abscissae : readOne(source, header, { start, points }, abscissae);
    if ('message' in read) return { subfiles, faults: [read] };
    subfiles.push({ ...read.subfile, index });
  }
  return { subfiles, faults: [] };
}

function commonAbscissa(source: SpcSource, header: SpcHeader): { x: Float64Array; end: number } | Fault {
  const { points, firstX, lastX, dataByte } = header;
  if (header.isXListed) {
    const x = floatsAt(source, dataByte, points);
    return 'message' in x ? x : { x, end: dataByte + 4 * points };
  }
  const needed = dataByte + HEADER_BYTES.subfile + 2 * points;
  if (points < 1 || needed > source.bytes.length) return tooShort(source, needed, 'ordinates');
  if (points > 1 && firstX === lastX) {
    const message = `The first and last X are both ${firstX}, for ${points} points.`;
    return source.fault('spc-axis', message, 'The header is damaged: get the file again.', 8);
  }
  const step = points > 1 ? (lastX - firstX) / (points - 1) : 0;
  return { x: Float64Array.from({ length: points }, (_, index) => firstX + step * index), end: dataByte };
}

function readOne(
  source: SpcSource,
  header: SpcHeader,
  { start, points }: SubfilePlace,
  x: Float64Array,
): { subfile: Omit<Subfile, 'index'>; end: number } | Fault {
  if (start + HEADER_BYTES.subfile > source.bytes.length) return tooShort(source, start + 32, 'a subfile header');
  const own = subfileHeader(source, start);
  const exponent = header.isMultifile ? own.exponent : header.exponent;
  const width = ordinateBytes(header, exponent, header.isXPerSubfile);
  const ordinates = start + HEADER_BYTES.subfile + (header.isXPerSubfile && header.isMultifile ? 4 * points : 0);
  const end = ordinates + width * points;
  if (points < 1 || end > source.bytes.length) return tooShort(source, end, 'ordinates');
  const turn = x.findIndex((value, index) => index > 0 && !((value - x[index - 1]!) * (x[points - 1]! - x[0]!) > 0));
  if (turn > 0 || !Number.isFinite(x[0])) {
    const message = `The abscissa turns back, repeats or is no number at point ${turn + 1}.`;
    return source.fault('spc-axis', message, 'Export the file with sorted points.', start);
  }
  return { subfile: { z: own.z, x, y: ordinatesAt(source, header, exponent, ordinates, points) }, end };
}

function ordinateBytes(header: SpcHeader, exponent: number, isXPerSubfile: boolean): number {
  if (exponent === FLOAT_EXPONENT) return 4;
  return header.isSixteenBit && !isXPerSubfile ? 2 : 4;
}

/** Ordinates [point]. Whole numbers are fractions of the full scale 2^exponent (SPC.H, `fexp`). */
function ordinatesAt(source: SpcSource, header: SpcHeader, exponent: number, start: number, points: number) {
  const { view, isLittle } = source;
  const y = new Float64Array(points);
  if (exponent === FLOAT_EXPONENT) {
    for (let index = 0; index < points; index++) {
      const value = view.getFloat32(start + 4 * index, isLittle);
      y[index] = Number.isFinite(value) ? value : Number.NaN;
    }
    return y;
  }
  const isShort = ordinateBytes(header, exponent, header.isXPerSubfile) === 2;
  const scale = 2 ** (((exponent << 24) >> 24) - (isShort ? 16 : 32));
  for (let index = 0; index < points; index++) {
    const at = start + (isShort ? 2 : 4) * index;
    const value = isShort
      ? view.getInt16(at, isLittle)
      : header.isOld
        ? wordSwapped(view, at)
        : view.getInt32(at, isLittle);
    y[index] = value * scale;
  }
  return y;
}

/** The old format puts the high 16-bit word first, each word little-endian. */
const wordSwapped = (view: DataView, at: number): number =>
  (view.getInt16(at, true) << 16) | view.getUint16(at + 2, true);

function floatsAt(source: SpcSource, start: number, count: number): Float64Array | Fault {
  if (count < 1 || start + 4 * count > source.bytes.length) return tooShort(source, start + 4 * count, 'abscissae');
  return Float64Array.from({ length: count }, (_, index) => source.view.getFloat32(start + 4 * index, source.isLittle));
}

function tooShort(source: SpcSource, needed: number, what: string): Fault {
  const message = `The file has ${source.bytes.length} bytes; its ${what} would end at byte ${needed}.`;
  return source.fault(
    'spc-truncated',
    message,
    'The file is cut short or its header damaged: get it again.',
    source.bytes.length,
  );
}
