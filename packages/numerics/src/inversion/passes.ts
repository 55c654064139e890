/** Splitting a flight into passes, the units that share one wind, one turbulence draw and one background. */
import type { FlightSamples } from './flight.ts';

/** Passes of a flight: pass j covers samples [start[j], start[j + 1]). */
export interface Passes {
  readonly count: number;
  readonly start: Int32Array;
}

/** A pass is one realisation of the turbulence; past this it is cut into equal parts (inversion.md). */
const LONGEST_PASS_S = 90;
/** A hole in the record longer than this ends a pass. */
const LONGEST_GAP_S = 15;
/** A turn that ends a pass where the file numbers no legs [rad]. */
const TURN_RAD = Math.PI / 4;
/** Heading is taken over this time, against position noise [s]. */
const HEADING_SPAN_S = 6;

/** Cuts at leg changes (or turns, where the file has no legs) and gaps, then into parts of at most 90 s. */
export function splitPasses(samples: FlightSamples): Passes {
  const { count, time_s: t, leg } = samples;
  const heading = leg === undefined ? headings(samples) : undefined;
  const cuts: number[] = [0];
  let first = 0;
  for (let i = 1; i < count; i++) {
    const gap = t[i] - t[i - 1] > LONGEST_GAP_S;
    const turned =
      leg !== undefined ? leg[i] !== leg[i - 1] : Math.abs(wrapAngle(heading![i] - heading![first])) > TURN_RAD;
    if (!gap && !turned) continue;
    cutEvenly(cuts, first, i, t);
    first = i;
  }
  cutEvenly(cuts, first, count, t);
  return { count: cuts.length - 1, start: Int32Array.from(cuts) };
}

/** Appends the ends of equal parts of [first, end) no longer than a pass may last. */
function cutEvenly(cuts: number[], first: number, end: number, t: Float64Array): void {
  const duration = t[end - 1] - t[first];
  const parts = Math.max(1, Math.ceil(duration / LONGEST_PASS_S));
  for (let p = 1; p <= parts; p++) cuts.push(first + Math.round(((end - first) * p) / parts));
}

/** Direction of travel [rad, mathematical] over a few seconds around each sample. */
function headings({ count, time_s: t, x_m: x, y_m: y }: FlightSamples): Float64Array {
  const heading = new Float64Array(count);
  let a = 0;
  let b = 0;
  for (let i = 0; i < count; i++) {
    while (t[i] - t[a] > HEADING_SPAN_S / 2) a++;
    while (b < count - 1 && t[b] - t[i] < HEADING_SPAN_S / 2) b++;
    heading[i] = Math.atan2(y[b] - y[a], x[b] - x[a]);
  }
  return heading;
}

/** Angle into [-pi, pi). */
export function wrapAngle(angle: number): number {
  return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
}
