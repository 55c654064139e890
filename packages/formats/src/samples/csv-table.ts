/** Delimited text (RFC 4180) to rows with their line numbers, split by csv-parse. */
import { InputError } from '@plumeline/core';
import { CsvError, parse } from 'csv-parse/sync';
import type { FaultLog } from './fault-log.ts';

/** Most rows of one file; a day of 20 Hz data. */
export const MAX_ROWS = 2_000_000;
/** Most columns of one file. */
export const MAX_COLUMNS = 1_000;
/** Longest first line that is looked at as a header [characters]. */
const MAX_LINE = 100_000;

export interface Table {
  readonly file: string;
  readonly header: readonly string[];
  /** Rows below the header, each as long as the header; ragged rows are left out and logged as faults. */
  readonly rows: readonly (readonly string[])[];
  /** Line of each row in the file, from 1, header included. */
  readonly line: Int32Array;
  /** Lines of ragged rows. */
  readonly raggedLines: readonly number[];
}

/**
 * Table of a text. Blank lines are skipped. Ragged rows are logged, never padded.
 * @throws InputError when there is no header with two fields, or no rows, or too many.
 */
export function parseTable(text: string, file: string, delimiter: string, log: FaultLog): Table {
  const { records, lines } = splitRecords(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, delimiter, file);
  if (records.length === 0)
    throw inputError('file-empty', 'The file holds no text.', 'Copy it again from the instrument.', { file });
  const header = records[0].map((field) => field.trim());
  checkHeader(header, delimiter, file);
  const rows: (readonly string[])[] = [];
  const rowLines: number[] = [];
  const raggedLines: number[] = [];
  for (let i = 1; i < records.length; i++) {
    if (records[i].length === header.length) {
      rows.push(records[i]);
      rowLines.push(lines[i]);
      continue;
    }
    raggedLines.push(lines[i]);
    log.add(
      'row-ragged',
      `The row has ${records[i].length} fields; the header has ${header.length}.`,
      records[i].length > header.length
        ? 'Remove the extra fields; if decimals are written with commas, use points or another delimiter.'
        : 'Complete the row; a last row that is cut off can be deleted.',
      { file, row: lines[i] },
    );
  }
  if (rows.length === 0 && raggedLines.length === 0) {
    throw inputError('file-no-rows', 'The file has a header and no rows.', 'Copy it again from the instrument.', {
      file,
    });
  }
  return { file, header, rows, line: Int32Array.from(rowLines), raggedLines };
}

/** Header of a text without reading the rest; empty when there is none. For choosing a profile. */
export function headerOf(text: string, delimiter: string): string[] {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const end = text.slice(start, start + MAX_LINE).search(/\r?\n/);
  const line = text.slice(start, end < 0 ? start + MAX_LINE : start + end);
  const { records } = splitRecords(line, delimiter, '');
  return (records[0] ?? []).map((field) => field.trim());
}

function checkHeader(header: readonly string[], delimiter: string, file: string): void {
  const place = { file, row: 1 };
  if (header.length > MAX_COLUMNS) {
    throw inputError(
      'too-many-columns',
      `The header has ${header.length} fields; the limit is ${MAX_COLUMNS}.`,
      'Choose the delimiter the file uses.',
      place,
    );
  }
  const other = [';', '\t', ','].find(
    (mark) => mark !== delimiter && header.some((field) => field.split(mark).length > 2),
  );
  if (header.length < 2 && other !== undefined) {
    const name = other === '\t' ? 'tab' : other;
    throw inputError(
      'delimiter-mismatch',
      `Fields look separated by "${name}".`,
      `Set text.delimiter to "${name}" in the profile.`,
      place,
    );
  }
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw inputError('column-repeated', `Two columns are called "${repeated}".`, 'Rename one of them.', {
      ...place,
      column: repeated,
    });
  }
}

function inputError(
  code: string,
  message: string,
  remedy: string,
  place: { file: string; row?: number; column?: string },
) {
  return new InputError([{ code, message, remedy, place }]);
}

interface Records {
  readonly records: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

/** Splits into records with the line each starts on, by csv-parse. Blank lines are skipped. */
function splitRecords(text: string, delimiter: string, file: string): Records {
  const records: string[][] = [];
  const lines: number[] = [];
  let lastLine = 0;
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      on_record: (record: string[], context) => {
        lastLine = context.lines;
        if (records.length > MAX_ROWS) throw tooManyRows(file, lastLine);
        records.push(record);
        lines.push(lastLine - newlinesIn(record));
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? faultOf(error, file, lastLine + 1) : error;
  }
  return { records, lines };
}

/** csv-parse counts a record's last line; quoted fields may span several. */
function newlinesIn(record: readonly string[]): number {
  let count = 0;
  for (const field of record) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function tooManyRows(file: string, row: number): InputError {
  return inputError('too-many-rows', `The file has more than ${MAX_ROWS} rows.`, 'Split it by flight or by hour.', {
    file,
    row,
  });
}

/** csv-parse's errors in our words, at the line where the record that failed begins. */
function faultOf(error: CsvError, file: string, row: number): InputError {
  const place = { file, row };
  return error.code === 'CSV_QUOTE_NOT_CLOSED'
    ? inputError('quote-unclosed', 'A quote that opens here never closes.', 'Close or remove it.', place)
    : inputError('table-unreadable', error.message, 'Open it in a text editor and mend this line.', place);
}
