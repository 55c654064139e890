/**
 * Galactic SPC files, all three byte layouts: one spectrum or many, even or listed abscissae, common or per subfile,
 * 16-bit, 32-bit and float ordinates, log block. Bytes in, what could be read and what could not out; never throws.
 */
import type { Fault, MeasuredSpectrum, OrdinateKind, SpectralAxis } from '@plumeline/core';
import { VERSION } from './layout.ts';
import { readHeader, type SpcHeader, upToZero } from './read-header.ts';
import { readSubfiles, type Subfile } from './read-subfiles.ts';
import type { SpcSource } from './source.ts';

export interface DecodedSpc {
  readonly spectra: readonly MeasuredSpectrum[];
  /** What could not be read, each with file and byte. */
  readonly faults: readonly Fault[];
  /** What the file gets wrong without harm to the numbers. */
  readonly warnings: readonly Fault[];
  /** The log block's text, lines as written; empty when there is none. */
  readonly log: string;
}

/** All spectra of an SPC file. `file` is only used to say where faults are. */
export function decodeSpc(bytes: Uint8Array, file: string): DecodedSpc {
  const fault: SpcSource['fault'] = (code, message, remedy, byte) => ({ code, message, remedy, place: { file, byte } });
  const nothing = (reason: Fault): DecodedSpc => ({ spectra: [], faults: [reason], warnings: [], log: '' });
  const version = bytes[1];
  if (version === VERSION.shimadzu) {
    const message = 'This is a Shimadzu .spc file, another format of the same name.';
    return nothing(fault('spc-format', message, 'Export it as Galactic SPC or JCAMP-DX.', 1));
  }
  if (version !== VERSION.newLittle && version !== VERSION.newBig && version !== VERSION.old) {
    const message = `Byte 1 is ${version ?? 'missing'}; an SPC file has 0x4B, 0x4C or 0x4D there.`;
    return nothing(fault('spc-format', message, 'Give a Galactic SPC file.', 1));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const source: SpcSource = { bytes, view, isLittle: version !== VERSION.newBig, fault };
  const header = readHeader(source, version === VERSION.old);
  if ('message' in header) return nothing(header);
  const { subfiles, faults } = readSubfiles(source, header);
  const log = readLog(source, header);
  const spectra = subfiles.map((subfile) => toSpectrum(header, subfile));
  return { spectra, faults, warnings: log.warnings, log: log.text };
}

function toSpectrum(header: SpcHeader, subfile: Subfile): MeasuredSpectrum {
  const { axis, factor } = axisOf(header.xUnit);
  const facts: Record<string, string> = Object.create(null);
  const entries: [string, string][] = [
    ['RESOLUTION', header.resolution],
    ['SOURCE', header.source],
    ['METHOD', header.method],
    ['COMMENT', header.comment],
    ['SUBFILE', `${subfile.index + 1} of ${header.subfileCount}`],
    ['Z', String(subfile.z)],
    ['ZUNITS', header.zUnit],
  ];
  for (const [label, value] of entries) if (value !== '') facts[label] = value;
  return {
    title: header.comment.split('\n')[0] ?? '',
    axis,
    x: factor === 1 ? subfile.x : subfile.x.map((value) => value * factor),
    y: subfile.y,
    xUnit: header.xUnit,
    yUnit: header.yUnit,
    ordinate: ordinateOf(header.yUnit),
    ...(header.recordedLocal === undefined ? {} : { recordedLocal: header.recordedLocal }),
    header: facts,
  };
}

function axisOf(unit: string): { axis: SpectralAxis; factor: number } {
  if (unit === 'cm-1') return { axis: 'wavenumber', factor: 1 };
  if (unit === 'nm') return { axis: 'wavelength', factor: 1 };
  if (unit === 'um') return { axis: 'wavelength', factor: 1000 };
  return { axis: 'other', factor: 1 };
}

function ordinateOf(unit: string): OrdinateKind {
  if (unit === 'absorbance' || unit === 'transmittance') return unit;
  // Instruments write uncalibrated power under any of these codes.
  if (['single beam', 'arbitrary intensity', 'intensity', 'energy', 'emission', 'counts'].includes(unit)) {
    return 'single-beam';
  }
  return 'other';
}

/** Log block: sizes, then text at its own offset. A damaged one costs only the log. */
function readLog(source: SpcSource, header: SpcHeader): { text: string; warnings: Fault[] } {
  const start = header.logOffset;
  if (start === 0) return { text: '', warnings: [] };
  const { view, bytes, isLittle } = source;
  const damaged = (byte: number) => {
    const message = 'The log block lies outside the file; the spectra are not affected.';
    return { text: '', warnings: [source.fault('spc-log', message, 'Get the file again if the log matters.', byte)] };
  };
  if (start < 0 || start + 64 > bytes.length) return damaged(248);
  const end = start + view.getUint32(start, isLittle);
  const text = start + view.getUint32(start + 8, isLittle);
  if (text > bytes.length || text > end) return damaged(start);
  const latin1 = new TextDecoder('latin1').decode(bytes.subarray(text, Math.min(end, bytes.length)));
  return { text: upToZero(latin1).replace(/\r\n/g, '\n'), warnings: [] };
}
