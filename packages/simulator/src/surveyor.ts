/**
 * What a surveyor does after the first pass over an area: looks for exceedances, and sends the aircraft back to fly a
 * close box upwind of each. Sees recorded samples only, never the truth.
 */
import type { SimulatedSamples } from './simulate-flight.ts';

/** A place to look at more closely [m], best first. */
export interface Suspicion {
  readonly x_m: number;
  readonly y_m: number;
  readonly score: number;
}

/** Half window of the running median that stands for the background [s]. */
const BACKGROUND_HALF_S = 90;
/** Exceedances this many robust deviations above the background count. */
const THRESHOLD = 6;
/** A plume's corridor: half width [m], and how far upwind the next exceedance may be [m]. */
const CORRIDOR_HALF_M = 450;
const CORRIDOR_STEP_M = 1300;
/** Suspicions closer than this are one [m]. */
const MERGE_M = 1100;

interface Peak {
  readonly x: number;
  readonly y: number;
  readonly along: number;
  readonly across: number;
  readonly score: number;
}

export function suspicions(samples: SimulatedSamples, legSpacing_m: number, most: number): Suspicion[] {
  const east = mean(samples.windEast_mps);
  const north = mean(samples.windNorth_mps);
  const wind = Math.hypot(east, north);
  const peaks = findPeaks(samples, east / wind, north / wind);
  const open = new Set(peaks);
  const found: Suspicion[] = [];
  for (const peak of [...peaks].sort((a, b) => b.score - a.score)) {
    if (!open.has(peak)) continue;
    const chain = upwindChain(peak, open);
    for (const member of chain) open.delete(member);
    const head = chain[chain.length - 1];
    // The source lies between the most upwind exceedance and the leg before it.
    const x_m = head.x - (east / wind) * legSpacing_m * 0.5;
    const y_m = head.y - (north / wind) * legSpacing_m * 0.5;
    if (found.every((other) => Math.hypot(other.x_m - x_m, other.y_m - y_m) > MERGE_M)) {
      found.push({ x_m, y_m, score: peak.score });
    }
    for (const other of [...open]) if (isDownwindOf(other, head)) open.delete(other);
    if (found.length === most) break;
  }
  return found;
}

function findPeaks(samples: SimulatedSamples, e: number, n: number): Peak[] {
  const residual = overBackground(samples.moleFraction_ppm);
  const deviation = 1.4826 * median(Array.from(residual, Math.abs));
  const peaks: Peak[] = [];
  let top = -1;
  for (let i = 0; i <= residual.length; i++) {
    if (i < residual.length && residual[i] > THRESHOLD * deviation) {
      if (top < 0 || residual[i] > residual[top]) top = i;
    } else if (top >= 0) {
      const [x, y] = [samples.x_m[top], samples.y_m[top]];
      peaks.push({ x, y, along: x * e + y * n, across: y * e - x * n, score: residual[top] / deviation });
      top = -1;
    }
  }
  return peaks;
}

/** From a peak to the exceedance that is furthest upwind in its corridor, each step to the nearest one upwind. */
function upwindChain(from: Peak, open: ReadonlySet<Peak>): Peak[] {
  const chain = [from];
  for (;;) {
    const last = chain[chain.length - 1];
    const next = [...open]
      .filter((peak) => !chain.includes(peak) && Math.abs(peak.across - last.across) < CORRIDOR_HALF_M)
      .filter((peak) => last.along - peak.along > 50 && last.along - peak.along < CORRIDOR_STEP_M)
      .sort((a, b) => b.along - a.along)[0];
    if (next === undefined) return chain;
    chain.push(next);
  }
}

/** Whether a weaker peak is plausibly the same plume further on: a cone of one in four. */
function isDownwindOf(peak: Peak, head: Peak): boolean {
  const distance = peak.along - head.along;
  return distance > 0 && distance < 3000 && Math.abs(peak.across - head.across) < 200 + distance / 4;
}

function overBackground(values: Float64Array): Float64Array {
  return values.map(
    (value, i) => value - median([...values.subarray(Math.max(0, i - BACKGROUND_HALF_S), i + BACKGROUND_HALF_S + 1)]),
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
