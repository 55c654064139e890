/** Job changes and newly stored records as one stream that any number of pages can follow. */
import type { Job, JobQueue } from '@plumeline/core';
import { isProcessed, type Processed } from './process-job.ts';

export type ServerEvent =
  | { readonly event: 'job'; readonly data: Job }
  | { readonly event: 'records'; readonly data: Processed };

export type Listener = (event: ServerEvent) => void;

export interface Events {
  /** Calls back on every event until the returned function is called. */
  follow(listener: Listener): () => void;
  close(): void;
}

/** One watch on the queue, however many listeners. */
export function openEvents(jobs: Pick<JobQueue, 'watch'>): Events {
  const listeners = new Set<Listener>();
  const stop = jobs.watch((job) => {
    tell({ event: 'job', data: job });
    if (job.state === 'done' && isProcessed(job.output)) tell({ event: 'records', data: job.output });
  });
  const tell = (event: ServerEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  return {
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      stop();
      listeners.clear();
    },
  };
}
