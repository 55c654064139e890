/**
 * Estimates become sites. Two estimates of the same substance from different flights speak of one place when the
 * most likely place of one lies in the 90 % region of the other; the site
 * takes its numbers from the estimate with the strongest evidence and names all of them. Multiplying the posteriors of
 * independent flights would narrow the region; until the correlation between flights is modelled that would claim
 * more than is known, so it is not done.
 */
import {
  type Detection,
  geodesicBetween,
  type Hypothesis,
  type RecordId,
  recordIdOf,
  regionContains,
  type Site,
  type SourceEstimate,
} from '@plumeline/core';

export interface FuseOptions {
  /** Version string of the software that makes the sites. */
  readonly software: string;
}

/** What any place might be before a person has looked. A lawful explanation is always among them. */
const OPEN_HYPOTHESES: readonly Hypothesis[] = [
  { key: 'clandestine', state: 'open' },
  { key: 'lawful-facility', state: 'open' },
  { key: 'natural', state: 'open' },
  { key: 'sensor-fault', state: 'open' },
];
const LABEL_DIGITS = 4;

/** One site a group of overlapping estimates, strongest evidence first. Every estimate is in exactly one site. */
export function fuse(
  estimates: readonly SourceEstimate[],
  detections: readonly Detection[],
  options: FuseOptions,
): Site[] {
  const sites = groupsOfOnePlace(estimates).map((group) => siteOf(group, detections, options));
  return withDistinctLabels(sites).sort((a, b) => b.lnBayesFactor - a.lnBayesFactor || (a.id < b.id ? -1 : 1));
}

/**
 * Strongest evidence first, each joins the nearest site it fits or begins its own. Only the site's leading estimate is
 * compared, so that a chain of wide regions does not swallow places that have nothing to do with each other.
 */
function groupsOfOnePlace(estimates: readonly SourceEstimate[]): SourceEstimate[][] {
  const groups: SourceEstimate[][] = [];
  for (const estimate of [...estimates].sort(byEvidence)) {
    const nearest = groups
      .filter((group) => isOnePlace(group[0]!, estimate) && !group.some((other) => isSameFlight(other, estimate)))
      .map((group) => ({ group, ...geodesicBetween(group[0]!.position, estimate.position) }))
      .sort((a, b) => a.distance_m - b.distance_m)[0];
    if (nearest === undefined) groups.push([estimate]);
    else nearest.group.push(estimate);
  }
  return groups;
}

/** Exercise and real data, and different substances, never meet. One of the two most likely places lies in the other's region. */
function isOnePlace(a: SourceEstimate, b: SourceEstimate): boolean {
  return (
    a.substance === b.substance &&
    a.exercise === b.exercise &&
    (regionContains(a.region90, b.position) || regionContains(b.region90, a.position))
  );
}

/** Two sources that one flight told apart stay apart. */
function isSameFlight(a: SourceEstimate, b: SourceEstimate): boolean {
  return a.recordingIds.some((id) => b.recordingIds.includes(id));
}

function byEvidence(a: SourceEstimate, b: SourceEstimate): number {
  return b.lnBayesFactor - a.lnBayesFactor || (a.id < b.id ? -1 : 1);
}

function siteOf(group: readonly SourceEstimate[], detections: readonly Detection[], options: FuseOptions): Site {
  const ranked = [...group].sort(byEvidence);
  const leading = ranked[0]!;
  const sourceEstimateIds = ranked.map((estimate) => estimate.id);
  const id = recordIdOf('site', { sourceEstimateIds: [...sourceEstimateIds].sort(), software: options.software });
  const detectionIds = distinct(ranked.flatMap((estimate) => estimate.detectionIds));
  return {
    kind: 'site',
    id,
    exercise: leading.exercise,
    label: labelOf(id, LABEL_DIGITS),
    substance: leading.substance,
    position: leading.position,
    region50: leading.region50,
    region90: leading.region90,
    rate_kgph: leading.rate_kgph,
    lnBayesFactor: leading.lnBayesFactor,
    sourceEstimateIds,
    detectionIds,
    recordingIds: distinct(ranked.flatMap((estimate) => estimate.recordingIds)),
    lastEmissionSeenAt: lastSeenAt(ranked, detections, detectionIds),
    hypotheses: OPEN_HYPOTHESES,
    provenance: {
      objects: distinct(ranked.flatMap((estimate) => estimate.provenance.objects)),
      derivedFrom: sourceEstimateIds,
      profile: leading.provenance.profile,
      software: options.software,
    },
  };
}

/** The last measured enhancement where detections say when that was, else the end of the last estimate's data. */
function lastSeenAt(
  estimates: readonly SourceEstimate[],
  detections: readonly Detection[],
  detectionIds: readonly RecordId[],
): string {
  const wanted = new Set(detectionIds);
  const seen = detections.filter((detection) => wanted.has(detection.id)).map((detection) => detection.endAt);
  const ends = seen.length > 0 ? seen : estimates.map((estimate) => estimate.lastObservedAt);
  return ends.reduce((latest, at) => (at > latest ? at : latest));
}

/** Lengthens labels that two sites of one result would share, so that a label said aloud names one place. */
function withDistinctLabels(sites: readonly Site[]): Site[] {
  const count = new Map<string, number>();
  for (const site of sites) count.set(site.label, (count.get(site.label) ?? 0) + 1);
  return sites.map((site) =>
    (count.get(site.label) ?? 0) > 1 ? { ...site, label: labelOf(site.id, 2 * LABEL_DIGITS) } : site,
  );
}

function labelOf(id: RecordId, digits: number): string {
  return `S-${id.slice(id.indexOf('-') + 1, id.indexOf('-') + 1 + digits).toUpperCase()}`;
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
