export type { Database, OpenOptions } from './database.ts';
export { SwallowedError } from './embedded-protocol.ts';
export { DatabaseEndedError, DatabaseError } from './embedded-session.ts';
export { openDatabase } from './open-database.ts';
export { PostgresRecordStore } from './record-store.ts';
