/** What the map and the series show, worked out from the address: the site in hand, its flight, the samples. */
import type { Detection, Site, SourceEstimate } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  detectionsQuery,
  estimateQuery,
  nullResultsQuery,
  recordingQuery,
  type SiteFile,
  samplesQuery,
  siteQuery,
  sitesQuery,
} from './api.ts';
import { usePlace, useView, type ViewSearch } from './view.ts';

export type Page = 'queue' | 'sites' | 'site' | 'flights' | 'flight' | 'estimate' | 'jobs';

export function usePage(): Page {
  const path = useLocation({ select: ({ pathname }) => pathname });
  const [first, second] = path.split('/').filter((part) => part !== '');
  if (first === 'sites') return second === undefined ? 'sites' : 'site';
  if (first === 'flights') return second === undefined ? 'flights' : 'flight';
  if (first === 'estimates') return 'estimate';
  return first === 'jobs' ? 'jobs' : 'queue';
}

/** Sites that pass the list's filters, in the queue's order. */
export function filterSites(sites: readonly Site[], view: ViewSearch): Site[] {
  const text = (view.q ?? '').trim().toLowerCase();
  return sites.filter(
    (site) =>
      (view.gas === undefined || site.substance === view.gas) &&
      (text === '' || site.label.toLowerCase().includes(text) || site.substance.includes(text)),
  );
}

export interface Scene {
  readonly page: Page;
  readonly sites: readonly Site[];
  /** Site in hand: opened, or under the keyboard in a list. */
  readonly chosen: Site | undefined;
  readonly file: SiteFile | undefined;
  readonly recordingId: string | undefined;
  /** On the page of one estimate. */
  readonly estimate: SourceEstimate | undefined;
  readonly detections: readonly Detection[];
}

/** One empty list for all, so that nothing is drawn anew for an equal one. */
const NONE: readonly Detection[] = [];
const NO_SITES: readonly Site[] = [];

export function useScene(): Scene {
  const page = usePage();
  const place = usePlace();
  const view = useView();
  const all = useQuery(sitesQuery).data;
  const estimateId = place.estimateId;
  const estimate = useQuery({ ...estimateQuery(estimateId ?? ''), enabled: estimateId !== undefined }).data;
  const sites = useMemo((): readonly Site[] => {
    if (estimateId !== undefined) return NO_SITES;
    const listed = all ?? [];
    if (page === 'queue' || page === 'sites') return filterSites(listed, view);
    if (place.recordingId !== undefined) {
      return listed.filter(({ recordingIds }) => recordingIds.includes(place.recordingId!));
    }
    // Training data and real data are never on one map with a site in hand.
    const inHand = listed.find(({ id }) => id === place.siteId);
    return inHand === undefined ? listed : listed.filter(({ exercise }) => exercise === inHand.exercise);
  }, [all, page, place.siteId, place.recordingId, estimateId, view]);
  const chosenId = place.siteId ?? view.at ?? (page === 'queue' ? sites[0]?.id : undefined);
  const file = useQuery({ ...siteQuery(chosenId ?? ''), enabled: chosenId !== undefined }).data;
  const chosen = sites.find(({ id }) => id === chosenId) ?? (file?.site.id === chosenId ? file?.site : undefined);
  const recordingId = place.recordingId ?? estimate?.recordingIds[0] ?? view.rec ?? chosen?.recordingIds[0];
  const detections =
    useQuery({ ...detectionsQuery(recordingId ?? ''), enabled: recordingId !== undefined }).data ?? NONE;
  return { page, sites, chosen, file, recordingId, estimate, detections };
}

/** A cube has no samples: they are asked for once it is known that the recording is none. */
export function useSamples(recordingId: string | undefined) {
  const recording = useRecording(recordingId).data;
  const hasSamples = recording !== undefined && recording.imaging === undefined;
  return useQuery({ ...samplesQuery(recordingId ?? ''), enabled: hasSamples });
}

export function useRecording(recordingId: string | undefined) {
  return useQuery({ ...recordingQuery(recordingId ?? ''), enabled: recordingId !== undefined });
}

export function useNullResults(recordingId: string | undefined) {
  return useQuery({ ...nullResultsQuery(recordingId ?? ''), enabled: recordingId !== undefined });
}
