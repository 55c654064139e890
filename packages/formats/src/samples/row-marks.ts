import type { Exclusion } from '@plumeline/core';

/** Which rows of a file are not used, and why. The first reason of a row stands. */
export class RowMarks {
  /** 0 for a row in use, else 1 + index into the reasons. */
  readonly mark: Int32Array;
  readonly #reasons: { readonly code: string; readonly reason: string }[] = [];
  readonly #index = new Map<string, number>();

  constructor(rows: number) {
    this.mark = new Int32Array(rows);
  }

  isUsed(row: number): boolean {
    return this.mark[row] === 0;
  }

  exclude(row: number, code: string, reason: string): void {
    if (this.mark[row] !== 0) return;
    const key = `${code}\u0000${reason}`;
    let index = this.#index.get(key);
    if (index === undefined) {
      index = this.#reasons.push({ code, reason });
      this.#index.set(key, index);
    }
    this.mark[row] = index;
  }

  /** One exclusion for each reason among the given rows, in order of first appearance; `line` maps row to file line. */
  toExclusions(rows: Iterable<number>, line: Int32Array, file: string): Exclusion[] {
    const found = new Map<number, { count: number; firstRow: number; lastRow: number }>();
    for (const row of rows) {
      const mark = this.mark[row];
      if (mark === 0) continue;
      const entry = found.get(mark);
      if (entry === undefined) found.set(mark, { count: 1, firstRow: line[row], lastRow: line[row] });
      else {
        entry.count++;
        entry.lastRow = line[row];
      }
    }
    return [...found].map(([mark, span]) => ({ ...this.#reasons[mark - 1], file, ...span }));
  }
}
