/** The main header of an SPC file, of either length. */
import type { Fault } from '@plumeline/core';
import { FLAG, HEADER_BYTES, NEW, OLD, SUBFILE, xUnitOf, yUnitOf } from './layout.ts';
import type { SpcSource } from './source.ts';

export interface SpcHeader {
  readonly isOld: boolean;
  readonly isSixteenBit: boolean;
  readonly isMultifile: boolean;
  readonly isXListed: boolean;
  readonly isXPerSubfile: boolean;
  /** As stored: 0x80 is float, else a signed power of two. */
  readonly exponent: number;
  /** Points of a subfile, or the byte of the directory when each subfile has its own abscissae. */
  readonly points: number;
  readonly firstX: number;
  readonly lastX: number;
  /** 0 in the old format: as many as the file holds. */
  readonly subfileCount: number;
  /** Z between subfiles where they do not give their own. */
  readonly zIncrement: number;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly zUnit: string;
  readonly recordedLocal: string | undefined;
  readonly resolution: string;
  readonly source: string;
  readonly method: string;
  readonly comment: string;
  readonly logOffset: number;
  /** Where subfiles begin. */
  readonly dataByte: number;
}

/** The header's facts, or the reason why there are none. */
export function readHeader(source: SpcSource, isOld: boolean): SpcHeader | Fault {
  const { bytes, fault } = source;
  const size = isOld ? HEADER_BYTES.old + HEADER_BYTES.subfile : HEADER_BYTES.new;
  if (bytes.length < size) {
    const message = `The file has ${bytes.length} bytes; its header alone has ${size}.`;
    return fault('spc-truncated', message, 'The file is cut short: get it again.', bytes.length);
  }
  const header = isOld ? oldHeader(source) : newHeader(source);
  if (!Number.isFinite(header.firstX) || !Number.isFinite(header.lastX)) {
    return fault('spc-axis', 'The first or last X is no number.', 'The header is damaged: get the file again.', 8);
  }
  if (!Number.isInteger(header.points) || header.points < 0) {
    return fault(
      'spc-points',
      `${header.points} points are impossible.`,
      'The header is damaged: get the file again.',
      4,
    );
  }
  return header;
}

function newHeader({ bytes, view, isLittle }: SpcSource): SpcHeader {
  const flags = bytes[0]!;
  const text = ([start, length]: readonly [number, number]) => textAt(bytes, start, length);
  const units = axisTexts(bytes, NEW.axisTexts, (flags & 0x20) !== 0);
  const date = view.getUint32(NEW.date, isLittle);
  return {
    ...flagsOf(flags),
    isOld: false,
    exponent: bytes[NEW.exponent]!,
    points: view.getUint32(NEW.points, isLittle),
    firstX: view.getFloat64(NEW.firstX, isLittle),
    lastX: view.getFloat64(NEW.lastX, isLittle),
    subfileCount: view.getUint32(NEW.subfiles, isLittle),
    zIncrement: view.getFloat32(NEW.zIncrement, isLittle),
    xUnit: units[0] ?? xUnitOf(bytes[NEW.xType]!),
    yUnit: units[1] ?? yUnitOf(bytes[NEW.yType]!),
    zUnit: units[2] ?? xUnitOf(bytes[NEW.zType]!),
    // Bits from the low end: minute 6, hour 5, day 5, month 4, year 12.
    recordedLocal: localTime(date >>> 20, (date >>> 16) & 15, (date >>> 11) & 31, (date >>> 6) & 31, date & 63),
    resolution: text(NEW.resolution),
    source: text(NEW.source),
    method: text(NEW.method),
    comment: text(NEW.comment),
    logOffset: view.getUint32(NEW.logOffset, isLittle),
    dataByte: HEADER_BYTES.new,
  };
}

function oldHeader({ bytes, view }: SpcSource): SpcHeader {
  const text = ([start, length]: readonly [number, number]) => textAt(bytes, start, length);
  const flags = bytes[0]!;
  const units = axisTexts(bytes, OLD.axisTexts, (flags & 0x20) !== 0);
  return {
    ...flagsOf(flags & ~(FLAG.xListed | FLAG.xPerSubfile)),
    isOld: true,
    exponent: view.getInt16(OLD.exponent, true) & 0xff,
    points: view.getFloat32(OLD.points, true),
    firstX: view.getFloat32(OLD.firstX, true),
    lastX: view.getFloat32(OLD.lastX, true),
    subfileCount: 0,
    zIncrement: 0,
    xUnit: units[0] ?? xUnitOf(bytes[OLD.xType]!),
    yUnit: units[1] ?? yUnitOf(bytes[OLD.yType]!),
    zUnit: units[2] ?? 'arbitrary',
    // The year's top four bits are the type of Z.
    recordedLocal: localTime(
      view.getUint16(OLD.year, true) & 0xfff,
      bytes[OLD.month]!,
      bytes[OLD.day]!,
      bytes[OLD.hour]!,
      bytes[OLD.minute]!,
    ),
    resolution: text(OLD.resolution),
    source: '',
    method: '',
    comment: text(OLD.comment),
    logOffset: 0,
    dataByte: HEADER_BYTES.old,
  };
}

const flagsOf = (flags: number) => ({
  isSixteenBit: (flags & FLAG.ySixteenBit) !== 0,
  isMultifile: (flags & FLAG.multifile) !== 0,
  isXListed: (flags & FLAG.xListed) !== 0,
  isXPerSubfile: (flags & FLAG.xPerSubfile) !== 0,
});

/** Texts of the axes X, Y, Z, zero-separated, which stand for the codes when the flag is set. */
function axisTexts(bytes: Uint8Array, [start, length]: readonly [number, number], isUsed: boolean) {
  if (!isUsed) return [];
  const texts = new TextDecoder('latin1').decode(bytes.subarray(start, start + length)).split('\0');
  return texts.slice(0, 3).map((text) => (text.trim() === '' ? undefined : normaliseUnit(text.trim())));
}

/** A text such as "Wavenumbers (cm-1)" names a unit that has a code. */
function normaliseUnit(text: string): string {
  if (/cm\s*-\s*1|cm\^-1|1\/cm|wavenumber/i.test(text) && !/raman/i.test(text)) return 'cm-1';
  if (/nanomet|\bnm\b/i.test(text)) return 'nm';
  if (/micromet|micron|\bum\b/i.test(text)) return 'um';
  if (/^absorbance/i.test(text)) return 'absorbance';
  if (/^transmi/i.test(text)) return 'transmittance';
  if (/single\s*beam/i.test(text)) return 'single beam';
  return text;
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, start + length));
  return upToZero(text).trim();
}

function localTime(year: number, month: number, day: number, hour: number, minute: number): string | undefined {
  if (!(year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60)) return undefined;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** Facts of a subfile's own header. */
export const subfileHeader = ({ bytes, view, isLittle }: SpcSource, start: number) => ({
  exponent: bytes[start + SUBFILE.exponent]!,
  index: view.getUint16(start + SUBFILE.index, isLittle),
  z: view.getFloat32(start + SUBFILE.z, isLittle),
  points: view.getUint32(start + SUBFILE.points, isLittle),
});

/** A text field ends at its first zero byte. */
export const upToZero = (text: string): string => text.split('\0', 1)[0]!;
