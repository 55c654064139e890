/** Exceedances over the fitted background: where along a track, or at which fixed instrument, gas was seen. */
import { type Detection, type Instant, recordIdOf, type SampleSeries } from '@plumeline/core';
import { findSpikes, fitBackground, fixedLevels, noiseFromDifferences, plumeScaleNoise } from '@plumeline/numerics';
import type { IngestedRecording } from './ingest.ts';

/** A detection's peak is at least this many deviations over the background: one in some 10^6 samples by chance. */
const PEAK_SIGMAS = 5;
/** It extends as long as samples stay above this. */
const EDGE_SIGMAS = 2;
/** Shorter dips below the edge do not end it. */
const BRIDGED_GAP_S = 5;
/** The same for averaged readings, in averaging periods. */
const BRIDGED_AVERAGES = 2.5;
const MILLISECONDS = 1000;

/** Detections in order of time; instrument by instrument for fixed instruments. */
export function detect({ recording, series }: IngestedRecording): Detection[] {
  if (series.instrument !== undefined) return detectFixed(recording, series, series.instrument);
  const found: Detection[] = [];
  for (const rows of rowsByInstrument(series)) {
    if (rows.length < 3) continue;
    const value = Float64Array.from(rows, (row) => series.moleFraction_ppm[row]);
    const time = Float64Array.from(rows, (row) => series.time_s[row]);
    const noise = sampleNoise(series, time, value);
    const background = fitBackground(time, value, noise);
    const sd = background.sd_ppm.map((level) => Math.hypot(level, noise));
    const unknown = boundedLevelSd(series, rows);
    const told = unknown === 0 ? sd : sd.map((one) => Math.hypot(one, unknown));
    const spike = findSpikes(value, noise);
    const clean = value.map((v, i) => (spike[i] === 1 ? background.level_ppm[i]! : v));
    for (const [from, to] of exceedances(time, clean, background.level_ppm, sd, BRIDGED_GAP_S, isBelow(series, rows))) {
      found.push(detectionOf(recording, series, rows, { from, to, level: background.level_ppm, sd: told }));
    }
  }
  return found;
}

/** Fixed instruments: each against its own level of the day; readings one averaging period apart are one run. */
function detectFixed(
  recording: IngestedRecording['recording'],
  series: SampleSeries,
  instrument: Int32Array,
): Detection[] {
  const stated = series.context.noise_ppm ?? 0;
  const levels = fixedLevels(series.time_s, series.moleFraction_ppm, instrument, stated);
  const gap_s = Math.max(BRIDGED_GAP_S, BRIDGED_AVERAGES * series.context.averaging_s);
  return rowsByInstrument(series).flatMap((rows) => {
    const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]);
    const [level, sd] = [pick(levels.level_ppm), pick(levels.sd_ppm)];
    const below = isBelow(series, rows);
    const runs = exceedances(pick(series.time_s), pick(series.moleFraction_ppm), level, sd, gap_s, below);
    const unknown = boundedLevelSd(series, rows);
    const told = unknown === 0 ? sd : sd.map((one) => Math.hypot(one, unknown));
    return runs.map(([from, to]) => detectionOf(recording, series, rows, { from, to, level, sd: told }));
  });
}

/** Stated noise; where none is, what differences of samples and the background's own unrest show. */
export function sampleNoise(
  series: SampleSeries,
  time: Float64Array = series.time_s,
  value: Float64Array = series.moleFraction_ppm,
): number {
  const stated = series.context.noise_ppm;
  if (stated !== undefined && stated > 0) return stated;
  // Readings below the limit all read the same and say nothing of the noise; a limit is three deviations by custom.
  const shown = series.bound === undefined ? value : measuredOnly(series, value);
  const measured =
    shown.length < FEWEST_MEASURED ? (series.context.detectionLimit_ppm ?? 0) / 3 : noiseFromDifferences(shown);
  // A quantised or constant series has no differences: a millionth of its level keeps everything finite.
  const floor = 1e-6 * Math.max(1e-3, Math.abs(value[0] ?? 0));
  return plumeScaleNoise(time, value, Math.max(Number.isFinite(measured) ? measured : 0, floor));
}

/** Fewer measured readings than this show no noise. */
const FEWEST_MEASURED = 20;

