/** The server's events into the query cache, and whether they still arrive. */
import type { Job } from '@plumeline/core';
import { useSyncExternalStore } from 'react';
import { jobsQuery, queryClient } from './api.ts';

let isLive = true;
const listeners = new Set<() => void>();

/** Listens for as long as the page lives. The browser reconnects by itself; after a gap everything is asked again. */
export function startLiveUpdates(): void {
  const events = new EventSource('/api/events');
  events.addEventListener('job', (event) => takeJob(JSON.parse(event.data)));
  for (const name of ['record', 'records', 'recording', 'site']) events.addEventListener(name, refreshRecords);
  events.onopen = () => {
    if (!isLive) void queryClient.invalidateQueries();
    setLive(true);
  };
  events.onerror = () => setLive(false);
}

export function useIsLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

function takeJob(job: Job): void {
  queryClient.setQueryData(jobsQuery.queryKey, (jobs) => {
    if (jobs === undefined) return jobs;
    const isKnown = jobs.some(({ id }) => id === job.id);
    return isKnown ? jobs.map((other) => (other.id === job.id ? job : other)) : [job, ...jobs];
  });
  if (job.state === 'done') refreshRecords();
}

function refreshRecords(): void {
  for (const key of ['sites', 'recordings', 'detections', 'null-results', 'exercise']) {
    void queryClient.invalidateQueries({ queryKey: [key] });
  }
}

function setLive(value: boolean): void {
  if (value === isLive) return;
  isLive = value;
  for (const listener of listeners) listener();
}
