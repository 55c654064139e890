/** The server's HTTP API as queries. Records are the core types, unchanged; failures are `Problem`s. */
import type {
  Detection,
  Fault,
  Job,
  NullResult,
  PlumelineRecord,
  Position,
  Recording,
  Site,
  SourceEstimate,
} from '@plumeline/core';
import { QueryClient, queryOptions } from '@tanstack/react-query';

/** A failure in words a person can act on: problem+json from the server, or no answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly remedy: string | undefined;
  readonly faults: readonly Fault[];
  constructor(status: number, message: string, remedy?: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.remedy = remedy;
    this.faults = faults;
  }
}

/** Status of a `Problem` when the server could not be reached. */
export const UNREACHABLE = 0;

export interface SiteFile {
  readonly site: Site;
  readonly estimates: readonly SourceEstimate[];
  readonly detections: readonly Detection[];
  readonly recordings: readonly Recording[];
}

/** Legs to leave out, or other air. Reasons are needed to store; a what-if is never stored. */
export interface RelocationWish {
  readonly setAside?: readonly { readonly index: number; readonly reason?: string }[];
  readonly whatIf?: {
    readonly windTurn_deg?: number;
    readonly windFactor?: number;
    readonly turbulenceFactor?: number;
  };
  readonly store?: boolean;
}

export interface Relocated {
  readonly estimateId: string;
  readonly sources: readonly SourceEstimate[];
  readonly nearestId?: string;
  readonly nullResult?: NullResult;
  readonly fit: {
    readonly background_ppm: readonly (number | null)[];
    readonly fitted_ppm: readonly (number | null)[];
  };
  readonly took_ms: number;
  readonly stored: boolean;
}

export interface ProposedLeg {
  readonly kind: 'across' | 'gap' | 'upwind-null' | 'run-out';
  readonly from: Position;
  readonly to: Position;
  readonly heightAgl_m: number;
  readonly length_m: number;
  readonly duration_s: number;
  readonly gain_nats: number;
  /** Probability that it sees the plume. */
  readonly seen: number;
  readonly crossingDistance_m?: { readonly p10: number; readonly p90: number };
}

export interface NextLegs {
  readonly legs: readonly ProposedLeg[];
  readonly assumed: {
    readonly groundSpeed_mps: number;
    readonly heightsAgl_m: readonly number[];
    readonly windFrom_deg: number;
    readonly windSpeed_mps: number;
  };
}

export interface ProfileSummary {
  readonly name: string;
  readonly title: string;
  /** True when files of this profile are always training data. */
  readonly exercise: boolean;
}

/** Columns of equal length. `null` where a sample has no value. */
export interface Samples {
  readonly time_s: readonly number[];
  readonly lat: readonly number[];
  readonly lon: readonly number[];
  readonly moleFraction_ppm: readonly (number | null)[];
  readonly background_ppm?: readonly (number | null)[];
  readonly fitted_ppm?: readonly (number | null)[];
  readonly windEast_mps?: readonly (number | null)[];
  readonly windNorth_mps?: readonly (number | null)[];
  /** Second end of an open path. */
  readonly pathEnd?: { readonly lat: readonly (number | null)[]; readonly lon: readonly (number | null)[] };
  /** Fixed instruments: index into `instruments`. */
  readonly instrument?: readonly number[];
  readonly instruments?: readonly { readonly name: string; readonly group: string }[];
  /** Samples the recording holds; more than the columns' length when thinned. */
  readonly total?: number;
}

export type BasemapLayer = 'states' | 'municipalities';

/** Most samples drawn of one recording; the map and the series stay smooth up to here. */
export const SAMPLE_LIMIT = 100_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && error instanceof Problem && error.status === UNREACHABLE,
    },
  },
});

export const sitesQuery = queryOptions({
  queryKey: ['sites'],
  queryFn: async () => {
    const sites = await getList<Site>('/sites?limit=5000', 'sites');
    return sites.sort((a, b) => b.lnBayesFactor - a.lnBayesFactor || a.label.localeCompare(b.label));
  },
});

export const siteQuery = (id: string) =>
  queryOptions({
    queryKey: ['sites', id],
    queryFn: async (): Promise<SiteFile> => {
      const file = await get<Site & Partial<Omit<SiteFile, 'site'>> & { site?: Site }>(
        `/sites/${encodeURIComponent(id)}`,
      );
      return {
        site: file.site ?? file,
        estimates: file.estimates ?? [],
        detections: file.detections ?? [],
        recordings: file.recordings ?? [],
      };
    },
  });

export const recordingsQuery = queryOptions({
  queryKey: ['recordings'],
  queryFn: () => getList<Recording>('/recordings?limit=1000', 'recordings'),
});

export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', id],
    queryFn: () => get<Recording>(`/recordings/${encodeURIComponent(id)}`),
  });

export const samplesQuery = (id: string) =>
  queryOptions({
    queryKey: ['samples', id],
    // Samples of a recording never change.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => get<Samples>(`/recordings/${encodeURIComponent(id)}/samples?limit=${SAMPLE_LIMIT}`),
  });

