export {
  DirectoryObjectStore,
  type DirectoryObjectStoreOptions,
  LARGEST_OBJECT_BYTES,
  TamperedObjectError,
} from './directory-object-store.ts';
