/** A process that opens a database, gives it a query without end, prints what came of it, and ends by itself. */
import { openDatabase } from '@plumeline/adapters/postgres';

const dataDirectory = process.argv[2];
if (dataDirectory === undefined) throw new Error('Usage: endless-query.ts <directory>');
const database = await openDatabase({ dataDirectory, answerWithin_s: 5 });
database.onEnd((error) => console.log(`onEnd: ${error.name}`));
const waiting = database.execute('select 1').catch((error: Error) => error.name);
const endless = database.execute('do $$ begin loop end loop; end $$').catch((error: Error) => error.message);
const behind = database.execute('select 2').catch((error: Error) => error.name);
console.log(JSON.stringify({ first: await waiting, endless: await endless, behind: await behind }));
