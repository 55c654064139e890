/** Starts the server in the foreground and passes signals on, so that Ctrl-C stops it cleanly. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export function startServer(root: string): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'apps', 'server', 'src', 'main.ts')],
    { stdio: 'inherit', env: { ...process.env, PLUMELINE_ROOT: root } },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}
