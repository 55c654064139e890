/** A question to the server that a person waits for: how long already, a way to stop it, and what went wrong. */
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Asking {
  readonly isBusy: boolean;
  /** Whole seconds so far. */
  readonly elapsed_s: number;
  readonly error: Error | undefined;
  /** Runs work to its end, or until `stop`; a new question ends the one before. */
  ask(work: (signal: AbortSignal) => Promise<void>): void;
  stop(): void;
}

export function useAsking(): Asking {
  const [isBusy, setBusy] = useState(false);
  const [elapsed_s, setElapsed] = useState(0);
  const [error, setError] = useState<Error>();
  const control = useRef<AbortController>(undefined);
  const stop = useCallback(() => {
    control.current?.abort();
    control.current = undefined;
    setBusy(false);
  }, []);
  useEffect(() => stop, [stop]);
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(() => setElapsed((seconds) => seconds + 1), 1000);
    return () => clearInterval(timer);
  }, [isBusy]);
  const ask = useCallback((work: (signal: AbortSignal) => Promise<void>) => {
    control.current?.abort();
    const mine = new AbortController();
    control.current = mine;
    setError(undefined);
    setElapsed(0);
    setBusy(true);
    work(mine.signal)
      .catch((fault: unknown) => {
        if (!mine.signal.aborted) setError(fault instanceof Error ? fault : new Error(String(fault)));
      })
      .finally(() => {
        if (control.current === mine) setBusy(false);
      });
  }, []);
  return { isBusy, elapsed_s, error, ask, stop };
}
