import { InputError } from '@plumeline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FaultLog, headerOf, parseTable } from '../src/index.ts';

const table = (text: string, delimiter = ',') => {
  const log = new FaultLog();
  return { ...parseTable(text, 'a.csv', delimiter, log), log };
};
const codeOf = (text: string, delimiter = ',') => {
  try {
    table(text, delimiter);
    return undefined;
  } catch (error) {
    return (error as InputError).faults[0];
  }
};

describe('delimited text', () => {
  it('numbers rows by line of the file, across quotes, CRLF and blank lines', () => {
    const read = table('a,b\r\n1,2\r\n\r\n"x\ny",3\r\n4,"5"""\n');
    expect(read.rows).toEqual([
      ['1', '2'],
      ['x\ny', '3'],
      ['4', '5"'],
    ]);
    expect([...read.line]).toEqual([2, 4, 6]);
  });

  it('logs ragged rows and keeps the others', () => {
    const read = table('a,b\n1,2\n3\n4,5,6\n7,8');
    expect(read.rows).toHaveLength(2);
    expect(read.raggedLines).toEqual([3, 4]);
    expect(read.log.toFaults().map(({ code, place }) => [code, place.row])).toEqual([
      ['row-ragged', 3],
      ['row-ragged', 4],
    ]);
  });

  it.each([
    ['no text', '\n\n', 'file-empty', undefined],
    ['header only', 'a,b\n', 'file-no-rows', undefined],
    ['a column twice', 'a,b,a\n1,2,3\n', 'column-repeated', 1],
    ['another delimiter', 'a;b;c\n1;2;3\n', 'delimiter-mismatch', 1],
    ['an open quote', 'a,b\n1,2\n"3,4\n5,6\n', 'quote-unclosed', 3],
    ['a thousand columns', `${Array.from({ length: 1001 }, (_, i) => `c${i}`).join(',')}\n`, 'too-many-columns', 1],
  ])('refuses %s', (_, text, code, row) => {
    const fault = codeOf(text);
    expect(fault).toMatchObject({ code, place: { file: 'a.csv' } });
    expect(fault?.place.row).toBe(row);
    expect(fault?.remedy.length).toBeGreaterThan(10);
  });

  it('reads the header without the rest, byte order mark or not', () => {
    expect(headerOf('\uFEFFtime, lat\n1,2', ',')).toEqual(['time', 'lat']);
    expect(table('\uFEFFtime,lat\n1,2').header).toEqual(['time', 'lat']);
  });

  it('never fails but with InputError', () => {
    const unit = fc.constantFrom('a', ',', '"', '\n', '\r', ';', '\t', '\u0000', '\uFEFF', '9');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), (text) => {
        try {
          const read = table(text);
          expect(read.rows.every((row) => row.length === read.header.length)).toBe(true);
          expect(read.line).toHaveLength(read.rows.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
