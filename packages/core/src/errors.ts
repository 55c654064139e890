/**
 * What goes wrong, in a form that every app can show: the CLI as text, the server as problem+json, the workbench
 * in the reader's language by `code`.
 */

/** Where in a person's input the fault lies. Rows are file lines counted from 1, header included; bytes from 0. */
export interface FaultPlace {
  readonly file?: string;
  readonly row?: number;
  readonly column?: string;
  readonly byte?: number;
  /** JSON pointer (RFC 6901) into a JSON text. */
  readonly path?: string;
}

/** One thing wrong with input: what happened, where, and what the person can do about it. */
export interface Fault {
  /** Stable kebab-case identifier, e.g. `unit-unknown`; the workbench translates by it. */
  readonly code: string;
  /** One plain English sentence: what is wrong. */
  readonly message: string;
  /** One plain English sentence: what to do. */
  readonly remedy: string;
  readonly place: FaultPlace;
}

/** Input that cannot be used. Thrown before anything is stored; carries every fault found, not only the first. */
export class InputError extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map(formatFault).join('\n'));
    this.name = 'InputError';
    this.faults = faults;
  }
}

/** A thing asked for by id that is not there. */
export class NotFoundError extends Error {
  readonly kind: string;
  readonly id: string;
  constructor(kind: string, id: string) {
    super(`There is no ${kind} with id ${id}.`);
    this.name = 'NotFoundError';
    this.kind = kind;
    this.id = id;
  }
}

/** The request contradicts the present state, e.g. a job that has ended cannot be cancelled. */
export class ConflictError extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.name = 'ConflictError';
    this.code = code;
    this.remedy = remedy;
  }
}

/** Work stopped because a person asked for it. */
export class CancelledError extends Error {
  constructor(message = 'Cancelled.') {
    super(message);
    this.name = 'CancelledError';
  }
}

/** `flight.csv, row 12, column lat: message Remedy: remedy` */
export function formatFault(fault: Fault): string {
  const { file, row, column, byte, path } = fault.place;
  const parts = [
    file,
    row === undefined ? undefined : `row ${row}`,
    column === undefined ? undefined : `column ${column}`,
    byte === undefined ? undefined : `byte ${byte}`,
    path === undefined ? undefined : `at ${path === '' ? 'the top' : path}`,
  ].filter((part) => part !== undefined);
  const where = parts.length === 0 ? '' : `${parts.join(', ')}: `;
  return `${where}${fault.message} Remedy: ${fault.remedy}`;
}
