/** Progress on stderr: one line that updates on a terminal, a line a stage when piped. */
import type { Progress } from '@plumeline/core';

const BAR_CELLS = 24;
/** A terminal line is redrawn at most this often. */
const REDRAW_MS = 80;
const STAGE_WORDS: Readonly<Record<string, string>> = {
  read: 'reading files',
  ingest: 'checking files',
  retrieve: 'filtering',
  detect: 'looking for gas',
  locate: 'locating',
  fuse: 'joining sites',
  write: 'writing',
};

export class ProgressLine {
  private readonly stream: NodeJS.WriteStream;
  private lastDrawnAt = 0;
  private lastLine = '';

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
  }

  show({ stage, fraction, detail }: Progress): void {
    const word = STAGE_WORDS[stage] ?? stage;
    const what = detail === undefined ? word : `${word}: ${detail}`;
    if (!this.stream.isTTY) {
      this.showPlain(what);
      return;
    }
    const now = performance.now();
    if (now - this.lastDrawnAt < REDRAW_MS && fraction < 1) return;
    this.lastDrawnAt = now;
    const done = Math.round(BAR_CELLS * Math.min(1, Math.max(0, fraction)));
    const bar = `${'█'.repeat(done)}${'░'.repeat(BAR_CELLS - done)}`;
    const line = `${bar} ${String(Math.round(100 * fraction)).padStart(3)} %  ${what}`;
    this.stream.write(`\r\u001b[2K${line.slice(0, (this.stream.columns || 80) - 1)}`);
  }

  /** Takes the line away, so that what follows stands at the left. */
  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\u001b[2K');
  }

  private showPlain(what: string): void {
    if (what === this.lastLine) return;
    this.lastLine = what;
    this.stream.write(`${what}\n`);
  }
}
