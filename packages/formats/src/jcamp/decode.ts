/**
 * JCAMP-DX spectra (McDonald & Wilks 1988; version 4.24 and 5.0x for one-dimensional spectra): every block of a file with
 * XYDATA in any ASDF form or XYPOINTS. Text in, what could be read and what could not out; never throws, never guesses.
 */
import type { Fault, MeasuredSpectrum, OrdinateKind, SpectralAxis } from '@plumeline/core';
import { readXyData } from './read-xydata.ts';
import { readXyPoints } from './read-xypoints.ts';
import type { PointTable, Readings } from './readings.ts';
import { isLink, type JcampBlock, type LabelledRecord, splitRecords, toBlocks } from './records.ts';

export interface DecodedSpectra {
  readonly spectra: readonly MeasuredSpectrum[];
  /** Blocks that could not be used, each with its reason. */
  readonly faults: readonly Fault[];
  /** What the file gets wrong without harm to the numbers. */
  readonly warnings: readonly Fault[];
}

const OTHER_TABLES = new Set(['PEAKTABLE', 'PEAKASSIGNMENTS', 'RADATA', 'DATATABLE', 'NTUPLES']);

/** All spectra of a JCAMP-DX text. `file` is only used to say where faults are. */
export function decodeJcamp(text: string, file: string): DecodedSpectra {
  const spectra: MeasuredSpectrum[] = [];
  const faults: Fault[] = [];
  const { blocks, warnings } = toBlocks(splitRecords(text), file);
  for (const block of blocks) {
    if (isLink(block.records)) continue;
    const read = readBlock(block, file);
    faults.push(...read.faults);
    warnings.push(...read.warnings);
    if (read.spectrum !== undefined) spectra.push(read.spectrum);
  }
  if (spectra.length === 0 && faults.length === 0) {
    const message = 'There is no block with ##TITLE= and ##XYDATA= or ##XYPOINTS=.';
    faults.push({ code: 'jcamp-format', message, remedy: 'Give a JCAMP-DX file of a spectrum.', place: { file } });
  }
  return { spectra, faults, warnings };
}

function readBlock(
  block: JcampBlock,
  file: string,
): { spectrum?: MeasuredSpectrum; faults: readonly Fault[]; warnings: readonly Fault[] } {
  const header = headerOf(block.records);
  const table = block.records.find(({ label }) => label === 'XYDATA' || label === 'XYPOINTS');
  if (table === undefined) {
    const other = block.records.find(({ label }) => OTHER_TABLES.has(label));
    const message = `The block holds ${other === undefined ? 'no data table' : `##${other.label}=`}, no spectrum of X and Y.`;
    const remedy = 'Export the spectrum as XYDATA or XYPOINTS.';
    return { faults: [{ code: 'jcamp-table', message, remedy, place: { file, row: block.row } }], warnings: [] };
  }
  const variables = table.value.replace(/\s+/g, '').toUpperCase();
  const read = variables.startsWith('(XY..XY')
    ? readXyPoints(table, header, file)
    : variables.startsWith('(X++(Y..Y')
      ? readXyData(table, header, file)
      : unknownForm(table, file);
  if (read.points === undefined) return read;
  const axis = axisOf(header.XUNITS ?? '');
  const spectrum = {
    title: header.TITLE ?? '',
    ...axis.toStandard(read.points),
    axis: axis.axis,
    xUnit: header.XUNITS ?? '',
    yUnit: header.YUNITS ?? '',
    ordinate: ordinateOf(header.YUNITS ?? ''),
    header,
  };
  return { spectrum, faults: read.faults, warnings: read.warnings };
}

/** Text records by label; the first of a label counts. Tables are left out. */
function headerOf(records: readonly LabelledRecord[]): Record<string, string> {
  const header: Record<string, string> = Object.create(null);
  for (const { label, value, lines } of records) {
    if (label in header || label === 'XYDATA' || label === 'XYPOINTS' || OTHER_TABLES.has(label)) continue;
    header[label] = [value, ...lines.map((line) => line.trim())].filter((part) => part !== '').join('\n');
  }
  return header;
}

function unknownForm(table: LabelledRecord, file: string): Readings {
  const message = `##${table.label}= has the form "${table.value.slice(0, 40)}", which is neither (X++(Y..Y)) nor (XY..XY).`;
  const remedy = 'Export the spectrum in one of these two forms.';
  return { faults: [{ code: 'jcamp-table', message, remedy, place: { file, row: table.row } }], warnings: [] };
}

/** Which axis a unit's text names, and the step to cm-1 or nm. */
export function axisOf(unit: string): {
  axis: SpectralAxis;
  toStandard: (points: PointTable) => { x: Float64Array; y: Float64Array };
} {
  const name = unit.replace(/\s+/g, '').toUpperCase();
  const scaled = (factor: number) => (points: PointTable) => ({
    x: factor === 1 ? points.x : points.x.map((value) => value * factor),
    y: points.y,
  });
  if (['1/CM', 'CM-1', 'CM^-1', 'WAVENUMBER', 'WAVENUMBER(CM-1)'].includes(name)) {
    return { axis: 'wavenumber', toStandard: scaled(1) };
  }
  if (name.startsWith('MICROM') || name === 'UM') return { axis: 'wavelength', toStandard: scaled(1000) };
  if (name.startsWith('NANOM') || name === 'NM') return { axis: 'wavelength', toStandard: scaled(1) };
  return { axis: 'other', toStandard: scaled(1) };
}

/** What a unit's text says the ordinate is. */
export function ordinateOf(unit: string): OrdinateKind {
  const name = unit.replace(/\s+/g, '').toUpperCase();
  if (/^\(MICROMOL\/MOL\)-1M-1/.test(name) || /^\(?PPM/.test(name)) return 'absorption-coefficient';
  if (name.startsWith('ABSORBANCE')) return 'absorbance';
  if (name.startsWith('TRANSMIT')) return 'transmittance';
  if (name.startsWith('SINGLEBEAM') || name.startsWith('ARBITRARY')) return 'single-beam';
  return 'other';
}
