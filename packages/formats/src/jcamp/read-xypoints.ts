/** `##XYPOINTS= (XY..XY)`: pairs at any spacing, in plain numbers. */
import type { Fault } from '@plumeline/core';
import { extremeWarnings, MOST_POINTS, numbersOf } from './read-xydata.ts';
import type { Readings } from './readings.ts';
import type { LabelledRecord } from './records.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d{1,3})?$/;

/** Points of a table in (XY..XY) form. X must run one way. */
export function readXyPoints(table: LabelledRecord, header: Readonly<Record<string, string>>, file: string): Readings {
  const factors = numbersOf(header, ['XFACTOR', 'YFACTOR', 'NPOINTS'], file, table.row);
  if ('faults' in factors) return factors;
  const { XFACTOR, YFACTOR, NPOINTS } = factors.values;
  const refuse = (code: string, message: string, remedy: string, row: number): Readings => ({
    faults: [{ code, message, remedy, place: { file, row } }],
    warnings: [],
  });
  const numbers: number[] = [];
  for (const [offset, line] of table.lines.entries()) {
    const row = table.row + 1 + offset;
    for (const token of line.split(/[\s,;]+/)) {
      if (token === '') continue;
      const isMissing = token === '?' && numbers.length % 2 === 1;
      if (!isMissing && !NUMBER.test(token)) {
        return refuse('jcamp-number', `"${token.slice(0, 40)}" is no number.`, 'Get the file again.', row);
      }
      if (numbers.length >= 2 * MOST_POINTS) {
        return refuse('jcamp-count', `There are more than ${MOST_POINTS} points.`, 'Split the file.', row);
      }
      numbers.push(isMissing ? Number.NaN : Number(token));
    }
  }
  const count = numbers.length / 2;
  if (count !== NPOINTS || count < 1) {
    const message = `There are ${count} pairs; ##NPOINTS= says ${NPOINTS}.`;
    return refuse('jcamp-count', message, 'The file is cut short or its header is wrong: get it again.', table.row);
  }
  const x = Float64Array.from({ length: count }, (_, index) => numbers[2 * index]! * XFACTOR!);
  const y = Float64Array.from({ length: count }, (_, index) => numbers[2 * index + 1]! * YFACTOR!);
  const turn = x.findIndex((value, index) => index > 1 && !((value - x[index - 1]!) * (x[1]! - x[0]!) > 0));
  if (turn > 0 || (count > 1 && x[0] === x[1])) {
    const message = `The abscissa turns back or repeats at point ${Math.max(turn, 1) + 1}.`;
    return refuse('jcamp-grid', message, 'Sort the points and remove double ones.', table.row);
  }
  const warnings: Fault[] = extremeWarnings(y, header, file, table.row, Math.abs(YFACTOR!));
  return { points: { x, y }, faults: [], warnings };
}
