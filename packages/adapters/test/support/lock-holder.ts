/** A process that tries to lock a directory, says `held` or the error's code on stdout, and keeps it until killed. */
import { lockDirectory } from '../../src/postgres/directory-lock.ts';

const directory = process.argv[2];
if (directory === undefined) throw new Error('Usage: lock-holder.ts <directory>');
try {
  lockDirectory(directory);
  console.log('held');
  setInterval(() => {}, 1000);
} catch (error) {
  console.log((error as { code?: string }).code);
}