export const detectionsQuery = (recordingId: string) =>
  queryOptions({
    queryKey: ['detections', recordingId],
    queryFn: async () => {
      const found = await getList<Detection>(
        `/detections?recordingId=${encodeURIComponent(recordingId)}`,
        'detections',
      );
      return found.sort((a, b) => a.startAt.localeCompare(b.startAt));
    },
  });

export const nullResultsQuery = (recordingId: string) =>
  queryOptions({
    queryKey: ['null-results', recordingId],
    queryFn: async () =>
      ofWholeFlights(
        await getList<NullResult>(`/null-results?recordingId=${encodeURIComponent(recordingId)}`, 'nullResults'),
      ),
  });

export const allNullResultsQuery = queryOptions({
  queryKey: ['null-results'],
  queryFn: async () => ofWholeFlights(await getList<NullResult>('/null-results', 'nullResults')),
});

/** What a person kept with legs set aside is not what the flight says. */
function ofWholeFlights(results: readonly NullResult[]): NullResult[] {
  return results.filter(({ provenance }) => provenance.settings?.passesSetAside === undefined);
}

export const estimateQuery = (id: string) =>
  queryOptions({
    queryKey: ['estimates', id],
    queryFn: () => get<SourceEstimate>(`/source-estimates/${encodeURIComponent(id)}`),
  });

/** All estimates of a flight, those with legs set aside among them. */
export const estimatesOfQuery = (recordingId: string) =>
  queryOptions({
    queryKey: ['estimates-of', recordingId],
    queryFn: () =>
      getList<SourceEstimate>(`/source-estimates?recordingId=${encodeURIComponent(recordingId)}`, 'estimates'),
  });

/** Judges the flight of an estimate again. @throws Problem; an AbortError when the signal ends it */
export function relocate(id: string, wish: RelocationWish, signal: AbortSignal): Promise<Relocated> {
  return request(`/source-estimates/${encodeURIComponent(id)}/relocate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
    signal,
  });
}

export function proposeLegs(id: string, signal: AbortSignal): Promise<NextLegs> {
  return request(`/source-estimates/${encodeURIComponent(id)}/next-legs`, { signal });
}

export const traceQuery = (id: string) =>
  queryOptions({
    queryKey: ['trace', id],
    queryFn: () => getList<PlumelineRecord>(`/trace/${encodeURIComponent(id)}`, 'records'),
  });

export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: async () => {
    const jobs = await getList<Job>('/jobs?limit=100', 'jobs');
    return jobs.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  },
});

export const profilesQuery = queryOptions({
  queryKey: ['profiles'],
  queryFn: () => getList<ProfileSummary>('/profiles', 'profiles'),
});

export const exerciseQuery = queryOptions({
  queryKey: ['exercise'],
  queryFn: async () => {
    const answer = await get<{ exercise?: boolean; names?: string[] }>('/exercise');
    return { isExercise: answer.exercise === true, names: answer.names ?? [] };
  },
});

export const basemapQuery = (layer: BasemapLayer) =>
  queryOptions({
    queryKey: ['basemap', layer],
    staleTime: Number.POSITIVE_INFINITY,
    // A server without a geodata folder answers 404; that is a state, not a failure.
    queryFn: async () => {
      try {
        return await get<object>(`/basemap/${layer}`);
      } catch (error) {
        if (error instanceof Problem && error.status !== UNREACHABLE) return null;
        throw error;
      }
    },
  });

export interface SendOptions {
  /** Recognised from the files when absent. */
  readonly profile?: string;
  readonly isExercise: boolean;
  /** YYYY-MM-DD, for files whose times have no day. */
  readonly date?: string;
  /** For files that hold several. */
  readonly gas?: string;
}

/** Hands a flight's files over; answers the id of the job that works on them. @throws Problem with all faults. */
export async function sendFiles(files: readonly File[], options: SendOptions): Promise<string> {
  const body = new FormData();
  if (options.profile !== undefined) body.append('profile', options.profile);
  if (options.date !== undefined) body.append('date', options.date);
  if (options.gas !== undefined) body.append('gas', options.gas);
  if (options.isExercise) body.append('exercise', 'true');
  for (const file of files) body.append('files', file, file.webkitRelativePath || file.name);
  const { jobId } = await request<{ jobId: string }>('/recordings', { method: 'POST', body });
  return jobId;
}

export function cancelJob(id: string): Promise<unknown> {
  return request(`/jobs/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
}

function get<T>(path: string): Promise<T> {
  return request<T>(path, {});
}

/** Lists come bare or under their own name. */
async function getList<T>(path: string, name: string): Promise<T[]> {
  const answer = await get<T[] | Record<string, T[]>>(path);
  return Array.isArray(answer) ? answer : (answer[name] ?? answer.items ?? []);
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/api${path}`, init).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw new Problem(UNREACHABLE, 'The server does not answer.');
  });
  if (!response.ok) throw await toProblem(response);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

async function toProblem(response: Response): Promise<Problem> {
  const fallback = `${response.status} ${response.statusText}`;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) return new Problem(response.status, fallback);
  const { title, detail, remedy, faults } = body as Record<string, unknown>;
  const text = [detail, title].find((part) => typeof part === 'string' && part !== '');
  return new Problem(
    response.status,
    typeof text === 'string' ? text : fallback,
    typeof remedy === 'string' ? remedy : undefined,
    Array.isArray(faults) ? (faults as Fault[]) : [],
  );
}
