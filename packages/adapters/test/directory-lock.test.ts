import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConflictError } from '@plumeline/core';
import { afterEach, expect, it } from 'vitest';
import { lockDirectory, ownerOf } from '../src/postgres/directory-lock.ts';
import { type Child, startChild } from './support/child.ts';
import { temporaryFolder } from './support/databases.ts';

const children: Child[] = [];
const startHolder = (directory: string) => {
  const child = startChild('./lock-holder.ts', directory);
  children.push(child);
  return child;
};
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
});

it('says who holds the directory, since when, where, and what to do', async () => {
  const directory = temporaryFolder();
  const holder = startHolder(directory);
  expect(await holder.nextLine()).toBe('held');
  expect(ownerOf(directory)).toMatchObject({ pid: holder.pid });
  const refusal = refusalOf(directory);
  expect(refusal.code).toBe('data-directory-in-use');
  expect(refusal.message).toContain(`process ${holder.pid} (since 20`);
  expect(refusal.message).toContain(directory);
  expect(refusal.remedy).toContain(`Stop process ${holder.pid}`);
  expect(refusal.remedy).toContain('PLUMELINE_DATA');
});

it('refuses a second lock in the same process, names the address, and lets go', () => {
  const directory = temporaryFolder();
  const lock = lockDirectory(directory);
  lock.setAddress('http://127.0.0.1:4780');
  expect(refusalOf(directory).message).toContain('It serves http://127.0.0.1:4780.');
  lock.release();
  lock.release();
  expect(ownerOf(directory)).toBeUndefined();
  lockDirectory(directory).release();
});

it('takes over from a killed process at once', async () => {
  const directory = temporaryFolder();
  const holder = startHolder(directory);
  expect(await holder.nextLine()).toBe('held');
  await holder.kill();
  expect(ownerOf(directory)).toMatchObject({ pid: holder.pid });
  const lock = lockDirectory(directory);
  expect(ownerOf(directory)).toMatchObject({ pid: process.pid });
  lock.release();
});

it('is not taken in by a pid that another living process has now', () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'owner.json'), JSON.stringify({ pid: process.ppid, startedAt: 'long ago' }));
  lockDirectory(directory).release();
});

it.each(['', '{"pid":', 'null'])('gets by with an owner file that reads %j', (text) => {
  const directory = temporaryFolder();
  const lock = lockDirectory(directory);
  writeFileSync(join(directory, 'owner.json'), text);
  expect(refusalOf(directory).message).toContain('in use by another process');
  lock.release();
});

it('gives a stale directory to exactly one of many that come at once', async () => {
  const directory = temporaryFolder();
  const first = startHolder(directory);
  expect(await first.nextLine()).toBe('held');
  await first.kill();
  for (let round = 0; round < 3; round++) {
    const rivals = Array.from({ length: 6 }, () => startHolder(directory));
    const said = await Promise.all(rivals.map((rival) => rival.nextLine()));
    expect(said.toSorted()).toEqual([...Array(5).fill('data-directory-in-use'), 'held']);
    const winner = rivals[said.indexOf('held')];
    expect(JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8'))).toMatchObject({ pid: winner?.pid });
    await winner?.kill();
  }
});

function refusalOf(directory: string): ConflictError {
  try {
    lockDirectory(directory);
  } catch (error) {
    expect(error).toBeInstanceOf(ConflictError);
    return error as ConflictError;
  }
  throw new Error('The directory was given to two.');
}
