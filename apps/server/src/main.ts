/** Entry of the server process: `node apps/server/src/main.ts`. */
import { flushCompileCache } from 'node:module';
import { keepCompiled } from './compile-cache.ts';

keepCompiled();
const { start } = await import('./start.ts');
await start();
// A server may end without notice; what it compiled is of use to the next one.
flushCompileCache();
