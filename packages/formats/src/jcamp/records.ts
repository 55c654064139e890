/** Labelled data records of a JCAMP-DX text and the blocks they make (McDonald & Wilks 1988, section 4). */
import type { Fault } from '@plumeline/core';

/** `##LABEL= value`, further lines in `lines`. Rows count from 1. */
export interface LabelledRecord {
  readonly label: string;
  readonly row: number;
  /** What follows `=` on the label's own line, comment removed. */
  readonly value: string;
  /** The lines below it, comments removed, empty ones kept so that rows count. */
  readonly lines: readonly string[];
}

/** TITLE to END. A LINK block holds others, which follow it as blocks of their own. */
export interface JcampBlock {
  readonly row: number;
  readonly records: readonly LabelledRecord[];
  /** The record `##END=` was there. */
  readonly isClosed: boolean;
}

/** Blocks nest two or three deep in practice; deeper is damage. */
const DEEPEST_BLOCK = 16;

/** `##DATA TYPE`, `##DATATYPE` and `##Data-Type` are one label; the `$` of a private label stays. */
export const normaliseLabel = (label: string): string => label.replace(/[\s\-/_]+/g, '').toUpperCase();

export function splitRecords(text: string): LabelledRecord[] {
  const records: { label: string; row: number; value: string; lines: string[] }[] = [];
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const comment = raw.indexOf('$$');
    const line = comment < 0 ? raw : raw.slice(0, comment);
    const match = /^\s*##([^=]*)=(.*)$/.exec(line);
    if (match === null) records.at(-1)?.lines.push(line);
    else records.push({ label: normaliseLabel(match[1]!), row: index + 1, value: match[2]!.trim(), lines: [] });
  });
  return records;
}

/** Every block in the order of its TITLE, with the faults of nesting. */
export function toBlocks(
  records: readonly LabelledRecord[],
  file: string,
): { blocks: JcampBlock[]; warnings: Fault[] } {
  const warnings: Fault[] = [];
  const blocks: { row: number; records: LabelledRecord[]; isClosed: boolean }[] = [];
  const open: (typeof blocks)[number][] = [];
  for (const record of records) {
    if (record.label === 'TITLE' && open.length < DEEPEST_BLOCK) {
      const parent = open.at(-1);
      if (parent !== undefined && !isLink(parent.records)) {
        warnings.push(notClosed(parent.row, file));
        open.pop();
      }
      const block = { row: record.row, records: [record], isClosed: false };
      blocks.push(block);
      open.push(block);
    } else if (record.label === 'END') {
      const block = open.pop();
      if (block !== undefined) block.isClosed = true;
    } else if (record.label !== '') open.at(-1)?.records.push(record);
  }
  for (const { row } of open) warnings.push(notClosed(row, file));
  return { blocks, warnings };
}

/** A LINK block names blocks to come and has no data of its own. */
export const isLink = (records: readonly LabelledRecord[]): boolean =>
  records.some(({ label, value }) => label === 'BLOCKS' || (label === 'DATATYPE' && value.toUpperCase() === 'LINK'));

const notClosed = (row: number, file: string): Fault => ({
  code: 'jcamp-end-missing',
  message: 'The block that begins here has no ##END=.',
  remedy: 'Check that the file is whole; what could be read is kept.',
  place: { file, row },
});
