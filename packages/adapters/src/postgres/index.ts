export type { Database, OpenOptions } from './database.ts';
export { type DirectoryOwner, ownerOf } from './directory-lock.ts';
export { SwallowedError } from './embedded-protocol.ts';
export { DatabaseEndedError, DatabaseError } from './embedded-session.ts';
export { openDatabase } from './open-database.ts';
export { PostgresRecordStore } from './record-store.ts';
