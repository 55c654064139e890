/**
 * A process that opens an embedded database, prints `stored <ids>` once, then writes records without end and prints
 * `acknowledged <id>` after each batch. It is there to be killed.
 */
import { openDatabase, PostgresRecordStore } from '@plumeline/adapters/postgres';
import { sampleChain } from './sample-records.ts';

const [dataDirectory, firstNumber] = process.argv.slice(2);
if (dataDirectory === undefined || firstNumber === undefined) throw new Error('Usage: record-writer.ts <dir> <number>');
const database = await openDatabase({ dataDirectory });
const store = new PostgresRecordStore(database);
const stored = await database.tables.selectFrom('plumeline.record').select(['id', 'kind']).execute();
process.stdout.write(`stored ${stored.map((row) => row.id).join(' ')}\n`);
for (let number = Number(firstNumber); ; number++) {
  const { all } = sampleChain(number);
  await store.save(all);
  process.stdout.write(`acknowledged ${all.map((record) => record.id).join(' ')}\n`);
}
