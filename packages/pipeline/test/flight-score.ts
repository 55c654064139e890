/** Flights with known sources from the data folder, located and scored: for the reliability test and the bench. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { geodesicBetween, type Position, regionContains, type SourceEstimate } from '@plumeline/core';
import { parseProfile } from '@plumeline/formats';
import { detect } from '../src/detect.ts';
import { ingest } from '../src/ingest.ts';
import { locate } from '../src/locate.ts';
import type { Located } from '../src/located.ts';

const data = new URL('../../../../shared/data/', import.meta.url);
const profiles = new URL('../../../profiles/', import.meta.url);
const OPTIONS = { software: 'plumeline test', exercise: false };
export const hasFlightData = existsSync(new URL('sim_flights/SOURCE.md', data));

export interface TrueSource extends Position {
  readonly rate_kgph: number;
}

/** Names of the simulated flights with one (`f1`) or two (`f2`) sources, in order. */
export function simFlightNames(kind: 'f1' | 'f2'): string[] {
  return readdirSync(new URL('sim_flights/', data))
    .filter((file) => file.startsWith(kind) && file.endsWith('.csv'))
    .map((file) => file.slice(0, -'.csv'.length))
    .sort();
}

/** The truth is read here and nowhere before `locate` has answered. */
export async function locateSimFlight(name: string): Promise<{ located: Located; truth: TrueSource[]; cpu_s: number }> {
  const files = [`${name}.csv`, `${name}.truth.json`];
  const { located, cpu_s } = await locateFiles('sim_flights', files);
  const { sources } = JSON.parse(readFileSync(new URL(`sim_flights/${name}.truth.json`, data), 'utf8')) as {
    sources: TrueSource[];
  };
  return { located, truth: sources, cpu_s };
}

export const ELGIN: Position = { lat: 57.011619, lon: 1.838534 };
/** Where the air goes to on that flight [deg]; for the error along and across. */
export const ELGIN_WIND_TO_DEG = 236.556;

export function locateElgin(): Promise<{ located: Located; cpu_s: number }> {
  return locateFiles('faam_elgin_b689', ['fgga_core_b689.csv', 'b689_met_75m.met']);
}

async function locateFiles(folder: string, names: readonly string[]) {
  const text = readFileSync(new URL(`${folder}.yaml`, profiles), 'utf8');
  const files = names.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(new URL(`${folder}/${name}`, data))),
  }));
  const [ingested] = ingest(files, parseProfile(text, `${folder}.yaml`), OPTIONS);
  const before = process.cpuUsage();
  const located = await locate(ingested!, detect(ingested!), { software: OPTIONS.software });
  return { located, cpu_s: process.cpuUsage(before).user / 1e6 };
}

/** Distance of an estimate from a place, in all and along and across a direction [m]. */
export function errorOf(estimate: SourceEstimate, truth: Position, windTo_deg = 0) {
  const { distance_m, azimuth_deg } = geodesicBetween(truth, estimate.position);
  const angle = ((azimuth_deg - windTo_deg) * Math.PI) / 180;
  return { distance_m, along_m: distance_m * Math.cos(angle), across_m: distance_m * Math.sin(angle) };
}

export interface FlightScore {
  readonly distance_m: number;
  readonly isInside50: boolean;
  readonly isInside90: boolean;
  readonly rateRatio: number;
  readonly isRateInside90: boolean;
}

export function scoreOf(estimate: SourceEstimate, truth: TrueSource): FlightScore {
  const { p05, p50, p95 } = estimate.rate_kgph;
  return {
    distance_m: errorOf(estimate, truth).distance_m,
    isInside50: regionContains(estimate.region50, truth),
    isInside90: regionContains(estimate.region90, truth),
    rateRatio: p50 / truth.rate_kgph,
    isRateInside90: truth.rate_kgph >= p05 && truth.rate_kgph <= p95,
  };
}

export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export function share<T>(values: readonly T[], test: (value: T) => boolean): number {
  return values.filter(test).length / Math.max(1, values.length);
}

/** Pairs each true source with the nearest free estimate within `reach_m`. */
export function matchSources(sources: readonly SourceEstimate[], truth: readonly TrueSource[], reach_m: number) {
  const free = new Set(sources);
  const found: number[] = [];
  for (const place of truth) {
    const near = [...free]
      .map((estimate) => ({ estimate, distance: errorOf(estimate, place).distance_m }))
      .filter(({ distance }) => distance <= reach_m)
      .sort((a, b) => a.distance - b.distance)[0];
    if (near === undefined) continue;
    free.delete(near.estimate);
    found.push(near.distance);
  }
  return { found: found.length, falseCount: free.size };
}
