import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlumelineRecord } from '@plumeline/core';
import { inputError } from './explain.ts';

/** All records of a result folder. @throws InputError */
export function readRecords(folder: string): PlumelineRecord[] {
  const path = join(folder, 'records.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PlumelineRecord[];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError(
      'records-unreadable',
      `The records of the result cannot be read: ${reason}.`,
      'Give the folder that `plumeline process` wrote.',
      path,
    );
  }
}
