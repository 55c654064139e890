/** Errors in words on stderr, and the exit code that scripts read. */
import { ConflictError, type Fault, InputError, NotFoundError } from '@plumeline/core';

export const ExitCode = { done: 0, internal: 1, badInput: 2 } as const;

/** Prints what went wrong and what to do; returns the exit code. */
export function explain(error: unknown): number {
  if (error instanceof InputError) {
    process.stderr.write(formatFaults(error.faults));
    return ExitCode.badInput;
  }
  if (error instanceof NotFoundError) {
    process.stderr.write(`${error.message}\n`);
    return ExitCode.badInput;
  }
  if (error instanceof ConflictError) {
    process.stderr.write(`${error.message}\n  Remedy: ${error.remedy}\n`);
    return ExitCode.badInput;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `Plumeline failed; this is a fault of the software, not of your files. Nothing was written.\n${detail}\n`,
  );
  return ExitCode.internal;
}

/** The same as one JSON text on stdout, for commands that were asked for JSON. */
export function explainAsJson(error: unknown): number {
  const isInput = error instanceof InputError;
  const message = error instanceof Error ? error.message : String(error);
  const remedy = 'This is a fault of the software, not of your input; report it with the input.';
  const faults: readonly Fault[] = isInput ? error.faults : [{ code: 'internal', message, remedy, place: {} }];
  process.stdout.write(`${JSON.stringify({ form: 'plumeline-faults-1', faults })}\n`);
  return isInput ? ExitCode.badInput : ExitCode.internal;
}

/** `InputError` for something said on the command line rather than in a file. */
export function inputError(code: string, message: string, remedy: string, file?: string): InputError {
  return new InputError([{ code, message, remedy, place: file === undefined ? {} : { file } }]);
}

/**
 * Faults grouped by file, a paragraph each: where, what, remedy. Faults that share message and remedy are told once
 * with their rows.
 */
export function formatFaults(faults: readonly Fault[]): string {
  const byFile = Map.groupBy(faults, ({ place }) => place.file ?? '');
  const count = faults.length === 1 ? 'One fault' : `${faults.length} faults`;
  const parts = [...byFile].map(([file, some]) => `${file === '' ? '' : `\n${file}\n`}${some.map(formatOne).join('')}`);
  return `${count}; nothing was written.\n${parts.join('')}`;
}

function formatOne({ place, message, remedy }: Fault): string {
  const where = [
    place.row === undefined ? '' : `row ${place.row}`,
    place.column === undefined ? '' : `column "${place.column}"`,
    place.byte === undefined ? '' : `byte ${place.byte}`,
    place.path === undefined ? '' : `at ${place.path === '' ? 'the top' : place.path}`,
  ].filter((part) => part !== '');
  return `  ${where.length === 0 ? '' : `${where.join(', ')}: `}${message}\n      Remedy: ${remedy}\n`;
}
