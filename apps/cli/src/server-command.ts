/** `plumeline up` and `plumeline server`: start the server as a process of its own and pass signals on to it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './software.ts';

/** Builds what changed, then runs the server until it is stopped. */
export function upCommand(): Promise<void> {
  return runNode([join(ROOT, 'tools', 'src', 'repo.ts'), 'start']);
}

export function serverCommand(): Promise<void> {
  return runNode([join(ROOT, 'apps', 'server', 'src', 'main.ts')]);
}

/** Ends with the exit code of the child. */
function runNode(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: 'inherit',
    env: { ...process.env, PLUMELINE_ROOT: ROOT },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}
