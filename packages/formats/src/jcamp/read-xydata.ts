/** `##XYDATA= (X++(Y..Y))`: evenly spaced ordinates with an abscissa at the head of each line as a check. */
import type { Fault } from '@plumeline/core';
import { parseAsdfLine } from './asdf.ts';
import type { Readings } from './readings.ts';
import type { LabelledRecord } from './records.ts';

/** More ordinates than any spectrometer gives in one spectrum; a damaged count or a bomb. */
export const MOST_POINTS = 16_000_000;
/** Lines print their abscissa rounded, and NIST's quantitative files are one point out on their first line. */
const ABSCISSA_TOLERANCE_POINTS = 1.5;
/** Ordinates in difference form are whole numbers: the check is exact but for round-off. */
const CHECK_TOLERANCE = 0.5;

/** Points of a table in (X++(Y..Y)) form, X from FIRSTX, LASTX and NPOINTS, each line's abscissa compared with it. */
export function readXyData(table: LabelledRecord, header: Readonly<Record<string, string>>, file: string): Readings {
  const place = (row: number) => ({ file, row });
  const factors = numbersOf(header, ['XFACTOR', 'YFACTOR', 'FIRSTX', 'LASTX', 'NPOINTS'], file, table.row);
  if ('faults' in factors) return factors;
  const { XFACTOR, YFACTOR, FIRSTX, LASTX, NPOINTS } = factors.values;
  const refuse = (code: string, message: string, remedy: string, row: number): Readings => ({
    faults: [{ code, message, remedy, place: place(row) }],
    warnings: [],
  });
  const bad = gridFault(FIRSTX!, LASTX!, NPOINTS!, XFACTOR!, YFACTOR!);
  if (bad !== undefined) return refuse('jcamp-grid', bad, 'Correct the header of the block.', table.row);
  const step = NPOINTS === 1 ? 0 : (LASTX! - FIRSTX!) / (NPOINTS! - 1);
  const y = new Float64Array(NPOINTS!);
  const warnings: Fault[] = [];
  let count = 0;
  let isCheckNext = false;
  let last = Number.NaN;
  let abscissaMisses = 0;
  for (const [offset, line] of table.lines.entries()) {
    const row = table.row + 1 + offset;
    if (line.trim() === '') continue;
    const parsed = parseAsdfLine(line, NPOINTS! - count + 1);
    if ('message' in parsed) {
      return refuse('jcamp-number', `${parsed.message} (character ${parsed.column + 1})`, 'Get the file again.', row);
    }
    if (parsed.x === undefined) {
      return refuse('jcamp-number', 'The line does not begin with an abscissa.', 'Get the file again.', row);
    }
    let { values } = parsed;
    if (isCheckNext && values.length > 0) {
      if (!(Math.abs(values[0]! - last) <= CHECK_TOLERANCE)) {
        const message = `The line opens with ${values[0]}, but the differences before it sum to ${last}.`;
        return refuse('jcamp-check', message, 'A line is damaged or missing: get the file again.', row);
      }
      values = values.slice(1);
    }
    const expected = FIRSTX! + step * (isCheckNext ? count - 1 : count);
    const unit = Math.abs(XFACTOR!) * lastDigit(line);
    if (Math.abs(parsed.x * XFACTOR! - expected) > ABSCISSA_TOLERANCE_POINTS * Math.abs(step) + unit) {
      if (abscissaMisses++ === 0) {
        const message = `The line's abscissa is ${parsed.x * XFACTOR!}; FIRSTX, LASTX and NPOINTS put it at ${expected}.`;
        warnings.push({ code: 'jcamp-abscissa', message, remedy: 'Check the axis of this file.', place: place(row) });
      }
    }
    if (count + values.length > NPOINTS!) {
      const message = `There are more ordinates than ##NPOINTS=${NPOINTS}.`;
      return refuse('jcamp-count', message, 'Correct NPOINTS and LASTX, or get the file again.', row);
    }
    for (const value of values) y[count++] = value * YFACTOR!;
    if (values.length > 0) last = values.at(-1)!;
    isCheckNext = parsed.endsInDifference;
  }
  if (count !== NPOINTS) {
    const message = `There are ${count} ordinates; ##NPOINTS= says ${NPOINTS}.`;
    return refuse('jcamp-count', message, 'The file is cut short or its header is wrong: get it again.', table.row);
  }
  if (abscissaMisses > 1) {
    const message = `${abscissaMisses} lines have an abscissa that the header contradicts.`;
    warnings.push({ code: 'jcamp-abscissa', message, remedy: 'Check the axis of this file.', place: place(table.row) });
  }
  const x = Float64Array.from({ length: NPOINTS }, (_, index) => FIRSTX! + step * index);
  warnings.push(...extremeWarnings(y, header, file, table.row, Math.abs(YFACTOR!)));
  return { points: { x, y }, faults: [], warnings };
}

function gridFault(firstX: number, lastX: number, points: number, xFactor: number, yFactor: number) {
  if (!(Number.isInteger(points) && points > 0 && points <= MOST_POINTS)) return `##NPOINTS=${points} is impossible.`;
  if (points > 1 && firstX === lastX) return `##FIRSTX= and ##LASTX= are both ${firstX}.`;
  if (xFactor === 0 || yFactor === 0) return 'A factor is zero.';
  return undefined;
}

/** Named header values as finite numbers, or a fault for each that is missing or unreadable. */
export function numbersOf(
  header: Readonly<Record<string, string>>,
  labels: readonly string[],
  file: string,
  row: number,
): { values: Record<string, number> } | { faults: Fault[]; warnings: Fault[] } {
  const values: Record<string, number> = {};
  const faults: Fault[] = [];
  for (const label of labels) {
    const text = header[label]?.trim().replace(',', '.');
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    values[label] = value;
    if (Number.isFinite(value)) continue;
    const message = text === undefined ? `There is no ##${label}=.` : `##${label}=${text.slice(0, 40)} is no number.`;
    faults.push({ code: 'jcamp-header', message, remedy: `Add ##${label}= as a number.`, place: { file, row } });
  }
  return faults.length > 0 ? { faults, warnings: [] } : { values };
}

/** Rounding unit of a line's abscissa: 0.01 for `575.17`. */
function lastDigit(line: string): number {
  const match = /^\s*[+-]?\d*(?:\.(\d*))?/.exec(line);
  return 10 ** -(match?.[1]?.length ?? 0);
}

/** MAXY, MINY and FIRSTY are further checks of the ordinates: a miss is told, and does no harm. */
export function extremeWarnings(
  y: Float64Array,
  header: Readonly<Record<string, string>>,
  file: string,
  row: number,
  unit: number,
): Fault[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of y) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const facts: [string, number][] = [
    ['MAXY', high],
    ['MINY', low],
  ];
  return facts.flatMap(([label, found]) => {
    const stated = Number(header[label] ?? 'none');
    const tolerance = 0.01 * Math.max(high - low, unit);
    if (!Number.isFinite(stated) || Math.abs(stated - found) <= tolerance) return [];
    const message = `##${label}= says ${stated}; the ordinates give ${found}.`;
    return [{ code: 'jcamp-extreme', message, remedy: 'Check YFACTOR against the source.', place: { file, row } }];
  });
}
