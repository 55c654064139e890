/** Compiled modules kept between starts: half of a start's work is stripping types and compiling. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** Must run before the modules it is meant for are imported. Node checks each entry against its source. */
export function keepCompiled(): void {
  const root = join(import.meta.dirname, '..', '..', '..');
  enableCompileCache(join(root, 'node_modules', '.cache', 'plumeline', 'compiled'));
}