/** Values of the series that are no bound; of a part of it, all values that no bound has. */
function measuredOnly({ bound, moleFraction_ppm }: SampleSeries, value: Float64Array): Float64Array {
  if (value.length === moleFraction_ppm.length) return value.filter((_, i) => bound?.[i] === 0);
  const bounds = new Set(moleFraction_ppm.filter((_, i) => bound?.[i] !== 0));
  return value.filter((one) => !bounds.has(one));
}

/** "At most" is no exceedance, whatever the limit is. */
function isBelow({ bound }: SampleSeries, rows: readonly number[]): (i: number) => boolean {
  return (i) => bound?.[rows[i]!] === -1;
}

/**
 * Where the level rests on readings below the detection limit, it lies anywhere from nothing to that limit: standard
 * deviation of the uniform distribution, by the share of such readings. The limit stands in for them, so enhancements
 * are understated rather than made up.
 */
function boundedLevelSd({ bound, moleFraction_ppm }: SampleSeries, rows: readonly number[]): number {
  const below = rows.filter((row) => bound?.[row] === -1);
  const limit = below.reduce((most, row) => Math.max(most, moleFraction_ppm[row]!), 0);
  return rows.length === 0 ? 0 : (limit / Math.sqrt(12)) * (below.length / rows.length);
}

/** Rows of the series, one list an instrument; one list for a flight. */
function rowsByInstrument(series: SampleSeries): number[][] {
  const lists: number[][] = [];
  for (let row = 0; row < series.count; row++) {
    const instrument = series.instrument?.[row] ?? 0;
    lists[instrument] ??= [];
    lists[instrument].push(row);
  }
  return lists.filter((list) => list !== undefined);
}

/** [first, last] of each run above the edge whose peak passes the threshold. */
function exceedances(
  time: Float64Array,
  value: Float64Array,
  level: Float64Array,
  sd: Float64Array,
  gap_s: number,
  below: (i: number) => boolean,
) {
  const runs: [number, number][] = [];
  let from = -1;
  let last = -1;
  let peak = 0;
  const close = () => {
    if (from >= 0 && peak >= PEAK_SIGMAS) runs.push([from, last]);
    from = -1;
    peak = 0;
  };
  for (let i = 0; i < value.length; i++) {
    const sigmas = (value[i] - level[i]) / sd[i];
    if (sigmas < EDGE_SIGMAS || below(i)) continue;
    if (from >= 0 && time[i] - time[last] > gap_s) close();
    if (from < 0) from = i;
    last = i;
    peak = Math.max(peak, sigmas);
  }
  close();
  return runs;
}

function detectionOf(
  recording: IngestedRecording['recording'],
  series: SampleSeries,
  rows: readonly number[],
  run: { from: number; to: number; level: Float64Array; sd: Float64Array },
): Detection {
  const excess = (i: number) => series.moleFraction_ppm[rows[i]!]! - run.level[i]!;
  let peak = run.from;
  for (let i = run.from; i <= run.to; i++) {
    const isHigher = excess(i) > excess(peak);
    const isCeiling = excess(i) === excess(peak) && series.bound?.[rows[i]!] === 1;
    if (isHigher || (isCeiling && series.bound?.[rows[peak]!] !== 1)) peak = i;
  }
  const row = rows[peak]!;
  const instrument = series.instrument === undefined ? undefined : series.instruments?.[series.instrument[row]!];
  const startAt = instantOf(series.time_s[rows[run.from]!]!);
  const endAt = instantOf(series.time_s[rows[run.to]!]!);
  const { software, profile, objects } = recording.provenance;
  return {
    id: recordIdOf('detection', { recording: recording.id, startAt, endAt, instrument: instrument?.name, software }),
    kind: 'detection',
    exercise: recording.exercise,
    provenance: { objects, derivedFrom: [recording.id], profile, software },
    recordingId: recording.id,
    substance: series.substance,
    startAt,
    endAt,
    peakPosition: { lat: series.lat_deg[row]!, lon: series.lon_deg[row]! },
    peakHeightAgl_m: series.heightAgl_m[row]!,
    peakEnhancement_ppm: excess(peak),
    peakEnhancementSd_ppm: run.sd[peak]!,
    signalToNoise: excess(peak) / run.sd[peak]!,
    sampleCount: run.to - run.from + 1,
    ...(series.bound?.[row] === 1 && { peakIsAtLeast: true as const }),
    ...(instrument === undefined ? {} : { instrument: instrument.name }),
  };
}

/** ISO 8601 instant of seconds since 1970. */
export function instantOf(time_s: number): Instant {
  return new Date(Math.round(time_s * MILLISECONDS)).toISOString();
}
