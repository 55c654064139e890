import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFolder } from '../src/result-folder.ts';

/** Larger than any process id of Linux, so that no process has it. */
const DEAD_PID = 4_194_999;

describe('result folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumeline-out-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('leaves the former result whole when a file cannot be written', () => {
    const out = join(folder, 'out');
    writeFolder(out, new Map([['result.json', 'first']]));
    // A file cannot be a folder too: the second entry fails.
    const broken = new Map([
      ['flights', 'x'],
      ['flights/a/report.html', 'y'],
    ]);
    expect(() => writeFolder(out, broken)).toThrow();
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe('first');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('clears up what a killed process left half written', () => {
    const abandoned = join(folder, `.out.new-${DEAD_PID}`);
    mkdirSync(abandoned);
    writeFileSync(join(abandoned, 'result.json'), 'half');
    writeFolder(join(folder, 'out'), new Map([['result.json', 'whole']]));
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('brings back a former result that a killed process had moved aside', () => {
    const aside = join(folder, `.out.old-${DEAD_PID}`);
    mkdirSync(aside);
    writeFileSync(join(aside, 'notes.txt'), 'mine');
    writeFolder(join(folder, 'out'), new Map([['result.json', 'new']]));
    expect(readFileSync(join(folder, 'out', 'notes.txt'), 'utf8')).toBe('mine');
    expect(existsSync(aside)).toBe(false);
  });

  it('removes files of the former result that the new one does not have', () => {
    const out = join(folder, 'out');
    writeFolder(out, new Map([['flights/a/report.html', 'a']]));
    writeFolder(out, new Map([['report.html', 'b']]));
    expect(readdirSync(out)).toEqual(['report.html']);
  });
});
