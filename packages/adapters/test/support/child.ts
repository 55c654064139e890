/** Child processes that run a TypeScript file of this folder and are killed without a chance to clean up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  /** The next line it prints; rejects when it ends before. */
  nextLine(): Promise<string>;
  /** Lines printed and not yet taken. */
  lines(): string[];
  /** SIGKILL: no handler runs. Resolves when the process is gone. */
  kill(): Promise<void>;
  readonly ended: Promise<void>;
}

export function startChild(file: string, ...parameters: string[]): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const arrived: string[] = [];
  let wake = () => {};
  createInterface(child.stdout).on('line', (line) => {
    arrived.push(line);
    wake();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => wake());
  return {
    pid: child.pid ?? 0,
    nextLine: async () => {
      for (;;) {
        const line = arrived.shift();
        if (line !== undefined) return line;
        if (isOver(child)) throw new Error(`${file} ended without saying what was waited for.`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    lines: () => arrived.splice(0),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}

function isOver(child: ChildProcess): boolean {
  return (child.exitCode !== null || child.signalCode !== null) && child.stdout?.readableEnded === true;
}
