/**
 * One process a data directory. The operating system holds the lock: an exclusive SQLite lock on `owner.guard`
 * (fcntl on Unix, LockFileEx on Windows) is taken in one step and vanishes with its process, however that ends, so
 * there is no stale lock to judge, no race to take it over, and a reused pid means nothing. `owner.json` beside it
 * only says who holds it: pid, since when, and where it listens. Never open `owner.guard` by other means in this
 * process: closing any descriptor of a file drops the fcntl locks the process has on it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConflictError } from '@plumeline/core';

/** Who holds a data directory. */
export interface DirectoryOwner {
  readonly pid: number;
  /** UTC instant the lock was taken. */
  readonly startedAt: string;
  /** Where the process serves, once it does, e.g. `http://127.0.0.1:4780`. */
  readonly address?: string;
}

export interface DirectoryLock {
  /** Writes the address into `owner.json`, for the message the next process gets. */
  setAddress(address: string): void;
  release(): void;
}

const OWNER_FILE = 'owner.json';
const GUARD_FILE = 'owner.guard';
const SQLITE_BUSY = 5;

/** @throws ConflictError `data-directory-in-use` when a living process has it. */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true });
  const guard = takeGuard(directory);
  let owner: DirectoryOwner = { pid: process.pid, startedAt: new Date().toISOString() };
  writeOwner(directory, owner);
  let held = true;
  return {
    setAddress: (address) => {
      owner = { ...owner, address };
      writeOwner(directory, owner);
    },
    release: () => {
      if (!held) return;
      held = false;
      rmSync(join(directory, OWNER_FILE), { force: true });
      guard.close();
    },
  };
}

/** Who holds the directory, as far as it says; undefined when nobody wrote it. May name a process that was killed. */
export function ownerOf(directory: string): DirectoryOwner | undefined {
  try {
    return (JSON.parse(readFileSync(join(directory, OWNER_FILE), 'utf8')) as DirectoryOwner | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function takeGuard(directory: string): DatabaseSync {
  const guard = new DatabaseSync(join(directory, GUARD_FILE));
  try {
    guard.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return guard;
  } catch (error) {
    guard.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw inUse(directory);
    throw new Error(`The data directory ${directory} cannot be locked: it must be a local, writable folder.`, {
      cause: error,
    });
  }
}

function inUse(directory: string): ConflictError {
  const owner = ownerOf(directory);
  const who = owner === undefined ? 'another process' : `process ${owner.pid} (since ${owner.startedAt})`;
  const where = owner?.address === undefined ? '' : ` It serves ${owner.address}.`;
  const stop = owner === undefined ? 'Stop that process' : `Stop process ${owner.pid}`;
  return new ConflictError(
    'data-directory-in-use',
    `The data directory ${directory} is in use by ${who}.${where} The embedded database serves one process at a time.`,
    `${stop}, give another directory (PLUMELINE_DATA), or use a PostgreSQL server (DATABASE_URL) to share one database.`,
  );
}

/** Whole or not at all, so that a reader never sees half of it. */
function writeOwner(directory: string, owner: DirectoryOwner): void {
  const fresh = join(directory, `${OWNER_FILE}.${process.pid}`);
  writeFileSync(fresh, `${JSON.stringify(owner)}\n`);
  renameSync(fresh, join(directory, OWNER_FILE));
}
