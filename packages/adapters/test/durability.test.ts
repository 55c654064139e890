/** The promise of the embedded database: what was acknowledged survives kill -9 (not a power loss). */
import { openDatabase, PostgresRecordStore } from '@plumeline/adapters/postgres';
import { expect, it } from 'vitest';
import { startChild } from './support/child.ts';
import { temporaryFolder } from './support/databases.ts';
import { sampleChain } from './support/sample-records.ts';

const KILLS = 20;
const SEED = 20_261_121;
/** Longest time a writer lives after its first acknowledgement [ms]. */
const LONGEST_LIFE_MS = 400;
/** Batches a writer can make in that time, with room to spare: numbers never overlap. */
const NUMBERS_A_WRITER = 100_000;
const BATCH = sampleChain(0).all.length;

it('keeps every acknowledged record through twenty kills at random moments', async () => {
  const dataDirectory = temporaryFolder();
  const random = mulberry32(SEED);
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = startChild('./record-writer.ts', dataDirectory, String(kill * NUMBERS_A_WRITER));
    const stored = idsOf(await writer.nextLine());
    expectKept(acknowledged, stored, `opening ${kill}`);
    note(acknowledged, await writer.nextLine());
    await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LIFE_MS));
    await writer.kill();
    for (const line of writer.lines()) note(acknowledged, line);
    // Every tenth time also while it opens and recovers.
    if (kill % 10 === 9) await killWhileOpening(dataDirectory, random() * 1500);
  }
  expect(acknowledged.size).toBeGreaterThan(KILLS * BATCH);
  const database = await openDatabase({ dataDirectory });
  const rows = await database.tables.selectFrom('plumeline.record').select('id').execute();
  expectKept(acknowledged, new Set(rows.map((row) => row.id)), 'the end');
  const store = new PostgresRecordStore(database);
  const [newest] = await store.list('site', { limit: 1 });
  expect(await store.trace(newest!.id)).toHaveLength(4);
  await database.close();
}, 600_000);

/** Nothing acknowledged is missing, and no batch is there in part. */
function expectKept(acknowledged: ReadonlySet<string>, stored: ReadonlySet<string>, when: string): void {
  const lost = [...acknowledged].filter((id) => !stored.has(id));
  expect({ when, seed: SEED, lost }).toEqual({ when, seed: SEED, lost: [] });
  expect(stored.size % BATCH).toBe(0);
}

async function killWhileOpening(dataDirectory: string, after_ms: number): Promise<void> {
  const writer = startChild('./record-writer.ts', dataDirectory, '0');
  await new Promise((resolve) => setTimeout(resolve, after_ms));
  await writer.kill();
}

function note(acknowledged: Set<string>, line: string): void {
  for (const id of idsOf(line)) acknowledged.add(id);
}

function idsOf(line: string): Set<string> {
  return new Set(
    line
      .split(' ')
      .slice(1)
      .filter((id) => id !== ''),
  );
}

/** Seeded uniform numbers in [0, 1) (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
