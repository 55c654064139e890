/** What the main thread and the database worker say to each other, and how the worker judges an answer of PGlite. */

/** One call of the main thread. `query` is one statement with parameters, `batch` any number of statements without. */
export type WorkerRequest =
  | { readonly id: number; readonly type: 'query'; readonly text: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly type: 'batch'; readonly text: string }
  | { readonly id: number; readonly type: 'close' };

export type WorkerReply =
  | { readonly id: number; readonly result: StatementResult }
  | { readonly id: number; readonly error: WorkerFault };

export interface StatementResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly affectedRows: number;
  /** Command tag of the (last) statement, e.g. `COMMIT`. */
  readonly command: string;
}

/** An error that crossed the thread boundary; the fields are PostgreSQL's own. */
export interface WorkerFault {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly constraint?: string;
}

/** What the worker is started with. */
export interface WorkerSettings {
  /** The cluster's folder (PostgreSQL's PGDATA). */
  readonly clusterDirectory: string;
  /** Archive of the PostGIS libraries to load; the package's own, whole one when absent. */
  readonly postgisBundle?: string;
}

/** The part of PGlite's result the guard reads. */
export interface PgliteResult {
  readonly rows: readonly unknown[];
  readonly command?: string | undefined;
  readonly affectedRows?: number | undefined;
}

const SENTINEL = 'plumeline_batch_ran_to_its_end';

/** Own error code, in the class PostgreSQL keeps for internal errors (XX). */
export const SWALLOWED_ERROR_CODE = 'XXPL1';

/** A statement failed inside PGlite's WASM and PGlite said nothing about it. */
export class SwallowedError extends Error {
  readonly code = SWALLOWED_ERROR_CODE;
  constructor(text: string) {
    super(
      `The embedded database lost an error of this statement; the work was rolled back: ${text.slice(0, 200)} ` +
        '(PostGIS topology functions do this; compute topology in core, or use a PostgreSQL server).',
    );
    this.name = 'SwallowedError';
  }
}

/**
 * PGlite turns a C++ exception (GEOS, PROJ) into a result with no command tag: no rows, no error, and the transaction
 * stays good. Every real statement has a tag. @throws SwallowedError
 */
export function assertRan(result: PgliteResult | undefined, text: string): void {
  if (result === undefined || result.command === undefined) throw new SwallowedError(text);
}

/** A batch ends at the swallowed statement without a word, so a last SELECT has to come back. */
export function withSentinel(batch: string): string {
  return `${batch}\n;SELECT '${SENTINEL}' AS sentinel`;
}

/** The batch's own results. @throws SwallowedError */
export function assertBatchRan(results: readonly PgliteResult[], text: string): readonly PgliteResult[] {
  const last = results.at(-1);
  const row = last?.rows[0] as { sentinel?: string } | undefined;
  if (row?.sentinel !== SENTINEL) throw new SwallowedError(text);
  const own = results.slice(0, -1);
  for (const result of own) assertRan(result, text);
  return own;
}
