import type { Fault, FaultPlace } from '@plumeline/core';

/** Rows named one by one for each kind of fault; further ones are counted in one closing fault. */
const ROWS_NAMED = 3;

interface Kind {
  readonly fault: Fault;
  count: number;
  lastRow: number;
}

/** Collects faults of files with many rows: the first few of each kind with their row, the rest as a count. */
export class FaultLog {
  readonly #faults: Fault[] = [];
  readonly #kinds = new Map<string, Kind>();
  #count = 0;

  /** How many were added, named or not. */
  get count(): number {
    return this.#count;
  }

  add(code: string, message: string, remedy: string, place: FaultPlace): void {
    this.#count++;
    const fault: Fault = { code, message, remedy, place };
    const key = `${code}\u0000${place.file ?? ''}\u0000${place.column ?? ''}`;
    const kind = this.#kinds.get(key);
    if (kind === undefined) this.#kinds.set(key, { fault, count: 1, lastRow: place.row ?? 0 });
    else {
      kind.count++;
      kind.lastRow = place.row ?? kind.lastRow;
    }
    if (kind === undefined || kind.count <= ROWS_NAMED) this.#faults.push(fault);
  }

  /** Named faults, each kind followed by the count of its unnamed rows. */
  toFaults(): Fault[] {
    const rest = [...this.#kinds.values()]
      .filter(({ count }) => count > ROWS_NAMED)
      .map(({ fault, count, lastRow }) => ({
        code: fault.code,
        message: `${count - ROWS_NAMED} more rows, up to row ${lastRow}, have the same fault; ${count} in all.`,
        remedy: fault.remedy,
        place: { ...fault.place, row: lastRow },
      }));
    return [...this.#faults, ...rest];
  }
}
