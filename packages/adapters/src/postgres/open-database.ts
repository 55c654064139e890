/** One way in: the embedded database in a directory, or a PostgreSQL server by its URL. */
import type { Database, OpenOptions } from './database.ts';
import { openEmbedded } from './embedded-database.ts';
import { openServer } from './server-database.ts';

/**
 * Opens the database and brings its schema up to date.
 * @throws ConflictError when the data directory is in use, the server unfit, or the schema of another version.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  if (options.url !== undefined) return openServer(options.url, options);
  if (options.dataDirectory === undefined) throw new Error('openDatabase needs a url or a dataDirectory.');
  return openEmbedded({ ...options, dataDirectory: options.dataDirectory });
}
