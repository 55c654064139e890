/**
 * Delimited text (RFC 4180) to rows with their line numbers. Our own splitter, with csv-parse as the oracle of its tests: for
 * 15,938 rows of 21 fields csv-parse takes 190 ms warm and 470-600 ms in a process that just started, which is how a file
 * is mostly read; the whole reader's budget is 300 ms (`bench/ingest.ts`).
 */
import { InputError } from '@plumeline/core';
import type { FaultLog } from './fault-log.ts';

/** Most rows of one file; a day of 20 Hz data. */
export const MAX_ROWS = 2_000_000;
/** Most columns of one file. */
export const MAX_COLUMNS = 1_000;
/** Longest line without a quote that is believed to be a row of samples [characters]. */
export const MAX_LINE = 100_000;

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
  const { records, lines, unclosedLine } = splitRecords(
    text.charCodeAt(0) === 0xfeff ? text.slice(1) : text,
    delimiter,
    file,
  );
  if (unclosedLine !== undefined) {
    throw inputError('quote-unclosed', 'A quote that opens here never closes.', 'Close or remove it.', {
      file,
      row: unclosedLine,
    });
  }
  if (records.length === 0)
    throw inputError('file-empty', 'The file holds no text.', 'Copy it again from the instrument.', { file });
  const header = records[0].map((field) => field.trim());
  checkHeader(header, delimiter, file);
  const rows: string[][] = [];
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

const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;

interface Records {
  readonly records: string[][];
  readonly lines: number[];
  /** Line where a quote opens that never closes. */
  readonly unclosedLine: number | undefined;
}

/** Splits into records; lines without a quote by `split`, others field by field. Blank lines are skipped. */
function splitRecords(text: string, delimiter: string, file: string): Records {
  const records: string[][] = [];
  const lines: number[] = [];
  let at = 0;
  let line = 1;
  let nextQuote = text.indexOf('"');
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    if (records.length > MAX_ROWS) {
      throw inputError('too-many-rows', `The file has more than ${MAX_ROWS} rows.`, 'Split it by flight or by hour.', {
        file,
        row: line,
      });
    }
    if (nextQuote >= 0 && nextQuote < end) {
      const record = quotedRecord(text, at, delimiter);
      if (record === undefined) return { records, lines, unclosedLine: line };
      records.push(record.fields);
      lines.push(line);
      line += record.newlines;
      at = record.next;
      nextQuote = text.indexOf('"', at);
      continue;
    }
    const stop = end > at && text.charCodeAt(end - 1) === RETURN ? end - 1 : end;
    if (stop - at > MAX_LINE) {
      throw inputError(
        'line-too-long',
        `A line has ${stop - at} characters; the limit is ${MAX_LINE}.`,
        'Check that the file has line ends (LF or CRLF).',
        { file, row: line },
      );
    }
    if (stop > at) {
      records.push(text.slice(at, stop).split(delimiter));
      lines.push(line);
    }
    line++;
    at = end + 1;
  }
  return { records, lines, unclosedLine: undefined };
}

/** One record that holds a quote, from `at`; undefined when a quote stays open. */
function quotedRecord(text: string, start: number, delimiter: string) {
  const fields: string[] = [];
  let at = start;
  let newlines = 1;
  let lineEnd = endOf(text, at);
  for (;;) {
    let field = '';
    if (text.charCodeAt(at) === QUOTE) {
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) return undefined;
        field += text.slice(at + 1, close);
        at = close;
        if (text.charCodeAt(close + 1) !== QUOTE) break;
        field += '"';
        at = close + 1;
      }
      at++;
      if (at > lineEnd) {
        for (let i = 0; i < field.length; i++) if (field.charCodeAt(i) === NEWLINE) newlines++;
        lineEnd = endOf(text, at);
      }
    }
    const mark = text.indexOf(delimiter, at);
    const ends = mark < 0 || mark > lineEnd;
    const stop = !ends ? mark : lineEnd > at && text.charCodeAt(lineEnd - 1) === RETURN ? lineEnd - 1 : lineEnd;
    fields.push(stop === at ? field : field + text.slice(at, stop));
    if (ends) return { fields, newlines, next: lineEnd + 1 };
    at = mark + 1;
  }
}

/** Place of the next line end, or of the end of the text. */
function endOf(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
